"""Staff pages: a service of one's own, from its name to whom it is shown."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator.editions import history, publish
from navigator.editions.edition import as_edition
from navigator.editions.reach import reach
from navigator.editions.wording import describe_condition, where
from services import areas
from services.forms import differences
from services.models import Service
from services.texts import t

from . import pages
from .own_form import OwnForm

MOST_SHOWN = 6
"""Conditions that are told before the rest is only counted."""


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [
        path("own/", site.admin_view(own_form), name="own"),
        path("own/<slug:slug>/", site.admin_view(own_service), name="own-service"),
        path("own/<slug:slug>/change/", site.admin_view(own_form), name="own-change"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def own_form(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form: a new service, or one that is there. What is saved is part of the draft."""
    needed = ["services.change_service", *([] if slug else ["services.add_service", "services.add_organization"])]
    if not request.user.has_perms(needed):
        raise PermissionDenied
    row = _local(slug) if slug else Service()
    with transaction.atomic():
        form = OwnForm(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():
            return _saved(request, form, new=not slug)
    shown: dict[str, Any] = {
        "form": form,
        "row": row if slug else None,
        "errors": form.errors,
        "home": settings.HOME_AREA,
        "near": t(areas.name(settings.HOME_AREA)) if settings.HOME_AREA else "",
        "differences": differences([form]) if form.overtaken else [],
    }
    title = _("Change %(name)s") % {"name": str(row)} if slug else _("A service of your own")
    return pages.page(request, "own_form", title, **shown)


def _saved(request: HttpRequest, form: OwnForm, *, new: bool) -> HttpResponse:
    """Write it, with its history, and go on to what it brings about."""
    user: Any = request.user
    rows = history.rows_of("service", "pk", str(form.instance.pk or ""))
    with history.recorded(user, "save", rows=[rows, *history.ADDED]):
        row = form.write(user)
        LogEntry.objects.log_actions(user.pk, [row], ADDITION if new else CHANGE, "", single_object=True)
    messages.success(request, _("Saved in the draft. The public does not see it yet."))
    return redirect("admin:own-service", slug=row.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def own_service(request: HttpRequest, slug: str) -> HttpResponse:
    """For whom a service comes up, and the ways on; by POST, take it away, or bring it back."""
    may = request.user.has_perm("services.change_service")
    if not request.user.has_perm("services.view_service") or (request.method == "POST" and not may):
        raise PermissionDenied
    row = get_object_or_404(Service, slug=slug)
    ruled = row.recommendations.exists()
    if request.method == "POST":
        return _turned(request, _local(slug), ruled=ruled)
    draft, report = publish.check_draft()
    edition = as_edition(draft)
    shown: dict[str, Any] = {"row": row, "change": may and bool(row.areas), "turn": may and row.areas and not ruled}
    if slug in edition.services:
        service, found = edition.services[slug], reach(edition, slug)
        conditions = [(describe_condition(draft.flow, when), count) for when, count in found.conditions()]
        national = edition.services.get(service.local_of)
        about = {slug, service.organization}
        shown |= {
            "service": service,
            "reach": found,
            "where": where(service),
            "conditions": conditions[:MOST_SHOWN],
            "more": len(conditions) - MOST_SHOWN,
            "national": t(national.name) if national else "",
            "instead": bool(national and national.finder),
            "home": t(areas.name(settings.HOME_AREA)) if areas.finds(service, settings.HOME_AREA) else "",
            "faults": pages.faults([each for each in report.problems if each.subject in about], draft),
            "warnings": pages.faults([each for each in report.warnings if each.subject in about], draft),
        }
    return pages.page(request, "own_service", str(row), **shown)


def _turned(request: HttpRequest, row: Service, *, ruled: bool) -> HttpResponse:
    """Off or on again, as the form says. One that rules lead to stays: they come first."""
    user: Any = request.user
    status = "live" if "back" in request.POST else "retired"
    if ruled and status == "retired":
        messages.error(request, _("Questions lead to this service. Change or delete these recommendations first."))
        return redirect(f"{reverse('admin:navigator_recommendation_changelist')}?q={row.slug}")
    with history.recorded(user, "save", rows=[history.rows_of("service", "pk", str(row.pk))]):
        Service.objects.filter(pk=row.pk).update(status=status)
        LogEntry.objects.log_actions(user.pk, [row], CHANGE, "", single_object=True)
    done = (
        _("It is back in the draft.")
        if status == "live"
        else _("It is taken away from the draft. Nothing of it is lost.")
    )
    messages.success(request, done)
    return redirect("admin:own-service", slug=row.slug)


def _local(slug: str) -> Service:
    """A service of an area: others have pages of their own, with all languages."""
    return get_object_or_404(Service.objects.exclude(areas=""), slug=slug)
