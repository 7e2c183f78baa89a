"""Staff page: one urgent fix of one service, published past a draft that is not ready."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator.editions import publish, quick_fix
from navigator.editions.content import encode
from navigator.editions.differences import differences
from navigator.editions.edition import Edition
from navigator.editions.publish import Changed, Refused
from navigator.editions.wording import record_name, way_name
from navigator.public.measure import too_large
from services import areas
from services import models as directory
from services.records import Service
from services.texts import t

from .pages import PERMISSION, faults, grouped, newest_edition, page, refused
from .publishing import published_message
from .quick_fix_form import ALERT, QuickFixForm


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("publish/fix/", site.admin_view(quick_fix_page), name="quick-fix")]


@require_http_methods(["GET", "HEAD", "POST"])
def quick_fix_page(request: HttpRequest) -> HttpResponse:
    """One urgent fix of one service: choose it, see what it changes, publish it."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    edition = newest_edition()
    if edition is None:
        return redirect("admin:publish")
    slug = request.POST.get("service") or request.GET.get("service", "")
    off = directory.Service.objects.filter(status="retired").exclude(slug__in=edition.written)
    # One that was switched off, and set live on its own page since, still lacks its recommendations.
    gone = slug not in edition.written and directory.Service.objects.filter(slug=slug).exclude(status="draft").exists()
    former = publish.last_with(slug) if gone else None
    service = (former or edition).written.get(slug)
    context: dict[str, Any] = {"edition": edition, "service": service, "former": former}
    if service is None:
        context |= {
            "services": _named(areas.completed(edition.content.services)),
            "off": _named(row.record() for row in off),
        }
        return page(request, "quick_fix", _("Fix one thing now"), unknown=slug, **context)
    context["service_name"] = record_name(service)
    form = QuickFixForm(service, request.user, request.POST or None, former=former)
    if request.method != "POST" or not form.is_valid() or "again" in request.POST:
        return page(request, "quick_fix", _("Fix one thing now"), form=form, **context)
    return _confirm(request, form, context)


def _named(services: Iterable[Service]) -> list[tuple[str, str]]:
    """Services to choose from, by name: the slug of each, and its name with where it helps, its first number and what
    it is: one line may stand for children and for adults, under one name.
    """
    found = []
    for each in services:
        numbers = [way_name(way) for way in each.ways if not way.value.startswith("http")]
        found.append((each.slug, ". ".join(filter(None, [record_name(each), *numbers[:1], t(each.plain)]))))
    return sorted(found, key=lambda each: each[1].casefold())


def _confirm(request: HttpRequest, form: QuickFixForm, context: dict[str, Any]) -> HttpResponse:
    """Show what a fix changes; publish it, if that is what was shown before."""
    edition: Edition = context["edition"]
    change, status = form.change(), 200
    # Words may make an outcome stand out by its size. A number that is wrong goes at once, whatever the size.
    measure = too_large if form.cleaned_data["what"] == ALERT else None
    if "publish" in request.POST:
        status = 409
        try:
            if request.POST.get("edition") != str(edition.number):
                raise Changed
            row = quick_fix.publish_change(edition, change, request.user, form.cleaned_data["note"], measure=measure)
        except Changed:
            messages.error(request, _("Nothing was published: another edition is in force by now. Look again."))
        except Refused:
            messages.error(request, _("Nothing was published: this fix does not pass the checks."))
        else:
            messages.success(request, published_message(row.number))
            return redirect("admin:editions")
    fixed = change.apply(edition.content)
    report = publish.checked(encode(fixed), measure, urgent=True)
    number = form.new_way.value if form.new_way else ""
    context |= {
        "form": form,
        "others": [
            record_name(each)
            for each in edition.content.services
            if number and each.slug != change.service.slug and any(way.value == number for way in each.ways)
        ],
        "groups": grouped(differences(edition.content, fixed)),
        "faults": faults(report.problems, edition.content),
        "warnings": faults([each for each in report.warnings if each.subject == change.service.slug], edition.content),
        "in_draft": quick_fix.draft_row(change) is not None,
        "rules": len(quick_fix.rules_of(context["former"] or edition, change.service.slug)),
        "locals": len((context["former"] or edition).local.get(change.service.slug, ())),
        "switched": form.cleaned_data["what"],
    }
    return page(request, "quick_fix_confirm", _("Fix one thing now"), status, **context)
