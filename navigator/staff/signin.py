"""Staff sign-in: a password and a second factor for every account. The brake on guessing: guessing.py.

django-allauth does the work; here stand the few views of it that we use, the guard that lets nobody past
without a second factor, and what we decide differently (docs/decisions/0005-staff-sign-in.md).
"""

import base64
import logging
import secrets
from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import views as mfa
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.signals import authenticator_used
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY, get_user_model, logout
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, resolve, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from navigator.public import pages

from .guessing import RIGHT, clear_expired, slowed, too_many
from .invitations import Join
from .sealing import seal
from .sessions import SessionStore
from .typed import kept

log = logging.getLogger(__name__)


@require_POST
def other(request: HttpRequest) -> HttpResponse:
    """Forget who was signing in, and start again."""
    logout(request)
    return redirect("account_login")


JOIN = "account_join"
urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("other/", other, name="account_other"),
    path("join/<str:uidb64>/<str:token>/", Join.as_view(), name=JOIN),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("", mfa.index, name="mfa_index"),
    path("code/", mfa.authenticate, name="mfa_authenticate"),
    path("code/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("app/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("keys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("keys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("keys/again/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
"""Of allauth's views, those that a staff member needs: no sign-up, no e-mail, no reset by mail. And our own."""


# The guard

SIGN_IN = {"account_login", "mfa_authenticate"}
"""Where somebody who is not signed in may type a password or a code."""
OPEN = SIGN_IN | {JOIN, "account_other", "admin:logout", "set_language"}
ENROL = {"mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
"""All that an account without a second factor can open: the pages that give it one."""
MARK = "second_factor_of"
"""In the session: the account that showed its second factor here."""
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: no staff page opens without a second factor, and guessing is slowed down.

    Public pages pass untouched: neither session nor account is looked at.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.ADMIN_PATH):
            return get_response(request)
        if "CSRF_COOKIE" in request.META:  # good for half an hour after the last click, as the session is
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
        name = resolve(request.path_info).view_name
        if request.method == "POST" and name in SIGN_IN:
            response = slowed(request, get_response)
            if response.status_code < 500:
                clear_expired()
            return response
        if name == JOIN:
            return slowed(request, get_response, right=(200, *RIGHT))
        if away := _sent_away(request, name):
            return away
        response = get_response(request)
        if name in ENROL and has_factor(request.user):  # set up just now, or shown before
            _mark(request, request.user)
        return response

    return answer


def _sent_away(request: HttpRequest, name: str) -> HttpResponse | None:
    """Where a request has to go first; None: it may go on."""
    user = request.user
    if name in OPEN:
        return None
    if not user.is_authenticated and name.startswith("admin:") and (page := kept(request)):
        return page
    if name == "admin:login" or not user.is_authenticated:
        following = request.GET.get("next", "") if name == "admin:login" else request.get_full_path()
        return redirect(f"{reverse('account_login')}?{urlencode({'next': following})}")
    if not user.is_staff:
        return pages.forbidden(request)
    if not has_factor(user):
        return None if name in ENROL else redirect("mfa_activate_totp")
    if request.session.get(MARK) != user.pk:
        logout(request)
        return redirect("account_login")
    return None


def has_factor(user: Any) -> bool:
    """Whether the account has a second factor. Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


@receiver(authenticator_used)
def _mark(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Note in the session that this account has shown a second factor."""
    request.session[MARK] = user.pk


# What we decide differently from allauth

BETTER = (
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
    gettext_noop("Welcome,"),
    gettext_noop("History"),
)
"""Words of allauth's and Django's pages that our catalogue says better, and as ours do."""


class Accounts(DefaultAccountAdapter):
    """Staff accounts alone, made by an administrator; told apart by nothing but success."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is not right. Check both and try again."),
        "incorrect_password": _("This password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whose wrong passwords are counted together: those of one name. (allauth: of one Host header and name.)"""
        return str(credentials["username"]).lower()

    def get_login_stages(self) -> list[str]:
        """After the password, the second factor and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The account of a staff member that may sign in. Any other fails as a wrong password does."""
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active and user.is_staff else None

    def validation_error(self, code: str, *args: Any) -> Exception:
        """What was wrong, for the form. Raises ImmediateHttpResponse (429) when there were too many tries."""
        if code in ("too_many_login_attempts", "rate_limited"):
            raise ImmediateHttpResponse(too_many(self.request))
        return super().validation_error(code, *args)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask for the password again: not of somebody who signed in a few minutes ago."""
        records = get_authentication_records(self.request, self.request.user)
        recent = timezone.now().timestamp() - SIGNED_IN_RECENTLY
        return not any(record["at"] > recent for record in records)


SIGNED_IN_RECENTLY = 300
"""Seconds."""


class Factors(DefaultMFAAdapter):
    """Second factors, kept sealed: a copy of the database alone does not let anybody in."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next one and type it as soon as it shows."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret under the site's key."""
        return seal("factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret. Where the key is another one, no code fits, and the factor has to be reset."""
        try:
            return seal("factor").decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("a second factor cannot be read: SECRET_KEY has changed (manage.py reset_factor)")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """A name to start from for a new key."""
        return gettext("Key %(number)s") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}


SEALED = ("secret", "seed")
"""What is sealed of a second factor: the secret of an app, the seed of recovery codes."""


@transaction.atomic
def seal_factors() -> tuple[int, list[str]]:
    """Seal every second factor under the key of today; how many, and the accounts with one that no key opens."""
    sealed, lost = 0, set()
    for factor in Authenticator.objects.select_related("user").select_for_update(of=("self",)):
        kept = {name: factor.data[name] for name in SEALED if name in factor.data}
        try:
            factor.data |= {name: seal("factor").rotate(text.encode()).decode() for name, text in kept.items()}
        except InvalidToken:
            lost.add(factor.user.get_username())
            continue
        factor.save(update_fields=["data"])
        sealed += bool(kept)
    return sealed, sorted(lost)


class Once:
    """A code form that takes each code once, for as long as it can be valid (RFC 6238, section 5.2).

    allauth remembers a code for one period; we allow one period either side for clocks that go wrong.
    """

    user: Any

    def clean_code(self) -> str:
        """The code. Raises ValidationError for one that is wrong or was used."""
        code: str = super().clean_code()  # type: ignore[misc]
        bare = "".join(filter(str.isalnum, code)).lower()  # allauth takes “123-456” for “123456”
        used = salted_hmac("navigator.signin.code", f"{self.user.pk} {bare}").hexdigest()
        if not cache.add(used, True, 90):
            raise Factors().validation_error("incorrect_code")
        return code


class CodeForm(Once, AuthenticateForm):
    """The code that is asked for after the password."""


class CodeAgainForm(Once, ReauthenticateForm):
    """The code that is asked for before something that matters."""


# A lost factor


def reset_factor(user: Any) -> None:
    """Take away an account's second factor and end its sessions: the next sign-in sets up a new one."""
    Authenticator.objects.filter(user=user).delete()
    for session in Session.objects.all():
        if SessionStore().decode(session.session_data).get(SESSION_KEY) == str(user.pk):
            session.delete()


@admin.action(permissions=["change"], description=_("Reset the second factor (lost phone)"))
def reset_factors(model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> None:
    """Reset the chosen accounts; one of full power only by somebody of full power."""
    for user in queryset:
        if user.is_superuser and not request.user.is_superuser:
            refused = gettext("%(user)s: only an administrator can reset an administrator's second factor.")
            model_admin.message_user(request, refused % {"user": user}, messages.ERROR)
            continue
        reset_factor(user)
        model_admin.log_change(request, user, gettext("Second factor reset."))
        done = gettext("%(user)s signs in with the password next time and sets up a new second factor.")
        model_admin.message_user(request, done % {"user": user}, messages.SUCCESS)


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL)
def _stays(instance: Any, **kwargs: Any) -> None:
    """With an account Django would delete its lines of the log: one that has any is not deleted, by whatever way."""
    if lines := LogEntry.objects.filter(user=instance)[:1]:
        raise ProtectedError("The log names this account: take away “active” instead.", set(lines))


def settle(site: admin.AdminSite) -> None:
    """Put the reset beside the accounts; keep allauth's tables, secrets among them, off the staff pages."""
    for model in [model for model in site._registry if model.__module__.startswith("allauth.")]:
        site.unregister(model)
    accounts = site.get_model_admin(get_user_model())
    accounts.actions = [*(accounts.actions or ()), reset_factors]
