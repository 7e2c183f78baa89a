"""Accounts stay: the log says who did what, and the rule of four eyes goes by the log."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client

from navigator.editions import publish

from .accounts import sign_in
from .publishing import FORBIDDEN, account, edit, signed_in, text


def test_with_four_eyes_an_account_that_edited_cannot_be_deleted_only_switched_off(staff, settings, clock):
    """With the account Django would delete its lines of the log, and whoever edited could publish after all."""
    settings.FOUR_EYES = True
    ana = account("ana", publishes=True)
    publish.publish()
    clock.shift(60)
    edit(assured_by="Ana", by=ana)
    admin = sign_in(Client(), staff)
    assert b"deletelink" not in admin.get(f"/admin/auth/user/{ana.pk}/change/").content
    assert admin.post(f"/admin/auth/user/{ana.pk}/delete/", {"post": "yes"}).status_code == FORBIDDEN
    admin.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [ana.pk], "post": "yes"})
    with pytest.raises(ProtectedError), transaction.atomic():
        ana.delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        type(ana).objects.filter(pk=ana.pk).delete()
    assert "somebody who did not must" in text(signed_in(ana).get("/admin/publish/"))


def test_an_account_that_did_nothing_can_be_deleted_by_the_host(db):
    account("typo", publishes=False).delete()
    assert not User.objects.filter(username="typo").exists()
