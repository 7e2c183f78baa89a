"""What to ask next and what to recommend: by example, and for every set of answers there can be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigator.engine import checks, walk
from navigator.engine import flow as flows
from navigator.engine.flow import SKIP, Choice, Flow, Guidance, Question, Recommendation
from tests.engine.flows import WORDS, given_answers
from tests.engine.flows import flows as made_up

many = settings(derandomize=True, max_examples=120, deadline=None)
some = settings(derandomize=True, max_examples=60, deadline=None)


def ask(key, *choices, when=None):
    return Question(
        key=key,
        title=WORDS,
        why=WORDS,
        when=when or {},
        choices=tuple(c if isinstance(c, Choice) else Choice(key=c, label=WORDS) for c in choices),
    )


def rule(service, rank, **when):
    return Recommendation(service=service, rank=rank, reason={"en": f"{service} {rank}"}, when=when)


SMALL = Flow(
    questions=(
        ask("pet", "cat", "dog", "none"),
        ask("name", "yes", "no", when={"pet": ("cat", "dog", SKIP)}),
        ask("walk", Choice(key="often", label=WORDS, when={"name": ("yes",)}), "never", when={"pet": ("dog",)}),
    ),
    recommendations=(
        rule("vet", 20),
        rule("shelter", 10, pet=("none", SKIP)),
        rule("vet", 5, pet=("dog",), walk=("never",)),
        rule("club", 20, pet=("dog",), name=("yes", "no")),
    ),
    guidance=(
        Guidance(key="late", rank=2, title=WORDS, body=WORDS),
        Guidance(key="early", rank=1, title=WORDS, body=WORDS, when={"pet": ("cat",)}),
    ),
)


@pytest.mark.parametrize(
    ("when", "answers", "holds"),
    [
        ({}, {}, True),
        ({"a": ("x",)}, {}, False),
        ({"a": ("x", "y")}, {"a": "y"}, True),
        ({"a": ("x",), "b": ("x",)}, {"a": "x"}, False),
        ({"a": ("x",), "b": ("x",)}, {"a": "x", "b": "x", "c": "z"}, True),
        ({"a": ()}, {"a": "x"}, False),
        ({"a": (SKIP,)}, {}, False),
    ],
)
def test_a_condition_is_and_between_questions_and_or_within_one(when, answers, holds):
    assert flows.holds(when, answers) is holds


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({}, "pet"),
        ({"pet": "cow"}, "pet"),
        ({"pet": "cat"}, "name"),
        ({"name": "yes"}, "pet"),
        ({"pet": "cat", "name": "no"}, None),
        ({"pet": "none"}, None),
        ({"pet": "dog", "name": "no"}, "walk"),
        ({"pet": "dog", "name": "no", "walk": "often"}, "walk"),
        ({"pet": "dog", "name": "yes", "walk": "often"}, None),
        ({"pet": SKIP, "name": SKIP}, None),
    ],
)
def test_the_first_question_without_a_valid_answer_comes_next(answers, question):
    found = flows.next_question(SMALL, answers)
    assert (found.key if found else None) == question


def test_only_answers_that_were_asked_for_and_offered_count():
    answers = {"walk": "often", "name": "no", "pet": "dog", "colour": "red"}
    assert flows.replay(SMALL, answers) == {"pet": "dog", "name": "no"}
    assert list(flows.replay(SMALL, {"name": "yes", "pet": "cat"})) == ["pet", "name"]


def changed(flow, answers, question, choice):
    """The answers after one of them was given or changed, as every step has them."""
    return flows.replay(flow, {**answers, question: choice})


def test_changing_an_answer_keeps_the_later_ones_that_still_apply_and_drops_the_rest():
    answers = {"pet": "dog", "name": "yes", "walk": "often"}
    assert changed(SMALL, answers, "pet", "cat") == {"pet": "cat", "name": "yes"}
    assert changed(SMALL, answers, "name", "no") == {"pet": "dog", "name": "no"}
    assert changed(SMALL, answers, "pet", "none") == {"pet": "none"}
    assert changed(SMALL, answers, "pet", "cow") == {}


def test_what_is_open_counts_as_skipped():
    assert flows.complete(SMALL, {}) == {"pet": SKIP, "name": SKIP}
    assert flows.complete(SMALL, {"pet": "dog"}) == {"pet": "dog", "name": SKIP, "walk": SKIP}


def test_each_service_comes_once_with_its_best_reason():
    found = flows.recommend(SMALL, {"pet": "dog", "name": "yes", "walk": "never"})
    assert [(rule.service, rule.rank) for rule in found] == [("vet", 5), ("club", 20)]
    assert [rule.service for rule in flows.recommend(SMALL, {"pet": "none"})] == ["shelter", "vet"]


def test_guidance_comes_in_its_order():
    assert [text.key for text in flows.guide(SMALL, {"pet": "cat"})] == ["early", "late"]


# For every set of answers, on the real flow


def real_answers(real):
    questions = st.sampled_from([q.key for q in real.flow.questions])
    choices = st.sampled_from(sorted({c.key for q in real.flow.questions for c in q.choices} | {SKIP, "", "nonsense"}))
    return st.lists(st.tuples(questions | st.text(max_size=5), choices | st.text(max_size=5)), max_size=15).map(dict)


def sound(flow, answers):
    """What must hold for a flow and any answers."""
    kept = flows.replay(flow, answers)
    assert flows.replay(flow, kept) == kept
    assert kept.items() <= answers.items()
    following = flows.next_question(flow, answers)
    assert following is None or (following.key not in kept and following in flow.questions)
    done = flows.complete(flow, answers)
    assert flows.next_question(flow, done) is None
    assert kept.items() <= done.items()
    assert {choice for key, choice in done.items() if key not in kept} <= {SKIP}
    shown = flows.recommend(flow, done)
    assert len({rule.service for rule in shown}) == len(shown)
    assert [rule.rank for rule in shown] == sorted(rule.rank for rule in shown)
    return done


def asked(flow, answers):
    """Every answer belongs to a question that is asked, and to a choice that it offers."""
    before = {}
    for question in flow.questions:
        if question.key in answers:
            assert flows.holds(question.when, before)
            assert answers[question.key] in {SKIP, *(choice.key for choice in flows.offered(question, before))}
            before[question.key] = answers[question.key]
    assert list(before) == list(answers)


def test_any_answers_end_in_a_question_or_in_help(real):
    @many
    @given(real_answers(real))
    def check(answers):
        done = sound(real.flow, answers)
        asked(real.flow, done)
        assert len(done) <= checks.MOST_QUESTIONS
        assert len(flows.recommend(real.flow, done)) >= checks.FEWEST_SERVICES

    check()


def test_a_changed_answer_never_leaves_a_later_one_that_is_not_asked(real):
    walked = [outcome.answers for outcome in walk.walk(real.flow)]

    @many
    @given(st.sampled_from(walked), st.data())
    def check(answers, data):
        question = real.flow.question(data.draw(st.sampled_from(list(answers))))
        choice = data.draw(st.sampled_from([SKIP, *(choice.key for choice in question.choices)]))
        after = changed(real.flow, answers, question.key, choice)
        asked(real.flow, after)
        earlier = list(answers)[: list(answers).index(question.key)]
        assert {key: answers[key] for key in earlier}.items() <= after.items()
        assert after.get(question.key, choice) == choice

    check()


def test_the_walk_and_the_replay_of_the_real_flow_agree(real):
    walked = {}
    for outcome in walk.walk(real.flow):
        assert flows.replay(real.flow, outcome.answers) == outcome.answers
        assert flows.next_question(real.flow, outcome.answers) is None
        assert list(outcome.recommendations) == flows.recommend(real.flow, outcome.answers)
        assert list(outcome.guidance) == flows.guide(real.flow, outcome.answers)
        walked[tuple(outcome.answers.items())] = outcome
    assert len(walked) == sum(1 for _ in walk.walk(real.flow))

    @some
    @given(real_answers(real))
    def check(answers):
        assert tuple(flows.complete(real.flow, answers).items()) in walked

    check()


# For every flow


@many
@given(st.data())
def test_the_walk_and_the_replay_of_any_sound_flow_agree(data):
    flow = data.draw(made_up())
    walked = {tuple(outcome.answers.items()): outcome for outcome in walk.walk(flow)}
    for answers, outcome in walked.items():
        assert flows.replay(flow, dict(answers)) == dict(answers)
        assert list(outcome.recommendations) == flows.recommend(flow, dict(answers))
        assert list(outcome.guidance) == flows.guide(flow, dict(answers))
    answers = data.draw(given_answers(flow))
    done = sound(flow, answers)
    asked(flow, done)
    assert tuple(done.items()) in walked


@many
@given(st.data())
def test_no_flow_and_no_answers_raise_or_run_for_ever(data):
    flow = data.draw(made_up(sound=False))
    answers = data.draw(given_answers(flow))
    flows.replay(flow, answers)
    flows.next_question(flow, answers)
    flows.recommend(flow, flows.complete(flow, answers))
    report = checks.check(flow, {}, ("en", "es"))
    assert report.problems
