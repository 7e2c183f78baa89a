"""What the staff's forms share: a box for each language, and no change lost when two people edit at once."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, NamedTuple

import msgspec
from django import forms
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet, model_to_dict
from django.utils import formats, timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from i18nfield.forms import I18nWidget
from i18nfield.strings import LazyI18nString

from .rows import words


class Translated(I18nWidget):
    """One box for each language, labelled; an empty one is marked where another language is filled."""

    one_is_enough = False
    stale: Collection[str] = ()
    """The languages whose words were written for another original, as whoever shows the form knows."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The boxes side by side."""
        values = list(value) if isinstance(value, list) else self.decompress(value)
        base = self.build_attrs(attrs or {})
        filled = any(values)
        names = dict(settings.LANGUAGES)
        boxes = []
        for place, (widget, code) in enumerate(zip(self.widgets, self.locales, strict=True)):
            text = values[place] if place < len(values) else None
            own = {**base, "id": f"{base.get('id', name)}_{place}"}
            lacking = filled and not text and not self.one_is_enough
            flaw = _("missing") if lacking else _("original changed since") if code in self.stale else ""
            missing = format_html(' <b class="missing">{}</b>', flaw) if flaw else ""
            box = widget.render(f"{name}_{place}", text, own, renderer)
            boxes.append((own["id"], names.get(code, code), missing, box))
        return format_html(
            '<div class="languages" id="{}" tabindex="-1">{}</div>',
            base.get("id", name),
            format_html_join("", '<div class="language"><label for="{}">{}{}</label>{}</div>', boxes),
        )


class TranslatedInput(Translated):
    """For a line."""

    widget = forms.TextInput


class Lines(forms.Textarea):
    """A box for several lines. Browsers send CR LF; kept and compared is LF."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The text with plain line ends."""
        text = super().value_from_datadict(data, files, name)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class TranslatedText(Translated):
    """For a paragraph."""

    def __init__(self, locales: list[str], field: Any, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(locales, field, {"rows": 3, **(attrs or {})})

    widget = Lines


def fingerprint(row: Any) -> str:
    """A hash of a row with all that is edited on its page; equal as long as nobody has changed it."""
    return _hash([row.record(), getattr(row, "order", None), getattr(row, "staff_note", "")])


def _hash(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


def _mark(value: Any) -> str:
    """A short hash of a field's value, the same for a value that is kept and for one that is typed."""
    if isinstance(value, LazyI18nString | dict):
        value = words(value)
    elif isinstance(value, Model):
        value = value.pk
    elif isinstance(value, list | tuple | QuerySet):
        value = sorted(each.pk for each in value)
    elif isinstance(value, str):
        value = value.replace("\r\n", "\n").strip()
    return _hash("" if value is None else value)[:12]


class CarefulForm(forms.ModelForm):
    """A form that refuses to write over what another person saved while it was open."""

    loaded = forms.CharField(required=False, widget=forms.HiddenInput)
    """What this form showed: the fingerprint of the row, then a mark of the value of each field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overtaken = False
        self.theirs: list[str] = []
        """The fields that another person changed and this one did not: they show what is saved."""
        if self.instance.pk:
            self.fields["loaded"].initial = self._shown(fingerprint(self.instance))

    def _shown(self, row: str) -> str:
        """What ``loaded`` holds."""
        return " ".join([row, *(f"{name}:{_mark(self.initial.get(name))}" for name in self._merged())])

    def _merged(self) -> list[str]:
        return [
            name
            for name, field in self.fields.items()
            if name in (self._meta.fields or ()) and name != "loaded" and not field.disabled
        ]

    def clean(self) -> dict[str, Any] | None:
        """Refuse once where the row has changed meanwhile; a second try, knowing of it, may go on."""
        data = super().clean()
        seen, *shown = self.cleaned_data.get("loaded", "").split() or [""]
        if seen and self.instance.pk:
            # Locked, so that of two who save in the same moment one comes second (PostgreSQL).
            saved = type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)
            now = fingerprint(saved)
            if seen != now:
                self.overtaken = True
                self.initial = {**self.initial, **model_to_dict(saved, fields=self._merged())}
                self.data = self._taken(dict(mark.split(":", 1) for mark in shown if ":" in mark))
                self.data[self.add_prefix("loaded")] = self._shown(now)
                raise ValidationError(_("Somebody changed this meanwhile.") if self.prefix else _overtaken(saved))
        return data

    def _taken(self, shown: dict[str, str]) -> "MultiValueDict[str, Any]":
        """What was sent, with what is saved in every field that this person left as it was shown."""
        data: MultiValueDict[str, Any] = MultiValueDict(dict(self.data.lists()))  # type: ignore[attr-defined]
        for name in self._merged():
            saved = self.initial.get(name)
            left = name in self.cleaned_data and _mark(self.cleaned_data[name]) == shown.get(name)
            if left and shown[name] != _mark(saved):
                self.theirs.append(name)
                _fill(data, self.add_prefix(name), self.fields[name], saved)
        self.__dict__.pop("changed_data", None)
        return data


def _fill(data: "MultiValueDict[str, Any]", name: str, field: Any, value: Any) -> None:
    """Write a value into what a browser sent, as the field's widget sends it."""
    value, widget = field.prepare_value(value), field.widget
    if isinstance(widget, forms.MultiWidget):
        for place, part in enumerate(widget.decompress(value) or ()):
            data[f"{name}_{place}"] = part or ""
    elif isinstance(widget, forms.CheckboxInput):
        data.setlist(name, ["on"] if value else [])
    elif isinstance(value, list | tuple):
        data.setlist(name, [str(part) for part in value])
    else:
        # A list to choose from gives its one value as a list.
        shown = widget.format_value(value)
        data[name] = str((shown[0] if isinstance(shown, list) else shown) or "") if value is not None else ""


def untouched(form: forms.BaseForm) -> "MultiValueDict[str, Any]":
    """What a browser would send of a form in which nobody changed anything."""
    data: MultiValueDict[str, Any] = MultiValueDict()
    for name, field in form.fields.items():
        _fill(data, form.add_prefix(name), field, form.get_initial_for_field(field, name))
    return data


def _overtaken(row: Any) -> str:
    """Who saved the row meanwhile, when, and what to do."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
    last = entries.select_related("user").order_by("-action_time").first()
    who, when, what = _("Someone"), "", ""
    if last:
        who = person_name(last.user)
        when = formats.date_format(timezone.localtime(last.action_time), "DATETIME_FORMAT")
        what = last.get_change_message()
    return " ".join(
        (
            _("%(who)s saved this while you had it open (%(when)s). %(what)s")
            % {"who": who, "when": when or _("time not known"), "what": what},
            _("Nothing of yours is saved yet; what you typed is still here."),
            _("Fields that you did not change show what is saved now. See below where yours differ, then save again."),
        )
    )


def person_name(user: Any) -> str:
    """An account as colleagues know it."""
    return user.get_full_name() or user.get_username()


class Difference(NamedTuple):
    """One field in which the page differs from what is saved, or from what this person was shown."""

    field: str
    saved: str
    shown: str
    mine: bool
    """Whether this person typed it; else somebody else saved it meanwhile."""


def differences(forms_: Iterable[forms.BaseModelForm]) -> list[Difference]:
    """Where forms that were overtaken differ from what is saved now, and what they took over from it."""
    found = []
    for form in forms_:
        theirs = getattr(form, "theirs", [])
        for name in (*form.changed_data, *theirs):
            if name in ("loaded", "id", "DELETE"):
                continue
            bound = form[name]
            label = f"{form.instance}: {bound.label}" if form.prefix else str(bound.label)
            saved, typed = (_said(bound.field, value) for value in (bound.initial, bound.value()))
            found.append(Difference(label, saved, typed, name not in theirs))
    return found


def _said(field: Any, value: Any) -> str:
    """A value of a form as it can be read."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        rows: Any = field.queryset
        return "; ".join(str(row) for row in rows.filter(pk__in=field.prepare_value(value) or ())) or "–"
    if isinstance(value, LazyI18nString):
        return " / ".join(words(value).values()) or "–"
    if isinstance(value, list | tuple):
        return " / ".join(str(part) for part in value if part) or "–"
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), str(value)) if value not in (None, "") else "–"


class OrderedFormSet(BaseInlineFormSet):
    """Rows with a place: one that is added without a number comes last."""

    MOST: ClassVar = 100
    """Rows that are read of what is sent: more than any record has."""

    def total_form_count(self) -> int:
        """As many as were sent, within reason."""
        return min(super().total_form_count(), self.MOST)

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """Give the row its place, then save it."""
        if "order" not in form.changed_data:
            form.instance.order = self.last() + 1
        return super().save_new(form, commit)

    def last(self) -> int:
        """The highest place taken."""
        return max((row.order for row in self.get_queryset()), default=0) + len(self.new_objects)

    def kept(self) -> list[Any]:
        """The forms of the rows that stay after saving."""
        return [
            form for form in self.forms if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]
