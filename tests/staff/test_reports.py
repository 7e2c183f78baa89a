"""What visitors said of a number that did not work: written down later, counted by the day, first on the list."""

import datetime as dt
import io
import re
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.utils import timezone

from navigator import reports as writer
from navigator.public import reports, steps
from navigator.staff import check_sheet
from services.findings import WayReport
from services.models import Service
from services.way_reports import MOST, write
from tests.forms import unescaped

NUMBER = "+18006564673"


@pytest.fixture(autouse=True)
def nothing_held():
    reports.take()
    yield
    reports.take()


def said(reason="silent", slug="rainn", kind="call", value=NUMBER, days_ago=0):
    return reports.Report(slug, kind, value, reason, timezone.localdate() - dt.timedelta(days=days_ago))


def checked(slug="rainn", days_ago=1):
    """A service that somebody checked, and that is not due."""
    row = Service.objects.get(slug=slug)
    row.assured_date = timezone.localdate() - dt.timedelta(days=days_ago)
    row.recheck = False
    row.save()
    return row


def due():
    return [service.slug for service in Service.objects.due()]


def counted():
    return [(row.service.slug, row.reason, row.days) for row in WayReport.objects.order_by("pk")]


def test_a_flood_changes_one_count_once_whatever_process_it_meets(db):
    for _process in range(4):
        for _ in range(10_000):
            reports.hold(said())
        write(reports.take())
    assert counted() == [("rainn", "silent", 1)]
    assert {field.name for field in WayReport._meta.get_fields()} == {
        "id", "service", "kind", "value", "reason", "day", "days",
    }  # fmt: skip


@pytest.mark.once  # the writer minds a connection of its own, as in a thread of the site
def test_what_a_process_holds_is_written_and_held_no_more(db):
    reports.hold(said())
    writer.write()
    assert counted() == [("rainn", "silent", 1)]
    assert reports.take() == []


def test_each_day_counts_once_up_to_a_most(db, clock):
    for _day in range(3):
        write([said(), said(), said("broken")])
        clock.shift(86_400)
    assert counted() == [("rainn", "silent", 3), ("rainn", "broken", 3)]
    write([said(days_ago=40)])  # a clock that is wrong takes nothing back
    assert counted()[0][2] == 3
    WayReport.objects.update(days=MOST)
    write([said()])
    assert counted()[0][2] == MOST


def test_what_is_reported_comes_first_with_how_often_in_words(db, clock):
    checked("rainn")
    checked("nhth")
    marked = Service.objects.get(slug="ndvh")
    marked.mark("2026-11-23: wrong")
    marked.save()
    assert due()[0] == "ndvh" and "rainn" not in due()
    write([said(days_ago=1), said("other", "nhth", "call", "+18883737888")])
    # What was said on the day of the check, or before it, the check has answered.
    assert "rainn" not in due() and due()[:2] == ["nhth", "ndvh"]
    write([said()])
    clock.shift(86_400)
    write([said()])
    assert due()[:3] == ["rainn", "nhth", "ndvh"]
    assert Service.objects.get(slug="rainn").reasons == [
        "call: 1-800-656-4673: nobody answered. Visitors said so on 2 days, last on November 25, 2026."
    ]
    assert Service.objects.get(slug="nhth").reasons == [
        "call: 1-888-373-7888: it was not them. A visitor said so on November 24, 2026."
    ]
    out = io.StringIO()
    call_command("due", stdout=out)
    assert "nobody answered. Visitors said so on 2 days" in out.getvalue()


def test_it_goes_away_when_the_service_is_checked_and_a_new_one_counts_anew(db, clock, tmp_path):
    checked()
    write([said()])
    clock.shift(86_400)
    write([said()])
    assert due()[0] == "rainn"
    checked(days_ago=0)
    assert "rainn" not in due() and Service.objects.get(slug="rainn").reasons == []
    clock.shift(86_400)
    write([said()])
    assert due()[0] == "rainn" and counted() == [("rainn", "silent", 1)]


def test_it_goes_away_when_the_number_is_another(db):
    row = checked()
    write([said()])
    assert due()[0] == "rainn"
    row.ways.filter(value=NUMBER).update(value="+18005550199")
    assert "rainn" not in due()


def test_a_service_that_is_gone_or_off_is_left_out(db):
    Service.objects.filter(slug="ndvh").update(status="retired")
    write([said(slug="nobody"), said(slug="ndvh"), said()])
    assert counted() == [("rainn", "silent", 1)]


def test_without_a_database_what_was_said_is_held_for_the_next_hour():
    """This test may not touch the database: so it is one that does not answer."""
    reports.hold(said())
    writer.write()
    assert reports.take() == [said()]


def test_staff_see_it_first_and_can_set_all_of_it_aside(staff_client):
    write([said()])
    for page in ("/admin/", "/admin/checks/", "/admin/services/service/?q=rainn"):
        text = unescaped(staff_client.get(page))
        assert page != "/admin/checks/" or "Visitors say that these did not work" in text
        assert "call: 1-800-656-4673: nobody answered. A visitor said so on November 24, 2026." in text, page
    row = Service.objects.get(slug="rainn")
    assert "nobody answered" in unescaped(staff_client.get(f"/admin/services/service/{row.pk}/change/"))
    page = staff_client.post("/admin/checks/", {"aside": "all"}, follow=True)
    assert "Visitors say that these did not work" not in unescaped(page)
    assert "What visitors said is set aside." in unescaped(page) and not WayReport.objects.exists()
    assert "Set aside what visitors said" not in unescaped(page)


def test_the_sheet_of_checks_settles_it(db):
    write([said(days_ago=1)])
    row = {"slug": "rainn", "checked on": "2026-11-24", "result": "right", "how": "its website", "by": "Ana"}
    lines = [",".join(check_sheet.COLUMNS), ",".join(row.get(name, "") for name in check_sheet.COLUMNS)]
    assert check_sheet.bring_in("\n".join(lines).encode()).problems == []
    assert Service.objects.get(slug="rainn").reported == []


def test_what_staff_try_out_in_the_preview_is_no_report(staff_client, settings):
    settings.NUMBER_REPORTS = True
    token = steps.seal(steps.Step(answers={"danger": "no"}, done=True))

    def sent(where, **form):
        kind = "application/x-www-form-urlencoded"
        answer = staff_client.post(f"/admin/preview/{where}", urlencode({"t": token, **form}), content_type=kind)
        return answer.content.decode()

    page = sent("", g="l")
    to, code = re.search(r'formaction="([^"]+)"\s+name="n"\s+value="([^"]{8})"', page).groups()
    assert to == "/admin/preview/next/"
    page = sent("next/", n=code)
    to, code = re.search(r'formaction="([^"]+)"\s+name="n"\s+value="([^"]{16})"', page).groups()
    assert to == "/admin/preview/next/"
    assert "Thank you" in sent("next/", n=code)
    assert reports.take() == []
