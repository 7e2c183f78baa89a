"""A newer release of the content, brought into the draft that staff edit. Nothing is published here."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from navigator import models
from navigator.engine import flow, soundness
from services import records
from services.models import Organization, Service

from . import wording
from .content import Content, digest, encode, read_fixtures
from .database import lock
from .differences import MODELS, field_name, field_value
from .draft import change_draft, whole_draft
from .edition import decode
from .history import recorded
from .merge import ORDER, Change, Merged, Outcome, merge
from .publish import Changed

DRAFT = (Organization, Service, models.Question, models.Recommendation, models.Guidance)
MOST_NAMED = 5
"""Problems of a release that are named; more would not help who reads them."""


class Broken(Exception):
    """The release, or what is kept of the last one, cannot be used; the message says why."""


class Plan(NamedTuple):
    """What bringing a release in comes to."""

    release: Content
    was: Content
    yours: Content
    merged: Merged
    fresh: bool
    """Whether the release is newer than what was brought in last; else all that is left is what you kept of yours."""
    seen: str
    """Changes whenever the release or the draft does."""


def unowned(content: Content) -> list[str]:
    """The services whose organization is missing, in words."""
    known = {row.slug for row in content.organizations}
    return [
        _("“%(name)s”: there is no organization “%(organization)s”.")
        % {"name": row.slug, "organization": row.organization}
        for row in content.services
        if row.organization not in known
    ]


def read_release(folder: Path | None = None) -> Content:
    """The content of this release. Raises Broken for one that cannot be read, or that no draft could hold.

    Its paths are not walked here: that proves nothing of a draft that staff edited, and publishing does it.
    """
    try:
        release = read_fixtures(folder or settings.CONTENT_DIR)
    except ValueError as error:
        raise Broken(str(error)) from error
    problems = unowned(release)
    live = {row.slug: row for row in release.services if row.status == "live"}
    problems += [
        _("“%(name)s” is recommended but is not live.") % {"name": slug}
        for slug in dict.fromkeys(rule.service for rule in release.flow.recommendations)
        if slug not in live
    ]
    found = (*soundness.unsound(release.flow), *soundness.unsafe_services(live))
    problems += [one.message.translated(_) for one in found]
    if problems:
        more = "" if len(problems) <= MOST_NAMED else " …"
        raise Broken(" ".join(problems[:MOST_NAMED]) + more)
    return release


def plan(release: Content, take: Collection[str] = ()) -> Plan:
    """What of the release would be taken, and what of yours would stay. Raises Broken."""
    yours = whole_draft()
    last = list(models.Release.objects.all()[:2])
    fresh = not last or last[0].hash != digest(_bytes(release))
    before = last[:1] if fresh else last[1:]
    was = _kept(before[0]) if before else _first_published() if fresh else release
    merged = merge(was, yours, release, take, auto=fresh)
    seen = digest(b"".join(encode(side) for side in (was, yours, release)))
    return Plan(release, was, yours, merged, fresh, seen)


@transaction.atomic
def bring_in(release: Content, take: Collection[str] = (), by: Any = None, expected: str = "") -> Plan:
    """Write the release into the draft: all of it, or nothing.

    ``expected`` is the plan that the person was shown. Raises Changed if it is another one by now, and Broken.
    """
    lock()
    for model in DRAFT:
        # Who saves one of these meanwhile waits, and is then told what differs.
        list(model._default_manager.select_for_update().values_list("pk"))
    found = plan(release, take)
    if expected and found.seen != expected:
        raise Changed
    with recorded(by, "update"):
        change_draft(found.yours, found.merged.content)
    if found.fresh:
        if not models.Release.objects.exists():
            remember(found.was)
        remember(release)
    if by is not None:
        _log(by, found.yours)
    return found


def remember(release: Content) -> None:
    """Keep a release as the one that was brought in last."""
    data = _bytes(release)
    models.Release.objects.create(content=data, hash=digest(data))


def _bytes(release: Content) -> bytes:
    # The languages are the site's, not the release's.
    return encode(msgspec.structs.replace(release, languages=()))


def _kept(row: models.Release) -> Content:
    try:
        return decode(row.pk, bytes(row.content), row.hash).content
    except ValueError as error:
        raise Broken(_("What is kept of the release before is damaged: restore the database from a backup.")) from error


def _first_published() -> Content:
    """What a site that was set up before releases were kept began with: its oldest edition."""
    row = models.Edition.objects.order_by("number").first()
    if row is None:
        raise Broken(_("Nothing was published here yet: run `manage.py setup` first."))
    try:
        return decode(row.number, bytes(row.content), row.hash).content
    except ValueError as error:
        raise Broken(str(error)) from error


def _log(by: Any, before: Content) -> None:
    """Write who did it into the history of each record that is another one now."""
    sides = (
        before.organizations,
        before.services,
        *(getattr(before.flow, name) for name in before.flow.__struct_fields__),
    )
    known = [record for rows_ in sides for record in rows_]
    for model in DRAFT:
        changed = [row for row in model._default_manager.all() if row.record() not in known]
        if changed:
            LogEntry.objects.log_actions(by.pk, changed, CHANGE, _("Brought in with a newer release"))


# In words


class Row(NamedTuple):
    """One change as staff read it. What is not there, or empty, is an empty text."""

    where: str
    field: str
    language: str
    yours: str
    was: str
    new: str
    key: str
    outcome: Outcome
    safety: bool
    why: str
    """For what is held: why it has to be."""
    record: records.Record
    """What it is about."""


def rows(found: Plan) -> list[Row]:
    """Every change in words, in the language at hand: what bears on safety first."""
    said = [_row(found, change) for change in found.merged.changes]
    return sorted(said, key=lambda row: not row.safety)


def _row(found: Plan, change: Change) -> Row:
    sides = (change.yours, change.was, change.new)
    contents = (found.yours, found.was, found.release)
    if change.fields == (ORDER,):
        field, texts = _("Order"), _listed(sides, contents)
    elif change.fields:
        field, texts = _fields(change, contents)
    else:
        field = capfirst(str(MODELS[type(change.part or change.owner)]._meta.verbose_name))
        texts = [_name(side, content) if side else "" for side, content in zip(sides, contents, strict=True)]
    if change.part and change.fields:
        field = f"{_name(change.part, found.yours)}: {field.lower()}"
    why = ""
    if change.outcome == "held":
        why = _("It needs a question, a choice or a live service that your draft does not have.")
        if change.needed_by:
            where = _where(change.needed_by, found)
            why = _("%(where)s needs what you have here. Change that first.") % {"where": where}
    where = _where(change.owner, found)
    yours, was, new = texts
    return Row(
        where, field, change.language, yours, was, new, change.key, change.outcome, change.safety, why, change.owner
    )


def _fields(change: Change, contents: Sequence[Content]) -> tuple[str, list[str]]:
    """The names of the fields that differ, and what each side says in them."""
    record = change.yours
    told: dict[str, list[str]] = {}
    for name in change.fields:
        texts = []
        for side, content in zip((change.yours, change.was, change.new), contents, strict=True):
            value = getattr(side, name) if side else None
            if change.language:
                texts.append((value or {}).get(change.language, ""))
            else:
                texts.append(field_value(content, side, name, value) if side else "")
        if len(set(texts)) > 1:
            told[field_name(record, name)] = texts
    if len(told) == 1:
        return next(iter(told.items()))
    return ", ".join(told), ["; ".join(filter(None, column)) for column in zip(*told.values(), strict=True)]


def _where(record: records.Record, found: Plan) -> str:
    match record:
        case records.Service() | records.Organization():
            return wording.record_name(record)
        case flow.Question():
            return wording.question_name(record)
        case flow.Guidance():
            return wording.guidance_name(record)
        case flow.Recommendation():
            return wording.rule_name(record, (*found.release.services, *found.yours.services))
        case flow.Choice():
            return capfirst(_("choice %(words)s") % {"words": wording.choice_name(record)})
    return ""


def _name(record: records.Record, content: Content) -> str:
    """A record in few words."""
    match record:
        case records.ContactPoint():
            return wording.way_name(record)
        case records.Source():
            return record.title
        case flow.Choice():
            return wording.choice_name(record)
        case flow.Recommendation():
            return wording.describe_rule(content.flow, record)
        case flow.Question() | flow.Guidance():
            return wording.quoted(record.title, record.key)
        case records.Service() | records.Organization():
            return wording.record_name(record)
    return ""


def _listed(sides: Sequence[Sequence[Any]], contents: Sequence[Content]) -> list[str]:
    """The order on each side, without those at the start and the end that stand alike on all of them."""
    named = [
        [row.service if isinstance(row, flow.Recommendation) else _name(row, content) for row in rows_]
        for rows_, content in zip(sides, contents, strict=True)
    ]
    if len({tuple(names) for names in named}) == 1:  # two questions can have one title
        named = [[getattr(row, "key", "") or getattr(row, "service", "") for row in rows_] for rows_ in sides]
    alike = [len(set(names)) == 1 for names in zip(*named, strict=True)]
    first, last = alike.index(False), len(alike) - alike[::-1].index(False)
    return ["; ".join(f"{at + 1}. {names[at]}" for at in range(first, last)) for names in named]
