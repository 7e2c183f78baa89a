"""Staff sign-in: nothing opens without a second factor, guessing is slowed down, and nothing else changes."""

import datetime as dt
import io
import time
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from .accounts import PASSWORD, SECRET, make_staff, sign_in

LOGIN = "/admin/account/login/"
CODE = "/admin/account/code/"
ENROL = "/admin/account/app/"


@pytest.fixture(autouse=True)
def no_tries_yet():
    caches["addresses"].clear()


def code(secret=SECRET, steps=0):
    """What the app shows now, or some steps of 30 seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def type_password(client, username="staff", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": username, "password": password, **more})


# Signing in


def test_password_and_code_opens_the_staff_site(client, staff):
    assert type_password(client).url == CODE
    assert client.get("/admin/").status_code == 302
    assert client.post(CODE, {"code": code()}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client, staff):
    asked = client.get("/admin/auth/user/?q=a")
    assert asked.url == f"{LOGIN}?next=%2Fadmin%2Fauth%2Fuser%2F%3Fq%3Da"
    assert 'name="next" value="/admin/auth/user/?q=a"' in client.get(asked.url).content.decode()
    type_password(client, next="/admin/auth/user/?q=a")
    assert client.post(CODE, {"code": code()}).url == "/admin/auth/user/?q=a"


def test_sign_in_never_leads_to_another_site(client, staff):
    type_password(client, next="https://evil.example/")
    assert client.post(CODE, {"code": code()}).url == "/admin/"


def test_the_admin_log_in_page_leads_to_ours(client, staff):
    assert client.get("/admin/login/?next=/admin/auth/").url == f"{LOGIN}?next=%2Fadmin%2Fauth%2F"
    assert client.post("/admin/login/", {"username": "staff", "password": PASSWORD}).url.startswith(LOGIN)
    assert client.get("/admin/").status_code == 302


def test_a_wrong_password_an_unknown_name_and_an_outsider_look_the_same(client, staff):
    make_staff("gone", is_active=False)
    make_staff("visitor", is_staff=False, is_superuser=False)
    pages = [
        type_password(Client(), *pair).content
        for pair in [("staff", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("visitor", PASSWORD)]
    ]
    said = [page.split(b'role="alert">')[1].split(b"<")[0] for page in pages]
    assert len(set(said)) == 1
    assert b"not right" in said[0]


def test_a_wrong_code_opens_nothing(client, staff):
    type_password(client)
    assert b"This code is not right" in client.post(CODE, {"code": "000000"}).content
    assert client.get("/admin/").status_code == 302


def test_a_code_from_a_clock_half_a_minute_off_is_taken_and_an_older_one_is_not(client, staff):
    type_password(client)
    assert client.post(CODE, {"code": code(steps=-2)}).status_code == 200
    assert client.post(CODE, {"code": code(steps=-1)}).status_code == 302


def test_a_code_is_taken_once_for_as_long_as_it_can_be_valid(client, staff, clock):
    typed = code(steps=1)
    type_password(client)
    client.post(CODE, {"code": typed})
    clock.shift(45)
    second = Client()
    type_password(second)
    assert second.post(CODE, {"code": typed}).status_code == 200
    assert second.get("/admin/").status_code == 302


def test_start_again_forgets_who_was_signing_in(client, staff):
    type_password(client)
    assert client.get(LOGIN).url == CODE
    assert client.post("/admin/account/other/").url == LOGIN
    assert client.get(LOGIN).status_code == 200


# The second factor


def test_the_first_sign_in_sets_up_a_second_factor(client, db):
    make_staff(factor=False)
    assert type_password(client).url == "/admin/"
    for closed in ("/admin/", "/admin/auth/user/", "/admin/account/", "/admin/account/password/", "/admin/map/"):
        assert client.get(closed).url == ENROL, closed
    shown = client.get(ENROL).context["form"].secret
    done = client.post(ENROL, {"code": code(shown)})
    assert done.url == "/admin/account/recovery/"
    page = client.get(done.url)
    assert len(page.context["unused_codes"]) == 10
    assert page.context["unused_codes"][0] in page.content.decode()
    again = client.get(done.url)
    assert page.context["unused_codes"][0] not in again.content.decode()
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_lets_in_once(client, staff):
    sign_in(client, staff)
    client.post("/admin/account/again/", {"password": PASSWORD})
    client.post("/admin/account/recovery/new/")
    kept = client.get("/admin/account/recovery/").context["unused_codes"]
    for expected in (302, 200):
        lost = Client()
        type_password(lost)
        assert lost.post(CODE, {"code": kept[0]}).status_code == expected


def test_a_session_that_never_showed_the_factor_is_ended(client, staff):
    client.force_login(staff)
    assert client.get("/admin/").url == LOGIN
    assert "_auth_user_id" not in client.session


def test_a_mark_of_one_account_does_not_open_another(client, staff):
    sign_in(client, staff)
    client.force_login(make_staff("second"))
    session = client.session
    session["second_factor_of"] = staff.pk
    session.save()
    assert client.get("/admin/").url == LOGIN


def test_an_account_that_is_no_longer_staff_is_refused(staff_client, staff):
    get_user_model().objects.filter(pk=staff.pk).update(is_staff=False)
    assert staff_client.get("/admin/").status_code == 403
    assert staff_client.get("/admin/account/").status_code == 403


def test_removing_the_factor_asks_who_it_is_and_closes_the_desk(staff_client):
    assert staff_client.get("/admin/account/app/remove/").url.startswith("/admin/account/again/")
    staff_client.post("/admin/account/again/?next=/admin/account/app/remove/", {"password": PASSWORD})
    staff_client.post("/admin/account/app/remove/")
    assert staff_client.get("/admin/").url == ENROL


def test_secrets_are_sealed_in_the_database(client, db, settings):
    make_staff(factor=False)
    type_password(client)
    shown = client.get(ENROL).context["form"].secret
    client.post(ENROL, {"code": code(shown)})
    kept = Authenticator.objects.get(type="totp")
    assert shown not in str(kept.data)
    assert kept.wrap().validate_code(code(shown, steps=-1))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key " * 6
    assert kept.wrap().validate_code(code(shown, steps=1))
    settings.SECRET_KEY_FALLBACKS = []
    assert not kept.wrap().validate_code(code(shown))


def test_a_new_key_with_factors_sealed_anew_locks_nobody_out(client, staff, settings):
    """As docs/hosting.md has it, "Changing the key"."""
    sign_in(client, staff)
    client.post("/admin/account/again/", {"password": PASSWORD})
    client.post("/admin/account/recovery/new/")
    kept = client.get("/admin/account/recovery/").context["unused_codes"]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key " * 6
    call_command("seal_factors", stdout=(said := io.StringIO()))
    assert said.getvalue().startswith("2 second factors are sealed")
    settings.SECRET_KEY_FALLBACKS = []
    for shown in (code(), kept[0]):
        again = Client()
        type_password(again)
        assert again.post(CODE, {"code": shown}).url == "/admin/"


def test_factors_that_no_key_opens_are_named_and_left_as_they_are(staff, settings):
    before = Authenticator.objects.get(user=staff).data
    settings.SECRET_KEY = "a new key " * 6
    with pytest.raises(CommandError, match="those of staff"):
        call_command("seal_factors")
    assert Authenticator.objects.get(user=staff).data == before


def test_allauths_tables_are_off_the_desk(staff_client):
    for where in ("mfa/authenticator/", "account/emailaddress/"):
        assert staff_client.get(f"/admin/{where}").status_code == 404


# A lost factor


def test_the_command_resets_a_factor_and_ends_the_sessions(staff_client, staff, capsys):
    bystander = sign_in(Client(), make_staff("bystander"))
    call_command("reset_factor", "staff")
    assert staff_client.get("/admin/").url == f"{LOGIN}?next=%2Fadmin%2F"
    assert not Authenticator.objects.filter(user=staff).exists()
    assert bystander.get("/admin/").status_code == 200
    type_password(staff_client)
    assert staff_client.get("/admin/").url == ENROL
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_factor", "nobody")


def reset(client, user):
    return client.post("/admin/auth/user/", {"action": "reset_factors", "_selected_action": [user.pk]}, follow=True)


def test_an_administrator_resets_a_lost_factor(staff_client):
    lost = make_staff("lost", is_superuser=False)
    assert b"sets up a new second factor" in reset(staff_client, lost).content
    assert not Authenticator.objects.filter(user=lost).exists()


def test_only_who_may_change_accounts_resets_and_never_upwards(client, staff, django_user_model):
    from django.contrib.auth.models import Permission

    helper = make_staff("helper", is_superuser=False)
    helper.user_permissions.add(Permission.objects.get(codename="view_user"))
    sign_in(client, helper)
    reset(client, staff)
    assert Authenticator.objects.filter(user=staff).exists()
    helper.user_permissions.add(Permission.objects.get(codename="change_user"))
    assert b"only an administrator" in reset(client, staff).content
    assert Authenticator.objects.filter(user=staff).exists()


# Guessing


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(staff, clock):
    for number in range(5):
        assert type_password(Client(REMOTE_ADDR=f"192.0.2.{number}"), password="wrong").status_code == 200
    locked = type_password(Client(REMOTE_ADDR="192.0.2.99"))
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert b"At 12:16 p.m. you can try again" in locked.content
    assert b"911" in locked.content
    clock.shift(dt.timedelta(minutes=15, seconds=1))
    assert type_password(Client()).url == CODE


def test_five_wrong_codes_lock_the_account(client, staff):
    type_password(client)
    for _ in range(5):
        assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert client.post(CODE, {"code": code()}).status_code == 429


def test_one_address_that_tries_many_accounts_is_stopped_alone(staff):
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    for number in range(20):
        assert type_password(guesser, f"person{number}", "wrong").status_code == 200
    assert type_password(guesser).status_code == 429
    assert type_password(Client(REMOTE_ADDR="192.0.2.8")).url == CODE


def test_behind_a_proxy_that_names_no_address_strangers_lock_nobody_out(staff, settings):
    settings.BEHIND_PROXY = True
    for number in range(25):
        assert type_password(Client(), f"person{number}", "wrong").status_code == 200
    assert type_password(Client()).url == CODE
    for _ in range(5):
        type_password(Client(), password="wrong")
    assert type_password(Client()).status_code == 429


def test_forms_that_fail_the_csrf_check_are_not_counted(staff):
    for _ in range(25):
        assert type_password(Client(enforce_csrf_checks=True)).status_code == 403
    assert type_password(Client()).url == CODE


def test_signing_in_rightly_is_never_counted(staff, clock):
    for _ in range(25):
        assert type_password(Client()).url == CODE


@pytest.mark.parametrize(
    ("behind", "forwarded", "remote", "expected"),
    [
        (False, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (True, "6.6.6.6, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (True, "", "127.0.0.1", ""),
        (False, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (False, "", "", ""),
    ],
)
def test_the_address_is_the_one_that_we_may_believe(rf, settings, behind, forwarded, remote, expected):
    from navigator.staff import guessing

    settings.BEHIND_PROXY = behind
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert guessing.address(rf.post(LOGIN, headers=headers, REMOTE_ADDR=remote)) == expected


def test_no_address_reaches_the_database_or_the_log(staff, caplog):
    visitor = Client(REMOTE_ADDR="192.0.2.123")
    type_password(visitor, password="wrong")
    type_password(visitor)
    visitor.post(CODE, {"code": "000000"})
    visitor.post(CODE, {"code": code()})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                assert "192.0.2.123" not in str(row), table
    assert "192.0.2.123" not in caplog.text


# The session, the password, the cookies


def test_a_session_ends_after_thirty_minutes_without_a_request(staff_client, clock):
    for _ in range(6):
        clock.shift(dt.timedelta(minutes=29))
        assert staff_client.get("/admin/").status_code == 200
    clock.shift(dt.timedelta(minutes=30, seconds=1))
    assert staff_client.get("/admin/").url == f"{LOGIN}?next=%2Fadmin%2F"


def test_a_real_sign_in_ends_when_idle_too_and_with_the_browser(client, staff, clock):
    type_password(client)
    done = client.post(CODE, {"code": code()})
    assert not done.cookies["sessionid"]["max-age"]
    clock.shift(dt.timedelta(minutes=29))
    assert client.get("/admin/").status_code == 200
    clock.shift(dt.timedelta(minutes=30, seconds=1))
    assert client.get("/admin/").status_code == 302


def test_the_password_is_changed_by_the_rules(staff_client, staff):
    change = reverse("account_change_password")
    typed = {"oldpassword": PASSWORD}
    for weak in ("short", "123456789012345", "password1234"):
        assert staff_client.post(change, {**typed, "password1": weak, "password2": weak}).status_code == 200, weak
    assert staff_client.get("/admin/password_change/").url == change
    strong = str(uuid.uuid4())
    assert staff_client.post(change, {**typed, "password1": strong, "password2": strong}).status_code == 302
    assert staff_client.get("/admin/").status_code == 200
    staff.refresh_from_db()
    assert staff.check_password(strong)


def test_staff_cookies_stay_on_the_admin_path(client, staff):
    answers = [client.get("/admin/"), client.get(LOGIN), type_password(client), client.post(CODE, {"code": code()})]
    answers.append(client.get("/admin/"))
    # An action that leaves a message for the next page: Django would put it into a cookie on the path "/".
    answers.append(
        client.post("/admin/auth/user/", {"action": "reset_factors", "_selected_action": [make_staff("b").pk]})
    )
    cookies = [cookie for answer in answers for cookie in answer.cookies.values()]
    assert {cookie.key for cookie in cookies} == {"csrftoken", "sessionid"}
    for cookie in cookies:
        assert (cookie["path"], cookie["samesite"], bool(cookie["httponly"])) == ("/admin/", "Strict", True)


@pytest.mark.parametrize("path", [LOGIN, "/admin/account/signup/", "/admin/account/password/reset/"])
def test_there_is_no_signing_up_and_no_reset_by_mail(client, db, path):
    page = client.get(path, follow=True).content.decode()
    assert "sign up" not in page.lower()
    assert client.get(path).status_code == (200 if path == LOGIN else 302)


def test_the_pages_hold_nothing_inline_and_help_password_managers(client, staff):
    page = client.get(LOGIN).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    type_password(client)
    assert 'autocomplete="one-time-code"' in client.get(CODE).content.decode()
    sign_in(client, staff)
    for path in (LOGIN, CODE, "/admin/account/", "/admin/account/password/"):
        page = client.get(path, follow=True).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert "onclick" not in page


# The public pages stay as they were


def test_public_pages_set_no_cookie_and_ask_no_database(client, django_assert_num_queries, staff):
    client.cookies.clear()
    with django_assert_num_queries(0):
        for answer in (client.get("/"), client.post("/", {"g": "next"}), client.get("/all/"), client.get("/es/")):
            assert answer.status_code == 200
            assert not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")


def test_public_pages_do_not_look_at_a_staff_cookie(staff_client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = staff_client.get("/")
    assert not answer.cookies


def test_the_cookies_of_staff_stop_working_half_an_hour_after_the_last_click(staff, clock):
    client = Client(enforce_csrf_checks=True)
    page = client.get(LOGIN)
    for _ in range(3):
        assert page.cookies["csrftoken"]["max-age"] == 1800
        clock.shift(dt.timedelta(minutes=29))
        page = client.get(LOGIN)
    typed = {"login": "staff", "password": "wrong", "csrfmiddlewaretoken": page.context["csrf_token"]}
    answer = client.post(LOGIN, typed)
    assert answer.status_code == 200
    assert answer.cookies["csrftoken"]["max-age"] == 1800
