"""Days of a service: whose midnight counts, and what holds on which day."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from services import dates, models
from services.records import ContactPoint, Service

LAST, FIRST = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
SECOND = dt.timedelta(seconds=1)


def way(**values):
    return ContactPoint(kind="call", value="+18883737888", **values)


def service(*ways, **values):
    return Service(slug="line", organization="they", category="crisis", name={}, plain={}, ways=ways, **values)


def midnight(zone, day=FIRST):
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone))


ZONES = ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Guam"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_new_number_takes_the_place_of_the_old_one_at_midnight_by_its_own_clocks(zone):
    old, new = way(timezone=zone, valid_to=LAST, keyword="old"), way(timezone=zone, valid_from=FIRST, keyword="new")
    both = service(old, new)
    assert [each.keyword for each in dates.on(both, midnight(zone) - SECOND).ways] == ["old"]
    assert [each.keyword for each in dates.on(both, midnight(zone)).ways] == ["new"]
    assert dict(dates.turns(both)) == {midnight(zone): FIRST}


@pytest.mark.parametrize("zone", ZONES)
def test_off_until_monday_is_on_from_monday(zone):
    closed = service(way(timezone=zone), off_from=dt.date(2026, 11, 26), off_to=dt.date(2026, 11, 29))
    off, on = midnight(zone, dt.date(2026, 11, 26)), midnight(zone, dt.date(2026, 11, 30))
    assert dates.on(closed, off - SECOND)
    assert dates.on(closed, off) is None
    assert dates.on(closed, on - SECOND) is None
    assert dates.on(closed, on)


def test_a_day_that_is_not_given_does_not_limit():
    now = midnight("America/New_York")
    assert dates.on(service(way(), off_from=FIRST), now + dt.timedelta(days=900)) is None
    assert dates.on(service(way(), off_to=LAST), now - dt.timedelta(days=900)) is None
    plain = service(way(), alert={"en": "A note"})
    assert dates.on(plain, now) is plain
    assert dates.on(service(way(), alert={"en": "A note"}, alert_from=FIRST), now - SECOND).alert == {}
    assert dates.on(service(way(), alert={"en": "A note"}, alert_to=LAST), now).alert == {}


def test_no_day_is_left_in_what_stands():
    dated = service(way(valid_from=FIRST), off_to=LAST, alert={"en": "A note"}, alert_from=FIRST)
    assert dates.on(dated, midnight("America/New_York")) == service(way(), alert={"en": "A note"})


def test_whose_midnight_counts(settings):
    settings.TIME_ZONE = "America/Chicago"
    denver, plain = way(timezone="America/Denver"), way()
    assert dates.zone(service(plain, denver), plain).key == "America/Denver"
    assert dates.zone(service(way(timezone="Pacific/Guam"), denver), denver).key == "America/Denver"
    assert dates.zone(service(plain, areas=("US-HI",)), plain).key == "Pacific/Honolulu"
    assert dates.zone(service(areas=("48201",))).key == "America/Chicago"
    assert dates.zone(service(areas=("US-NY",))).key == "America/New_York"
    assert dates.zone(service(plain)).key == "America/Chicago"


def test_a_day_of_23_or_25_hours_begins_and_ends_at_midnight():
    zone = "America/New_York"
    for day, hours in ((dt.date(2027, 3, 14), 23), (dt.date(2026, 11, 1), 25)):
        off = service(way(timezone=zone), off_from=day, off_to=day)
        (start, _), (end, _) = dates.turns(off)
        assert end - start == dt.timedelta(hours=hours)


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_a_day_beyond_all_calendars_breaks_nothing(day):
    for zone in ZONES:
        found = service(way(timezone=zone, valid_from=day, valid_to=day), off_from=day, off_to=day, alert_to=day)
        assert not list(dates.turns(found))
        assert dates.on(found, midnight(zone)).ways == ()


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"valid_from": FIRST, "valid_to": LAST}, "valid_to"),
        ({"valid_from": dt.date(20, 1, 1)}, "valid_from"),
        ({"valid_to": dt.date(9999, 12, 31)}, "valid_to"),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(db, days, field):
    row = models.ContactPoint(kind="call", value="1-888-373-7888", **days)
    with pytest.raises(models.ValidationError) as refused:
        row.clean()
    assert list(refused.value.message_dict) == [field]


def test_so_are_those_of_a_service_and_its_note(db):
    row = models.Service.objects.get(slug="rainn")
    row.off_from = row.alert_from = FIRST
    row.off_to = row.alert_to = LAST
    with pytest.raises(models.ValidationError) as refused:
        row.clean()
    assert set(refused.value.message_dict) == {"off_to", "alert_to"}
