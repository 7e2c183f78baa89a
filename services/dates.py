"""What of a service is in force at a moment: it may be off for some days, and so may its note and its ways to reach.

A day is that of the service's own clocks. The first and the last day both count, and a day that is not given does not
limit. So a change comes by itself, at a midnight; to know what holds, it takes a record and the time, nothing else.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from . import areas
from .records import ContactPoint, Service

EVER = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
"""Before and after all moments."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""A day beyond these is a slip of the keyboard; as a moment it might not even exist."""
DATED: dict[type, tuple[tuple[str, str], ...]] = {
    Service: (("off_from", "off_to"), ("alert_from", "alert_to")),
    ContactPoint: (("valid_from", "valid_to"),),
}
"""The first and the last day of each thing that may have some."""


def zone(service: Service, way: ContactPoint | None = None) -> ZoneInfo:
    """Whose midnight counts: that of the way, else of the first way that names a zone, else where the service helps.

    For the whole country, and where a way names none, it is the zone of the site.
    """
    named = (each.timezone for each in ((way,) if way else ()) + service.ways if each.timezone)
    at_home = (areas.zone(area) for area in service.areas)
    return ZoneInfo(next(named, "") or next(at_home, "") or settings.TIME_ZONE)


def on(service: Service, moment: dt.datetime) -> Service | None:
    """The service as it stands at a moment, without its days; None while it is off."""
    if not is_dated(service):
        return service
    own = zone(service)
    if (service.off_from or service.off_to) and _holds(service, "off_from", "off_to", own, moment):
        return None
    ways = (way for way in service.ways if _holds(way, "valid_from", "valid_to", zone(service, way), moment))
    alert = service.alert if _holds(service, "alert_from", "alert_to", own, moment) else {}
    return _undated(service, alert=alert, ways=tuple(_undated(way) for way in ways))


def turns(service: Service) -> Iterator[tuple[dt.datetime, dt.date]]:
    """The moments at which something of it comes or goes, each with the day that then begins there."""
    for record, own in ((service, zone(service)), *((way, zone(service, way)) for way in service.ways)):
        for first, last in DATED[type(record)]:
            days = getattr(record, first), getattr(record, last)
            for day, moment in zip((days[0], days[1] and _after(days[1])), _span(*days, own), strict=True):
                if day and moment not in EVER:
                    yield moment, day


def is_dated(service: Service) -> bool:
    """Whether anything of it has a day."""
    return any(
        getattr(record, name) for record in (service, *service.ways) for pair in DATED[type(record)] for name in pair
    )


def unfit(record: Any, shape: type) -> Iterator[tuple[str, bool]]:
    """The days that make no sense: the name of each field, and whether it is the last day before the first."""
    for first, last in DATED[shape]:
        days = {name: day for name in (first, last) if (day := getattr(record, name))}
        odd = [name for name, day in days.items() if not FIRST_YEAR <= day.year <= LAST_YEAR]
        yield from ((name, False) for name in odd)
        if len(days) > 1 and not odd and days[last] < days[first]:
            yield last, True


def _holds(record: Any, first: str, last: str, own: ZoneInfo, moment: dt.datetime) -> bool:
    start, end = _span(getattr(record, first), getattr(record, last), own)
    return start <= moment < end


def _span(first: dt.date | None, last: dt.date | None, own: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The moment at which the first day begins, and that at which the last one is over."""
    return (
        _midnight(first, own) if first else EVER[0],
        _midnight(_after(last), own) if last else EVER[1],
    )


def _after(day: dt.date) -> dt.date:
    return min(day, dt.date(LAST_YEAR, 12, 31)) + dt.timedelta(days=1)


def _midnight(day: dt.date, own: ZoneInfo) -> dt.datetime:
    if day.year < FIRST_YEAR:
        return EVER[0]
    return EVER[1] if day.year > LAST_YEAR else dt.datetime.combine(day, dt.time(), own).astimezone(dt.UTC)


def _undated(record: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(record, **{name: None for pair in DATED[type(record)] for name in pair}, **changes)
