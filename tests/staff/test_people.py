"""People: roles in plain words, a link instead of a password that an administrator knows, and who did what."""

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import caches
from django.test import Client

from navigator import models
from navigator.editions import history, publish
from services.models import Service
from tests.forms import on_one_line, page_of, save, unescaped

from .accounts import PASSWORD, in_role, make_staff, sign_in
from .test_signin import ENROL, LOGIN, type_password

NEW = "quiet rivers carry old boats"
ADD = "/admin/auth/user/add/"
DAY = 24 * 60 * 60


@pytest.fixture(autouse=True)
def no_tries_yet():
    caches["addresses"].clear()


@pytest.fixture
def administrator(db):
    return sign_in(Client(), in_role("Administrator", "ada", first_name="Ada"))


def invite(client, **fields):
    """Add a person; the page with the link."""
    data = {"username": "", "email": "", "first_name": "Bo", "last_name": "Lee", "groups": [], **fields}
    return client.post(ADD, data, follow=True)


def link_on(page):
    """The path of the link that a page shows."""
    return re.search(r'value="http://testserver(/admin/account/join/[^"]+)"', page.content.decode())[1]


def choose(link, password=NEW, client=None):
    """Open a link and choose a password by it."""
    client = client or Client()
    opened = client.get(link, follow=True)
    return opened if opened.status_code == 404 else client.post(opened.request["PATH_INFO"], both(password))


def both(password):
    return {"new_password1": password, "new_password2": password}


def password_page(user):
    return f"/admin/auth/user/{user.pk}/password/"


# Invitations


def test_an_invited_person_chooses_a_password_and_sets_up_the_second_step(administrator):
    role = Group.objects.get(name="Editor")
    link = link_on(invite(administrator, email="bo@example.org", groups=[role.pk]))
    bo = User.objects.get(username="bo@example.org")
    assert (bo.is_staff, [*bo.groups.all()], bo.has_usable_password()) == (True, [role], False)
    client = Client()
    form = client.get(link, follow=True)
    assert link not in form.request["PATH_INFO"], "the token leaves the address"
    assert "bo@example.org" in unescaped(form)
    assert client.post(form.request["PATH_INFO"], both(NEW)).url == LOGIN
    assert "Your password is set" in unescaped(client.get(LOGIN))
    assert type_password(client, bo.username, NEW).url == "/admin/"
    assert client.get("/admin/").url == ENROL


def test_the_form_for_a_new_person_has_no_password(administrator):
    page = administrator.get(ADD).content.decode()
    assert "password1" not in page
    assert 'type="password"' not in page


def test_a_link_works_once(administrator):
    link = link_on(invite(administrator, username="bo"))
    assert choose(link).status_code == 302
    assert choose(link, "another fine long password").status_code == 404
    assert User.objects.get(username="bo").check_password(NEW)


@pytest.mark.parametrize(("days", "status"), [(2.9, 302), (3.1, 404)])
def test_a_link_ends_after_three_days(administrator, clock, days, status):
    link = link_on(invite(administrator, username="bo"))
    clock.shift(days * DAY)
    assert choose(link).status_code == status


def test_another_link_ends_the_one_before(administrator):
    first = link_on(invite(administrator, username="bo"))
    page = password_page(User.objects.get(username="bo"))
    second = link_on(administrator.post(page, follow=True))
    assert choose(first).status_code == 404
    assert link_on(administrator.get(page)).split("-")[0] == second.split("-")[0]
    assert choose(second).status_code == 302


def test_a_form_that_was_open_when_the_link_ended_sets_nothing(administrator):
    link = link_on(invite(administrator, username="bo"))
    client = Client()
    opened = client.get(link, follow=True).request["PATH_INFO"]
    administrator.post(password_page(User.objects.get(username="bo")))
    assert client.post(opened, both(NEW)).status_code == 404
    assert not User.objects.get(username="bo").has_usable_password()


def test_an_account_that_is_off_has_no_link(administrator):
    link = link_on(invite(administrator, username="bo"))
    User.objects.filter(username="bo").update(is_active=False)
    assert choose(link).status_code == 404
    page = administrator.get(password_page(User.objects.get(username="bo")))
    assert "/join/" not in page.content.decode()


def test_every_link_that_does_not_work_looks_the_same(administrator, db):
    used = link_on(invite(administrator, username="bo"))
    choose(used)
    nobody = re.sub(r"join/[^/]+/", "join/OTk5OTk5/", used)
    forged = used[:-5] + "00000/"
    long = f"/admin/account/join/{'9' * 80}/set-password/"
    pages = [Client().get(each, follow=True) for each in (used, nobody, forged, long, "/admin/account/join/%00/x/")]
    assert [page.status_code for page in pages] == [404] * 5
    said = {
        on_one_line(page).split("<main")[-1].split("</main")[0].replace(page.request["PATH_INFO"], "") for page in pages
    }
    assert len({re.sub(r'value="[^"]{64}"', "", each) for each in said}) == 1


def test_guessing_at_links_is_slowed_down(administrator, client):
    link = link_on(invite(administrator, username="bo"))
    assert [client.get("/admin/account/join/MQ/x-y/").status_code for _try in range(20)] == [404] * 20
    assert client.get(link).status_code == 429
    assert type_password(client, "ada").status_code == 429, "one count for all ways in"


def test_a_weak_password_is_refused_and_costs_nobody_a_try(administrator):
    client = Client()
    opened = client.get(link_on(invite(administrator, username="bo")), follow=True).request["PATH_INFO"]
    for _try in range(25):
        assert client.post(opened, both("short")).status_code == 200
    assert "too short" in unescaped(client.post(opened, both("short")))
    assert client.post(opened, both(NEW)).status_code == 302


def test_a_lost_password_ends_at_once_and_the_second_step_stays(administrator):
    bo = make_staff("bo", is_superuser=False)
    at_work = sign_in(Client(), bo)
    assert at_work.get("/admin/").status_code == 200
    assert "/join/" not in administrator.get(password_page(bo)).content.decode(), "looking changes nothing"
    link = link_on(administrator.post(password_page(bo), follow=True))
    assert at_work.get("/admin/").status_code == 302
    assert type_password(Client(), "bo", PASSWORD).status_code == 200
    choose(link)
    assert type_password(Client(), "bo", NEW).url == "/admin/account/code/"


def test_a_link_opened_by_somebody_signed_in_signs_them_out(administrator):
    """Else a shared computer would go on under the administrator's name."""
    link = link_on(invite(administrator, username="bo"))
    choose(link, client=administrator)
    assert administrator.get("/admin/").status_code == 302


def test_who_makes_links_for_whom(administrator):
    root, bo = make_staff("root"), in_role("Publisher", "bo")
    assert administrator.post(password_page(root)).status_code == 403
    assert User.objects.get(pk=root.pk).check_password(PASSWORD)
    assert administrator.get(password_page(User.objects.get(username="ada"))).url == "/admin/account/password/"
    assert sign_in(Client(), bo).get(password_page(root)).status_code == 403
    assert administrator.get("/admin/auth/user/9999/password/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"), [({}, "Type a user name"), ({"username": "ADA"}, "already"), ({"username": "a b"}, "valid")]
)
def test_a_name_that_cannot_be_used_is_refused(administrator, typed, words):
    assert words in unescaped(invite(administrator, **typed))
    assert User.objects.count() == 1


def test_the_list_says_how_far_each_account_is(administrator):
    User.objects.filter(username="ada").update(password=make_password(PASSWORD))
    sign_in(administrator, User.objects.get(username="ada"))
    invite(administrator, username="bo")
    make_staff("carl", factor=False)
    make_staff("dora")
    make_staff("eve", is_active=False)
    page = on_one_line(administrator.get("/admin/auth/user/"))
    for words in ("invited: no password chosen yet", "no second step yet", "second step set up", "off: cannot sign in"):
        assert page.count(words) == 1 + (words == "second step set up"), words  # Ada and Dora


# Roles


def test_roles_say_what_they_let_somebody_do(administrator):
    page = unescaped(administrator.get(ADD))
    assert "<strong>Editor</strong>: changes services in the draft; changes questions" in page
    assert page.count("publishes for everyone") == 2
    editor = Group.objects.get(name="Editor")
    editor.permissions.add(Permission.objects.get(codename="publish_edition"))
    assert unescaped(administrator.get(ADD)).count("publishes for everyone") == 3, "by the rights of now"
    assert "publishes for everyone" in unescaped(administrator.get(page_of(editor)))


def test_saving_a_person_keeps_the_password(administrator):
    bo = make_staff("bo", is_superuser=False)
    assert save(administrator, bo, first_name="Bo").status_code == 302
    bo.refresh_from_db()
    assert (bo.first_name, bo.check_password(PASSWORD), bo.is_staff) == ("Bo", True, True)


# Activity


def lines(client, query=""):
    page = re.sub(r"<[^>]+>", " ", on_one_line(client.get(f"/admin/activity/{query}")).split("<ol")[1].split("</ol")[0])
    return re.sub(r"\s+", " ", page).strip()


def test_administrators_see_who_did_what_the_newest_first_of_all_or_of_one(administrator, clock):
    bo = in_role("Publisher", "bo", first_name="Bo", last_name="Lee")
    with history.recorded(bo, "save", rows=[Service.objects.filter(slug="rainn")]):
        Service.objects.filter(slug="rainn").update(assured_by="Bo")
    clock.shift(60)
    publish.rollback(1, bo, "RAINN is as it was")
    clock.shift(60)
    with history.recorded(bo, "update", rows=[models.Guidance.objects.all()]):
        models.Guidance.objects.update(rank=5)
    clock.shift(60)
    invite(administrator, username="carl")
    order = ["Ada Added", "carl", "Bo Lee Came with a newer release", "records", "Bo Lee Published",
             "RAINN is as it was", "Bo Lee Saved", "National Sexual Assault Hotline", "Checked by",
             "from the command line Published", "First edition"]  # fmt: skip
    said = lines(administrator)
    places = [said.find(words) for words in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    said = lines(administrator, f"?who={bo.pk}")
    assert "Bo Lee Saved" in said
    assert "Ada" not in said
    assert "command line" not in said
    assert "Ada" in lines(administrator, "?who=0"), "nobody of that number: everybody"
    assert "Ada" in lines(administrator, "?who=²&p=x")
    for _each in range(45):
        LogEntry.objects.log_actions(bo.pk, [bo], CHANGE, "Again", single_object=True)
    assert f'href="?who={bo.pk}&amp;p=2"' in administrator.get(f"/admin/activity/?who={bo.pk}").content.decode()
    assert "RAINN is as it was" in lines(administrator, f"?who={bo.pk}&p=2")


def test_only_administrators_see_it(administrator):
    publisher = sign_in(Client(), in_role("Publisher", "bo"))
    assert publisher.get("/admin/activity/").status_code == 403
    assert "/admin/activity/" not in publisher.get("/admin/editions/").content.decode()
    assert "/admin/activity/" in administrator.get("/admin/editions/").content.decode()
