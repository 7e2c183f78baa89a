"""The draft of the questions and rules as staff edit it, and the editions made from it."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from services.models import Service
from services.rows import to_record, unfit_words

from .engine import flow

YOU = _("Shown instead when the person said that they need help themselves. Empty: the other one fits both.")
KEY = RegexValidator(r"^[a-z][a-z0-9_-]*$", _("Use small letters, digits and hyphens."))


class Conditional(models.Model):
    """A row with a condition: the choices under which it holds (flow.py)."""

    when = models.ManyToManyField(
        "navigator.Choice",
        blank=True,
        related_name="+",
        verbose_name=_("only when"),
        help_text=_("Choices of one question are joined by “or”, questions by “and”. Nothing chosen: always."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse words that cannot be shown."""
        if errors := unfit_words(self):
            raise ValidationError(errors)

    known: flow.Condition | None = None
    """The condition, where it was read with those of many rows."""

    def condition(self) -> flow.Condition:
        """The condition as plain data."""
        return as_condition(self.when.all()) if self.known is None else self.known


C = TypeVar("C", bound=Conditional)


def as_condition(choices: "Iterable[Choice]") -> flow.Condition:
    """Choices as a condition, in the order of the questions."""
    keys: dict[str, list[str]] = {}
    for choice in sorted(
        choices, key=lambda c: (c.question.kind == "many", c.question.order, c.question_id, c.order, c.pk)
    ):
        keys.setdefault(choice.question.key, []).append(choice.key)
    return {question: tuple(listed) for question, listed in keys.items()}


class Question(Conditional):
    """One question of the draft."""

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY], help_text=_("Never changes."))
    kind = models.CharField(
        _("kind"),
        max_length=4,
        choices=[("one", _("a step: one answer")), ("many", _("ticks on the outcome"))],
        default="one",
        help_text=_("Ticks come after all questions and only ever add services. Never changes."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = I18nCharField(_("question"), max_length=800)
    title_you = I18nCharField(_("question, said to “you”"), max_length=800, blank=True, help_text=YOU)
    hint = I18nCharField(_("hint"), max_length=1600, blank=True)
    hint_you = I18nCharField(_("hint, said to “you”"), max_length=1600, blank=True, help_text=YOU)
    why = I18nTextField(_("why we ask"))

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["-kind", "order", "pk"]  # ticks come last, whatever their order

    def __str__(self) -> str:
        return str(self.title) or self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and see that the question can be skipped; ticks are simply left alone."""
        super().save(*args, **kwargs)
        if self.kind == "one":
            self.choices.get_or_create(key=flow.SKIP, defaults={"order": 1000})

    def record(self) -> flow.Question:
        """The question with its choices as a plain record."""
        choices = tuple(choice.record() for choice in self.choices.all() if choice.key != flow.SKIP)
        # The very word of the record's default, which an edition leaves out: so one of before ticks keeps its hash.
        kind = "many" if self.kind == "many" else "one"
        return to_record(self, flow.Question, kind=kind, when=self.condition(), choices=choices)


class Choice(Conditional):
    """One answer that a question offers. Every question of kind one also has the choice ``skip``."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices", verbose_name=_("question"))
    key = models.CharField(_("key"), max_length=40, validators=[KEY], help_text=_("Never changes."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    label = I18nCharField(_("words"), max_length=800, blank=True)
    label_you = I18nCharField(_("words, said to “you”"), max_length=800, blank=True, help_text=YOU)
    hint = I18nCharField(_("hint"), max_length=800, blank=True)
    hint_you = I18nCharField(_("hint, said to “you”"), max_length=800, blank=True, help_text=YOU)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    words = I18nTextField(_("words that people use"), blank=True, help_text=_("For finding it. Put commas between."))

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering: ClassVar = ["-question__kind", "question__order", "order", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["question", "key"], name="choice_key_once")]

    def __str__(self) -> str:
        return f"{self.question}: {self.name}"

    @property
    def name(self) -> str:
        """What the person reads."""
        return str(_("I'd rather not say")) if self.key == flow.SKIP else str(self.label) or self.key

    def record(self) -> flow.Choice:
        """The choice as a plain record."""
        return to_record(self, flow.Choice, when=self.condition())


def with_conditions(rows: Iterable[C]) -> list[C]:
    """Rows of one model that know their conditions, to be read and not changed.

    Read at once, and each choice once: the rules of a draft name thousands.
    """
    found = list(rows)
    if not found:
        return found
    order = ("-question__kind", "question__order", "question", "order", "pk")
    choices = Choice.objects.order_by(*order).values_list("pk", "question__key", "key")
    places = {pk: (place, question, key) for place, (pk, question, key) in enumerate(choices)}
    field: Any = found[0]._meta.get_field("when")
    named: dict[int, list[tuple[int, str, str]]] = {}
    links = field.remote_field.through.objects.values_list(field.m2m_column_name(), field.m2m_reverse_name())
    for pk, choice in links:
        named.setdefault(pk, []).append(places[choice])
    for row in found:
        known: dict[str, list[str]] = {}
        for _place, question, key in sorted(named.get(row.pk, ())):
            known.setdefault(question, []).append(key)
        row.known = {question: tuple(keys) for question, keys in known.items()}
    return found


class Recommendation(Conditional):
    """A service to show when the condition holds."""

    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="recommendations", verbose_name=_("service")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=50, help_text=_("The lowest number comes first."))
    reason = I18nTextField(_("reason shown to the person"))
    reason_you = I18nTextField(_("reason, said to “you”"), blank=True, help_text=YOU)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering: ClassVar = ["rank", "pk"]

    def __str__(self) -> str:
        return f"{self.rank}. {self.service}"

    def record(self) -> flow.Recommendation:
        """The rule as a plain record."""
        return to_record(self, flow.Recommendation, when=self.condition(), service=self.service.slug)


class Guidance(Conditional):
    """A few words shown with an outcome when the condition holds."""

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[KEY], help_text=_("Never changes."))
    rank = models.PositiveSmallIntegerField(_("rank"), default=50, help_text=_("The lowest number comes first."))
    title = I18nCharField(_("title"), max_length=400)
    title_you = I18nCharField(_("title, said to “you”"), max_length=400, blank=True, help_text=YOU)
    body = I18nTextField(
        _("words"), help_text=_("An empty line starts a paragraph; a line that starts with “- ” is a list item.")
    )
    body_you = I18nTextField(_("words, said to “you”"), blank=True, help_text=YOU)

    class Meta:
        verbose_name = _("guidance")
        verbose_name_plural = _("guidance")
        ordering: ClassVar = ["rank", "pk"]

    def __str__(self) -> str:
        return str(self.title) or self.key

    def record(self) -> flow.Guidance:
        """The guidance as a plain record."""
        return to_record(self, flow.Guidance, when=self.condition())


class Edition(models.Model):
    """One published edition. It never changes; the one with the highest number is in force."""

    number = models.BigAutoField(_("number"), primary_key=True)
    content = models.BinaryField(_("content"), editable=False)
    hash = models.CharField(_("hash"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("published by"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    of_draft = models.BooleanField(_("the draft as it was"), db_default=True, editable=False)
    """Whether the draft said the same then: not so after a fix or a rollback that went past it."""

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        default_permissions = ("view",)
        permissions: ClassVar = [("publish_edition", _("May publish and roll back"))]
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new edition. Raises ValidationError for one that is already there."""
        if not self._state.adding:
            raise ValidationError(_("An edition never changes."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Raises ValidationError: an edition stays."""
        raise ValidationError(_("An edition is never deleted."))


class CacheEntry(models.Model):
    """What signing in remembers for a while: failed tries of an account, codes that were used (staff/cache.py)."""

    key = models.CharField(primary_key=True, max_length=250)
    value = models.JSONField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class Release(models.Model):
    """The content of a release as it was brought into the draft: what the next one is compared with."""

    content = models.BinaryField(_("content"), editable=False)
    hash = models.CharField(_("hash"), max_length=64, editable=False)
    brought_in_at = models.DateTimeField(_("brought in at"), auto_now_add=True)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DraftKept(models.Model):
    """A draft as it was before it was set back, so that nobody's unpublished work is lost."""

    content = models.BinaryField(_("content"), editable=False)
    kept_at = models.DateTimeField(_("kept at"), auto_now_add=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("set back by")
    )

    class Meta:
        verbose_name = _("earlier draft")
        verbose_name_plural = _("earlier drafts")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Revision(models.Model):
    """One change of one record of the draft: what it said before and after, who, when and how. It never changes."""

    HOW: ClassVar = [
        ("save", _("Saved")),
        ("check", _("Checked")),
        ("fix", _("Urgent fix")),
        ("rollback", _("Set back to an edition")),
        ("update", _("Came with a newer release")),
        ("import", _("Came from another directory")),
        ("back", _("Put back")),
    ]
    kind = models.CharField(max_length=20)
    """The name of the record's model; ``order`` for the order of the questions."""
    name = models.CharField(max_length=50, blank=True)
    """What names the record for good: its short name or key; the number of the row, for a rule has none."""
    before = models.BinaryField(null=True)
    """The record as JSON; null where there was none. So is ``after``."""
    after = models.BinaryField(null=True)
    how = models.CharField(max_length=10, choices=HOW)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    """When it began: what Django's log says of it comes after."""

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "name"], name="revision_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.pk}"


class Outdated(models.Model):
    """A translation whose original says something else than when it was written (editions/translations.py)."""

    key = models.CharField(primary_key=True, max_length=64)
    """A hash of the language, the original and the translation as they stand side by side."""
    was = models.TextField()
    """The original that the translation was written for."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class Ready(models.Model):
    """Somebody says to those who may publish that the draft is ready. It goes when all of it is published."""

    by = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return self.note


class Comment(models.Model):
    """What staff say to each other about one record of the draft. It is never public, and goes into no edition."""

    kind = models.CharField(max_length=20)
    """With ``name``, the record, as a revision names it: it may be gone by now."""
    name = models.CharField(max_length=50)
    text = models.TextField(_("Comment"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "name"], name="comment_on")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.pk}"
