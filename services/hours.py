"""Opening hours as arithmetic on minutes of the week.

Written as in OpenStreetMap's ``opening_hours``, of which this reads the part a phone line needs:
``24/7``, or rules such as ``Mo-Fr 08:00-20:00; Sa 09:00-12:00; PH off``. A time that ends before it
starts runs past midnight. ``PH off`` means closed on US federal holidays. An empty schedule means
that we do not know, which is not the same as closed.
"""

import datetime as dt
import itertools
import re
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from .messages import Message

State = Literal["open", "closed", "unknown"]
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS = "24/7"
DAY = 24 * 60
WEEK = 7 * DAY


class Span(NamedTuple):
    """One opening time: the day it starts (0 is Monday), first and last minute of that day.

    ``end`` is past 1440 when it runs into the next day.
    """

    day: int
    start: int
    end: int


class Schedule(NamedTuple):
    """A weekly schedule."""

    spans: tuple[Span, ...]
    closed_on_holidays: bool

    def days_by_time(self) -> dict[tuple[int, int], list[int]]:
        """The days (0 is Monday) on which it opens and closes at the same minutes of the day."""
        found: dict[tuple[int, int], list[int]] = {}
        for span in self.spans:
            found.setdefault((span.start, span.end), []).append(span.day)
        return found


_RULE = re.compile(r"(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(?P<times>[\d:,\s-]+)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """Read a weekly schedule (not ``24/7``, not empty). Raises ValueError with a Message for staff."""
    spans: list[Span] = []
    closed_on_holidays = False
    for part in filter(None, (part.strip() for part in text.split(";"))):
        if part == "PH off":
            closed_on_holidays = True
            continue
        rule = _RULE.fullmatch(part)
        if not rule:
            raise ValueError(
                Message(
                    "“%(part)s” is not understood. Write hours like “Mo-Fr 08:00-20:00; PH off”, or “24/7”.", part=part
                )
            )
        for day in _days(rule["days"]):
            for time in rule["times"].split(","):
                spans.append(_span(day, time.strip()))
    if not spans:
        raise ValueError(Message("No opening time is given. Leave the hours empty if they are not known."))
    spans.sort()
    _refuse_overlap(spans)
    return Schedule(tuple(spans), closed_on_holidays)


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        for name in filter(None, (first, last)):
            if name not in DAYS:
                raise ValueError(Message("“%(name)s” is not a day. Use Mo, Tu, We, Th, Fr, Sa, Su.", name=name))
        start = DAYS.index(first)
        count = (DAYS.index(last) - start) % 7 if last else 0
        found += [(start + step) % 7 for step in range(count + 1)]
    return found


def _span(day: int, text: str) -> Span:
    time = _TIME.fullmatch(text)
    if not time:
        raise ValueError(Message("“%(text)s” is not a time. Write it like 08:00-20:00.", text=text))
    h1, m1, h2, m2 = map(int, time.groups())
    if m1 > 59 or m2 > 59 or h1 > 23 or h2 > 24 or (h2 == 24 and m2):
        raise ValueError(Message("“%(text)s” is not a time of day.", text=text))
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if start == end:
        raise ValueError(
            Message("“%(text)s” starts and ends at the same time. For day and night write 24/7.", text=text)
        )
    return Span(day, start, end if end > start else end + DAY)


def _refuse_overlap(spans: list[Span]) -> None:
    ranges = sorted((span.day * DAY + span.start, span.day * DAY + span.end) for span in spans)
    ranges.append((ranges[0][0] + WEEK, ranges[0][1] + WEEK))
    for (_, end), (start, _) in itertools.pairwise(ranges):
        if start < end:
            raise ValueError(Message("Two opening times overlap on %(day)s.", day=DAYS[start // DAY % 7]))


@lru_cache(maxsize=8)
def _federal_holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("US", years=year))


def state(hours: str, timezone: str, now: dt.datetime) -> State:
    """Whether it is open at ``now`` (an aware datetime).

    Unknown without hours, and for hours in the caller's own local time, which we do not know.
    """
    if hours == ALWAYS:
        return "open"
    if not hours or not timezone:
        return "unknown"
    schedule = parse(hours)
    local = now.astimezone(ZoneInfo(timezone))
    for back in (0, 1):
        date = local.date() - dt.timedelta(days=back)
        if schedule.closed_on_holidays and date in _federal_holidays(date.year):
            continue
        minute = local.hour * 60 + local.minute + back * DAY
        if any(span.day == date.weekday() and span.start <= minute < span.end for span in schedule.spans):
            return "open"
    return "closed"


def opens_next(hours: str, timezone: str, now: dt.datetime) -> dt.datetime | None:
    """When a closed line opens next, in its own zone; None if not known within two weeks."""
    if hours == ALWAYS or not hours or not timezone:
        return None
    schedule = parse(hours)
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    for ahead in range(15):
        date = local.date() + dt.timedelta(days=ahead)
        if schedule.closed_on_holidays and date in _federal_holidays(date.year):
            continue
        for span in schedule.spans:
            if span.day == date.weekday():
                start = dt.datetime.combine(date, dt.time(span.start // 60, span.start % 60), zone)
                if start.astimezone(dt.UTC) > now:  # within one zone, clocks compare without summer time
                    return start
    return None
