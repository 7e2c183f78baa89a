"""Every path of a flow, each with its outcome. A path is one complete set of answers.

Pure Python.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from . import flow as flows
from .flow import SKIP, Flow, Guidance, Part, Question, Recommendation

Rule = TypeVar("Rule", bound=Part)


class Outcome(msgspec.Struct, frozen=True):
    """Where one path ends."""

    answers: dict[str, str]
    recommendations: tuple[Recommendation, ...]
    guidance: tuple[Guidance, ...]


def walk(flow: Flow) -> Iterator[Outcome]:
    """Every path of the flow, each with its outcome.

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
        best: dict[str, Recommendation] = {}
        for rule in rules:
            best.setdefault(rule.service, rule)
        yield Outcome(answers, tuple(best.values()), tuple(texts))
        return
    question = flow.questions[place]
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


def _choices(question: Question, answers: dict[str, str]) -> list[str]:
    return [*(choice.key for choice in flows.offered(question, answers)), SKIP]


def _left(rules: Sequence[Rule], question: str, choice: str | None = None) -> list[Rule]:
    """The rules that can still hold once a question has this answer, or none."""
    return [rule for rule in rules if question not in rule.when or choice in rule.when[question]]
