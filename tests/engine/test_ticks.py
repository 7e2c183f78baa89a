"""Ticks: a question of kind many only adds or moves up, and the walk proves it; the second wording for "me"."""

import time

import pytest
from msgspec.structs import replace

from navigator.engine import checks, walk
from navigator.engine import flow as flows
from navigator.engine.flow import SKIP, Choice, Flow, Guidance, Question, Recommendation
from services.records import ContactPoint, Service, Source

WORDS = {"en": "Words", "es": "Palabras"}
YES, NO = "yes", "no"


def choice(key, **more):
    return Choice(key=key, label=WORDS, **more)


def rule(service, rank, when=None, **more):
    return Recommendation(service=service, rank=rank, reason=WORDS, when=when or {}, **more)


def text(key, when, rank=1):
    return Guidance(key=key, rank=rank, title=WORDS, body=WORDS, when=when)


DANGER = Question(key="danger", title=WORDS, why=WORDS, choices=(choice(YES), choice(NO)))
WHO = Question(key="who", title=WORDS, why=WORDS, choices=(choice("me"), choice("other")))
NEED = Question(key="need", title=WORDS, why=WORDS, choices=(choice("hurt"), choice("law")), when={"danger": (NO,)})
ABOUT = Question(
    key="about",
    kind="many",
    title=WORDS,
    why=WORDS,
    choices=(choice("papers"), choice("watched", when={"who": ("me", SKIP)}), choice("deaf")),
)
FLOW = Flow(
    questions=(DANGER, WHO, NEED, ABOUT),
    recommendations=(
        rule(checks.EMERGENCY, 1, {"danger": (YES,)}),
        rule("crisis", 10),
        rule("legal", 20, {"need": ("law",)}),
        rule("legal", 15, {"about": ("papers",)}),
        rule("phones", 30, {"about": ("watched",)}),
        rule("crisis", 5, {"about": ("watched", "deaf"), "need": ("hurt",)}),
        rule("deaf-line", 8, {"about": ("deaf",)}),
        rule("general", 90),
    ),
    guidance=(text("everyone", {}), text("papers", {"about": ("papers",)})),
)
HERE = {"danger": NO, "who": "me", "need": "hurt"}


def service(slug):
    return Service(
        slug=slug,
        organization="someone",
        category="crisis",
        name=WORDS,
        plain=WORDS,
        ways=(ContactPoint(kind="text", value="741741"), ContactPoint(kind="call", value="988")),
        sources=(Source(title="Their page"),),
        assured_date="2026-11-01",
    )


def check(flow, without=()):
    named = {rule.service for rule in flow.recommendations} - set(without)
    return checks.check(flow, {slug: service(slug) for slug in named}, ("en", "es"))


def problems(flow, **more):
    return [(problem.code, problem.subject) for problem in check(flow, **more).problems]


def ask(question, **changes):
    """The flow with a question changed."""
    return replace(FLOW, questions=tuple(replace(q, **changes) if q.key == question else q for q in FLOW.questions))


def more(*rules, guidance=()):
    return replace(FLOW, recommendations=(*FLOW.recommendations, *rules), guidance=(*FLOW.guidance, *guidance))


def shown(flow, answers):
    return [rule.service for rule in flows.recommend(flow, flows.complete(flow, answers))]


# Answers


def test_ticks_are_no_step_but_stand_on_the_outcome():
    assert flows.next_question(FLOW, HERE) is None
    assert [each.key for each in flows.offered_ticks(FLOW, HERE)] == ["papers", "watched", "deaf"]
    assert [each.key for each in flows.offered_ticks(FLOW, {**HERE, "who": "other"})] == ["papers", "deaf"]
    assert flows.offered_ticks(ask("about", when={"need": ("law",)}), HERE) == ()
    assert flows.complete(FLOW, {}) == {"danger": SKIP, "who": SKIP}


def test_a_condition_holds_with_any_of_its_ticks():
    assert flows.holds({"about": ("papers", "deaf")}, {"about": ("watched", "deaf")})
    assert not flows.holds({"about": ("papers", "deaf")}, {"about": ("watched",)})
    assert not flows.holds({"about": ("papers",)}, {})
    assert not flows.holds({"who": ("me",), "about": ("papers",)}, {"who": "other", "about": ("papers",)})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("deaf", "papers"), ("papers", "deaf")),
        (("papers", "papers", "papers"), ("papers",)),
        (("papers", "nobody", ""), ("papers",)),
        (("nobody",) * 10_000, None),
        ((SKIP,), None),
        ((), None),
        ("papers", None),
    ],
)
def test_ticks_that_are_offered_count_in_order_and_once(given, kept):
    after = flows.replay(FLOW, {**HERE, "about": given})
    assert after == (HERE if kept is None else {**HERE, "about": kept})


def test_a_tick_that_is_not_offered_any_more_is_dropped():
    given = {**HERE, "about": ("papers", "watched")}
    assert flows.replay(FLOW, {**given, "who": "other"})["about"] == ("papers",)
    assert "about" not in flows.replay(ask("about", when={"need": ("law",)}), given)


def test_several_choices_for_a_question_of_kind_one_count_as_none():
    assert flows.replay(FLOW, {"danger": (NO,), "who": "me"}) == {"who": "me"}


def test_ticks_on_an_outcome_reached_early_count_as_if_the_rest_were_skipped():
    early = {"danger": NO, "about": ("watched",)}
    assert flows.replay(FLOW, early) == early
    assert flows.complete(FLOW, early) == {"danger": NO, "who": SKIP, "need": SKIP, "about": ("watched",)}


# The second wording


def test_the_person_themselves_is_spoken_to_as_you():
    question = replace(
        NEED,
        title_you={"en": "What happened to you?"},
        choices=(replace(NEED.choices[0], label_you={"en": "I am hurt"}), NEED.choices[1]),
    )
    mine = flows.addressed(question, HERE)
    assert mine.title == {"en": "What happened to you?", "es": "Palabras"}  # what is missing falls back
    assert [each.label["en"] for each in mine.choices] == ["I am hurt", "Words"]
    for other in ({}, {"who": "other"}, {"who": SKIP}):
        assert flows.addressed(question, other) == question
    assert flows.addressed(rule("x", 1, reason_you={"en": "you", "es": "usted"}), HERE).reason["es"] == "usted"
    assert flows.addressed(replace(FLOW.guidance[0], body_you={"en": "you"}), HERE).body["en"] == "you"


@pytest.mark.parametrize("field", ["title_you", "hint_you"])
def test_a_second_wording_that_lacks_a_language_is_found(field):
    flow = ask("need", **{field: {"en": "You"}})
    assert problems(flow) == [("words", "need")]


def test_every_text_for_you_and_every_word_for_finding_is_whole():
    half = {"en": "You", "es": " "}
    for field in ("label_you", "hint_you", "words"):
        choices = (replace(NEED.choices[0], **{field: half}), NEED.choices[1])
        flow = ask("need", title_you=WORDS, choices=choices)
        assert problems(flow) == [("words", "need.hurt")], field
    assert problems(more(rule("general", 80, {"who": ("me",)}, reason_you=half))) == [("words", "general")]
    for field in ("title_you", "body_you"):
        flow = more(guidance=(replace(text("other", {}), **{field: half}),))
        assert problems(flow) == [("words", "other")], field


def test_a_half_worded_question_is_found():
    choices = (replace(NEED.choices[0], label_you=WORDS), NEED.choices[1])
    (problem,) = check(ask("need", choices=choices)).problems
    assert (problem.code, problem.subject) == ("words", "need")
    assert "hurt" in str(problem.message)
    assert problems(ask("need", choices=choices, title_you=WORDS)) == []


# The walk


def test_a_sound_flow_with_ticks_passes():
    report = check(FLOW)
    assert report.problems == ()
    assert report.paths == 3 + 3 + 3 * 3  # in danger, not said, not in danger
    assert report.coverage["deaf-line"] == checks.Coverage(
        ticked=15, shortest={"danger": SKIP, "who": SKIP, "about": ("deaf",)}
    )


def test_what_the_walk_says_of_a_tick_is_what_a_person_sees():
    for outcome in walk.walk(FLOW):
        before = [rule.service for rule in outcome.recommendations]
        assert before == shown(FLOW, outcome.answers)
        for tick in outcome.ticks:
            answers = {**outcome.answers, "about": (tick.key,)}
            after = shown(FLOW, answers)
            assert set(before) <= set(after)
            assert {rule.service for rule in tick.recommendations} >= set(after) - set(before)
            best = {rule.service: rule for rule in flows.recommend(FLOW, answers)}
            assert all(best[rule.service] is rule for rule in tick.recommendations)
            moved = {rule.service for rule in tick.recommendations}
            assert [slug for slug in after if slug not in moved] == [slug for slug in before if slug not in moved]


def test_no_question_counts_ticks():
    questions = tuple(Question(key=f"q{n}", title=WORDS, why=WORDS, choices=(choice("a"),)) for n in range(3))
    report = check(replace(FLOW, questions=(DANGER, WHO, NEED, *questions[:2], ABOUT)))
    assert "long" not in {problem.code for problem in report.problems}
    report = check(replace(FLOW, questions=(DANGER, WHO, NEED, *questions, ABOUT)))
    assert "long" in {problem.code for problem in report.problems}


def test_a_tick_that_puts_something_before_911_is_found():
    (problem,) = check(more(rule("general", 0, {"about": ("papers",)}))).problems
    assert (problem.code, problem.subject) == ("danger", checks.EMERGENCY)
    assert problem.path == {"danger": YES, "who": SKIP, "about": ("papers",)}
    assert "911" in str(problem.message)


def test_what_comes_first_without_a_tick_stays_in_sight_with_any():
    flow = more(
        *(rule(f"s{n}", 2, {"about": ("papers",)}) for n in range(4)),
        *(rule(f"s{n}", 2, {"about": ("deaf",)}) for n in range(3, 7)),
    )
    answers = {"danger": SKIP, "who": SKIP}
    assert shown(flow, answers)[0] == "crisis"
    assert shown(flow, answers | {"about": ("papers",)})[:5] == ["s0", "s1", "s2", "s3", "crisis"]
    ticked = shown(flow, answers | {"about": ("papers", "deaf")})
    assert ticked[: flows.FIRST_SHOWN] == ["s0", "s1", "s2", "s3", "crisis"]
    assert ticked[flows.FIRST_SHOWN :][:3] == ["s4", "s5", "s6"]
    assert len(ticked) == len(set(ticked))
    assert problems(flow) == []


def test_the_first_may_move_up_itself():
    others = (rule(f"s{n}", 3, {"about": ("papers",)}) for n in range(5))
    assert problems(more(*others, rule("crisis", 2, {"about": ("papers",)}))) == []


def test_a_tick_without_effect_is_found():
    flow = ask("about", choices=(*ABOUT.choices, choice("nothing")))
    (problem,) = check(flow).problems
    assert (problem.code, problem.subject) == ("idle", "about.nothing")
    assert problems(replace(flow, guidance=(*FLOW.guidance, text("nothing", {"about": ("nothing",)})))) == []
    late = rule("crisis", 50, {"about": ("nothing",)})  # it stands there already, and earlier
    found = set(problems(replace(flow, recommendations=(*flow.recommendations, late))))
    assert found == {("idle", "about.nothing"), ("unreached", "crisis")}


def test_a_tick_that_is_never_offered_is_found():
    never = choice("never", when={"danger": (YES,), "need": ("hurt",)})
    flow = ask("about", choices=(*ABOUT.choices, never))
    assert problems(flow) == [("unreached", "about.never")]
    flow = ask("about", when={"danger": (YES,), "need": ("hurt",)})
    assert ("unreached", "about") in problems(flow)


def test_a_service_behind_a_tick_that_is_not_live_is_found():
    (problem,) = check(FLOW, without=["phones"]).problems
    assert (problem.code, problem.subject) == ("retired", "phones")
    assert problem.path == {"danger": SKIP, "who": SKIP, "about": ("watched",)}


# Rules that cannot be followed


@pytest.mark.parametrize(
    ("subject", "flow"),
    [
        ("general", more(rule("general", 3, {"about": (SKIP,)}))),
        ("general", more(rule("general", 3, {"about": ("papers", SKIP)}))),
        ("other", more(guidance=(text("other", {"about": (SKIP,)}),))),
        ("need", ask("need", when={"about": ("papers",)})),
        ("need.law", ask("need", choices=(NEED.choices[0], choice("law", when={"about": ("papers",)})))),
        ("about.deaf", ask("about", choices=(*ABOUT.choices[:2], choice("deaf", when={"about": ("papers",)})))),
        ("about", replace(FLOW, questions=(DANGER, WHO, ABOUT, NEED))),
        ("second", replace(FLOW, questions=(*FLOW.questions, replace(ABOUT, key="second")))),
    ],
)
def test_a_tick_that_could_take_away_or_come_too_early_is_refused_in_words(subject, flow):
    found = check(flow)
    assert {(problem.code, problem.subject) for problem in found.problems} == {("tick", subject)}
    assert found.paths == 0
    assert "tick" in str(found.problems[0].message)


def test_a_rule_for_a_tick_that_does_not_exist_is_found():
    assert problems(more(rule("general", 3, {"about": ("nobody",)}))) == [("unknown", "general")]


# The real size


@pytest.fixture(scope="module")
def large(fixtures):
    """The real flow: some six thousand paths and sixteen ticks."""
    return fixtures.flow


def test_every_path_with_every_tick_is_proved_in_two_seconds(large, fixtures):
    services = {each.slug: each for each in fixtures.services}
    spent = []
    for _n in range(3):
        begin = time.process_time()
        report = checks.check(large, services, fixtures.languages, fixtures.organizations)
        spent.append(time.process_time() - begin)
    assert report.paths > 3000
    assert min(spent) < 2


def test_what_the_walk_says_of_all_ticks_together_is_what_a_person_sees(large):
    for outcome in list(walk.walk(large))[::97]:
        before = {rule.service for rule in outcome.recommendations}
        for together in (*((tick,) for tick in outcome.ticks), outcome.ticks):
            after = shown(large, {**outcome.answers, "about": tuple(tick.key for tick in together)})
            assert set(after) == before | {rule.service for tick in together for rule in tick.recommendations}
