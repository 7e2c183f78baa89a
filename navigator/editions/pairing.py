"""Which record of one content is which of another: by what names it, or else by what they have most in common."""

import operator
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import msgspec

from services.records import Record

R = TypeVar("R", bound=Record)
Key = Callable[[Any], Hashable]
Pairs = list[tuple[R, R]]
"""The old and the new of each record that both sides have, in the new order."""


def paired(old: Sequence[R], new: Sequence[R], keys: Sequence[Key]) -> tuple[Pairs[R], list[R], list[R]]:
    """The records of both sides in pairs, in the new order; those that are gone; those that came.

    Each key in turn pairs what the ones before it left over. A key of None pairs nothing.
    """
    gone = list(enumerate(old))
    come = list(enumerate(new))
    found: dict[int, R] = {}
    for key in keys:
        for entry in list(come):
            place, record = entry
            match = next((each for each in gone if key(each[1]) == key(record) is not None), None)
            if match:
                found[place] = match[1]
                gone.remove(match)
                come.remove(entry)
    both = [(found[place], record) for place, record in enumerate(new) if place in found]
    return both, [record for _place, record in gone], [record for _place, record in come]


def order(both: Pairs[R], old: Sequence[R]) -> list[int]:
    """For each pair, given in the new order, its place in the old order."""
    places = {id(record): place for place, record in enumerate(old)}
    return [places[id(before)] for before, _after in both]


def unordered(value: Any) -> Hashable:
    """A value for comparison: the order within a condition makes no difference."""
    return frozenset((key, frozenset(choices)) for key, choices in value.items()) if isinstance(value, dict) else value


# By what records are paired: each key in turn, for those that the ones before it left over

SLUG: Sequence[Key] = [operator.attrgetter("slug")]
KEY: Sequence[Key] = [operator.attrgetter("key")]
SAME: Key = msgspec.json.encode
WAYS: Sequence[Key] = [
    SAME,
    lambda way: (way.kind, way.value, SAME(way.label)),
    lambda way: (way.kind, way.value),
    lambda way: (way.kind, SAME(way.label)),
    lambda way: way.kind,
]
SOURCES: Sequence[Key] = [
    SAME,
    lambda source: (source.title, source.url),
    lambda source: source.title,
    lambda source: source.url or None,
]
RULES: Sequence[Key] = [
    SAME,
    lambda rule: (rule.service, unordered(rule.when)),
    lambda rule: (rule.service, rule.rank),
    lambda rule: (rule.service, SAME(rule.reason)),
    lambda rule: rule.service,
]
