"""For whom a service comes up: on how many paths it comes first, next or later, and by which conditions."""

from collections import Counter
from dataclasses import dataclass, field

from navigator.engine.flow import Condition, Recommendation
from navigator.engine.walk import walk
from services import areas

from .edition import Edition


@dataclass
class Reach:
    """Where a service stands on the paths, for people at one of its areas."""

    paths: int = 0
    places: Counter[int] = field(default_factory=Counter)
    """On how many paths it stands first (0), second (1) ..., before anything is ticked."""
    ticked: int = 0
    """On how many more it would come with a tick."""
    firsts: Counter[int] = field(default_factory=Counter)
    """By which rules it comes first, by their ids; on how many paths."""
    rules: dict[int, Recommendation] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """On how many paths it is the first."""
        return self.places[0]

    @property
    def second(self) -> int:
        """On how many paths it is the second."""
        return self.places[1]

    @property
    def shown(self) -> int:
        """On how many paths it is shown at all."""
        return self.places.total()

    @property
    def later(self) -> int:
        """On how many paths it comes third or later."""
        return self.shown - self.first - self.second

    @property
    def everyone(self) -> bool:
        """Whether it is shown whatever people answer."""
        return self.shown == self.paths > 0

    def conditions(self) -> list[tuple[Condition, int]]:
        """When it comes first, each with on how many paths; most first."""
        return [(self.rules[key].when, count) for key, count in self.firsts.most_common()]


def reach(edition: Edition, slug: str) -> Reach:
    """Walk every path and see where the service stands for people where it helps."""
    service = edition.services[slug]
    place = service.areas[0] if service.areas else ""
    found = Reach()
    kept: dict[tuple[str, ...], tuple[int, str] | None] = {}

    def stands(slugs: tuple[str, ...]) -> tuple[int, str] | None:
        """At which place, and for which service that was recommended."""
        if slugs not in kept:
            shown = areas.placed(slugs, edition.services, edition.local, place)
            at = ((number, by) for number, (each, by) in enumerate(shown) if each == slug)
            kept[slugs] = next(at, None)
        return kept[slugs]

    for outcome in walk(edition.flow):
        found.paths += 1
        rules = {rule.service: rule for rule in outcome.recommendations if rule.service in edition.services}
        here = stands(tuple(rules))
        if here:
            number, by = here
            found.places[number] += 1
            if number == 0:
                found.firsts[id(rules[by])] += 1
                found.rules[id(rules[by])] = rules[by]
        else:
            more = (rule.service for tick in outcome.ticks for rule in tick.recommendations)
            found.ticked += stands(tuple(each for each in dict.fromkeys(more) if each in edition.services)) is not None
    return found
