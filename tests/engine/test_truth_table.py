"""All routing as one table that people outside engineering can read and correct: tests/truth_table.txt."""

import difflib
import io
import itertools

import pytest
from django.core.management import call_command

from navigator.engine import flow as flows
from navigator.engine import walk
from tests.conftest import ROOT

TABLE = ROOT / "tests" / "truth_table.txt"


@pytest.fixture(scope="module")
def lines():
    return TABLE.read_text(encoding="utf-8").splitlines()


def test_the_routing_is_what_the_table_says(lines):
    """A difference is either a mistake in the rules, or `make truth` was forgotten after a change on purpose."""
    out = io.StringIO()
    call_command("truth_table", stdout=out)
    difference = list(
        difflib.unified_diff(lines, out.getvalue().splitlines(), "the table", "the rules", lineterm="", n=0)
    )
    assert not difference, "\n" + "\n".join(difference)


def test_the_table_is_short_enough_to_read(lines):
    assert 100 < len(lines) < 400
    assert len(set(lines)) == len(lines)


def test_each_path_is_on_one_line_and_that_line_is_right(real, lines):
    every = {q.key: {flows.SKIP, *(choice.key for choice in q.choices)} for q in real.flow.questions}
    said = {}
    for line in lines[1:]:
        if line.startswith("+ "):  # what a tick adds
            continue
        left, services = line.split(": ")
        pairs = [part.split("=") for part in left.split()]
        choices = [every[key] if value == "*" else value.split("|") for key, value in pairs]
        for picked in itertools.product(*choices):
            answers = tuple(zip((key for key, _ in pairs), picked, strict=True))
            assert answers not in said
            said[answers] = services.split(", ")
    for outcome in walk.walk(real.flow):
        assert said.pop(tuple(outcome.answers.items())) == [rule.service for rule in outcome.recommendations]
    assert not said
