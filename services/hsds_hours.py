"""Weekly hours as HSDS ``schedule``: ours written, and anybody's read where they are plain."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from . import hours

Json = dict[str, Any]


# Writing


def offset(timezone: str) -> int | float:
    """Hours from UTC to the standard time of a zone: -5 for New York, in summer too."""
    zone = ZoneInfo(timezone)
    found = (dt.datetime(2024, month, 1, tzinfo=zone).utcoffset() or dt.timedelta() for month in (1, 7))
    value = min(found).total_seconds() / 3600
    return int(value) if value == int(value) else value


def write(text: str, timezone: str) -> Iterator[tuple[str, Json]]:
    """Weekly hours as one entry for each time of day, each with what tells it from its fellows.

    ``closes_at`` before ``opens_at`` is the day after.
    """
    common: Json = {"freq": "WEEKLY", "interval": 1}
    if text == hours.ALWAYS:
        days = ",".join(day.upper() for day in hours.DAYS)
        notes = "Day and night, without a break."
        yield "", common | {"byday": days, "opens_at": "00:00", "closes_at": "23:59", "notes": notes}
        return
    schedule = hours.parse(text)
    notes = "Closed on US federal holidays. " if schedule.closed_on_holidays else ""
    if timezone:
        common["timezone"] = offset(timezone)
        notes += f"Times are those of clocks in {timezone}; the offset given is that of its standard time."
    else:
        notes += "Times are those of the caller's own clock."
    for (start, end), found in schedule.days_by_time().items():
        entry = {
            "byday": ",".join(hours.DAYS[day].upper() for day in found),
            "opens_at": _clock(start, timezone),
            "closes_at": _clock(end, timezone),
            "notes": notes,
        }
        yield str(start), common | entry


def _clock(minute: int, timezone: str) -> str:
    text = f"{minute // 60 % 24:02}:{minute % 60:02}"
    if not timezone:
        return text
    ahead = round(offset(timezone) * 60)
    return f"{text}{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02}:{abs(ahead) % 60:02}"


# Reading


class Schedule(msgspec.Struct, frozen=True):
    """What is read of a foreign ``schedule``."""

    freq: str = "WEEKLY"
    interval: float = 1
    byday: str = ""
    opens_at: str = ""
    closes_at: str = ""
    timezone: str | float | None = None
    description: str = ""
    notes: str = ""
    valid_from: str = ""
    valid_to: str = ""
    until: str = ""
    count: str | float = ""
    byweekno: str = ""
    bymonthday: str | float = ""
    byyearday: str | float = ""

    @property
    def words(self) -> str:
        """Its own words for people."""
        return " ".join(filter(None, (self.description, self.notes)))

    @property
    def fields(self) -> str:
        """All that it says, field by field, for staff to read."""
        said = msgspec.structs.asdict(self)
        blank = msgspec.structs.asdict(Schedule())
        return ", ".join(f"{name} {value}" for name, value in said.items() if value != blank[name])


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?\s*(?:([ap])\.?m\.?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?", re.IGNORECASE)
_DAYS = {
    name[:length].lower(): day for day, name in zip(hours.DAYS, calendar.day_name, strict=True) for length in (2, 3, 9)
}


def read(schedules: Iterable[Schedule], today: dt.date) -> tuple[str, str]:
    """Plain weekly hours as text, and their zone: by name, by its offset (``Etc/GMT+5``), or empty.

    Raises ValueError for any that are not plain.
    """
    rules: dict[str, None] = {}
    whole_days: set[str] = set()
    zones = set()
    for each in schedules:
        limits = (each.until, each.count, each.valid_to, each.byweekno, each.bymonthday, each.byyearday)
        if each.freq.upper() != "WEEKLY" or each.interval != 1 or any(limits) or each.valid_from > today.isoformat():
            raise ValueError
        (opens, ahead), (closes, _ahead) = _minutes(each.opens_at), _minutes(each.closes_at)
        days = [_day(day) for day in each.byday.split(",")]
        if opens == "00:00" and closes in ("00:00", "23:59", "24:00"):
            whole_days.update(days)
            closes = "24:00"
        rules[f"{','.join(days)} {opens}-{closes}"] = None
        zones.add(_zone(ahead or each.timezone))
    if not rules:
        return "", ""
    if whole_days == set(hours.DAYS):
        return hours.ALWAYS, ""
    if len(zones) > 1:
        raise ValueError
    text = "; ".join(rules)
    hours.parse(text)
    return text, zones.pop()


@cache
def _zones() -> set[str]:
    return available_timezones()  # reads hundreds of files


def _minutes(text: str) -> tuple[str, str]:
    """A time of day as HH:MM, and its offset from UTC."""
    clock = _CLOCK.fullmatch(text.strip())
    if not clock:
        raise ValueError
    hour, half = int(clock[1]), (clock[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{clock[2]}", clock[4] or ""


def _day(text: str) -> str:
    try:
        return _DAYS[text.strip().lower()]
    except KeyError:
        raise ValueError from None


def _zone(given: str | float | None) -> str:
    """The zone of an offset from UTC in whole hours, or of a name; empty for none."""
    if given is None or given == "":
        return ""
    if isinstance(given, str) and given in _zones():
        return given
    if found := re.fullmatch(r"([+-]?\d{1,2})(?::?00|\.0+)?", str(given)):
        ahead = int(found[1])
    elif given in ("Z", "z"):
        ahead = 0
    else:
        raise ValueError
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
