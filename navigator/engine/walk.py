"""Every path of a flow, each with its outcome. A path is one complete set of answers.

Pure Python.
"""

from collections.abc import Iterator

import msgspec

from . import flow as flows
from .flow import SKIP, Flow, Guidance, Part, Recommendation


class Tick(msgspec.Struct, frozen=True):
    """What one choice of the question of kind many adds to an outcome, or moves up on it, ticked alone.

    Nothing else can come of it: with a tick all that held still holds (checks.py sees that no rule waits for
    there being no tick). So what several ticks add is what each of them adds.
    """

    key: str
    recommendations: tuple[Recommendation, ...]
    """Best first: of services that are not shown without it, or that come earlier with it."""
    guidance: tuple[Guidance, ...]


class Outcome(msgspec.Struct, frozen=True):
    """Where one path ends, and what each tick that is offered there would add."""

    answers: dict[str, str]
    recommendations: tuple[Recommendation, ...]
    guidance: tuple[Guidance, ...]
    ticks: tuple[Tick, ...] = ()


def walk(flow: Flow) -> Iterator[Outcome]:
    """Every path of the flow, each with its outcome before anything is ticked, and with its ticks.

    Paths that end alike share their rules, texts and ticks: the very same tuples.
    """
    found = _Walk(flow)
    yield from found.down(0, {}, (1 << len(found.parts)) - 1)


class _Walk:
    """The rules of a flow, best first, its texts, and what may be ticked: each a bit of a number.

    What can no longer hold is dropped on the way down, all of it in one step, so that the walk costs little more than
    the paths that it finds. What the bits that are left stand for is looked up once, for many paths end alike; and
    only those that name a tick are looked at tick by tick.
    """

    def __init__(self, flow: Flow) -> None:
        self.questions = flow.questions
        self.many = flow.many
        self.rules = sorted(flow.recommendations, key=lambda rule: rule.rank)
        self.texts = sorted(flow.guidance, key=lambda text: text.rank)
        ticks: tuple[Part, ...] = (self.many, *self.many.choices) if self.many else ()
        self.parts: list[Part] = [*self.rules, *self.texts, *ticks]
        self._left: dict[tuple[str, str | None], int] = {}
        self._ends: dict[int, Outcome] = {}

    def down(self, place: int, answers: dict[str, str], left: int) -> Iterator[Outcome]:
        """The paths from a question on; ``left`` are the bits of what can still hold."""
        question = self.questions[place] if place < len(self.questions) else None
        if question is None or question.kind == "many":
            end = self._ends.get(left) or self._ends.setdefault(left, self._end(left))
            yield Outcome(answers, end.recommendations, end.guidance, end.ticks)
        elif not flows.holds(question.when, answers):
            yield from self.down(place + 1, answers, left & self._possible(question.key, None))
        else:
            for choice in (*(choice.key for choice in flows.offered(question, answers)), SKIP):
                after = left & self._possible(question.key, choice)
                yield from self.down(place + 1, {**answers, question.key: choice}, after)

    def _end(self, left: int) -> Outcome:
        """Where all paths end that leave these bits: what holds with some tick or none."""
        many = self.many.key if self.many else ""
        plain = left & self._possible(many, None) if many else left
        shown = self._best(plain)
        ticks = []
        for choice in self._offered(left):
            named = left & self._possible(many, choice) & ~plain
            better: dict[str, int] = {}
            for place in self._rules(named):
                service = self.rules[place].service
                if place < shown.get(service, place + 1):
                    better.setdefault(service, place)
            ticks.append(Tick(choice, self._listed(better), self._texts(named)))
        return Outcome({}, self._listed(shown), self._texts(plain), tuple(ticks))

    def _possible(self, question: str, choice: str | None) -> int:
        """The bits of what can still hold once a question has this answer, or none."""
        if (question, choice) not in self._left:
            self._left[question, choice] = sum(
                1 << place
                for place, part in enumerate(self.parts)
                if question not in part.when or choice in part.when[question]
            )
        return self._left[question, choice]

    def _best(self, bits: int) -> dict[str, int]:
        """By service, the place of the first of the rules for it."""
        best: dict[str, int] = {}
        for place in self._rules(bits):
            best.setdefault(self.rules[place].service, place)
        return best

    def _offered(self, bits: int) -> list[str]:
        """The keys of what may be ticked; nothing where the question itself does not hold."""
        bits >>= len(self.rules) + len(self.texts)
        return [self.many.choices[place].key for place in _places(bits >> 1)] if self.many and bits & 1 else []

    def _rules(self, bits: int) -> Iterator[int]:
        return _places(bits & ((1 << len(self.rules)) - 1))

    def _listed(self, best: dict[str, int]) -> tuple[Recommendation, ...]:
        return tuple(self.rules[place] for place in best.values())

    def _texts(self, bits: int) -> tuple[Guidance, ...]:
        bits = bits >> len(self.rules) & ((1 << len(self.texts)) - 1)
        return tuple(self.texts[place] for place in _places(bits))


def _places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest on."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
