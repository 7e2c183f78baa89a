"""Staff page: one urgent fix of one service, published past a draft that is not ready."""

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
from navigator.public.measure import too_large
from services import models as directory
from services.texts import t

from .pages import PERMISSION, faults, grouped, newest_edition, page, refused
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
        services = sorted(edition.content.services, key=lambda each: t(each.name).casefold())
        return page(request, "quick_fix", _("Fix one thing now"), services=services, off=off, unknown=slug, **context)
    form = QuickFixForm(service, request.user, request.POST or None, former=former)
    if request.method != "POST" or not form.is_valid() or "again" in request.POST:
        return page(request, "quick_fix", _("Fix one thing now"), form=form, **context)
    return _confirm(request, form, context)


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
            messages.success(request, _("Edition %(number)s is published.") % {"number": row.number})
            return redirect("admin:editions")
    fixed = change.apply(edition.content)
    report = publish.checked(encode(fixed), measure, urgent=True)
    context |= {
        "form": form,
        "groups": grouped(differences(edition.content, fixed)),
        "faults": faults(report.problems, edition.content),
        "warnings": faults([each for each in report.warnings if each.subject == change.service.slug], edition.content),
        "in_draft": quick_fix.draft_row(change) is not None,
        "rules": len(quick_fix.rules_of(context["former"] or edition, change.service.slug)),
        "locals": len((context["former"] or edition).local.get(change.service.slug, ())),
        "switched": form.cleaned_data["what"],
    }
    return page(request, "quick_fix_confirm", _("Fix one thing now"), status, **context)
