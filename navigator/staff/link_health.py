"""Staff page: what the last round of `manage.py check_links` found. It reads; only the command asks other sites."""

import datetime as dt
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from services import link_checks
from services.findings import LinkCheck
from services.labels import RESULT

from .pages import page

STALE = dt.timedelta(days=35)
"""After this a round is overdue: the command is meant for once a week, or once a month at the least."""


class Group(NamedTuple):
    """The addresses with one result."""

    title: str
    rows: list[LinkCheck]


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("links/", site.admin_view(link_health), name="link-health")]


@require_safe
@permission_required("services.view_service", raise_exception=True)
def link_health(request: HttpRequest) -> HttpResponse:
    """What is gone, has moved or could not be told; of the rest, how many."""
    rows = list(LinkCheck.objects.filter(service__status="live").select_related("service"))
    last = max((row.checked_at for row in rows), default=None)
    there = sum(row.result == "ok" for row in rows)
    groups = [
        Group(str(title), some)
        for name, title in RESULT
        if name != "ok" and (some := [row for row in rows if row.result == name])
    ]
    return page(
        request,
        "link_health",
        _("Web addresses"),
        last=last,
        stale=last is not None and timezone.now() - last > STALE,
        groups=groups,
        there=there,
        waiting=max(sum(map(len, link_checks.addresses().values())) - len(rows), 0),
    )
