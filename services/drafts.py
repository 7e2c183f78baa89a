"""Another directory's services, brought in as drafts for staff to check. Nothing here goes live.

Takes nested HSDS services. What a navigator wrote comes back as it was; what anyone else wrote is read as far as a
record can hold it, and the rest is named. A service that is here already is never touched, so that bringing the same
file in twice changes nothing twice.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import hsds, hsds_foreign, hsds_theirs, models, records, writing
from .hsds_foreign import ID
from .rows import from_record

MOST = 10_000
"""Services in one file. Somebody has to check each of them."""
DEEPEST = 20
"""Levels of a service in JSON; the standard's own example has eleven."""


@dataclass
class Report:
    """What was taken and what was not, in words for staff."""

    taken: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unheld: Counter[str] = field(default_factory=Counter)
    """Fields that a record has no place for, and in how many services they stood."""


class Ready(NamedTuple):
    """A service that can be written."""

    name: str
    service: records.Service
    organization: records.Organization
    notes: list[str]


def bring_in(rows: list[dict[str, Any]], language: str = hsds.MAIN) -> Report:
    """Write the services that are not here yet as drafts; all or, where something breaks, nothing.

    Raises ValueError for more of them than anyone can check.
    """
    if len(rows) > MOST:
        raise ValueError(
            _("%(count)s services are too many at once: at most %(most)s. Split the file.")
            % {"count": len(rows), "most": MOST}
        )
    report = Report()
    ready: list[Ready] = []
    seen: set[str] = set()
    nameless = _("no name")
    for number, row in enumerate(rows, start=1):
        name = _line(f"{number}. {row.get('name') or nameless}")
        try:
            row = _clean(row)
            service, organization, notes = _read(row, language, report)
            key = _foreign_id(service) or service.slug
            if key in seen:
                raise ValueError(_("its id stands twice in this file"))
            seen.add(key)
            _check(service, organization)
        except (ValueError, ValidationError) as error:  # msgspec's errors are such
            report.skipped.append(_line(f"{name}: {_words(error)}"))
        else:
            ready.append(Ready(name, service, organization, notes))
    _write(ready, report)
    return report


@transaction.atomic
def _write(ready: list[Ready], report: Report) -> None:
    """Write what is not here yet. The database is locked no longer than this takes."""
    here = set(models.Service.objects.values_list("slug", flat=True))
    foreign = set(models.Source.objects.filter(url__startswith=ID).values_list("url", flat=True))
    new: list[Ready] = []
    for each in ready:
        if each.service.slug in here or _foreign_id(each.service) in foreign:
            report.skipped.append(_line(f"{each.name}: " + _("it is here already; nothing was changed")))
            continue
        here.add(each.service.slug)
        new.append(each)
        report.taken.append(f"{each.name} ({each.service.slug})")
        report.notes += [_line(f"{each.name}: {note}") for note in each.notes]
    owned = set(models.Organization.objects.values_list("slug", flat=True))
    owners = {each.organization.slug: each.organization for each in reversed(new)}
    writing.save_organizations(owner for slug, owner in owners.items() if slug not in owned)
    writing.save_services(each.service for each in new)


def _read(row: Any, language: str, report: Report) -> tuple[records.Service, records.Organization, list[str]]:
    """A service as a record, its organization, and what staff must know."""
    if hsds.ours(row) and hsds.ours(row.get("organization") or {}):
        return _read_ours(row)
    found = hsds_foreign.read(row, language)
    report.unheld.update(hsds_theirs.unheld(row))
    return found


def _read_ours(row: Any) -> tuple[records.Service, records.Organization, list[str]]:
    try:
        ours, organization = hsds.read_service(row), hsds.read_organization(row["organization"])
        named = [(str(area.get("extent", "")), str(area.get("name", ""))) for area in row.get("service_areas") or []]
    except (AttributeError, LookupError, TypeError):
        raise ValueError(_("it is not in the shape that a navigator writes")) from None
    found, notes = hsds_foreign.areas_of(named)
    if ours.local_of and not found and not notes:
        notes = [_("it is for one area, but does not say which")]
    areas = hsds_foreign.placed(found, bool(notes))
    return msgspec.structs.replace(ours, status="draft", areas=areas, staff_note="\n".join(notes)), organization, notes


def _foreign_id(service: records.Service) -> str:
    """The id that another directory gave a service; empty for one of ours."""
    return next((source.url for source in service.sources if source.url.startswith(ID)), "")


def _check(service: records.Service, organization: records.Organization) -> None:
    """Raises ValidationError where the admin would, so that no row can break what comes after."""
    models.Organization(**from_record(organization, skip=())).clean_fields()
    skip = ("organization", "ways", "sources")
    row = models.Service(**from_record(service, skip=skip))
    row.clean_fields(exclude=["organization"])
    row.clean()
    for way in service.ways:
        point = models.ContactPoint(**from_record(way, skip=()))
        point.clean_fields(exclude=["service"])
        point.clean()
    for source in service.sources:
        seen = models.Source(**from_record(source, skip=()))
        seen.clean_fields(exclude=["service"])
        if not source.url.startswith(ID):
            seen.clean()


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _clean(value: Any, depth: int = 0) -> Any:
    """Without empty values, and without control characters, which some databases refuse."""
    if depth > DEEPEST:
        raise ValueError(_("it is nested too deeply"))
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := _clean(each, depth + 1)) not in (None, "", [])}
    if isinstance(value, list):
        return [kept for each in value if (kept := _clean(each, depth + 1)) is not None]
    if isinstance(value, str):
        return _CONTROL.sub("", value).strip()
    return value


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return str(error)
