"""Staff pages: the list of editions, what differs between two, one as a file, and rolling back."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from navigator import models
from navigator.editions import publish
from navigator.editions.differences import differences
from navigator.editions.draft import bring_back_draft, compile_draft
from navigator.editions.edition import Edition, decode
from navigator.editions.history import recorded
from navigator.editions.publish import Changed
from navigator.public import pocket

from .pages import PERMISSION, coming, grouped, newest_edition, page, refused


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [
        path("editions/", site.admin_view(listed), name="editions"),
        path("editions/pocket/<str:language>.html", site.admin_view(pocket_page), name="pocket"),
        path("editions/compare/", site.admin_view(compare), name="compare"),
        path("editions/<int:number>.json", site.admin_view(download), name="edition-download"),
        path("editions/drafts/<int:pk>/", site.admin_view(bring_back), name="bring-back"),
        path("editions/<int:number>/rollback/", site.admin_view(rollback), name="rollback"),
    ]


class Row(NamedTuple):
    """An edition in the list."""

    edition: models.Edition
    intact: bool
    current: bool


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All editions, the newest first: who, when, why, whether each is whole."""
    edition = newest_edition()
    rows = models.Edition.objects.select_related("published_by")
    shown = Paginator(rows, 25).get_page(request.GET.get("p"))
    found = [Row(row, publish.is_intact(row), bool(edition and edition.number == row.number)) for row in shown]
    numbers = list(models.Edition.objects.values_list("number", flat=True))
    kept = models.DraftKept.objects.select_related("kept_by").defer("content")
    context: dict[str, Any] = {"rows": found, "shown": shown, "numbers": numbers, "damaged": publish.damaged()}
    context["languages"] = [get_language_info(code) for code, _name in settings.LANGUAGES]
    context["coming"] = coming(edition.content) if edition else []
    return page(request, "editions", _("Editions"), kept=kept, **context)


def _opened(row: models.Edition) -> Edition:
    """The edition of a row. Raises ValueError if it is damaged."""
    return decode(row.number, bytes(row.content), row.hash, row.published_at)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What differs between two editions: ``?old=3&new=5``."""
    asked = request.GET.get("old", ""), request.GET.get("new", "")
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in asked):
        raise Http404
    old, new = (get_object_or_404(models.Edition, number=int(number)) for number in asked)
    title = _("Editions %(old)s and %(new)s") % {"old": old.number, "new": new.number}
    damaged = [row.number for row in (old, new) if not publish.is_intact(row)]
    found = [] if damaged else differences(_opened(old).content, _opened(new).content)
    return page(request, "compare", title, old=old, new=new, damaged=damaged, groups=grouped(found))


@require_GET
def download(request: HttpRequest, number: int) -> HttpResponse:
    """An edition as it is kept, as JSON."""
    row = get_object_or_404(models.Edition, number=number)
    if not publish.is_intact(row):
        messages.error(request, _("Edition %(number)s is damaged: its hash does not fit.") % {"number": number})
        return redirect("admin:editions")
    response = HttpResponse(bytes(row.content), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="edition-{number}.json"'
    return response


@require_GET
def pocket_page(request: HttpRequest, language: str) -> HttpResponse:
    """The pocket edition of the edition in force, to take along; with ``?kiosk``, for a kiosk."""
    edition = newest_edition()
    if edition is None or language not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponse(pocket.build(edition, language, kiosk="kiosk" in request.GET, alone=True))
    response["Content-Disposition"] = f'attachment; filename="{language}.html"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: HttpRequest, number: int) -> HttpResponse:
    """What rolling back would change, and the button; by POST, roll back."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    row = get_object_or_404(models.Edition, number=number)
    edition = newest_edition()
    if edition is None or not publish.is_intact(row):
        messages.error(request, _("Edition %(number)s is damaged: its hash does not fit.") % {"number": number})
        return redirect("admin:editions")
    lost = differences(edition.content, compile_draft())
    # What nobody has published yet goes from the draft only if that is asked for.
    status, draft = 200, not lost if request.method != "POST" else "draft" in request.POST
    if request.method == "POST":
        status, seen = 409, request.POST.get("edition", "")
        try:
            note = _("Back to edition %(number)s, the draft too") if draft else _("Back to edition %(number)s")
            expected = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
            made = publish.rollback(number, request.user, note % {"number": number}, expected, draft=draft)
        except Changed:
            messages.error(request, _("Nothing was changed: another edition is in force by now. Look again."))
            edition = newest_edition() or edition
        else:
            words = _("Edition %(old)s is in force again, as edition %(new)s.") % {"old": number, "new": made.number}
            kept = _("The draft stays as it is: look at it before you publish it.")
            back = _("The draft is set back to it too.")
            messages.success(request, f"{words} {back if draft else kept}")
            if draft and lost:
                messages.info(request, _("The draft as it was is kept: bring it back at the end of this page."))
            return redirect("admin:editions")
    found = grouped(differences(edition.content, _opened(row).content))
    title = _("Roll back to edition %(number)s") % {"number": number}
    return page(
        request,
        "rollback",
        title,
        status,
        row=row,
        edition=edition,
        groups=found,
        draft=draft,
        lost=grouped(lost, who=True),
        damaged=publish.damaged(),
    )


@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draft what it was before it was set back. As it stands now it is kept in the same way."""
    if not request.user.has_perm(PERMISSION):
        return refused(request)
    row = get_object_or_404(models.DraftKept, pk=pk)
    try:
        with recorded(request.user, "rollback", _("An earlier draft")):
            bring_back_draft(row, request.user)
    except ValueError:  # msgspec's errors are such
        messages.error(request, _("This draft is damaged or of another version: nothing was changed."))
    else:
        messages.success(request, _("The draft is again what it was. The public sees none of it until you publish."))
    return redirect("admin:editions")
