"""Publish only some of what differs: the edition in force, with the records of the draft that were chosen."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from navigator.engine import flow
from services.records import Organization, Record, Service

from .content import Content, with_services
from .pairing import KEY, RULES, SLUG, Key, order, paired

LISTS: dict[str, tuple[type[Record], Sequence[Key]]] = {
    "services": (Service, SLUG),
    "organizations": (Organization, SLUG),
    "questions": (flow.Question, KEY),
    "recommendations": (flow.Recommendation, RULES),
    "guidance": (flow.Guidance, KEY),
}
ORDER = "order"


class Part(NamedTuple):
    """One record in which the draft differs from the edition in force, or the order of the questions."""

    key: str
    old: Record | None
    new: Record | None


def parts(old: Content, new: Content) -> list[Part]:
    """What can be published by itself: an organization comes and goes with its services, a local one with its own."""
    keys = _keys(old, new)
    found = [
        Part(keys[where, id(before), id(after)], before, after)
        for where in LISTS
        for before, after in _pairs(where, old, new)
        if before != after and _key(where, before, after) == keys.get((where, id(before), id(after)))
    ]
    both, _gone, _come = paired(old.flow.questions, new.flow.questions, KEY)
    places = order(both, old.flow.questions)
    return [*found, Part(ORDER, None, None)] if places != sorted(places) else found


def without(old: Content, new: Content, leave: Collection[str]) -> Content:
    """The new content, with what the old one says of the parts that are left out."""
    if not leave:
        return new
    keys = _keys(old, new)
    made = {where: tuple(_placed(where, old, new, keys, leave)) for where in LISTS}
    runs = {row.slug: row for row in (*old.organizations, *new.organizations, *made["organizations"])}
    questions = sorted(made["questions"], key=lambda question: question.kind == "many")
    content = Content(
        languages=new.languages,
        flow=flow.Flow(
            questions=tuple(questions),
            recommendations=tuple(sorted(made["recommendations"], key=attrgetter("rank"))),
            guidance=tuple(sorted(made["guidance"], key=attrgetter("rank"))),
        ),
        organizations=tuple(runs[slug] for slug in sorted(runs)),
        services=(),
    )
    return with_services(content, sorted(made["services"], key=attrgetter("slug")))


def _pairs(where: str, old: Content, new: Content) -> Iterator[tuple[Any, Any]]:
    """The old and the new of each record; None for one that is not there."""
    both, gone, come = paired(_rows(where, old), _rows(where, new), LISTS[where][1])
    yield from both
    yield from ((record, None) for record in gone)
    yield from ((None, record) for record in come)


def _placed(
    where: str, old: Content, new: Content, keys: dict[tuple[str, int, int], str], leave: Collection[str]
) -> Iterator[Any]:
    """The records as chosen: in the old order, or in the new one if that of the questions is chosen.

    What that order lacks stands after its neighbor of the other one.
    """
    lead = 1 if where == "questions" and ORDER not in leave else 0
    places = [{id(row): place for place, row in enumerate(_rows(where, content))} for content in (old, new)]
    shown = [
        ((before, after), before if keys.get((where, id(before), id(after)), "") in leave else after)
        for before, after in _pairs(where, old, new)
    ]
    shown = [(pair, record) for pair, record in shown if record is not None]
    made = sorted((one for one in shown if one[0][lead]), key=lambda one: places[lead][id(one[0][lead])])

    def other(one: Any) -> int:
        return places[1 - lead][id(one[0][1 - lead])]

    for one in sorted((one for one in shown if not one[0][lead]), key=other):
        before = [each for each in made if each[0][1 - lead] and other(each) < other(one)]
        made.insert(made.index(max(before, key=other)) + 1 if before else 0, one)
    return (record for _pair, record in made)


def _rows(where: str, content: Content) -> Sequence[Any]:
    rows: Sequence[Any] = getattr(content if hasattr(content, where) else content.flow, where)
    return rows


def _keys(old: Content, new: Content) -> dict[tuple[str, int, int], str]:
    """The key of the part to which each pair belongs; an organization that comes or goes belongs to none."""
    pairs = {where: list(_pairs(where, old, new)) for where in LISTS}
    moved = {(after or before).slug: (before, after) for before, after in pairs["services"] if None in (before, after)}
    keys = {}
    for where, found in pairs.items():
        for before, after in found:
            if where == "organizations" and None in (before, after):
                continue
            pair = before, after
            if where == "services" and None in pair:
                pair = moved.get((after or before).local_of, pair)
            keys[where, id(before), id(after)] = _key(where, *pair)
    return keys


def _key(where: str, before: Any, after: Any) -> str:
    """Names a part for as long as neither side says something else."""
    said = msgspec.json.encode((where, before, after))
    return hashlib.sha256(said).hexdigest()[:20]
