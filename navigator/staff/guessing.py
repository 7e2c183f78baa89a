"""The brake on guessing: per account by allauth (settings.ACCOUNT_RATE_LIMITS, cache.py), per address here."""

import contextlib
import datetime as dt
import ipaddress
import logging
import secrets
from collections.abc import Callable, Collection

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from navigator.public import pages

from . import cache
from .sessions import SessionStore

log = logging.getLogger(__name__)

TRIES = 20
"""Failed tries from one address before it has to wait. Many people may share an office's address."""
_PEPPER = secrets.token_bytes(32)
"""Known to this process alone: what it counts cannot be traced back to an address, even by us."""


RIGHT = (302, 403)
"""A right password leads on to the next page (302); what fails the CSRF check (403) has guessed at nothing."""


def slowed(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse], right: Collection[int] = RIGHT
) -> HttpResponse:
    """Answer a password, a code or a link, unless too many from the same address were wrong."""
    known = address(request)
    if not known:  # one count for everybody would let a stranger lock all of staff out
        return get_response(request)
    counted = caches["addresses"]
    key = salted_hmac("navigator.signin", known, secret=_PEPPER, algorithm="sha256").hexdigest()
    if counted.get(key, 0) >= TRIES:
        return too_many(request)
    response = get_response(request)
    if response.status_code not in right:
        counted.add(key, 0, settings.LOCKED_MINUTES * 60)
        with contextlib.suppress(ValueError):  # it ran out in between
            counted.incr(key)
    return response


def address(request: HttpRequest) -> str:
    """Where a request comes from, as far as we may believe it; of an IPv6 address, the network (/64).

    Empty where nobody says: behind a proxy, the other end is the proxy, the same for everyone.
    """
    if settings.BEHIND_PROXY:
        found = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    else:
        found = request.META.get("REMOTE_ADDR", "")
    try:
        parsed = ipaddress.ip_address(found)
    except ValueError:
        return found
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, with the time at which it can be tried again, and the main numbers as on every error page."""
    again = timezone.localtime() + dt.timedelta(minutes=settings.LOCKED_MINUTES + 1)
    context = {"status": 429, "main": pages.main_numbers(), "minutes": settings.LOCKED_MINUTES, "again": again}
    response = pages.page(request, "account/too_many.html", context, status=429)
    response["Retry-After"] = str(settings.LOCKED_MINUTES * 60)
    return response


def clear_expired() -> None:
    """Delete the counts and the sessions whose time is over: at every try to sign in, for a host has no scheduler."""
    try:
        with transaction.atomic():
            cache.clear_expired()
            SessionStore.clear_expired()
    except DatabaseError as error:  # two tries at once may get into each other's way: the next one does it
        log.error("what ran out could not be cleared: %s", type(error).__name__)
