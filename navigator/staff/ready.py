"""Staff page: say that one's changes are ready to publish, to those who may; and take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from navigator.models import Ready

from .pages import PERMISSION


def urls(site: AdminSite) -> list[Any]:
    """The addresses behind the buttons of the page that publishes, under the admin's."""
    return [
        path("publish/ready/", site.admin_view(say), name="ready"),
        path("publish/ready/<int:pk>/", site.admin_view(take_back), name="ready-take-back"),
    ]


def ready() -> QuerySet[Ready]:
    """Who said that the draft is ready, the last one first."""
    return Ready.objects.select_related("by")


class Note(forms.Form):
    """What publishers are to know."""

    note = forms.CharField(max_length=500, required=False)


@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Say that it is ready; whoever said so before says it anew."""
    if not request.user.has_perm("services.change_service"):
        raise PermissionDenied
    form = Note(request.POST)
    if form.is_valid():
        values = {"note": form.cleaned_data["note"], "at": timezone.now()}
        Ready.objects.update_or_create(by_id=request.user.pk, defaults=values)
        messages.success(request, _("Whoever may publish reads it on the start page."))
    else:
        messages.error(request, " ".join(str(each) for each in form.errors["note"]))
    return redirect("admin:publish")


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away: one's own, or anybody's where one may publish."""
    found = Ready.objects.filter(pk=pk)
    if not request.user.has_perm(PERMISSION):
        found = found.filter(by=request.user.pk)
    count, _rows = found.delete()
    messages.success(request, _("Taken back.") if count else _("It was gone already."))
    return redirect("admin:publish")
