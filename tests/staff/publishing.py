"""What the tests of publishing share: accounts, a change to the draft, the button."""

import re

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from navigator import models
from services.models import Service

from .accounts import sign_in

FORBIDDEN, CONFLICT = 403, 409
RAINN = "National Sexual Assault Hotline (RAINN)"


def account(name, publishes):
    user = User.objects.create_user(name, password="x", is_staff=True, first_name=name.title())
    if publishes:
        user.user_permissions.add(Permission.objects.get(codename="publish_edition"))
    return user


def signed_in(user, **kwargs):
    client = Client(**kwargs)
    sign_in(client, user)
    return client


def edit(slug="rainn", by=None, **values):
    """Change a service in the draft, as the admin does."""
    row = Service.objects.get(slug=slug)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if by:
        LogEntry.objects.log_actions(by.pk, [row], CHANGE, "", single_object=True)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def shown(response, name):
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return found and found[1]


def press_publish(client, **data):
    page = client.get("/admin/publish/")
    return client.post("/admin/publish/", {"draft": shown(page, "draft") or "", "note": "A note", **data})


def number():
    return models.Edition.objects.values_list("number", flat=True).first()
