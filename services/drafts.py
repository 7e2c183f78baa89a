"""Another directory's services, brought in as drafts for staff to check. Nothing here goes live.

Takes nested HSDS 3.0 services. What a navigator wrote comes back as it was; what anyone else wrote is read
as far as a record can hold it, and the rest is named. A service that is here already is never touched, so
that bringing the same file in twice changes nothing twice.
"""

import datetime as dt
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import hours, hsds, models, phones, records

MOST = 2000
"""Services in one file. Somebody has to check each of them."""
DEEPEST = 20
"""Levels of a service in JSON; the standard's own example has eleven."""
ID = "urn:uuid:"
"""Stands before the id of a foreign service, in the address of its source."""


@dataclass
class Report:
    """What was taken and what was not, in words for staff."""

    taken: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unheld: Counter[str] = field(default_factory=Counter)
    """Fields that a record has no place for, and in how many services they stood."""


# What is read of a foreign service; all else is unheld


class Theirs(msgspec.Struct):
    """Part of a foreign service. Unknown fields are let through."""


class Language(Theirs):
    """HSDS ``language``."""

    name: str = ""
    code: str = ""
    note: str = ""


class Phone(Theirs):
    """HSDS ``phone``."""

    number: str = ""
    extension: str | int | float = ""
    type: str = "voice"
    description: str = ""
    languages: list[Language] = []


class Schedule(Theirs):
    """HSDS ``schedule``."""

    freq: str = "WEEKLY"
    interval: float = 1
    byday: str = ""
    opens_at: str = ""
    closes_at: str = ""
    timezone: float | None = None
    description: str = ""
    notes: str = ""
    until: Any = None
    count: Any = None
    valid_to: Any = None
    byweekno: Any = None
    bymonthday: Any = None
    byyearday: Any = None


class Location(Theirs):
    """HSDS ``location``. Only the address of a virtual one is read: never a street (J8)."""

    location_type: str = ""
    url: str = ""


class Contact(Theirs):
    """HSDS ``contact``."""

    name: str = ""
    title: str = ""
    department: str = ""
    email: str = ""
    phones: list[Phone] = []


class At(Theirs):
    """HSDS ``service_at_location``."""

    location: Location | None = None
    phones: list[Phone] = []


class Area(Theirs):
    """HSDS ``service_area``."""

    name: str = ""


class Document(Theirs):
    """HSDS ``required_document``."""

    document: str = ""


class Organization(Theirs):
    """HSDS ``organization``."""

    id: UUID
    name: str
    website: str = ""


class HsdsService(Theirs):
    """HSDS ``service``."""

    id: UUID
    name: str
    status: str
    organization: Organization
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    email: str = ""
    eligibility_description: str = ""
    minimum_age: float | None = None
    maximum_age: float | None = None
    application_process: str = ""
    fees_description: str = ""
    interpretation_services: str = ""
    alert: str = ""
    assured_date: str = ""
    assurer_email: str = ""
    phones: list[Phone] = []
    schedules: list[Schedule] = []
    languages: list[Language] = []
    contacts: list[Contact] = []
    service_areas: list[Area] = []
    service_at_locations: list[At] = []
    required_documents: list[Document] = []


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
    ready = []
    seen: set[str] = set()
    nameless = _("no name")
    for number, row in enumerate(rows, start=1):
        name = _line(f"{number}. {row.get('name') or nameless}")
        try:
            row = _clean(row)
            if str(row.get("id")) in seen:
                raise ValueError(_("its id stands twice in this file"))
            seen.add(str(row.get("id")))
            service, organization, notes = _read(row, language, report)
            _check(service, organization)
        except (ValueError, msgspec.ValidationError, ValidationError) as error:
            report.skipped.append(_line(f"{name}: {_words(error)}"))
        else:
            ready.append((name, service, organization, notes))
    _write(ready, report)
    return report


@transaction.atomic
def _write(ready: list[tuple[str, records.Service, records.Organization, list[str]]], report: Report) -> None:
    """Write what is not here yet. The database is locked no longer than this takes."""
    here = set(models.Service.objects.values_list("slug", flat=True))
    foreign = set(models.Source.objects.filter(url__startswith=ID).values_list("url", flat=True))
    organizations = set(models.Organization.objects.values_list("slug", flat=True))
    for name, service, organization, notes in ready:
        if service.slug in here or any(source.url in foreign for source in service.sources):
            report.skipped.append(_line(f"{name}: " + _("it is here already; nothing was changed")))
            continue
        if organization.slug not in organizations:
            models.save_organization(organization)
            organizations.add(organization.slug)
        models.save_service(service)
        here.add(service.slug)
        report.taken.append(f"{name} ({service.slug})")
        report.notes += [_line(f"{name}: {note}") for note in notes]


def _read(row: Any, language: str, report: Report) -> tuple[records.Service, records.Organization, list[str]]:
    """A service as a record, its organization, and what staff must know."""
    if hsds.ours(row) and hsds.ours(row.get("organization") or {}):
        ours = msgspec.structs.replace(hsds.read_service(row), status="draft")
        return ours, hsds.read_organization(row["organization"]), []
    # Where a list says only who runs a service, no more is needed.
    theirs = msgspec.convert(row, HsdsService, strict=False)
    known = {*HsdsService.__struct_fields__, "organization_id"}
    report.unheld.update(name for name in row if name not in known)
    return _Draft(theirs, language).made()


class _Draft:
    """A foreign service on its way to a record."""

    def __init__(self, theirs: HsdsService, language: str) -> None:
        self.theirs = theirs
        self.language = language
        self.notes: list[str] = []

    def text(self, *parts: str) -> records.Text:
        # The standard lets descriptions hold HTML; a record holds plain words.
        words = "\n".join(filter(None, (strip_tags(part).strip() for part in parts)))
        return {self.language: words} if words else {}

    def made(self) -> tuple[records.Service, records.Organization, list[str]]:
        theirs = self.theirs
        key = str(theirs.id)
        organization = records.Organization(
            slug=_slug(theirs.organization.name, theirs.organization.id),
            name=self.text(theirs.organization.name),
            website=theirs.organization.website if _is_web(theirs.organization.website) else "",
        )
        if not organization.name:
            raise ValueError(_("its organization has no name"))
        if theirs.status != "active":
            self.notes.append(_("its directory says that it is “%(status)s”") % {"status": theirs.status})
        ways = tuple(self.ways())
        service = records.Service(
            slug=_slug(theirs.name, theirs.id),
            organization=organization.slug,
            category="local",
            status="draft",
            name=self.text(theirs.name),
            plain=self.text(theirs.description or theirs.name),
            serves=self.text(theirs.eligibility_description, self.ages()),
            what_happens=self.text(theirs.application_process),
            have_ready=self.text(*(each.document for each in theirs.required_documents)),
            cost=self.text(theirs.fees_description),
            languages=tuple(dict.fromkeys(each.code for each in theirs.languages if _is_code(each.code))),
            languages_note=self.text(theirs.interpretation_services, *(_spoken(each) for each in theirs.languages)),
            keywords=self.text(theirs.alternate_name),
            alert=self.text(theirs.alert),
            ways=ways,
            sources=(records.Source(title=_("Brought in from another directory (HSDS)"), url=ID + key),),
            assured_date=self.assured(),
            assured_by=theirs.assurer_email,
            recheck=True,
        )
        areas = "; ".join(area.name for area in theirs.service_areas if area.name)
        if areas:
            self.notes.append(_("where it serves: %(areas)s") % {"areas": areas})
        self.notes += [_("contact: %(name)s") % {"name": each.name} for each in theirs.contacts if each.name]
        self.notes = list(dict.fromkeys(self.notes))
        # What a record has no field for stays with the draft, where staff will read it.
        return msgspec.structs.replace(service, staff_note="\n".join(self.notes)), organization, self.notes

    def ages(self) -> str:
        low, high = self.theirs.minimum_age, self.theirs.maximum_age
        if low is None and high is None:
            return ""
        ages = {"low": "" if low is None else f"{low:g}", "high": "" if high is None else f"{high:g}"}
        with override(self.language):
            return (_("Age: %(low)s - %(high)s") % ages).strip()

    def assured(self) -> dt.date | None:
        if not self.theirs.assured_date:
            return None
        try:
            return dt.date.fromisoformat(self.theirs.assured_date[:10])
        except ValueError:
            self.notes.append(_("“%(date)s” is not a date of a check") % {"date": self.theirs.assured_date})
            return None

    def ways(self) -> list[records.ContactPoint]:
        theirs = self.theirs
        lines = [*theirs.phones, *(phone for each in theirs.contacts for phone in each.phones)]
        lines += [phone for each in theirs.service_at_locations for phone in each.phones]
        open_hours, timezone, note = self.hours()
        timed = {"hours": open_hours, "timezone": timezone, "hours_note": self.text(note)}
        found = [way for phone in lines if (way := self.phone(phone, timed))]
        links = [theirs.url] + [
            each.location.url
            for each in theirs.service_at_locations
            if each.location and each.location.location_type == "virtual"
        ]
        for address in filter(None, links):
            if _is_web(address):
                found.append(records.ContactPoint(kind="website", value=address))
            else:
                self.notes.append(_("“%(address)s” is not an address on the web; left out") % {"address": address})
        if theirs.email:
            found.append(records.ContactPoint(kind="email", value=theirs.email))
        for each in theirs.contacts:
            if each.email:
                label = self.text(", ".join(filter(None, (each.title, each.department))))
                found.append(records.ContactPoint(kind="email", value=each.email, label=label))
        once = {(way.kind, way.value): way for way in reversed(found)}
        return list(reversed(once.values()))

    def phone(self, phone: Phone, timed: dict[str, Any]) -> records.ContactPoint | None:
        kinds: dict[str, records.Kind] = {
            "voice": "call", "cell": "call", "text": "text", "sms": "text", "video": "videophone", "textphone": "tty",
        }  # fmt: skip
        kind = kinds.get(phone.type.lower())
        if not kind:
            self.notes.append(
                _("%(number)s is a line of the kind “%(type)s”; left out")
                % {"number": phone.number, "type": phone.type}
            )
            return None
        try:
            value = phones.parse(phone.number.strip(" \"'"))
        except ValueError as error:
            self.notes.append(_("left out: %(why)s") % {"why": error.args[0].translated(_)})
            return None
        if phone.extension:
            self.notes.append(
                _("%(number)s has the extension %(extension)s")
                % {"number": phones.show(value), "extension": phone.extension}
            )
        extension = f"({phone.extension})" if phone.extension else ""
        codes = tuple(dict.fromkeys(each.code for each in phone.languages if _is_code(each.code)))
        label = self.text(" ".join(filter(None, (phone.description, extension))))
        return records.ContactPoint(kind=kind, value=value, label=label, languages=codes, **timed)

    def hours(self) -> tuple[str, str, str]:
        """Weekly hours, their zone, and a note on them.

        Hours that are not the same every week, or not understood, are words only: better unknown than wrong.
        """
        note = " ".join(
            dict.fromkeys(part for each in self.theirs.schedules for part in (each.description, each.notes) if part)
        )
        try:
            text, ahead = _weekly(self.theirs.schedules)
        except ValueError:
            self.notes.append(_("its hours are not the same every week, or are not understood; kept in words"))
            return "", "", note
        if not text or text == hours.ALWAYS:
            return text, "", note
        if ahead is None:
            self.notes.append(_("its hours name no time zone; choose the real one"))
            return text, "", note
        self.notes.append(_("its hours came with a fixed offset from UTC; choose the real time zone"))
        return text, f"Etc/GMT{-ahead:+d}", note


_CLOCK = re.compile(r"(\d{2}:\d{2})(?::00)?(Z|[+-]\d{2}(?::?00)?)?")


def _weekly(schedules: list[Schedule]) -> tuple[str, int | None]:
    """Plain weekly hours as text, and their offset from UTC. Raises ValueError for any that are not."""
    rules: list[str] = []
    offsets: set[int | None] = set()
    for each in schedules:
        once = (each.until, each.count, each.valid_to, each.byweekno, each.bymonthday, each.byyearday)
        opens, closes = _CLOCK.fullmatch(each.opens_at), _CLOCK.fullmatch(each.closes_at)
        if each.freq != "WEEKLY" or each.interval != 1 or any(once) or not opens or not closes:
            raise ValueError
        days = [day.strip().capitalize() for day in each.byday.split(",")]
        if set(days) == set(hours.DAYS) and opens[1] == "00:00" and closes[1] in ("00:00", "23:59", "24:00"):
            return hours.ALWAYS, None
        given = opens[2] or each.timezone
        offsets.add(None if given is None else 0 if given == "Z" else int(float(str(given)[:3].rstrip(":"))))
        if isinstance(given, float) and given != int(given):
            raise ValueError
        rules.append(f"{','.join(days)} {opens[1]}-{closes[1]}")
    if not rules:
        return "", None
    if len(offsets) > 1:
        raise ValueError
    hours.parse("; ".join(rules))
    return "; ".join(rules), offsets.pop()


def _slug(name: str, key: UUID) -> str:
    return f"{slugify(name)[:40].strip('-') or 'service'}-{key.hex[:8]}"


def _is_web(address: str) -> bool:
    return bool(re.fullmatch(models.ADDRESS, address))


def _is_code(code: str) -> bool:
    return bool(re.fullmatch(models.LANGUAGE_CODE, code))


def _spoken(language: Language) -> str:
    if _is_code(language.code) and not language.note:
        return ""
    return ": ".join(filter(None, (language.name, language.note)))


def _check(service: records.Service, organization: records.Organization) -> None:
    """Raises ValidationError where the admin would, so that no row can break what comes after."""
    models.Organization(**models.from_record(organization, skip=())).clean_fields()
    skip = ("organization", "ways", "sources")
    row = models.Service(**models.from_record(service, skip=skip))
    row.clean_fields(exclude=["organization"])
    row.clean()
    for way in service.ways:
        point = models.ContactPoint(**models.from_record(way, skip=()))
        point.clean_fields(exclude=["service"])
        point.clean()
    for source in service.sources:
        seen = models.Source(**models.from_record(source, skip=()))
        seen.clean_fields(exclude=["service"])
        if not source.url.startswith(ID):
            seen.clean()


def _clean(value: Any, depth: int = 0) -> Any:
    """Without empty values, and without control characters, which some databases refuse."""
    if depth > DEEPEST:
        raise ValueError(_("it is nested too deeply"))
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := _clean(each, depth + 1)) not in (None, "", [])}
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, str):
        return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    return value


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return str(error)
