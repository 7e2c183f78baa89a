"""Staff pages: the map of the flow, and the table of what leads to each service."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from navigator import models
from navigator.editions import in_force
from navigator.editions.content import Content, check
from navigator.editions.draft import compile_draft
from navigator.editions.wording import describe_condition, describe_path
from navigator.engine import checks
from services.models import Service
from services.texts import t

from . import map_layout
from .pages import links

ZOOMS = ("fit", "50", "100", "150", "200")
"""To the width of the window, or per cent."""


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [path("map/", site.admin_view(partial(flow_map, site)), name="map")]


def flow_map(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The map and the table, of the draft or (``?of=edition``) of the edition in force."""
    edition = in_force.current_or_none()
    of_edition = edition is not None and request.GET.get("of") == "edition"
    shown = edition.content if edition and of_edition else compile_draft()
    report = check(shown)
    names = {service.slug: t(service.name) or service.slug for service in shown.services}
    found = map_layout.stops(shown.flow, names)
    asked = request.GET.get("zoom", "")
    zoom = asked if asked in ZOOMS else "fit"
    sheet = map_layout.draw(found)
    return TemplateResponse(
        request,
        "admin/map.html",
        {
            **site.each_context(request),
            "title": _("Map of the questions"),
            "is_nav_sidebar_enabled": False,
            "edition": edition,
            "of": "edition" if of_edition else "draft",
            "zoom": zoom,
            "zooms": ZOOMS,
            "sheet": sheet,
            "shown_width": "100%" if zoom == "fit" else str(round(sheet.width * int(zoom) / 100)),
            "stops": found,
            "ticks": ticks(shown, names),
            "titles": {stop.key: stop.words for stop in found},
            "report": report,
            "coverage": coverage(shown, report),
            "links": {**links(site, models.Question, "key"), **links(site, Service, "slug")},
        },
    )


class Tick(NamedTuple):
    """What one tick adds: services and guidance, each with when it does."""

    words: str
    when: str
    """When it is offered; empty: always."""
    adds: list[tuple[str, str, str]]
    """The slug of the service, or empty; what it is called; when."""


def ticks(shown: Content, names: Mapping[str, str]) -> list[Tick]:
    """Each tick with the rules that name it, best first."""
    many = shown.flow.many
    found = []
    for choice in many.choices if many else ():
        key = many.key if many else ""
        rules = sorted(shown.flow.recommendations, key=lambda rule: rule.rank)
        parts = [(rule.service, names.get(rule.service, rule.service), rule.when) for rule in rules]
        parts += [("", t(text.title), text.when) for text in shown.flow.guidance]
        adds = []
        for slug, words, when in parts:
            if choice.key in when.get(key, ()):
                left = {question: choices for question, choices in when.items() if question != key}
                adds.append((slug, words, describe_condition(shown.flow, left) if left else ""))
        offered = describe_condition(shown.flow, choice.when) if choice.when else ""
        found.append(Tick(t(choice.label) or choice.key, offered, adds))
    return found


def coverage(shown: Content, report: checks.Report) -> list[dict[str, Any]]:
    """Each service with the paths that lead to it; those that no path reaches come first.

    Local services have no paths of their own: they stand with their national one, or on the list alone.
    """
    rows = []
    for service in (each for each in shown.services if not each.areas):
        found = report.coverage.get(service.slug, checks.Coverage())
        rows.append(
            {
                "slug": service.slug,
                "name": t(service.plain),
                "official": t(service.name),
                "first": found.first,
                "also": found.also,
                "ticked": found.ticked,
                "shortest": describe_path(shown.flow, found.shortest) if found.shortest else "",
                "listed": service.directory_only,
            }
        )
    return sorted(rows, key=lambda row: (bool(row["shortest"]), row["listed"], str(row["name"]).casefold()))
