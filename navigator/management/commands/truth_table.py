"""Print every path of the fixtures and the services it leads to, as a table that people can read and correct."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from navigator.editions.content import read_fixtures
from navigator.engine import walk
from navigator.engine.flow import SKIP, Flow

Row = tuple[tuple[str | None, ...], tuple[str, ...]]
"""The answers, one for each question (None: not asked), and the services in order."""


class Command(BaseCommand):
    """`manage.py truth_table`: needs no database. `make truth` keeps it in tests/truth_table.txt."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for all the paths that lead to the same services."""
        flow = read_fixtures(settings.BASE_DIR / "fixtures").flow
        for line in table(flow):
            self.stdout.write(line)


def table(flow: Flow) -> Iterator[str]:
    """The lines of the table: ``danger=no|unsure who=* need=other: dial-211, ...``.

    Answers that lead to the same services are merged, the last question first, since it decides most.
    Below, a line for each tick: on how many paths it is offered, and on how many of them it adds a service or
    guidance, or moves a service up: ``+ about=papers on 12 paths: adds x (12), y (3); moves up z (4)``.
    """
    keys = [question.key for question in flow.questions if question.kind == "one"]
    rows: list[Row] = []
    ticks: dict[str, Ticked] = {}
    for outcome in walk.walk(flow):
        shown = {rule.service for rule in outcome.recommendations}
        for tick in outcome.ticks:
            found = ticks.setdefault(tick.key, Ticked())
            found.offered += 1
            found.moved.update(rule.service for rule in tick.recommendations if rule.service in shown)
            found.added.update(rule.service for rule in tick.recommendations if rule.service not in shown)
            found.added.update(f"guidance {text.key}" for text in tick.guidance)
            found.idle += not (tick.recommendations or tick.guidance)
        answers = tuple(outcome.answers.get(key) for key in reversed(keys))
        rows.append((answers, tuple(rule.service for rule in outcome.recommendations)))
    every = {question.key: {SKIP, *(choice.key for choice in question.choices)} for question in flow.questions}
    yield f"# {len(rows)} paths. * is any answer, skip is a question not answered. Written by `make truth`."
    for merged, services in _merged(rows):
        said = [
            f"{key}={'*' if set(choices) == every[key] else '|'.join(choices)}"
            for key, choices in zip(keys, reversed(merged), strict=True)
            if choices
        ]
        yield f"{' '.join(said)}: {', '.join(services)}"
    many = flow.many
    for choice in many.choices if many else ():
        yield f"+ {many.key if many else ''}={choice.key} {ticks.get(choice.key, Ticked())}"


@dataclass
class Ticked:
    """What one tick does, counted in paths."""

    offered: int = 0
    idle: int = 0
    added: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        parts = [f"nothing on {self.idle}"] if self.idle else []
        for verb, found in (("moves up", self.moved), ("adds", self.added)):
            if found:
                parts.insert(0, f"{verb} {', '.join(f'{name} ({count})' for name, count in sorted(found.items()))}")
        return f"on {self.offered} paths: {'; '.join(parts)}"


def _merged(rows: Sequence[Row]) -> list[tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]]:
    """The rows with their first answers merged wherever what follows is the same."""
    if not rows[0][0]:
        return [((), rows[0][1])]
    by_choice: dict[str | None, list[Row]] = {}
    for (choice, *rest), services in rows:
        by_choice.setdefault(choice, []).append((tuple(rest), services))
    by_rest: dict[tuple[bool, Any], list[str]] = {}
    for choice, following in by_choice.items():
        choices = by_rest.setdefault((choice is None, tuple(_merged(following))), [])
        if choice is not None:
            choices.append(choice)
    return [((tuple(choices), *rest), services) for (_, after), choices in by_rest.items() for rest, services in after]
