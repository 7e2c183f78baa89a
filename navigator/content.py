"""The content as one value: read from the fixtures, compiled from the draft, written to the draft.

The same frozen records are the fixtures (as YAML), the draft (as rows) and the edition (as JSON), so
that nothing is lost or guessed on the way.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from services import records
from services.models import Organization, Service, from_record, save_organization, save_service

from . import flow, models
from .templatetags.words import t


class Content(records.Record, frozen=True, kw_only=True):
    """Everything the public sees: the questions, the rules and the services, in all languages."""

    languages: tuple[str, ...]
    flow: flow.Flow
    organizations: tuple[records.Organization, ...]
    services: tuple[records.Service, ...]


def read_fixtures(folder: Path) -> Content:
    """The content of a folder of YAML files.

    ``flow.yaml`` holds the flow; every other file lists organizations, services or both. Raises
    ValueError, naming the file, for what does not fit the records.
    """
    data: dict[str, list[Any]] = {"organizations": [], "services": []}
    found: flow.Flow | None = None
    for path in sorted(folder.rglob("*.yaml")):
        read = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        try:
            if path.name == "flow.yaml":
                found = msgspec.convert(read, flow.Flow)
                continue
            data["organizations"] += msgspec.convert(read.get("organizations", []), list[records.Organization])
            data["services"] += msgspec.convert(read.get("services", []), list[records.Service])
        except msgspec.ValidationError as error:
            raise ValueError(f"{path.name}: {error}") from error
    if found is None:
        raise ValueError("flow.yaml is missing")
    for name, rows in data.items():
        twice = [slug for slug, count in Counter(row.slug for row in rows).items() if count > 1]
        if twice:
            raise ValueError(f"{name}: {', '.join(twice)} named twice")
    return Content(
        languages=languages(),
        flow=found,
        organizations=tuple(sorted(data["organizations"], key=lambda row: row.slug)),
        services=tuple(sorted(data["services"], key=lambda row: row.slug)),
    )


def languages() -> tuple[str, ...]:
    """The languages that the site is published in, the default first."""
    return tuple(code for code, _name in settings.LANGUAGES)


def compile_draft() -> Content:
    """The draft as it stands, without drafts and retired services and without notes for staff."""
    services = Service.objects.filter(status="live").select_related("organization").prefetch_related("ways", "sources")
    live = tuple(msgspec.structs.replace(service.record(), staff_note="") for service in services)
    used = {service.organization for service in live}
    return Content(
        languages=languages(),
        flow=draft_flow(),
        organizations=tuple(row.record() for row in Organization.objects.all() if row.slug in used),
        services=live,
    )


def draft_flow() -> flow.Flow:
    """The questions and rules of the draft."""
    when = "when__question"
    return flow.Flow(
        questions=tuple(row.record() for row in models.Question.objects.prefetch_related(when, f"choices__{when}")),
        recommendations=tuple(
            row.record() for row in models.Recommendation.objects.select_related("service").prefetch_related(when)
        ),
        guidance=tuple(row.record() for row in models.Guidance.objects.prefetch_related(when)),
    )


@transaction.atomic
def write_draft(content: Content) -> None:
    """Make the draft the same as the content.

    Live services that the content does not name are retired, never deleted: others may refer to them.
    """
    for organization in content.organizations:
        save_organization(organization)
    models.Recommendation.objects.all().delete()
    for service in content.services:
        save_service(service)
    named = [service.slug for service in content.services]
    Service.objects.filter(status="live").exclude(slug__in=named).update(status="retired")
    _write_flow(content.flow)


def set_back_draft(content: Content) -> None:
    """Make the draft the same as an edition; what an edition does not hold, the notes for staff, stays."""
    notes = dict(Service.objects.values_list("slug", "staff_note"))
    kept = (msgspec.structs.replace(each, staff_note=notes.get(each.slug, "")) for each in content.services)
    write_draft(msgspec.structs.replace(content, services=tuple(kept)))


def _write_flow(content: flow.Flow) -> None:
    models.Question.objects.all().delete()
    models.Guidance.objects.all().delete()
    waiting: list[tuple[models.Conditional, flow.Condition]] = []
    for order, question in enumerate(content.questions, start=1):
        row = models.Question.objects.create(order=order, **from_record(question, skip=("when", "choices")))
        waiting.append((row, question.when))
        for place, choice in enumerate(question.choices, start=1):
            made = row.choices.create(order=place, **from_record(choice, skip=("when",)))
            waiting.append((made, choice.when))
    services = {service.slug: service for service in Service.objects.all()}
    for rule in content.recommendations:
        values = from_record(rule, skip=("when", "service"))
        waiting.append((models.Recommendation.objects.create(service=services[rule.service], **values), rule.when))
    for text in content.guidance:
        waiting.append((models.Guidance.objects.create(**from_record(text, skip=("when",))), text.when))
    choices = {(row.question.key, row.key): row for row in models.Choice.objects.select_related("question")}
    for conditional, when in waiting:
        conditional.when.set([choices[question, key] for question, keys in when.items() for key in keys])


def label(content: flow.Flow, question: str, choice: str) -> str:
    """A choice as a person reads it, in the language at hand."""
    asked = content.question(question)
    option = next((each for each in asked.choices if each.key == choice), None) if asked else None
    return t(option.label) if option else str(_("I'd rather not say")) if choice == flow.SKIP else choice


def title(content: flow.Flow, question: str) -> str:
    """A question as a person reads it, in the language at hand."""
    asked = content.question(question)
    return t(asked.title) if asked else question


def said(content: flow.Flow, answers: flow.Answers) -> str:
    """A path in words: "Is someone in danger right now? Yes → Who needs help? Me"."""
    return " → ".join(f"{title(content, key)} {label(content, key, choice)}" for key, choice in answers.items())


def sentence(content: flow.Flow, when: flow.Condition) -> str:
    """A condition as a sentence that staff can read aloud."""
    if not when:
        return str(_("always"))
    parts = []
    for key, choices in when.items():
        words = _(" or ").join(f"“{label(content, key, choice)}”" for choice in choices)
        parts.append(_("“%(question)s” is %(choices)s") % {"question": title(content, key), "choices": words})
    return _("when %(parts)s") % {"parts": _(" and ").join(parts)}
