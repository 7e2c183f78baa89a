"""Opening hours, in the zone of the line: nights, weeks, holidays and the days when clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import hours

NEW_YORK = "America/New_York"
WEEKDAYS = "Mo-Fr 08:00-20:00; PH off"


def at(text, zone=NEW_YORK, fold=0):
    """The moment when clocks in a zone show a time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize("moment", ["2026-11-26 03:00", "2026-12-25 12:00", "2027-01-01 00:00"])
def test_day_and_night_is_open_even_on_holidays(moment):
    assert hours.state("24/7", "", at(moment)) == "open"
    assert hours.opens_next("24/7", NEW_YORK, at(moment)) is None


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-24 07:59", "closed"),
        ("2026-11-24 08:00", "open"),
        ("2026-11-24 19:59", "open"),
        ("2026-11-24 20:00", "closed"),
        ("2026-11-28 12:00", "closed"),  # Saturday
        ("2026-11-29 12:00", "closed"),  # Sunday
    ],
)
def test_a_week_has_its_first_and_last_minute(moment, state):
    assert hours.state(WEEKDAYS, NEW_YORK, at(moment)) == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-20 22:00", "open"),  # Friday night
        ("2026-11-21 01:59", "open"),  # runs into Saturday
        ("2026-11-21 02:00", "closed"),
        ("2026-11-20 01:00", "closed"),  # Thursday night is not listed
        ("2026-11-23 01:59", "open"),  # Sunday night runs into Monday, past the end of the week
        ("2026-11-23 02:00", "closed"),
    ],
)
def test_a_night_runs_past_midnight(moment, state):
    assert hours.state("Fr 20:00-02:00; Su 20:00-02:00", NEW_YORK, at(moment)) == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-25 12:00", "open"),
        ("2026-11-26 12:00", "closed"),  # Thanksgiving
        ("2026-11-27 12:00", "open"),  # the day after is no federal holiday
        ("2026-07-03 12:00", "closed"),  # 4 July is a Saturday: kept on Friday
        ("2027-12-31 12:00", "closed"),  # 1 January 2028 is a Saturday: kept in the year before
        ("2026-06-19 12:00", "closed"),
        ("2026-10-12 12:00", "closed"),
    ],
)
def test_federal_holidays_are_closed_where_the_schedule_says_so(moment, state):
    assert hours.state(WEEKDAYS, NEW_YORK, at(moment)) == state
    assert hours.state("Mo-Fr 08:00-20:00", NEW_YORK, at(moment)) == "open"


def test_the_night_before_a_holiday_is_served_to_its_end_and_the_night_of_it_is_not():
    night = "Mo-Su 20:00-02:00; PH off"
    assert hours.state(night, NEW_YORK, at("2026-11-26 01:00")) == "open"
    assert hours.state(night, NEW_YORK, at("2026-11-26 21:00")) == "closed"
    assert hours.state(night, NEW_YORK, at("2026-11-27 01:00")) == "closed"
    assert hours.state(night, NEW_YORK, at("2026-11-27 21:00")) == "open"


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_a_line_keeps_its_clock_on_the_days_when_clocks_change(day):
    for clock, state in (("07:59", "closed"), ("08:00", "open"), ("15:59", "open"), ("16:00", "closed")):
        assert hours.state("Su 08:00-16:00", NEW_YORK, at(f"{day} {clock}")) == state


def test_the_hour_that_comes_twice_is_open_twice():
    moment = dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)  # 1:30 a.m. in New York, summer time
    for later in (0, 1):
        assert hours.state("Su 01:00-02:00", NEW_YORK, moment + dt.timedelta(hours=later)) == "open"
    assert hours.state("Su 01:00-02:00", NEW_YORK, moment + dt.timedelta(hours=2)) == "closed"


def test_a_line_that_opens_in_the_hour_that_comes_twice_is_never_said_to_open_in_the_past():
    again = dt.datetime(2026, 11, 1, 6, 15, tzinfo=dt.UTC)  # 1:15 a.m., for the second time
    assert hours.opens_next("Su 01:45-01:50", NEW_YORK, again) == at("2026-11-08 01:45")


@pytest.mark.parametrize(
    ("zone", "clock"),
    [("America/Chicago", "13:00"), ("America/Los_Angeles", "11:00"), ("Pacific/Honolulu", "09:00")],
)
def test_hours_are_those_of_the_line_wherever_the_caller_is(zone, clock):
    moment = at("2026-11-24 14:00")
    assert moment.astimezone(ZoneInfo(zone)).strftime("%H:%M") == clock
    assert hours.state(f"Tu {clock}-23:00", zone, moment) == "open"
    assert hours.state(f"Tu {clock}-23:00", zone, moment - dt.timedelta(minutes=1)) == "closed"


@pytest.mark.parametrize(("schedule", "zone"), [("", NEW_YORK), ("", ""), (WEEKDAYS, "")])
def test_no_hours_and_hours_in_the_callers_own_time_are_unknown(schedule, zone):
    assert hours.state(schedule, zone, at("2026-11-24 12:00")) == "unknown"
    assert hours.opens_next(schedule, zone, at("2026-11-24 12:00")) is None


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 07:00", "2026-11-24 08:00"),
        ("2026-11-24 20:00", "2026-11-25 08:00"),
        ("2026-11-25 20:00", "2026-11-27 08:00"),  # over Thanksgiving
        ("2026-11-27 20:00", "2026-11-30 08:00"),  # over the weekend
    ],
)
def test_a_closed_line_says_when_it_opens_next(moment, opens):
    found = hours.opens_next(WEEKDAYS, NEW_YORK, at(moment))
    assert found == at(opens)
    assert str(found.tzinfo) == NEW_YORK


def test_several_times_on_one_day():
    schedule = "Mo,We 09:00-12:00,13:00-17:00"
    assert hours.state(schedule, NEW_YORK, at("2026-11-25 12:30")) == "closed"
    assert hours.opens_next(schedule, NEW_YORK, at("2026-11-25 12:30")) == at("2026-11-25 13:00")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mo-Fr 08:00-12:00; We 11:00-13:00", "overlap on We"),
        ("Su 20:00-04:00; Mo 03:00-05:00", "overlap on Mo"),
        ("Mo,Mo 08:00-12:00", "overlap on Mo"),
        ("Mo 08:00-08:00", "starts and ends at the same time"),
        ("Mo 25:00-26:00", "not a time of day"),
        ("Mo 08:60-09:00", "not a time of day"),
        ("Mo 20:00-24:30", "not a time of day"),
        ("Mo 8-20", "not a time"),
        ("Xx 08:00-20:00", "not a day"),
        ("Mo-We-Fr 08:00-20:00", "not a day"),
        ("9 to 5", "is not understood"),
        ("PH off", "No opening time"),
        (";", "No opening time"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_for_staff(text, words):
    with pytest.raises(ValueError, match=words):
        hours.parse(text)


def test_days_that_run_backwards_go_over_the_end_of_the_week():
    assert {span.day for span in hours.parse("Sa-Mo 08:00-20:00").spans} == {5, 6, 0}


def test_a_whole_day_ends_at_midnight():
    assert hours.state("Mo-Su 00:00-24:00", NEW_YORK, at("2026-11-24 23:59")) == "open"
    assert hours.state("Tu 00:00-24:00", NEW_YORK, at("2026-11-25 00:00")) == "closed"


TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 12, 31), timezones=st.just(dt.UTC))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from(hours.DAYS), TIMES, TIMES, st.booleans(), MOMENTS)
def test_a_line_is_open_when_it_opens_next_and_closed_the_minute_before(day, start, end, off, moment):
    if start == end:
        return
    schedule = f"{day} {start}-{end}" + ("; PH off" if off else "")
    opens = hours.opens_next(schedule, NEW_YORK, moment)
    if opens is None:
        assert off  # holidays in a row on the same day of the week
        return
    assert opens.astimezone(dt.UTC) > moment
    assert hours.state(schedule, NEW_YORK, opens) == "open"
    if hours.state(schedule, NEW_YORK, moment) == "closed":
        before = opens.astimezone(dt.UTC) - dt.timedelta(minutes=1)
        assert hours.state(schedule, NEW_YORK, before) == "closed"
