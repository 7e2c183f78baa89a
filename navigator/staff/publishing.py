"""Staff page: publish the draft."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator import models
from navigator.editions import publish
from navigator.editions.content import Content, digest, encode
from navigator.editions.differences import Difference, differences
from navigator.editions.publish import Changed, Refused
from navigator.engine import flow
from navigator.public.measure import too_large

from .pages import PERMISSION, faults, grouped, newest_edition, other_publishers, page, publishers, refused

NONE = Content(languages=(), flow=flow.Flow(questions=(), recommendations=()), organizations=(), services=())
"""What is in force before anything was published."""


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("publish/", site.admin_view(publish_draft), name="publish")]


@require_http_methods(["GET", "HEAD", "POST"])
def publish_draft(request: HttpRequest) -> HttpResponse:
    """What differs, what the checks say, and the button; by POST, publish what was shown."""
    # Whoever edits may see all that differs; publishing itself is for those who may.
    may = request.user.has_perm(PERMISSION)
    if not (may or (request.user.has_perm("services.view_service") and request.method != "POST")):
        return refused(request)
    others = other_publishers(request.user)
    status, note = 200, request.POST.get("note", "")
    if request.method == "POST" and others is None:
        status = 409
        try:
            row = publish.publish(
                request.user, note[:500], expected=request.POST.get("draft") or "none", measure=too_large
            )
        except Changed:
            messages.error(request, _("Nothing was published: this is no longer the draft that you saw. Look again."))
        except Refused:
            messages.error(request, _("Nothing was published: the draft does not pass the checks."))
        else:
            messages.success(request, published_message(row.number))
            return redirect("admin:publish")
    elif request.method == "POST":
        status = 403
        messages.error(request, _("Nothing was published: you edited this draft, so somebody else must publish it."))
    draft, report = publish.check_draft(too_large)
    edition = newest_edition()
    found = differences(edition.content if edition else NONE, draft)
    return page(
        request,
        "publish",
        _("Publish"),
        status,
        edition=edition,
        groups=grouped(found, who=True),
        publishers=[] if may else publishers(),
        count=len(found),
        report=report,
        faults=faults(report.problems, draft),
        note=note or summary(found),
        draft=digest(encode(draft)),
        others=others,
        damaged=publish.damaged(),
    )


def published_message(number: int) -> str:
    """That an edition is published, with the ways to see it and to undo it."""
    ways = [(reverse("question"), _("See it as the public does"))]
    before = models.Edition.objects.filter(number__lt=number).first()
    if before and publish.is_intact(before):
        ways.append((reverse("admin:rollback", args=[before.number]), _("Undo")))
    done = _("Edition %(number)s is published.") % {"number": number}
    return format_html("{} {}", done, format_html_join(" · ", '<a href="{}">{}</a>', ways))


def summary(found: Sequence[Difference]) -> str:
    """A first note on what changed: the services and questions that it is about."""
    places = list(dict.fromkeys(one.where for one in found))
    words = ", ".join(places[:3])
    return words + (_(" and %(count)s more") % {"count": len(places) - 3} if len(places) > 3 else "")
