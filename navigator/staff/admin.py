"""The draft in Django admin: questions and rules, and the directory's pages with what the flow knows."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.forms import BooleanField, CheckboxInput, HiddenInput
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from navigator.editions.draft import draft_flow, draft_questions
from navigator.editions.wording import describe_condition
from navigator.engine import flow
from navigator.models import Choice, Guidance, Question, Recommendation, as_condition
from navigator.public import cards
from services.admin import MORE, Inline, OrganizationAdmin, ServiceAdmin, SourceInline, WayInline
from services.forms import CarefulForm, OrderedFormSet
from services.models import ContactPoint, Organization, Service

from . import live_preview
from .conditions import ConditionField, choices, comes_first, contradiction, earlier, needing
from .draft_admin import DraftAdmin
from .icons import icon_field

# Services: the directory's page, with what the flow knows


class Ways(WayInline):
    """The ways to reach a service, with the hours as the public reads them."""

    readonly_fields = ("understood",)
    fieldsets = ((None, {"fields": (("kind", "value"), ("hours", "timezone", "understood"))}), MORE)

    @admin.display(description=_("People read"))
    def understood(self, way: ContactPoint) -> str:
        """The saved hours in words."""
        return (cards.describe_hours(way.record()) if way.pk else "") or str(_("nothing about hours"))


@admin.register(Organization)
class DraftOrganizationAdmin(DraftAdmin, OrganizationAdmin):
    """Who runs services."""


@admin.register(Service)
class DraftServiceAdmin(DraftAdmin, ServiceAdmin):
    """A service: it stays while recommendations lead to it."""

    inlines = (Ways, SourceInline)
    change_form_template = "admin/navigator/service.html"

    def preview(self, request: HttpRequest) -> str:
        """The card of the service, from its page; from the list, the first question."""
        match = request.resolver_match
        pk = str(match.kwargs.get("object_id", "")) if match else ""
        row = Service.objects.filter(pk=pk).first() if pk.isdecimal() else None
        return f"{super().preview(request)}all/?service={row.slug}" if row else super().preview(request)

    def checked(self, request: HttpRequest) -> HttpResponse:
        """The directory's page; what it notes goes into the history."""
        with self.recorded(request, Service.objects.all(), "check"):
            return super().checked(request)

    def describe_hours(self, way: ContactPoint) -> str:
        """The hours of a way, as the public reads them."""
        return cards.describe_hours(way.record())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page, with how many recommendations lead to the service, and the card beside it."""
        service = kwargs.get("obj")
        context["cards"] = live_preview.buttons(service)
        context["rules"] = service.recommendations.count() if service else 0
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:
        """Save; where a service that was switched off is live again, say that its recommendations are not."""
        super().save_model(request, obj, form, change)
        back = change and form.initial.get("status") == "retired" and obj.status == "live"
        if back and not (obj.directory_only or obj.local_of or obj.recommendations.exists()):
            link = reverse("admin:quick-fix") + f"?service={obj.slug}"
            words = _("It is live again, but no question leads to it. To have its recommendations back:")
            way = format_html('<a href="{}">{}</a>', link, _("Fix one thing now"))
            messages.warning(request, format_html("{} {}", words, way))

    def needed_by(self, row: Any) -> list[str]:
        """The recommendations of the service, each with its condition."""
        rules = row.recommendations.prefetch_related("when__question")
        draft: Any = SimpleLazyObject(draft_questions)
        return [
            format_html(
                '<a href="{}">{}</a>',
                reverse("admin:navigator_recommendation_change", args=[rule.pk]),
                _("Recommendation with rank %(rank)s, %(when)s")
                % {"rank": rule.rank, "when": describe_condition(draft, rule.condition())},
            )
            for rule in rules
        ]

    def kept_live_by(self, service: Service) -> list[Any]:
        """The recommendations, and what to do instead."""
        needed = self.needed_by(service)
        if not needed:
            return []
        return [
            _("Questions lead to this service. Change or delete these recommendations first:"),
            *needed,
            _("To take it off at once, use “Fix one thing now”, or ask someone who may publish."),
        ]


# Whatever has a condition


class ConditionalForm(CarefulForm):
    """A row with a condition; one that nobody can meet is refused."""

    def clean(self) -> dict[str, Any] | None:
        """Look at the condition."""
        data = super().clean()
        when = as_condition(self.cleaned_data.get("when", ()))
        if when and (why := contradiction(draft_questions(), when)):
            self.add_error("when", why)
        return data


class WithCondition:
    """A page or rows on which a condition is ticked."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes by question for the condition."""
        return db_field.formfield(form_class=ConditionField, queryset=choices())


class ConditionalAdmin(WithCondition, DraftAdmin):
    """Rows with a condition, which stands as a sentence in the list and on the page."""

    form = ConditionalForm
    readonly_fields: ClassVar[Any] = ("in_words",)
    list_per_page = 200

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the conditions."""
        return super().get_queryset(request).prefetch_related("when__question")

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns, and the condition; the flow that describes it is read once for the whole list."""
        draft: Any = SimpleLazyObject(draft_questions)

        @admin.display(description=_("holds"))
        def when(row: Any) -> str:
            return describe_condition(draft, row.condition())

        return [*super().get_list_display(request), when]

    @admin.display(description=_("in words"))
    def in_words(self, row: Any) -> str:
        """The saved condition as a sentence."""
        return describe_condition(draft_questions(), row.condition()) if row.pk else "–"


class QuestionFilter(admin.SimpleListFilter):
    """The rows whose condition mentions a question."""

    title = _("question in the condition")
    parameter_name = "question"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The questions."""
        return [(question.key, str(question)) for question in Question.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that mention it."""
        return queryset.filter(when__question__key=self.value()).distinct() if self.value() else queryset


# Questions and their choices


class QuestionForm(ConditionalForm):
    """A question; its place is after what it depends on, and before what depends on it."""

    class Meta:
        help_texts: ClassVar = {
            "order": _("Questions are asked from the lowest number up."),
            "title": _("Short. Never blame; never assume who did harm."),
            "why": _("What the answer changes. If it changes nothing, delete the question."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked: Any = self.fields.get("when")
        if asked:
            asked.queryset = earlier(self.instance)

    def clean(self) -> dict[str, Any] | None:
        """Refuse a place that breaks a condition."""
        data = super().clean()
        order = self.cleaned_data.get("order")
        if order is None or self.instance.kind == "many":
            return data
        late = {str(choice.question) for choice in self.cleaned_data.get("when", ()) if choice.question.order > order}
        if late:
            self.add_error("order", _("This place is before a question that it depends on: %s.") % ", ".join(late))
        if self.instance.pk:
            waiting = [
                *Question.objects.filter(order__lt=order, when__question=self.instance).distinct(),
                *Choice.objects.filter(question__order__lt=order, when__question=self.instance).distinct(),
            ]
            if waiting:
                names = ", ".join(str(row) for row in waiting)
                self.add_error("order", _("This place is after something that depends on it: %s.") % names)
        return data


class ChoiceForm(ConditionalForm):
    """A choice; its key stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "key" in self.fields:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = ""
        if "icon" in self.fields:
            self.fields["icon"] = icon_field(self.fields["icon"].label, self.instance.icon)

    def clean(self) -> dict[str, Any] | None:
        """Keep the key of the choice that every question has."""
        if self.cleaned_data.get("key") == flow.SKIP:
            self.add_error("key", _("Every question has this choice already: “I'd rather not say”."))
        return super().clean()


class ChoiceFormSet(OrderedFormSet):
    """The choices of a question."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Offer only the choices of earlier questions for the condition."""
        super().add_fields(form, index)
        if "when" in form.fields:
            form.fields["when"].queryset = earlier(self.instance)

    def clean(self) -> None:
        """Refuse to delete what other rows need; refuse a question without words for a choice."""
        super().clean()
        needed = needing(form.instance for form in self.deleted_forms if form.instance.pk)
        if needed:
            raise ValidationError([_("A choice that you ticked to delete is needed. Change these first:"), *needed])
        if not self.kept():
            raise ValidationError(_("A question needs at least one choice."))


class ChoiceInline(WithCondition, Inline):
    """The choices of a question; “I'd rather not say” is there with every step and is not edited."""

    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    fieldsets = (
        (None, {"fields": (("key", "order"), "icon", "label", "label_you", "hint", "hint_you", "words", "when")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Choice]:
        """All but the choice that every question has."""
        return super().get_queryset(request).exclude(key=flow.SKIP).prefetch_related("when__question")


@admin.register(Question)
class QuestionAdmin(ConditionalAdmin):
    """The questions."""

    form = QuestionForm
    fixed = ("key", "kind")
    list_display: Any = ("order", "title", "kind")
    list_display_links = ("title",)
    inlines = (ChoiceInline,)
    fieldsets = (
        (_("What it is"), {"fields": ("title", "title_you", "hint", "hint_you", "why", ("key", "kind", "order"))}),
        (_("When it is asked"), {"fields": ("in_words", "when")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """A new question comes last."""
        last = Question.objects.aggregate(last=Max("order"))["last"] or 0
        return {"order": last + 1, **super().get_changeform_initial_data(request)}

    def needed_by(self, row: Any) -> list[str]:
        """Whatever depends on an answer to it."""
        return needing(row.choices.all())


class RecommendationForm(ConditionalForm):
    """A rule; one that would put its service first for everybody is asked about once more."""

    everyone = BooleanField(label=_("Yes, it is to come first for everyone"), required=False, widget=HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        """Ask once more, with how many people it is about."""
        data = super().clean()
        service, rank = self.cleaned_data.get("service"), self.cleaned_data.get("rank")
        always = "when" in self.cleaned_data and not self.cleaned_data["when"]
        new = not self.instance.pk or {"when", "rank", "service"} & set(self.changed_data)
        if not (always and new and service and rank is not None and service.status == "live"):
            return data
        live = set(Service.objects.filter(status="live").values_list("slug", flat=True))
        saved = Recommendation.objects.filter(pk=self.instance.pk).first()
        first, paths = comes_first(draft_flow(), rank, live, saved.record() if saved else None)
        if first:
            self.fields["everyone"].widget = CheckboxInput()
            if not self.cleaned_data.get("everyone"):
                words = _(
                    "Nothing is ticked here, so it always holds: “%(service)s” comes first on %(first)s of %(paths)s "
                    "paths, whatever people answer. If you mean that, tick the box below and save again."
                )
                self.add_error("when", words % {"service": service, "first": first, "paths": paths})
        return data


@admin.register(Recommendation)
class RecommendationAdmin(ConditionalAdmin):
    """The rules: which service when, and why."""

    form = RecommendationForm

    list_display: Any = ("rank", "service", "reason")
    list_display_links = ("rank", "service")
    list_filter = (QuestionFilter, "service__status")
    list_select_related = ("service",)
    search_fields = ("service__slug", "service__name", "service__plain", "reason")
    fieldsets = (
        (_("What is shown"), {"fields": ("service", "rank", "reason", "reason_you")}),
        (_("When it is shown"), {"fields": ("in_words", "when", "everyone")}),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The services by name alone: there are hundreds to choose from, with all their words."""
        return super().formfield_for_foreignkey(
            db_field, request, queryset=Service.objects.only("slug", "name", "status"), **kwargs
        )


@admin.register(Guidance)
class GuidanceAdmin(ConditionalAdmin):
    """The guidance."""

    fixed = ("key",)
    list_display: Any = ("rank", "title")
    list_display_links = ("title",)
    list_filter = (QuestionFilter,)
    search_fields = ("key", "title", "body")
    fieldsets = (
        (_("What is shown"), {"fields": ("title", "title_you", "body", "body_you", ("key", "rank"))}),
        (_("When it is shown"), {"fields": ("in_words", "when")}),
    )
