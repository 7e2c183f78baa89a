"""The draft in Django admin: questions and rules, and the directory's pages with what the flow knows; the accounts."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html, format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from navigator.editions.draft import draft_flow
from navigator.editions.wording import describe_condition
from navigator.engine import flow
from navigator.models import Choice, Guidance, Question, Recommendation, as_condition
from navigator.public import cards
from services.admin import CarefulAdmin, Inline, OrganizationAdmin, ServiceAdmin, SourceInline, WayInline
from services.forms import CarefulForm, OrderedFormSet
from services.models import ContactPoint, Organization, Service

from .conditions import ConditionField, choices, contradiction, earlier, needing
from .pages import PERMISSION

# Services: the directory's page, with what the flow knows


class Ways(WayInline):
    """The ways to reach a service, with the hours as the public reads them."""

    readonly_fields = ("understood",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "value", "order"),
                    ("hours", "timezone", "understood"),
                    ("vanity", "keyword", "languages"),
                    "label",
                    "hours_note",
                )
            },
        ),
    )

    @admin.display(description=_("People read"))
    def understood(self, way: ContactPoint) -> str:
        """The saved hours in words."""
        return (cards.describe_hours(way.record()) if way.pk else "") or str(_("nothing about hours"))


class DraftAdmin(CarefulAdmin):
    """Rows of the draft: after a change one reads that the public does not see it yet."""

    def message_user(
        self, request: HttpRequest, message: Any, level: Any = messages.INFO, *args: Any, **kw: Any
    ) -> None:
        """Django's message; after a change, with where it stands now and the way on."""
        if level == messages.SUCCESS:
            draft = _("Saved in the draft. The public does not see it yet.")
            links = [(reverse("admin:preview"), _("Preview"))]
            if request.user.has_perm(PERMISSION):
                links.append((reverse("admin:publish"), _("Publish")))
            message = format_html("{} {} {}", message, draft, format_html_join(" · ", '<a href="{}">{}</a>', links))
        super().message_user(request, message, level, *args, **kw)


@admin.register(Organization)
class DraftOrganizationAdmin(DraftAdmin, OrganizationAdmin):
    """Who runs services."""


@admin.register(Service)
class DraftServiceAdmin(DraftAdmin, ServiceAdmin):
    """A service: it stays while recommendations lead to it."""

    inlines = (Ways, SourceInline)
    change_form_template = "admin/navigator/service.html"

    def describe_hours(self, way: ContactPoint) -> str:
        """The hours of a way, as the public reads them."""
        return cards.describe_hours(way.record())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page, with how many recommendations lead to the service."""
        service = kwargs.get("obj")
        context["rules"] = service.recommendations.count() if service else 0
        return super().render_change_form(request, context, *args, **kwargs)

    def needed_by(self, row: Any) -> list[str]:
        """The recommendations of the service, each with its condition."""
        rules = row.recommendations.prefetch_related("when__question")
        draft: Any = SimpleLazyObject(draft_flow)
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
        why = contradiction(draft_flow(), as_condition(self.cleaned_data.get("when", ())))
        if why:
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
        draft: Any = SimpleLazyObject(draft_flow)

        @admin.display(description=_("holds"))
        def when(row: Any) -> str:
            return describe_condition(draft, row.condition())

        return [*super().get_list_display(request), when]

    @admin.display(description=_("in words"))
    def in_words(self, row: Any) -> str:
        """The saved condition as a sentence."""
        return describe_condition(draft_flow(), row.condition()) if row.pk else "–"


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
        (None, {"fields": (("key", "order", "icon"), "label", "label_you", "hint", "hint_you", "words", "when")}),
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


@admin.register(Recommendation)
class RecommendationAdmin(ConditionalAdmin):
    """The rules: which service when, and why."""

    list_display: Any = ("rank", "service", "reason")
    list_display_links = ("rank", "service")
    list_filter = (QuestionFilter, "service__status")
    list_select_related = ("service",)
    search_fields = ("service__slug", "service__name", "service__plain", "reason")
    fieldsets = (
        (_("What is shown"), {"fields": ("service", "rank", "reason", "reason_you")}),
        (_("When it is shown"), {"fields": ("in_words", "when")}),
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


# People

admin.site.unregister([User, Group])
VERBS = {"add": _("Can add"), "change": _("Can change"), "delete": _("Can delete"), "view": _("Can view")}


class Rights(ModelMultipleChoiceField):
    """The rights in the language at hand: Django writes them into the database in English."""

    def label_from_instance(self, obj: Any) -> str:
        """The table, and what may be done with its rows; another right by its name."""
        verb, _underscore, model = obj.codename.partition("_")
        plain = verb in VERBS and model == obj.content_type.model
        return f"{obj.content_type} | {VERBS[verb] if plain else gettext(obj.name)}"


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The roles."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """The rights in the language at hand."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "form_class": Rights})


class PasswordForm(AdminPasswordChangeForm):
    """Django's, whose help is put together before a language is known, and would stay in English."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        SetUnusablePasswordMixin.usable_password_help_text,
        _("If disabled, the current password for this user will be lost."),
    )


@admin.register(User)
class People(UserAdmin):
    """The accounts. Rights come from roles; only a superuser makes a superuser."""

    filter_horizontal = ()
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What nobody changes, and what only a superuser may."""
        mine = ("last_login", "date_joined")
        return mine if request.user.is_superuser else (*mine, "is_superuser")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The few roles as boxes to tick."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple()})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account is for superusers."""
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: who leaves is no longer active. The log, and the rule of four eyes, go on naming the account."""
        return False

    def _may_touch(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or not obj.is_superuser or bool(request.user.is_superuser)
