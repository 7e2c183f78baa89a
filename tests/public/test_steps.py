"""Answers as they travel: sealed for an hour, unreadable, and never leading to an error."""

import base64
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from navigator.engine import flow as flows
from navigator.engine import walk
from navigator.engine.flow import SKIP
from navigator.public import steps
from navigator.public.steps import BACK, CHANGE, FIT, NEXT, RESULTS, SKIPPED, STAY, Step
from tests.engine.flows import flows as made_up

STEP = Step(answers={"danger": "no", "who": "me"}, at="child", offered=("yes", "no", "unsure"))
HALF_PAST = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def every_step(real):
    """Every step that a person can be at: each question of each path, and each outcome."""
    found = {}
    for outcome in walk.walk(real.flow):
        given = list(outcome.answers.items())
        for place in range(len(given) + 1):
            step = steps.at(real.flow, Step(answers=dict(given[:place])))
            found[tuple(given[:place])] = step
    return list(found.values())


# Sealed


def test_what_is_sealed_opens_as_it_was():
    assert steps.unseal(steps.seal(STEP)) == STEP


def test_equal_steps_give_equal_tokens_within_the_hour_and_others_after_it():
    token = steps.seal(STEP, HALF_PAST)
    assert steps.seal(STEP, HALF_PAST + dt.timedelta(minutes=29)) == token
    assert steps.seal(STEP, HALF_PAST + dt.timedelta(minutes=30)) != token
    assert steps.seal(STEP, HALF_PAST - dt.timedelta(minutes=31)) != token


def test_a_token_opens_in_its_own_hour_and_the_next_and_never_after():
    token = steps.seal(STEP, HALF_PAST)
    start = HALF_PAST.replace(minute=0)
    assert steps.unseal(token, start) == STEP
    assert steps.unseal(token, start + 2 * HOUR - dt.timedelta(seconds=1)) == STEP
    assert steps.unseal(token, start + 2 * HOUR) is None
    assert steps.unseal(token, start - dt.timedelta(seconds=1)) is None


def test_the_clock_decides_where_no_time_is_given(clock):
    token = steps.seal(STEP)
    clock.shift(HOUR)
    assert steps.unseal(token) == STEP
    clock.shift(HOUR)
    assert steps.unseal(token) is None


def test_a_changed_key_lets_open_tokens_live_on_as_a_fallback(settings):
    token = steps.seal(STEP)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key, as long and as good as the one before it was"
    assert steps.unseal(token) is None
    settings.SECRET_KEY_FALLBACKS = ["something else", old]
    assert steps.unseal(token) == STEP
    assert steps.seal(STEP) != token


def test_a_foreign_token_does_not_open(settings):
    ours = settings.SECRET_KEY
    settings.SECRET_KEY = "the key of some other site that runs this very program"
    token = steps.seal(STEP)
    settings.SECRET_KEY = ours
    assert steps.unseal(token) is None


def test_no_token_is_opened_but_as_it_was_sealed():
    token = steps.seal(STEP)
    wrong = [
        "",
        token[:-1],
        token[1:],
        token[:-4],
        token[: len(token) // 2],
        token + "A",
        token + "AAAA",
        token + "====",
        token + "=",
        token + token,
        token[:10] + "!" + token[10:],
        token[:10] + "\n" + token[10:],
        " " + token,
        token + " ",
        token + "\x00",
        token.replace("-", "+").replace("_", "/") if set("-_") & set(token) else token + "+",
        token.swapcase(),
        token[::-1],
        base64.b32encode(base64.urlsafe_b64decode(token)).decode(),
        base64.urlsafe_b64decode(token).hex(),
        "A" * len(token),
        "=" * len(token),
        "é" * len(token),
        "A" * 100_000,
    ]
    assert [steps.unseal(each) for each in wrong] == [None] * len(wrong)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.data())
def test_a_token_with_any_one_character_changed_does_not_open(data):
    token = steps.seal(STEP, HALF_PAST)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[place]))
    assert steps.unseal(token[:place] + other + token[place + 1 :], HALF_PAST) is None


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=500) | st.binary(max_size=400).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_no_made_up_token_opens(text):
    assert steps.unseal(text, HALF_PAST) is None


def test_all_tokens_have_one_length_so_that_the_length_tells_nothing(every_step):
    found = {len(steps.seal(replace(step, prefer=prefer))) for step in every_step for prefer in ("", "1")}
    assert len(found) == 1
    assert found.pop() <= steps.LONGEST


def test_nothing_can_be_read_in_a_token(real, every_step):
    words = {q.key for q in real.flow.questions} | {c.key for q in real.flow.questions for c in q.choices}
    for step in every_step[::50]:
        data = base64.urlsafe_b64decode(steps.seal(step))
        assert not [word for word in words if len(word) > 3 and word.encode() in data]


# Moves


def position(step, choice):
    return str(step.offered.index(choice))


def choose(flow, step, choice):
    made, place = (SKIPPED, "") if choice == SKIP else (NEXT, position(step, choice))
    return steps.move(flow, step, made, place)


def walk_to(flow, *choices):
    """The step after these choices, made one after the other."""
    step = steps.start(flow)
    for choice in choices:
        step = choose(flow, step, choice)
    return step


def test_the_first_step_is_the_first_question(real):
    step = steps.start(real.flow)
    assert (step.at, step.answers, step.done) == ("danger", {}, False)
    assert step.offered == ("yes", "no", "unsure")


def test_a_choice_is_sent_by_the_position_that_the_person_saw(real):
    step = walk_to(real.flow, "no", "me", "no")
    assert step.at == "need"
    assert "child" not in step.offered  # so that every later position moves up
    assert walk_to(real.flow, "no", "me", "no", "crime", "ice").answers == {
        "danger": "no",
        "who": "me",
        "child": "no",
        "need": "crime",
        "custody": "ice",
    }


def test_every_path_can_be_gone_by_moves_and_back(real):
    for outcome in list(walk.walk(real.flow))[::37]:
        step = steps.start(real.flow)
        for key, choice in outcome.answers.items():
            assert step.at == key
            step = choose(real.flow, step, choice)
            assert step.answers[key] == choice
        assert step.done and step.answers == outcome.answers
        for key in reversed(outcome.answers):
            step = steps.move(real.flow, step, BACK, "")
            assert (step.at, step.done) == (key, False)
            assert step.answers == outcome.answers
        assert steps.move(real.flow, step, BACK, "") == step


def test_nothing_chosen_goes_on_as_skipped(real):
    step = steps.move(real.flow, steps.start(real.flow), NEXT, "")
    assert (step.at, step.answers) == ("who", {"danger": SKIP})


def test_results_keep_the_choice_just_made_and_back_returns_to_the_question(real):
    step = walk_to(real.flow, "no", "me")
    ended = steps.move(real.flow, step, RESULTS, position(step, "yes"))
    assert ended.done and ended.answers == {"danger": "no", "who": "me", "child": "yes"}
    back = steps.move(real.flow, ended, BACK, "")
    assert (back.at, back.done, back.answers) == ("child", False, ended.answers)
    ended = steps.move(real.flow, step, RESULTS, "")
    assert ended.done and ended.answers == step.answers
    assert steps.move(real.flow, ended, BACK, "") == step


def test_a_change_keeps_the_later_answers_that_still_apply(real):
    step = walk_to(real.flow, "no", "me", "yes", "hurt", "sexual")
    assert step.done
    step = steps.move(real.flow, step, CHANGE + "1", "")
    assert (step.at, step.done) == ("who", False)
    after = steps.move(real.flow, step, NEXT, position(step, "work"))
    assert after.done and after.answers == {**step.answers, "who": "work"}
    step = steps.move(real.flow, after, CHANGE + "3", "")
    after = steps.move(real.flow, step, NEXT, position(step, "crime"))
    assert (after.at, after.done) == ("custody", False)
    assert "harm" not in after.answers


def test_a_preference_is_kept_and_moves_nobody(real):
    step = walk_to(real.flow, *[SKIP] * 4)
    preferring = steps.move(real.flow, step, FIT, "", prefer="1")
    assert preferring == replace(step, prefer="1")
    assert steps.move(real.flow, preferring, BACK, "").prefer == "1"
    assert steps.move(real.flow, preferring, FIT, "") == step
    early = walk_to(real.flow, "no", "me")
    assert steps.move(real.flow, early, FIT, "0", ["0"], prefer="1") == early


def test_staying_moves_nobody(real, every_step):
    for step in every_step[::100]:
        assert steps.move(real.flow, step, STAY, "0") == step


MOVES = st.sampled_from([NEXT, SKIPPED, BACK, RESULTS, STAY, FIT, "p", "p1", "c0", "c1", "c2", "c3", "c4", "c5"])
ODD = st.text(max_size=6) | st.sampled_from(["c" + "9" * 5000, "c-1", "c²", "c٣", "p" * 50, "c", "nn", "\x00"])
PLACES = st.integers(0, 9).map(str) | st.sampled_from(["", "-1", "9" * 5000, "٣", "²", "1.0", " 1", "\x00"])


def sound(flow, step):
    """What must hold wherever a person is: the answers count, and the page can be shown."""
    assert flows.replay(flow, step.answers) == step.answers
    if step.done:
        assert step.offered == tuple(choice.key for choice in flows.offered_ticks(flow, step.answers))
        flows.recommend(flow, flows.complete(flow, step.answers))
        return
    assert flow.question(step.at) is not None
    assert step.at in step.answers or flows.next_question(flow, step.answers).key == step.at
    assert set(step.offered) <= {choice.key for choice in flow.question(step.at).choices}
    assert steps.unseal(steps.seal(step, HALF_PAST), HALF_PAST) == step


def test_no_moves_from_the_start_raise(real):
    @settings(derandomize=True, max_examples=150, deadline=None)
    @given(st.lists(st.tuples(MOVES | ODD, PLACES), max_size=15))
    def check(moves):
        step = steps.start(real.flow)
        for made, place in moves:
            step = steps.move(real.flow, step, made, place)
            sound(real.flow, step)

    check()


def test_every_move_from_every_step_is_sound(real, every_step):
    moves = [NEXT, SKIPPED, BACK, RESULTS, STAY, FIT, *(f"c{place}" for place in range(6)), "c" + "9" * 5000]
    for step in every_step[::53]:
        for made in moves:
            for place in ("", "0", "3", "9"):
                sound(real.flow, steps.move(real.flow, step, made, place))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.data())
def test_a_token_of_an_earlier_edition_leads_to_a_question_of_this_one(data):
    earlier, now = data.draw(made_up()), data.draw(made_up())
    step = steps.start(earlier)
    for made, place in data.draw(st.lists(st.tuples(MOVES, PLACES), max_size=6)):
        step = steps.move(earlier, step, made, place)
    sound(now, steps.move(now, step, data.draw(MOVES | ODD), data.draw(PLACES)))


def test_a_flow_without_questions_is_an_outcome_at_once(real):
    empty = flows.Flow(questions=(), recommendations=real.flow.recommendations)
    step = steps.start(empty)
    for made in (NEXT, BACK, RESULTS, "c0", FIT):
        step = steps.move(empty, step, made, "0")
        assert step.done and step.answers == {}


@pytest.mark.parametrize("place", ["", "3", "-1", "00001", "²", "9" * 5000])
def test_a_position_that_was_not_offered_chooses_nothing(place):
    assert steps.chosen(STEP, place) is None
