"""Ticks, the second wording and the words that people use: from fixtures to rows and back, in editions old and new."""

import io
import json

import msgspec
import pytest
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from navigator import models
from navigator.editions import content, draft, publish, wording
from navigator.editions.differences import differences
from navigator.editions.edition import decode
from navigator.engine.flow import Choice, Guidance, Question, Recommendation
from services.models import Service

NEW = ("kind", "title_you", "hint_you", "label_you", "words", "reason_you", "body_you")


def both(words):
    return {"en": words, "es": f"{words} (es)"}


@pytest.fixture(scope="module")
def ticked(fixtures):
    """The real content with ticks of this test's own and a second wording of each kind."""
    flow = fixtures.flow
    many = flow.many.key if flow.many else None
    about = Question(
        key="about",
        kind="many",
        title=both("What else?"),
        title_you=both("What else about you?"),
        hint_you=both("None, one or many."),
        why=both("Each adds help."),
        choices=(
            Choice(key="papers", label=both("Papers"), label_you=both("My papers"), words=both("visa, green card")),
            Choice(
                key="deaf", label=both("Deaf"), hint_you=both("Or hard of hearing"), when={"danger": ("no", "skip")}
            ),
        ),
    )
    rules = (
        *(rule for rule in flow.recommendations if many not in rule.when),
        Recommendation(
            service="ic3",
            rank=2000,
            reason=both("Why"),
            reason_you=both("Why you"),
            when={"about": ("papers",)},
        ),
    )
    texts = (
        *(each for each in flow.guidance if many not in each.when),
        Guidance(
            key="ticked",
            rank=2000,
            title=both("Title"),
            title_you=both("Your title"),
            body=both("Body"),
            body_you=both("Your body"),
            when={"about": ("papers", "deaf"), "danger": ("no",)},
        ),
    )
    made = replace(
        flow,
        questions=(*(each for each in flow.questions if each.kind == "one"), about),
        recommendations=tuple(sorted(rules, key=lambda rule: rule.rank)),  # as the draft gives them back
        guidance=tuple(sorted(texts, key=lambda each: each.rank)),
    )
    return replace(fixtures, flow=made)


def same(flow, ticked):
    """Whether a flow says what the content with ticks says, and the parts of this test's own are just as they were."""
    mine = [flow.many, flow.recommendations[-1], flow.guidance[-1]]
    wanted = [ticked.flow.many, ticked.flow.recommendations[-1], ticked.flow.guidance[-1]]
    return mine == wanted and differences(ticked, replace(ticked, flow=flow)) == []


def test_a_draft_keeps_all_of_it(db, ticked):
    draft.write_draft(ticked)
    assert same(draft.draft_flow(), ticked)
    assert not models.Choice.objects.filter(question__key="about", key="skip").exists()


def test_ticks_come_last_in_the_draft_whatever_their_order(db, ticked):
    draft.write_draft(ticked)
    models.Question.objects.filter(key="about").update(order=0)
    assert [question.kind for question in draft.draft_flow().questions].index("many") == len(ticked.flow.questions) - 1
    assert same(draft.draft_flow(), ticked)


def test_an_edition_of_before_says_nothing_of_it_and_opens(fixtures):
    one = tuple(question for question in fixtures.flow.questions if question.kind == "one")
    flow = replace(fixtures.flow, questions=one, recommendations=(), guidance=())
    plain = msgspec.json.decode(content.encode(replace(fixtures, flow=flow)))
    for question in plain["flow"]["questions"]:
        for part in (question, *question["choices"]):
            for name in NEW:
                part.pop(name, None)
    data = msgspec.json.encode(plain)
    opened = decode(1, data, content.digest(data))
    assert opened.flow.many is None
    assert content.encode(opened.content) == data  # so that its hash stays what it was


def test_publishing_and_rolling_back_past_the_first_ticks(db, ticked):
    before = models.Edition.objects.first()
    draft.write_draft(ticked)
    publish.publish()
    newest = models.Edition.objects.first()
    opened = decode(newest.number, bytes(newest.content), newest.hash)
    assert same(opened.flow, ticked)
    publish.rollback(before.number)
    assert models.Edition.objects.first().hash == before.hash
    assert b'"kind":"one"' not in bytes(newest.content)  # what is as ever is not said, and changes no hash


def test_what_differs_is_said_in_the_names_of_the_fields(ticked):
    before = replace(
        ticked,
        flow=replace(
            ticked.flow,
            questions=ticked.flow.questions[:-1],
            recommendations=ticked.flow.recommendations[:-1],
            guidance=ticked.flow.guidance[:-1],
        ),
    )
    found = {(each.field, each.language, each.new) for each in differences(before, ticked)}
    assert ("Kind", "", "ticks on the outcome") in found
    assert ("Question, said to “you”", "en", "What else about you?") in found
    assert ("Choice “Papers”: words that people use", "es", "visa, green card (es)") in found
    assert ("Reason, said to “you”", "es", "Why you (es)") in found
    assert ("Words, said to “you”", "en", "Your body") in found


def test_a_path_with_ticks_is_said_in_words(ticked):
    said = wording.describe_path(ticked.flow, {"danger": "no", "about": ("papers", "deaf")})
    assert said.endswith(" → What else? Papers, Deaf")


# manage.py explain


@pytest.fixture
def drafted(db, ticked):
    draft.write_draft(ticked)


def explained(*answers):
    out = io.StringIO()
    call_command("explain", *answers, "--json", "--draft", stdout=out)
    return json.loads(out.getvalue())


HERE = ("danger=no", "who=me", "child=no", "need=hurt", "harm=partner")


@pytest.mark.usefixtures("drafted")
def test_explain_takes_several_ticks_and_speaks_to_you():
    before, after = explained(*HERE), explained(*HERE, "about=papers,deaf")
    slugs = [each["slug"] for each in after["services"]]
    assert "ic3" in slugs
    assert {each["slug"] for each in before["services"]} <= set(slugs)
    assert {"slug": "ic3", "rank": slugs.index("ic3") + 1, "reason": "Why you"} in after["services"]
    assert {"key": "ticked", "title": "Your title"} in after["guidance"]


@pytest.mark.usefixtures("drafted")
def test_explain_adds_what_a_place_has_and_takes_only_finders_away():
    everywhere, texan = (explained(*HERE, *place)["services"] for place in ((), ("place=US-TX",)))
    slugs = [{each["slug"] for each in services} for services in (everywhere, texan)]
    finders = {row.slug for row in Service.objects.filter(finder=True)}
    assert slugs[1] - slugs[0] and all(slug.startswith("tx-") for slug in slugs[1] - slugs[0])
    assert slugs[0] - slugs[1] <= finders


@pytest.mark.usefixtures("drafted")
@pytest.mark.parametrize(
    "wrong", ["about=nobody", "about=papers,nobody", "about=", "about=skip", "about=,", "harm=partner,family"]
)
def test_explain_says_what_is_no_answer(wrong):
    with pytest.raises(CommandError, match="is not an answer"):
        explained(*HERE[:-1], wrong)
