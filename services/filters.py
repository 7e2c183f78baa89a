"""Filters of the list of services in Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import areas
from .models import Service
from .rows import codes
from .texts import t


class DueFilter(admin.SimpleListFilter):
    """Due for review, or not."""

    title = _("check")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two."""
        return [("yes", _("due")), ("no", _("not due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Service]) -> QuerySet[Service]:
        """The services that are due, or the others."""
        due = [service.pk for service in Service.objects.due()]
        match self.value():
            case "yes":
                return queryset.filter(pk__in=due)
            case "no":
                return queryset.exclude(pk__in=due)
        return queryset


class AreaFilter(admin.SimpleListFilter):
    """The whole country, or one state or territory."""

    title = _("where it helps")
    parameter_name = "area"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The whole country, all that is local, and every state that a service names."""
        used = {area for text in Service.objects.values_list("areas", flat=True) for area in codes(text)}
        named = sorted((t(areas.name(area)), area) for area in used)
        first = [("country", _("the whole country")), ("local", _("states, territories and counties"))]
        return [*first, *((area, name) for name, area in named)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Service]) -> QuerySet[Service]:
        """The services of the area."""
        match self.value():
            case None:
                return queryset
            case "country":
                return queryset.filter(areas="")
            case "local":
                return queryset.exclude(areas="")
            case area:
                return queryset.filter(areas__contains=area)
