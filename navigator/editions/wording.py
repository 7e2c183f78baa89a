"""Paths, conditions and records in words, for staff, in the language at hand."""

import datetime as dt
from collections.abc import Iterable

import phonenumbers
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from navigator.engine.flow import SKIP, Answers, Choice, Condition, Flow, Guidance, Question, Recommendation
from services import area_names, areas, labels, phones, records
from services.texts import t


def label(flow: Flow, question: str, choice: str) -> str:
    """A choice as a person reads it, in the language at hand."""
    asked = flow.question(question)
    option = next((each for each in asked.choices if each.key == choice), None) if asked else None
    return t(option.label) if option else str(_("I'd rather not say")) if choice == SKIP else choice


def title(flow: Flow, question: str) -> str:
    """A question as a person reads it, in the language at hand."""
    asked = flow.question(question)
    return t(asked.title) if asked else question


def describe_path(flow: Flow, answers: Answers) -> str:
    """A path in words: "Is someone in danger right now? Yes → Who needs help? Me"."""
    given = ((key, (answer,) if isinstance(answer, str) else answer) for key, answer in answers.items())
    return " → ".join(
        f"{title(flow, key)} {', '.join(label(flow, key, choice) for choice in choices)}" for key, choices in given
    )


def describe_condition(flow: Flow, when: Condition) -> str:
    """A condition as a sentence that staff can read aloud."""
    if not when:
        return str(_("always"))
    parts = []
    for key, choices in when.items():
        words = _(" or ").join(f"“{label(flow, key, choice)}”" for choice in choices)
        parts.append(_("“%(question)s” is %(choices)s") % {"question": title(flow, key), "choices": words})
    return _("when %(parts)s") % {"parts": _(" and ").join(parts)}


def describe_rule(flow: Flow, rule: Recommendation) -> str:
    """What a rule says: "rank 10, when ..."."""
    return _("rank %(rank)s, %(condition)s") % {"rank": rule.rank, "condition": describe_condition(flow, rule.when)}


# Records


def contact_value(way: records.ContactPoint) -> str:
    """The number or address of a way as people read it; as it is, if it cannot be read."""
    try:
        return phones.show(way.value) if way.kind in records.NUMBERED else way.value
    except phonenumbers.NumberParseException:
        return way.value


def way_name(way: records.ContactPoint) -> str:
    """A way to reach as staff know it: "Call 1-888-373-7888", and for whom, where that is known."""
    name = f"{capfirst(dict(labels.KIND)[way.kind])} {contact_value(way)}"
    return f"{name} ({t(way.label)})" if t(way.label) else name


def days(first: dt.date | None, last: dt.date | None) -> str:
    """From when until when, in words; empty for always."""
    given = [(pattern, day) for pattern, day in ((_("from %(day)s"), first), (_("until %(day)s"), last)) if day]
    return ", ".join(pattern % {"day": formats.date_format(day, "DATE_FORMAT")} for pattern, day in given)


def record_name(row: records.Service | records.Organization) -> str:
    """A service or an organization as staff know it; a local service with where it helps, since many have one name."""
    name = t(row.name) or row.slug
    if isinstance(row, records.Service) and row.areas:
        return f"{name} ({area_names.show(row.areas[:2])}{'; …' if row.areas[2:] else ''})"
    return name


def where(service: records.Service) -> str:
    """Where a service helps, in words; empty for one of the whole country."""
    if not service.areas:
        return ""
    return _("For people in %(areas)s.") % {"areas": ", ".join(t(areas.name(area)) for area in service.areas)}


def reason(service: records.Service, rule: Recommendation) -> str:
    """Why a service is shown: by its rule; a local one that comes with the rule's own, for its area."""
    return t(rule.reason) if service.slug == rule.service else where(service)


def quoted(words: records.Text, key: str = "") -> str:
    """Words in quotation marks; the key where there are none."""
    return f"“{t(words) or key}”"


def question_name(question: Question) -> str:
    """A question as staff know it."""
    return _("Question %(title)s") % {"title": quoted(question.title, question.key)}


def choice_name(choice: Choice) -> str:
    """A choice as staff know it."""
    return quoted(choice.label, choice.key)


def guidance_name(text: Guidance) -> str:
    """A guidance as staff know it."""
    return _("Guidance %(title)s") % {"title": quoted(text.title, text.key)}


def rule_name(rule: Recommendation, services: Iterable[records.Service]) -> str:
    """A rule by its service; the first of that short name gives the words."""
    service = next((service for service in services if service.slug == rule.service), None)
    return _("Rule for %(service)s") % {"service": record_name(service) if service else rule.service}
