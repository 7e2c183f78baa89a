"""A link by which somebody chooses a password of their own, so that no administrator ever knows it.

Nothing of a link is kept: it is signed, and holds for one state of the account. It works once, and no longer once a
password is set by it, somebody signed in, its days are over, or a newer link was asked for.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

DAYS = settings.PASSWORD_RESET_TIMEOUT // 86400
"""For how many days a link is good."""


class Invitation(PasswordResetTokenGenerator):
    """Django's token; one of ours is good for nothing else."""

    key_salt = "navigator.staff.invitations"


def link(request: HttpRequest, user: Any) -> tuple[str, dt.datetime]:
    """The whole address of a link for an account, and until when it is good."""
    where = urlsafe_base64_encode(force_bytes(user.pk)), Invitation().make_token(user)
    until = timezone.now() + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return request.build_absolute_uri(reverse("account_join", args=where)), until


def void(user: Any) -> None:
    """End the password of an account, its sessions and every link made for it: each holds for the password of then."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


class Join(PasswordResetConfirmView):
    """Choose a password; signing in comes next, and with it the second factor.

    Django takes the token out of the address first. A link that does not work is 404, whatever is wrong with it: the
    brake on guessing counts those (guessing.py), and nobody learns whether there is such an account.
    """

    token_generator = Invitation()
    template_name = "account/join.html"
    success_url = reverse_lazy("account_login")

    def get_user(self, uidb64: str) -> Any:
        """The account, if it may sign in."""
        user = super().get_user(uidb64)
        return user if user and user.is_active and user.is_staff else None

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The form, or that the link does not work."""
        return super().render_to_response({**context, "days": DAYS}, status=200 if self.validlink else 404, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password; whoever was signed in here before is no longer."""
        answer = super().form_valid(form)
        logout(self.request)
        messages.success(self.request, _("Your password is set. Sign in with it now."))
        return answer
