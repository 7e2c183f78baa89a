"""Ready to publish: an editor says so, publishers read it, and it goes with publishing or is taken back."""

import pytest
from django.test import Client

from navigator import models
from navigator.editions import publish
from navigator.editions.choosing import parts
from navigator.editions.content import digest, encode
from navigator.editions.draft import compile_draft

from .accounts import in_role, sign_in
from .publishing import FORBIDDEN, edit, signed_in, text

SAY = "/admin/publish/ready/"


@pytest.fixture
def eve(newest):
    """A client signed in as Eve, an editor."""
    return sign_in(Client(), in_role("Editor", "eve", first_name="Eve"))


def said():
    return [(each.by.first_name, each.note) for each in models.Ready.objects.all()]


def test_an_editor_says_that_it_is_ready_and_publishers_read_it(eve, publisher):
    edit(assured_by="Eve")
    assert "Say that it is ready to publish" in text(eve.get("/admin/publish/"))
    assert eve.post(SAY, {"note": "First try"}).url == "/admin/publish/"
    eve.post(SAY, {"note": "RAINN was checked"})
    page = text(publisher.get("/admin/publish/"))
    assert "Ready to publish: Eve" in page
    assert "RAINN was checked" in page
    assert "First try" not in page, "who says it again says it anew"
    assert "Say that it is ready" not in page
    start = text(sign_in(Client(), in_role("Publisher", "pia")).get("/admin/"))
    assert "RAINN was checked" in start


def test_it_goes_with_publishing_and_stays_while_something_is_left_out(eve):
    edit(assured_by="Eve")
    edit("childhelp", assured_by="Eve")
    eve.post(SAY, {"note": "Both"})
    draft = compile_draft()
    public = publish.decode(1, bytes(models.Edition.objects.get(number=1).content), models.Edition.objects.first().hash)
    left = [part.key for part in parts(public.content, draft)][:1]
    publish.publish(expected=digest(encode(draft)), leave=left)
    assert said() == [("Eve", "Both")]
    publish.publish()
    assert said() == []


def test_who_takes_it_back(eve, publisher, newest):
    eve.post(SAY, {"note": "Mine"})
    row = models.Ready.objects.get()
    other = sign_in(Client(), in_role("Editor", "olga", first_name="Olga"))
    other.post(f"{SAY}{row.pk}/")
    assert said() == [("Eve", "Mine")], "not by another editor"
    eve.post(f"{SAY}{row.pk}/")
    assert said() == []
    eve.post(SAY, {"note": "Again"})
    publisher.post(f"{SAY}{models.Ready.objects.get().pk}/")
    assert said() == []
    assert publisher.post(f"{SAY}{row.pk}/").status_code == 302


def test_what_cannot_be_kept_is_refused_kindly(eve, newest):
    for note in ("x" * 501, "a\0b"):
        assert eve.post(SAY, {"note": note}).status_code == 302
    assert said() == []
    guest = signed_in(type(in_role("Editor", "x")).objects.create_user("guest", is_staff=True))
    assert guest.post(SAY, {"note": "Hi"}).status_code == FORBIDDEN
    assert eve.get(SAY).status_code == 405
