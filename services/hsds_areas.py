"""Where a service helps, as HSDS ``service_area``: ours written, and anybody's read.

The standard knows an area by a free name and by an ``extent`` of some type; ours is the code (areas.py), as text. Of
what others write we take what names states and counties beyond doubt; the rest is for staff to read.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from . import areas
from .texts import fold

COUNTRY = "US"
"""The whole country, as an area that was read."""
_COUNTRY = [
    "us",
    "usa",
    "unitedstates",
    "unitedstatesofamerica",
    "wholecountry",
    "nationwide",
    "national",
    "estadosunidos",
]
_STATES = {
    "washingtondc": "US-DC",
    "virginislands": "US-VI",
    "unitedstatesvirginislands": "US-VI",
    "commonwealthofpuertorico": "US-PR",
    "commonwealthofthenorthernmarianaislands": "US-MP",
}
"""Names of states and territories beside those that we show."""
LONGEST = 300
"""Characters of a name; what is longer is a shape of map data."""
_ALONE = ("County", "Parish", "Borough", "Census Area", "Municipio")
"""What a county must be called to be known without its state. A city has fellows elsewhere that are no counties."""


def write(area: str) -> dict[str, Any]:
    """A state, a territory or a county, without an id."""
    return {"name": areas.name(area)["en"], "extent": area, "extent_type": "text"}


def read(extent: str, name: str) -> tuple[str, ...]:
    """The areas that an extent and a name stand for, the COUNTRY among them; none where there is any doubt.

    Five digits alone may be a ZIP code: 48201 is one in Detroit, and the FIPS code of Houston's county. So they need
    a name that agrees, or none. Where extent and name say different things, neither is believed.
    """
    named = _named(name)
    coded = _named(extent)
    if re.fullmatch(r"\d{5}", extent, re.ASCII):
        county = areas.COUNTIES.get(extent, "")
        agrees = not name or named == (extent,) or _key(name) == _key(county)
        return (extent,) if county and agrees else ()
    if coded and named and set(coded) != set(named):
        return ()
    return coded or named


def read_all(named: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], list[str]]:
    """The areas of extents and names, each once and none within another, and in words what is not understood.

    The COUNTRY stands for all of it: then there are no areas.
    """
    found: dict[str, None] = {}
    unclear: dict[str, None] = {}
    for extent, name in named:
        if understood := read(extent, name):
            found.update(dict.fromkeys(understood))
        elif words := " / ".join(filter(None, (name, extent))):
            unclear[words[:LONGEST]] = None
    if COUNTRY in found:
        return (COUNTRY,), [*unclear]
    inside = {area for area in found if (state := areas.state_of(area)) and area != state.code and state.code in found}
    return tuple(area for area in found if area not in inside), [*unclear]


def _named(text: str) -> tuple[str, ...]:
    """The areas of a text that names one, or several with semicolons between; none if one of them is not known."""
    if len(text) > LONGEST:
        return ()
    found = [_one(part.strip()) for part in re.split(r"[;|\n]", text) if part.strip()]
    return tuple(dict.fromkeys(found)) if all(found) else ()


def _one(text: str) -> str:
    if iso := re.fullmatch(r"us[-_]([a-z]{2})", text, re.I | re.ASCII):
        code = f"US-{iso[1].upper()}"
        return code if code in areas.BY_CODE else ""
    if fips := re.fullmatch(r"(?:0500000US|US|FIPS)[ :]*(\d{5})", text, re.I | re.ASCII):
        return fips[1] if fips[1] in areas.COUNTIES else ""
    if re.fullmatch(r"[A-Z]{2}", text) and f"US-{text}" in areas.BY_CODE:
        return f"US-{text}"
    return _index().get(_key(text), "")


def _key(text: str) -> str:
    """A name as it is compared: “Harris Co., TX” is “harriscountytx”, “State of Texas (statewide)” is “texas”."""
    words = re.findall(r"[a-z0-9]+", fold(text).replace("'", "").replace("u.s.", "us").replace("d.c.", "dc"))
    words = ["county" if word == "co" and at < len(words) - 1 else word for at, word in enumerate(words)]
    words = [{"saint": "st", "ste": "st"}.get(word, word) for word in words]
    if words[:2] == ["state", "of"]:
        words = words[2:]
    if len(words) > 1:
        words = [word for word in words if word not in ("statewide", "usa")]
    if len(words) > 1 and words[-1] == "state":
        words.pop()
    return "".join(words)


@cache
def _index() -> dict[str, str]:
    """Every name of the country, of a state and of a county; one that several have stands for none."""
    found: dict[str, str] = dict.fromkeys(_COUNTRY, COUNTRY) | _STATES
    for state in areas.STATES:
        for words in state.name.values():
            found[_key(words)] = state.code
    for code, own in areas.COUNTIES.items():
        its_state = areas.state_of(code)
        assert its_state is not None
        names = [areas.name(code)["es"]]
        for of in (*its_state.name.values(), its_state.code[-2:]):
            names += [f"{own} {of}", f"{of} {own}"]
        if own.endswith(_ALONE):
            names.append(own)
        for key in {_key(name) for name in names}:
            found[key] = code if found.get(key, code) == code else ""
    return found
