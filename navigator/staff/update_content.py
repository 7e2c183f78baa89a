"""Staff page: bring a newer release of the content into the draft, and choose where both changed the same words."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from navigator.editions import update
from navigator.editions.publish import Changed
from navigator.editions.update import Broken

from .pages import PERMISSION, grouped, page, refused


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("update-content/", site.admin_view(update_content), name="update-content")]


@require_http_methods(["GET", "HEAD", "POST"])
def update_content(request: HttpRequest) -> HttpResponse:
    """What a newer release changes; by POST, bring in what was shown, with the changes that were ticked."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    status, take = 200, frozenset(request.POST.getlist("take"))
    try:
        release = update.read_release()
        if request.method == "POST":
            status = 409
            try:
                done = update.bring_in(release, take, request.user, request.POST.get("seen") or "none")
            except Changed:
                messages.error(
                    request, _("Nothing was changed: the draft or the release is another one by now. Look again.")
                )
            except DatabaseError:
                messages.error(request, _("Nothing was changed: the database did not take it. Tell the host."))
            else:
                messages.success(request, _told(done))
                messages.info(request, _("The public sees none of it until you publish."))
                return redirect("admin:update-content")
        found = update.plan(release)
    except Broken as error:
        return page(request, "update_content", _("Newer release"), 409, broken=str(error))
    rows = update.rows(found)
    outcomes = {name: [row for row in rows if row.outcome == name] for name in ("kept", "held", "taken")}
    return page(
        request,
        "update_content",
        _("Newer release"),
        status,
        fresh=found.fresh,
        seen=found.seen,
        take=take,
        counts={name: len(some) for name, some in outcomes.items()},
        **{name: grouped(some) if some else [] for name, some in outcomes.items()},
    )


def _told(done: update.Plan) -> str:
    taken = sum(change.outcome == "taken" for change in done.merged.changes)
    words = ngettext(
        "%(count)s change of the release is in the draft.", "%(count)s changes of the release are in the draft.", taken
    )
    return words % {"count": taken}
