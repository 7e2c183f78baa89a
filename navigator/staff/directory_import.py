"""Staff page: bring another directory's services in as drafts (HSDS 3.0); first what would come of it, then in."""

import hashlib
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from navigator.editions.history import ADDED, recorded
from services import drafts, files, hsds, hsds_files
from services.drafts import Report
from services.models import Service

from .pages import page

LARGEST = 2_000_000
"""Bytes of a file here; it goes to the browser and back. The command takes more."""
SHOWN = 200
"""Lines of each list that are shown."""


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("import/", site.admin_view(directory_import), name="directory-import")]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(["services.add_service", "services.add_organization"], raise_exception=True)
def directory_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; then what it would bring; then, if that is still what would come of it, the drafts."""
    status, context = 200, {"languages": settings.LANGUAGES, "most": LARGEST // 1_000_000}
    language = request.POST.get("language", hsds.MAIN)
    if language not in dict(settings.LANGUAGES):
        language = hsds.MAIN
    if request.method == "POST":
        try:
            rows = _rows(request)
            seen = request.POST.get("seen", "")
            report, made = bring_in(rows, language, seen, request.user)
        except ValueError as error:
            status, context["wrong"] = 400, str(error)
        else:
            if made is not None:
                done = ngettext("%(count)s draft was made.", "%(count)s drafts were made.", made) % {"count": made}
                messages.success(request, done)
                messages.info(request, _("Check each of them, make it live, and publish: until then nobody sees it."))
                return redirect(f"{reverse('admin:services_service_changelist')}?status__exact=draft")
            if seen:
                status = 409
                messages.error(request, _("Nothing was changed: the directory is another one by now. Look again."))
            context |= {
                "report": report,
                "lists": _lists(report),
                "shown": SHOWN,
                "seen": _digest(report),
                "services": msgspec.json.encode(rows).decode(),
            }
    context["language"] = language
    return page(request, "directory_import", _("Another directory"), status, **context)


def bring_in(rows: list[dict[str, Any]], language: str, seen: str, user: Any) -> tuple[Report, int | None]:
    """What the services would bring, and how many drafts were made: None unless it is what the person has ``seen``.

    It is the same run both times, and is undone where it was only to be shown.
    """
    with recorded(user, "import", rows=ADDED), transaction.atomic():
        before = set(Service.objects.values_list("pk", flat=True))
        report = drafts.bring_in(rows, language)
        if seen != _digest(report):
            transaction.set_rollback(True)
            return report, None
        new = [service for service in Service.objects.all() if service.pk not in before]
        if new:
            LogEntry.objects.log_actions(user.pk, new, ADDITION, _("Brought in from another directory (HSDS)"))
        return report, len(new)


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    """The services of the file that was chosen, or of the page that showed what they would bring. Raises ValueError."""
    if kept := request.POST.get("services"):
        return _parsed(kept, "JSON")
    file = request.FILES.get("file")
    if file is None:
        raise ValueError(_("Choose a file."))
    if (file.size or 0) > LARGEST:
        words = _("This file is too large for this page: at most %(most)s MB. Ask the host to bring it in.")
        raise ValueError(words % {"most": LARGEST // 1_000_000})
    try:
        text = files.decoded(file.read())
    except UnicodeDecodeError:
        raise ValueError(_("The file is not in UTF-8.")) from None
    return _parsed(text, file.name or "JSON")


def _parsed(text: str, name: str) -> list[dict[str, Any]]:
    try:
        return hsds_files.parse(text, name)
    except ValueError as error:
        raise ValueError(" ".join((_("This is not a JSON file in the shape of HSDS 3.0."), str(error)))) from None


def _lists(report: Report) -> list[tuple[str, list[str]]]:
    """The report as lists with their titles; the empty ones are left out."""
    unheld = [f"{name} ({count})" for name, count in report.unheld.most_common()]
    found = [
        (_("Would come in as drafts"), report.taken),
        (_("To look at"), report.notes),
        (_("Would be left out"), report.skipped),
        (_("Fields that have no place here"), unheld),
    ]
    return [(title, lines) for title, lines in found if lines]


def _digest(report: Report) -> str:
    """What a person has seen, so that nothing else is brought in."""
    return hashlib.sha256(msgspec.json.encode([report.taken, report.notes, report.skipped])).hexdigest()
