"""What the staff's own pages share: their context, who may publish, and how differences and faults are shown.

Whoever is staff may look; publishing in any form needs the permission ``navigator.publish_edition``.
"""

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from navigator import models
from navigator.editions import database, dates, in_force
from navigator.editions.content import Content, with_services
from navigator.editions.differences import MODELS, Difference, differences
from navigator.editions.draft import draft_rules
from navigator.editions.edition import Edition
from navigator.editions.translations import Stale
from navigator.editions.update import Row
from navigator.editions.wording import describe_path, record_name
from navigator.engine import checks, flow
from navigator.engine.soundness import FOREIGN
from services import models as directory
from services.forms import person_name
from services.messages import Message
from services.records import Organization, Record, Service
from services.texts import t

PERMISSION = "navigator.publish_edition"


def page(request: HttpRequest, name: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the staff's, in the look of Django admin."""
    context = {**admin.site.each_context(request), "title": title, "may": request.user.has_perm(PERMISSION), **context}
    return TemplateResponse(request, f"admin/navigator/{name}.html", context, status=status)


def refused(request: HttpRequest) -> HttpResponse:
    """The page for staff who may not publish: it says who may."""
    return page(request, "refused", _("You may not publish"), 403, publishers=publishers())


# Permissions


def publishers() -> list[Any]:
    """The active staff who may publish."""
    users = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return [user for user in users if user.has_perm(PERMISSION)]


def editors() -> set[Any]:
    """Who edited any part of the draft since it was last published, by the log of Django admin.

    An edition that went past the draft frees nobody: a rollback or an urgent fix publishes none of those edits.
    """
    return set(_edits().values_list("user", flat=True))


def _edits() -> QuerySet[LogEntry]:
    """What was done to the draft since it was last published."""
    types = ContentType.objects.get_for_models(*MODELS.values()).values()
    entries = LogEntry.objects.filter(content_type__in=types)
    last = models.Edition.objects.filter(of_draft=True).defer("content").first()
    return entries.filter(action_time__gte=last.published_at) if last else entries


def other_publishers(user: Any) -> list[Any] | None:
    """With FOUR_EYES, who may publish instead of a user who edited the draft; None if this user may."""
    if not settings.FOUR_EYES or user.pk not in (edited := editors()):
        return None
    return [other for other in publishers() if other.pk not in edited]


# What the pages show


class Group(NamedTuple):
    """The differences of one service, question or rule, and its page; none where the draft has it no more."""

    where: str
    link: str
    rows: list[Any]
    who: str = ""
    """Who edited it since the draft was last published; empty where that was not asked, or nobody did by hand."""


def grouped(found: Sequence[Difference | Row | Stale], *, who: bool = False) -> list[Group]:
    """The differences as they are shown: by what they are about; with ``who``, each with who edited it."""
    pages = _pages()
    names: dict[str, dict[str, None]] = {}
    for entry in _edits().select_related("user", "content_type").order_by("action_time") if who and found else ():
        names.setdefault(entry.get_admin_url() or "", {})[person_name(entry.user)] = None

    def place(one: Difference | Row | Stale) -> tuple[str, str]:
        return one.where, pages.get(_name(one.record), "")

    groups = groupby(found, key=place)
    return [
        Group(where, link, list(rows), ", ".join(names.get(link, ())) if link else "") for (where, link), rows in groups
    ]


def _pages() -> dict[Hashable, str]:
    """The page of each record of the draft."""
    named = {
        (shape, key): link
        for shape, name in NAMED.items()
        for key, link in links(admin.site, MODELS[shape], name).items()
    }
    return named | {
        _name(rule.record()): reverse("admin:navigator_recommendation_change", args=[rule.pk]) for rule in draft_rules()
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


class Coming(NamedTuple):
    """What changes by itself on a day."""

    day: dt.date | None
    groups: list[Group]


def coming(content_: Content) -> list[Coming]:
    """What the dates of a content will change, day by day. Of a service that goes or comes back that alone is told."""
    found = []
    for before, after in pairwise(dates.states(content_, timezone.now())):
        old, new = ({row.slug: row for row in state.content.services} for state in (before, after))
        shown, hidden, service = _("shown to the public"), _("not shown"), _("Service")
        gone, come = ([side[slug] for slug in side.keys() - other] for side, other in ((old, new), (new, old)))
        rows = [Difference(record_name(row), service, "", shown, hidden, row) for row in _alone(gone)]
        rows += [Difference(record_name(row), service, "", hidden, shown, row) for row in _alone(come)]
        rows.sort(key=lambda row: row.where)
        stay = (with_services(content_, (side[slug] for slug in sorted(old.keys() & new))) for side in (old, new))
        found.append(Coming(after.day, grouped([*rows, *differences(*stay)])))
    return found


def _alone(services: list[Service]) -> Iterator[Service]:
    """Those of the services that do not go with another one of them."""
    slugs = {row.slug for row in services}
    return (row for row in services if row.local_of not in slugs)


class Fault(NamedTuple):
    """One problem as it is shown: the pages on which it can be mended, and its shortest path."""

    message: str
    links: list[tuple[str, Any]]
    path: str
    answers: flow.Answers
    day: dt.date | None
    """The day that brings it; None: it is there now."""


def faults(found: Sequence[checks.Problem], content_: Content) -> list[Fault]:
    """Problems in words, each with the way to its record and its shortest path."""
    services = links(admin.site, directory.Service, "slug")
    slugs = {**links(admin.site, directory.Organization, "slug"), **services}
    keys = {**links(admin.site, models.Guidance, "key"), **links(admin.site, models.Question, "key")}
    rules = reverse("admin:navigator_recommendation_changelist")
    titles = _titles(content_)
    shown = []
    for problem in found:
        ways: list[tuple[str, Any]] = []
        if slug := slugs.get(problem.subject):
            query = urlencode({"q": problem.subject})
            ways = [(slug, titles.get(problem.subject, problem.subject))]
            if problem.subject in services and problem.code != FOREIGN:
                ways.append((f"{rules}?{query}", _("its recommendations")))
        elif key := keys.get(problem.subject.split(".")[0]):
            ways = [(key, titles.get(problem.subject, problem.subject))]
        message = _plain(problem, titles).translated(_)
        if problem.day:
            day = formats.date_format(problem.day, "DATE_FORMAT")
            message = _("From %(day)s on: %(problem)s") % {"day": day, "problem": message}
        shown.append(Fault(message, ways, describe_path(content_.flow, problem.path), problem.path, problem.day))
    return shown


def _titles(content_: Content) -> dict[str, str]:
    """What services, questions, choices and guidance are called, by the key under which the checks know them."""
    named = {row.slug: t(row.name) for row in content_.organizations}
    named |= {row.slug: t(row.name) for row in content_.services}
    for question in content_.flow.questions:
        named[question.key] = t(question.title)
        named |= {f"{question.key}.{choice.key}": t(choice.label) for choice in question.choices}
    named |= {text.key: t(text.title) for text in content_.flow.guidance}
    return {key: title for key, title in named.items() if title}


def _plain(problem: checks.Problem, titles: Mapping[str, str]) -> Message:
    """The message of a problem with titles, fields and languages as staff know them, instead of keys and codes."""
    blanks = {name: titles.get(str(value), value) for name, value in problem.message.blanks.items()}
    if "field" in blanks:
        blanks["field"] = _field(problem.subject, blanks["field"])
    if problem.code in ("words", FOREIGN) and "languages" in blanks:
        names = dict(settings.LANGUAGES)
        blanks["languages"] = ", ".join(str(names.get(code, code)) for code in blanks["languages"].split(", "))
    return Message(problem.message.pattern, **blanks)


def _field(subject: str, name: str) -> str:
    """A field as its page calls it: of a choice, or else of the first kind of record that has one of that name."""
    kinds: list[Any] = [models.Choice] if "." in subject else [directory.Service, directory.ContactPoint]
    kinds += [directory.Organization, models.Recommendation, models.Question, models.Guidance]
    fields = (field for kind in kinds for field in kind._meta.fields if field.name == name)
    return str(next((field.verbose_name for field in fields), name))


def newest_edition() -> Edition | None:
    """The edition in force, the newest that the database has; None before the first one."""
    database.refresh()
    return in_force.current_or_none()


def links(site: AdminSite, model: type[Model], key: str) -> dict[str, str]:
    """The page of each record, by its key."""
    if not site.is_registered(model):
        return {}
    where = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
    return {name: reverse(where, args=[pk]) for name, pk in model._default_manager.values_list(key, "pk")}
