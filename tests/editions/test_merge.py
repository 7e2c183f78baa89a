"""A newer release merged into an edited draft: field by field, nothing lost, always fit to be written."""

import datetime as dt

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navigator.editions.merge import merge
from navigator.engine.flow import SKIP
from services.records import ContactPoint

replace = msgspec.structs.replace


def with_rows(content, name, change):
    """A content whose services, questions, rules ... are what ``change`` makes of them; None takes one out."""
    whole = content.flow if hasattr(content.flow, name) else content
    rows = tuple(new for row in getattr(whole, name) if (new := change(row)) is not None)
    whole = replace(whole, **{name: rows})
    return whole if whole is not content.flow and not hasattr(content.flow, name) else replace(content, flow=whole)


def service(content, slug, **values):
    """A content in which one service says something else."""
    return with_rows(content, "services", lambda row: replace(row, **values) if row.slug == slug else row)


def question(content, key, **values):
    return with_rows(content, "questions", lambda row: replace(row, **values) if row.key == key else row)


def without(content, name, key):
    """A content without one service, question or guidance."""
    return with_rows(
        content, name, lambda row: None if key in (getattr(row, "slug", 0), getattr(row, "key", 0)) else row
    )


def of(content, slug):
    return next(row for row in content.services if row.slug == slug)


def number(content, slug, value, place=0):
    """A content in which one number of a service is another."""
    ways = list(of(content, slug).ways)
    ways[place] = replace(ways[place], value=value, vanity="")
    return service(content, slug, ways=tuple(ways))


def outcomes(merged):
    return [(change.outcome, change.fields, change.language) for change in merged.changes]


@pytest.fixture
def base(fixtures):
    """A release, as the draft keeps it."""
    flow = fixtures.flow
    return replace(
        fixtures,
        flow=replace(
            flow,
            recommendations=tuple(sorted(flow.recommendations, key=lambda rule: rule.rank)),
            guidance=tuple(sorted(flow.guidance, key=lambda text: text.rank)),
        ),
    )


def sound(content):
    """Whether a content can be written as a draft."""
    there = {(q.key, c) for q in content.flow.questions for c in (SKIP, *(c.key for c in q.choices))}
    parts = [*content.flow.questions, *content.flow.recommendations, *content.flow.guidance]
    parts += [choice for q in content.flow.questions for choice in q.choices]
    slugs = {row.slug for row in content.services}
    runs = {row.slug for row in content.organizations}
    return (
        all((q, c) in there for part in parts for q, keys in part.when.items() for c in keys)
        and all(rule.service in slugs for rule in content.flow.recommendations)
        and all(row.organization in runs for row in content.services)
    )


# Fields


def test_a_release_that_nobody_edited_comes_in_whole(base):
    new = number(question(base, "who", hint={"en": "New", "es": "Nuevo"}), "rainn", "+18883737888")
    merged = merge(base, base, new)
    assert merged.content == new
    assert {change.outcome for change in merged.changes} == {"taken"}
    assert not merge(new, merged.content, new).changes


def test_what_only_you_changed_stays_and_is_not_spoken_of(base):
    yours = service(number(base, "rainn", "+18883737888"), "nhth", plain={"en": "Ours", "es": "Nuestro"})
    merged = merge(base, yours, base)
    assert (merged.content, merged.changes) == (yours, [])


def test_both_come_together_in_one_record_and_language_by_language(base):
    plain = of(base, "rainn").plain
    yours = service(base, "rainn", plain={**plain, "es": "Nuestras palabras"}, cost={"en": "Free", "es": "Gratis"})
    new = service(base, "rainn", plain={**plain, "en": "Newer words"}, review_days=30)
    made = of(merge(base, yours, new).content, "rainn")
    assert made.plain == {"en": "Newer words", "es": "Nuestras palabras"}
    assert (made.cost, made.review_days) == ({"en": "Free", "es": "Gratis"}, 30)


def test_where_both_changed_the_same_yours_stays_unless_the_new_is_chosen(base):
    yours, new = (service(base, "rainn", told={"en": words, "es": "x"}) for words in ("Yours", "New"))
    merged = merge(base, yours, new)
    assert of(merged.content, "rainn").told["en"] == "Yours"
    (change,) = [each for each in merged.changes if each.language == "en"]
    assert (change.outcome, change.safety) == ("kept", True)
    assert [side.told.get("en") for side in (change.yours, change.new)] == ["Yours", "New"]
    chosen = merge(base, yours, new, {change.key})
    assert of(chosen.content, "rainn").told["en"] == "New"
    assert not [each for each in chosen.changes if each.outcome == "kept"]


def test_a_choice_counts_only_for_what_was_shown(base):
    yours, new = (service(base, "rainn", cost={"en": words, "es": "x"}) for words in ("Yours", "New"))
    (change,) = [each for each in merge(base, yours, new).changes if each.language == "en"]
    other = service(base, "rainn", cost={"en": "Yours, edited again", "es": "x"})
    assert of(merge(base, other, new, {change.key}).content, "rainn").cost["en"] == "Yours, edited again"


@pytest.mark.parametrize("name", ["told", "alert"])
def test_words_that_bear_on_safety_are_marked(base, name):
    new = service(base, "rainn", **{name: {"en": "New", "es": "Nuevo"}})
    assert all(change.safety for change in merge(base, base, new).changes)
    assert not any(
        c.safety for c in merge(base, base, service(base, "rainn", cost={"en": "New", "es": "Nuevo"})).changes
    )


def test_who_answers_a_status_and_a_number_bear_on_safety(base):
    for new in (
        service(base, "rainn", answered_by="police"),
        service(base, "rainn", status="draft"),
        number(base, "nhth", "+18006564673"),
        service(base, "nhth", ways=of(base, "nhth").ways[1:]),
    ):
        assert any(change.safety for change in merge(base, base, new).changes)


def test_a_number_goes_with_its_letters(base):
    lettered = next((s.slug, place) for s in base.services for place, way in enumerate(s.ways) if way.vanity)
    slug, place = lettered
    ways = list(of(base, slug).ways)
    yours = number(base, slug, "+18006564673", place)
    ways[place] = replace(ways[place], vanity="1-800-OTHER")
    merged = merge(base, yours, service(base, slug, ways=tuple(ways)))
    kept = of(merged.content, slug).ways[place]
    assert (kept.value, kept.vanity) == ("+18006564673", "")
    assert ("kept", ("kind", "value", "vanity", "keyword"), "") in outcomes(merged)


# Checks


def checked(content, slug="rainn"):
    return service(content, slug, assured_date=dt.date(2026, 11, 20), assured_how="Asked its office", assured_by="Ana")


def test_no_release_takes_back_what_a_person_checked(base):
    was = service(base, "rainn", assured_date=dt.date(2026, 11, 1), assured_how="Read", assured_by="Founders")
    assert of(merge(was, was, base).content, "rainn").assured_date is None
    merged = merge(was, checked(base), base)
    assert of(merged.content, "rainn").assured_by == "Ana"
    assert not merged.changes


def test_a_number_that_a_person_checked_stays_until_the_new_one_is_chosen_and_then_nobody_checked_it(base):
    yours, new = checked(base), number(base, "rainn", "+18883737888")
    merged = merge(base, yours, new)
    assert merged.content == yours
    (change,) = merged.changes
    assert (change.outcome, change.safety) == ("kept", True)
    made = of(merge(base, yours, new, {change.key}).content, "rainn")
    assert made.ways[0].value == "+18883737888"
    assert (made.assured_date, made.assured_by, made.recheck) == (None, "", True)


# Records that come and go


TEXT = ContactPoint(kind="text", value="64673", label={"en": "Ours", "es": "Nuestro"})


def test_ways_that_each_side_added_are_both_there(base):
    ways = of(base, "rainn").ways
    chat = ContactPoint(kind="chat", value="https://example.org/chat", label={"en": "Theirs", "es": "De ellos"})
    yours, new = service(base, "rainn", ways=(TEXT, *ways)), service(base, "rainn", ways=(*ways, chat))
    assert of(merge(base, yours, new).content, "rainn").ways == (TEXT, *ways, chat)


def test_a_way_that_both_added_is_there_once(base):
    both = service(base, "rainn", ways=(*of(base, "rainn").ways, TEXT))
    merged = merge(base, both, both)
    assert (merged.content, merged.changes) == (both, [])


def test_a_way_taken_off_by_the_release_goes_but_for_one_that_you_edited(base):
    ways = of(base, "nhth").ways
    new = service(base, "nhth", ways=ways[1:])
    assert of(merge(base, base, new).content, "nhth").ways == ways[1:]
    yours = service(base, "nhth", ways=(replace(ways[0], hours_note={"en": "x", "es": "x"}), *ways[1:]))
    merged = merge(base, yours, new)
    assert merged.content == yours
    (change,) = merged.changes
    assert (change.outcome, change.safety, change.new) == ("kept", True, None)
    assert of(merge(base, yours, new, {change.key}).content, "nhth").ways == ways[1:]


def test_what_you_took_off_does_not_come_back_unasked(base):
    yours = service(base, "nhth", ways=of(base, "nhth").ways[1:])
    assert merge(base, yours, base).changes == []
    new = service(
        base, "nhth", ways=(replace(of(base, "nhth").ways[0], hours="24/7", timezone=""), *of(base, "nhth").ways[1:])
    )
    new = number(new, "nhth", "+18006564673")
    merged = merge(base, yours, new)
    assert merged.content == yours
    (change,) = merged.changes
    assert (change.outcome, change.yours) == ("kept", None)
    assert of(merge(base, yours, new, {change.key}).content, "nhth").ways[0].value == "+18006564673"


def test_a_service_that_the_release_drops_is_retired_never_deleted(base):
    new = without(base, "services", "womenslaw")
    new = with_rows(new, "recommendations", lambda rule: None if rule.service == "womenslaw" else rule)
    merged = merge(base, base, new)
    assert of(merged.content, "womenslaw").status == "retired"
    edited = service(base, "womenslaw", cost={"en": "Ours", "es": "Nuestro"})
    assert of(merge(base, edited, new).content, "womenslaw") == of(edited, "womenslaw")


def test_a_service_that_your_rule_needs_is_held(base):
    rule = next(rule for rule in base.flow.recommendations if rule.service == "womenslaw")
    mine = replace(rule, reason={"en": "Ours", "es": "Nuestra"})
    yours = with_rows(base, "recommendations", lambda each: mine if each is rule else each)
    new = without(base, "services", "womenslaw")
    new = with_rows(new, "recommendations", lambda each: None if each.service == "womenslaw" else each)
    merged = merge(base, yours, new)
    assert of(merged.content, "womenslaw").status == "live"
    (held,) = [change for change in merged.changes if change.outcome == "held"]
    assert (held.owner.slug, held.needed_by, held.safety) == ("womenslaw", mine, True)
    assert mine in merged.content.flow.recommendations


def test_a_choice_that_your_rule_needs_is_held_and_its_question_too(base):
    key, choice = next(iter(base.flow.recommendations[-1].when.items()))
    mine = replace(base.flow.recommendations[-1], service="nhth", when={key: choice[:1]}, reason={"en": "O", "es": "N"})
    yours = replace(base, flow=replace(base.flow, recommendations=(*base.flow.recommendations, mine)))
    forget = lambda part: None if part.when.get(key) else part  # noqa: E731
    asked = next(each for each in base.flow.questions if each.key == key)
    shorter = question(base, key, choices=tuple(each for each in asked.choices if each.key != choice[0]))
    none = without(base, "questions", key)
    for new in (shorter, none):
        for name in ("recommendations", "guidance", "questions"):
            new = with_rows(new, name, forget)
        bare = tuple(replace(q, choices=tuple(c for c in q.choices if key not in c.when)) for q in new.flow.questions)
        new = replace(new, flow=replace(new.flow, questions=bare))
        assert sound(new)
        merged = merge(base, yours, new)
        assert sound(merged.content)
        assert mine in merged.content.flow.recommendations
        (held,) = [change for change in merged.changes if change.outcome == "held"]
        assert held.needed_by == mine
        # Even who asks for it does not get a draft that could not stand.
        assert sound(merge(base, yours, new, {change.key for change in merged.changes}).content)


def test_a_rule_of_the_release_that_names_a_choice_you_deleted_is_held_back(base):
    asked = base.flow.questions[-1]
    gone = asked.choices[-1].key
    named = lambda part: gone in part.when.get(asked.key, ())  # noqa: E731
    yours = question(base, asked.key, choices=asked.choices[:-1])
    for name in ("recommendations", "guidance"):
        yours = with_rows(yours, name, lambda part: None if named(part) else part)
    assert sound(yours)
    rule = replace(base.flow.recommendations[0], when={asked.key: (gone,)}, reason={"en": "N", "es": "N"})
    new = replace(base, flow=replace(base.flow, recommendations=(*base.flow.recommendations, rule)))
    merged = merge(base, yours, new)
    assert merged.content == yours
    assert [(change.outcome, change.new, change.needed_by) for change in merged.changes] == [("held", rule, None)]


def test_a_rule_of_the_release_for_a_service_that_you_retired_is_held_back(base):
    yours = with_rows(base, "recommendations", lambda rule: None if rule.service == "womenslaw" else rule)
    yours = service(yours, "womenslaw", status="retired")
    rule = replace(base.flow.recommendations[0], service="womenslaw", reason={"en": "N", "es": "N"})
    new = replace(base, flow=replace(base.flow, recommendations=(*base.flow.recommendations, rule)))
    merged = merge(base, yours, new)
    assert merged.content == yours
    assert outcomes(merged) == [("held", (), "")]


def test_an_order_that_only_one_side_changed_is_that_sides(base):
    ways = of(base, "nhth").ways
    turned = service(base, "nhth", ways=ways[::-1])
    assert of(merge(base, base, turned).content, "nhth").ways == ways[::-1]
    assert of(merge(base, turned, base).content, "nhth").ways == ways[::-1]
    other = service(base, "nhth", ways=(*ways[1:], ways[0]))
    merged = merge(base, other, turned)
    assert merged.content == other
    (change,) = merged.changes
    assert (change.outcome, change.fields) == ("kept", ("order",))
    assert of(merge(base, other, turned, {change.key}).content, "nhth").ways == ways[::-1]


def test_notes_of_staff_stay_with_what_the_release_adds(base):
    was = service(base, "rainn", staff_note="Old.\nBoth.")
    yours = service(base, "rainn", staff_note="Old.\nBoth.\n2026-11-24: Ana called.")
    new = service(base, "rainn", staff_note="Both.\nNew.")
    assert of(merge(was, yours, new).content, "rainn").staff_note == "Both.\n2026-11-24: Ana called.\nNew."


def test_a_release_that_was_brought_in_is_offered_again_where_yours_stayed_and_nowhere_comes_in_by_itself(base):
    yours, new = (service(base, "rainn", cost={"en": words, "es": "x"}) for words in ("Yours", "New"))
    new = service(new, "nhth", review_days=30)
    brought = merge(base, yours, new).content
    undone = service(brought, "nhth", review_days=90)
    later = merge(base, undone, new, auto=False)
    assert later.content == undone
    assert {change.outcome for change in later.changes} == {"kept"}
    assert {change.owner.slug for change in later.changes} == {"rainn", "nhth"}
    taken = merge(base, undone, new, {change.key for change in later.changes}, auto=False)
    assert taken.content == new


def test_what_gets_its_rank_from_the_release_stands_where_the_release_has_it(base):
    first, second = base.flow.recommendations[0], base.flow.recommendations[-1]
    others = [rule for rule in base.flow.recommendations if rule not in (first, second)]
    moved = [replace(second, rank=50), replace(first, rank=50)]
    rules = tuple(sorted([*moved, *others], key=lambda rule: rule.rank))
    new = replace(base, flow=replace(base.flow, recommendations=rules))
    assert merge(base, base, new).content == new


# Anything at all


@st.composite
def edited(draw, content):
    """A content after some edits of any kind, still one that can be written."""
    for _edit in range(draw(st.integers(0, 4))):
        what = draw(
            st.sampled_from(["words", "number", "drop way", "drop rule", "rank", "when", "drop choice", "turn"])
        )
        row = draw(st.sampled_from(content.services))
        rule = draw(st.sampled_from(content.flow.recommendations))
        word = draw(st.sampled_from(["one", "two", "three"]))
        if what == "words":
            content = service(content, row.slug, told={"en": word, "es": word})
        elif what == "number" and row.ways:
            content = number(content, row.slug, f"+1800{word}")
        elif what == "drop way":
            content = service(content, row.slug, ways=row.ways[1:])
        elif what == "turn":
            content = service(content, row.slug, ways=row.ways[::-1])
        elif what == "drop rule":
            content = with_rows(content, "recommendations", lambda each, rule=rule: None if each is rule else each)
        elif what in ("rank", "when"):
            asked = draw(st.sampled_from(content.flow.questions))
            values = {"rank": len(word)} if what == "rank" else {"when": {asked.key: (asked.choices[0].key,)}}
            changed = replace(rule, **values)
            content = with_rows(content, "recommendations", lambda each, a=rule, b=changed: b if each is a else each)
        elif what == "drop choice":
            content = _forget(content, draw(st.sampled_from(content.flow.questions)))
        ranked = tuple(sorted(content.flow.recommendations, key=lambda each: each.rank))
        content = replace(content, flow=replace(content.flow, recommendations=ranked))
    return content


def _forget(content, asked):
    """A content without the last choice of a question, and without all that names it."""
    if len(asked.choices) < 2:
        return content
    gone = asked.choices[-1].key

    def rest(part):
        return None if gone in part.when.get(asked.key, ()) else part

    content = question(content, asked.key, choices=asked.choices[:-1])
    for name in ("recommendations", "guidance", "questions"):
        content = with_rows(content, name, rest)
    questions = tuple(replace(q, choices=tuple(filter(rest, q.choices))) for q in content.flow.questions)
    content = replace(content, flow=replace(content.flow, questions=questions))
    return content if sound(content) else _forget_nothing(content)


def _forget_nothing(content):
    """Without what names questions that went with a choice."""
    keys = {(q.key, c) for q in content.flow.questions for c in (SKIP, *(c.key for c in q.choices))}

    def rest(part):
        return part if all((q, c) in keys for q, named in part.when.items() for c in named) else None

    for name in ("recommendations", "guidance", "questions"):
        content = with_rows(content, name, rest)
    questions = tuple(replace(q, choices=tuple(filter(rest, q.choices))) for q in content.flow.questions)
    content = replace(content, flow=replace(content.flow, questions=questions))
    return content if sound(content) else _forget_nothing(content)


@pytest.fixture
def few(base):
    """A release with few services, so that edits of both sides meet."""
    slugs = {rule.service for rule in base.flow.recommendations[::40]} | {"nhth", "rainn"}
    some = with_rows(base, "services", lambda row: row if row.slug in slugs else None)
    return with_rows(some, "recommendations", lambda rule: rule if rule.service in slugs else None)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_both_edit_the_draft_can_be_written_and_twice_changes_nothing_twice(few, data):
    base = few
    yours, new = data.draw(edited(base)), data.draw(edited(base))
    merged = merge(base, yours, new)
    assert sound(merged.content)
    again = merge(new, merged.content, new)
    assert (again.content, again.changes) == (merged.content, [])
    assert merge(base, base, new).content == new
    assert merge(base, yours, base).content == yours
    # What is asked for comes too, all of it but what could not stand.
    everything = merge(base, yours, new, {change.key for change in merged.changes})
    assert sound(everything.content)
    assert not [change for change in everything.changes if change.outcome == "kept"]
    # No record of yours that you had edited is gone unasked.
    for rule in yours.flow.recommendations:
        if rule not in base.flow.recommendations and rule.service in {r.service for r in new.flow.recommendations}:
            assert rule.service in {r.service for r in merged.content.flow.recommendations}
    assert {row.slug for row in yours.services} <= {row.slug for row in merged.content.services}
