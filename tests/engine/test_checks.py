"""The walk of every path: the real content is clean, and each thing that can be wrong is found, and only that.

Each break below is made on purpose in the real content. The walk must name that one problem, what it is
about, and the shortest path that shows it.
"""

import io
import json

import pytest
from django.core.management import call_command
from msgspec.structs import replace

from navigator import models
from navigator.editions import publish
from navigator.engine import checks, flow, walk
from navigator.engine.flow import SKIP, Choice, Question, Recommendation
from services.models import Service
from services.records import ContactPoint

PATHS = 6240
"""How many paths the real flow has. Change it with the flow, knowingly."""
WORDS = {"en": "Words", "es": "Palabras"}


def size(answers):
    """How long a path is: its questions, then those that must be answered."""
    return len(answers), sum(choice != SKIP for choice in answers.values())


def rule(service, rank, **when):
    return Recommendation(service=service, rank=rank, reason=WORDS, when=when)


class Draft:
    """The real content, to be broken by a test."""

    def __init__(self, found):
        self.flow, self.languages, self.organizations = found.flow, found.languages, found.organizations
        live = (service for service in found.services if service.status == "live" and not service.areas)
        self.services = {service.slug: service for service in live}

    def question(self, key, **changes):
        self.flow = replace(
            self.flow, questions=tuple(replace(q, **changes) if q.key == key else q for q in self.flow.questions)
        )

    def choice(self, question, key, **changes):
        choices = self.flow.question(question).choices
        self.question(question, choices=tuple(replace(c, **changes) if c.key == key else c for c in choices))

    def rules(self, change):
        """Every rule as ``change`` gives it back; None drops it."""
        changed = (change(rule) for rule in self.flow.recommendations)
        self.flow = replace(self.flow, recommendations=tuple(rule for rule in changed if rule))

    def add(self, **parts):
        for name, part in parts.items():
            self.flow = replace(self.flow, **{name: (*getattr(self.flow, name), part)})

    def ask(self, question):
        """One more question, before what is ticked at the end."""
        *ones, many = self.flow.questions
        self.flow = replace(self.flow, questions=(*ones, question, many))

    def service(self, slug, **changes):
        self.services[slug] = replace(self.services[slug], **changes)

    def check(self):
        return checks.check(self.flow, self.services, self.languages, self.organizations)

    def only(self, code, subject):
        """The one problem that the walk finds."""
        problems = self.check().problems
        assert [(problem.code, problem.subject) for problem in problems] == [(code, subject)]
        assert str(problems[0].message)
        return problems[0]

    def shortest(self, shows):
        """The size of the shortest of all paths that show something, by trying each."""
        return min(size(outcome.answers) for outcome in walk.walk(self.flow) if shows(outcome))


@pytest.fixture
def draft(fixtures):
    return Draft(fixtures)


def test_the_real_content_is_clean_and_its_paths_are_counted(draft):
    report = draft.check()
    assert report.problems == ()
    assert report.paths == PATHS
    assert max(len(outcome.answers) for outcome in walk.walk(draft.flow)) == checks.MOST_QUESTIONS


def test_the_report_says_how_each_service_is_reached(draft):
    report = draft.check()
    directory = {slug for slug, service in draft.services.items() if service.directory_only}
    assert set(report.coverage) == set(draft.services) - directory
    assert sum(covered.first for covered in report.coverage.values()) == PATHS
    shown = [(outcome.answers, {r.service for r in outcome.recommendations}) for outcome in walk.walk(draft.flow)]
    for slug, covered in report.coverage.items():
        ends = [answers for answers, services in shown if slug in services]
        assert covered.first + covered.also == len(ends)
        # A tick may lead there sooner.
        assert size(covered.shortest) <= min(map(size, ends))
        assert slug in {rule.service for rule in flow.recommend(draft.flow, covered.shortest)}


def test_a_retired_service_that_is_recommended(draft):
    del draft.services["1in6-male-survivors"]
    problem = draft.only("retired", "1in6-male-survivors")
    assert problem.path["harm"] == "sexual"
    assert size(problem.path) == draft.shortest(
        lambda outcome: any(rule.service == "1in6-male-survivors" for rule in outcome.recommendations)
    )


@pytest.mark.parametrize(
    ("subject", "spoil"),
    [
        ("need", lambda d: d.question("need", title={"en": "What is going on?"})),
        ("who.work", lambda d: d.choice("who", "work", hint={"en": "Such as a patient."})),
        ("who.me", lambda d: d.choice("who", "me", label={"en": "Me", "es": " "})),
        ("nhth", lambda d: d.service("nhth", plain={"es": "La línea"})),
        ("ice", lambda d: setattr(d, "organizations", (replace(d.organizations[0], slug="ice", name={"en": "ICE"}),))),
        ("bill", lambda d: d.add(guidance=flow.Guidance(key="bill", rank=9, title=WORDS, body={"en": "One"}))),
        ("rainn", lambda d: d.service("rainn", ways=(replace(d.services["rainn"].ways[0], label={"en": "Adults"}),))),
    ],
)
def test_a_text_that_is_missing_in_a_language(draft, subject, spoil):
    spoil(draft)
    assert ": es" in str(draft.only("words", subject).message) or subject == "nhth"


def test_a_local_service_may_be_in_one_language_and_so_may_any_urgent_note(draft):
    local = replace(draft.services["rainn"], slug="own", areas=("48201",), local_of="rainn", organization="office")
    draft.services["own"] = replace(local, plain={"en": "Help here"}, alert={}, ways=local.ways[:1])
    draft.organizations = (*draft.organizations, replace(draft.organizations[0], slug="office", name={"en": "Office"}))
    draft.service("rainn", alert={"es": "Hoy hay demora"})
    report = draft.check()
    assert report.problems == ()
    missing = {one.subject: one.message.blanks["languages"] for one in report.warnings}
    assert missing == {"own": "es", "office": "es", "rainn": "en"}
    draft.service("own", name={"en": " "})
    assert ": en, es" in str(draft.only("words", "own").message), "it has to be there in one"


def test_who_runs_a_national_service_too_has_a_name_in_every_language(draft):
    owner = draft.services["rainn"].organization
    draft.services["own"] = replace(draft.services["rainn"], slug="own", areas=("48201",), local_of="rainn")
    draft.organizations = tuple(
        replace(each, name={"en": "RAINN"}) if each.slug == owner else each for each in draft.organizations
    )
    assert ": es" in str(draft.only("words", owner).message)


def test_a_choice_that_no_path_offers(draft):
    draft.choice("harm", "older", when={"need": ("crime",)})
    draft.rules(lambda rule: rule if rule.when.get("harm") != ("older",) else None)
    problems = {(problem.code, problem.subject) for problem in draft.check().problems}
    assert problems == {("unreached", "harm.older")}


def test_a_question_that_no_path_asks(draft):
    never = Question(key="never", title=WORDS, why=WORDS, choices=(), when={"aim": ("help",), "harm": ("partner",)})
    draft.ask(never)
    draft.only("unreached", "never")


def test_a_rule_that_no_path_uses(draft):
    draft.add(recommendations=rule("nhth", 1, aim=("help",), harm=("partner",)))
    assert "rank 1" in str(draft.only("unreached", "nhth").message)


def test_a_rule_that_a_better_one_always_hides(draft):
    draft.add(recommendations=rule("ice-voice", 900, custody=("ice",)))
    draft.only("unreached", "ice-voice")


def test_guidance_that_no_path_shows(draft):
    draft.add(
        guidance=flow.Guidance(
            key="never", rank=1, title=WORDS, body=WORDS, when={"aim": ("help",), "harm": ("partner",)}
        )
    )
    draft.only("unreached", "never")


def test_a_service_that_no_rule_leads_to(draft):
    draft.service("ice-ocrc", directory_only=False)
    draft.only("unreached", "ice-ocrc")


def test_questions_that_wait_for_each_other(draft):
    draft.question("who", when={"need": ("hurt",)})
    assert "waits for" in str(draft.only("endless", "who").message)


def test_a_choice_that_waits_for_its_own_question(draft):
    draft.choice("child", "yes", when={"child": ("no",)})
    draft.only("endless", "child.yes")


def test_a_path_of_six_questions(draft):
    draft.ask(
        Question(
            key="sixth", title=WORDS, why=WORDS, choices=(Choice(key="yes", label=WORDS),), when={"harm": ("self",)}
        )
    )
    problem = draft.only("long", "")
    assert len(problem.path) == 6
    assert "6 questions" in str(problem.message)
    assert list(problem.path.values()).count(SKIP) == 4  # need and harm must be answered, nothing else


def test_an_outcome_that_rests_on_one_record(draft):
    draft.rules(lambda rule: rule if rule.service == "state-oci" or rule.when.get("childneed") != ("abroad",) else None)
    problem = draft.only("single", "")
    assert problem.path["childneed"] == "abroad"
    assert problem.path["danger"] == "no"  # otherwise 911 is the second
    assert size(problem.path) == draft.shortest(lambda outcome: len(outcome.recommendations) < 2)


@pytest.mark.parametrize("value", ["+18883737", "888-373-7888", "991", "", "javascript:alert(1)"])
def test_a_number_that_does_not_exist(draft, value):
    ways = draft.services["nhth"].ways
    draft.service("nhth", ways=(replace(ways[0], value=value), *ways[1:]))
    assert value in str(draft.only("number", "nhth").message)


def test_911_that_does_not_come_first(draft):
    draft.rules(
        lambda rule: (
            replace(rule, rank=12) if rule.service == "emergency-911" and "yes" in rule.when["danger"] else rule
        )
    )
    problem = draft.only("danger", "emergency-911")
    assert problem.path["danger"] == "yes"
    assert size(problem.path) == draft.shortest(
        lambda outcome: outcome.answers["danger"] == "yes" and outcome.recommendations[0].service != "emergency-911"
    )


def test_a_flow_that_never_asks_about_danger(draft):
    draft.flow = replace(draft.flow, questions=draft.flow.questions[1:])
    draft.rules(lambda rule: replace(rule, when={key: value for key, value in rule.when.items() if key != "danger"}))
    draft.flow = replace(
        draft.flow,
        guidance=tuple(
            replace(text, when={key: value for key, value in text.when.items() if key != "danger"})
            for text in draft.flow.guidance
        ),
    )
    codes = {(problem.code, problem.subject) for problem in draft.check().problems}
    assert ("danger", "emergency-911") in codes


def test_a_service_without_a_source(draft):
    draft.service("nhth", sources=())
    draft.only("source", "nhth")


def test_a_service_that_no_person_checked_may_be_published(draft):
    draft.service("nhth", assured_date=None)
    assert not draft.check().problems


def test_a_number_that_is_out_of_use(draft):
    draft.service(
        "nhth", ways=(ContactPoint(kind="call", value="+18773472423"), ContactPoint(kind="text", value="233733"))
    )
    draft.only("retired-number", "nhth")


def test_a_path_with_no_way_that_needs_no_voice(draft):
    voice = ContactPoint(kind="call", value="+18883737888")
    shown = {rule.service for rule in draft.flow.recommendations if rule.when.get("childneed") == ("abroad",)}
    for slug in (*shown, "emergency-911"):
        draft.service(slug, ways=(voice,))
    problem = draft.only("speech", "")
    silent = {slug for slug, service in draft.services.items() if any(way.kind != "call" for way in service.ways)}
    assert size(problem.path) == draft.shortest(
        lambda outcome: not silent & {rule.service for rule in outcome.recommendations}
    )


@pytest.mark.parametrize(
    ("subject", "spoil"),
    [
        (
            "nhth",
            lambda d: d.add(recommendations=Recommendation(service="nhth", rank=1, reason=WORDS, when={"x": ("y",)})),
        ),
        ("child", lambda d: d.question("child", when={"who": ("nobody",)})),
        ("need.other", lambda d: d.choice("need", "other", when={"mood": ("bad",)})),
    ],
)
def test_a_condition_that_names_what_does_not_exist(draft, subject, spoil):
    spoil(draft)
    assert "does not exist" in str(draft.only("unknown", subject).message)


def test_a_key_that_is_there_twice(draft):
    *ones, many = draft.flow.questions
    draft.flow = replace(draft.flow, questions=(*ones, ones[-1], many))
    draft.only("double", ones[-1].key)


@pytest.mark.parametrize("key", ["yes", SKIP])
def test_a_choice_that_is_there_twice(draft, key):
    choices = draft.flow.question("danger").choices
    draft.question("danger", choices=(*choices, replace(choices[0], key=key)))
    draft.only("double", f"danger.{key}")


def test_rules_that_cannot_be_followed_are_not_walked(draft):
    draft.question("who", when={"need": ("hurt",)})
    report = draft.check()
    assert (report.paths, report.coverage) == (0, {})


# Through the draft, as staff would break it


def check_flow(*arguments):
    """What the command prints, and its exit status."""
    out, status = io.StringIO(), 0
    try:
        call_command("check_flow", *arguments, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return out.getvalue(), status


def test_the_draft_passes(db):
    assert check_flow() == (f"{PATHS} paths walked, 0 problems\n", 0)
    assert json.loads(check_flow("--json")[0]) == {"paths": PATHS, "problems": []}


def test_a_service_retired_in_the_draft_is_found_and_keeps_it_from_being_published(db):
    Service.objects.filter(slug="1in6-male-survivors").update(status="retired")
    text, status = check_flow("--json")
    assert status == 1
    (problem,) = json.loads(text)["problems"]
    assert (problem["code"], problem["subject"]) == ("retired", "1in6-male-survivors")
    assert problem["path"] == {"danger": SKIP, "who": SKIP, "child": SKIP, "need": "hurt", "harm": "sexual"}
    text, status = check_flow()
    assert status == 1
    assert "1 problems" in text
    assert "Shortest path: Is someone in danger right now? I'd rather not say → " in text
    with pytest.raises(publish.Refused):
        publish.publish()


def test_a_choice_made_unreachable_in_the_draft_is_found(db):
    choice = models.Choice.objects.get(question__key="topic", key="smuggling")
    choice.when.set(models.Choice.objects.filter(question__key="need", key="hurt"))
    text, status = check_flow("--json")
    assert status == 1
    assert ("unreached", "topic.smuggling") in {(p["code"], p["subject"]) for p in json.loads(text)["problems"]}
