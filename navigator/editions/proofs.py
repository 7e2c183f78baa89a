"""The proofs of a content: as it is written, and as it stands in each state that a coming date brings."""

from collections.abc import Callable, Hashable, Iterator, Sequence

import msgspec
from django.utils import timezone

from navigator.engine import checks
from services.messages import Message

from . import dates
from .content import Content, check

Measure = Callable[[Content], Sequence[checks.Problem]]
"""What else keeps a content from being published: that a page made of it leaves its size. Pages are made elsewhere
(navigator.public.measure), so whoever publishes for people hands it in."""
Walk = Callable[[Content], checks.Report]
"""The walk of every path; whoever asks again and again hands in one that remembers."""
MOST_STATES = 40
"""Coming states that are proven: each may take a walk of every path, and to measure it takes seconds."""


def prove(
    content: Content, measure: Measure | None = None, *, urgent: bool = False, walk: Walk = check
) -> checks.Report:
    """What keeps a content from being published; an urgent fix may leave what misleads nobody.

    First all that is written is checked at once, whatever its days: each number, each text, each rule. If that is
    sound, each state is; what only misleads nobody may come for some days, as with an urgent fix.
    """
    report = walk(content)
    found = [each for each in report.problems if not urgent or each.code not in checks.URGENT_MAY]
    if not found:
        found = list(_coming(content, measure, walk))
    return msgspec.structs.replace(report, problems=tuple(found))


def _coming(content: Content, measure: Measure | None, walk: Walk) -> Iterator[checks.Problem]:
    """What is wrong with the states from now on, each problem on the first day that brings it."""
    states = dates.states(content, timezone.now())
    if len(states) > MOST_STATES:
        message = Message(
            "Something changes on %(count)s coming days; the most that can be checked is %(most)s. Take some off.",
            count=len(states) - 1,
            most=MOST_STATES,
        )
        yield checks.Problem(code="dates", subject="", message=message)
        return
    walked, large = {_walked(content)}, measure(content) if measure else ()
    # Where everything at once keeps to its size, so does what has the same services and less of each.
    fits = _services(content) if not large else None
    told: set[Hashable] = set()
    for state in states:
        found = list(_unreachable(content, state.content))
        if (seen := _walked(state.content)) not in walked:
            walked.add(seen)
            found += [each for each in walk(state.content).problems if each.code not in checks.URGENT_MAY]
        if measure and not found and _services(state.content) != fits:
            found += large if state.content is content else measure(state.content)
        for each in found:
            if (each.code, each.subject) not in told:
                told.add((each.code, each.subject))
                yield msgspec.structs.replace(each, day=state.day)


def _walked(content: Content) -> Hashable:
    """What the path walk sees of a state that its dates may change: the services, and how each can be reached."""
    return frozenset((row.slug, frozenset(way.kind for way in row.ways)) for row in content.services)


def _services(content: Content) -> Hashable:
    return frozenset(row.slug for row in content.services)


def _unreachable(content: Content, state: Content) -> Iterator[checks.Problem]:
    """The services whose ways are all over, or not yet there."""
    ways = {row.slug: row.ways for row in content.services}
    for row in state.services:
        if ways[row.slug] and not row.ways:
            message = Message("“%(name)s” is shown, but every way to reach it is over or not yet there.", name=row.slug)
            yield checks.Problem(code="unreachable", subject=row.slug, message=message)
