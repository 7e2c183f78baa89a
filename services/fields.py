"""Fields in which staff choose by name, or type as they speak, what the directory keeps as codes."""

import re
from typing import Any

from babel import Locale
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import phones
from .models import ADDRESS
from .rows import codes
from .texts import fold

# The number


class NumberField(forms.CharField):
    """A number or address; a number that is kept stands there as people read it, not as it is kept."""

    def prepare_value(self, value: Any) -> Any:
        """As people read it; what was typed stays as it was typed."""
        return phones.show(value) if isinstance(value, str) and re.fullmatch(r"\+\d+(;ext=\d+)?", value) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody typed another one."""
        return super().has_changed(self.prepare_value(initial), self.prepare_value(data))

    def clean(self, value: Any) -> Any:
        """As it is kept. What is no number is left alone: only the row knows which kind it must be."""
        value = super().clean(value)
        try:
            return value if re.match(ADDRESS, value) or "@" in value else phones.parse(value)
        except ValueError:
            return value


# Languages

COMMON = ("ar", "bn", "de", "fa", "fr", "ht", "hi", "hmn", "it", "ja", "km", "ko", "my", "ne", "nv", "pa", "pl",
          "pt", "ru", "so", "sw", "ti", "tl", "uk", "ur", "vi", "yue", "zh")  # fmt: skip
"""Languages that lines in the United States name most, beside those that come first."""


def language_name(code: str) -> str:
    """A language in the language of the staff; the code where it has no name."""
    if code == "mul":
        return str(_("interpreters for many languages"))
    return Locale.parse(get_language() or "en", sep="-").languages.get(code, code)


class Folded(forms.CheckboxSelectMultiple):
    """Boxes to tick that stay folded under what is ticked."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """What is ticked, to be opened."""
        chosen = [str(label) for code, label in self.choices if code in (value or ())]
        box = '<label><input type="checkbox" name="{}" value="{}"{}> {}</label>'
        ticked = {True: SafeString(" checked"), False: ""}
        boxes = ((name, code, ticked[code in (value or ())], label) for code, label in self.choices)
        return format_html(
            '<details class="folded" id="{}"><summary>{}</summary><div role="group" aria-label="{}">{}</div></details>',
            (attrs or {}).get("id", name),
            ", ".join(chosen) or _("none chosen"),
            _("Languages"),
            format_html_join("", box, boxes),
        )


class CodesField(forms.MultipleChoiceField):
    """Several of a list, which the draft keeps as codes with commas between, those that were there first."""

    kept: str = ""

    def prepare_value(self, value: Any) -> Any:
        """The codes one by one."""
        return list(codes(value)) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other ones are chosen."""
        return super().has_changed(self.prepare_value(initial or ""), data)

    def clean(self, value: Any) -> str:
        """As the draft keeps them."""
        chosen = super().clean(value)
        before = codes(self.kept)
        return ", ".join(sorted(chosen, key=lambda code: before.index(code) if code in before else len(before)))


def languages_field(kept: str) -> CodesField:
    """English, Spanish, sign language and interpreters, then other languages by name."""
    first = ("en", "es", "ase", "mul")
    others = sorted({*COMMON, *codes(kept)} - set(first), key=lambda code: fold(language_name(code)))
    named = [(code, language_name(code)) for code in (*first, *others)]
    field = CodesField(choices=named, required=False, widget=Folded, label=_("Languages"))
    field.kept = kept
    return field


# Hours

ZONES = {
    "America/New_York": _("Eastern (New York)"),
    "America/Chicago": _("Central (Chicago)"),
    "America/Denver": _("Mountain (Denver)"),
    "America/Phoenix": _("Arizona, no summer time (Phoenix)"),
    "America/Los_Angeles": _("Pacific (Los Angeles)"),
    "America/Anchorage": "Alaska (Anchorage)",
    "Pacific/Honolulu": _("Hawaii (Honolulu)"),
    "America/Puerto_Rico": _("Atlantic (Puerto Rico, Virgin Islands)"),
    "Pacific/Guam": _("Guam and Northern Mariana Islands"),
    "Pacific/Pago_Pago": _("American Samoa"),
}
OTHER_ZONES = ("America/Boise", "America/Detroit", "America/Indiana/Indianapolis", "America/Kentucky/Louisville",
               "Europe/London", "UTC")  # fmt: skip


def zones(kept: str) -> list[Any]:
    """The time zones as people in the United States call them; the one that is there already too."""
    others = dict.fromkeys((*OTHER_ZONES, *([kept] if kept and kept not in ZONES else ())))
    rest = [(zone, zone.replace("_", " ")) for zone in others]
    return [("", _("the caller's own local time")), *ZONES.items(), (_("Other"), rest)]


READY = {
    "24/7": _("Open day and night"),
    "Mo-Fr 08:00-17:00": _("Monday to Friday, 8 to 5"),
    "Mo-Fr 08:00-17:00; PH off": _("Monday to Friday, 8 to 5, closed on federal holidays"),
    "Mo-Fr 09:00-17:00": _("Monday to Friday, 9 to 5"),
    "Mo-Fr 09:00-17:00; PH off": _("Monday to Friday, 9 to 5, closed on federal holidays"),
    "Mo-Su 08:00-20:00": _("Every day, 8 in the morning to 8 at night"),
}


class HoursInput(forms.TextInput):
    """A box for the hours, with ready ones to choose beside it; one that is chosen goes before what is written."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The list and the box."""
        ready = forms.Select({"aria-label": _("Ready hours")}, [("", _("choose, or write below")), *READY.items()])
        chosen = ready.render(f"{name}-ready", "", {}, renderer)
        return format_html('<div class="hours">{}{}</div>', chosen, super().render(name, value, attrs, renderer))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The ready hours that were chosen, else what is written."""
        chosen = data.get(f"{name}-ready")
        return chosen if chosen in READY else super().value_from_datadict(data, files, name)
