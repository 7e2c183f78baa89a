"""Every path of a flow, each with its outcome. A path is one complete set of answers.

Pure Python.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from . import flow as flows
from .flow import SKIP, Flow, Guidance, Part, Question, Recommendation

Rule = TypeVar("Rule", bound=Part)


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

    Rules that can no longer hold are dropped on the way down, so that the walk costs little more
    than the paths that it finds.
    """
    yield from _down(
        flow,
        0,
        {},
        sorted(flow.recommendations, key=lambda rule: rule.rank),
        sorted(flow.guidance, key=lambda text: text.rank),
    )


def _down(
    flow: Flow, place: int, answers: dict[str, str], rules: list[Recommendation], texts: list[Guidance]
) -> Iterator[Outcome]:
    if place == len(flow.questions):
        yield Outcome(answers, tuple(_best(rules)), tuple(texts))
        return
    question = flow.questions[place]
    if question.kind == "many":
        yield _end(question, answers, rules, texts)
        return
    if not flows.holds(question.when, answers):
        yield from _down(flow, place + 1, answers, _left(rules, question.key), _left(texts, question.key))
        return
    for choice in _choices(question, answers):
        yield from _down(
            flow,
            place + 1,
            {**answers, question.key: choice},
            _left(rules, question.key, choice),
            _left(texts, question.key, choice),
        )


def _end(
    many: Question, answers: dict[str, str], rules: Sequence[Recommendation], texts: Sequence[Guidance]
) -> Outcome:
    """The end of a path where only the ticks are left: rules that name none are looked at once."""
    shown = _best(_left(rules, many.key))
    place = {id(rule): number for number, rule in enumerate(rules)}
    before = {rule.service: place[id(rule)] for rule in shown}
    better = [
        rule for rule in rules if many.key in rule.when and place[id(rule)] < before.get(rule.service, len(rules))
    ]
    added = [text for text in texts if many.key in text.when]
    offered = flows.offered(many, answers) if flows.holds(many.when, answers) else ()
    ticks = tuple(
        Tick(
            choice.key,
            tuple(_best(rule for rule in better if choice.key in rule.when[many.key])),
            tuple(text for text in added if choice.key in text.when[many.key]),
        )
        for choice in offered
    )
    return Outcome(answers, tuple(shown), tuple(_left(texts, many.key)), ticks)


def _choices(question: Question, answers: dict[str, str]) -> list[str]:
    return [*(choice.key for choice in flows.offered(question, answers)), SKIP]


def _left(rules: Sequence[Rule], question: str, choice: str | None = None) -> list[Rule]:
    """The rules that can still hold once a question has this answer, or none."""
    return [rule for rule in rules if question not in rule.when or choice in rule.when[question]]


def _best(rules: Iterable[Recommendation]) -> list[Recommendation]:
    """The first rule for each service."""
    best: dict[str, Recommendation] = {}
    for rule in rules:
        best.setdefault(rule.service, rule)
    return list(best.values())
