"""The staff pages for editions: the list, comparing, downloading, rolling back, and one that is damaged."""

import json
import re

import pytest
from django.contrib.admin.models import LogEntry

from navigator import models
from navigator.editions import content, database, in_force, publish
from services.models import Service

from .accounts import in_role
from .publishing import CONFLICT, edit, number, press_publish, shown, signed_in, text

pytestmark = pytest.mark.usefixtures("newest")


@pytest.fixture
def editor_user(db):
    return in_role("Editor", "bo", first_name="Bo")


def test_the_list_says_who_when_why_and_which_is_in_force(publisher):
    edit(assured_by="Ana")
    press_publish(publisher, note="After a call")
    page = text(publisher.get("/admin/editions/"))
    row = models.Edition.objects.first()
    assert f"Edition {row.number} in force Nov. 24, 2026, noon, Ana After a call" in page
    assert row.hash not in page
    assert page.count("in force") == 1


def test_two_editions_are_compared(publisher):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(publisher)
    page = text(publisher.get(f"/admin/editions/compare/?old={first}&new={number()}"))
    assert "Ana from the county" in page
    assert "They are the same" in text(publisher.get(f"/admin/editions/compare/?old={first}&new={first}"))


@pytest.mark.parametrize("query", ["", "?old=1", "?old=x&new=y", "?old=99999&new=99999", "?old=²&new=1"])
def test_editions_that_are_not_there_are_not_compared(publisher, query):
    assert publisher.get(f"/admin/editions/compare/{query}").status_code == 404


def test_an_edition_downloads_as_it_is_kept(publisher):
    answer = publisher.get(f"/admin/editions/{number()}.json")
    assert answer["Content-Type"] == "application/json"
    assert content.digest(answer.content) == models.Edition.objects.first().hash
    assert "flow" in json.loads(answer.content)


@pytest.mark.parametrize(("address", "words"), [("es.html", "I am still here"), ("en.html?kiosk", "I am still here")])
def test_the_pocket_edition_is_taken_along_from_the_list(publisher, address, words):
    listed = publisher.get("/admin/editions/").content.decode()
    assert f'href="/admin/editions/pocket/{address}"' in listed
    answer = publisher.get(f"/admin/editions/pocket/{address}")
    assert answer["Content-Disposition"] == f'attachment; filename="{address[:7]}"'
    page = answer.content.decode()
    assert f"{number()})" in page
    assert (words in page) == ("kiosk" in address)
    assert publisher.get("/admin/editions/pocket/xx.html").status_code == 404


def test_rolling_back_takes_two_clicks_and_shows_what_it_changes(publisher, ana):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(publisher)
    assert f"/admin/editions/{first}/rollback/" in publisher.get("/admin/editions/").content.decode()
    page = publisher.get(f"/admin/editions/{first}/rollback/")
    assert "Ana from the county" in text(page)
    publisher.post(f"/admin/editions/{first}/rollback/", {"edition": shown(page, "edition")})
    row = models.Edition.objects.first()
    assert in_force.current().number == row.number
    assert row.hash == models.Edition.objects.get(number=first).hash
    assert row.note == f"Back to edition {first}"
    entry = LogEntry.objects.filter(content_type__model="edition").latest("pk")
    assert (entry.user, entry.object_id) == (ana, str(row.number))


def test_rolling_back_sets_the_draft_back_too_but_for_notes_and_drafts(publisher):
    first = number()
    edit(assured_by="Ana from the county", staff_note="Ask Bo first")
    models.Recommendation.objects.filter(service__slug="childhelp").delete()
    edit("childhelp", status="retired")
    press_publish(publisher)
    new = Service.objects.get(slug="rainn")
    new.pk, new.slug, new.status = None, "new-one", "draft"
    new.save()
    page = publisher.get(f"/admin/editions/{first}/rollback/")
    assert re.search(r'name="draft"[^>]* checked', page.content.decode())
    data = {"edition": shown(page, "edition"), "draft": "1"}
    answer = publisher.post(f"/admin/editions/{first}/rollback/", data, follow=True)
    assert "The draft is set back to it too" in text(answer)
    assert content.digest(content.encode(publish.check_draft()[0])) == in_force.current().hash
    assert Service.objects.get(slug="rainn").staff_note == "Ask Bo first"
    assert Service.objects.get(slug="childhelp").status == "live"
    assert Service.objects.get(slug="new-one").status == "draft"


def test_rolling_back_leaves_the_draft_where_that_is_not_ticked(publisher):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(publisher)
    page = publisher.get(f"/admin/editions/{first}/rollback/")
    answer = publisher.post(f"/admin/editions/{first}/rollback/", {"edition": shown(page, "edition")}, follow=True)
    assert "The draft stays as it is" in text(answer)
    assert Service.objects.get(slug="rainn").assured_by == "Ana from the county"


@pytest.mark.parametrize("seen", ["", "0", "00", "99999", "²", "9" * 30, "9" * 5000])
def test_a_rollback_of_what_was_not_seen_is_refused(publisher, seen):
    first = number()
    edit(assured_by="Ana")
    press_publish(publisher)
    before = number()
    assert publisher.post(f"/admin/editions/{first}/rollback/", {"edition": seen}).status_code == CONFLICT
    assert number() == before


def test_a_damaged_edition_is_marked_and_neither_compared_nor_rolled_back_to(publisher):
    first = number()
    edit(assured_by="Ana")
    press_publish(publisher)
    publisher.get("/admin/publish/")  # what it says after publishing is read, with its "Undo"
    row = models.Edition.objects.get(number=first)
    models.Edition.objects.filter(number=first).update(content=bytes(row.content)[:-1] + b" ")
    before = number()
    page = publisher.get("/admin/editions/")
    assert text(page).count("damaged") == 1
    assert f"/admin/editions/{first}/rollback/" not in page.content.decode()
    assert "is damaged" in text(publisher.get(f"/admin/editions/compare/?old={first}&new={before}"))
    assert publisher.get(f"/admin/editions/{first}.json").status_code == 302
    assert publisher.post(f"/admin/editions/{first}/rollback/", {"edition": before}).status_code == 302
    assert number() == before


@pytest.fixture(params=["in memory", "started anew"])
def damaged(request, newest):
    """The number of the newest edition, damaged in the database; a process may still have it whole."""
    before = in_force.current()
    edit(assured_by="Ana")
    row = publish.publish()
    models.Edition.objects.filter(number=row.number).update(content=bytes(row.content)[:-1] + b" ")
    if request.param == "started anew":
        in_force.serve(before)
        database.refresh()
    return row.number


def test_staff_are_told_of_a_damaged_newest_edition_and_publish_again(publisher, ana, damaged):
    ana.is_superuser = True
    ana.save()
    assert f"Edition {damaged} is damaged" in text(publisher.get("/admin/"))
    assert "Publish again" in text(publisher.get("/admin/"))
    assert "Publish to everyone" in text(publisher.get("/admin/publish/"))
    press_publish(publisher)
    assert in_force.current().number == number() > damaged
    assert in_force.current().services["rainn"].assured_by == "Ana"
    assert "is damaged" not in text(publisher.get("/admin/"))
    assert "Nothing to publish" in text(publisher.get("/admin/publish/"))


def test_a_damaged_newest_edition_is_rolled_back_from(publisher, damaged):
    sound = models.Edition.objects.filter(number__lt=damaged).first().number
    assert f"/admin/editions/{sound}/rollback/" in publisher.get("/admin/editions/").content.decode()
    page = publisher.get(f"/admin/editions/{sound}/rollback/")
    publisher.post(f"/admin/editions/{sound}/rollback/", {"edition": shown(page, "edition")})
    assert in_force.current().number == number() > damaged
    assert in_force.current().hash == models.Edition.objects.get(number=sound).hash


def test_rolling_back_keeps_colleagues_unpublished_work_says_whose_it_is_and_brings_it_back(publisher, editor_user):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(publisher)
    edit("childhelp", by=editor_user, cost={"en": "Free", "es": "Gratis"}, staff_note="Bo asks")
    page = publisher.get(f"/admin/editions/{first}/rollback/")
    assert not re.search(r'name="draft"[^>]* checked', page.content.decode())
    assert "Childhelp National Child Abuse Hotline Cost, … Edited by Bo" in text(page)
    data = {"edition": shown(page, "edition"), "draft": "1"}
    answer = publisher.post(f"/admin/editions/{first}/rollback/", data, follow=True)
    assert "The draft as it was is kept" in text(answer)
    assert str(Service.objects.get(slug="childhelp").cost) != "Free"
    kept = models.DraftKept.objects.get()
    publisher.post(f"/admin/editions/drafts/{kept.pk}/")
    back = Service.objects.get(slug="childhelp")
    assert (str(back.cost), back.staff_note) == ("Free", "Bo asks")
    assert models.DraftKept.objects.count() == 2, "and that can be undone too"


def test_who_may_not_publish_brings_no_draft_back(client, editor_user):
    kept = models.DraftKept.objects.create(content=b"{}")
    assert signed_in(editor_user).post(f"/admin/editions/drafts/{kept.pk}/").status_code == 403


def test_a_kept_draft_that_cannot_be_read_changes_nothing(publisher):
    kept = models.DraftKept.objects.create(content=b"{}")
    before = publish.check_draft()[0]
    assert "nothing was changed" in text(publisher.post(f"/admin/editions/drafts/{kept.pk}/", follow=True))
    assert publish.check_draft()[0] == before


def test_after_publishing_one_can_look_and_undo(publisher):
    first = number()
    edit(assured_by="Ana")
    page = press_publish(publisher)
    assert f"/admin/editions/{first}/rollback/" in publisher.get(page["Location"]).content.decode()


def test_an_editor_sees_all_that_differs_and_no_button(editor_user):
    edit("childhelp", by=editor_user, cost={"en": "Free", "es": "Gratis"})
    page = signed_in(editor_user).get("/admin/publish/")
    assert page.status_code == 200
    assert "Edited by Bo" in text(page)
    assert "Publish to everyone" not in text(page)
    assert signed_in(editor_user).post("/admin/publish/", {}).status_code == 403
