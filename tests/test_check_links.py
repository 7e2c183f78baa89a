"""`manage.py check_links` and the staff's page: what is gone or has moved is due for a check, with the reason."""

import io
from html import unescape

import pytest
from django.core.management import CommandError, call_command

from services.findings import LinkCheck
from services.models import ContactPoint, Service
from tests.conftest import NOON
from tests.services.test_links import Sites
from tests.staff.accounts import make_staff, sign_in


@pytest.fixture
def sites(db, settings):
    """Two live services with addresses on a server of ours; no other address anywhere."""
    settings.LINKS_MAY_BE_PRIVATE = True
    ContactPoint.objects.filter(kind__in=("chat", "form", "website")).delete()
    Service.objects.update(recheck=False, assured_date=NOON.date(), review_days=90)
    found = Sites()
    yield found
    found.close()


def give(sites, slug, page, kind="website", **answer):
    if answer:
        sites.put(f"127.0.0.1{page}", **answer)
    address = f"http://127.0.0.1:{sites.port}{page}"
    Service.objects.get(slug=slug).ways.create(kind=kind, value=address)
    return address


def run(**more):
    out = io.StringIO()
    call_command("check_links", pause=0, stdout=out, **more)
    return out.getvalue()


def why(slug):
    service = Service.objects.get(slug=slug)
    assert bool(service.why) == service.recheck
    return service.why


def test_what_is_gone_or_moved_is_due_with_its_reason(sites):
    gone = give(sites, "rainn", "/gone", kind="chat")
    moved = give(sites, "ndvh", "/old", kind="form", status=301, Location="/new")
    sites.put("127.0.0.1/new")
    give(sites, "nhth", "/well", status=200)
    give(sites, "childhelp", "/shut", status=403)
    draft = give(sites, "dial-211", "/draft")
    Service.objects.filter(slug="dial-211").update(status="draft")
    said = run()
    assert f"- rainn: {gone}: gone (the server answered 404)" in said
    assert "gone: 1; moved: 1; could not tell: 1; still there: 1." in said
    assert why("rainn") == f"2026-11-24: {gone} is gone: the server answered 404"
    assert why("ndvh") == f"2026-11-24: {moved} has moved to http://127.0.0.1:{sites.port}/new"
    assert not why("nhth") and not why("childhelp")
    assert draft not in said and not sites.read("127.0.0.1/draft")
    assert [service.slug for service in Service.objects.due()] == ["ndvh", "rainn"]
    listed = io.StringIO()
    call_command("due", stdout=listed)
    assert f"  2026-11-24: {gone} is gone" in listed.getvalue()
    assert {each.split()[0] for each in sites.asked} == {"GET"}


def test_no_line_and_no_mailbox_is_an_address(sites):
    assert ContactPoint.objects.filter(kind__in=("call", "text", "email")).exists()
    run()
    assert sites.asked == [] and not LinkCheck.objects.exists()


def test_what_a_person_has_checked_is_marked_again_only_when_something_changes(sites):
    give(sites, "rainn", "/page", status=404)
    run()
    service = Service.objects.get(slug="rainn")
    service.recheck = False
    service.save()
    assert service.recheck_why == ""
    run()
    assert not why("rainn"), "the person knows: it opens in their browser"
    sites.put("127.0.0.1/page", 200)
    run()
    sites.put("127.0.0.1/page", 410)
    run()
    assert why("rainn").endswith("the server answered 410")


def test_the_first_day_of_a_trouble_is_kept(sites, clock):
    give(sites, "rainn", "/page", status=503)
    run()
    clock.shift(3 * 24 * 3600)
    run()
    row = LinkCheck.objects.get()
    assert (row.result, row.since, row.checked_at.day) == ("unknown", NOON.date(), 27)


def test_a_site_that_fails_for_weeks_is_due_once_and_one_that_keeps_programs_out_never(sites, clock):
    down = give(sites, "rainn", "/down", status=503)
    give(sites, "ndvh", "/shut", status=403)
    for _week in range(4):
        run()
        assert not why("rainn")
        clock.shift(7 * 24 * 3600)
    run()
    assert why("rainn") == f"2026-12-22: {down} has not opened since 2026-11-24: the server answered 503"
    service = Service.objects.get(slug="rainn")
    service.recheck = False
    service.save()
    clock.shift(7 * 24 * 3600)
    run()
    assert not why("rainn") and not why("ndvh")


def test_what_a_service_has_no_more_is_forgotten(sites):
    give(sites, "rainn", "/page", status=404)
    give(sites, "ndvh", "/page")
    run()
    assert LinkCheck.objects.count() == 2
    Service.objects.filter(slug="rainn").update(status="retired")
    run()
    assert [row.service.slug for row in LinkCheck.objects.all()] == ["ndvh"]


def test_where_our_own_network_is_down_nothing_is_written(sites):
    give(sites, "rainn", "/page", status=404)
    sites.close()
    with pytest.raises(CommandError, match="network"):
        run()
    assert not LinkCheck.objects.exists() and not why("rainn")


def test_private_networks_are_not_opened_unless_a_test_says_so(sites, settings):
    settings.LINKS_MAY_BE_PRIVATE = False
    give(sites, "rainn", "/page", status=404)
    with pytest.raises(CommandError):
        run()
    assert sites.asked == []


def shown(client, where="/admin/links/"):
    return unescape(client.get(where).content.decode())


def test_staff_read_what_was_found_and_where_to_mend_it(sites, staff_client, clock):
    page = shown(staff_client)
    assert "No address was looked at yet" in page and "manage.py check_links" in page
    gone = give(sites, "rainn", "/gone")
    give(sites, "ndvh", "/shut", status=403)
    give(sites, "nhth", "/well", status=200)
    run()
    give(sites, "childhelp", "/new", status=200)
    asked = len(sites.asked)
    page = shown(staff_client)
    assert "Last looked at: <strong>Nov. 24, 2026, noon" in page
    assert "1 address is still there." in page and "1 is new" in page
    assert "Gone: 1" in page and "Could not tell: 1" in page and gone in page
    assert "?service=rainn" in page and "service=ndvh" not in page
    assert len(sites.asked) == asked, "the page asks nobody"
    assert "may have stopped" not in page
    service = Service.objects.get(slug="rainn")
    assert f"{gone} is gone" in shown(staff_client, "/admin/")
    assert f"{gone} is gone" in shown(staff_client, f"/admin/services/service/{service.pk}/change/")
    assert f"{gone} is gone" in shown(staff_client, "/admin/services/service/?due=yes")
    clock.shift(40 * 24 * 3600)
    sign_in(staff_client, make_staff("later"))
    assert "may have stopped" in shown(staff_client)


def test_the_page_is_for_who_may_see_services(sites, client):
    sign_in(client, make_staff("guest", is_superuser=False))
    assert client.get("/admin/links/").status_code == 403
