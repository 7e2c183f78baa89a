"""The outside measure of the questions: a change that sends somebody elsewhere is seen in the diff of a table."""

import difflib

import pytest

from navigator.engine import flow

from . import FOLDER, judge, outcomes, shown, stories, walks

LEAST = {"right": 0.95, "complete": 0.85}
"""The goal: shares of the stories (docs/questions.md). How many find their choice at once stands there, too."""


def languages():
    return sorted({walk.language for walk in walks()})


def test_each_story_ends_where_the_table_says(real):
    """A difference is either a mistake in the rules, or `make truth` was forgotten after a change on purpose."""
    table = (FOLDER / "outcomes.txt").read_text(encoding="utf-8").splitlines()
    today = list(outcomes(real.flow))
    difference = list(difflib.unified_diff(table, today, "the table", "the rules", lineterm="", n=0))
    assert not difference, "\n" + "\n".join(difference)


def test_every_choice_of_a_reader_is_still_offered(real):
    for walk in walks():
        assert flow.replay(real.flow, walk.answers) == walk.answers, walk
        assert flow.next_question(real.flow, walk.answers) is None, walk


@pytest.mark.parametrize("language", languages())
def test_every_story_was_walked_and_the_goal_is_met(real, language):
    told = stories()
    walked = [walk for walk in walks() if walk.language == language]
    assert sorted(walk.story for walk in walked) == sorted(told)
    verdicts = [judge(told[walk.story], walk.answers, shown(real.flow, walk.answers)) for walk in walked]
    assert not [walk.story for walk, verdict in zip(walked, verdicts, strict=True) if verdict.harmful]
    share = {
        "right": sum(verdict.right for verdict in verdicts) / len(walked),
        "complete": sum(not verdict.lacking for verdict in verdicts) / len(walked),
    }
    assert all(share[name] >= least for name, least in LEAST.items()), share
    assert sum(walk.confidence == "low" for walk in walked) / len(walked) <= 0.05
