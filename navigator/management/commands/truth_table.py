"""Print every path of the fixtures and the services it leads to, as a table that people can read and correct."""

from collections.abc import Iterator, Sequence
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
    """
    keys = [question.key for question in flow.questions]
    rows: list[Row] = []
    for outcome in walk.walk(flow):
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
