"""What the staff's own pages share: their context, who may publish, and how differences and faults are shown.

Whoever is staff may look; publishing in any form needs the permission ``navigator.publish_edition``.
"""

from collections.abc import Hashable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from navigator import models
from navigator.editions import database, in_force
from navigator.editions.content import Content
from navigator.editions.differences import MODELS, Difference
from navigator.editions.edition import Edition
from navigator.editions.update import Row
from navigator.editions.wording import describe_path
from navigator.engine import checks, flow
from services import models as directory
from services.records import Organization, Record, Service

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
    types = ContentType.objects.get_for_models(*MODELS.values()).values()
    entries = LogEntry.objects.filter(content_type__in=types)
    if last := models.Edition.objects.filter(of_draft=True).first():
        entries = entries.filter(action_time__gte=last.published_at)
    return set(entries.values_list("user", flat=True))


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


def grouped(found: Sequence[Difference | Row]) -> list[Group]:
    """The differences as they are shown: by what they are about."""
    pages = _pages()

    def place(one: Difference | Row) -> tuple[str, str]:
        return one.where, pages.get(_name(one.record), "")

    return [Group(where, link, list(rows)) for (where, link), rows in groupby(found, key=place)]


def _pages() -> dict[Hashable, str]:
    """The page of each record of the draft."""
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
    answers: flow.Answers


def faults(found: Sequence[checks.Problem], content_: Content) -> list[Fault]:
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
            Fault(problem.message.translated(_), ways, describe_path(content_.flow, problem.path), problem.path)
        )
    return shown


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
