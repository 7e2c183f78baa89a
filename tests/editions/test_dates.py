"""What comes by itself: states of a content, the proofs of each, and an edition that changes at midnight."""

import datetime as dt
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.test import Client
from msgspec.structs import replace

from navigator.editions import content, dates, in_force, proofs
from navigator.editions.content import with_services
from navigator.editions.differences import differences
from navigator.editions.edition import Edition, as_edition, decode
from navigator.engine.checks import EMERGENCY
from navigator.engine.soundness import Problem
from navigator.public import cards
from services.records import ContactPoint, Organization
from tests.conftest import NOON
from tests.engine.test_ticks import FLOW, service

LAST, FIRST = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
OLD, NEW = "1-800-656-4673", "1-800-555-0199"
NOTE = {"en": "The note of the old year", "es": "La nota del año viejo"}
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)
NEW_YEAR = dt.datetime(2027, 1, 1, tzinfo=ZoneInfo("America/New_York"))


def changed(whole, slug, **values):
    """The content with one service changed."""
    rows = (replace(row, **values) if row.slug == slug else row for row in whole.services)
    return replace(whole, services=tuple(rows))


def dated(whole, zone="America/New_York"):
    """A new number from January 1, open on that Friday alone; a note, and another service, until the day before."""
    first = {row.slug: row for row in whole.services}["rainn"].ways[0]
    old = replace(first, value="+18006564673", timezone=zone, hours="Fr 00:00-24:00", hours_note={}, valid_to=LAST)
    new = replace(old, value="+18005550199", valid_from=FIRST, valid_to=None)
    here = ContactPoint(kind="website", value="https://example.org/", timezone=zone)
    found = changed(whole, "rainn", ways=(old, new), alert=NOTE, alert_to=LAST)
    return changed(found, "ndvh", ways=(here,), off_from=FIRST)


def shows(text):
    """What a page says of it: the number, whether it is closed, the note, the other service."""
    return OLD in text, NEW in text, "Closed now." in text, NOTE["en"] in text, "https://example.org/" in text


BEFORE, AFTER = (True, False, True, True, True), (False, True, False, False, False)


# States


def test_without_days_a_content_stands_as_it_is(real):
    assert dates.on(real.content, NOON) is real.content
    assert [state.content for state in dates.states(real.content, NOON)] == [real.content]


def test_with_a_service_go_its_local_ones_its_rules_and_whoever_runs_no_other(real):
    local = {row.slug for row in real.content.services if row.local_of == "childhelp"}
    off = dates.on(changed(real.content, "childhelp", off_from=FIRST), NEW_YEAR)
    assert local
    assert {row.slug for row in real.content.services} - {row.slug for row in off.services} == {"childhelp", *local}
    assert not {"childhelp", *local} & {rule.service for rule in off.flow.recommendations}
    assert {row.slug for row in off.organizations} == {row.organization for row in off.services}


def test_the_states_are_those_that_change_something_in_their_order(real):
    found = changed(real.content, "rainn", off_from=FIRST, off_to=FIRST, alert={}, alert_from=LAST)
    now, off, on = dates.states(found, NOON)
    assert (now.day, off.day, on.day) == (None, FIRST, dt.date(2027, 1, 2))
    assert now.content == on.content
    assert len(off.content.services) < len(on.content.services)
    assert len(dates.states(found, NEW_YEAR)) == 2


def test_differences_show_the_days(real):
    found = differences(real.content, changed(real.content, "rainn", off_from=FIRST, off_to=FIRST))
    assert [(row.field, row.old, row.new) for row in found] == [
        ("Off: first day", "", "January 1, 2027"),
        ("Off: last day", "", "January 1, 2027"),
    ]


def test_fixtures_name_days_as_days(tmp_path, real):
    fixtures = Path(__file__).parents[2] / "fixtures"
    (tmp_path / "flow.yaml").write_text((fixtures / "flow.yaml").read_text())
    (tmp_path / "one.yaml").write_text(
        "services: [{slug: a, organization: b, category: crisis, name: {en: A}, plain: {en: A}, off_to: 2026-12-31,\n"
        "  ways: [{kind: call, value: '+18883737888', valid_from: 2027-01-01}]}]"
    )
    (row,) = content.read_fixtures(tmp_path).services
    assert (row.off_to, row.ways[0].valid_from) == (LAST, FIRST)


def test_what_has_no_days_is_written_as_before(real):
    data = content.encode(real.content)
    assert b"valid_" not in data
    assert b"off_from" not in data
    assert decode(1, data, content.digest(data)).content == real.content


# The proofs: of a flow that takes no time


@pytest.fixture
def whole():
    """A sound content without days."""
    slugs = sorted({rule.service for rule in FLOW.recommendations})
    listed = replace(service("listed"), directory_only=True)
    return content.Content(
        languages=("en", "es"),
        flow=FLOW,
        organizations=(Organization(slug="someone", name=NOTE),),
        services=(*map(service, slugs), listed),
    )


def problems(found, **more):
    return [(each.code, each.subject, each.day) for each in proofs.prove(found, **more).problems]


CALL = ContactPoint(kind="call", value="988")


def test_a_new_number_from_a_day_passes_and_takes_no_further_walk(whole):
    walks = []
    ways = replace(CALL, valid_to=LAST), replace(CALL, value="+18883737888", valid_from=FIRST)
    assert (
        problems(changed(whole, "legal", ways=ways), walk=lambda found: walks.append(found) or content.check(found))
        == []
    )
    assert len(walks) == 1


def test_a_problem_names_the_day_on_which_it_comes(whole):
    assert problems(whole) == []
    found = problems(changed(whole, EMERGENCY, off_from=FIRST, off_to=FIRST))
    assert found == [("danger", EMERGENCY, FIRST)]
    assert str(Problem(code="", subject="", message="No help.", day=FIRST)) == "From 2027-01-01: No help."


def test_what_is_wrong_in_two_states_is_told_once_and_of_the_first_day(whole):
    found = changed(changed(whole, EMERGENCY, off_from=FIRST), "listed", off_from=FIRST + 2 * DAY)
    assert problems(found) == [("danger", EMERGENCY, FIRST)]


def test_a_day_between_two_numbers_is_a_problem_of_that_day(whole):
    ways = replace(CALL, valid_to=LAST - DAY), replace(CALL, value="+18003737888", valid_from=FIRST)
    assert problems(changed(whole, "legal", ways=ways)) == [("unreachable", "legal", LAST)]


def test_a_way_that_needs_no_voice_may_not_end_where_it_is_the_only_one(whole):
    for slug in ("crisis", "general", "legal", "phones", EMERGENCY):
        whole = changed(whole, slug, ways=(CALL, replace(CALL, kind="text", value="741741", valid_to=LAST)))
    assert ("speech", "", FIRST) in problems(whole)


def test_what_is_wrong_on_a_day_that_is_over_keeps_nobody(whole):
    gone = dt.date(2026, 1, 1)
    assert problems(changed(whole, EMERGENCY, off_from=gone, off_to=gone)) == []
    assert problems(changed(whole, EMERGENCY, off_from=gone)) == [("danger", EMERGENCY, None)]


def test_a_tick_may_lead_nowhere_for_some_days_but_not_for_good(whole):
    once = tuple(rule for rule in FLOW.recommendations if rule.rank != 5)
    alone = replace(whole, flow=replace(whole.flow, recommendations=once))  # nothing else comes with "watched"
    assert problems(changed(alone, "phones", off_from=FIRST)) == []
    lacking = replace(whole.flow, recommendations=tuple(r for r in FLOW.recommendations if r.service != "phones"))
    assert {code for code, _subject, _day in problems(replace(whole, flow=lacking))} == {"unreached"}


def test_a_state_is_measured_where_a_service_goes(whole):
    measured = []

    def measure(found):
        measured.append(found)
        fewer = len(found.services) < len(whole.services)
        return [Problem(code="size", subject="", message="Too large")] if fewer else []

    assert problems(changed(whole, "listed", alert=NOTE, alert_to=LAST), measure=measure) == []
    assert len(measured) == 1
    assert problems(changed(whole, "listed", off_from=FIRST), measure=measure) == [("size", "", FIRST)]


def test_what_is_too_large_only_at_once_is_not_too_large(whole):
    def measure(found):
        ways = max(len(row.ways) for row in found.services)
        return [Problem(code="size", subject="", message="Too large")] if ways > 2 else []

    both = replace(CALL, valid_to=LAST), replace(CALL, valid_from=FIRST), replace(CALL, kind="text", value="741741")
    assert problems(changed(whole, "legal", ways=both), measure=measure) == []
    assert problems(changed(whole, "legal", ways=both[1:] * 2), measure=measure) == [("size", "", FIRST)]


def test_more_days_than_can_be_proven_are_refused(whole):
    days = [FIRST + 2 * place * DAY for place in range(proofs.MOST_STATES)]
    ways = (CALL, *(replace(CALL, valid_from=day, valid_to=day) for day in days))
    assert problems(changed(whole, "legal", ways=ways)) == [("dates", "", None)]


# At midnight


@pytest.fixture
def small(real):
    """A few services, so that a page takes no time."""
    named = {"rainn", "ndvh", "emergency-911", "988-lifeline", "nhth"}
    return with_services(real.content, (row for row in real.content.services if row.slug in named))


def test_another_state_takes_the_place_of_an_edition_by_itself(small, clock):
    clock.move_to(NEW_YEAR - SECOND)
    in_force.serve(Edition(dated(small), 7, "7"))
    before = in_force.current()
    assert in_force.current() is before
    assert before.services["rainn"].ways[0].value == "+18006564673"
    clock.move_to(NEW_YEAR)
    after = in_force.current()
    assert (after.number, after.hash, after.content) == (7, "7", before.content)
    assert after.services["rainn"].ways[0].value == "+18005550199"
    assert in_force.current() is after
    assert before.services["rainn"].ways[0].value == "+18006564673"


def test_a_page_that_is_made_over_midnight_tells_no_later_time(small, clock):
    clock.move_to(NEW_YEAR - SECOND)
    edition = Edition(dated(small), 7, "7")
    clock.move_to(NEW_YEAR + SECOND)
    assert cards.of(edition, edition.services["rainn"]).state == "closed"
    after = Edition(dated(small), 7, "7")
    assert cards.of(after, after.services["rainn"]).state == "open"


@pytest.mark.parametrize("fresh", [True, False], ids=["made anew", "from memory"])
@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Guam"])
def test_at_midnight_under_load_no_page_is_mixed(small, clock, settings, zone, fresh):
    settings.DEV = fresh
    midnight = dt.datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))
    clock.move_to(midnight - SECOND)
    in_force.serve(Edition(dated(small, zone), 7, "7"))
    turned, enough = threading.Event(), threading.Event()
    pages, failures = [], []

    def ask():
        client = Client()
        try:
            while not enough.is_set():
                late = turned.is_set()
                pages.append((late, shows(client.get("/all/").content.decode())))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _each in range(6)]
    for thread in threads:
        thread.start()
    # A clock that is set back and comes to midnight again does no harm either.
    for moment in (midnight, midnight - SECOND) * 3 + (midnight,):
        reached = len(pages)
        while len(pages) < reached + 7 and not failures:
            enough.wait(0.002)
        clock.move_to(moment)
    turned.set()
    reached = len(pages)
    while len(pages) < reached + 12 and not failures:
        enough.wait(0.002)
    enough.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert {found for _late, found in pages} == {BEFORE, AFTER}
    assert {found for late, found in pages if late} == {AFTER}


def test_the_data_for_machines_are_those_of_the_day(small, clock, client):
    clock.move_to(NEW_YEAR - SECOND)
    in_force.serve(Edition(dated(small), 7, "7"))
    before = client.get("/hsds/services?full=true")
    clock.move_to(NEW_YEAR)
    after = client.get("/hsds/services?full=true")
    assert "555-0199" not in before.content.decode()
    assert before["ETag"] != after["ETag"]
    assert msgspec.json.decode(before.content)["total_items"] == msgspec.json.decode(after.content)["total_items"] + 1


def test_a_draft_can_be_seen_as_on_a_day_and_its_clock_stands_there(small):
    edition = as_edition(dated(small), dates.that_day(FIRST))
    assert edition.now() == NOON.replace(year=2027, month=1, day=1)
    assert "ndvh" not in edition.services
    assert "ndvh" in as_edition(dated(small)).services
