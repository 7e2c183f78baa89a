"""The public pages: the question, the outcome, all services, the leave page, the small pages.

Nothing here touches the database, sets a cookie or keeps a thing about the person.
"""

import functools
import hashlib
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from services import records
from services.models import Service

from . import answers, cards, directory, editions, flow, memory, paths, search
from .answers import Step
from .editions import Edition, NoEdition
from .templatetags.words import t

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


def page(request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """A whole page, with what every page shows: the languages and the main numbers."""
    return HttpResponse(render_to_string(template, {**frame(request), **(context or {})}), status=status)


def frame(request: HttpRequest) -> dict[str, Any]:
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


# The question and the outcome


@csrf_exempt  # no cookie, no side effect; the origin is checked by `same_origin` (E2)
@sensitive_post_parameters()
@allow("GET", "HEAD", "POST")
def question(request: HttpRequest) -> HttpResponse:
    """The first question; by POST, the step after the move just made."""
    try:
        return respond(request, editions.current())
    except NoEdition:
        return error(request, 503)


def respond(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The step that a request leads to, in this edition: kept from an equal request, or made now (memory.py)."""
    posted = _posted(request)
    whole = "HTTP_HX_REQUEST" not in request.META or request.META.get("HTTP_HX_REQUEST_TYPE") == "full"
    name = memory.encoding(request)
    key = (get_language(), whole, name, posted)
    page = edition.steps.get(key) or edition.outcomes.get(key)
    if page is None:
        step, ticked, notice = _moved(edition.flow, posted)
        page = (edition.outcomes if step.done else edition.steps).page(
            # Whatever does not open gets one page, so that nobody pushes good ones out with made-up forms.
            ("anew", *key[:3]) if notice else key,
            lambda: memory.compress(render_step(request, edition, step, ticked, notice, whole=whole).encode(), name),
        )
    response = memory.reply(page, name, "HX-Request, HX-Request-Type")
    response["X-Robots-Tag"] = "noindex" if request.method == "POST" else "index"
    return response


class Posted(NamedTuple):
    """What a page of ours sends: the sealed answers, the move and the position of the choice."""

    token: str
    made: str
    position: str


def _posted(request: HttpRequest) -> Posted | None:
    """The form that a page of ours sent; None if there is none; empty if it is no form.

    Whatever else it holds, and whatever is longer than we send, is dropped: it would make equal forms differ.
    """
    if request.method != "POST" or not same_origin(request):
        return None
    form = QueryDict(request.body if request.content_type == "application/x-www-form-urlencoded" else b"")
    token, made, position = form.get("t", ""), form.get("g", answers.NEXT), form.get("c", "")
    return Posted(
        token if len(token) <= answers.LONGEST else "",
        made if len(made) <= LONGEST_MOVE else answers.STAY,
        position if len(position) < LONGEST_MOVE else "",
    )


LONGEST_MOVE = 3
"""A letter and a position of two digits."""


def _moved(questions: flow.Flow, posted: Posted | None) -> tuple[Step, str, bool]:
    """The step that was asked for, the choice to show as chosen, and whether to say that we start anew."""
    if posted is None:
        return answers.start(questions), "", False
    token, made, position = posted
    step = answers.unseal(token)
    if step is None:
        return answers.start(questions), "", True
    after = answers.move(questions, step, made, position)
    ticked = after.answers.get(after.at, "")
    if made == answers.STAY and after.at == step.at:
        ticked = answers.chosen(step, position) or ticked
    return after, ticked, False


def same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that the request comes from a page of ours, or cannot say (E2)."""
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.META.get("HTTP_ORIGIN")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def render_step(
    request: HttpRequest, edition: Edition, step: Step, ticked: str = "", notice: bool = False, *, whole: bool
) -> str:
    """A step as HTML: the whole page, or only the part that htmx swaps."""
    context = outcome_context(edition, step) if step.done else question_context(edition, step, ticked)
    context |= {"token": answers.seal(step), "notice": notice, "language": get_language_info(get_language() or "")}
    context |= {"action": reverse("question"), "site_name": settings.SITE_NAME}
    if not whole:
        return render_to_string("parts/step.html", context)
    return render_to_string("step.html", {**frame(request), **context})


def question_context(edition: Edition, step: Step, ticked: str) -> dict[str, Any]:
    """What the template of a question needs."""
    asked = edition.flow.question(step.at)
    assert asked is not None
    before = list(step.answers)
    number = (before.index(step.at) if step.at in before else len(before)) + 1
    choices = {choice.key: choice for choice in asked.choices}
    return {
        "question": asked,
        "choices": [(position, choices[key], key == ticked) for position, key in enumerate(step.offered)],
        "number": number,
        "most": paths.MOST_QUESTIONS,
        "title": gettext("Question %(number)s of up to %(most)s") % {"number": number, "most": paths.MOST_QUESTIONS},
        "first": number == 1,
    }


URGENT = 15
"""Guidance up to this rank is shown open, right below the first service."""
SHOWN = 5
"""Services shown at once on an outcome: the best and the next four; the rest stands behind "More"."""


def outcome_context(edition: Edition, step: Step) -> dict[str, Any]:
    """What the template of an outcome needs."""
    given = flow.complete(edition.flow, step.answers)
    now = timezone.now()
    shown = [
        cards.card(service, t(edition.organizations[service.organization].name), now, t(rule.reason), step.prefer)
        for rule in flow.recommend(edition.flow, given)
        if (service := edition.services.get(rule.service))
    ]
    guidance = flow.guide(edition.flow, given)
    return {
        "outcome": True,
        "top": shown[0] if shown else None,
        "next": shown[1:SHOWN],
        "more": shown[SHOWN:],
        "open_first": cards.open_first(shown),
        "wallet": cards.wallet(shown[:SHOWN]),
        "urgent": [text for text in guidance if text.rank <= URGENT],
        "guidance": [text for text in guidance if text.rank > URGENT],
        "report": any(card.service.category == "report" for card in shown),
        "told": told(edition.flow, step.answers),
        "prefer": step.prefer,
        "preferences": cards.PREFERENCES.items(),
        "title": gettext("Where to turn"),
    }


def told(questions: flow.Flow, given: dict[str, str]) -> list[tuple[int, flow.Question, str]]:
    """The answers as people read them, each with its place."""
    found = []
    for place, (key, choice) in enumerate(given.items()):
        asked = questions.question(key)
        assert asked is not None
        labels = {option.key: t(option.label) for option in asked.choices}
        found.append((place, asked, labels.get(choice) or gettext("I'd rather not say")))
    return found


# All services


@csrf_exempt  # as above
@sensitive_post_parameters()
@allow("GET", "HEAD", "POST")
def all_services(request: HttpRequest) -> HttpResponse:
    """Every service by group; by POST with script, those that fit what a person looks for (C5, B9)."""
    try:
        return respond_all(request, editions.current())
    except NoEdition:
        return error(request, 503)


def respond_all(request: HttpRequest, edition: Edition) -> HttpResponse:
    """All services of this edition, or those that fit what a person looks for."""
    wish, open_now = _wished(request, edition)
    name = memory.encoding(request)
    whole = not request.htmx  # type: ignore[attr-defined]
    # Searches have a memory of their own: there are many, and they must not push outcomes out.
    kept = (edition.searches if wish or open_now else edition.outcomes).page(
        ("all", get_language(), whole, name, _unreadable(wish), open_now),
        lambda: memory.compress(render_all(request, edition, wish, open_now).encode(), name),
    )
    return memory.reply(kept, name, "HX-Request")


def render_all(request: HttpRequest, edition: Edition, wish: search.Wish, open_now: bool) -> str:
    """The services that a person looks for as HTML: the whole page, or only the part that htmx swaps."""
    context: dict[str, Any] = {}
    if wish or open_now:
        shown = (_card(edition, service) for service in search.find(edition, wish))
        context["found"] = [card for card in shown if card.state == "open" or not open_now]
    else:
        context["groups"] = groups(edition)
    if request.htmx:  # type: ignore[attr-defined]
        return render_to_string("parts/groups.html", {**context, "swapped": True})
    return render_to_string("all.html", {**frame(request), **around(edition), **context})


def around(edition: Edition) -> dict[str, Any]:
    """What the page of all services shows around the cards: what to look for, and the list for machines."""
    return {
        "ways": [(key, label) for key, (label, _kinds) in search.WAYS.items()],
        "needs": Service.CATEGORY,
        "spoken": [(code, cards.LANGUAGE_NAMES.get(code, code)) for code in search.languages(edition)],
        "linked_data": directory.linked_data(edition),
    }


def _wished(request: HttpRequest, edition: Edition) -> tuple[search.Wish, bool]:
    """What a person looks for, and whether only what is open now. What makes no sense counts as nothing."""
    if request.method != "POST" or not same_origin(request):
        return search.Wish(), False
    need, way, language = (request.POST.get(name, "") for name in "nkl")
    wish = search.Wish(
        words=search.bare(request.POST.get("w", "")[: 2 * search.LONGEST])[: search.LONGEST],
        need=need if need in dict(Service.CATEGORY) else "",
        way=way if way in search.WAYS else "",
        language=language if language in search.languages(edition) else "",
    )
    return wish, "o" in request.POST


_PEPPER = secrets.token_bytes(32)


def _unreadable(wish: search.Wish) -> bytes:
    """What stands for a search in memory: the privacy page promises that what a person types is not kept."""
    return hashlib.blake2b(repr(wish).encode(), key=_PEPPER, digest_size=16).digest()


def groups(edition: Edition) -> list[tuple[str, list[cards.Card]]]:
    """All services as cards, by group, in the order of the groups."""
    found: dict[str, list[cards.Card]] = {}
    for service in edition.content.services:
        found.setdefault(service.category, []).append(_card(edition, service))
    return [(str(name), found[key]) for key, name in Service.CATEGORY if key in found]


def _card(edition: Edition, service: records.Service) -> cards.Card:
    return cards.card(service, t(edition.organizations[service.organization].name), timezone.now())


# The small pages


@allow("GET", "HEAD")
def small(request: HttpRequest, template: str) -> HttpResponse:
    """A page that is the same for everyone."""
    return page(request, template)


@allow("GET", "HEAD")
def leave(request: HttpRequest) -> HttpResponse:
    """A blank page that goes on to the operator's exit site."""
    return HttpResponse(render_to_string("leave.html", {"exit_url": settings.EXIT_URL}))


@allow("GET", "HEAD")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 and the number of the edition while this process can serve the public."""
    try:
        return JsonResponse({"edition": editions.current().number})
    except NoEdition:
        return JsonResponse({"edition": None}, status=503)


# Errors: each says what to do next, and none needs the database


def error(request: HttpRequest, status: int) -> HttpResponse:
    """A page for an error, with 911 and the main numbers."""
    try:
        main = [cards.card(service, "", timezone.now()) for service in editions.current().main]
    except NoEdition:
        main = []
    return page(request, "error.html", {"status": status, "main": main}, status)


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


LAST_RESORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>A problem</title><h1>This page does not work right now</h1>"
    "<p><a href='tel:911'>Call 911</a> if someone is in danger. <a href='/'>Try again</a></p>"
)
