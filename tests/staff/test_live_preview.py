"""The card beside the form of a service: what is typed is shown, and nothing of it is kept."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from navigator.editions import database, history
from navigator.models import Revision
from services.models import ContactPoint, Service
from tests.forms import filled, page_of, unescaped

from .accounts import in_role, make_staff, sign_in

pytestmark = pytest.mark.once


@pytest.fixture
def editor(client, db):
    database.refresh()
    return sign_in(client, in_role("Editor", "eve"))


def typed(client, row, **changes):
    return filled(client.get(page_of(row)), "service_form") | changes


def card(client, row, language="en", **changes):
    """What the form answers to the button of a language, with changes."""
    return client.post(reverse("admin:card-of", args=[language, row.pk]), typed(client, row, **changes))


def line(slug="rainn"):
    return Service.objects.get(slug=slug)
