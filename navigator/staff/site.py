"""The staff site: Django admin, with the pages of our own beside the tables."""

import sys
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from navigator import models
from navigator.editions import database, in_force, publish
from navigator.editions.differences import differences
from navigator.editions.translations import stale
from navigator.public import pages as public
from services import areas
from services.models import Service, unchecked
from services.rows import codes

from . import (
    activity,
    check_sheet,
    comments,
    directory_import,
    editions_pages,
    explain,
    history,
    link_health,
    live_preview,
    map,
    own,
    pages,
    preview,
    publishing,
    quick_fix,
    ready,
    translations,
    typed,
    update_content,
)

PARTS = (
    publishing,
    ready,
    quick_fix,
    editions_pages,
    history,
    comments,
    preview,
    live_preview,
    explain,
    map,
    check_sheet,
    link_health,
    translations,
    directory_import,
    own,
    update_content,
    activity,
    typed,
)
"""The modules with pages of our own."""


OURS = {"User": gettext_noop("People"), "Group": gettext_noop("Roles")}
"""What staff call Django's tables of accounts."""


class StaffSite(admin.AdminSite):
    """Django's admin site with our start page, publishing and the map."""

    site_header = _("Find services: staff")
    site_title = _("Staff")
    index_title = _("Start")

    def get_urls(self) -> list[Any]:
        """Our pages come before Django's own catch-all."""
        return [*(url for part in PARTS for url in part.urls(self)), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Django's list; the services, which staff look after every day, first, and the accounts last."""
        found = super().get_app_list(request, app_label)
        for app in found:
            if app["app_label"] == "auth":
                app["name"] = gettext("Accounts")
                for table in app["models"]:
                    table["name"] = gettext(OURS.get(table["object_name"], table["name"]))
        return sorted(found, key=lambda app: (app["app_label"] == "auth", app["app_label"] != "services"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The start page: what wants attention, then Django's list of tables."""
        news = start() if request.user.has_perm("services.view_service") else {}
        waiting = comments.waiting(request)
        news |= {"comments": comments.told(waiting[:ROWS_SHOWN]), "comment_count": waiting.count()}
        return super().index(request, {**news, **(extra_context or {})})


ROWS_SHOWN = 10
"""Rows of each list on the start page."""


def start() -> dict[str, Any]:
    """What wants attention: checks that are due, changes not yet published, problems, the last editions."""
    draft, report = publish.check_draft()
    database.look()
    edition = in_force.current_or_none()
    waiting = Service.objects.due()
    # Those of other areas are the release's to keep; of its own area, and what visitors said, the host takes care.
    due = [service for service in waiting if is_ours(service) or service.reported]
    counts = Counter(Service.objects.exclude(status="live").values_list("status", flat=True))
    names = {"retired": gettext("Services that are off"), "draft": gettext("Services that are not live yet")}
    changed = None if edition is None else differences(edition.content, draft)
    return {
        "staff_site": True,
        "damaged": publish.damaged(),
        "due": due[:ROWS_SHOWN],
        "due_count": len(due),
        "unchecked": unchecked(due),
        "due_elsewhere": len(waiting) - len(due),
        "not_live": [(status, words, counts[status]) for status, words in names.items() if counts[status]],
        "changed": changed,
        "stale": len(stale(draft)),
        "ready": ready.ready(),
        "coming": pages.coming(edition.content) if edition else [],
        "groups": pages.grouped(changed or (), who=True)[:6],
        "problems": pages.faults(report.problems[:ROWS_SHOWN], draft),
        "problem_count": len(report.problems),
        "warnings": pages.faults(report.warnings, draft),
        "path_count": report.paths,
        "editions": models.Edition.objects.select_related("published_by").defer("content")[:5],
    }


def is_ours(service: Service) -> bool:
    """Whether a service is for the whole country, or for the area of this host."""
    here = settings.HOME_AREA
    return not service.areas or bool(here and areas.within(here, codes(service.areas)))


# Errors: staff read what to do in their own pages; anybody else sees 911 and the main numbers


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403; with a reason, of Django's CSRF check."""
    if not _is_staff_page(request):
        return public.forbidden(request)
    if reason and (again := typed.kept(request)):
        return again
    why = (
        gettext(
            "The page was open too long, or you signed in again meanwhile. Nothing was saved: go back and load it anew."
        )
        if reason
        else gettext("Your account has no right to it. Whoever looks after the accounts can give it to you.")
    )
    return pages.page(request, "trouble", gettext("You cannot do this"), 403, why=why)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if not _is_staff_page(request):
        return public.not_found(request)
    why = gettext("The address is not right, or what stood here was deleted.")
    return pages.page(request, "trouble", gettext("This page is not here"), 404, why=why)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; where the database does not take what staff do, a 503 that says so. It looks at no session: none can be."""
    error = sys.exc_info()[1]
    if not request.path_info.startswith(settings.ADMIN_PATH) or not isinstance(error, OperationalError):
        return public.server_error(request)
    context = {"status": 503, "why": _database_trouble(error), "main": public.main_numbers()}
    return public.page(request, "account/no_database.html", context, 503)


def _database_trouble(error: OperationalError) -> str:
    """What is wrong with the database, in words."""
    text = str(error).lower()
    if any(word in text for word in ("full", "no space", "i/o error", "readonly", "read-only")):
        return gettext("The disk of this site is full, or cannot be written.")
    if "locked" in text:
        return gettext("The database of this site is busy with something else.")
    return gettext("The database of this site does not answer.")


def _is_staff_page(request: HttpRequest) -> bool:
    """Whether somebody of the staff is on a page of theirs. Of a public page, not even the session is looked at."""
    return request.path_info.startswith(settings.ADMIN_PATH) and admin.site.has_permission(request)
