"""The card of a service as it is being typed: beside its form, and on a page of its own where no script runs.

The form of Django admin is read as for saving, and never saved. What cannot be read is named and left as it was, or
out; all the rest is drawn with the public templates.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from i18nfield.strings import LazyI18nString

from services import areas, dates, records
from services.models import ContactPoint, Service, Source
from services.rows import to_record
from services.texts import t

from . import preview


def urls(site: AdminSite) -> list[Any]:
    """Where the form of a service, and that of a new one, asks for the card, under the admin's."""
    return [
        path("card/<str:language>/", site.admin_view(card), name="card"),
        path("card/<str:language>/<int:pk>/", site.admin_view(card), name="card-of"),
    ]


def buttons(row: Service | None) -> list[tuple[str, str, str]]:
    """The languages in which the card can be looked at, that of the reader first: code, name and address."""
    about = ("admin:card-of", [row.pk]) if row else ("admin:card", [])
    languages = sorted(settings.LANGUAGES, key=lambda each: each[0] != get_language())
    return [(code, str(name), reverse(about[0], args=[code, *about[1]])) for code, name in languages]


@sensitive_post_parameters()
def card(request: HttpRequest, language: str, pk: int | None = None) -> HttpResponse:
    """The card in a language, from what a form of Django admin sends; nothing of it is kept."""
    pages = admin.site.get_model_admin(Service)
    row = get_object_or_404(Service.objects.select_related("organization"), pk=pk) if pk else Service()
    if not (pages.has_view_or_change_permission(request, row) if pk else pages.has_add_permission(request)):
        raise PermissionDenied
    if request.method != "POST":  # the tab was opened anew, without what was typed
        return redirect("admin:services_service_change", pk) if pk else redirect("admin:services_service_add")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if not pk or pages.has_change_permission(request, row):
        record, wrong = typed(request, pages, row)
    else:
        record, wrong = row.record(), []
    context = {
        "title": _("The card, with what is not saved yet"),
        "wrong_title": _("To be corrected before it can be saved:"),
        "wrong": list(dict.fromkeys(wrong)),
        "notes": list(notes(record)),
        "staff_language": get_language(),
        "language": get_language_info(language),
    }
    national = Service.objects.filter(slug=record.local_of).first() if record.local_of else None
    record = areas.completed([record, *([national.record()] if national else ())])[0]
    owner = row.organization if row.organization_id else None
    with override(language):
        context["card"] = preview.card_of(record, t(owner.record().name) if owner else "", timezone.now())
        response = render(request, "admin/navigator/card.html", context)
    response["Content-Language"] = language
    return response


def typed(request: HttpRequest, pages: Any, row: Service) -> tuple[records.Service, list[str]]:
    """The service as its form says, as far as that can be read, and what is wrong with the rest."""
    saved = row if row.pk else None
    with transaction.atomic():  # a form looks at whether somebody else saved meanwhile, and locks the row for that
        form = pages.get_form(request, saved, change=bool(saved))(request.POST, instance=row)
        form.is_valid()
        wrong = list(_faults(form))
        rows: dict[type, list[Any]] = {ContactPoint: [], Source: []}
        for shape, inline in pages.get_formsets_with_inlines(request, saved):
            formset = shape(**pages.get_formset_kwargs(request, row, inline, shape.get_default_prefix()))
            formset.is_valid()
            wrong += formset.non_form_errors()
            for each in formset.forms:
                if each.has_changed() or each.instance.pk:
                    wrong += _faults(each)
            rows[formset.model] = list(_rows(formset))
    _without_faults(form)
    owner = row.organization.slug if row.organization_id else ""
    ways, sources = (tuple(each.record() for each in rows[model]) for model in (ContactPoint, Source))
    return to_record(row, records.Service, organization=owner, ways=ways, sources=sources), wrong


def _rows(formset: Any) -> Iterator[Any]:
    """The rows that would be there after saving, in their order, but for those that cannot be read."""
    kept = [
        form
        for form in formset.forms
        if (form.instance.pk or form.has_changed()) and not getattr(form, "cleaned_data", {}).get("DELETE")
    ]
    kept.sort(key=lambda form: form.instance.order if form.instance.pk or "order" in form.changed_data else 99_999)
    for form in kept:
        _without_faults(form)
        fields = form.instance._meta.fields
        if not any(field.name in form.errors and not field.blank and _plain(form, field) for field in fields):
            yield form.instance


def _plain(form: Any, field: Any) -> bool:
    return not isinstance(getattr(form.instance, field.name, ""), LazyI18nString) and field.name in form.fields


def _without_faults(form: Any) -> None:
    """Empty what is wrong in the row, where it may be empty. Words stay: they only lack something, and can be shown."""
    for field in form.instance._meta.fields:
        if field.name in form.errors and field.blank and _plain(form, field):
            setattr(form.instance, field.name, field.get_default())


def _faults(form: Any) -> Iterator[Any]:
    """What is wrong with a form, each with its field, and of a row with the row."""
    for name, messages in form.errors.items():
        where = [str(form.instance)] if form.prefix else []
        where += [str(form[name].label)] if name in form.fields else []
        for message in messages:
            yield ": ".join([*where, strip_tags(str(message))])


def notes(record: records.Service) -> Iterator[str]:
    """Why the public would not see all of it today, in sentences."""
    if record.status != "live":
        yield _("The public does not see it: its status is not “live”.")
    now = timezone.now()
    if not (stands := dates.on(record, now)):
        yield _("It is off today.")
    elif len(stands.ways) < len(record.ways):
        yield _("Some ways to reach it are not shown today: their first day is to come, or their last day is over.")
