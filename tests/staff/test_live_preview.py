"""The card beside the form of a service: what is typed is shown, and nothing of it is kept."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from navigator.models import Revision
from services.models import ContactPoint, Service
from tests.forms import filled, page_of, unescaped

from .accounts import in_role, sign_in


@pytest.fixture
def editor(client, db):
    return sign_in(client, in_role("Editor", "eve"))


@pytest.fixture
def rainn(db):
    return Service.objects.get(slug="rainn")


def typed(client, row, **changes):
    return filled(client.get(page_of(row)), "service_form") | changes


def card(client, row, data, language="en"):
    """What the form gets by the button of a language."""
    answer = client.post(reverse("admin:card-of", args=[language, row.pk]), data)
    assert answer.status_code == 200
    return unescaped(answer)


def kept(row):
    """All that a save would change."""
    return Service.objects.get(pk=row.pk).record(), Service.objects.count(), Revision.objects.count()


def test_what_is_typed_is_on_the_card_in_each_language_and_nothing_is_saved(editor, rainn):
    before = kept(rainn)
    session = dict(editor.session)
    form = typed(
        editor,
        rainn,
        plain_0="Someone to talk to",
        plain_1="Alguien con quien hablar",
        **{"ways-0-value": "(713) 274 5800", "ways-0-vanity": "", "ways-0-hours": "Mo-Fr 09:00-17:00"},
    )
    english, spanish = card(editor, rainn, form), card(editor, rainn, form, "es")
    assert re.findall(r'data-service="([^"]+)"', english) == ["rainn"]
    assert "Someone to talk to" in english and "Alguien con quien hablar" not in english
    assert "Alguien con quien hablar" in spanish and '<html lang="es"' in spanish
    assert "1-713-274-5800" in english and "1-713-274-5800" in spanish
    assert "Monday to Friday" in english and "lunes a viernes" in spanish
    assert "To be corrected" not in english
    assert kept(rainn) == before
    assert dict(editor.session) == session


def test_ways_that_are_added_deleted_or_moved_are_drawn_so(editor, rainn):
    form = typed(editor, rainn)
    count = int(form["ways-TOTAL_FORMS"][0])
    new = {"kind": "call", "value": "713-274-5800", "order": "1", "hours": "24/7"}
    form |= {f"ways-{count}-{name}": value for name, value in new.items()}
    form |= {"ways-TOTAL_FORMS": str(count + 1), "ways-0-DELETE": "on"}
    page = card(editor, rainn, form)
    ways = re.findall(r'<a class="way.*?</a>', page, re.DOTALL)
    assert len(ways) == count
    assert "1-713-274-5800" in ways[0]
    assert rainn.ways.count() == count


NUMBER = "1-800-656-4673"
WRONG = [
    ({"ways-0-value": "12"}, "Number or address", "hotline.rainn.org"),
    ({"ways-0-hours": "whenever"}, "Hours", NUMBER),
    ({"ways-0-kind": "pigeon"}, "Kind", "hotline.rainn.org"),
    ({"ways-0-valid_from": "soon"}, "First day", NUMBER),
    ({"alert_from": "9999-99-99", "alert_0": "Closed on Monday"}, "first day", "Closed on Monday"),
    ({"plain_0": "<b>Bold</b>"}, "Write plain words", "&lt;b&gt;Bold"),
    ({"plain_1": ""}, "Missing: Spanish", NUMBER),
    ({"status": "gone", "organization": "x", "answered_by": "x"}, "Status", NUMBER),
    ({"ways-TOTAL_FORMS": "many"}, "ManagementForm", "rainn"),
    ({"ways-0-id": "999999"}, "Select a valid choice", "rainn"),
]
"""What was typed, what is said of it, and what stands on the card all the same."""


def test_what_cannot_be_read_is_named_and_all_the_rest_is_drawn(editor, rainn):
    form = typed(editor, rainn)
    for changes, said, still in WRONG:
        answer = editor.post(reverse("admin:card-of", args=["en", rainn.pk]), form | changes)
        assert answer.status_code == 200, changes
        told, shown = answer.content.decode().split("</header>")
        assert "To be corrected before it can be saved" in told, changes
        assert said in told, (said, told)
        assert still in shown, (still, shown)


def test_a_form_that_is_empty_or_nonsense_gets_a_card_too(editor, rainn):
    for data in ({}, {"plain_0": "\0", "ways-TOTAL_FORMS": "-3", "ways-INITIAL_FORMS": "1"}):
        assert 'data-service="rainn"' in card(editor, rainn, data)


def test_a_new_service_has_a_card_before_it_is_there(editor):
    form = filled(editor.get(reverse("admin:services_service_add")), "service_form")
    form |= {
        "plain_0": "Help after a crime",
        "name_0": "County Office",
        "ways-0-kind": "call",
        "ways-0-value": "713 274 5800",
    }
    form |= {"ways-TOTAL_FORMS": "1"}
    count = Service.objects.count()
    answer = editor.post(reverse("admin:card", args=["en"]), form)
    page = unescaped(answer)
    assert "Help after a crime" in page and "County Office" in page and "1-713-274-5800" in page
    assert "The public does not see it: its status is not “live”." in page
    assert Service.objects.count() == count


def test_a_local_service_borrows_the_words_of_its_national_one_as_on_the_public_card(editor):
    row = Service.objects.exclude(local_of="").filter(status="live").first()
    national = Service.objects.get(slug=row.local_of)
    page = card(editor, row, typed(editor, row, plain_0="", plain_1=""))
    assert (national.local_plain or national.plain).localize("en") in page


def test_it_says_why_the_public_would_not_see_all_of_it(editor, rainn):
    way = {"ways-0-valid_from": "2027-01-01"}
    assert "Some ways to reach it are not shown today" in card(editor, rainn, typed(editor, rainn, **way))
    off = {"off_from": "2026-11-01"}
    page = card(editor, rainn, typed(editor, rainn, **off))
    assert "It is off today." in page and 'data-service="rainn"' in page


def test_nothing_on_the_card_leads_anywhere(editor, rainn):
    page = card(editor, rainn, typed(editor, rainn))
    assert not re.findall(r"<a [^>]*href|<form|<script|<button", page)


def test_the_form_has_a_button_for_each_language_after_those_that_save(editor, rainn):
    page = editor.get(page_of(rainn)).content.decode()
    form = page[page.index('id="service_form"') : page.index("</form>", page.index('id="service_form"'))]
    for language in ("en", "es"):
        assert f'formaction="/admin/card/{language}/{rainn.pk}/"' in form
    assert form.index('name="_save"') < form.index("formaction")


def test_who_may_see_a_service_sees_its_card_and_others_do_not(editor, rainn):
    form = typed(editor, rainn, plain_0="Words of somebody else")
    looker = User.objects.create_user("lou", is_staff=True)
    looking = sign_in(Client(), looker)
    address = reverse("admin:card-of", args=["en", rainn.pk])
    assert looking.post(address, form).status_code == 403
    looker.user_permissions.add(Permission.objects.get(codename="view_service"))
    page = unescaped(looking.post(address, form))
    assert 'data-service="rainn"' in page and "Words of somebody else" not in page
    assert looking.post(reverse("admin:card", args=["en"]), form).status_code == 403
    assert Client().post(address, form).status_code in (302, 403)
    assert sign_in(Client(enforce_csrf_checks=True), looker).post(address, form).status_code == 403


def test_an_address_without_a_form_leads_to_the_form_and_a_language_that_is_not_there_is_english(editor, rainn):
    assert editor.get(reverse("admin:card-of", args=["en", rainn.pk]))["Location"] == page_of(rainn)
    assert editor.get(reverse("admin:card", args=["en"]))["Location"] == reverse("admin:services_service_add")
    assert '<html lang="en"' in card(editor, rainn, {}, "xx")
    assert editor.post(reverse("admin:card-of", args=["en", 999_999])).status_code == 404


def test_two_at_once_the_card_tells_and_loses_nothing(editor, rainn):
    form = typed(editor, rainn, plain_0="Mine")
    Service.objects.filter(pk=rainn.pk).update(staff_note="Theirs")
    assert "Mine" in card(editor, rainn, form)
    assert ContactPoint.objects.filter(service=rainn).exists()
    assert Service.objects.get(pk=rainn.pk).staff_note == "Theirs"
