"""Staff pages: what became of each record of the draft, and putting back what it said before."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from navigator.editions import history, put_back, update
from navigator.editions.publish import Changed
from navigator.models import Comment, Question, Revision
from services.forms import untouched

from .pages import Group, page

SHOWN = 20
"""Changes on one page."""


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [
        path("history/", site.admin_view(listed), name="history"),
        path("history/<slug:kind>/<slug:name>/", site.admin_view(listed), name="history-of"),
        path("history/<int:number>/", site.admin_view(back), name="put-back"),
    ]


class Entry(NamedTuple):
    """One change as it is shown."""

    revision: Revision
    groups: list[Group]
    readable: bool
    may: bool
    """Whether this person may put it back."""


@require_GET
def listed(request: HttpRequest, kind: str = "", name: str = "") -> HttpResponse:
    """The changes of the whole draft or of one record, the newest first."""
    return record_page(request, kind, name)


def record_page(request: HttpRequest, kind: str, name: str, status: int = 200, **said: str) -> HttpResponse:
    """The same as a page: that of one record has its comments, and what was refused of one just written."""
    if kind and (kind not in history.KINDS or not may(request, kind)):
        raise PermissionDenied if kind in history.KINDS else Http404
    found = Revision.objects.select_related("by")
    if kind:
        asked = [kind, history.ORDER] if kind == "question" else [kind]
        found = found.filter(kind__in=asked, name__in=[name, ""])
    else:
        found = found.filter(kind__in=[each for each in (*history.KINDS, history.ORDER) if may(request, each)])
    shown = Paginator(found, SHOWN).get_page(request.GET.get("p"))
    around = history.surroundings()
    row = history.row_of(kind, name) if kind else None
    comments = Comment.objects.filter(kind=kind, name=name).select_related("by", "settled_by")
    if kind and row is None and not shown and not comments:
        raise Http404
    return page(
        request,
        "history",
        _("History of %(name)s") % {"name": row} if row else _("History"),
        status,
        entries=[_entry(request, revision, around, linked=not kind) for revision in shown],
        shown=shown,
        row=row,
        link=_page_of(row) if row else "",
        earlier=_earlier(row) if row and not shown.has_next() else [],
        one=bool(kind),
        comments=[each for each in comments if not each.settled_at],
        settled=[each for each in comments if each.settled_at],
        here=(kind, name),
        **said,
    )


def _entry(request: HttpRequest, revision: Revision, around: Any, *, linked: bool) -> Entry:
    try:
        told = history.told(revision, around)
    except ValueError:
        return Entry(revision, [], False, False)
    link = reverse("admin:history-of", args=[revision.kind, revision.name]) if linked and revision.name else ""
    group = Group(told[0].where, link, told) if told else None
    return Entry(revision, [group] if group else [], True, may(request, revision.kind, "change"))


def _earlier(row: Any) -> QuerySet[LogEntry]:
    """What was only noted, before there was a history."""
    of_row = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
    first = Revision.objects.filter(kind=history.name_of(row)[0], name=history.name_of(row)[1]).last()
    return (of_row.filter(action_time__lt=first.at) if first else of_row).select_related("user")


@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, number: int) -> HttpResponse:
    """What putting back would change, each with a tick; by POST, put back what is ticked."""
    revision = get_object_or_404(Revision.objects.select_related("by"), pk=number)
    if not may(request, revision.kind, "change"):
        raise PermissionDenied
    whole = "whole" in request.POST or "whole" in request.GET
    status, take = 200, frozenset(request.POST.getlist("take"))
    reasons: Sequence[str] = ()
    try:
        history.decoded(revision)
    except ValueError:
        raise Http404 from None
    to = ("admin:history-of", revision.kind, revision.name) if revision.name else ("admin:history",)
    _needs(request, revision)
    if request.method == "POST":
        status = 409
        try:
            put_back.put_back(
                revision, take, request.user, request.POST.get("seen", ""), partial(faults, request), whole=whole
            )
        except Changed:
            if take:
                messages.error(request, _("Nothing was changed: this says something else by now. Look again."))
            else:
                messages.error(request, _("Nothing was changed: tick what you want to put back."))
        except put_back.Refused as error:
            reasons = error.reasons
        else:
            messages.success(request, _("Put back in the draft. The public does not see it yet."))
            return redirect(*to)
    found = put_back.plan(revision, whole=whole)
    checked = put_back.checked_since(found)
    rows = [row._replace(why=row.why or _why(row, checked)) for row in update.rows(found)]
    if request.method != "POST":
        take = frozenset(row.key for row in rows if not row.why)
    groups = {
        name: [Group(some[0].where, "", some)] if some else []
        for name, some in (
            ("free", [row for row in rows if row.outcome != "held"]),
            ("held", [row for row in rows if row.outcome == "held"]),
        )
    }
    since = Revision.objects.filter(kind=revision.kind, name=revision.name, pk__gt=revision.pk).select_related("by")
    return page(
        request,
        "put_back",
        _("Put back what it said before"),
        status,
        revision=revision,
        whole=whole,
        take=take,
        seen=found.seen,
        reasons=reasons,
        since=since[:SHOWN],
        link=reverse(to[0], args=to[1:]),
        **groups,
    )


def _why(row: update.Row, checked: set[str]) -> str:
    """Why a change is not ticked at first."""
    if row.yours != row.was:
        return _("Somebody changed this since.")
    if row.key in checked:
        return _("A person checked this since. With another number the service counts as not checked.")
    return ""


def may(request: HttpRequest, kind: str, what: str = "view") -> bool:
    """Whether this person may do something with the records of a kind."""
    model = Question if kind == history.ORDER else history.KINDS[kind].rows.model
    if not admin.site.is_registered(model):
        return False
    return bool(getattr(admin.site.get_model_admin(model), f"has_{what}_permission")(request))


def _needs(request: HttpRequest, revision: Revision) -> None:
    """Raises PermissionDenied where a row would come or go, and this person may not do that."""
    row = history.row_of(revision.kind, revision.name)
    comes = row is None and revision.kind != history.ORDER
    goes = revision.before is None and revision.kind not in ("service", "organization")  # these stay
    if (comes and not may(request, revision.kind, "add")) or (goes and not may(request, revision.kind, "delete")):
        raise PermissionDenied


def _page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def faults(request: HttpRequest, row: Any) -> list[str]:
    """What the page of a row would say against it, if somebody saved it as it stands."""
    own = admin.site.get_model_admin(type(row))
    make: Any = own.get_form(request, row, change=True)
    form = make(untouched(make(instance=row)), instance=row)
    found = [] if form.is_valid() else _said(form)
    for make_set, inline in own.get_formsets_with_inlines(request, row):
        more: Any = {"instance": form.instance, "queryset": inline.get_queryset(request)}
        bare: Any = make_set(**more)
        data: MultiValueDict[str, Any] = MultiValueDict()
        for count in ("TOTAL_FORMS", "INITIAL_FORMS"):
            data[f"{bare.prefix}-{count}"] = str(bare.initial_form_count())
        for each in bare.initial_forms:
            data.update(untouched(each))
        rows: Any = make_set(data, **more)
        if not rows.is_valid():
            found += [str(error) for error in rows.non_form_errors()]
            found += [f"{each.instance}: {said}" for each in rows.forms for said in _said(each)]
    return found


def _said(form: Any) -> list[str]:
    """The errors of a form, each after the name of its field."""
    return [
        str(error) if name == "__all__" else f"{form[name].label}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    ]
