"""Every path of a flow, each with its outcome. A path is one complete set of answers.

Pure Python.
"""

from collections.abc import Iterator

import msgspec

from . import flow as flows
from .flow import SKIP, Flow, Guidance, Part, Question, Recommendation


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
    """Every path of the flow, each with its outcome before anything is ticked, and with its ticks."""
    yield from _Walk(flow).down(0, {}, -1)


class _Walk:
    """The rules of a flow, best first, each a bit of a number.

    Rules that can no longer hold are dropped on the way down, all of them in one step, so that the walk costs little
    more than the paths that it finds. Only those that name a tick are looked at tick by tick.
    """

    def __init__(self, flow: Flow) -> None:
        self.questions = flow.questions
        self.rules = sorted(flow.recommendations, key=lambda rule: rule.rank)
        self.texts = sorted(flow.guidance, key=lambda text: text.rank)
        self._left: dict[tuple[str, str | None], int] = {}
        self._shown: dict[int, dict[str, int]] = {}

    def down(self, place: int, answers: dict[str, str], left: int) -> Iterator[Outcome]:
        """The paths from a question on; ``left`` are the bits of the rules and texts that can still hold."""
        question = self.questions[place] if place < len(self.questions) else None
        if question is None or question.kind == "many":
            yield self._outcome(question, answers, left)
        elif not flows.holds(question.when, answers):
            yield from self.down(place + 1, answers, left & self._possible(question.key, None))
        else:
            for choice in (*(choice.key for choice in flows.offered(question, answers)), SKIP):
                after = left & self._possible(question.key, choice)
                yield from self.down(place + 1, {**answers, question.key: choice}, after)

    def _outcome(self, many: Question | None, answers: dict[str, str], left: int) -> Outcome:
        """The outcome of answers, with the rules and texts that hold with them and with some tick or none."""
        plain = left & self._possible(many.key, None) if many else left
        shown = self._best(plain)
        ticks = []
        if many and flows.holds(many.when, answers):
            for choice in flows.offered(many, answers):
                named = left & self._possible(many.key, choice.key) & ~plain
                better: dict[str, int] = {}
                for place in self._rules(named):
                    service = self.rules[place].service
                    if place < shown.get(service, place + 1):
                        better.setdefault(service, place)
                ticks.append(Tick(choice.key, self._listed(better), self._texts(named)))
        return Outcome(answers, self._listed(shown), self._texts(plain), tuple(ticks))

    def _possible(self, question: str, choice: str | None) -> int:
        """The bits of what can still hold once a question has this answer, or none."""
        if (question, choice) not in self._left:
            parts: list[Part] = [*self.rules, *self.texts]
            self._left[question, choice] = sum(
                1 << place
                for place, part in enumerate(parts)
                if question not in part.when or choice in part.when[question]
            )
        return self._left[question, choice]

    def _best(self, bits: int) -> dict[str, int]:
        """By service, the place of the first of the rules for it."""
        if bits not in self._shown:
            best: dict[str, int] = {}
            for place in self._rules(bits):
                best.setdefault(self.rules[place].service, place)
            self._shown[bits] = best
        return self._shown[bits]

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
