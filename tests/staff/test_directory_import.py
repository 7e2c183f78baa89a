"""Another directory's services, on a staff page: first what would come of it, then in as drafts."""

import io
import json
import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from services.models import Organization, Service

from .accounts import make_staff, sign_in

WHERE = "/admin/import/"
A, B = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def foreign(key=A, **changes):
    owner = {"id": B, "name": "Owner", "description": "Runs it"}
    return {"id": key, "name": "Night shelter <b>x</b>", "status": "active", "organization": owner} | changes


def show(client, data, **more):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    file = io.BytesIO(data)
    file.name = "theirs.json"
    answer = client.post(WHERE, {"file": file, **more})
    return answer, unescape(answer.content.decode())


def held(answer):
    """What the page would send to bring in what it showed."""
    found = re.findall(r'<input type="hidden" name="(seen|language|services)" value="([^"]*)"', answer.content.decode())
    return {name: unescape(value) for name, value in found}


def counts():
    return Service.objects.count(), Organization.objects.count(), LogEntry.objects.count()


def test_what_would_come_is_shown_and_changes_nothing(staff_client):
    before = counts()
    assert "Show what it would bring" in staff_client.get(WHERE).content.decode()
    answer, page = show(staff_client, [foreign(), foreign(name="The same id")])
    assert answer.status_code == 200
    assert "Would come in as drafts: 1" in page and "Would be left out: 1" in page
    assert "Night shelter <b>x</b>" in page and "<b>x" not in answer.content.decode()
    assert counts() == before


def test_what_was_shown_comes_in_as_drafts_once(staff_client, staff):
    answer, _page = show(staff_client, [foreign()], language="es")
    form = held(answer)
    done = staff_client.post(WHERE, form, follow=True)
    assert done.redirect_chain[-1][0].endswith("?status__exact=draft") and "1 draft was made." in done.content.decode()
    row = Service.objects.get(slug__startswith="night-shelter")
    assert row.status == "draft" and set(row.name.data) == {"es"}
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(row.pk))
    again = staff_client.post(WHERE, form)
    assert again.status_code == 409 and "Look again" in again.content.decode()
    assert "There is nothing in it to bring in." in again.content.decode()
    assert LogEntry.objects.count() == 1


def test_what_was_not_shown_never_comes_in(staff_client):
    answer, _page = show(staff_client, [foreign()])
    form = held(answer)
    before = counts()
    form["services"] = json.dumps([foreign(), foreign(key=B, name="Slipped in")])
    assert staff_client.post(WHERE, form).status_code == 409
    assert staff_client.post(WHERE, form | {"seen": ""}).status_code == 200
    assert counts() == before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b"[1]", "not a JSON file"),
        (b"PK\x03\x04", "not a JSON file"),
        ("[í]".encode("latin-1"), "not in UTF-8"),
        (b" " * 2_000_001, "too large"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_words(staff_client, data, said):
    before = counts()
    answer, page = show(staff_client, data, language="tlh")
    assert answer.status_code == 400 and said in page
    assert counts() == before
    assert "Choose a file." in staff_client.post(WHERE).content.decode()


def test_it_is_for_who_may_add_services(client, db):
    guest = make_staff("guest", is_superuser=False)
    guest.user_permissions.add(Permission.objects.get(codename="change_service"))
    sign_in(client, guest)
    assert client.get(WHERE).status_code == 403
    assert show(client, [foreign()])[0].status_code == 403
