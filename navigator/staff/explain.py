"""Staff page: where some answers lead, and the rule behind each service."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator.editions import explain
from navigator.editions.draft import compile_draft
from navigator.editions.edition import Edition, as_edition
from navigator.editions.wording import describe_condition, label
from navigator.engine import flow
from navigator.public.steps import Step, seal
from services.texts import t

from .pages import newest_edition, page


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("explain/", site.admin_view(explain_form), name="explain")]


@require_http_methods(["GET", "HEAD", "POST"])
def explain_form(request: HttpRequest) -> HttpResponse:
    """Where some answers lead, and the rule behind each service. By POST: answers never stand in an address."""
    draft = request.POST.get("of") == "draft"
    edition = as_edition(compile_draft()) if draft else newest_edition()
    if edition is None:
        return redirect("admin:publish")
    given = {question.key: request.POST.get(f"q-{question.key}", "") for question in edition.flow.questions}
    answers = flow.replay(edition.flow, {key: choice for key, choice in given.items() if choice})
    found = explain.explain(edition, flow.complete(edition.flow, answers))
    context: dict[str, Any] = {
        "edition": edition,
        "draft": draft,
        "token": seal(Step(answers=answers)),
        "selects": _selects(edition, answers),
        "open": [t(question.title) for question in edition.flow.questions if _skipped(question, answers, found)],
        "services": [
            (edition.services[rule.service], rule, describe_condition(edition.flow, rule.when)) for rule in found.rules
        ],
        "guidance": [(text, describe_condition(edition.flow, text.when)) for text in found.guidance],
    }
    return page(request, "explain", _("Explain a result"), **context)


def _skipped(question: flow.Question, answers: flow.Answers, found: explain.Explained) -> bool:
    return question.key in found.answers and question.key not in answers


def _selects(edition: Edition, answers: flow.Answers) -> list[tuple[flow.Question, list[tuple[str, str, bool]]]]:
    """The questions answered and the next one, each with the choices offered there."""
    asked = [question for question in edition.flow.questions if question.key in answers]
    after = flow.next_question(edition.flow, answers)
    found = []
    for question in [*asked, after] if after else asked:
        keys = [*(choice.key for choice in flow.offered(question, answers)), flow.SKIP]
        labels = [(key, label(edition.flow, question.key, key)) for key in keys]
        found.append((question, [(key, label, answers.get(question.key) == key) for key, label in labels]))
    return found
