"""Comments on the records of the draft: for staff alone, kept, settled and never deleted."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from navigator.editions import publish
from navigator.models import Comment, Guidance, Question, Recommendation, Revision
from services.models import Organization, Service
from tests.forms import page_of, unescaped

from .accounts import in_role, sign_in
from .publishing import FORBIDDEN, signed_in, text

pytestmark = pytest.mark.usefixtures("newest")
ASK = "Ask Ana whether the night line <b>still</b> answers"
FULL = 1000


@pytest.fixture
def bob(newest):
    """A client signed in as Bob, an editor."""
    return sign_in(Client(), in_role("Editor", "bob", first_name="Bob"))


def address(kind="service", name="rainn"):
    return reverse("admin:comment", args=[kind, name])


def say(client, words, **of):
    return client.post(address(**of), {"text": words}, follow=True)


@pytest.mark.parametrize("model", [Service, Organization, Question, Recommendation, Guidance])
def test_each_kind_of_record_leads_to_its_comments(bob, model):
    row = model.objects.first()
    history = bob.get(page_of(row, "history"))
    action = next(part for part in unescaped(history).split('action="') if part.startswith("/admin/comments/"))
    said = bob.post(action.split('"')[0], {"text": ASK}, follow=True)
    assert said.redirect_chain
    assert "Ask Ana" in text(said)
    assert "History and comments (1 open)" in text(bob.get(page_of(row)))
    assert "Ask Ana" in text(bob.get("/admin/")), "the start page lists what is open"


def test_a_comment_says_who_and_when_keeps_its_lines_and_is_no_markup(bob):
    page = say(bob, ASK + "\r\nThen call").content.decode()
    assert "&lt;b&gt;still&lt;/b&gt; answers<br>Then call" in page
    assert "Nov. 24, 2026, noon, Bob" in text(say(bob, "Another"))
    assert not Revision.objects.exists(), "it is no change of the record"


def test_a_settled_comment_is_kept_folded_and_off_the_lists(bob):
    say(bob, ASK)
    settle = reverse("admin:comment-settle", args=[Comment.objects.get().pk])
    assert bob.get(settle).status_code == 405
    page = bob.post(settle, follow=True).content.decode()
    assert "Ask Ana" in page[page.index("1 settled comment") :]
    assert "Ask Ana" not in text(bob.get("/admin/")) + text(bob.get("/admin/comments/"))
    first = Comment.objects.get().settled_at
    bob.post(settle)
    assert Comment.objects.get().settled_at == first


def test_the_start_page_shows_ten_and_leads_to_the_rest(bob):
    by = User.objects.get(username="bob")
    Comment.objects.bulk_create(Comment(kind="service", name="rainn", text=f"no{at}.", by=by) for at in range(21))
    page = bob.get("/admin/")
    assert "Open comments (21)" in text(page)
    assert ("no20." in text(page), "no11." in text(page), "no10." in text(page)) == (True, True, False)
    assert "See all of them" in text(page)
    assert "no10." in text(bob.get("/admin/comments/"))
    assert "no0." in text(bob.get("/admin/comments/?p=2"))


def test_what_cannot_be_kept_is_refused_kindly_with_what_was_typed(bob):
    for words, why in (("x" * 1001, "at most 1000"), ("  ", "Write something first."), ("a\0b", "Null characters")):
        answer = say(bob, words)
        assert answer.status_code == 400
        assert why in text(answer)
    assert "x" * 1001 in text(say(bob, "x" * 1001))
    assert not Comment.objects.exists()
    assert say(bob, "\r\n".join("x" * 500)[: FULL + 499]).status_code == 200, "a line break is one character"
    assert say(bob, "Hi", name="nothing").status_code == 404
    assert say(bob, "Hi", kind="edition").status_code == 404
    assert say(bob, "Hi", kind="recommendation", name="x").status_code == 404


def test_it_takes_the_right_to_see_the_record_and_the_token_of_the_form(bob, newest):
    say(bob, ASK)
    guest = User.objects.create_user("guest", is_staff=True)
    guest.user_permissions.add(Permission.objects.get(codename="view_organization"))
    client = signed_in(guest)
    assert say(client, "Hi").status_code == FORBIDDEN
    assert client.post(reverse("admin:comment-settle", args=[Comment.objects.get().pk])).status_code == FORBIDDEN
    assert "Ask Ana" not in text(client.get("/admin/")) + text(client.get("/admin/comments/"))
    assert say(client, "Hi", kind="organization", name=Organization.objects.first().slug).status_code == 200
    strict = signed_in(guest, enforce_csrf_checks=True)
    assert say(strict, "Hi", kind="organization", name=Organization.objects.first().slug).status_code == FORBIDDEN


def test_the_comments_of_a_record_that_was_deleted_stay_and_can_be_settled(bob):
    row = Recommendation.objects.first()
    name = str(row.pk)
    say(bob, ASK, kind="recommendation", name=name)
    row.delete()
    assert "not in the draft now" in text(bob.get("/admin/"))
    page = bob.get(reverse("admin:history-of", args=["recommendation", name]))
    assert "Ask Ana" in text(page)
    assert "Write a comment" not in text(page)
    bob.post(reverse("admin:comment-settle", args=[Comment.objects.get().pk]))
    assert Comment.objects.get().settled_at


def test_no_comment_leaves_the_staff_side(bob, client, tmp_path):
    before = publish.check_draft()[0]
    say(bob, "Nightjar")
    assert publish.check_draft()[0] == before
    publish.publish()
    for path in ("/all/", "/hsds/services", "/hsds/organizations"):
        assert "Nightjar" not in client.get(path).content.decode()
    call_command("update_content")
    assert Comment.objects.get().text == "Nightjar"
