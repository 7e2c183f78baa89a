"""What every public page shares: methods, forms, its frame; the pages that are the same for all; errors."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_info, override
from django.views.decorators.csrf import csrf_exempt

from navigator.editions import in_force
from navigator.editions.in_force import NoEdition

from . import cards, page_cache, sizes

View = Callable[..., HttpResponse]
log = logging.getLogger(__name__)


def allow(*methods: str) -> Callable[[View], View]:
    """Answer these methods, and OPTIONS; any other gets a page that says so (405)."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                return view(request, *args, **kwargs)
            response = HttpResponse(status=204) if request.method == "OPTIONS" else error(request, 405)
            response["Allow"] = ", ".join((*methods, "OPTIONS"))
            return response

        # What only reads has nothing to forge; Django's check would answer 403 before we say 405.
        return inner if "POST" in methods else csrf_exempt(inner)

    return decorate


def posted_form(request: HttpRequest) -> dict[str, list[str]] | None:
    """The form that a page of ours sent; None if there is none; empty if it is no form."""
    if request.method != "POST" or not same_origin(request):
        return None
    body = request.body if request.content_type == "application/x-www-form-urlencoded" else b""
    return parse_qs(body.decode(errors="replace"), keep_blank_values=True)  # a body is short: the middleware sees to it


def same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that the request comes from a page of ours, or cannot say (E2)."""
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.META.get("HTTP_ORIGIN")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def page(request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """A whole page, with what every page shows: the languages and the main numbers."""
    name = page_cache.encoding(request)
    html = render_to_string(template, {**base_context(request), **(context or {})})
    response = page_cache.reply(sizes.pack(html, name, sizes.PAGE), name)
    response.status_code = status
    return response


def base_context(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page needs."""
    language = get_language() or settings.LANGUAGE_CODE
    preview = getattr(request, "preview", None)
    match = request.resolver_match
    name = preview.name if preview else match.view_name if match else ""
    return {
        "site_name": settings.SITE_NAME,
        "language": get_language_info(language),
        "languages": [_language(code, name if name in PUBLIC else "question") for code, _name in settings.LANGUAGES],
        "htmx_config": HTMX_CONFIG,
        "preview": preview,
    }


HTMX_CONFIG = json.dumps(
    {
        "history": False,
        "defaultTimeout": 8000,
        "includeIndicatorCSS": False,
        "extensions": "none",
        "noSwap": [204, 304, "4xx", "5xx"],
    }
)
"""Nothing in the history, nothing inline, no longer than 8 seconds, no error in place of a step (D2, E6, E8)."""
PUBLIC = ("question", "all", "worksheet", "safety", "privacy", "accessibility", "about")


def _language(code: str, name: str) -> dict[str, Any]:
    with override(code):
        return {**get_language_info(code), "path": reverse(name), "start": reverse("question")}


# The small pages


@allow("GET", "HEAD")
def static_page(request: HttpRequest, template: str) -> HttpResponse:
    """A page that is the same for everyone."""
    return page(request, template, {"operator": settings.OPERATOR, "reports": settings.NUMBER_REPORTS})


@allow("GET", "HEAD")
def leave(request: HttpRequest) -> HttpResponse:
    """A blank page that goes on to the operator's exit site."""
    return HttpResponse(render_to_string("leave.html", {"exit_url": settings.EXIT_URL}))


@allow("GET", "HEAD")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 and the number of the edition while this process can serve the public."""
    try:
        return JsonResponse({"edition": in_force.current().number})
    except NoEdition:
        return JsonResponse({"edition": None}, status=503)


# Errors: each says what to do next, and none needs the database


def error(request: HttpRequest, status: int) -> HttpResponse:
    """A page for an error, with 911 and the main numbers."""
    if in_force.current_or_none() is None:
        return HttpResponse(LAST_RESORT, status=status)
    return page(request, "error.html", {"status": status, "main": main_numbers()}, status)


def main_numbers() -> list[cards.Card]:
    """The main services of the edition in force, as every error page shows them."""
    edition = in_force.current_or_none()
    return [cards.of(edition, service) for service in edition.main] if edition else []


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403, also where Django's CSRF check fails."""
    return error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. If even the page for it cannot be made, the numbers alone."""
    try:
        return error(request, 500)
    except Exception:
        log.exception("the page for errors failed")
        return HttpResponse(LAST_RESORT, status=500)


LAST_RESORT = (settings.BASE_DIR / "templates" / "unavailable.html").read_text()
"""The numbers where there is no edition to take them from; nginx shows the same page (docs/decisions/0010)."""
