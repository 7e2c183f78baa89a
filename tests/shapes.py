"""A few rows that together have all that any row has: what holds for them holds for rows that differ in words alone."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

CODES = {"hours", "kind", "status", "timezone"}
"""Fields whose value matters, not only whether there is one."""


def shape(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The fields that a record fills, at any depth, and how many of a kind it has (three: three or more)."""
    if isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            filled = getattr(value, field.name)
            if filled and filled != field.default:
                yield from shape(filled, (*at, field.name))
    elif isinstance(value, tuple):
        yield (*at, min(len(value), 3))
        for each in value:
            yield from shape(each, at)
    elif isinstance(value, dict):
        yield (*at, len(value))
    else:
        yield (*at, value) if at and at[-1] in CODES else at


def of_every_shape(rows: Iterable[Any]) -> list[Any]:
    """As few of the rows as hold between them the shape of each."""
    shapes = {row: set(shape(row.record())) for row in rows}
    wanted, chosen = set().union(*shapes.values()), []
    while wanted:
        chosen.append(max(shapes, key=lambda row: len(shapes[row] & wanted)))
        wanted -= shapes[chosen[-1]]
    return chosen
