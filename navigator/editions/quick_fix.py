"""One urgent fix of one service, published at once: the fast lane past a draft that is not ready.

The fix is made to the edition in force, not to the rest of the draft, and to the draft alike, so that
the next publishing does not undo it. The path walk checks it as it checks everything.
"""

from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString

from navigator import models
from navigator.engine.flow import Recommendation
from services import models as directory
from services import phones
from services.models import from_record
from services.records import ContactPoint, Service
from services.texts import t

from . import publish
from .content import Content, check, encode, languages
from .differences import way_name
from .edition import Edition

OFF, ON, NUMBER, ALERT = "off", "on", "number", "alert"


class Fix(forms.Form):
    """One fix of one service: switch it off or on again, change one number, or set its alert line.

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

    def __init__(
        self, edition: Edition, service: Service, by: Any, *args: Any, former: Edition | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.former = former
        self.service = service
        self.by = by
        self.found: ContactPoint | None = None
        """The way to reach as it will be."""
        labels = {OFF: _("Switch the service off"), NUMBER: _("Change one number or address")}
        labels[ALERT] = _("Set or clear its urgent note")
        if settings.FOUR_EYES:
            # Switching off only takes away; words and numbers need a second pair of eyes.
            labels = {OFF: labels[OFF]}
        if former:
            labels = {ON: _("Switch it on again")}
            self.initial["what"] = ON
        if not service.ways:
            labels.pop(NUMBER, None)
        chosen, way = self.fields["what"], self.fields["way"]
        chosen.choices = list(labels.items())  # type: ignore[attr-defined]
        way.choices = [(place, way_name(each)) for place, each in enumerate(service.ways)]  # type: ignore[attr-defined]
        for language in languages():
            self.fields[f"alert_{language}"] = forms.CharField(
                label=_("Urgent note (%(language)s)") % {"language": dict(settings.LANGUAGES)[language]},
                widget=forms.Textarea(attrs={"rows": 3, "lang": language}),
                required=False,
                initial=service.alert.get(language, ""),
                help_text=_("Empty in every language: no note."),
            )
        if NUMBER not in labels:
            del self.fields["way"], self.fields["value"]
        if ALERT not in labels:
            for language in languages():
                del self.fields[f"alert_{language}"]
        self.order_fields(["what", "way", "value", *(f"alert_{language}" for language in languages()), "note"])

    @property
    def alert(self) -> dict[str, str]:
        """The urgent note as typed, by language, without empty ones."""
        typed = {language: self.cleaned_data[f"alert_{language}"].strip() for language in languages()}
        return {language: text for language, text in typed.items() if text}

    def clean(self) -> dict[str, Any]:
        """Read the number as the service's own page does; ask for the alert in every language or none."""
        data = super().clean() or {}
        if data.get("what") == NUMBER:
            self._clean_number(data)
        if data.get("what") == ALERT and (alert := self.alert):
            for language in languages():
                if language not in alert:
                    self.add_error(f"alert_{language}", _("Write the note in every language, or in none."))
                    continue
                # The draft refuses the same words.
                row = directory.Service(alert=LazyI18nString({language: alert[language]}))
                if errors := directory.unfit_words(row):
                    self.add_error(f"alert_{language}", errors["alert"])
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
            self.found = msgspec.structs.replace(old, value=row.value, vanity=kept)
            if self.found == old:
                self.add_error("value", _("This is the number that is shown already."))

    def checked(self) -> dict[str, Any]:
        """What a change of number says about the check of the service."""
        by = self.by.get_full_name() or self.by.get_username()
        return {"assured_date": timezone.localdate(), "assured_how": self.cleaned_data["note"], "assured_by": by[:200]}

    def rules(self) -> list[Recommendation]:
        """The recommendations that go with the service, or come back with it."""
        edition = self.former or self.edition
        return [rule for rule in edition.flow.recommendations if rule.service == self.service.slug]

    def content(self) -> Content:
        """The content of the edition with the fix in it. Only for a valid form."""
        old, service, what = self.edition.content, self.service, self.cleaned_data["what"]
        if what == ON:
            return self._back(old)
        if what == OFF:
            rules = tuple(rule for rule in old.flow.recommendations if rule.service != service.slug)
            return msgspec.structs.replace(
                old,
                services=tuple(each for each in old.services if each.slug != service.slug),
                flow=msgspec.structs.replace(old.flow, recommendations=rules),
            )
        if what == ALERT:
            fixed = msgspec.structs.replace(service, alert=self.alert)
        else:
            wrong = self.cleaned_data["way"]
            ways = tuple(self.found if place == wrong else way for place, way in enumerate(service.ways))
            fixed = msgspec.structs.replace(service, ways=ways, **self.checked())
        services = tuple(fixed if each.slug == service.slug else each for each in old.services)
        return msgspec.structs.replace(old, services=services)

    def _back(self, old: Content) -> Content:
        """The content with the service, whoever runs it, and its rules as they were, in the order of the draft."""
        assert self.former
        runs = self.service.organization
        known = {each.slug for each in old.organizations}
        came = () if runs in known else (self.former.organizations[runs],)
        rules = sorted((*old.flow.recommendations, *self.rules()), key=lambda rule: rule.rank)
        return msgspec.structs.replace(
            old,
            organizations=tuple(sorted((*old.organizations, *came), key=lambda each: each.slug)),
            services=tuple(sorted((*old.services, self.service), key=lambda each: each.slug)),
            flow=msgspec.structs.replace(old.flow, recommendations=tuple(rules)),
        )

    def draft(self) -> directory.Service | None:
        """The service in the draft, if the fix can be made there too."""
        row = directory.Service.objects.filter(slug=self.service.slug).first()
        if row and self.cleaned_data["what"] == NUMBER and not self._ways(row):
            return None
        if row and self.cleaned_data["what"] == ON and any(self._ticked(rule) is None for rule in self.rules()):
            return None
        return row

    def _ticked(self, rule: Recommendation) -> list[models.Choice] | None:
        """The choices of a rule's condition in the draft; None if one is there no more, for it would hold too often."""
        wanted = [(question, key) for question, keys in rule.when.items() for key in keys]
        found = models.Choice.objects.filter(question__key__in=rule.when).select_related("question")
        there = {(choice.question.key, choice.key): choice for choice in found}
        return [there[each] for each in wanted] if all(each in there for each in wanted) else None

    def _ways(self, row: directory.Service) -> list[directory.ContactPoint]:
        """The same way to reach in the draft: of several with that number, the one for the same people."""
        old = self.service.ways[self.cleaned_data["way"]]
        same = [way for way in row.ways.all() if (way.kind, way.value) == (old.kind, old.value)]
        return [way for way in same if way.record().label == old.label][:1] or same[:1]

    def _write_draft(self, row: directory.Service) -> None:
        what = self.cleaned_data["what"]
        if what == OFF:
            row.status = "retired"
            models.Recommendation.objects.filter(service=row).delete()
        elif what == ON:
            # What staff wrote into the draft meanwhile stays.
            row.status = "live"
            for rule in () if row.recommendations.exists() else self.rules():
                made = row.recommendations.create(**from_record(rule, skip=("service", "when")))
                made.when.set(self._ticked(rule) or ())
        elif what == ALERT:
            row.alert = LazyI18nString(self.alert)
        else:
            assert self.found
            for way in self._ways(row):
                way.value, way.vanity = self.found.value, self.found.vanity
                way.save()
            for name, value in self.checked().items():
                setattr(row, name, value)
        row.save()

    def publish(self) -> models.Edition:
        """Publish the fix as a new edition and write it to the draft, both or neither.

        Raises Changed if another edition is in force by now, and Refused if a check fails.
        """
        with publish.publishing():
            publish.unchanged(self.edition.number)
            content = self.content()
            report = check(content)
            if report.problems:
                raise publish.Refused(report)
            note = self.cleaned_data["note"]
            if row := self.draft():
                self._write_draft(row)
                said = gettext("Urgent fix, published at once: %(note)s") % {"note": note}
                LogEntry.objects.log_actions(self.by.pk, [row], CHANGE, said, single_object=True)
            named = f"{t(self.service.name)}: {note}"[: models.Edition._meta.get_field("note").max_length]
            return publish.store(encode(content), self.by, named)
