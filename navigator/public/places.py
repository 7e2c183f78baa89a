"""The place of a person: the list of states and counties, and what stands for each in a form.

A position would not do: what a form without script sent stays on the disk (C4), and the list is the same for everybody.
So each place has a short value of its own for the hour (steps.py).
"""

import datetime as dt
from typing import Any

from django.conf import settings

from navigator.editions.edition import Edition
from services import areas
from services.texts import fold, t

from . import steps

PLACE = "place"
NOWHERE = "-"
"""In place of a place: the person does not want to say."""
FEW = 24
"""So many counties all stand in the list, each by some 18 bytes of a page. Where more have a service, it shows those
of the state chosen alone, and outcomes have a larger size (sizes.py): 254 may be in one state."""


def known(edition: Edition) -> tuple[str, ...]:
    """The places that can be chosen: the states and territories, the counties with a service, and the host's own."""
    return tuple(dict.fromkeys((*areas.BY_CODE, *edition.counties, *filter(None, [settings.HOME_AREA]))))


def many(edition: Edition) -> bool:
    """Whether so many counties have a service that they stand in the list state by state."""
    return len(edition.counties) > FEW


def _listed(edition: Edition, place: str) -> set[str]:
    """What stands in the list where a place is chosen; that too, should its last service have been taken off."""
    state = areas.state_of(place)
    return {
        *areas.BY_CODE,
        *(county for county in edition.counties if not many(edition) or state == areas.state_of(county)),
        *filter(None, (place, settings.HOME_AREA)),
    }


def where(place: str) -> str:
    """The place of which the services are shown: the one chosen, else the host's own; empty for none."""
    place = place or settings.HOME_AREA
    return place if areas.state_of(place) else ""


def seal(place: str, now: dt.datetime | None = None) -> str:
    """What stands for a place, or for NOWHERE, in a form in this hour; all have one length."""
    return steps.stamp(PLACE, place, now=now)


def unseal(edition: Edition, value: str, now: dt.datetime | None = None) -> str:
    """The place that a form sent, or NOWHERE; empty for a value that is none, or older than the last hour."""
    # A question sends none.
    found = steps.stamped(value, tuple((PLACE, place) for place in (NOWHERE, *known(edition))), now) if value else None
    return found[1] if found else ""


def context(edition: Edition, place: str) -> dict[str, Any]:
    """What the template of "Choose your state" needs: the places by name, each with its sealed value."""
    names = {code: parts(code) for code in _listed(edition, place)}
    return {
        "place": t(areas.name(place)) if place else "",
        "at_home": bool(place) and place == settings.HOME_AREA,
        # A state is chosen, and some of its counties have more.
        "counties": place in areas.BY_CODE and any(areas.within(county, [place]) for county in edition.counties),
        "by_state": many(edition),
        "nowhere": seal(NOWHERE),
        "places": [
            (code, seal(code), ": ".join(names[code]), code == place)
            for code in sorted(names, key=lambda code: [fold(part) for part in names[code]])
        ],
    }


def parts(place: str) -> list[str]:
    """The name of a place as it stands in the list: its state, and its county after that."""
    state = areas.state_of(place)
    assert state is not None
    return [t(state.name), t(areas.county_name(place))] if place in areas.COUNTIES else [t(state.name)]
