"""Staff pages: publish the draft, compare and roll back editions, fix one thing at once, preview, explain.

Whoever is staff may look; publishing in any form needs the permission ``navigator.publish_edition``.
"""

from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from services import models as directory
from services.records import Organization, Record, Service

from . import content, editions, explain, fixes, flow, models, paths
from .answers import Step, seal
from .content import Content
from .differences import MODELS, Difference, differences
from .drawing import links
from .editions import Changed, Edition, NoEdition, Refused
from .preview import preview
from .templatetags.words import t

PERMISSION = "navigator.publish_edition"
NONE = Content(languages=(), flow=flow.Flow(questions=(), recommendations=()), organizations=(), services=())
"""What is in force before anything was published."""


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [
        path("publish/", site.admin_view(publish), name="publish"),
        path("publish/fast/", site.admin_view(fast_lane), name="fast-lane"),
        path("editions/", site.admin_view(listed), name="editions"),
        path("editions/compare/", site.admin_view(compare), name="compare"),
        path("editions/<int:number>.json", site.admin_view(download), name="edition-download"),
        path("editions/<int:number>/rollback/", site.admin_view(rollback), name="rollback"),
        path("preview/", site.admin_view(preview), name="preview"),
        path("preview/<path:rest>", site.admin_view(preview)),
        path("explain/", site.admin_view(explain_form), name="explain"),
    ]


def page(request: HttpRequest, name: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the staff's, in the look of Django admin."""
    context = {**admin.site.each_context(request), "title": title, "may": request.user.has_perm(PERMISSION), **context}
    return TemplateResponse(request, f"admin/navigator/{name}.html", context, status=status)


def refused(request: HttpRequest) -> HttpResponse:
    """The page for staff who may not publish: it says who may."""
    return page(request, "refused", _("You may not publish"), 403, publishers=publishers())


# Who may


def publishers() -> list[Any]:
    """The active staff who may publish."""
    users = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return [user for user in users if user.has_perm(PERMISSION)]


def editors() -> set[Any]:
    """Who edited any part of the draft since it was last published, by the log of Django admin.

    An edition that went past the draft frees nobody: a rollback or an urgent fix publishes none of those edits.
    """
    types = ContentType.objects.get_for_models(*MODELS.values()).values()
    entries = LogEntry.objects.filter(content_type__in=types)
    if last := models.Edition.objects.filter(of_draft=True).first():
        entries = entries.filter(action_time__gte=last.published_at)
    return set(entries.values_list("user", flat=True))


def second_pair(user: Any) -> list[Any] | None:
    """With FOUR_EYES, who may publish instead of a user who edited the draft; None if this user may."""
    if not settings.FOUR_EYES or user.pk not in (edited := editors()):
        return None
    return [other for other in publishers() if other.pk not in edited]


# What the pages show


class Group(NamedTuple):
    """The differences of one service, question or rule, and its page; none where the draft has it no more."""

    where: str
    link: str
    rows: list[Difference]


def grouped(found: Sequence[Difference]) -> list[Group]:
    """The differences as they are shown: by what they are about."""
    pages = _pages()

    def place(one: Difference) -> tuple[str, str]:
        return one.where, pages.get(_name(getattr(one.where, "record", None)), "")

    return [Group(where, link, list(rows)) for (where, link), rows in groupby(found, key=place)]


def _pages() -> dict[Hashable, str]:
    """The page of each record of the draft on the desk."""
    named = {
        (shape, key): link
        for shape, name in NAMED.items()
        for key, link in links(admin.site, MODELS[shape], name).items()
    }
    rules = models.Recommendation.objects.select_related("service").prefetch_related("when__question")
    return named | {
        _name(rule.record()): reverse("admin:navigator_recommendation_change", args=[rule.pk]) for rule in rules
    }


NAMED: dict[type[Record], str] = {
    Service: "slug",
    Organization: "slug",
    flow.Question: "key",
    flow.Guidance: "key",
}
"""What names a record for good. A rule has no name: it is found by all that it says."""


def _name(record: Record | None) -> Hashable:
    name = NAMED.get(type(record))  # type: ignore[arg-type]
    return (type(record), getattr(record, name)) if name else msgspec.json.encode(record)


class Fault(NamedTuple):
    """One problem as it is shown: the pages on which it can be mended, and its shortest path."""

    message: str
    links: list[tuple[str, Any]]
    path: str
    answers: dict[str, str]


def faults(found: Sequence[paths.Problem], content_: Content) -> list[Fault]:
    """Problems in words, each with the way to its record and its shortest path."""
    slugs = {
        **links(admin.site, directory.Organization, "slug"),
        **links(admin.site, directory.Service, "slug"),
    }
    keys = {**links(admin.site, models.Guidance, "key"), **links(admin.site, models.Question, "key")}
    rules = reverse("admin:navigator_recommendation_changelist")
    shown = []
    for problem in found:
        ways: list[tuple[str, Any]] = []
        if slug := slugs.get(problem.subject):
            query = urlencode({"q": problem.subject})
            ways = [(slug, problem.subject), (f"{rules}?{query}", _("its recommendations"))]
        elif key := keys.get(problem.subject.split(".")[0]):
            ways = [(key, problem.subject)]
        shown.append(
            Fault(problem.message.translated(_), ways, content.said(content_.flow, problem.path), problem.path)
        )
    return shown


def in_force() -> Edition | None:
    """The edition in force, the newest that the database has; None before the first one."""
    editions.refresh()
    try:
        return editions.current()
    except NoEdition:
        return None


# Publish


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """What differs, what the checks say, and the button; by POST, publish what was shown."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    eyes = second_pair(request.user)
    status, note = 200, request.POST.get("note", "")
    if request.method == "POST" and eyes is None:
        status = 409
        try:
            row = editions.publish(request.user, note[:500], expected=request.POST.get("draft") or "none")
        except Changed:
            messages.error(request, _("Nothing was published: this is no longer the draft that you saw. Look again."))
        except Refused:
            messages.error(request, _("Nothing was published: the draft does not pass the checks."))
        else:
            messages.success(request, _("Edition %(number)s is published.") % {"number": row.number})
            return redirect("admin:publish")
    elif request.method == "POST":
        status = 403
        messages.error(request, _("Nothing was published: you edited this draft, so somebody else must publish it."))
    draft, report = editions.check_draft()
    edition = in_force()
    found = differences(edition.content if edition else NONE, draft)
    return page(
        request,
        "publish",
        _("Publish"),
        status,
        edition=edition,
        groups=grouped(found),
        count=len(found),
        report=report,
        faults=faults(report.problems, draft),
        note=note or summary(found),
        draft=editions.digest(editions.encode(draft)),
        eyes=eyes,
        damaged=editions.damaged(),
    )


def summary(found: Sequence[Difference]) -> str:
    """A first note on what changed: the services and questions that it is about."""
    places = list(dict.fromkeys(one.where for one in found))
    words = ", ".join(places[:3])
    return words + (_(" and %(count)s more") % {"count": len(places) - 3} if len(places) > 3 else "")


# The fast lane


@require_http_methods(["GET", "HEAD", "POST"])
def fast_lane(request: HttpRequest) -> HttpResponse:
    """One urgent fix of one service: choose it, see what it changes, publish it."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    edition = in_force()
    if edition is None:
        return redirect("admin:publish")
    slug = request.POST.get("service") or request.GET.get("service", "")
    off = directory.Service.objects.filter(status="retired").exclude(slug__in=edition.services)
    former = editions.last_with(slug) if off.filter(slug=slug).exists() else None
    service = (former or edition).services.get(slug)
    context: dict[str, Any] = {"edition": edition, "service": service, "former": former}
    if service is None:
        services = sorted(edition.content.services, key=lambda each: t(each.name).casefold())
        return page(request, "fast", _("Fix one thing now"), services=services, off=off, unknown=slug, **context)
    form = fixes.Fix(edition, service, request.user, request.POST or None, former=former)
    if request.method != "POST":
        return page(request, "fast", _("Fix one thing now"), form=form, **context)
    if not form.is_valid() or "again" in request.POST:
        return page(request, "fast", _("Fix one thing now"), form=form, **context)
    return _fix(request, form, service, context)


def _fix(request: HttpRequest, form: fixes.Fix, service: Service, context: dict[str, Any]) -> HttpResponse:
    """Show what a fix changes; publish it, if that is what was shown before."""
    status = 200
    if "publish" in request.POST:
        status = 409
        try:
            if request.POST.get("edition") != str(form.edition.number):
                raise Changed
            row = form.publish()
        except Changed:
            messages.error(request, _("Nothing was published: another edition is in force by now. Look again."))
        except Refused:
            messages.error(request, _("Nothing was published: this fix does not pass the checks."))
        else:
            messages.success(request, _("Edition %(number)s is published.") % {"number": row.number})
            return redirect("admin:editions")
    fixed = form.content()
    report = editions.check(fixed)
    context |= {
        "form": form,
        "groups": grouped(differences(form.edition.content, fixed)),
        "faults": faults(report.problems, form.edition.content),
        "in_draft": form.draft() is not None,
        "rules": len(form.rules()),
        "switched": form.cleaned_data["what"],
    }
    return page(request, "fast_confirm", _("Fix one thing now"), status, **context)


# The editions


class Row(NamedTuple):
    """An edition in the list."""

    edition: models.Edition
    sound: bool
    current: bool


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All editions, the newest first: who, when, why, whether each is whole."""
    edition = in_force()
    rows = models.Edition.objects.select_related("published_by")
    shown = Paginator(rows, 25).get_page(request.GET.get("p"))
    found = [Row(row, editions.sound(row), bool(edition and edition.number == row.number)) for row in shown]
    numbers = list(models.Edition.objects.values_list("number", flat=True))
    damaged = editions.damaged()
    return page(request, "editions", _("Editions"), rows=found, shown=shown, numbers=numbers, damaged=damaged)


def _opened(row: models.Edition) -> Edition:
    """The edition of a row. Raises ValueError if it is damaged."""
    return editions.opened(row.number, bytes(row.content), row.hash)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What differs between two editions: ``?old=3&new=5``."""
    asked = request.GET.get("old", ""), request.GET.get("new", "")
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in asked):
        raise Http404
    old, new = (get_object_or_404(models.Edition, number=int(number)) for number in asked)
    title = _("Editions %(old)s and %(new)s") % {"old": old.number, "new": new.number}
    damaged = [row.number for row in (old, new) if not editions.sound(row)]
    found = [] if damaged else differences(_opened(old).content, _opened(new).content)
    return page(request, "compare", title, old=old, new=new, damaged=damaged, groups=grouped(found))


@require_GET
def download(request: HttpRequest, number: int) -> HttpResponse:
    """An edition as it is kept, as JSON."""
    row = get_object_or_404(models.Edition, number=number)
    if not editions.sound(row):
        messages.error(request, _("Edition %(number)s is damaged: its hash does not fit.") % {"number": number})
        return redirect("admin:editions")
    response = HttpResponse(bytes(row.content), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="edition-{number}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: HttpRequest, number: int) -> HttpResponse:
    """What rolling back would change, and the button; by POST, roll back."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    row = get_object_or_404(models.Edition, number=number)
    edition = in_force()
    if edition is None or not editions.sound(row):
        messages.error(request, _("Edition %(number)s is damaged: its hash does not fit.") % {"number": number})
        return redirect("admin:editions")
    status, draft = 200, request.method != "POST" or "draft" in request.POST
    if request.method == "POST":
        status, seen = 409, request.POST.get("edition", "")
        try:
            note = _("Back to edition %(number)s, the draft too") if draft else _("Back to edition %(number)s")
            expected = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
            made = editions.rollback(number, request.user, note % {"number": number}, expected, draft=draft)
        except Changed:
            messages.error(request, _("Nothing was changed: another edition is in force by now. Look again."))
            edition = in_force() or edition
        else:
            words = _("Edition %(old)s is in force again, as edition %(new)s.") % {"old": number, "new": made.number}
            kept = _("The draft stays as it is: look at it before you publish it.")
            back = _("The draft is set back to it too.")
            messages.success(request, f"{words} {back if draft else kept}")
            return redirect("admin:editions")
    found = grouped(differences(edition.content, _opened(row).content))
    title = _("Roll back to edition %(number)s") % {"number": number}
    return page(
        request,
        "rollback",
        title,
        status,
        row=row,
        edition=edition,
        groups=found,
        draft=draft,
        damaged=editions.damaged(),
    )


# Explain


@require_http_methods(["GET", "HEAD", "POST"])
def explain_form(request: HttpRequest) -> HttpResponse:
    """Where some answers lead, and the rule behind each service. By POST: answers never stand in an address."""
    draft = request.POST.get("of") == "draft"
    edition = editions.draft_edition(content.compile_draft()) if draft else in_force()
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
            (edition.services[rule.service], rule, content.sentence(edition.flow, rule.when)) for rule in found.rules
        ],
        "guidance": [(text, content.sentence(edition.flow, text.when)) for text in found.guidance],
    }
    return page(request, "explain", _("Explain a result"), **context)


def _skipped(question: flow.Question, answers: flow.Answers, found: explain.Explained) -> bool:
    return question.key in found.answers and question.key not in answers


def _selects(edition: Edition, answers: dict[str, str]) -> list[tuple[flow.Question, list[tuple[str, str, bool]]]]:
    """The questions answered and the next one, each with the choices offered there."""
    asked = [question for question in edition.flow.questions if question.key in answers]
    after = flow.next_question(edition.flow, answers)
    found = []
    for question in [*asked, after] if after else asked:
        keys = [*(choice.key for choice in flow.offered(question, answers)), flow.SKIP]
        labels = [(key, content.label(edition.flow, question.key, key)) for key in keys]
        found.append((question, [(key, label, answers.get(question.key) == key) for key, label in labels]))
    return found
