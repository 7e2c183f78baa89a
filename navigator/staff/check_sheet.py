"""The sheet of checks, a spreadsheet: what is due goes out, what was checked comes back.

A crisis line is never called to see whether it answers: each row says to ask its office, website or agency.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from services import files, phones
from services.models import Service
from services.records import NUMBERED

from .pages import page

GIVEN = ("slug", "name", "what to check", "numbers", "website", "last checked")
FILLED = ("checked on", "how", "by", "note")
COLUMNS = (*GIVEN, *FILLED)
MOST_PROBLEMS = 50
"""Rows that are told to be wrong at once; nobody reads more, and each costs memory."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts with one of these runs as a formula in a spreadsheet; an apostrophe makes it words."""


@dataclass
class Checked:
    """What came back: the rows taken, those that say nothing new, and what is wrong."""

    taken: list[str] = field(default_factory=list)
    same: int = 0
    empty: int = 0
    problems: list[str] = field(default_factory=list)


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
def bring_in(text: str, by: Any = None) -> Checked:
    """Write down the checks of a filled-in file: all of them, or none if a row is wrong. Raises ValueError.

    ``by`` is the staff member in whose name they stand in the log of Django admin.
    """
    found = Checked()
    services = {row.slug: row for row in Service.objects.all()}
    named: set[str] = set()
    changed: list[Service] = []
    for line, row in _rows(text):
        if len(found.problems) == MOST_PROBLEMS:
            found.problems.append(_("There is more that is wrong below; mend this first."))
            break
        if not row["checked on"]:
            found.empty += 1
            continue
        try:
            service = services[row["slug"]]
        except KeyError:
            found.problems.append(
                _("Row %(line)s: there is no service “%(slug)s”.") % {"line": line, "slug": row["slug"][:60]}
            )
            continue
        if service.slug in named:
            found.problems.append(_("Row %(line)s: “%(slug)s” stands twice.") % {"line": line, "slug": service.slug})
            continue
        try:
            day = _day(row["checked on"])
            _refuse(row, service, day)
        except ValueError as error:
            found.problems.append(
                _("Row %(line)s (%(slug)s): %(what)s") % {"line": line, "slug": service.slug, "what": error}
            )
            continue
        named.add(service.slug)
        if not _apply(service, day, row):
            found.same += 1
            continue
        changed.append(service)
        found.taken.append(f"{service.slug}: {day.isoformat()}, {row['how']}, {row['by']}")
    if not found.problems:
        for service in changed:
            service.save(update_fields=["assured_date", "assured_how", "assured_by", "recheck", "staff_note"])
        if by and changed:
            LogEntry.objects.log_actions(by.pk, changed, CHANGE, _("Checked, by the spreadsheet"))
    return found


def _rows(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows with the number that a spreadsheet shows beside them."""
    first = text.split("\n", 1)[0]
    # Where the comma is the decimal sign, spreadsheets write semicolons.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first and "," not in first else ",")
    if "\0" in text:
        raise ValueError(_("This is not a sound CSV file: %s.") % "NUL")
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        wanted = ("slug", *FILLED)
        if missing := [name for name in wanted if name not in header]:
            raise ValueError(_("The first row must name the columns; missing: %s.") % ", ".join(missing))
        # Of a row no more is kept than what is read of it, however many columns there are.
        places = [(name, header.index(name)) for name in wanted]
        for line, cells in enumerate(reader, start=2):
            if any(cells):
                row = {name: cells[place].strip() for name, place in places if place < len(cells)}
                yield line, dict.fromkeys(wanted, "") | {name: cell.removeprefix("'") for name, cell in row.items()}
    except csv.Error as error:
        raise ValueError(_("This is not a sound CSV file: %s.") % error) from None


def _day(text: str) -> dt.date:
    """A day as 2026-11-24, or as American spreadsheets write it: 11/24/2026."""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return dt.date(year, month, day)
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("“%s” is not a day. Write it like 2026-11-24.") % text[:40]) from None


def _refuse(row: dict[str, str], service: Service, day: dt.date) -> None:
    if day > timezone.localdate():
        raise ValueError(_("%s is in the future.") % day)
    if service.assured_date and day < service.assured_date:
        raise ValueError(_("it was checked later than that already, on %s.") % service.assured_date)
    for name in ("how", "by"):
        if not row[name]:
            raise ValueError(_("“%s” is empty.") % name)
        if len(row[name]) > 200:
            raise ValueError(_("“%s” is too long: at most 200 letters.") % name)


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


# The staff's page


def urls(site: AdminSite) -> list[Any]:
    """The addresses of the sheet, under the admin's."""
    return [
        path("checks/", site.admin_view(check_sheet_page), name="check-sheet"),
        path("checks/due.csv", site.admin_view(sheet), name="check-sheet-file"),
    ]


@require_GET
@permission_required("services.change_service", raise_exception=True)
def sheet(request: HttpRequest) -> HttpResponse:
    """What is due, as a file; the mark at its start tells spreadsheets that it is UTF-8."""
    headers = {"Content-Disposition": 'attachment; filename="due.csv"'}
    return HttpResponse(export(Service.objects.due()).encode("utf-8-sig"), "text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("services.change_service", raise_exception=True)
def check_sheet_page(request: HttpRequest) -> HttpResponse:
    """The way out for what is due, and the way back in for what was checked. A wrong row changes nothing."""
    problems: list[str] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise ValueError(_("Choose the file that you filled in."))
            found = bring_in(files.decoded(file.read()), request.user)
            problems = found.problems
        except UnicodeDecodeError:
            problems = [_("The file is not in UTF-8. Save it as “CSV UTF-8” and try again.")]
        except ValueError as error:
            problems = [str(error)]
        if not problems:
            counts = {"taken": len(found.taken), "same": found.same, "empty": found.empty}
            done = _("Written down: %(taken)s. Already there: %(same)s. Not filled in: %(empty)s.") % counts
            messages.success(request, done)
            messages.info(request, _("The public sees the new dates once you publish."))
            return redirect("admin:check-sheet")
    context = {"count": len(Service.objects.due()), "problems": problems, "columns": FILLED}
    return page(request, "check_sheet", _("Sheet of checks"), 400 if problems else 200, **context)
