"""The sheet of checks, a spreadsheet: what is due goes out, what was checked comes back.

A crisis line is never called to see whether it answers: each row says to ask its office, website or agency.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
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
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_GET, require_http_methods

from navigator.editions.history import recorded
from navigator.editions.wording import days
from services import phones
from services.findings import WayReport
from services.models import Service, unchecked
from services.records import NUMBERED

from . import spreadsheets
from .pages import page

GIVEN = ("slug", "name", "what to check", "numbers", "website", "last checked")
FILLED = ("checked on", "result", "how", "by", "note")
COLUMNS = (*GIVEN, *FILLED)
RESULTS = {
    "right": gettext_lazy("right"),
    "wrong": gettext_lazy("wrong"),
    "moved": gettext_lazy("moved"),
    "could not tell": gettext_lazy("could not tell"),
}
"""What a check can find; in the sheet in any language of the site."""
MOST_PROBLEMS = 50
"""Rows that are told to be wrong at once; nobody reads more, and each costs memory."""
LONGEST = {"how": 200, "by": 200, "note": 1000}


@dataclass
class Checked:
    """What came back: the rows taken, those that say nothing new, and what is wrong."""

    taken: list[str] = field(default_factory=list)
    wrong: int = 0
    """Of those taken, the services that were found wrong or moved: now on the list of what is due, with the reason."""
    same: int = 0
    empty: int = 0
    problems: list[str] = field(default_factory=list)


def table(services: Iterable[Service]) -> list[Sequence[str]]:
    """The services as rows, with empty columns to fill in."""
    return [COLUMNS, *((*_given(service).values(), *("" for _column in FILLED)) for service in services)]


def export(services: Iterable[Service], kind: str = "csv") -> bytes:
    """The services as a file: ``csv`` or ``xlsx``."""
    rows = table(services)
    if kind == "csv":
        return spreadsheets.to_csv(rows)
    offered = [str(words) for words in RESULTS.values()]
    return spreadsheets.to_xlsx(rows, len(GIVEN), (COLUMNS.index("result"), offered))


def _given(service: Service) -> dict[str, str]:
    """What a row says of a service, in the language of who takes it out."""
    ways = list(service.ways.all())
    numbers = [
        " ".join(filter(None, (way.kind, phones.show(way.value), days(way.valid_from, way.valid_to))))
        for way in ways
        if way.kind in NUMBERED
    ]
    websites = [way.value for way in ways if way.kind == "website"]
    checked = service.assured_date.isoformat() if service.assured_date else _("never")
    what = _what(bool(numbers))
    return dict(
        zip(GIVEN, (service.slug, str(service), what, "; ".join(numbers), " ".join(websites), checked), strict=True)
    )


def _what(numbers: bool) -> str:
    if not numbers:
        return _("See that its page opens and still says the same; or ask its office or agency.")
    return _(
        "Do not call the line itself. See on its website, or ask its office or the agency that pays for it, "
        "that its numbers, hours and languages are still right."
    )


@transaction.atomic
def bring_in(data: bytes, by: Any = None) -> Checked:
    """Write down the checks of a filled-in file: all of them, or none if a row is wrong. Raises ValueError.

    ``by`` is the staff member in whose name they stand in the log of Django admin.
    """
    found = Checked()
    services = {row.slug: row for row in Service.objects.prefetch_related("ways")}
    named: set[str] = set()
    changed: list[Service] = []
    for line, row in _rows(data):
        if len(found.problems) == MOST_PROBLEMS:
            found.problems.append(_("There is more that is wrong below; mend this first."))
            break
        filled = any(row[name] for name in FILLED)
        service = services.get(row["slug"])
        if service is None:
            if filled:
                told = _("Row %(line)s: there is no service “%(slug)s”.") % {"line": line, "slug": row["slug"][:60]}
                found.problems.append(told)
            found.empty += not filled
            continue
        try:
            _keep_given(row, service)
            if not filled:
                found.empty += 1
                continue
            if service.slug in named:
                raise ValueError(_("it stands twice."))
            named.add(service.slug)
            day, result = _day(row["checked on"]), _result(row["result"])
            _refuse(row, service, day)
        except ValueError as error:
            told = _("Row %(line)s (%(slug)s): %(what)s") % {"line": line, "slug": service.slug, "what": error}
            found.problems.append(told)
            continue
        if not _apply(service, day, result, row):
            found.same += 1
            continue
        changed.append(service)
        found.wrong += result in ("wrong", "moved")
        found.taken.append(f"{service.slug}: {day.isoformat()}, {result}, {row['how']}, {row['by']}")
    if not found.problems:
        with recorded(by, "check", rows=[Service.objects.filter(pk__in=[service.pk for service in changed])]):
            for service in changed:
                service.save(update_fields=["assured_date", "assured_how", "assured_by", "recheck", "staff_note"])
        if by and changed:
            LogEntry.objects.log_actions(by.pk, changed, CHANGE, _("Checked, by the spreadsheet"))
    return found


def _rows(data: bytes) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows by the names of their columns."""
    rows = spreadsheets.read(data)
    header = [name.lower() for name in next(rows, (0, ()))[1]]
    if missing := [name for name in ("slug", *FILLED) if name not in header]:
        raise ValueError(_("The first row must name the columns; missing: %s.") % ", ".join(missing))
    # Of a row no more is kept than what is read of it, however many columns there are.
    places = [(name, header.index(name)) for name in COLUMNS if name in header]
    for line, cells in rows:
        if any(cells):
            yield line, dict.fromkeys(COLUMNS, "") | {name: cells[at] for name, at in places if at < len(cells)}


def _keep_given(row: dict[str, str], service: Service) -> None:
    """Raises ValueError where a cell that is not to be filled in is not what stands in the directory.

    Whoever writes a right number over a wrong one there would think it mended. And who checked what has changed since
    has not checked what is there now.
    """
    given = []
    for code, _language in settings.LANGUAGES:
        with override(code):
            given.append(_given(service) | {"never": _("never")})
    for name in GIVEN[1:]:
        cell = _spaced(row[name])
        if not cell or cell in [_spaced(each[name]).removeprefix("'") for each in given]:
            continue
        if name == "last checked" and _was_given(cell, service, [each["never"] for each in given]):
            continue
        raise ValueError(
            _(
                "“%(column)s” is not what the directory says. It is not taken from the sheet: write in “note” what "
                "is right, or change the service itself. If the service was changed since, take out a new sheet."
            )
            % {"column": name}
        )


def _was_given(cell: str, service: Service, never: list[str]) -> bool:
    """Whether this was the day of the last check when the sheet went out, however a spreadsheet wrote it since."""
    if cell in never:
        return True
    if not service.assured_date:
        return False
    day = service.assured_date
    if sorted(map(int, re.findall(r"\d{1,4}", cell)[:4])) == sorted((day.year, day.month, day.day)):
        return True
    try:
        return _day(cell) < day
    except ValueError:
        return False


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _result(text: str) -> str:
    """A key of ``RESULTS``, from its words in any language."""
    if not text:
        raise ValueError(_("“%s” is empty.") % "result")
    for key, said in RESULTS.items():
        for code, _language in settings.LANGUAGES:
            with override(code):
                if _spaced(text).casefold() in (key, str(said).casefold()):
                    return key
    raise ValueError(
        _("“%(text)s” is not a result. Write one of these: %(results)s.")
        % {"text": text[:40], "results": ", ".join(str(said) for said in RESULTS.values())}
    )


def _day(text: str) -> dt.date:
    """A day as 2026-11-24, or as American spreadsheets write it: 11/24/2026."""
    if not text:
        raise ValueError(_("“%s” is empty.") % "checked on")
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
    for name, most in LONGEST.items():
        if not row[name] and name != "note":
            raise ValueError(_("“%s” is empty.") % name)
        if len(row[name]) > most:
            words = _("“%(column)s” is too long: at most %(most)s letters.")
            raise ValueError(words % {"column": name, "most": most})


def _apply(service: Service, day: dt.date, result: str, row: dict[str, str]) -> bool:
    """Put a check on a service; False if it says what stands there already.

    Only what was found right counts as checked. What is wrong or moved is due, with the reason, until it is mended.
    """
    said = _spaced(row["note"])
    if result != "right":
        said = f"{RESULTS[result]} ({row['how']}, {row['by']}){said and f': {said}'}"
    note = f"{day.isoformat()}: {said}" if said else ""
    known = not note or note in service.staff_note.splitlines()
    if result == "right":
        values: dict[str, Any] = {"assured_date": day, "assured_how": row["how"], "assured_by": row["by"]}
        # A check on the same day as the last one still answers what asked for it anew.
        if known and all(getattr(service, name) == value for name, value in values.items()) and not service.recheck:
            return False
        for name, value in values.items():
            setattr(service, name, value)
        service.recheck = False
    elif known and (result == "could not tell" or note in service.why.splitlines()):
        return False
    elif result != "could not tell":
        service.mark(note)
    if not known:
        service.staff_note = f"{service.staff_note.rstrip()}\n{note}".strip()
    return True


# The staff's page


def urls(site: AdminSite) -> list[Any]:
    """The addresses of the sheet, under the admin's."""
    return [
        path("checks/", site.admin_view(check_sheet_page), name="check-sheet"),
        path("checks/due.csv", site.admin_view(sheet), {"kind": "csv"}, name="check-sheet-file"),
        path("checks/due.xlsx", site.admin_view(sheet), {"kind": "xlsx"}, name="check-sheet-workbook"),
    ]


@require_GET
@permission_required("services.change_service", raise_exception=True)
def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """What is due, as a file."""
    headers = {"Content-Disposition": f'attachment; filename="due.{kind}"'}
    content_type = spreadsheets.CSV_TYPE if kind == "csv" else spreadsheets.XLSX_TYPE
    return HttpResponse(export(Service.objects.due(), kind), content_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("services.change_service", raise_exception=True)
def check_sheet_page(request: HttpRequest) -> HttpResponse:
    """The way out for what is due, and the way back in for what was checked. A wrong row changes nothing."""
    problems: list[str] = []
    if "aside" in request.POST:
        WayReport.objects.all().delete()
        messages.success(request, _("What visitors said is set aside."))
        return redirect("admin:check-sheet")
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise ValueError(_("Choose the file that you filled in."))
            found = bring_in(file.read(), request.user)
            problems = found.problems
        except ValueError as error:
            problems = [str(error)]
        if not problems:
            counts = {"taken": len(found.taken), "same": found.same, "empty": found.empty}
            done = _("Written down: %(taken)s. Already there: %(same)s. Not filled in: %(empty)s.") % counts
            messages.success(request, done)
            if found.wrong:
                messages.warning(request, _("Some were found wrong. Mend them now: they stand first on this page."))
            messages.info(request, _("The public sees the new dates once you publish."))
            return redirect("admin:check-sheet")
    due = Service.objects.due()
    context = {
        "count": len(due),
        "unchecked": unchecked(due),
        "first": [
            (_("Visitors say that these did not work"), [service for service in due if service.reported]),
            (_("Found wrong: mend these first"), [service for service in due if service.why and not service.reported]),
        ],
        "reported": WayReport.objects.exists(),
        "problems": problems,
        "columns": FILLED,
        "results": RESULTS.values(),
    }
    return page(request, "check_sheet", _("Sheet of checks"), 400 if problems else 200, **context)
