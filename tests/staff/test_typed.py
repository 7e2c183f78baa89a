"""What somebody typed is not lost when their session ends, or when they signed in again meanwhile."""

import html
import re

import pytest
from django.test import Client

from services.models import Service
from tests.forms import filled, page_of, unescaped

from .accounts import make_staff, sign_in

FORBIDDEN = 403


@pytest.fixture
def ana(db):
    return make_staff("ana")


@pytest.fixture
def service(db):
    return Service.objects.get(slug="rainn")


def typed(client, service):
    return filled(client.get(page_of(service)), "service_form") | {"staff_note": "Half an hour of <work>"}


def sent_again(page):
    """What the button of the page sends."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    data = {}
    for name, value in found:
        data.setdefault(name, []).append(html.unescape(value))
    return data


def test_what_is_sent_after_the_session_ended_is_kept_and_saved_after_signing_in(ana, service):
    client = sign_in(Client(enforce_csrf_checks=True), ana)
    data = typed(client, service)
    client.cookies.clear()
    page = client.post(page_of(service), data, headers={"sec-fetch-site": "same-origin"})
    assert page.status_code == FORBIDDEN
    assert "What you typed is kept on this page" in unescaped(page)
    # Signing in gives the browser another token: the one of the page is not good any more.
    client.cookies.clear()
    sign_in(client, ana)
    once_more = client.post(page_of(service), sent_again(page), headers={"sec-fetch-site": "same-origin"})
    assert "You are signed in again" in unescaped(once_more)
    assert client.post(page_of(service), sent_again(once_more)).status_code == 302
    assert Service.objects.get(pk=service.pk).staff_note == "Half an hour of <work>"


def test_what_another_site_sends_is_not_kept(ana, service):
    headers = {"sec-fetch-site": "cross-site"}
    page = Client().post(page_of(service), {"staff_note": "Theirs"}, headers=headers)
    assert (page.status_code, b"Theirs" in page.content) == (302, False)
    client = sign_in(Client(enforce_csrf_checks=True), ana)
    assert b"Theirs" not in client.post(page_of(service), {"staff_note": "Theirs"}, headers=headers).content


def test_a_password_is_never_kept(ana):
    page = Client().post("/admin/auth/user/add/", {"username": "bo", "password1": "seven kind herons"})
    assert b"herons" not in page.content


def test_typing_keeps_the_session(ana):
    assert sign_in(Client(), ana).post("/admin/awake/").status_code == 204
    assert Client().post("/admin/awake/").status_code == 302
