"""The directory in Django admin: one page a service, with its ways to reach and its sources.

Nothing is registered here: the site does that, and may know more of a service than the directory does.
"""

import datetime as dt
import re
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from i18nfield.fields import I18nCharField, I18nTextField

from . import parts, phones
from .fields import language_name
from .filters import AreaFilter, DueFilter
from .forms import (
    CarefulForm,
    Lines,
    OrderedFormSet,
    TranslatedInput,
    TranslatedText,
    differences,
    fingerprint,
    person_name,
)
from .models import NUMBERED, ContactPoint, Service, Source
from .rows import codes, words
from .service_forms import CheckForm, OrganizationForm, ServiceForm, SourceFormSet, WayForm, WayFormSet
from .texts import fold

BOXES: dict[type, dict[str, Any]] = {
    I18nCharField: {"widget": TranslatedInput},
    I18nTextField: {"widget": TranslatedText},
    TextField: {"widget": Lines},
}


class CarefulAdmin(admin.ModelAdmin):
    """What every page for editing shares: languages side by side, names that stay, nothing overwritten unseen."""

    form = CarefulForm
    formfield_overrides = BOXES
    fixed: tuple[str, ...] = ()
    """Fields that never change once saved: other records go by them."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Those always so, and the fixed ones once saved."""
        return [*super().get_readonly_fields(request, obj), *(self.fixed if obj else ())]

    def needed_by(self, row: Any) -> list[str]:
        """What would break without the row, by name."""
        return []

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Django's, with each field by its own name: catalogues do not know it with a capital, as a label has it."""
        found = super().construct_change_message(request, form, formsets, add)
        for change in (change for each in found for change in each.values() if "fields" in change):
            change["fields"] = [name[:1].lower() + name[1:] for name in change["fields"]]
        return found

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What Django finds; but with anything that needs one of the rows, named, deleting is refused."""
        deletable, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deletable, counts, lacking, [name for row in objs for name in self.needed_by(row)] or protected

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page; where someone else saved meanwhile, with what differs."""
        form = context["adminform"].form
        if getattr(form, "overtaken", False):
            inlines = [each for formset in context["inline_admin_formsets"] for each in formset.formset.forms]
            context["differences"] = differences([form, *inlines])
        return super().render_change_form(request, context, *args, **kwargs)


class Inline(admin.StackedInline):
    """Rows on the page of what they belong to."""

    form = CarefulForm
    formfield_overrides = BOXES
    formset: Any = OrderedFormSet
    extra = 0

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the rows, and what each row showed."""
        return [*super().get_fieldsets(request, obj), (None, {"fields": ("loaded",)})]


MORE: Any = (None, {"fields": WayForm.RARE})
"""What is rarely used of a way to reach; it is folded."""


class WayInline(Inline):
    """The ways to reach a service, in the order in which people see them."""

    model: type[Model] = ContactPoint
    form = WayForm
    formset = WayFormSet
    template = "admin/services/service/ways.html"
    fieldsets: ClassVar[Any] = ((None, {"fields": (("kind", "value"), ("hours", "timezone"))}), MORE)


class SourceInline(Inline):
    """Where facts about a service were seen."""

    model: type[Model] = Source
    formset = SourceFormSet
    fieldsets = ((None, {"fields": (("title", "url", "dated", "grade", "order"),)}),)


def search_key(text: str) -> str:
    """Text for finding: small letters without accents, and numbers without what stands between the digits."""
    return re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", fold(text))


class ServiceAdmin(CarefulAdmin):
    """The services."""

    form = ServiceForm
    fixed = ("slug",)
    readonly_fields = ("recheck_why",)
    list_display = ("official_name", "due", "number", "status", "assured_date")
    ordering = ("name",)
    show_full_result_count = False  # it would be counted twice
    list_filter = ("status", DueFilter, AreaFilter, "directory_only", "answered_by", "category")
    list_per_page = 200
    search_fields = ("name",)
    """Only so that Django shows the box; `get_search_results` looks at more."""
    actions = ("check_today",)
    inlines: ClassVar[Any] = (WayInline, SourceInline)
    change_form_template = "admin/services/service/change_form.html"
    fieldsets: ClassVar[Any] = (
        (
            _("What it is"),
            {"fields": ("status", "plain", "name"), "classes": (parts.OPEN,)},  # the ways to reach it stand right below
        ),
        (
            _("Urgent note, days off"),
            {
                "fields": ("alert", ("alert_from", "alert_to"), ("off_from", "off_to")),
                "classes": (parts.LATER,),
            },
        ),
        (
            _("About it"),
            {
                "fields": (
                    ("organization", "category"),
                    "serves",
                    "not_for",
                    "keywords",
                    ("main", "directory_only"),
                    "slug",
                )
            },
        ),
        (
            _("Where it helps"),
            {
                "fields": ("areas", ("local_of", "before"), "finder", "local_plain", "address", "public"),
                "classes": (parts.LATER,),
            },
        ),
        (
            _("Who answers"),
            {
                "fields": (
                    ("answered_by", "name_needed"),
                    "answered_note",
                    "name_note",
                    "told",
                    "languages",
                    "languages_note",
                    "cost",
                )
            },
        ),
        (
            _("What happens"),
            {
                "fields": ("what_happens", "first_question", "opening", "have_ready", "can", "cannot"),
                "classes": (parts.LATER,),
            },
        ),
        (
            _("Checked"),
            {"fields": (("assured_date", "assured_how", "assured_by"), ("review_days", "recheck"), "recheck_why")},
        ),
        (_("Note for staff"), {"fields": ("staff_note",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """With what the list shows."""
        return super().get_queryset(request).select_related("organization").prefetch_related("ways", "reports")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, which asks here what keeps a service live."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.kept_live_by = self.kept_live_by
        return form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page, with where its next check stands and why."""
        service = kwargs.get("obj")
        context["next_check"] = self.due(service) if service and service.status == "live" else ""
        context["parts"] = parts.parts(context["adminform"], context["inline_admin_formsets"], new=not service)
        context["seen_at"] = [source for source in service.sources.all() if source.url] if service else []
        return super().render_change_form(request, context, *args, **kwargs)

    def kept_live_by(self, service: Service) -> list[Any]:
        """Why a live service cannot be taken from the public, in sentences for staff; empty where it can."""
        return []

    @admin.display(description=_("service"), ordering="name")
    def official_name(self, service: Service) -> str:
        """Its official name, by which the list is sorted, with what it is in plain words."""
        return format_html("{}<br><small>{}</small>", service.name or service.slug, str(service.plain))

    @admin.display(description=_("main number"))
    def number(self, service: Service) -> str:
        """The first way to reach it that holds today."""
        today, ways = timezone.localdate(), service.ways.all()
        held = [way for way in ways if (way.valid_from or today) <= today <= (way.valid_to or today)]
        first = next(iter([*held, *ways]), None)
        if first is None:
            return "–"
        if first.kind in NUMBERED:
            return format_html('{}: <span class="whole">{}</span>', first.get_kind_display(), phones.show(first.value))
        return f"{first.get_kind_display()}: {re.sub(r'https?://(www[.])?|/.*', '', first.value)}"

    @admin.display(description=_("next check"))
    def due(self, service: Service) -> str:
        """The day of its next check."""
        if service.status != "live":
            return "–"
        if service.due_on is None or service.is_due(timezone.localdate()):
            words = _("due now") if service.assured_date else _("never checked by a person")
            why = format_html_join("", "<br><small>{}</small>", ((line,) for line in service.reasons))
            return format_html('<b class="due">{}</b>{}', words, why)
        return formats.date_format(service.due_on, "DATE_FORMAT")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Service], search_term: str
    ) -> tuple[QuerySet[Service], bool]:
        """The services that hold every word: texts are kept as JSON, in which a database finds no accents."""
        parts = [part.strip("()+") for part in search_key(search_term).split()]
        if not parts:
            return queryset, False
        found = []
        for service in Service.objects.select_related("organization").prefetch_related("ways"):
            texts = [service.slug]
            for field in (service.name, service.plain, service.keywords, service.organization.name):
                texts += words(field).values()
            texts += [f"{way.value} {way.vanity}" for way in service.ways.all()]
            text = " ".join(search_key(each) for each in texts)
            if all(part in text for part in parts):
                found.append(service.pk)
        return queryset.filter(pk__in=found), False

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:
        """Save; a new day of a check is that of the person who writes it, unless they name another."""
        if "assured_date" in form.changed_data and "assured_by" not in form.changed_data:
            obj.assured_by = person_name(request.user)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save; a day of a check does not vouch for a number that came after it."""
        super().save_formset(request, form, formset, change)
        service = form.instance
        if formset.model is not ContactPoint or not service.assured_date or "assured_date" in form.changed_data:
            return
        numbers = [row for row, names in formset.changed_objects if "value" in names] + formset.new_objects
        if numbers and not service.recheck:
            service.recheck = True
            service.save(update_fields=["recheck"])
            words = _("The last check, of %(day)s, does not vouch for the new number: it is marked to be checked.")
            day = formats.date_format(service.assured_date, "DATE_FORMAT")
            link = format_html('<a href="{}">{}</a>', check_address([service]), _("Checked today…"))
            messages.warning(request, format_html("{} {}", words % {"day": day}, link))

    # Checked today

    def get_urls(self) -> list[Any]:
        """The page for a check comes before Django's own."""
        view = self.admin_site.admin_view(self.checked)
        return [path("checked/", view, name="services_service_checked"), *super().get_urls()]

    @admin.action(description=_("Checked today…"), permissions=["change"])
    def check_today(self, request: HttpRequest, queryset: QuerySet[Service]) -> HttpResponse:
        """Go on to the question how they were checked."""
        return HttpResponseRedirect(check_address(queryset))

    def checked(self, request: HttpRequest) -> HttpResponse:
        """Ask how the services named by ``id`` were checked, then record how, by whom and that it was today."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        ids = [int(pk) for pk in request.GET.getlist("id") if pk.isdecimal() and len(pk) < 10]
        services = list(self.get_queryset(request).filter(pk__in=ids))
        form = CheckForm(request.POST or None)
        # What stands there now, with all its numbers: nobody confirms what they were not shown.
        seen = " ".join(fingerprint(service)[:12] for service in services)
        if services and request.method == "POST" and request.POST.get("seen") != seen:
            messages.error(request, _("Nothing was written down: something changed since you looked. Look again."))
        elif services and request.method == "POST" and form.is_valid():
            with transaction.atomic():
                for service in services:
                    self._record_check(request, service, form.cleaned_data["how"])
            done = ngettext(
                "%(count)s service checked today. The public sees it when it is published.",
                "%(count)s services checked today. The public sees it when it is published.",
                len(services),
            )
            messages.success(request, done % {"count": len(services)})
            return HttpResponseRedirect(_back_to(services))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Checked today"),
            "opts": self.opts,
            "services": services,
            "vouched": [self._vouched(service) for service in services],
            "seen": seen,
            "form": form,
            "back": _back_to(services),
        }
        return TemplateResponse(request, "admin/services/service/checked.html", context)

    def describe_hours(self, way: ContactPoint) -> str:
        """The hours of a way, as they are typed."""
        return " ".join(filter(None, (way.hours, way.timezone, str(way.hours_note))))

    def _vouched(self, service: Service) -> dict[str, Any]:
        """All that somebody who checked a service answers for."""
        ways = []
        for way in service.ways.all():
            times = str(_("hours")), self.describe_hours(way) or str(_("not known"))
            days = facts(way, "valid_from", "valid_to")
            ways.append((way, [*facts(way, "label", "vanity", "keyword", "languages"), times, *days]))
        named = ("alert", "alert_from", "alert_to", "off_from", "off_to", "languages", "languages_note")
        return {"service": service, "facts": facts(service, *named), "ways": ways}

    def _record_check(self, request: HttpRequest, service: Service, how: str) -> None:
        service.assured_date = timezone.localdate()
        service.assured_how = how
        service.assured_by = person_name(request.user)
        service.recheck = False
        fields = ["assured_date", "assured_how", "assured_by", "recheck"]
        service.save(update_fields=fields)
        self.log_change(request, service, [{"changed": {"fields": ["checked on"]}}])


def facts(row: Model, *names: str) -> list[tuple[str, str]]:
    """What a row says in these fields, each with the name of the field; empty ones are left out."""
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    found = [(field, value) for field in fields if (value := getattr(row, field.name))]
    return [
        (str(_("languages")), ", ".join(map(language_name, codes(value))))
        if field.name == "languages"
        else (
            str(field.verbose_name),
            formats.date_format(value, "DATE_FORMAT") if isinstance(value, dt.date) else str(value),
        )
        for field, value in found
    ]


def check_address(services: Any) -> str:
    """The page that asks how these services were checked."""
    query = urlencode({"id": [service.pk for service in services]}, doseq=True)
    return f"{reverse('admin:services_service_checked')}?{query}"


def _back_to(services: list[Service]) -> str:
    if len(services) == 1:
        return reverse("admin:services_service_change", args=[services[0].pk])
    return reverse("admin:services_service_changelist")


class OrganizationAdmin(CarefulAdmin):
    """Who runs services."""

    form = OrganizationForm
    fixed = ("slug",)
    list_display = ("__str__", "website")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "website")
