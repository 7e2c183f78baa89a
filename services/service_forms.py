"""The forms of a service in Django admin: what a live one needs, and how one was checked."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import flatten
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from . import areas, parts
from .fields import CodesField, HoursInput, NumberField, languages_field, zones
from .forms import CarefulForm, OrderedFormSet
from .models import Service
from .rows import codes, gaps, words
from .texts import fold, t


class LiveFormSet(OrderedFormSet):
    """Rows of a service; a live one needs their texts in every language."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each row knows its service: it is not asked for again."""
        super().add_fields(form, index)
        form.instance.service = self.instance

    def clean(self) -> None:
        """Mark the texts that a live service lacks."""
        super().clean()
        if self.instance.status == "live":
            for form in self.kept():
                for field, message in gaps(form.instance, local=bool(self.instance.areas)).items():
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


class WayForm(CarefulForm):
    """A way to reach: its number as people read it, its languages and time zone by name, ready hours."""

    RARE: ClassVar[Any] = (
        ("valid_from", "valid_to"),
        ("vanity", "keyword", "order"),
        "languages",
        "label",
        "hours_note",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way: Any = self.instance
        if "value" in self.fields:
            old = self.fields["value"]
            widget = forms.TextInput({"inputmode": "text", "autocomplete": "off"})
            self.fields["value"] = NumberField(
                label=old.label,
                max_length=300,
                required=True,
                widget=widget,
                help_text=_(
                    "As you would write it: a phone number or short code, an e-mail address, or a web address."
                ),
            )
        if "languages" in self.fields:
            self.fields["languages"] = languages_field(way.languages)
        if "timezone" in self.fields:
            label = self.fields["timezone"].label
            self.fields["timezone"] = forms.ChoiceField(label=label, choices=zones(way.timezone), required=False)
        if "hours" in self.fields:
            self.fields["hours"].widget = HoursInput()

    def more(self) -> parts.Part:
        """What is rarely used of it: folded, with what stands there."""
        return parts.more(self, flatten(self.RARE))


class AreasField(CodesField):
    """States and territories to choose by name, and the counties that are there already."""

    def __init__(self, *, kept: str, **more: Any) -> None:
        known = dict.fromkeys((*areas.BY_CODE, *codes(kept)))
        named = sorted(((code, t(areas.name(code))) for code in known), key=lambda choice: fold(choice[1]))
        super().__init__(choices=named, required=False, widget=forms.SelectMultiple(attrs={"size": 8}), **more)
        self.kept = kept


class Named(CarefulForm):
    """A row with a short name, which is made from its name where it is left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """The short name; one from the first name there is, where it is left empty."""
        name = next(iter(words(self.cleaned_data.get("name")).values()), "")
        slug = self.cleaned_data["slug"] or slugify(name)[:50].strip("-")
        if name and not slug:
            raise ValidationError(_("Write a short name in small letters and hyphens."))
        return slug


class OrganizationForm(Named):
    """Who runs services."""

    class Meta:
        help_texts: ClassVar = {"slug": _("Small letters and hyphens. Never changes. Empty: made from the name.")}


class ServiceForm(Named):
    """A service: a draft needs a name; of a live one, all that it lacks is named."""

    kept_live_by: Any = None
    """The admin's function of that name."""
    public = forms.BooleanField(
        label=_("Everybody may know this address. It is no shelter and no secret place."),
        required=False,
        widget=forms.HiddenInput,
    )

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
            "alert": _("It stands on the card itself, below the ways to reach. One language is enough."),
            "keywords": _("Words people may search for, with common misspellings."),
            "assured_date": _(
                "The day a person checked it. To read a stored page is no check: leave it empty until then, and the "
                "card says “Not yet confirmed by us”. The button “Checked today” fills in this and the next two."
            ),
            "assured_how": _("Its office, its website or its agency. Never by calling a crisis line."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "areas" in self.fields:
            self.fields["areas"] = AreasField(
                label=self.fields["areas"].label, help_text=self.fields["areas"].help_text, kept=self.instance.areas
            )
        if "languages" in self.fields:
            self.fields["languages"] = languages_field(self.instance.languages)
        if "local_of" in self.fields:
            national = Service.objects.filter(status="live", areas="").exclude(pk=self.instance.pk).only("slug", "name")
            choices = [("", _("none")), *((each.slug, str(each)) for each in national)]
            kept = self.instance.local_of
            if kept and kept not in dict(choices):
                choices.append((kept, kept))
            self.fields["local_of"] = forms.ChoiceField(
                label=self.fields["local_of"].label,
                help_text=self.fields["local_of"].help_text,
                choices=choices,
                required=False,
            )
        # `Service.clean` asks for them when the service goes live.
        for name in {"name", "plain", "slug", "category"} & set(self.fields):
            field: Any = self.fields[name]
            field.required = field.one_required = False

    def clean(self) -> dict[str, Any] | None:
        """Refuse to take a service from the public that has to stay."""
        data = super().clean()
        status = self.cleaned_data.get("status")
        taken_off = self.instance.pk and self.initial.get("status") == "live" and status and status != "live"
        if taken_off and (reasons := self.kept_live_by(self.instance)):
            self.add_error("status", reasons)
        if self.cleaned_data.get("address") and "address" in self.changed_data:
            self.fields["public"].widget = forms.CheckboxInput()
            if not self.cleaned_data.get("public"):
                self.add_error("address", _("May everybody know this address? Then tick that below, and save again."))
        return data


class CheckForm(forms.Form):
    """How a service was checked."""

    HOW: ClassVar = [
        ("Called its office", _("I called its office")),
        ("Read its website", _("I read its website")),
        ("Asked its agency", _("I asked its agency")),
    ]
    how = forms.ChoiceField(label=_("How did you check?"), choices=HOW, widget=forms.RadioSelect)
