"""A number that did not work: a visitor says which one and how it failed, in a tap, and nothing of themselves.

Off until the host turns it on (decision 0016). A report is held in memory, each once, until navigator/reports.py takes
it from here and writes it down. So a flood of one report is one report, and nothing here waits for the database.
"""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from navigator.editions import in_force
from navigator.editions.edition import Edition
from navigator.editions.in_force import NoEdition
from navigator.engine import flow
from services.records import ContactPoint, Service

from . import cards, page_cache, places, sizes, steps, views
from .pages import allow, error, posted_form

REASONS = {
    "silent": gettext_lazy("Nobody answered"),
    "broken": gettext_lazy("It does not work"),
    "other": gettext_lazy("It was not them"),
}
"""What can be said; the keys are those of ``services.labels.FAILED``. A website answers nobody."""
ELSEWHERE = 2
"""Other services shown to whoever has said that one did not work."""
LISTED = 50
"""Services to choose from where one of the short rows did not work: they fit into the size of a question."""
MOST = 200
"""Different reports held until the next writing: whoever sends more at once sends rubbish."""


class Report(NamedTuple):
    """All that is kept of what a visitor said."""

    service: str
    kind: str
    value: str
    reason: str
    day: dt.date


_held: set[Report] = set()
_lock = threading.Lock()


def hold(report: Report) -> None:
    """Keep a report for the next writing, once however often it comes."""
    with _lock:
        if len(_held) < MOST:
            _held.add(report)


def take() -> list[Report]:
    """What is held, which is held no more."""
    with _lock:
        taken = sorted(_held)
        _held.clear()
    return taken


@csrf_exempt  # no cookie; the origin is checked by `posted_form` (E2)
@sensitive_post_parameters()
@allow("GET", "HEAD", "POST")
def report(request: HttpRequest) -> HttpResponse:
    """What was wrong with a number, to be tapped; then thanks, and other ways to reach out."""
    try:
        return answer(request, in_force.current(), hold)
    except NoEdition:
        return error(request, 503)


def answer(request: HttpRequest, edition: Edition, keep: Callable[[Report], None] | None) -> HttpResponse:
    """The page that follows a tap, of the size of a question. Made anew each time: a kept page would count nothing.

    ``keep`` takes the report, if there is one; None: nobody does.
    """
    if not settings.NUMBER_REPORTS:
        return error(request, 404)
    if request.method != "POST":  # an address out of a history
        return redirect("question")
    form = posted_form(request) or {}
    step = steps.unseal(form.get("t", [""])[-1])
    if step is None or not step.done:  # from elsewhere, forged, or open for hours
        return views.step_response(request, edition)
    code = form.get("n", [""])[-1]
    service = _service(edition, code[: steps.STAMP])
    said = _said(service, code[steps.STAMP :]) if service else None
    if service and said:
        way, reason = said
        if keep:
            keep(Report(service.slug, way.kind, way.value, reason, timezone.localdate()))
        context = _thanks(edition, step, service, way)
    elif service:
        context = _asked(edition, service)
    else:
        context = _listed(edition, step) if steps.stamped(code, (("more",),)) else {}
    context |= {"reported": True, "reports": request.path, "title": gettext("Where to turn")}
    whole, name = views.is_whole(request), page_cache.encoding(request)
    page = views.render(request, step, context, whole=whole)
    return views.reply(sizes.pack(page, name, sizes.PAGE if whole else sizes.STEP), name, "noindex")


def _listed(edition: Edition, step: steps.Step) -> dict[str, Any]:
    """The services that stand on the person's list in short rows, without a way to report each."""
    more = [cards.of(edition, each) for each in _on_list(edition, step)[flow.FIRST_SHOWN :] if each.ways]
    return {"which": more[:LISTED]}


def _on_list(edition: Edition, step: steps.Step) -> list[Service]:
    """The services of an outcome, in their order."""
    given = flow.complete(edition.flow, step.answers)
    return [service for service, _rule in edition.recommend(given, places.where(step.place))]


def _asked(edition: Edition, service: Service) -> dict[str, Any]:
    """The ways to reach a service, each with what can be said of it."""
    card = cards.of(edition, service)
    ways = [
        (shown, [(card.code + steps.stamp(*_named(service, way, key)), REASONS[key]) for key in _reasons(way)])
        for way, shown in zip(service.ways, card.ways, strict=True)
    ]
    return {"card": card, "ways": ways}


def _thanks(edition: Edition, step: steps.Step, service: Service, failed: ContactPoint) -> dict[str, Any]:
    """The other ways to reach the service, and the services that come first on the person's list beside it."""
    card = cards.of(edition, service)
    shown = (each for each in _on_list(edition, step) if each.ways and each.slug != service.slug)
    # The number of an immigration office needs the words that stand above it on the list.
    others = [each for each in shown if each.answered_by != "immigration"]
    return {
        "thanks": True,
        "card": card,
        "left": [shown for way, shown in zip(service.ways, card.ways, strict=True) if way is not failed],
        "others": [cards.of(edition, each) for each in others[:ELSEWHERE]],
    }


def _service(edition: Edition, code: str) -> Service | None:
    """The service that a code stands for."""
    named = steps.stamped(code, tuple(("service", slug) for slug in edition.services)) if code else None
    return edition.services[named[1]] if named else None


def _said(service: Service, code: str) -> tuple[ContactPoint, str] | None:
    """The way to reach and the reason that a code stands for."""
    all_said = {_named(service, way, reason): (way, reason) for way in service.ways for reason in _reasons(way)}
    return all_said.get(steps.stamped(code, tuple(all_said)) or ()) if code else None


def _reasons(way: ContactPoint) -> list[str]:
    return [key for key in REASONS if key != "silent" or way.kind != "website"]


def _named(service: Service, way: ContactPoint, reason: str) -> steps.Named:
    return ("failed", service.slug, way.kind, way.value, reason)
