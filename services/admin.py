"""The directory on the staff's desk: one page a service, with its ways to reach and its sources."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from i18nfield.fields import I18nCharField, I18nTextField

from . import phones
from .forms import CarefulForm, Lines, OrderedFormSet, TranslatedInput, TranslatedText, differences
from .models import NUMBERED, ContactPoint, Organization, Service, Source, gaps, words
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

    def message_user(
        self, request: HttpRequest, message: Any, level: Any = messages.INFO, *args: Any, **kw: Any
    ) -> None:
        """Django's message; after a change, with where it stands now and the way on."""
        if level == messages.SUCCESS:
            said = _("Saved in the draft. The public does not see it yet.")
            links = [(reverse("admin:preview"), _("Preview"))]
            if request.user.has_perm("navigator.publish_edition"):
                links.append((reverse("admin:publish"), _("Publish")))
            message = format_html("{} {} {}", message, said, format_html_join(" · ", '<a href="{}">{}</a>', links))
        super().message_user(request, message, level, *args, **kw)

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


class LiveFormSet(OrderedFormSet):
    """Rows of a service; a live one needs their texts in every language."""

    def clean(self) -> None:
        """Mark the texts that a live service lacks."""
        super().clean()
        if self.instance.status == "live":
            for form in self.kept():
                for field, message in gaps(form.instance).items():
                    form.add_error(field, message)


class WayFormSet(LiveFormSet):
    """The ways to reach a service."""

    def clean(self) -> None:
        """Refuse a live service that nobody can reach."""
        super().clean()
        service = self.instance
        # An entry of the list alone may say in words that there is no number.
        advice = words(service.alert) or (service.directory_only and words(service.what_happens))
        if service.status == "live" and not self.kept() and not advice:
            raise ValidationError(
                _("A live service needs at least one way to reach it, or an urgent note that says what to do.")
            )


class SourceFormSet(LiveFormSet):
    """The sources of a service."""

    def clean(self) -> None:
        """Refuse a live service that nobody can answer for."""
        super().clean()
        if self.instance.status == "live" and not self.kept():
            raise ValidationError(_("A live service needs at least one source: where did you see this?"))


class Inline(admin.StackedInline):
    """Rows on the page of what they belong to."""

    form = CarefulForm
    formfield_overrides = BOXES
    formset: Any = OrderedFormSet
    extra = 0

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the rows, and what each row showed."""
        return [*super().get_fieldsets(request, obj), (None, {"fields": ("loaded",)})]


class WayInline(Inline):
    """The ways to reach a service, in the order in which people see them."""

    model: type[Model] = ContactPoint
    formset = WayFormSet
    fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    ("kind", "value", "order"),
                    ("hours", "timezone"),
                    ("vanity", "keyword", "languages"),
                    "label",
                    "hours_note",
                )
            },
        ),
    )


class SourceInline(Inline):
    """Where facts about a service were seen."""

    model: type[Model] = Source
    formset = SourceFormSet
    fieldsets = ((None, {"fields": (("title", "url", "dated", "grade", "order"),)}),)


class ServiceForm(CarefulForm):
    """A service: a draft needs a name; a live one is told all that it lacks; it stays while questions lead to it."""

    needed_by: Any = None
    """The admin's function of that name."""

    class Meta:
        help_texts: ClassVar = {
            "slug": _("Small letters and hyphens. Never changes. Empty: made from the name."),
            "organization": _("Who runs it."),
            "plain": _("What it does for the reader, in a few short words. It stands above the official name."),
            "serves": _("Who may turn to it."),
            "not_for": _("What people should take elsewhere, and where."),
            "answered_by": _("People afraid of the police or of deportation read this first."),
            "answered_note": _("Who picks up, in a sentence."),
            "told": _("Who may hear what the person says, and when. Write nothing that the source does not say."),
            "opening": _("A plain sentence the person can read out."),
            "keywords": _("Words people may search for, with common misspellings."),
            "assured_date": _("The button “Checked today” fills in this and the next two."),
            "assured_how": _("Its office, its website or its agency. Never by calling a crisis line."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `Service.clean` asks for them when the service goes live.
        for name in {"name", "plain", "slug", "category"} & set(self.fields):
            field: Any = self.fields[name]
            field.required = field.one_required = False

    def clean_slug(self) -> str:
        """The short name; one from the first name there is, where it is left empty."""
        name = next(iter(words(self.cleaned_data.get("name")).values()), "")
        slug = self.cleaned_data["slug"] or slugify(name)[:50].strip("-")
        if name and not slug:
            raise ValidationError(_("Write a short name in small letters and hyphens."))
        return slug

    def clean(self) -> dict[str, Any] | None:
        """Refuse to take a service from the public that is recommended."""
        data = super().clean()
        status = self.cleaned_data.get("status")
        if self.instance.pk and self.initial.get("status") == "live" and status and status != "live":
            needed = self.needed_by(self.instance)
            if needed:
                self.add_error(
                    "status",
                    [
                        _("Questions lead to this service. Change or delete these recommendations first:"),
                        *needed,
                        _("To take it off at once, use “Fix one thing now”, or ask someone who may publish."),
                    ],
                )
        return data


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


class CheckForm(forms.Form):
    """How a service was checked."""

    HOW: ClassVar = [
        ("Called its office", _("I called its office")),
        ("Read its website", _("I read its website")),
        ("Asked its agency", _("I asked its agency")),
    ]
    how = forms.ChoiceField(label=_("How did you check?"), choices=HOW, widget=forms.RadioSelect)


def search_key(text: str) -> str:
    """Text for finding: small letters without accents, and numbers without what stands between the digits."""
    return re.sub(r"(?<=\d)[\s().-]+(?=\d)", "", fold(text))


@admin.register(Service)
class ServiceAdmin(CarefulAdmin):
    """The services."""

    form = ServiceForm
    fixed = ("slug",)
    list_display = ("plain_name", "number", "status", "assured_date", "due")
    list_filter = ("status", DueFilter, "directory_only", "answered_by", "category")
    list_per_page = 200
    search_fields = ("name",)
    """Only so that Django shows the box; `get_search_results` looks at more."""
    actions = ("check_today",)
    inlines: ClassVar[Any] = (WayInline, SourceInline)
    change_form_template = "admin/services/service/change_form.html"
    fieldsets: ClassVar[Any] = (
        (
            _("What it is"),
            {
                "fields": (
                    "status",
                    "plain",
                    "name",
                    ("slug", "organization", "category"),
                    "alert",
                    "serves",
                    "not_for",
                    "keywords",
                    ("main", "directory_only"),
                )
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
            {"fields": ("what_happens", "first_question", "opening", "have_ready", "can", "cannot")},
        ),
        (
            _("Checked"),
            {"fields": (("assured_date", "assured_how", "assured_by"), ("review_days", "recheck"))},
        ),
        (_("Note for staff"), {"fields": ("staff_note",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """With what the list shows."""
        return super().get_queryset(request).select_related("organization").prefetch_related("ways")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, told where to ask what needs the service."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.needed_by = self.needed_by
        return form

    @admin.display(description=_("service"), ordering="slug")
    def plain_name(self, service: Service) -> str:
        """What it is in plain words, with its official name."""
        return format_html("{}<br><small>{}</small>", str(service.plain) or service.slug, service.name)

    @admin.display(description=_("main number"))
    def number(self, service: Service) -> str:
        """The first way to reach it."""
        first = next(iter(service.ways.all()), None)
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
            return format_html('<b class="due">{}</b>', _("due now"))
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
            obj.assured_by = who(request)
        super().save_model(request, obj, form, change)

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
        if services and request.method == "POST" and form.is_valid():
            with transaction.atomic():
                for service in services:
                    self._record_check(request, service, form.cleaned_data["how"])
            done = ngettext("%(count)s service checked today.", "%(count)s services checked today.", len(services))
            messages.success(request, done % {"count": len(services)})
            return HttpResponseRedirect(_back_to(services))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Checked today"),
            "opts": self.opts,
            "services": services,
            "vouched": [self._vouched(service) for service in services],
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
            told = (str(_("hours")), self.describe_hours(way) or str(_("not known")))
            ways.append((way, [*facts(way, "label", "vanity", "keyword", "languages"), told]))
        return {"service": service, "facts": facts(service, "alert", "languages", "languages_note"), "ways": ways}

    def _record_check(self, request: HttpRequest, service: Service, how: str) -> None:
        service.assured_date = timezone.localdate()
        service.assured_how = how
        service.assured_by = who(request)
        service.recheck = False
        fields = ["assured_date", "assured_how", "assured_by", "recheck"]
        service.save(update_fields=fields)
        self.log_change(request, service, [{"changed": {"fields": ["checked on"]}}])


def who(request: HttpRequest) -> str:
    """The signed-in person, as a check names them."""
    user: Any = request.user
    return user.get_full_name() or user.get_username()


def facts(row: Model, *names: str) -> list[tuple[str, str]]:
    """What a row says in these fields, each with the name of the field; empty ones are left out."""
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    return [(str(field.verbose_name), str(value)) for field in fields if (value := getattr(row, field.name))]


def check_address(services: Any) -> str:
    """The page that asks how these services were checked."""
    query = urlencode({"id": [service.pk for service in services]}, doseq=True)
    return f"{reverse('admin:services_service_checked')}?{query}"


def _back_to(services: list[Service]) -> str:
    if len(services) == 1:
        return reverse("admin:services_service_change", args=[services[0].pk])
    return reverse("admin:services_service_changelist")


@admin.register(Organization)
class OrganizationAdmin(CarefulAdmin):
    """Who runs services."""

    fixed = ("slug",)
    list_display = ("__str__", "website")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "website")
