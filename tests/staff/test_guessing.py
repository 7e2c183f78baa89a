"""Guessing, and a stolen copy of the database: neither a made-up name nor a made-up Host gives another try."""

import datetime as dt
import json
import time

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.test import Client

from .accounts import make_staff, sign_in
from .test_signin import CODE, ENROL, code, type_password


@pytest.fixture(autouse=True)
def no_tries_yet():
    caches["addresses"].clear()


def test_another_host_gives_no_more_tries(staff, settings):
    settings.ALLOWED_HOSTS = ["help.example.org", "localhost"]
    hosts = [f"localhost:{port}" for port in range(80, 84)] + ["help.example.org"]
    for host in hosts:
        assert type_password(Client(HTTP_HOST=host), password="wrong").status_code == 200
    assert type_password(Client(HTTP_HOST="localhost:443")).status_code == 429


def test_other_capitals_give_no_more_tries(staff):
    for name in ("staff", "Staff", "STAFF", " staff", "staff "):
        assert type_password(Client(), name, "wrong").status_code == 200
    assert type_password(Client(), "sTaff").status_code == 429


def test_made_up_names_push_no_lock_out(staff, settings):
    settings.BEHIND_PROXY = True  # with no address told: nothing else slows the names down
    for _ in range(5):
        type_password(Client(), password="wrong")
    for number in range(400):
        cache.set(f"made-up-{number}", [time.time()], 900)
    assert type_password(Client(), "a made-up name", "wrong").status_code == 200
    assert type_password(Client()).status_code == 429


def test_made_up_names_push_no_used_code_out(client, staff):
    typed = code()
    type_password(client)
    assert client.post(CODE, {"code": typed}).status_code == 302
    for number in range(400):
        cache.set(f"made-up-{number}", [time.time()], 900)
    second = Client()
    type_password(second)
    assert second.post(CODE, {"code": typed}).status_code == 200


@pytest.mark.parametrize("written", ["{0}-{1}", "{0} {1}", "{0}.{1}", "{0}{1}!"])
def test_a_used_code_written_differently_is_still_used(client, staff, clock, written):
    typed = code(steps=1)
    type_password(client)
    assert client.post(CODE, {"code": typed}).status_code == 302
    clock.shift(45)
    second = Client()
    type_password(second)
    assert second.post(CODE, {"code": written.format(typed[:3], typed[3:])}).status_code == 200


def test_what_ran_out_is_cleared_by_the_next_try(staff, clock):
    from navigator.models import CacheEntry

    type_password(Client(), "somebody", "wrong")
    sign_in(Client(), staff)
    assert (CacheEntry.objects.count(), Session.objects.count()) == (1, 1)
    clock.shift(dt.timedelta(minutes=31))
    type_password(Client(), "another", "wrong")
    left = CacheEntry.objects.get()
    assert left.expires > dt.datetime.now(dt.UTC)
    assert not Session.objects.exists()


def test_the_keys_in_the_database_open_nothing(client, staff):
    type_password(client)
    client.post(CODE, {"code": code()})
    assert client.get("/admin/").status_code == 200
    for key in Session.objects.values_list("session_key", flat=True):
        thief = Client()
        thief.cookies["sessionid"] = key
        assert thief.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_secret_that_is_being_set_up_cannot_be_read_from_the_database(client, db):
    make_staff(factor=False)
    type_password(client)
    shown = client.get(ENROL).context["form"].secret
    for row in Session.objects.all():
        assert shown not in json.dumps(row.get_decoded()) + row.session_data


def test_signing_out_deletes_the_session(staff_client):
    assert staff_client.get("/admin/").status_code == 200
    staff_client.post("/admin/logout/")
    assert not Session.objects.exists()


def test_a_session_of_the_key_before_goes_on(staff_client, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key " * 6
    assert staff_client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    settings.SECRET_KEY = "another key " * 6
    assert staff_client.get("/admin/").status_code == 302
