"""Staff pages: comments on the records of the draft. Whoever may view a record may comment on it, and settle."""

from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from navigator.editions import history
from navigator.models import Comment

from .history import SHOWN, may, record_page
from .pages import page


def urls(site: AdminSite) -> list[Any]:
    """The addresses of these pages, under the admin's."""
    return [
        path("comments/", site.admin_view(every), name="comments"),
        path("comments/<int:pk>/settle/", site.admin_view(settle), name="comment-settle"),
        path("comments/<slug:kind>/<slug:name>/", site.admin_view(write), name="comment"),
    ]


class Said(NamedTuple):
    """An open comment as lists show it."""

    comment: Comment
    about: str
    link: str


class Lines(forms.CharField):
    """Text whose line breaks count as one character, as they do in a browser."""

    def to_python(self, value: Any) -> Any:
        """With the line breaks of Unix."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class Form(forms.Form):
    """A comment as it is written."""

    text = Lines(max_length=1000, error_messages={"required": ""})


def waiting(request: HttpRequest) -> QuerySet[Comment]:
    """The open comments on what this person may view, the newest first."""
    kinds = [kind for kind in history.KINDS if may(request, kind)]
    return Comment.objects.filter(settled_at=None, kind__in=kinds).select_related("by")


def told(comments: Any) -> list[Said]:
    """The comments, each with what it is about and where that stands."""
    found = []
    for each in comments:
        row = history.row_of(each.kind, each.name)
        about = str(row) if row else _("%(name)s (not in the draft now)") % {"name": each.name}
        found.append(Said(each, about, _place(each.kind, each.name)))
    return found


def _place(kind: str, name: str) -> str:
    return reverse("admin:history-of", args=[kind, name]) + "#comments"


@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All that are open."""
    shown = Paginator(waiting(request), SHOWN).get_page(request.GET.get("p"))
    return page(request, "comments", _("Open comments"), comments=told(shown), shown=shown)


@require_POST
def write(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Comment on a record of the draft."""
    if kind not in history.KINDS or history.row_of(kind, name) is None:
        raise Http404
    if not may(request, kind):
        raise PermissionDenied
    form = Form(request.POST)
    if not form.is_valid():
        wrong = " ".join(str(each) for each in form.errors["text"] if each) or _("Write something first.")
        return record_page(request, kind, name, 400, typed=request.POST.get("text", ""), refused=wrong)
    Comment.objects.create(kind=kind, name=name, text=form.cleaned_data["text"], by=cast(User, request.user))
    messages.success(request, _("The comment is kept. The start page shows it to all staff until it is settled."))
    return redirect(_place(kind, name))


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a comment as settled: it is kept, folded. Whoever was first stays named."""
    comment = get_object_or_404(Comment, pk=pk)
    if not may(request, comment.kind):
        raise PermissionDenied
    Comment.objects.filter(pk=pk, settled_at=None).update(settled_at=timezone.now(), settled_by=request.user.pk)
    messages.success(request, _("Settled."))
    return redirect(_place(comment.kind, comment.name))
