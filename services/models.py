"""The directory as staff edit it. Every row turns into a plain record and back (records.py)."""

import datetime as dt
import re
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from . import areas, dates, hours, labels, phones, records
from .findings import WayReport
from .records import LINKED, NUMBERED
from .rows import codes, gaps, to_record, unfit_words, words

ADDRESS = r"https?://[\w.-]+\.[a-z]+\.?(:\d+)?([/?#]\S*)?"
LANGUAGE_CODE = r"[a-z]{2,3}(-[A-Za-z]+)?"


class Services(models.Manager["Service"]):
    """The services, and which of them want a check."""

    def due(self, today: dt.date | None = None) -> "list[Service]":
        """The live services whose review is due.

        First those that did not work for visitors, on the most days; then those of which something is known to be
        wrong, then those no person ever checked, then the oldest check.
        """
        today = today or timezone.localdate()
        live = self.filter(status="live").prefetch_related("reports")
        return sorted((service for service in live if service.is_due(today)), key=_urgency)


def _urgency(row: "Service") -> tuple[int, bool, dt.date, str]:
    most = max((report.days for report in row.reported), default=0)
    return -most, not row.why, row.assured_date or dt.date.min, row.slug


def unfit_days(row: models.Model, shape: type[records.Record]) -> dict[str, Any]:
    """The days of a row that make no sense, each field with what is wrong."""
    order, year = _("The last day is before the first one."), _("Write a year between 2000 and 2100.")
    return {name: order if late else year for name, late in dates.unfit(row, shape)}


def unchecked(services: "list[Service]") -> int:
    """How many of these no person has ever checked."""
    return sum(service.assured_date is None for service in services)


class Organization(models.Model):
    """Who runs services (HSDS ``organization``)."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("Small letters and hyphens. Never changes."))
    name = I18nCharField(_("name"), max_length=800)
    website = models.URLField(_("website"), blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return str(self.name) or self.slug

    def clean(self) -> None:
        """Refuse words that cannot be shown."""
        if errors := unfit_words(self):
            raise ValidationError(errors)

    def record(self) -> records.Organization:
        """The organization as a plain record."""
        return to_record(self, records.Organization)


class Service(models.Model):
    """One service: what it is, who answers, what happens, and who checked it when."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("Small letters and hyphens. Never changes."))
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="services", verbose_name=_("organization")
    )
    category = models.CharField(_("group on the list of all services"), max_length=20, choices=labels.CATEGORY)
    status = models.CharField(
        _("status"), max_length=10, choices=labels.STATUS, default="draft", help_text=_("Only live services are shown.")
    )
    main = models.BooleanField(
        _("main number"), default=False, help_text=_("Also shown on error pages and at the foot of pages.")
    )
    directory_only = models.BooleanField(
        _("on the list only"),
        default=False,
        help_text=_("Stands on the list of all services; no question leads to it."),
    )
    areas = models.TextField(
        _("where it helps"),
        blank=True,
        help_text=_("States and territories, and counties by their five digits. Empty: the whole country."),
    )
    local_of = models.SlugField(
        _("local service of"),
        blank=True,
        help_text=_("The national service with which it is shown. Texts that are empty here come from there."),
    )
    before = models.BooleanField(
        _("before the national one"),
        default=False,
        help_text=_("It comes right before the national service of which it is, not right after it."),
    )
    finder = models.BooleanField(
        _("only tells how to find the local one"),
        default=False,
        help_text=_("Where the place of the reader is known, the local service stands instead of this one."),
    )
    name = I18nCharField(_("official name"), max_length=800)
    plain = I18nCharField(_("what it is, in plain words"), max_length=1600, blank=True)
    local_plain = I18nCharField(
        _("what its local services are, in plain words"),
        max_length=1600,
        blank=True,
        help_text=_("Empty: the words above."),
    )
    serves = I18nTextField(_("who it is for"), blank=True)
    not_for = I18nTextField(_("what it is not for"), blank=True)
    answered_by = models.CharField(_("who answers"), max_length=12, choices=labels.ANSWERED_BY, default="unknown")
    answered_note = I18nTextField(_("who answers, in words"), blank=True)
    name_needed = models.CharField(_("is a name needed?"), max_length=10, choices=labels.NAME_NEEDED, default="unknown")
    name_note = I18nTextField(_("about giving a name"), blank=True)
    told = I18nTextField(_("who may be told"), blank=True)
    what_happens = I18nTextField(_("what happens first"), blank=True)
    first_question = I18nTextField(_("what they ask first"), blank=True)
    opening = I18nTextField(_("a sentence to open with"), blank=True)
    have_ready = I18nTextField(_("what to have ready"), blank=True, help_text=_("One thing on each line."))
    can = I18nTextField(_("what they can do"), blank=True)
    cannot = I18nTextField(_("what they cannot do"), blank=True)
    cost = I18nTextField(_("cost"), blank=True)
    address = models.CharField(
        _("street address"),
        max_length=200,
        blank=True,
        help_text=_("Everybody reads it. Never the address of a shelter, or of a place that is kept secret."),
    )
    languages = models.CharField(
        _("language codes"),
        max_length=200,
        blank=True,
        help_text=_("Such as “en, es”. “ase” is American Sign Language, “mul” is interpreters for many languages."),
    )
    languages_note = I18nTextField(_("languages, in words"), blank=True)
    keywords = I18nTextField(_("other words people use for it"), blank=True)
    alert = I18nTextField(_("urgent note"), blank=True, help_text=_("Shown first, before everything else."))
    alert_from = models.DateField(_("urgent note: first day"), null=True, blank=True)
    alert_to = models.DateField(_("urgent note: last day"), null=True, blank=True)
    off_from = models.DateField(_("off: first day"), null=True, blank=True)
    off_to = models.DateField(
        _("off: last day"),
        null=True,
        blank=True,
        help_text=_(
            "Not shown from the first day to the last, both counted. “Off until Monday”: the last day is Sunday."
        ),
    )
    assured_date = models.DateField(_("checked on"), null=True, blank=True)
    assured_how = models.CharField(_("checked how"), max_length=200, blank=True)
    assured_by = models.CharField(_("checked by"), max_length=200, blank=True)
    review_days = models.PositiveSmallIntegerField(
        _("days between checks"), default=90, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    recheck = models.BooleanField(
        _("check it now"), default=False, help_text=_("Puts it on the list of services to check, whatever the date.")
    )
    recheck_why = models.TextField(_("why to check it now"), blank=True, editable=False)
    """What was found wrong, a line each; it counts as long as the mark above stands, and is no part of the record."""
    staff_note = models.TextField(_("note for staff"), blank=True, help_text=_("Never shown to the public."))

    objects = Services()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return str(self.name) or self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; without the mark, what was found wrong is settled."""
        if not self.recheck:
            self.recheck_why = ""
        if (fields := kwargs.get("update_fields")) is not None and "recheck" in fields:
            kwargs["update_fields"] = {*fields, "recheck_why"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse words that cannot be shown, a check in the future, and a half-made live service."""
        errors = unfit_words(self)
        if self.status == "live":
            errors = {**gaps(self, local=bool(self.areas)), **errors}
            if not self.category:
                errors["category"] = _("A live service needs a group on the list of all services.")
            if not words(self.plain) and not self.local_of:
                errors["plain"] = _("A live service needs this in every language. Missing: %(languages)s.") % {
                    "languages": ", ".join(str(name) for _code, name in settings.LANGUAGES)
                }
            if self.local_of and not self.areas:
                errors["areas"] = _("A local service needs to say where it helps.")
            if self.before and not self.local_of:
                errors["before"] = _("Choose the national service before which it comes.")
        elif not words(self.name):
            errors["name"] = _("Write a name in one language at least.")
        # A day that is kept already does not stand in the way of mending a number.
        kept = Service.objects.filter(pk=self.pk, assured_date=self.assured_date)
        if self.assured_date and self.assured_date > timezone.localdate() and not kept.exists():
            errors["assured_date"] = _("This day is in the future.")
        if any(not re.fullmatch(LANGUAGE_CODE, code) for code in codes(self.languages)):
            errors["languages"] = _("Use language codes such as “en, es”.")
        named = codes(self.areas)
        if areas.UNCLEAR in named and self.status == "live":
            errors["areas"] = _("Its directory did not say where it helps. Choose that, and take “not known yet” away.")
        elif unknown := [area for area in named if not areas.state_of(area) and area != areas.UNCLEAR]:
            errors["areas"] = _("Not a state, a territory or a county: %(areas)s.") % {"areas": ", ".join(unknown[:5])}
        errors |= unfit_days(self, records.Service)
        if errors:
            raise ValidationError(errors)

    @property
    def due_on(self) -> dt.date | None:
        """The day of its next check; None: now, for it is marked or reported, or no person ever checked it."""
        if self.recheck or not self.assured_date or self.reported:
            return None
        return self.assured_date + dt.timedelta(days=self.review_days)

    def is_due(self, today: dt.date) -> bool:
        """Whether it is to be checked by this day (docs/safety-rules.md J5, J6)."""
        return self.due_on is None or self.due_on <= today

    @property
    def why(self) -> str:
        """What is known to be wrong with it, a line each; empty: nothing is, or a person has checked it since."""
        return self.recheck_why if self.recheck else ""

    @property
    def reported(self) -> list[WayReport]:
        """What visitors said of its ways to reach since its last check."""
        return [report for report in self.reports.all() if report.is_open()]

    @property
    def reasons(self) -> list[str]:
        """Why to check it now, in sentences: what visitors said, and what is known to be wrong."""
        return [*(report.told for report in self.reported), *self.why.splitlines()]

    def mark(self, why: str) -> None:
        """Put it on the list of what is due, with the reason. Not saved: ``recheck`` and ``recheck_why``."""
        lines = self.why.splitlines()
        self.recheck, self.recheck_why = True, "\n".join(lines if why in lines else [*lines, why])

    def record(self) -> records.Service:
        """The service with its ways to reach and its sources, as a plain record."""
        return to_record(
            self,
            records.Service,
            organization=self.organization.slug,
            ways=tuple(way.record() for way in self.ways.all()),
            sources=tuple(source.record() for source in self.sources.all()),
        )


class Ordered(models.Model):
    """A row with a place among its fellows."""

    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering: ClassVar = ["order", "pk"]


class ContactPoint(Ordered):
    """One way to reach a service."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="ways", verbose_name=_("service"))
    kind = models.CharField(_("kind"), max_length=12, choices=labels.KIND)
    value = models.CharField(
        _("number or address"),
        max_length=300,
        help_text=_("A phone number or short code, an e-mail address, or a web address."),
    )
    vanity = models.CharField(_("number in letters"), max_length=40, blank=True)
    keyword = models.CharField(_("word to text"), max_length=40, blank=True)
    label = I18nCharField(_("for whom or what"), max_length=400, blank=True)
    languages = models.CharField(_("language codes"), max_length=200, blank=True)
    hours = models.CharField(
        _("hours"),
        max_length=200,
        blank=True,
        help_text=_("“24/7”, or like “Mo-Fr 08:00-20:00; PH off”. Empty: not known."),
    )
    timezone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        help_text=_("Such as America/New_York. Empty: the caller's own local time."),
    )
    hours_note = I18nTextField(_("about the hours"), blank=True)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("Shown from the first day to the last, both counted, by its own clocks. Empty: always."),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("way to reach")
        verbose_name_plural = _("ways to reach")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {phones.show(self.value) if self.kind in NUMBERED else self.value}"

    def clean(self) -> None:
        """Read the number, address and hours; refuse what cannot be shown safely."""
        errors = unfit_words(self)
        if self.kind in NUMBERED:
            try:
                self.value = phones.parse(self.value)
            except ValueError as error:
                errors["value"] = error.args[0].translated(_)
            else:
                if self.kind == "text" and phones.EXTENSION in self.value:
                    errors["value"] = _("A text message goes to no extension.")
                if self.vanity and not phones.spells(self.vanity, self.value):
                    errors["vanity"] = _(
                        "These letters belong to another number. Empty this field, or write the new letters."
                    )
        elif self.kind in LINKED and not re.fullmatch(ADDRESS, self.value):
            errors["value"] = _("Write the whole web address, from https:// on.")
        elif self.kind == "email" and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", self.value):
            errors["value"] = _("This is not an e-mail address.")
        if self.keyword and self.kind != "text":
            errors["keyword"] = _("Only a text message has a word to text.")
        try:
            if self.hours and self.hours != hours.ALWAYS:
                hours.parse(self.hours)
        except ValueError as error:
            errors["hours"] = error.args[0].translated(_)
        if self.timezone:
            try:
                hours.ZoneInfo(self.timezone)
            except (KeyError, ValueError, OSError):
                errors["timezone"] = _("This time zone does not exist. Write it like America/New_York.")
        errors |= unfit_days(self, records.ContactPoint)
        if errors:
            raise ValidationError(errors)

    def record(self) -> records.ContactPoint:
        """The way to reach as a plain record."""
        return to_record(self, records.ContactPoint)


class Source(Ordered):
    """Where facts about a service were seen."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="sources", verbose_name=_("service"))
    title = models.CharField(_("title"), max_length=300)
    seed = models.CharField(_("seed file"), max_length=100, blank=True)
    url = models.CharField(_("web address"), max_length=500, blank=True)
    dated = models.CharField(_("date on it"), max_length=60, blank=True)
    grade = models.CharField(_("how close to the service"), max_length=120, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a web address that is none."""
        if self.url and not re.fullmatch(ADDRESS, self.url):
            raise ValidationError({"url": _("Write the whole web address, from https:// on.")})

    def record(self) -> records.Source:
        """The source as a plain record."""
        return to_record(self, records.Source)
