"""Staff page: the translations whose original was changed since; and the marks of them on other pages."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from navigator.editions import translations
from navigator.editions.content import Content
from navigator.editions.draft import whole_draft
from navigator.editions.translations import Stale
from services.fields import language_name
from services.forms import Translated
from services.rows import words

from .pages import grouped, page


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("translations/", site.admin_view(listed), name="translations")]


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """All of them; by POST, those that are ticked are still right."""
    needed = "services.change_service" if request.method == "POST" else "services.view_service"
    if not request.user.has_perm(needed):
        raise PermissionDenied
    if request.method == "POST":
        count = translations.still_right(request.POST.getlist("right"))
        if count:
            done = ngettext("%(count)s translation is still right.", "%(count)s translations are still right.", count)
            messages.success(request, done % {"count": count})
        else:
            messages.error(request, _("Nothing was changed: tick the translations that are still right."))
        return redirect("admin:translations")
    may = request.user.has_perm("services.change_service")
    groups = grouped(translations.stale(whole_draft()))
    title = _("Translations to read again")
    return page(request, "translations", title, groups=groups, may_mark=may, original=settings.LANGUAGE_CODE)


def to_ask_about(going: Content, public: Content) -> list[Stale]:
    """The stale translations that publishing would bring before the public, where it does not see them already."""
    shown = {each.key for each in translations.stale(public)}
    return [each for each in translations.stale(going) if each.key not in shown]


def mark_boxes(forms: Iterable[BaseModelForm]) -> None:
    """Mark the boxes with words whose original was changed since."""
    known = translations.marks()
    for form in forms if known else ():
        for name, field in form.fields.items():
            if isinstance(field.widget, Translated):
                text = words(getattr(form.instance, name))
                field.widget.stale = [each for each in text if translations.key_of(each, text) in known]


def ask(request: HttpRequest, row: Any) -> None:
    """Say which translations of a record have to be read again."""
    found = [
        f"{field} ({language_name(language)})"
        for field, language, _text, _key in translations.marked(row.record(), translations.marks())
    ]
    if found:
        said = _("The original was changed since these translations were written: %(fields)s.")
        way = format_html('<a href="{}">{}</a>', reverse("admin:translations"), _("Read them again"))
        messages.warning(request, format_html("{} {}", said % {"fields": ", ".join(found)}, way))
