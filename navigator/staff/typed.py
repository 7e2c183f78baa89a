"""Nothing typed is lost when a session ends: what was sent comes back on a page, to be sent again after signing in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from navigator.public.pages import same_origin


def urls(site: AdminSite) -> list[Any]:
    """The address that a page asks while somebody types, under the admin's."""
    return [path("awake/", site.admin_view(awake), name="awake")]


@require_POST
def awake(request: HttpRequest) -> HttpResponse:
    """Somebody is still typing: the session goes on, as with every request of theirs."""
    return HttpResponse(status=204)


def kept(request: HttpRequest) -> HttpResponse | None:
    """A page that holds what a form of ours sent, to be sent again; None where there is nothing to keep.

    Nothing that came from another site is kept, or it would ask staff to send it in their name; no password is.
    """
    sent = [(name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values]
    if request.method != "POST" or not same_origin(request) or request.FILES:
        return None
    if request.path.startswith(reverse("admin:preview")):  # answers that nobody wants to save
        return None
    if not sent or any("password" in name for name, _value in sent):
        return None
    return render(request, "account/typed.html", {"sent": sent}, status=403)
