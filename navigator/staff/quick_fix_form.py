"""The form of the quick fix: what is typed of one change of one service, read and checked."""

from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString

from navigator.editions.content import languages
from navigator.editions.edition import Edition
from navigator.editions.quick_fix import Change, ChangeNumber, SetAlert, SwitchOff, SwitchOn
from navigator.editions.wording import days, way_name
from services import models as directory
from services import phones
from services.forms import person_name
from services.records import ContactPoint, Service, Text
from services.rows import from_record, unfit_words

OFF, ON, NUMBER, ALERT = "off", "on", "number", "alert"


class QuickFixForm(forms.Form):
    """Switch a service off or on again, change one number, or set its urgent note.

    ``former`` is an earlier edition that has the service, where the edition in force has it no more.
    """

    what = forms.ChoiceField(label=_("What is to change?"), widget=forms.RadioSelect)
    way = forms.TypedChoiceField(label=_("Which number or address?"), coerce=int, empty_value=None, required=False)
    value = forms.CharField(
        label=_("The right number or address"), max_length=300, required=False, help_text=_("Like 888-373-7888.")
    )
    note = forms.CharField(
        label=_("Why, and how you checked it"),
        max_length=200,
        help_text=_("Stands in the list of editions; with a number, also as how the service was checked."),
    )

    def __init__(self, service: Service, by: Any, *args: Any, former: Edition | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service = service
        self.former = former
        self.by = by
        self.new_way: ContactPoint | None = None
        """The way to reach as it will be."""
        labels = {OFF: _("Switch the service off"), NUMBER: _("Change one number or address")}
        labels[ALERT] = _("Set or clear its urgent note")
        if settings.FOUR_EYES:
            # Switching off only takes away; words and numbers need another publisher.
            labels = {OFF: labels[OFF]}
        if former:
            labels = {ON: _("Switch it on again")}
            self.initial["what"] = ON
        if not service.ways:
            labels.pop(NUMBER, None)
        what, way = self.fields["what"], self.fields["way"]
        what.choices = list(labels.items())  # type: ignore[attr-defined]
        ways = [(place, _way(each)) for place, each in enumerate(service.ways)]
        # Nobody changes the first of several because they did not choose.
        way.choices = [*([("", _("Choose one"))] if len(ways) > 1 else []), *ways]  # type: ignore[attr-defined]
        if NUMBER not in labels:
            del self.fields["way"], self.fields["value"]
        if ALERT in labels:
            self.fields |= {_alert(language): self._alert_field(language) for language in languages()}
        self.order_fields(["what", "way", "value", *map(_alert, languages()), "note"])

    def _alert_field(self, language: str) -> forms.CharField:
        return forms.CharField(
            label=_("Urgent note (%(language)s)") % {"language": dict(settings.LANGUAGES)[language]},
            widget=forms.Textarea(attrs={"rows": 3, "lang": language}),
            required=False,
            initial=self.service.alert.get(language, ""),
            help_text=_("One language is enough: elsewhere it stands marked with it. Empty in all: no note."),
        )

    @property
    def alert(self) -> Text:
        """The urgent note as typed, without empty ones."""
        typed = {language: self.cleaned_data[_alert(language)].strip() for language in languages()}
        return {language: text for language, text in typed.items() if text}

    def clean(self) -> dict[str, Any]:
        """Read the number, and the words of the note, as the service's own page does."""
        data = super().clean() or {}
        if data.get("what") == NUMBER:
            self._clean_number(data)
        if data.get("what") == ALERT:
            for language, words in self.alert.items():
                # The draft refuses the same words.
                row = directory.Service(alert=LazyI18nString({language: words}))
                if errors := unfit_words(row):
                    self.add_error(_alert(language), errors["alert"])
        return data

    def _clean_number(self, data: dict[str, Any]) -> None:
        if not data.get("value"):
            self.add_error("value", _("Write the right number or address."))
        elif data.get("way") is None:
            self.add_error("way", _("Choose the number that is wrong."))
        else:
            old = self.service.ways[data["way"]]
            row = directory.ContactPoint(**from_record(old, skip=("value", "vanity")), value=data["value"])
            try:
                row.clean()
            except ValidationError as error:
                self.add_error("value", error.messages)
                return
            # Letters that no longer give the number would lead to the old one.
            kept = old.vanity if old.vanity and phones.spells(old.vanity, row.value) else ""
            self.new_way = msgspec.structs.replace(old, value=row.value, vanity=kept)
            if self.new_way == old:
                self.add_error("value", _("This is the number that is shown already."))

    def change(self) -> Change:
        """The change that was typed. Only for a valid form."""
        what = self.cleaned_data["what"]
        if what == OFF:
            return SwitchOff(self.service)
        if what == ON:
            assert self.former
            return SwitchOn(self.service, self.former)
        if what == ALERT:
            return SetAlert(self.service, self.alert)
        assert self.new_way
        return ChangeNumber(
            self.service,
            place=self.cleaned_data["way"],
            way=self.new_way,
            assured_date=timezone.localdate(),
            assured_how=self.cleaned_data["note"],
            assured_by=person_name(self.by)[:200],
        )


def _way(way: ContactPoint) -> str:
    """A way to reach, and from when until when: the number of now and the coming one stand side by side."""
    return ", ".join(filter(None, (way_name(way), days(way.valid_from, way.valid_to))))


def _alert(language: str) -> str:
    """The name of the field for the urgent note in a language."""
    return f"alert_{language}"
