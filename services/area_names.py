"""Areas as people write them: "Harris County, TX", "condado de Harris, Texas", "48201"."""

import difflib
import re
from functools import lru_cache

from django.utils.translation import gettext as _

from . import areas
from .texts import fold, t


def read(text: str) -> tuple[str, ...]:
    """The areas in a text, with semicolons between. Raises ValueError, in words, for one that is not known."""
    found = dict.fromkeys(_read(part) for part in re.split(r"[;\n]", text) if part.strip())
    states = {area for area in found if area in areas.BY_CODE}
    return tuple(area for area in found if area in states or getattr(areas.state_of(area), "code", "") not in states)


def show(codes: tuple[str, ...]) -> str:
    """The same areas as `read` takes them, in the language at hand."""
    return "; ".join(t(areas.name(code)) for code in codes)


def are_codes(found: tuple[str, ...]) -> bool:
    """Whether these are codes of areas, not names."""
    return all(areas.state_of(code) for code in found)


def suggested(home: str) -> list[str]:
    """The names that a box may suggest: of the states, and of the counties of the home's state, or of all."""
    state = areas.state_of(home)
    near = (code for code in areas.COUNTIES if state is None or code.startswith(state.fips))
    return [t(areas.name(code)) for code in (*near, *areas.BY_CODE)]


def _read(part: str) -> str:
    words = _key(part)
    found = _index().get(words, ())
    if len(found) == 1:
        return found[0]
    if found:
        names = "; ".join(t(areas.name(code)) for code in found[:4])
        raise ValueError(_("There is more than one “%(name)s”: %(names)s …") % {"name": part.strip(), "names": names})
    near = [_index()[key][0] for key in difflib.get_close_matches(words, _index(), 3, 0.75)]
    why = _("“%(name)s” is no state, territory or county that we know.") % {"name": part.strip()}
    if near:
        names = "; ".join(dict.fromkeys(t(areas.name(code)) for code in near))
        why += " " + _("Did you mean: %(names)s?") % {"names": names}
    raise ValueError(why)


def _key(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", fold(text)).split())


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, ...]]:
    """The codes that a name may mean, by the name as it is compared."""
    found: dict[str, dict[str, None]] = {}
    for code, state in areas.BY_CODE.items():
        for name in (code, code[3:], *state.name.values()):
            found.setdefault(_key(name), {})[code] = None
    states = set(found)  # “Texas” is the state, though there are counties of that name
    for code in areas.COUNTIES:
        state_ = areas.state_of(code)
        assert state_
        alone = (*areas.county_name(code).values(), areas.COUNTIES[code].rpartition(" ")[0])
        around = (*state_.name.values(), state_.code[3:])
        names = {code, *areas.name(code).values(), *alone, *(f"{one}, {state}" for one in alone for state in around)}
        for key in {_key(name) for name in names} - states:
            found.setdefault(key, {})[code] = None
    return {name: tuple(codes) for name, codes in found.items() if name}
