"""The start page of the staff site, and its pages for errors."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import in_force, publish
from navigator.models import Guidance, Recommendation
from services.models import Service
from tests.conftest import NOON
from tests.forms import unescaped

from .accounts import in_role, sign_in


@pytest.fixture
def ana(db):
    return in_role("Publisher", "ana", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def publisher(client, ana):
    return sign_in(client, ana)


def start(client):
    return client.get(reverse("admin:index"))


def test_the_start_page_of_a_quiet_day(publisher):
    Service.objects.update(recheck=False, assured_date=NOON.date())
    publish.publish(note="All checked")
    text = unescaped(start(publisher))
    assert "Every live service was checked in time" in text
    assert "The public sees everything as it stands here" in text
    assert "No problem: all" in text
    assert "All checked" in text


def test_the_start_page_says_what_wants_attention(publisher):
    publish.publish(note="Before")
    live = Service.objects.filter(status="live", areas="")  # local services elsewhere are counted apart
    live.update(recheck=True, assured_date=None)
    live.filter(slug__in=["nhth", "rainn"]).update(assured_date=NOON.date())
    Recommendation.objects.filter(service__slug="emergency-911").delete()
    response = start(publisher)
    text = unescaped(response)
    assert f"<strong>{live.count()}</strong> services are due" in text
    assert f"<strong>{live.count() - 2}</strong> of them were never checked by a person." in " ".join(text.split())
    assert len(response.context["due"]) == 10
    assert "See all that are due" in text
    assert "things differ from what the public sees" in text
    assert "Someone is in danger, but 911 does not come first." in text
    assert "Shortest path: Is someone in danger right now? Yes" in " ".join(text.split())


def test_a_changed_title_is_one_difference_a_language(publisher):
    publish.publish()
    Guidance.objects.filter(pk=Guidance.objects.first().pk).update(title={"en": "Other", "es": "Otro"})
    assert len(start(publisher).context["changed"]) == 2


def test_the_start_page_before_the_first_edition(publisher, monkeypatch):
    models.Edition.objects.all()._raw_delete("default")
    monkeypatch.setattr(in_force, "_current", None)
    assert "Nothing is published yet" in unescaped(start(publisher))


def test_an_account_without_rights_sees_no_news(client, db):
    sign_in(client, User.objects.create_user("guest", is_staff=True))
    assert "To check" not in unescaped(start(client))


# Errors


MISSING, BARRED = "/admin/nowhere/", "/admin/auth/user/"


@pytest.mark.parametrize(("address", "status"), [(MISSING, 404), (BARRED, 403)])
def test_staff_read_of_an_error_in_their_own_pages(publisher, address, status):
    response = publisher.get(address)
    assert response.status_code == status
    assert "tel:911" not in unescaped(response)
    assert 'id="user-tools"' in unescaped(response)
    assert f'<a href="{reverse("admin:index")}">Back to the start page</a>' in unescaped(response)


def test_staff_whose_page_was_open_too_long_read_what_to_do(ana):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, ana)
    response = client.post(reverse("admin:publish"))
    assert response.status_code == 403
    assert "load it anew" in unescaped(response)


def test_anybody_else_sees_the_numbers(publisher):
    for address in ("/nowhere/", "/es/nowhere/"):
        for someone in (Client(), publisher):
            response = someone.get(address)
            assert response.status_code == 404
            assert "tel:911" in unescaped(response)
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"))
    assert response.status_code == 403
    assert "tel:911" in unescaped(response)
