"""Staff write days beside a number, a note and a service, and see what comes by itself before it does."""

import datetime as dt
import re

import pytest
from msgspec.structs import replace

from navigator.editions import in_force, publish, quick_fix
from navigator.editions.edition import as_edition
from navigator.staff import pages
from services import phones
from services.models import Service
from tests.forms import on_one_line, page_of, save

from .accounts import sign_in
from .publishing import edit, text

pytestmark = pytest.mark.usefixtures("newest")
FIRST = dt.date(2027, 1, 1)
OLD, NEW = "1-800-656-4673", "1-800-555-0199"


@pytest.fixture
def boss(client, staff):
    """Somebody who may do everything."""
    return sign_in(client, staff)


def new_number():
    """Another number from January 1 on, in the draft."""
    row = Service.objects.get(slug="rainn")
    old = row.ways.first()
    old.valid_to = FIRST - dt.timedelta(days=1)
    old.save()
    row.ways.create(kind=old.kind, value="+18005550199", order=old.order, valid_from=FIRST)


def test_the_page_of_a_service_takes_days_as_they_are_typed(boss):
    row = Service.objects.get(slug="rainn")
    days = {"off_from": "2026-12-24", "off_to": "2026-12-27", "alert_to": "2026-12-31", "ways-0-valid_from": "12/24/26"}
    assert save(boss, row, **days).status_code == 302
    found = Service.objects.get(slug="rainn").record()
    assert (found.off_from, found.off_to) == (dt.date(2026, 12, 24), dt.date(2026, 12, 27))
    assert found.alert_to == dt.date(2026, 12, 31)
    assert found.ways[0].valid_from == dt.date(2026, 12, 24)
    assert save(boss, row, **dict.fromkeys(days, "")).status_code == 302
    assert Service.objects.get(slug="rainn").record().off_from is None


@pytest.mark.parametrize("typed", ["Monday", "2026-02-30", "1926-01-01", "9999-12-31"])
def test_what_is_no_day_stays_on_the_page_with_a_word_on_it(boss, typed):
    row = Service.objects.get(slug="rainn")
    answer = save(boss, row, off_to=typed, **{"ways-0-valid_to": typed})
    assert answer.status_code == 200
    assert f'value="{typed}"' in answer.content.decode()
    assert "Enter a valid date" in text(answer) or "Write a year between 2000 and 2100" in text(answer)
    assert Service.objects.get(slug="rainn").off_to is None


def test_publishing_shows_the_days_and_what_comes_by_itself(boss, clock):
    new_number()
    page = text(boss.get("/admin/publish/"))
    assert "last day empty December 31, 2026" in page
    coming = page[page.index("Coming by itself") :]
    assert re.search(rf"January 1, 2027 .* number or address {OLD} {NEW}", coming)
    row = publish.publish()
    for address in ("/admin/editions/", "/admin/"):
        assert "Coming by itself" in text(boss.get(address))
    assert OLD in numbers()
    clock.move_to(dt.datetime(2027, 1, 1, 5, tzinfo=dt.UTC))
    assert NEW in numbers()
    assert OLD not in numbers()
    assert in_force.current().number == row.number


def numbers():
    """The numbers of the service that is in force."""
    return {phones.show(way.value) for way in in_force.current().services["rainn"].ways if way.kind == "call"}


def with_days(whole, slug, **days):
    """The content with days for one service."""
    return replace(whole, services=tuple(replace(row, **days) if row.slug == slug else row for row in whole.services))


def test_a_service_that_goes_and_comes_back_is_one_line_a_day(newest):
    off, on = pages.coming(with_days(newest.content, "rainn", off_from=FIRST, off_to=FIRST))
    assert (off.day, on.day) == (FIRST, dt.date(2027, 1, 2))
    assert [(row.old, row.new) for group in off.groups for row in group.rows] == [("shown to the public", "not shown")]
    assert [(row.old, row.new) for group in on.groups for row in group.rows] == [("not shown", "shown to the public")]


def test_a_problem_of_a_coming_day_keeps_the_draft_and_opens_as_on_that_day(boss):
    edit("emergency-911", off_from=FIRST, off_to=FIRST)
    page = boss.get("/admin/")
    assert "From January 1, 2027 on: Someone is in danger, but 911 does not come first." in text(page)
    assert '<input type="hidden" name="day" value="2027-01-01">' in page.content.decode()
    with pytest.raises(publish.Refused):
        publish.publish()


def test_the_preview_shows_a_day_and_every_link_keeps_it(boss):
    new_number()
    today = on_one_line(boss.get("/admin/preview/all/"))
    assert (OLD in today, NEW in today) == (True, False)
    assert '<a href="/admin/preview/on/2027-01-01/all/" data-anew>January 1, 2027</a>' in today
    answer = boss.get("/admin/preview/on/2027-01-01/all/")
    page = answer.content.decode()
    assert (OLD in page, NEW in page) == (False, True)
    assert "Preview of the draft, as on January 1, 2027" in on_one_line(answer)
    links = set(re.findall(r'(?:href|action|hx-post)="(/admin/[^"]*)"', page))
    assert {link for link in links if not link.startswith("/admin/preview/on/2027-01-01/")} == {
        "/admin/preview/all/",
        "/admin/",
    }
    assert NEW in boss.get("/admin/preview/on/2027-01-01/es/all/").content.decode()


def test_the_card_of_one_service_is_that_of_the_day_and_is_there_while_it_is_off(boss):
    new_number()
    edit("rainn", off_from=FIRST)
    page = boss.get("/admin/preview/on/2027-01-02/all/?service=rainn").content.decode()
    assert (OLD in page, NEW in page) == (False, True)
    assert "/admin/preview/all/?service=rainn" in page


@pytest.mark.parametrize("day", ["monday", "2027-13-01", "0001-01-01", "9999-12-31", "2027-01-01x"])
def test_a_day_that_is_none_is_not_here(boss, day):
    assert boss.get(f"/admin/preview/on/{day}/").status_code == 404


def test_explain_takes_a_day(publisher):
    edit("rainn", off_from=FIRST)
    answers = {"of": "draft", "q-danger": "no", "q-who": "me", "q-child": "no", "q-need": "sexual"}
    today = publisher.post("/admin/explain/", answers)
    then = publisher.post("/admin/explain/", {**answers, "day": "2027-01-01"})
    assert "RAINN" in text(today)
    assert "RAINN" not in text(then)
    assert 'action="/admin/preview/on/2027-01-01/"' in then.content.decode()
    odd = publisher.post("/admin/explain/", {**answers, "day": "soon"})
    assert "This is no day between 2000 and 2100" in text(odd)
    assert "RAINN" in text(odd)


def test_a_quick_fix_names_the_days_and_leaves_them_as_they_are(publisher):
    new_number()
    publish.publish()
    page = publisher.get("/admin/publish/fix/?service=rainn")
    assert f"Call {OLD}, until December 31, 2026" in text(page)
    assert f"Call {NEW}, from January 1, 2027" in text(page)
    ways = in_force.current().written["rainn"].ways
    place = next(place for place, way in enumerate(ways) if way.valid_from)
    data = {"service": "rainn", "what": "number", "way": str(place), "value": "888-373-7888", "note": "Called"}
    fixed = text(publisher.post("/admin/publish/fix/", data))
    assert f"number or address {NEW} 1-888-373-7888" in fixed
    assert "last day" not in fixed
    assert "taken off" not in fixed


def test_a_service_that_is_off_for_some_days_is_not_switched_off_for_the_quick_fix(publisher):
    edit("rainn", off_to=FIRST)
    publish.publish()
    assert "rainn" not in in_force.current().services
    page = text(publisher.get("/admin/publish/fix/?service=rainn"))
    assert "Switch the service off" in page
    assert "Switch it on again" not in page


def test_an_urgent_note_by_quick_fix_is_shown_at_once_whatever_days_the_last_one_had(newest):
    dated = with_days(newest.content, "rainn", alert_from=FIRST)
    note = {"en": "Call 988 tonight.", "es": "Llame al 988 esta noche."}
    fixed = quick_fix.SetAlert(as_edition(dated).written["rainn"], note).apply(dated)
    assert as_edition(fixed).services["rainn"].alert == note


def test_the_page_of_a_service_names_its_days(boss):
    page = boss.get(page_of(Service.objects.get(slug="rainn"))).content.decode()
    assert all(f'name="{name}"' in page for name in ("off_from", "off_to", "alert_from", "alert_to"))
    assert 'name="ways-0-valid_to"' in page
