"""Staff pages: the map of the flow, and the table of what leads to each service."""

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from services.models import Service

from . import chart, content, editions, models, paths
from .templatetags.words import t

ZOOMS = ("fit", "50", "100", "150", "200")
"""To the width of the window, or per cent."""


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [path("map/", site.admin_view(partial(flow_map, site)), name="map")]


def flow_map(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The map and the table, of the draft or (``?of=edition``) of the edition in force."""
    edition = _edition()
    of_edition = edition is not None and request.GET.get("of") == "edition"
    shown = edition.content if edition and of_edition else content.compile_draft()
    report = editions.check(shown)
    names = {service.slug: t(service.name) or service.slug for service in shown.services}
    found = chart.stops(shown.flow, names)
    asked = request.GET.get("zoom", "")
    zoom = asked if asked in ZOOMS else "100"
    sheet = chart.draw(found)
    return TemplateResponse(
        request,
        "admin/map.html",
        {
            **site.each_context(request),
            "title": _("Map of the questions"),
            "edition": edition,
            "of": "edition" if of_edition else "draft",
            "zoom": zoom,
            "zooms": ZOOMS,
            "sheet": sheet,
            "shown_width": "100%" if zoom == "fit" else str(round(sheet.width * int(zoom) / 100)),
            "stops": found,
            "titles": {stop.key: stop.words for stop in found},
            "report": report,
            "coverage": coverage(shown, report),
            "links": {**links(site, models.Question, "key"), **links(site, Service, "slug")},
        },
    )


def _edition() -> editions.Edition | None:
    try:
        return editions.current()
    except editions.NoEdition:
        return None


def coverage(shown: content.Content, report: paths.Report) -> list[dict[str, Any]]:
    """Each service with the paths that lead to it; those that no path reaches come first."""
    rows = []
    for service in shown.services:
        found = report.coverage.get(service.slug, paths.Coverage())
        rows.append(
            {
                "slug": service.slug,
                "name": t(service.plain),
                "official": t(service.name),
                "first": found.first,
                "also": found.also,
                "shortest": content.said(shown.flow, found.shortest) if found.shortest else "",
                "listed": service.directory_only,
            }
        )
    return sorted(rows, key=lambda row: (bool(row["shortest"]), row["listed"], str(row["name"]).casefold()))


def links(site: AdminSite, model: type[Model], key: str) -> dict[str, str]:
    """The page of each record on the desk, by its key."""
    if not site.is_registered(model):
        return {}
    where = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
    return {name: reverse(where, args=[pk]) for name, pk in model._default_manager.values_list(key, "pk")}
