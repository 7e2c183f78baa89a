"""The spreadsheet for the round of checks: what is due goes out, what was checked comes back.

A crisis line is never called to see whether it answers: each row says to ask its office, website or agency.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services import phones
from services.models import NUMBERED, Service

GIVEN = ("slug", "name", "what to check", "numbers", "website", "last checked")
FILLED = ("checked on", "how", "by", "note")
COLUMNS = (*GIVEN, *FILLED)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts with one of these runs as a formula in a spreadsheet; an apostrophe makes it words."""


@dataclass
class Round:
    """What came back: the rows taken, those that say nothing new, and what is wrong."""

    taken: list[str] = field(default_factory=list)
    same: int = 0
    empty: int = 0
    problems: list[str] = field(default_factory=list)


def due(today: dt.date) -> list[Service]:
    """The live services whose check is due, the longest unchecked first."""
    rows = Service.objects.filter(status="live").prefetch_related("ways")
    found = [
        row
        for row in rows
        if row.recheck or row.assured_date is None or row.assured_date + dt.timedelta(days=row.review_days) <= today
    ]
    return sorted(found, key=lambda row: (row.assured_date or dt.date.min, row.slug))


def export(services: Iterable[Service]) -> str:
    """The services as a CSV file with empty columns to fill in."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for service in services:
        record = service.record()
        numbers = [f"{way.kind} {phones.show(way.value)}" for way in record.ways if way.kind in NUMBERED]
        websites = [way.value for way in record.ways if way.kind == "website"]
        checked = record.assured_date.isoformat() if record.assured_date else _("never")
        row = [record.slug, str(service), _what(bool(numbers)), "; ".join(numbers), " ".join(websites), checked]
        writer.writerow([_safe(cell) for cell in (*row, *("" for _column in FILLED))])
    return text.getvalue()


def _what(numbers: bool) -> str:
    if not numbers:
        return _("See that its page opens and still says the same; or ask its office or agency.")
    return _(
        "Do not call the line itself. See on its website, or ask its office or the agency that pays for it, "
        "that its numbers, hours and languages are still right."
    )


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


@transaction.atomic
def bring_in(text: str) -> Round:
    """Write down the checks of a filled-in file: all of them, or none if a row is wrong. Raises ValueError."""
    found = Round()
    rows = list(_rows(text))
    services = {row.slug: row for row in Service.objects.all()}
    changed: dict[str, Service] = {}
    for line, row in rows:
        if not row["checked on"]:
            found.empty += 1
            continue
        try:
            service = services[row["slug"]]
        except KeyError:
            found.problems.append(f"Row {line}: there is no service “{row['slug'][:60]}”.")
            continue
        if service.slug in changed:
            found.problems.append(f"Row {line}: “{service.slug}” stands twice.")
            continue
        try:
            day = _day(row["checked on"])
            _refuse(row, service, day)
        except ValueError as error:
            found.problems.append(f"Row {line} ({service.slug}): {error}")
            continue
        changed[service.slug] = service
        if not _apply(service, day, row):
            found.same += 1
            continue
        found.taken.append(f"{service.slug}: {day.isoformat()}, {row['how']}, {row['by']}")
    if not found.problems:
        for service in changed.values():
            service.save(update_fields=["assured_date", "assured_how", "assured_by", "recheck", "staff_note"])
    return found


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows with the number that a spreadsheet shows beside them."""
    first = text.split("\n", 1)[0]
    # Where the comma is the decimal sign, spreadsheets write semicolons.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first and "," not in first else ",")
    try:
        table = list(reader)
    except csv.Error as error:
        raise ValueError(f"This is not a sound CSV file: {error}.") from None
    header = [name.strip().lower() for name in table[0]] if table else []
    missing = [name for name in ("slug", *FILLED) if name not in header]
    if missing:
        raise ValueError(f"The first row must name the columns; missing: {', '.join(missing)}.")
    for line, cells in enumerate(table[1:], start=2):
        if any(cells):
            filled = [cell.strip().removeprefix("'") for cell in cells] + [""] * len(header)
            yield line, dict(zip(header, filled, strict=False))


def _day(text: str) -> dt.date:
    """A day as 2026-11-24, or as American spreadsheets write it: 11/24/2026."""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return dt.date(year, month, day)
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is not a day. Write it like 2026-11-24.") from None


def _refuse(row: dict[str, str], service: Service, day: dt.date) -> None:
    if day > timezone.localdate():
        raise ValueError(f"{day.isoformat()} is in the future.")
    if service.assured_date and day < service.assured_date:
        raise ValueError(f"it was checked later than that already, on {service.assured_date.isoformat()}.")
    for name in ("how", "by"):
        if not row[name]:
            raise ValueError(f"“{name}” is empty.")
        if len(row[name]) > 200:
            raise ValueError(f"“{name}” is too long: at most 200 letters.")


def _apply(service: Service, day: dt.date, row: dict[str, str]) -> bool:
    """Put a check on a service; False if it says what stands there already."""
    values: dict[str, Any] = {"assured_date": day, "assured_how": row["how"], "assured_by": row["by"]}
    note = f"{day.isoformat()}: {' '.join(row['note'].split())}" if row["note"] else ""
    known = not note or note in service.staff_note.splitlines()
    # A check on the same day as the last one still answers what asked for it anew.
    if known and all(getattr(service, name) == value for name, value in values.items()) and not service.recheck:
        return False
    for name, value in values.items():
        setattr(service, name, value)
    service.recheck = False
    if not known:
        service.staff_note = f"{service.staff_note.rstrip()}\n{note}".strip()
    return True
