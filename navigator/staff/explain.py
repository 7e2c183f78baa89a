"""Staff page: where some answers lead, and the rule behind each service."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator.editions import dates, explain, wording
from navigator.editions.draft import draft_edition
from navigator.editions.edition import Edition
from navigator.editions.wording import describe_condition, label
from navigator.engine import flow
from navigator.public.steps import Step, seal
from services import areas
from services.texts import t

from .pages import newest_edition, page


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("explain/", site.admin_view(explain_form), name="explain")]


@require_http_methods(["GET", "HEAD", "POST"])
def explain_form(request: HttpRequest) -> HttpResponse:
    """Where some answers lead, and the rule behind each service. By POST: answers never stand in an address."""
    draft = request.POST.get("of") == "draft"
    edition = draft_edition() if draft else newest_edition()
    if edition is None:
        return redirect("admin:publish")
    typed = request.POST.get("day", "").strip()[:20]
    day = dates.read_day(typed)
    if day:
        edition = edition.on(dates.that_day(day))
    answers = flow.replay(edition.flow, _given(request, edition.flow))
    place = request.POST.get("place", "")
    place = place if areas.state_of(place) else ""
    found = explain.explain(edition, flow.complete(edition.flow, answers), place)
    context: dict[str, Any] = {
        "edition": edition,
        "draft": draft,
        "day": day,
        "no_day": typed and not day,
        "preview": reverse("admin:preview-on", args=[day]) if day else reverse("admin:preview"),
        "token": seal(Step(answers=answers, place=place)),
        "places": [(code, t(areas.name(code)), code == place) for code in areas.BY_CODE],
        "selects": _selects(edition, answers),
        "about": edition.flow.many,
        "ticks": _ticks(edition.flow, answers),
        "open": [t(question.title) for question in edition.flow.questions if _skipped(question, answers, found)],
        "services": [
            (service, wording.reason(service, rule), rule, describe_condition(edition.flow, rule.when))
            for service, rule in found.shown
        ],
        "guidance": [(text, describe_condition(edition.flow, text.when)) for text in found.guidance],
    }
    return page(request, "explain", _("Explain a result"), **context)


def _given(request: HttpRequest, questions: flow.Flow) -> dict[str, flow.Answer]:
    """What was chosen and ticked on the page."""
    given: dict[str, flow.Answer] = {}
    for question in questions.questions:
        chosen = tuple(filter(None, request.POST.getlist(f"q-{question.key}")))
        if chosen:
            given[question.key] = chosen if question.kind == "many" else chosen[-1]
    return given


def _ticks(questions: flow.Flow, answers: flow.Answers) -> list[tuple[flow.Choice, bool]]:
    """What may be ticked with these answers, each with whether it is."""
    given = answers.get(questions.many.key, ()) if questions.many else ()
    return [(choice, choice.key in given) for choice in flow.offered_ticks(questions, answers)]


def _skipped(question: flow.Question, answers: flow.Answers, found: explain.Explained) -> bool:
    return question.key in found.answers and question.key not in answers


def _selects(edition: Edition, answers: flow.Answers) -> list[tuple[flow.Question, list[tuple[str, str, bool]]]]:
    """The questions answered and the next one, each with the choices offered there."""
    asked = [each for each in edition.flow.questions if each.kind == "one" and each.key in answers]
    after = flow.next_question(edition.flow, answers)
    found = []
    for question in [*asked, after] if after else asked:
        keys = [*(choice.key for choice in flow.offered(question, answers)), flow.SKIP]
        labels = [(key, label(edition.flow, question.key, key)) for key in keys]
        found.append((question, [(key, label, answers.get(question.key) == key) for key, label in labels]))
    return found
