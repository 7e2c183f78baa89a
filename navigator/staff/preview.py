"""The real public pages on the draft, for staff who are signed in.

The public addresses stand under one of the admin's, as a site does that is mounted there: every link
and every form leads to the preview, and the templates know nothing of it but the bar on top.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import Resolver404, get_script_prefix, path, resolve, reverse, set_script_prefix
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language_from_path, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from navigator.editions import dates
from navigator.editions.draft import draft_edition
from navigator.editions.edition import Edition
from navigator.public import cards, pages, reports, views
from services import records
from services.dates import on as standing
from services.models import Service
from services.texts import t


def urls(site: AdminSite) -> list[Any]:
    """The addresses of the preview, under the admin's."""
    return [
        path("preview/", site.admin_view(preview), name="preview"),
        path("preview/on/<str:day>/", site.admin_view(preview), name="preview-on"),
        path("preview/on/<str:day>/<path:rest>", site.admin_view(preview)),
        path("preview/<path:rest>", site.admin_view(preview)),
    ]


DRAFTED: dict[str, Callable[[HttpRequest, Edition], HttpResponse]] = {
    "question": views.step_response,
    "all": views.directory_response,
    "report": partial(reports.answer, keep=None),  # what staff try out is no report
}
"""The public pages that show an edition; the others are the same on every one."""


class Preview(NamedTuple):
    """What the base of a page must know of the preview: whose page it is, and the way back."""

    name: str
    back: str
    day: dt.date | None
    """The day on which it looks at the draft; None: today."""
    days: list[tuple[str, dt.date | None]]
    """The other days on which something changes, each with the address of this page on it."""


@csrf_exempt  # as on the public pages: nothing is changed, and `same_origin` is checked
@sensitive_post_parameters()
@pages.allow("GET", "HEAD", "POST")
def preview(request: HttpRequest, rest: str = "", day: str = "") -> HttpResponse:
    """A public page, by its own address ``rest``, on the draft; ``all/?service=`` is one card alone.

    With a ``day``, as it will be on that day, at this time of day.
    """
    as_on = dates.read_day(day)
    if day and not as_on:
        raise Http404
    address, back, row = f"/{rest}", reverse("admin:index"), None
    if slug := request.GET.get("service"):
        row = get_object_or_404(Service.objects.select_related("organization"), slug=slug)
        back = reverse("admin:services_service_change", args=[row.pk])
    language = get_language_from_path(address) or settings.LANGUAGE_CODE
    with override(language):
        try:
            match = resolve(address)
        except Resolver404 as error:
            raise Http404 from error
    if match.view_name not in (*pages.PUBLIC, *DRAFTED, "leave"):
        raise Http404
    draft = draft_edition(dates.that_day(as_on) if as_on else None) if match.view_name in DRAFTED else None
    here = f"{rest}?{urlencode({'service': row.slug})}" if row else rest
    days = (None, *(coming(draft) if draft else ()))
    others = [(f"{root(each)}{here}", each) for each in days if each != as_on]
    with override(language), mounted(root(as_on)):
        request.preview = Preview(match.view_name, back, as_on, others)  # type: ignore[attr-defined]
        if draft and row and match.view_name == "all":
            response = one(request, row, draft)
        elif draft:
            response = DRAFTED[match.view_name](request, draft)
        else:
            response = match.func(request, *match.args, **match.kwargs)
        response["Content-Language"] = language
        return response


def root(day: dt.date | None) -> str:
    """Where the preview of a day stands; of today, for None."""
    return reverse("admin:preview-on", args=[day]) if day else reverse("admin:preview")


def coming(draft: Edition) -> list[dt.date]:
    """The first days on which something in the draft changes by itself."""
    days = dict.fromkeys(state.day for state in dates.states(draft.content, timezone.now())[1:] if state.day)
    return list(days)[:MOST_DAYS]


MOST_DAYS = 4
"""Days that the preview offers; any other one can be written into the address."""


def one(request: HttpRequest, row: Service, draft: Edition) -> HttpResponse:
    """The page of all services with one service alone, live or not. The public has no page of that kind."""
    base, query = pages.base_context(request), urlencode({"service": row.slug})
    context = {
        **base,
        **views.directory_context(draft),
        "languages": [{**each, "path": f"{each['path']}?{query}"} for each in base["languages"]],
        "found": [card_of(row.record(), t(row.organization.record().name), draft.now())],
    }
    return HttpResponse(render_to_string("all.html", context))


def card_of(record: records.Service, organization: str, now: dt.datetime) -> cards.Card:
    """The card of one service as it stands now; also where it is off or not live, and not shown to the public."""
    record = msgspec.structs.replace(record, off_from=None, off_to=None)
    return cards.card(standing(record, now) or record, organization, now)


@contextmanager
def mounted(root: str) -> Iterator[None]:
    """Addresses are made as on a site that is mounted at ``root``."""
    before = get_script_prefix()
    set_script_prefix(root)
    try:
        yield
    finally:
        set_script_prefix(before)
