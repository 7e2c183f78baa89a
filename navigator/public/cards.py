"""A service as a card: what to show of it now, in this language, for this person.

Takes a record and the time; gives plain values that the templates print. Everything said here is in
the record, or follows from a number or the clock.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext, gettext_lazy

from navigator.editions.wording import where
from navigator.templatetags.words import said
from services import hours, phones
from services.records import LINKED, SPEECHLESS, ContactPoint, Service
from services.texts import marked, t

from . import steps

if TYPE_CHECKING:
    from navigator.editions.edition import Edition

QUIET, DEAF, LANGUAGE = "q", "d", "l"
PREFERENCES = {
    QUIET: gettext_lazy("I can't talk out loud"),
    DEAF: gettext_lazy("I'm Deaf or hard of hearing"),
    LANGUAGE: gettext_lazy("I need another language"),
}
"""How a person may want to reach out; each puts other ways first (docs/safety-rules.md I4, I6)."""
DEAF_TICK = "deaf"
"""The choice of the ticks that says as much as the preference DEAF."""
FIRST = {
    QUIET: ("text", "chat", "form", "email", "website", "tty", "videophone", "call"),
    DEAF: ("videophone", "tty", "text", "chat", "form", "email", "call", "website"),
}
KINDS = {
    "call": gettext_lazy("Call"),
    "text": gettext_lazy("Text"),
    "chat": gettext_lazy("Chat"),
    "form": gettext_lazy("Web form"),
    "email": gettext_lazy("E-mail"),
    "videophone": gettext_lazy("Videophone"),
    "tty": gettext_lazy("TTY"),
    "website": gettext_lazy("Website"),
}
STATES = {"open": gettext_lazy("Open now"), "closed": gettext_lazy("Closed now.")}
RELAY = "relay-711"
ZONES = {
    "America/New_York": gettext_lazy("Eastern time"),
    "America/Chicago": gettext_lazy("Central time"),
    "America/Denver": gettext_lazy("Mountain time"),
    "America/Los_Angeles": gettext_lazy("Pacific time"),
}
LANGUAGE_NAMES = {
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "ase": gettext_lazy("American Sign Language"),
    "mul": gettext_lazy("interpreters for many languages"),
    "fr": gettext_lazy("French"),
    "pt": gettext_lazy("Portuguese"),
    "ru": gettext_lazy("Russian"),
    "vi": gettext_lazy("Vietnamese"),
    "so": gettext_lazy("Somali"),
    "ar": gettext_lazy("Arabic"),
    "zh": gettext_lazy("Chinese"),
}


@dataclass(frozen=True)
class Way:
    """One way to reach a service, as it is shown."""

    kind: str
    href: str
    title: str
    """"Call 1-888-373-7888": what the button says. Of a website, what it is for."""
    extra: str
    """The number in letters, that the call is free, or the e-mail address."""
    host: str
    """The site that it opens; empty for what is no site."""
    label: str
    state: hours.State
    now: str
    """The same in words; empty where we do not know."""
    languages: str


@dataclass(frozen=True)
class Card:
    """A service as it is shown."""

    service: Service
    organization: str
    reason: str = ""
    ways: list[Way] = field(default_factory=list)
    state: hours.State = "unknown"
    """Whether any way to talk or write to someone is open now."""
    now: str = ""
    """The same in words."""
    hours: list[tuple[str, str]] = field(default_factory=list)
    """The hours way by way, where they are not simply day and night."""
    languages: str = ""
    checked: str = ""
    """When a person checked it, or that nobody has."""
    where: str = ""
    """Where it helps, in words; empty for the whole country."""

    @property
    def code(self) -> str:
        """What stands for it in a form."""
        return steps.stamp("service", self.service.slug)

    @property
    def emergency(self) -> bool:
        """Whether it is 911: few words, and the next service beside it."""
        return self.service.category == "emergency"

    @property
    def enforcement(self) -> bool:
        """Whether police or immigration enforcement answers, to be said before the number."""
        return self.service.answered_by in ("police", "immigration")

    @property
    def voice(self) -> bool:
        """Whether it has a voice number, for which a relay operator may help (I5)."""
        return self.service.slug != RELAY and any(way.kind == "call" for way in self.ways)

    @property
    def dialled(self) -> bool:
        """Whether a call or a text would stay on the phone."""
        return any(way.kind in ("call", "text") for way in self.ways)

    @property
    def spoken_only(self) -> bool:
        """Whether nothing but a voice reaches it."""
        return bool(self.ways) and not any(way.kind in SPEECHLESS for way in self.ways)


def card(service: Service, organization: str, now: dt.datetime | None, reason: str = "", prefer: str = "") -> Card:
    """A service as a card at ``now`` (an aware datetime), its ways in the order the person prefers.

    Without ``now`` it is a card for any time: its hours stand there in words, and nothing on what is open now.
    """
    state, words = _now(service, now)
    return Card(
        service=service,
        organization=organization,
        reason=reason,
        ways=[_way(way, now) for way in ordered(service, prefer)],
        state=state,
        now=words,
        hours=_hours(service),
        languages=said(service.languages_note) or _languages(service.languages),
        checked=_checked(service),
        where=where(service),
    )


def _checked(service: Service) -> str:
    """The day a person checked it; else whose page it was taken from. To read a page is no check."""
    if service.assured_date:
        return gettext("Checked on %(date)s") % {"date": formats.date_format(service.assured_date, "DATE_FORMAT")}
    own = {_host(way.value) for way in service.ways if way.kind in LINKED}
    if any(_host(source.url) in own for source in service.sources):
        return gettext("From their own page. Not yet confirmed by us.")
    return gettext("From a public page. Not yet confirmed by us.")


def of(edition: "Edition", service: Service) -> Card:
    """A service of an edition as a card, as it is now, for nobody in particular."""
    return card(service, t(edition.organizations[service.organization].name), edition.now())


def timeless(edition: "Edition", service: Service) -> Card:
    """The same for any time: for a page that is read later, and elsewhere."""
    return card(service, t(edition.organizations[service.organization].name), None)


def ordered(service: Service, prefer: str) -> list[ContactPoint]:
    """The ways with those first that suit the person; the order of the record otherwise."""
    if prefer in FIRST:
        order = FIRST[prefer]
        return sorted(service.ways, key=lambda way: order.index(way.kind))
    if prefer == LANGUAGE:
        return sorted(service.ways, key=lambda way: _spoken(set(way.languages or service.languages)))
    return list(service.ways)


def _spoken(languages: set[str]) -> tuple[bool, int]:
    """For sorting: interpreters first, then the more languages beside English the better."""
    return "mul" not in languages, -len(languages - {"en"})


def _way(way: ContactPoint, now: dt.datetime | None) -> Way:
    href, title, extra = _button(way)
    state = hours.state(way.hours, way.timezone, now) if now else "unknown"
    words = str(STATES.get(state, "")) if now else describe_hours(way)
    return Way(
        kind=way.kind,
        href=href,
        title=title,
        extra=extra,
        host=_host(way.value) if way.kind in LINKED else "",
        # A website says what it is for, not that it is one.
        label="" if way.kind == "website" else said(way.label),
        state=state,
        now=gettext("Open, day and night") if way.hours == hours.ALWAYS else words,
        languages=_languages(way.languages),
    )


def _hours(service: Service) -> list[tuple[str, str]]:
    """The hours of each way with something to say, ways with the same hours together."""
    found: dict[str, list[str]] = {}
    for way in service.ways:
        words = describe_hours(way)
        if words:
            found.setdefault(words, []).append(str(KINDS[way.kind]))
    if list(found) == [gettext("Day and night.")]:
        return []
    return [(", ".join(dict.fromkeys(kinds)), words) for words, kinds in found.items()]


def _button(way: ContactPoint) -> tuple[str, str, str]:
    """Where a way leads, what its button says, and what stands beside it."""
    number = phones.show(way.value)
    match way.kind:
        case "call":
            free = gettext("free call") if phones.toll_free(way.value) else ""
            return f"tel:{phones.dial(way.value)}", gettext("Call %(number)s") % {"number": number}, way.vanity or free
        case "tty":
            return f"tel:{phones.dial(way.value)}", gettext("TTY %(number)s") % {"number": number}, way.vanity
        case "videophone":
            return f"tel:{phones.dial(way.value)}", gettext("Videophone %(number)s") % {"number": number}, way.vanity
        case "text":
            # No body in the link: phones disagree on how to write it, and a wrong text is worse (F4).
            words = gettext("Text %(word)s to %(number)s") if way.keyword else gettext("Text %(number)s")
            return f"sms:{way.value}", words % {"word": way.keyword, "number": number}, ""
        case "email":
            return f"mailto:{way.value}", gettext("E-mail"), way.value
        case "website":
            return way.value, marked(way.label) or str(KINDS[way.kind]), ""
        case _:
            return way.value, str(KINDS[way.kind]), ""


def _host(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address).split("/")[0]


def _languages(codes: Iterable[str]) -> str:
    names = [str(LANGUAGE_NAMES.get(code, code)) for code in codes]
    return ", ".join(names)


def _now(service: Service, now: dt.datetime | None) -> tuple[hours.State, str]:
    """Whether someone answers now, and the words for it."""
    ways = [way for way in service.ways if way.kind not in ("website", "email")]
    if not ways:
        return "unknown", ""
    if any(way.hours == hours.ALWAYS for way in ways):
        return "open", gettext("Open, day and night")
    if now is None and any(map(describe_hours, ways)):
        return "unknown", ""
    states = [hours.state(way.hours, way.timezone, now) for way in ways] if now else []
    if "open" in states:
        return "open", gettext("Open now")
    if now and all(state == "closed" for state in states):
        starts = [hours.opens_next(way.hours, way.timezone, now) for way in ways]
        soonest = min(start for start in starts if start) if any(starts) else None
        words = gettext("Closed now.")
        if soonest:
            words += " " + gettext("Opens %(day)s at %(time)s, %(zone)s.") % {
                "day": formats.date_format(soonest, "l"),
                "time": formats.time_format(soonest, "TIME_FORMAT"),
                "zone": _zone(str(soonest.tzinfo)),
            }
        return "closed", words
    # Of 911 no source states any; doubt would be the wrong thing to show there.
    return "unknown", "" if service.category == "emergency" else gettext("We do not know the hours")


def _zone(name: str) -> str:
    return str(ZONES.get(name, name))


def describe_hours(way: ContactPoint) -> str:
    """The hours of a way in words: "Monday to Friday, 8 a.m. to 8 p.m., Eastern time"."""
    note = marked(way.hours_note)
    if way.hours == hours.ALWAYS:
        return " ".join(filter(None, (gettext("Day and night."), note)))
    if not way.hours:
        return note
    schedule = hours.parse(way.hours)
    times = [
        gettext("%(days)s, %(start)s to %(end)s") % {"days": _days(found), "start": _time(start), "end": _time(end)}
        for (start, end), found in schedule.days_by_time().items()
    ]
    zone = _zone(way.timezone) if way.timezone else gettext("your local time")
    words = "; ".join(times) + f", {zone}."
    if schedule.closed_on_holidays:
        words += " " + gettext("Closed on federal holidays.")
    return " ".join(filter(None, (words, note)))


def _days(found: list[int]) -> str:
    if found == list(range(7)):
        return gettext("Every day")
    names = [formats.date_format(dt.date(2024, 1, 1 + day), "l") for day in found]  # 1 January 2024 was a Monday
    if len(found) > 2 and found == list(range(found[0], found[0] + len(found))):
        return gettext("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)


def _time(minute: int) -> str:
    minute %= hours.DAY
    return formats.time_format(dt.time(minute // 60, minute % 60), "TIME_FORMAT")


def open_first(cards: list[Card]) -> Card | None:
    """The best service that is open now, where the first one is closed (F10); else None."""
    if not cards or cards[0].state != "closed":
        return None
    return next((card for card in cards if card.state == "open" and card.ways), None)


def wallet(cards: list[Card]) -> list[str]:
    """The numbers of these services and nothing else: a paper that is found should tell nothing."""
    numbers = [
        phones.show(way.value) + (f" ({way.keyword})" if way.keyword else "")
        for card in cards
        for way in card.service.ways
        if way.kind in ("call", "text")
    ]
    return list(dict.fromkeys(numbers))
