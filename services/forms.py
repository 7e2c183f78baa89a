"""What the staff's forms share: a box for each language, and no change lost when two people edit at once."""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from django import forms
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import formats, timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from i18nfield.forms import I18nWidget
from i18nfield.strings import LazyI18nString

from .models import words


class Translated(I18nWidget):
    """One box for each language, labelled; an empty one is marked where another language is filled."""

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
            missing = format_html(' <b class="missing">{}</b>', _("missing")) if filled and not text else ""
            box = widget.render(f"{name}_{place}", text, own, renderer)
            boxes.append((own["id"], names.get(code, code), missing, box))
        return format_html(
            '<div class="languages">{}</div>',
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
    data = msgspec.json.encode([row.record(), getattr(row, "order", None), getattr(row, "staff_note", "")])
    return hashlib.sha256(data).hexdigest()


class CarefulForm(forms.ModelForm):
    """A form that refuses to write over what another person saved while it was open."""

    loaded = forms.CharField(required=False, widget=forms.HiddenInput)
    """The fingerprint of the row as this form showed it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overtaken = False
        if self.instance.pk:
            self.fields["loaded"].initial = fingerprint(self.instance)

    def clean(self) -> dict[str, Any] | None:
        """Refuse once where the row has changed meanwhile; a second try, knowing of it, may go on."""
        data = super().clean()
        seen = self.cleaned_data.get("loaded")
        if seen and self.instance.pk:
            # Locked, so that of two who save in the same moment one comes second (PostgreSQL).
            saved = type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)
            now = fingerprint(saved)
            if seen != now:
                self.overtaken = True
                self.data = MultiValueDict({**dict(self.data.lists()), self.add_prefix("loaded"): [now]})  # type: ignore[attr-defined]
                raise ValidationError(_overtaken(saved))
        return data


def _overtaken(row: Any) -> str:
    """Who saved the row meanwhile, when, and what to do."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
    last = entries.select_related("user").order_by("-action_time").first()
    who, when, what = _("Someone"), "", ""
    if last:
        who = last.user.get_full_name() or last.user.get_username()
        when = formats.date_format(timezone.localtime(last.action_time), "DATETIME_FORMAT")
        what = last.get_change_message()
    return " ".join(
        (
            _("%(who)s saved this while you had it open (%(when)s). %(what)s")
            % {"who": who, "when": when or _("time not known"), "what": what},
            _("Nothing of yours is saved yet; what you typed is still here."),
            _("See below where it differs from what is saved now, correct it, then save again."),
        )
    )


def differences(forms_: Iterable[forms.BaseModelForm]) -> list[tuple[str, str, str]]:
    """Where typed forms differ from what is saved now: the field, what is saved, what was typed."""
    found = []
    for form in forms_:
        for name in form.changed_data:
            if name in ("loaded", "id", "DELETE"):
                continue
            bound = form[name]
            typed = bound.value()
            label = f"{form.instance}: {bound.label}" if form.prefix else str(bound.label)
            found.append((label, _said(bound.field, bound.initial), _said(bound.field, typed)))
    return found


def _said(field: forms.Field, value: Any) -> str:
    """A value of a form as it can be read."""
    if isinstance(value, LazyI18nString):
        return " / ".join(words(value).values()) or "–"
    if isinstance(value, list | tuple):
        return " / ".join(str(part) for part in value if part) or "–"
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), str(value)) if value not in (None, "") else "–"


class OrderedFormSet(BaseInlineFormSet):
    """Rows with a place: one that is added without a number comes last."""

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
