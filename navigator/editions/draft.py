"""The draft: compiled into one content, and set to one. It is the tables that staff edit."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction

from navigator import models
from navigator.engine.flow import Condition, Flow, Recommendation
from services.models import Organization, Service
from services.rows import from_record
from services.writing import save_organizations, save_services

from .content import Content, encode, languages, published
from .edition import Edition, as_edition
from .pairing import RULES, paired

Rules = Sequence[tuple[Recommendation, int]]
"""Rules, each with the number of its row."""


def compile_draft() -> Content:
    """The draft as it stands, without drafts and retired services and without notes for staff."""
    return published(whole_draft())


def whole_draft() -> Content:
    """The draft as it stands, with all that is only for staff."""
    services = Service.objects.select_related("organization").prefetch_related("ways", "sources")
    return Content(
        languages=languages(),
        flow=draft_flow(),
        organizations=tuple(row.record() for row in Organization.objects.all()),
        services=tuple(service.record() for service in services),
    )


def draft_edition(moment: dt.datetime | None = None) -> Edition:
    """The draft as if it were an edition, numbered 0: for preview and for explaining, now or at a moment."""
    return as_edition(compile_draft(), moment)


def draft_flow() -> Flow:
    """The questions and rules of the draft."""
    return Flow(
        questions=draft_questions().questions,
        recommendations=tuple(row.record() for row in draft_rules()),
        guidance=tuple(row.record() for row in models.with_conditions(models.Guidance.objects.all())),
    )


def draft_questions() -> Flow:
    """The questions of the draft without its rules, which are many: enough to look at a condition, or to say it."""
    rows = models.with_conditions(models.Question.objects.prefetch_related("choices"))
    models.with_conditions(choice for row in rows for choice in row.choices.all())
    return Flow(questions=tuple(row.record() for row in rows), recommendations=())


RULES_READ = models.Recommendation.objects.select_related("service").only(
    "rank", "reason", "reason_you", "service__slug"
)
"""Rules without the words of their services."""


def draft_rules() -> list[models.Recommendation]:
    """The rows of the rules, in their order, to be read."""
    return models.with_conditions(RULES_READ.all())


@transaction.atomic
def write_draft(content: Content) -> None:
    """Make the draft the same as the content.

    Live services that the content does not name are retired, never deleted: others may refer to them.
    """
    save_organizations(content.organizations)
    save_services(content.services)
    named = [service.slug for service in content.services]
    Service.objects.filter(status="live").exclude(slug__in=named).update(status="retired")
    _write_flow(content.flow)


MOST_KEPT = 20
"""Drafts that are kept as they were before they were set back; older ones go."""


def keep_draft(by: Any = None) -> None:
    """Keep the draft as it stands, with all that is only for staff, to be brought back."""
    models.DraftKept.objects.create(content=encode(whole_draft()), kept_by=by)
    kept = models.DraftKept.objects.values_list("pk", flat=True)[:MOST_KEPT]
    models.DraftKept.objects.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def bring_back_draft(kept: models.DraftKept, by: Any = None) -> None:
    """Make the draft what it was; as it stands now it is kept too, so that this can be undone. Raises ValueError."""
    content = msgspec.json.decode(bytes(kept.content), type=Content)
    keep_draft(by)
    write_draft(content)


def set_back_draft(content: Content) -> None:
    """Make the draft the same as an edition; what an edition does not hold, the notes for staff, stays."""
    notes = dict(Service.objects.values_list("slug", "staff_note"))
    kept = (msgspec.structs.replace(each, staff_note=notes.get(each.slug, "")) for each in content.services)
    write_draft(msgspec.structs.replace(content, services=tuple(kept)))


@transaction.atomic
def change_draft(old: Content, new: Content, former: Rules = ()) -> None:
    """Write what of ``new`` differs from ``old``, the draft as it stands. No service and no organization goes.

    ``former`` has rules that come back, each with the number of the row that it had.
    """
    owners = {row.slug: row for row in old.organizations}
    services = {row.slug: row for row in old.services}
    save_organizations(row for row in new.organizations if row != owners.get(row.slug))
    save_services(row for row in new.services if row != services.get(row.slug))
    if new.flow != old.flow:
        _write_flow(new.flow, former)


def _in_order(rules: Sequence[Recommendation], keys: dict[int, int]) -> dict[int, int]:
    """The number of the row that each rule keeps, by its id: within a rank they rise, for that is its order.

    A rule that would come before one which it follows gets a new number, as do those after it.
    """
    last: dict[int, float] = {}
    found = {}
    for rule in rules:
        if (kept := keys.get(id(rule), 0)) > last.get(rule.rank, 0):
            last[rule.rank] = found[id(rule)] = kept
        else:
            last[rule.rank] = math.inf
    return found


def _write_flow(flow: Flow, former: Rules = ()) -> None:
    # What is the same one keeps its row: its history, and the page on which somebody has it open.
    rules = [(row.record(), row.pk) for row in draft_rules()] + list(former)
    pairs, _gone, _come = paired([rule for rule, _pk in rules], flow.recommendations, RULES)
    rule_keys = {id(before): pk for before, pk in rules}
    rule_keys = _in_order(flow.recommendations, {id(rule): rule_keys[id(before)] for before, rule in pairs})
    guidance_keys = dict(models.Guidance.objects.values_list("key", "pk"))
    models.Recommendation.objects.all().delete()
    keys = dict(models.Question.objects.values_list("key", "pk"))
    orders = dict(models.Question.objects.values_list("key", "order"))
    if [question.key for question in flow.questions] != [*orders]:
        orders = {question.key: place for place, question in enumerate(flow.questions, start=1)}
    choice_keys = {(row.question.key, row.key): row.pk for row in models.Choice.objects.select_related("question")}
    models.Question.objects.all().delete()
    models.Guidance.objects.all().delete()
    waiting: list[tuple[models.Conditional, Condition]] = []
    for question in flow.questions:
        values = from_record(question, skip=("when", "choices"))
        row = models.Question.objects.create(pk=keys.get(question.key), order=orders[question.key], **values)
        waiting.append((row, question.when))
        for place, choice in enumerate(question.choices, start=1):
            pk = choice_keys.get((question.key, choice.key))
            made = row.choices.create(pk=pk, order=place, **from_record(choice, skip=("when",)))
            waiting.append((made, choice.when))
    services = dict(Service.objects.values_list("slug", "pk"))
    shown = models.Recommendation.objects.bulk_create(
        models.Recommendation(
            pk=rule_keys.get(id(rule)), service_id=services[rule.service], **from_record(rule, skip=("when", "service"))
        )
        for rule in flow.recommendations
    )
    waiting += [(row, rule.when) for row, rule in zip(shown, flow.recommendations, strict=True)]
    for text in flow.guidance:
        values = from_record(text, skip=("when",))
        waiting.append((models.Guidance.objects.create(pk=guidance_keys.get(text.key), **values), text.when))
    choices = {(row.question.key, row.key): row for row in models.Choice.objects.select_related("question")}
    links: dict[Any, list[Any]] = {}
    for conditional, when in waiting:
        field: Any = conditional._meta.get_field("when")
        ours, theirs = field.m2m_column_name(), field.m2m_reverse_name()
        named = [choices[question, key] for question, keys in when.items() for key in keys]
        rows = [field.remote_field.through(**{ours: conditional.pk, theirs: choice.pk}) for choice in named]
        links.setdefault(field.remote_field.through, []).extend(rows)
    # All at once: one by one it is thousands of statements.
    for through, rows in links.items():
        through.objects.bulk_create(rows)
