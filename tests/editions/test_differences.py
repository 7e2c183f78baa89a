"""What differs between two contents, in words."""

import datetime as dt
import re

import pytest
from django.utils.translation import override
from msgspec.structs import replace

from navigator.editions.differences import Difference, differences
from navigator.editions.wording import record_name
from navigator.engine.flow import Flow
from services.records import ContactPoint, Source


def with_service(content, slug, **changes):
    """The content with one of its services changed."""
    services = tuple(replace(row, **changes) if row.slug == slug else row for row in content.services)
    return replace(content, services=services)


def with_flow(content, **changes):
    return replace(content, flow=replace(content.flow, **changes))


def service(content, slug):
    return next(row for row in content.services if row.slug == slug)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def plain(found):
    """The differences without the records that they are about."""
    return [one._replace(record=None) for one in found]


RAINN = "National Sexual Assault Hotline (RAINN)"


def test_equal_contents_do_not_differ(fixtures):
    assert differences(fixtures, fixtures) == []


def test_words_differ_in_the_language_in_which_they_differ(fixtures):
    name = {**service(fixtures, "rainn").name, "es": "RAINN, de día y de noche"}
    found = differences(fixtures, with_service(fixtures, "rainn", name=name))
    old = service(fixtures, "rainn").name["es"]
    assert plain(found) == [Difference(RAINN, "Official name", "es", old, "RAINN, de día y de noche")]


def test_words_taken_out_become_empty(fixtures):
    found = differences(fixtures, with_service(fixtures, "emergency-911", alert={}))
    assert {(one.field, one.language, one.new) for one in found} == {
        ("Urgent note", "en", ""),
        ("Urgent note", "es", ""),
    }


def test_a_corrected_number_is_one_change_and_readable(fixtures):
    ways = list(service(fixtures, "rainn").ways)
    place = next(place for place, way in enumerate(ways) if way.kind == "call")
    ways[place] = replace(ways[place], value="+18883737888")
    found = differences(fixtures, with_service(fixtures, "rainn", ways=tuple(ways)))
    assert plain(found) == [
        Difference(RAINN, "Call 1-800-656-4673: number or address", "", "1-800-656-4673", "1-888-373-7888")
    ]


def test_a_number_that_cannot_be_read_is_shown_as_it_is(fixtures):
    ways = (ContactPoint(kind="call", value="+oh"), *service(fixtures, "rainn").ways)
    found = differences(fixtures, with_service(fixtures, "rainn", ways=ways))
    assert [one.new for one in found] == ["Call +oh"]


def test_a_way_that_came_tells_all_about_itself(fixtures):
    way = ContactPoint(kind="text", value="741741", keyword="HOME", hours="24/7")
    found = differences(fixtures, with_service(fixtures, "rainn", ways=(*service(fixtures, "rainn").ways, way)))
    assert plain(found) == [
        Difference(RAINN, "Way to reach", "", "not there", "Text message 741741; Word to text: HOME; Hours: 24/7")
    ]


def test_a_way_that_went_is_named(fixtures):
    first, *rest = service(fixtures, "rainn").ways
    found = differences(fixtures, with_service(fixtures, "rainn", ways=tuple(rest)))
    assert [(one.field, one.new) for one in found] == [("Way to reach", "taken off")]
    assert first.value[-4:] in found[0].old


def test_ways_in_another_order_are_one_change(fixtures):
    ways = service(fixtures, "rainn").ways
    found = differences(fixtures, with_service(fixtures, "rainn", ways=tuple(reversed(ways))))
    assert [one.field for one in found] == ["Order"]
    assert found[0].old.startswith("1. Call 1-800-656-4673")
    assert found[0].new.endswith("Call 1-800-656-4673")


def test_two_ways_of_one_number_are_told_apart(fixtures):
    ways = service(fixtures, "988-lifeline").ways
    twins = [way for way in ways if (way.kind, way.value) == ("text", "988")]
    assert len(twins) == 2
    changed = tuple(replace(way, hours_note={"en": "a", "es": "b"}) if way is twins[1] else way for way in ways)
    found = differences(fixtures, with_service(fixtures, "988-lifeline", ways=changed))
    assert {one.new for one in found} == {"a", "b"}
    assert all(twins[1].label["en"] in one.field for one in found)


def test_what_is_not_words_is_said_in_words(fixtures):
    new = with_service(
        fixtures,
        "rainn",
        answered_by="police",
        main=not service(fixtures, "rainn").main,
        languages=("en", "so"),
        assured_date=dt.date(2026, 11, 24),
        organization="vibrant",
    )
    said = {one.field: one.new for one in differences(fixtures, new)}
    assert said["Who answers"] == "police or other law enforcement"
    assert said["Main number"] in ("yes", "no")
    assert said["Language codes"] == "en, so"
    assert said["Checked on"] == "November 24, 2026"
    assert said["Organization"] == "Vibrant Emotional Health"


def test_sources_are_compared(fixtures):
    sources = (*service(fixtures, "rainn").sources, Source(title="A letter", url="https://rainn.org/letter"))
    found = differences(fixtures, with_service(fixtures, "rainn", sources=sources))
    assert plain(found) == [
        Difference(RAINN, "Source", "", "not there", "A letter; Web address: https://rainn.org/letter")
    ]


def test_a_service_that_came_shows_every_field(fixtures):
    without = replace(fixtures, services=tuple(row for row in fixtures.services if row.slug != "rainn"))
    found = differences(without, fixtures)
    assert plain(found)[0] == Difference(RAINN, "Service", "", "not shown", "added")
    assert any(one.field == "Way to reach" and "1-800-656-4673" in one.new for one in found)
    assert any(one.field == "What it is, in plain words" and one.language == "es" for one in found)
    assert all(one.where == RAINN for one in found if not one.where.startswith("Rule for"))


def test_a_service_that_went_is_one_line(fixtures):
    without = replace(fixtures, services=tuple(row for row in fixtures.services if row.slug != "rainn"))
    assert plain(differences(fixtures, without)) == [
        Difference(RAINN, "Service", "", "shown to the public", "taken off")
    ]


def test_questions_in_another_order_are_one_change(fixtures):
    first, second, *rest = fixtures.flow.questions
    found = differences(fixtures, with_flow(fixtures, questions=(second, first, *rest)))
    assert [(one.where, one.field) for one in found] == [("The questions", "Order")]
    assert found[0].new.startswith(f"1. {second.title['en']}; 2. {first.title['en']}")


def test_a_choice_that_came_and_one_that_changed(fixtures):
    question = fixtures.flow.questions[0]
    yes = replace(question.choices[0], label={"en": "Yes, now", "es": "Sí, ya"})
    more = replace(question.choices[0], key="maybe", label={"en": "Maybe", "es": "Quizá"})
    changed = replace(question, choices=(yes, *question.choices[1:], more))
    found = differences(fixtures, with_flow(fixtures, questions=(changed, *fixtures.flow.questions[1:])))
    assert ("Choice", "not there", "“Maybe”") in {(one.field, one.old, one.new) for one in found}
    assert ("Choice “Yes”: words", "en", "Yes, now") in {(one.field, one.language, one.new) for one in found}
    assert {one.where for one in found} == {f"Question “{question.title['en']}”"}


def test_a_condition_is_a_sentence(fixtures):
    rules = list(fixtures.flow.recommendations)
    place = next(place for place, rule in enumerate(rules) if rule.service == "rainn")
    rules[place] = replace(rules[place], when={"danger": ("yes", "no")})
    found = differences(fixtures, with_flow(fixtures, recommendations=tuple(rules)))
    assert [(one.where, one.field) for one in found] == [(f"Rule for {RAINN}", "Only when")]
    assert found[0].new == "when “Is someone in danger right now?” is “Yes” or “No”"
    assert found[0].old.startswith("when “")


def test_the_order_within_a_condition_makes_no_difference(fixtures):
    rules = tuple(
        replace(rule, when={key: tuple(reversed(rule.when[key])) for key in reversed(rule.when)})
        for rule in fixtures.flow.recommendations
    )
    assert differences(fixtures, with_flow(fixtures, recommendations=rules)) == []


def test_a_rule_that_went_or_came_is_told_with_its_condition(fixtures):
    rule = next(rule for rule in fixtures.flow.recommendations if rule.service == "rainn")
    without = with_flow(fixtures, recommendations=tuple(r for r in fixtures.flow.recommendations if r is not rule))
    gone, come = differences(fixtures, without), differences(without, fixtures)
    assert [one.new for one in gone] == ["taken off"]
    assert re.match(rf"rank {rule.rank}, when “", gone[0].old)
    assert [one.language for one in come] == ["", "en", "es"]
    assert come[0].new == gone[0].old


def test_rules_of_one_rank_in_another_order_are_told(fixtures):
    first, second, *rest = (replace(rule, rank=1) for rule in fixtures.flow.recommendations)
    old = with_flow(fixtures, recommendations=(replace(first, service="rainn"), second, *rest))
    found = differences(old, with_flow(fixtures, recommendations=(second, replace(first, service="rainn"), *rest)))
    assert [(one.where, one.field) for one in found] == [("Rules of rank 1", "Order")]


def test_guidance_is_compared(fixtures):
    first, *rest = fixtures.flow.guidance
    found = differences(fixtures, with_flow(fixtures, guidance=(replace(first, rank=first.rank + 1), *rest)))
    assert [(one.where, one.field) for one in found] == [(f"Guidance “{first.title['en']}”", "Rank")]
    found = differences(fixtures, with_flow(fixtures, guidance=tuple(rest)))
    assert [one.new for one in found] == ["taken off"]


def test_the_words_are_those_of_the_language_at_hand(fixtures):
    with override("es"):
        found = differences(
            fixtures, with_service(fixtures, "rainn", main=True, name={"en": "RAINN", "es": "La RAINN"})
        )
    assert {one.where for one in found} == {"La RAINN"}


def test_everything_against_nothing(fixtures):
    nothing = replace(fixtures, flow=Flow(questions=(), recommendations=()), organizations=(), services=())
    added, gone = differences(nothing, fixtures), differences(fixtures, nothing)
    assert {record_name(row) for row in fixtures.services} <= {one.where for one in added if one.field == "Service"}
    assert all(one.new == "taken off" for one in gone)
