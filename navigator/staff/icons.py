"""The icons that a choice may have: chosen by their pictures, and by name in the language of the staff."""

from functools import cache
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from navigator.templatetags.words import icon
from services.texts import fold

NAMES = {
    "accessibility": _("person, at ease"),
    "baby": _("baby"),
    "badge-alert": _("badge"),
    "banknote": _("money"),
    "bed": _("bed"),
    "brain": _("mind"),
    "briefcase": _("briefcase"),
    "building-2": _("tall building"),
    "calendar": _("calendar"),
    "camera": _("camera"),
    "car": _("car"),
    "church": _("church"),
    "clock": _("clock"),
    "credit-card": _("bank card"),
    "ear": _("ear"),
    "eye": _("eye"),
    "factory": _("factory"),
    "file-text": _("paper"),
    "flag": _("flag"),
    "folder": _("folder"),
    "gavel": _("judge's hammer"),
    "globe": _("globe"),
    "graduation-cap": _("graduation cap"),
    "heart": _("heart"),
    "hospital": _("hospital"),
    "house": _("house"),
    "id-card": _("ID card"),
    "key-round": _("house key"),
    "landmark": _("government building"),
    "languages": _("languages"),
    "laptop": _("computer"),
    "lock": _("lock"),
    "mail": _("letter"),
    "map-pin": _("place on a map"),
    "megaphone": _("megaphone"),
    "message-circle": _("speech bubble"),
    "package": _("parcel"),
    "paw-print": _("paw"),
    "phone": _("phone"),
    "pill": _("medicine"),
    "plane": _("plane"),
    "scale": _("scales of justice"),
    "school": _("school"),
    "search": _("magnifying glass"),
    "shield": _("shield"),
    "ship": _("ship"),
    "smartphone": _("cell phone"),
    "stethoscope": _("doctor"),
    "truck": _("truck"),
    "user": _("one person"),
    "users": _("people"),
    "utensils": _("food"),
    "wheat": _("field work"),
}
"""Those that say something beside an answer. None looks like a mark of being chosen (docs/design.md)."""


picture = cache(icon)
"""Each is drawn once: a page has hundreds of them."""


class Pictures(forms.RadioSelect):
    """Icons to choose from, each with its picture, folded under the one that is chosen."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The chosen one, to be opened."""
        box = '<label><input type="radio" name="{}" value="{}"{}> {} {}</label>'
        ticked = {True: SafeString(" checked"), False: ""}
        rows = [(code, picture(code), label) for code, label in self.choices]
        chosen = next((row for row in rows if row[0] == (value or "")), (value, "", value))
        boxes = ((name, code, ticked[code == chosen[0]], drawn, label) for code, drawn, label in rows)
        return format_html(
            '<details class="folded pictures" id="{}"><summary>{} {}</summary>'
            '<div role="radiogroup" aria-label="{}">{}</div></details>',
            (attrs or {}).get("id", name),
            *chosen[1:],
            _("icon"),
            format_html_join("", box, boxes),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was chosen."""
        return data.get(name, "")


def icon_field(label: Any, kept: str) -> forms.ChoiceField:
    """The icons by name, and the one that is there already."""
    named = sorted(NAMES.items(), key=lambda each: fold(str(each[1])))
    other = [(kept, kept)] if kept and kept not in NAMES and icon(kept) else []
    return forms.ChoiceField(
        label=label,
        choices=[("", _("none")), *other, *named],
        required=False,
        widget=Pictures,
        error_messages={"invalid_choice": _("There is no icon “%(value)s”. Choose one of the list, or none.")},
    )
