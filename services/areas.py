"""Where a service helps: the states and territories, and the counties within them.

A state or territory has its code of ISO 3166-2 (``US-TX``), a county its five digits of FIPS 6-4 (``48201``), of which
the first two are the state's. Names in English are those of the US Census Bureau (ANSI codes,
https://www.census.gov/library/reference/code-lists/ansi.html), in Spanish those of Unicode CLDR and of USAGov en
Español where they differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from .records import Service, Text


class State(NamedTuple):
    """A state, the District of Columbia or a territory."""

    code: str
    """ISO 3166-2."""
    fips: str
    """The two digits with which its counties begin."""
    name: Text


_TABLE = """
AL 01 Alabama
AK 02 Alaska
AS 60 American Samoa = Samoa Americana
AZ 04 Arizona
AR 05 Arkansas
CA 06 California
CO 08 Colorado
CT 09 Connecticut
DE 10 Delaware
DC 11 District of Columbia = Distrito de Columbia
FL 12 Florida
GA 13 Georgia
GU 66 Guam
HI 15 Hawaii = Hawái
ID 16 Idaho
IL 17 Illinois
IN 18 Indiana
IA 19 Iowa
KS 20 Kansas
KY 21 Kentucky
LA 22 Louisiana = Luisiana
ME 23 Maine
MD 24 Maryland
MA 25 Massachusetts
MI 26 Michigan = Míchigan
MN 27 Minnesota
MS 28 Mississippi = Misisipi
MO 29 Missouri = Misuri
MT 30 Montana
NE 31 Nebraska
NV 32 Nevada
NH 33 New Hampshire = Nuevo Hampshire
NJ 34 New Jersey = Nueva Jersey
NM 35 New Mexico = Nuevo México
NY 36 New York = Nueva York
NC 37 North Carolina = Carolina del Norte
ND 38 North Dakota = Dakota del Norte
MP 69 Northern Mariana Islands = Islas Marianas del Norte
OH 39 Ohio
OK 40 Oklahoma
OR 41 Oregon = Oregón
PA 42 Pennsylvania = Pensilvania
PR 72 Puerto Rico
RI 44 Rhode Island
SC 45 South Carolina = Carolina del Sur
SD 46 South Dakota = Dakota del Sur
TN 47 Tennessee
TX 48 Texas
VI 78 U.S. Virgin Islands = Islas Vírgenes de EE. UU.
UT 49 Utah
VT 50 Vermont
VA 51 Virginia
WA 53 Washington
WV 54 West Virginia = Virginia Occidental
WI 55 Wisconsin
WY 56 Wyoming
"""


def _read(line: str) -> State:
    code, fips, names = line.split(" ", 2)
    english, _, spanish = names.partition(" = ")
    return State(f"US-{code}", fips, {"en": english, "es": spanish or english})


STATES: tuple[State, ...] = tuple(_read(line) for line in _TABLE.strip().splitlines())
"""The fifty states, the District of Columbia and the five territories with people, by their names in English."""
_ZONES = {
    "America/Chicago": "AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
_BY_STATE = {f"US-{code}": zone for zone, codes in _ZONES.items() for code in codes.split()}
BY_CODE = {state.code: state for state in STATES}
_BY_FIPS = {state.fips: state for state in STATES}


def _counties() -> dict[str, str]:
    lines = (Path(__file__).parent / "counties.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


COUNTIES = _counties()
"""The counties and what counts as one (parishes, boroughs, some cities ...) by FIPS code, with their names."""
_KINDS = {"County": "condado", "Parish": "parroquia", "Municipio": "municipio", "city": "ciudad"}
"""The last word of a name in English, and what stands before the name in Spanish."""


UNCLEAR = "unclear"
"""Among the areas of a draft that was brought in: its directory names one that we do not know, or none. It is no area:
nobody lives there, and nothing with it can go live until staff have chosen."""


@lru_cache(maxsize=1024)
def state_of(area: str) -> State | None:
    """The state or territory of an area; None for an area that is not known."""
    return _BY_FIPS[area[:2]] if area in COUNTIES else BY_CODE.get(area)


def zone(area: str) -> str:
    """The time zone in which most people of an area's state live; empty for an area that is not known."""
    state = state_of(area)
    return _BY_STATE.get(state.code, "America/New_York") if state else ""


def name(area: str) -> Text:
    """An area as people call it."""
    state = state_of(area)
    if area == UNCLEAR:
        return {"en": "not known yet", "es": "aún no se sabe"}
    if state is None:
        return {"en": area, "es": area}
    if area in BY_CODE:
        return state.name
    county = county_name(area)
    return {
        "en": f"{county['en']}, {state.name['en']}",
        "es": f"{state.name['es']} ({county['es']})",  # this goes without an article, wherever it stands
    }


def county_name(area: str) -> Text:
    """A county without its state: Harris County."""
    own, _, kind = COUNTIES[area].rpartition(" ")
    return {"en": COUNTIES[area], "es": f"{_KINDS[kind]} de {own}" if kind in _KINDS else COUNTIES[area]}


def within(place: str, areas: Iterable[str]) -> bool:
    """Whether a place lies within one of the areas. A state lies in none of its counties."""
    state = state_of(place)
    return state is not None and any(area in (place, state.code) for area in areas)


# Services of an area


def finds(service: Service, place: str) -> bool:
    """Whether a service is for people at a place: one of the whole country for everyone."""
    return not service.areas or within(place, service.areas)


TEXTS = ("plain", "keywords")
"""What a local service takes from its national one where its own is empty: what both are for."""
FACTS = (
    "serves",
    "not_for",
    "answered_note",
    "name_note",
    "told",
    "have_ready",
    "can",
    "cannot",
    "cost",
    "alert",
)
"""What it takes besides from a finder. Such a record speaks of the offices of all states, but for how to find them
(what happens first, what to say); any other national one speaks of itself, and who picks up at Childhelp says nothing
of who does in Texas."""


def completed(services: Sequence[Service]) -> list[Service]:
    """The services, each local one with the words of its national one where it has none of its own."""
    by_slug = {service.slug: service for service in services}
    return [_completed(service, by_slug.get(service.local_of)) for service in services]


def _completed(service: Service, national: Service | None) -> Service:
    if national is None:
        return service
    found = {field: getattr(national, field) for field in TEXTS if not getattr(service, field)}
    if national.local_plain and not service.plain:
        found["plain"] = national.local_plain
    if national.finder:
        found |= {field: getattr(national, field) for field in FACTS if not getattr(service, field)}
        for field in ("answered_by", "name_needed"):
            if getattr(service, field) == "unknown":
                found[field] = getattr(national, field)
    return msgspec.structs.replace(service, **found)


def local_versions(services: Iterable[Service]) -> dict[str, list[Service]]:
    """The local services of each national one, by its slug."""
    found: dict[str, list[Service]] = {}
    for service in services:
        if service.local_of:
            found.setdefault(service.local_of, []).append(service)
    return found


def _nearest(services: Iterable[Service], place: str) -> list[Service]:
    """Those of the services that help at a place, its own before those of its state."""
    state = state_of(place)
    if state is None:
        return []
    around = {place, state.code}
    here = (each for each in services if not around.isdisjoint(each.areas))
    return sorted(here, key=lambda each: place not in each.areas)


def placed(
    slugs: Sequence[str], services: Mapping[str, Service], local: Mapping[str, Sequence[Service]], place: str
) -> list[tuple[str, str]]:
    """What people at a place are shown, for the services recommended: each slug with the one it stands for.

    A local service comes right after its national one, or right before it if it says so, or in its place if that one
    only tells how to find it. What is for other areas is left out; of a county what is its own comes before what is its
    state's. ``place`` is empty where nobody said: then nothing local is shown.
    """
    found: dict[str, str] = {}
    for slug in slugs:
        if not finds(services[slug], place):
            continue
        here = [each.slug for each in _nearest(local.get(slug, ()), place)]
        first = [each for each in here if services[each].before]
        instead = here and services[slug].finder
        for each in (*first, *([] if instead else [slug]), *here):
            found.setdefault(each, slug)
    return list(found.items())
