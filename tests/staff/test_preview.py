"""The real public pages on the draft, for staff."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import database
from services.models import Service

from .accounts import sign_in


@pytest.fixture
def client(db):
    """Somebody of the staff, on a draft that differs from what is public."""
    database.refresh()
    question = models.Question.objects.get(key="danger")
    question.title.data |= {"en": "Is it bad right now?", "es": "¿Hay peligro?"}
    question.save()
    name = Service.objects.get(slug="rainn")
    name.plain.data["en"] = "Words of the draft"
    name.save()
    client = Client(enforce_csrf_checks=True)
    sign_in(client, User.objects.create_user("eve", is_staff=True))
    return client


FORM = "application/x-www-form-urlencoded"


def addresses(page):
    """Where the links and forms of a page lead within the site."""
    return {
        path for path in re.findall(r'(?:href|action|formaction|hx-post)="(/[^"]*)"', page) if "/static/" not in path
    }


def move(client, path, token, headers):
    """Choose the first choice and go on, as the form does."""
    form = "application/x-www-form-urlencoded"
    return client.post(path, urlencode({"t": token, "g": "n", "c": "0"}), content_type=form, headers=headers)


@pytest.mark.parametrize(("path", "title"), [("", "Is it bad right now?"), ("es/", "¿Hay peligro?")])
def test_the_first_question_is_that_of_the_draft_and_marked(client, path, title):
    answer = client.get(f"/admin/preview/{path}")
    page = answer.content.decode()
    assert title in page
    assert 'class="preview"' in page
    assert answer["Content-Language"] == (path.strip("/") or "en")
    assert title not in Client().get(f"/{path}").content.decode()


@pytest.mark.parametrize("path", ["", "es/", "all/", "es/all/", "safety/", "es/safety/"])
def test_every_link_stays_in_the_preview(client, path):
    page = client.get(f"/admin/preview/{path}").content.decode()
    assert {where for where in addresses(page) if not where.startswith("/admin/preview/")} == {"/admin/"}
    for where in addresses(page):
        assert client.get(where, follow=True).status_code == 200


def test_the_language_switch_keeps_the_page(client):
    assert "/admin/preview/es/all/" in addresses(client.get("/admin/preview/all/").content.decode())
    assert "/admin/preview/" in addresses(client.get("/admin/preview/es/").content.decode())


def test_static_files_and_addresses_are_as_before_afterwards(client):
    assert "/static/navigator/app.css" in client.get("/admin/preview/").content.decode()
    assert reverse("question") == "/"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_flow_works_to_its_end_with_and_without_script(client, headers):
    path, page = "/admin/preview/", client.get("/admin/preview/").content.decode()
    for _step in range(6):
        token = re.search(r'name="t" value="([^"]+)"', page)[1]
        assert f'action="{path}"' in page
        answer = move(client, path, token, headers)
        page = answer.content.decode()
        assert ("<html" in page) == (not headers)
    assert 'data-service="emergency-911"' in page


def test_a_post_from_elsewhere_starts_anew(client):
    page = client.get("/admin/preview/").content.decode()
    token = re.search(r'name="t" value="([^"]+)"', page)[1]
    elsewhere = move(client, "/admin/preview/", token, {"Sec-Fetch-Site": "cross-site"})
    assert 'data-question="danger"' in elsewhere.content.decode()
    here = move(client, "/admin/preview/", token, {"Sec-Fetch-Site": "same-origin"})
    assert 'data-question="who"' in here.content.decode()


def test_all_services_are_those_of_the_draft(client):
    assert "Words of the draft" in client.get("/admin/preview/all/").content.decode()
    found = client.post("/admin/preview/all/", {"w": "words of the draft"}, headers={"HX-Request": "true"})
    assert "Words of the draft" in found.content.decode()
    assert 'data-service="emergency-911"' not in found.content.decode()


@pytest.mark.parametrize("status", ["live", "draft"])
def test_one_service_is_shown_alone_as_its_card_will_be(client, status):
    Service.objects.filter(slug="rainn").update(status=status)
    row = Service.objects.get(slug="rainn")
    page = client.get("/admin/preview/all/?service=rainn").content.decode()
    assert re.findall(r'data-service="([^"]+)"', page) == ["rainn"]
    assert "Words of the draft" in page
    assert 'class="preview"' in page
    assert f'href="/admin/services/service/{row.pk}/change/"' in page
    assert 'href="/admin/preview/es/all/?service=rainn"' in page
    spanish = client.get("/admin/preview/es/all/?service=rainn").content.decode()
    assert re.findall(r'data-service="([^"]+)"', spanish) == ["rainn"]


def test_no_public_address_names_a_service(client):
    assert client.get("/admin/preview/all/?service=nobody").status_code == 404
    public = Client().get("/all/?service=rainn").content.decode()
    assert len(re.findall("data-service=", public)) > 1


def test_the_page_of_a_service_leads_to_its_card(client):
    User.objects.filter(username="eve").update(is_superuser=True)
    row = Service.objects.get(slug="rainn")
    page = client.get(reverse("admin:services_service_change", args=[row.pk])).content.decode()
    assert 'href="/admin/preview/all/?service=rainn"' in page


def test_what_is_explained_opens_in_the_preview(client):
    client.handler.enforce_csrf_checks = False
    data = {"of": "draft", "q-danger": "yes"}
    page = client.post("/admin/explain/", data).content.decode()
    form = page[page.index('action="/admin/preview/"') :]
    token = re.search(r'name="t" value="([^"]+)"', form)[1]
    content_type = "application/x-www-form-urlencoded"
    shown = client.post("/admin/preview/", urlencode({"t": token, "g": "r"}), content_type=content_type)
    assert 'data-service="emergency-911"' in shown.content.decode()
    assert 'class="preview"' in shown.content.decode()
    assert 'name="t"' not in client.post("/admin/explain/", data | {"of": "edition"}).content.decode()


@pytest.mark.parametrize("path", ["nowhere/", "healthz", "admin/", "xx/", "es/es/"])
def test_what_is_not_a_public_page_is_not_here(client, path):
    assert client.get(f"/admin/preview/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "es/", "all/", "safety/"])
def test_who_is_not_staff_sees_nothing_of_it(client, path):
    for stranger in (Client(), Client(enforce_csrf_checks=True)):
        for method in (stranger.get, stranger.post):
            answer = method(f"/admin/preview/{path}")
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/account/login/")


def test_the_finder_works_on_the_draft(client):
    page = client.get("/admin/preview/").content.decode()
    form = {"g": "n", "t": ""}
    for _step in range(3):
        form["t"] = re.search(r'name="t" value="([^"]+)"', page)[1]
        page = client.post("/admin/preview/", urlencode(form), FORM, headers={"HX-Request": "true"}).content.decode()
    form = {"g": "w", "t": re.search(r'name="t" value="([^"]+)"', page)[1], "w": "suicide"}
    found = client.post("/admin/preview/", urlencode(form), FORM, headers={"HX-Request": "true"}).content.decode()
    assert 'data-choice="self"' in found and 'href="/admin/preview/all/"' in found


def test_the_links_of_the_bar_load_anew_and_are_not_shown_in_place_of_the_step(client):
    bar = re.search(r'<aside class="preview".*?</aside>', client.get("/admin/preview/").content.decode(), re.S)[0]
    links = re.findall(r"<a [^>]*>", bar)
    assert links and all("data-anew" in link for link in links)  # app.js leaves those alone
