"""What people told in public, the choices of a reader who saw only the questions, and where they end.

``stories.jsonl`` holds the situations and what advocates said must come; ``walks-*.tsv`` a reader's choices in a
language; ``few-words-*.tsv`` what they might type; ``outcomes.txt`` what the choices lead to today. ``make truth``
writes the last one anew: a change of the questions or the rules that moves a story is seen in its diff.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from navigator.engine import flow
from navigator.engine.flow import Flow

FOLDER = Path(__file__).parent
SHOWN = 6
"""Services among which everything that must come is looked for: as the advocates did."""


class Walk(NamedTuple):
    """One reader's way through the questions for one story."""

    language: str
    story: str
    answers: dict[str, Any]
    confidence: str
    """Would this person find their choice at once? high, middle or low."""


def stories() -> dict[str, dict[str, Any]]:
    """The stories by id."""
    lines = (FOLDER / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    return {story["id"]: story for story in map(json.loads, lines)}


def walks() -> list[Walk]:
    """Every walk that is kept."""
    found = []
    for path in sorted(FOLDER.glob("walks-*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            story, answers, confidence, *_hesitation = line.split("\t")
            given = dict(answer.split("=") for answer in answers.split())
            ticks = {key: tuple(value.split(",")) for key, value in given.items() if key == "about"}
            found.append(Walk(path.stem.removeprefix("walks-"), story, {**given, **ticks}, confidence))
    return found


def shown(questions: Flow, answers: dict[str, Any]) -> list[str]:
    """The services that these answers lead to, best first."""
    return [rule.service for rule in flow.recommend(questions, flow.complete(questions, answers))]


class Verdict(NamedTuple):
    """How a walk ended, by what the advocates said."""

    right: bool
    """The first service is one of the right ones; where 911 leads because of danger, the next one is."""
    harmful: bool
    """The first service, 911 apart, is harmful or useless."""
    lacking: list[str]
    """What must come and does not stand among the first six."""


def judge(story: dict[str, Any], answers: dict[str, Any], services: list[str]) -> Verdict:
    """Judge the services that a walk ends at, best first."""
    after = [slug for slug in services if slug != "emergency-911"]
    others = [slug for slug in story["first_ok"] if slug != "emergency-911"]
    if answers["danger"] == "yes" and services[:1] == ["emergency-911"]:
        right = not others or (bool(after) and after[0] in others)
    else:
        right = bool(services) and services[0] in story["first_ok"]
    harmful = bool(after) and after[0] in story["first_wrong"] and after[0] not in story["first_ok"]
    groups = [[slug] for slug in story["must_show"]] + story["must_show_any"]
    return Verdict(right, harmful, ["|".join(group) for group in groups if not set(group) & set(services[:SHOWN])])


def outcomes(questions: Flow) -> Iterator[str]:
    """One line a walk: the story, the answers, the first services, and what the advocates would say of it."""
    told = stories()
    for walk in walks():
        services = shown(questions, walk.answers)
        verdict = judge(told[walk.story], walk.answers, services)
        marks = ["" if verdict.right else "NOT RIGHT FIRST", "HARMFUL" if verdict.harmful else ""]
        marks += [f"lacks {what}" for what in verdict.lacking]
        given = " ".join(f"{key}={','.join(v) if isinstance(v, tuple) else v}" for key, v in walk.answers.items())
        line = f"{walk.story} {walk.language}: {given}: {', '.join(services[:SHOWN])}"
        yield "  ! ".join([line, *filter(None, marks)])
