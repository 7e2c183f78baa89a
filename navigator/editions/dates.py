"""A content as it stands at a moment: what is off or not yet there is left out, and no day is left in it.

A pure function of the content and the time, so nothing has to happen at midnight: whoever asks later gets another one.
"""

import datetime as dt
from typing import NamedTuple

import msgspec
from django.utils import timezone

from services import dates

from .content import Content, with_services


class State(NamedTuple):
    """A content as it stands from a moment on, until the next one."""

    since: dt.datetime
    day: dt.date | None
    """The day that then begins where something changes; None for what stands now."""
    content: Content


def on(content: Content, moment: dt.datetime) -> Content:
    """The content as it stands at a moment. With a service go its local ones, and the rules for them."""
    if not any(map(dates.is_dated, content.services)):
        return content
    standing = {row.slug: dates.on(row, moment) for row in content.services}
    off = {slug for slug, row in standing.items() if row is None}
    off |= {row.slug for row in content.services if row.local_of in off}
    shown = with_services(content, (row for row in standing.values() if row and row.slug not in off))
    rules = tuple(rule for rule in content.flow.recommendations if rule.service not in off)
    return msgspec.structs.replace(shown, flow=msgspec.structs.replace(content.flow, recommendations=rules))


def turns(content: Content) -> dict[dt.datetime, dt.date]:
    """The moments at which something comes or goes, in their order, each with the day that then begins there."""
    return dict(sorted(turn for row in content.services if dates.is_dated(row) for turn in dates.turns(row)))


def span(content: Content, moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when until when the content stands as it does at a moment."""
    found = turns(content)
    return (
        max((turn for turn in found if turn <= moment), default=dates.EVER[0]),
        min((turn for turn in found if turn > moment), default=dates.EVER[1]),
    )


def states(content: Content, moment: dt.datetime) -> list[State]:
    """The content as it stands at a moment, and as it will stand after each turn that changes something."""
    found = [State(span(content, moment)[0], None, on(content, moment))]
    for turn, day in turns(content).items():
        if turn > moment and (after := on(content, turn)) != found[-1].content:
            found.append(State(turn, day, after))
    return found


def read_day(text: str) -> dt.date | None:
    """A day as it is written, ``2027-01-01``; None for what is none, or lies too far away."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR else None


def that_day(day: dt.date) -> dt.datetime:
    """The time of day that it is now, on another day."""
    return timezone.localtime().replace(year=day.year, month=day.month, day=day.day)
