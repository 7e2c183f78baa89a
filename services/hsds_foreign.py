"""A foreign HSDS service on its way to a record: what a record can hold, and notes on all that it cannot."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import areas, hours, hsds, hsds_areas, hsds_hours, hsds_theirs, models, phones, records
from .hsds_theirs import Language, Organization, Phone, Service
from .rows import LONGEST_WORDS, from_record

ID = "urn:uuid:"
"""Stands before the id of a foreign service, in the address of its source."""
MOST_AREAS = len(areas.STATES) + len(areas.COUNTIES)
"""Areas of one service: there are no more."""
LONGEST_ADDRESS, LONGEST_CODES = 200, 200
"""Characters of an organization's website, and of the codes of languages."""
KINDS: dict[str, records.Kind] = {
    "text": "text",
    "sms": "text",
    "video": "videophone",
    "textphone": "tty",
    "tty": "tty",
}
"""What the types of lines are here. Any other is a voice line, but for those that nobody can talk to."""
_EXTENSION = re.compile(r"[\s,;]*(?<![a-z])(?:extension|extn?|x)[.:\s]*(\d{1,7})\s*$", re.IGNORECASE)


def read(row: dict[str, Any], language: str) -> tuple[records.Service, records.Organization, list[str]]:
    """A foreign service as a record, its organization, and what staff must know.

    Raises ValueError, as msgspec.ValidationError too, for what cannot be taken at all.
    """
    theirs, misfits = hsds_theirs.read(row)
    return _Draft(theirs, misfits, language).made()


def areas_of(named: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], list[str]]:
    """The areas of extents and names, and a note on what is not understood. Raises ValueError for more than exist."""
    rows = list(named)
    if len(rows) > MOST_AREAS:
        raise ValueError(
            _("it names %(count)s areas; there are %(most)s states, territories and counties")
            % {"count": len(rows), "most": MOST_AREAS}
        )
    found, unclear = hsds_areas.read_all(rows)
    words = "; ".join(unclear)
    return found, [_("where it serves, not understood: %(areas)s") % {"areas": words}] if unclear else []


def placed(found: tuple[str, ...], unclear: bool) -> tuple[str, ...]:
    """Areas as a draft has them: where something is unclear, it cannot go live until staff have chosen."""
    if hsds_areas.COUNTRY in found:
        return ()
    return (*found, areas.UNCLEAR) if unclear else found


class _Draft:
    """A foreign service and what is noted of it on the way."""

    def __init__(self, theirs: Service, misfits: list[str], language: str) -> None:
        self.theirs = theirs
        self.language = language
        self.notes = [_("not understood, and left out: %(what)s") % {"what": each} for each in misfits]

    def text(self, *parts: str) -> records.Text:
        """Words in the language of the file. The standard lets them hold HTML; a record holds plain words."""
        words = "\n".join(filter(None, (strip_tags(part).strip() for part in parts)))
        if len(words) > LONGEST_WORDS:
            self.notes.append(_("too long, and cut off; the whole of it: %(words)s") % {"words": words})
            words = words[: LONGEST_WORDS - 1].rsplit(" ", 1)[0] + "…"
        return {self.language: words} if words else {}

    def made(self) -> tuple[records.Service, records.Organization, list[str]]:
        """The record, its organization and the notes."""
        theirs, organization = self.theirs, self.theirs.organization
        owner = organization.name or organization.alternate_name
        name = self.called(theirs.name, theirs.alternate_name, owner)
        if not owner:
            self.notes.append(_("its organization has no name; the service's stands in its place"))
            owner = name
        # Ids are UUIDs. Where they are none, what runs a service tells it from those of other directories.
        owner_key = _uuid(organization.id) or _made_key("organization", owner, organization.id)
        key = _uuid(theirs.id) or _made_key("service", owner_key.hex, theirs.id or name)
        if theirs.status != "active":
            said = theirs.status or _("nothing")
            self.notes.append(_("its directory says that it is “%(status)s”") % {"status": said})
        made = records.Organization(
            slug=_slug(owner, owner_key),
            name=self.text(owner),
            website=self.website(organization.website),
        )
        service = records.Service(
            slug=_slug(name, key),
            organization=made.slug,
            category="local",
            status="draft",
            areas=self.areas(),
            name=self.text(name),
            plain=self.text(theirs.description or name),
            serves=self.text(theirs.eligibility_description, self.ages()),
            what_happens=self.text(theirs.application_process),
            have_ready=self.text(*(each.document for each in theirs.required_documents)),
            cost=self.text(theirs.fees_description),
            languages=self.languages(theirs.languages),
            languages_note=self.text(theirs.interpretation_services, *(_spoken(each) for each in theirs.languages)),
            keywords=self.text(theirs.alternate_name),
            alert=self.text(theirs.alert),
            ways=self.ways(),
            sources=(records.Source(title=_("Brought in from another directory (HSDS)"), url=f"{ID}{key}"),),
            assured_date=self.assured(),
            assured_by=theirs.assurer_email,
            recheck=True,
        )
        self.notes += [_("contact: %(name)s") % {"name": each.name} for each in self.contacts() if each.name]
        notes = list(dict.fromkeys(self.notes))
        # What a record has no field for stays with the draft, where staff will read it.
        return msgspec.structs.replace(service, staff_note="\n".join(notes)), made, notes

    def called(self, *names: str) -> str:
        """The first of these names that there is; another one than its own is noted. Raises ValueError for none."""
        found = next((strip_tags(name).strip() for name in names if strip_tags(name).strip()), "")
        if not found:
            raise ValueError(_("neither it nor its organization has a name"))
        if not names[0]:
            self.notes.append(_("it has no name; “%(name)s” stands in its place") % {"name": found})
        return found

    def website(self, address: str) -> str:
        """An address on the web; what is none is noted."""
        if not address or (re.fullmatch(models.ADDRESS, address) and len(address) <= LONGEST_ADDRESS):
            return address
        self.notes.append(_("left out: %(what)s (%(why)s)") % {"what": address, "why": _("no address on the web")})
        return ""

    def languages(self, spoken: Iterable[Language]) -> tuple[str, ...]:
        """Codes of languages, as many as a record holds; the rest is noted."""
        codes = list(dict.fromkeys(each.code for each in spoken if _is_code(each.code)))
        kept = list(codes)
        while len(", ".join(kept)) > LONGEST_CODES:
            kept.pop()
        if more := codes[len(kept) :]:
            self.notes.append(_("more languages: %(languages)s") % {"languages": ", ".join(more)})
        return tuple(kept)

    def ages(self) -> str:
        """For whom it is, by age."""
        low, high = self.theirs.minimum_age, self.theirs.maximum_age
        if low is None and high is None:
            return ""
        ages = {"low": "" if low is None else f"{low:g}", "high": "" if high is None else f"{high:g}"}
        with override(self.language):
            return (_("Age: %(low)s - %(high)s") % ages).strip()

    def assured(self) -> dt.date | None:
        """The day on which somebody checked it."""
        said = self.theirs.assured_date
        if not said:
            return None
        try:
            day = dt.date.fromisoformat(said[:10])
            if day <= timezone.localdate():
                return day
        except ValueError:
            pass
        self.notes.append(_("“%(date)s” is not a date of a check") % {"date": said})
        return None

    # Where it helps

    def areas(self) -> tuple[str, ...]:
        """The areas that are understood; with others, or where none is named, nobody is shown it until staff choose."""
        rows = [
            *self.theirs.service_areas,
            *(row for at in self.theirs.service_at_locations for row in at.service_areas),
        ]
        found, notes = areas_of((str(row.extent), str(row.name or row.description)) for row in rows)
        if not found and not notes:
            notes = [_("it does not say where it serves; choose its areas, or none for the whole country")]
        self.notes += notes
        return placed(found, bool(notes))

    # How to reach it

    def contacts(self) -> Iterable[hsds_theirs.Contact]:
        """The people to turn to."""
        return [*self.theirs.contacts, *(each for at in self.theirs.service_at_locations for each in at.contacts)]

    def ways(self) -> tuple[records.ContactPoint, ...]:
        """The ways to reach it; those of its organization where it has none of its own."""
        theirs = self.theirs
        places = [at.location for at in theirs.service_at_locations if at.location]
        lines = [*theirs.phones, *(phone for each in self.contacts() for phone in each.phones)]
        lines += [phone for at in theirs.service_at_locations for phone in at.phones]
        lines += [phone for place in places for phone in place.phones]
        links = [(theirs.url, ""), *((each.url, each.label) for each in theirs.additional_urls)]
        links += [(place.url, "") for place in places if place.location_type == "virtual"]
        mails = [(theirs.email, "")]
        mails += [(each.email, ", ".join(filter(None, (each.title, each.department)))) for each in self.contacts()]
        own = self.reached(lines, links, mails)
        if own:
            return own
        found = self.reached(*_of_organization(theirs.organization))
        if found:
            self.notes.append(_("it has no way to reach it; those of its organization stand in their place"))
        return found

    def reached(
        self, lines: Iterable[Phone], links: Iterable[tuple[str, str]], mails: Iterable[tuple[str, str]]
    ) -> tuple[records.ContactPoint, ...]:
        """Lines, pages and addresses as ways to reach it, each once; what does not fit is noted."""
        open_hours, zone, note = self.hours()
        timed = {"hours": open_hours, "timezone": zone, "hours_note": self.text(note)}
        found = [way for phone in lines if (way := self.phone(phone, timed))]
        for link, label in links:
            found.append(records.ContactPoint(kind="website", value=link, label=self.text(label)))
        for mail, label in mails:
            found.append(records.ContactPoint(kind="email", value=mail, label=self.text(label)))
        once = {(way.kind, way.value): way for way in reversed(found)}
        return tuple(way for way in reversed(once.values()) if way.value and self.fits(way))

    def fits(self, way: records.ContactPoint) -> bool:
        """Whether a way to reach it would be taken in the admin; what is wrong with it is noted."""
        point = models.ContactPoint(**from_record(way, skip=()))
        try:
            point.clean_fields(exclude=["service"])
            point.clean()
        except ValidationError as error:
            self.notes.append(_("left out: %(what)s (%(why)s)") % {"what": way.value, "why": " ".join(error.messages)})
            return False
        return True

    def phone(self, phone: Phone, timed: dict[str, Any]) -> records.ContactPoint | None:
        """A line, if it is one that people can use."""
        said, type_ = str(phone.number).strip(" \"'"), phone.type.strip().lower()
        if "fax" in type_ or "pager" in type_:
            self.notes.append(
                _("%(number)s is a line of the kind “%(type)s”; left out") % {"number": said, "type": phone.type}
            )
            return None
        extension = str(phone.extension)
        if inside := _EXTENSION.search(said):
            said, extension = said[: inside.start()], extension or inside[1]
        kind = KINDS.get(type_, "call")
        try:
            value = phones.parse(said)
            if extension.isdecimal() and kind != "text":
                value, extension = phones.parse(f"{said};ext={extension}"), ""
        except ValueError as error:
            self.notes.append(_("left out: %(why)s") % {"why": error.args[0].translated(_)})
            return None
        if extension:
            self.notes.append(
                _("%(number)s has the extension %(extension)s") % {"number": phones.show(value), "extension": extension}
            )
        if type_ not in KINDS and type_ not in ("voice", "cell", ""):
            self.notes.append(
                _("%(number)s is a line of the kind “%(type)s”; taken as one to call")
                % {"number": phones.show(value), "type": phone.type}
            )
        codes = self.languages(phone.languages)
        label = self.text(" ".join(filter(None, (phone.description, f"({extension})" if extension else ""))))
        return records.ContactPoint(kind=kind, value=value, label=label, languages=codes, **timed)

    def hours(self) -> tuple[str, str, str]:
        """Weekly hours, their zone, and a note on them.

        Hours that are not the same every week, or not understood, are words only: better unknown than wrong.
        """
        theirs = self.theirs
        schedules = theirs.schedules or [each for at in theirs.service_at_locations for each in at.schedules]
        schedules = schedules or [
            each for at in theirs.service_at_locations if at.location for each in at.location.schedules
        ]
        note = " ".join(dict.fromkeys(filter(None, (each.words for each in schedules))))
        try:
            text, zone = hsds_hours.read(schedules, timezone.localdate())
        except ValueError:
            self.notes.append(_("its hours are not the same every week, or are not understood; kept in words"))
            self.notes += [_("hours: %(hours)s") % {"hours": each.fields} for each in schedules]
            return "", "", note
        if text and text != hours.ALWAYS and not zone:
            self.notes.append(_("its hours name no time zone; choose the real one"))
        elif zone.startswith("Etc/"):
            self.notes.append(_("its hours came with a fixed offset from UTC; choose the real time zone"))
        return text, zone, note


def _of_organization(
    organization: Organization,
) -> tuple[list[Phone], list[tuple[str, str]], list[tuple[str, str]]]:
    """The lines, pages and addresses of an organization."""
    links = [(organization.website, ""), *((each.url, each.label) for each in organization.additional_websites)]
    return organization.phones, links, [(organization.email, "")]


def _uuid(text: str | int) -> UUID | None:
    try:
        return UUID(str(text).strip())
    except ValueError:
        return None


def _made_key(*names: str | int) -> UUID:
    """A key for what has no UUID: the same for the same names."""
    return UUID(hsds.identifier("foreign", *map(str, names)))


def _slug(name: str, key: UUID) -> str:
    return f"{slugify(name)[:40].strip('-') or 'service'}-{key.hex[:8]}"


def _is_code(code: str) -> bool:
    return bool(re.fullmatch(models.LANGUAGE_CODE, code))


def _spoken(language: Language) -> str:
    if _is_code(language.code) and not language.note:
        return ""
    return ": ".join(filter(None, (language.name, language.note)))
