"""The headers that keep pages private, the limit on bodies, and logs that tell nothing.

One middleware, the outermost, so that every answer passes it, whoever made it.
"""

import ipaddress
import logging
import traceback
from collections.abc import Callable

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from . import counts

PUBLIC_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Own origin only, no inline, no eval, no reporting (D2, D3)."""
STAFF_POLICY = PUBLIC_POLICY.replace("img-src 'self'", "img-src 'self' data:")
PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


class Request(WSGIRequest):
    """A request whose address is read as UTF-8, whatever charset it names.

    Django would read it by that one, before any middleware; `_refused` says what is wrong with it.
    """

    encoding = "utf-8"


def private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse bodies that are too large or not in UTF-8, set the headers, count the request."""
    from .public import pages

    def answer(request: HttpRequest) -> HttpResponse:
        staff = request.path_info.startswith(settings.ADMIN_PATH)
        if not staff:  # no public page knows a cookie: a stray one must not wake a session, and the database
            request.META.pop("HTTP_COOKIE", None)
        # The thread may still speak the language of the request before.
        translation.activate(_language(request, staff))
        wrong = _refused(request, staff)
        response = pages.error(request, wrong) if wrong else get_response(request)
        _protect(response, staff)
        _count(request, response)
        return response

    return answer


def loopback_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer this machine and nobody else (``settings.DEV``)."""

    def answer(request: HttpRequest) -> HttpResponse:
        if ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return get_response(request)
        return HttpResponse(status=403)

    return answer


def _language(request: HttpRequest, staff: bool) -> str:
    """By the path; on the staff's pages the one that the person chose, else one that the browser asks for."""
    if staff:
        return translation.get_language_from_request(request)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def _refused(request: HttpRequest, staff: bool) -> int | None:
    """The status with which a request is turned away unread; None: it may go on."""
    # Python knows encodings that are none of text (zlib, hex): reading a form by one of them would raise.
    if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
        return 400
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.STAFF_BODY_LIMIT if staff else settings.PUBLIC_BODY_LIMIT
    return 413 if not length.isdecimal() or len(length) > 9 or int(length) > most else None


def _protect(response: HttpResponse, staff: bool) -> None:
    response["Content-Security-Policy"] = STAFF_POLICY if staff else PUBLIC_POLICY
    response["Permissions-Policy"] = PERMISSIONS
    response["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
    response["Cross-Origin-Opener-Policy"] = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    if "immutable" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = "no-store"
        response.setdefault("Content-Language", translation.get_language())
    if staff:
        patch_vary_headers(response, ["Accept-Language", "Cookie"])


def _count(request: HttpRequest, response: HttpResponse) -> None:
    """Count it by method, pattern of the path (never the path as typed) and status (D5)."""
    try:
        where = "/" + (request.resolver_match or resolve(request.path_info)).route
    except Resolver404:
        where = (
            "(static)"
            if request.path_info.startswith(settings.STATIC_URL) and response.status_code < 400
            else "(unknown)"
        )
    method = request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "OTHER"
    counts.count(method or "OTHER", where, response.status_code)


class Bare(logging.Formatter):
    """A log line without what a person sent: of an exception, only its kind and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """The message alone; Django's own messages name paths, so of those only the logger is kept."""
        line = record.getMessage() if record.name.startswith("navigator") else f"{record.levelname} {record.name}"
        if record.exc_info and record.exc_info[0]:
            places = traceback.extract_tb(record.exc_info[2])
            line += f" {record.exc_info[0].__name__} at " + " < ".join(
                f"{place.filename}:{place.lineno} {place.name}" for place in reversed(places)
            )
        return line
