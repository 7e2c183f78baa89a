"""The form of a service of one's own: a local office writes what it knows, and says where it comes in."""

import re
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString

from navigator.engine.checks import EMERGENCY
from services import area_names, labels
from services.fields import ZONES, HoursInput, NumberField, languages_field, zones
from services.forms import CarefulForm, TranslatedInput, TranslatedText, person_name
from services.models import ContactPoint, Organization, Service, Source
from services.rows import codes, words
from services.service_forms import CheckForm

AFTER, BEFORE, LISTED = "after", "before", "list"
WORKS = "Works there"
WAYS: dict[str, Any] = {
    "call": _("Phone number"),
    "text": _("Number for text messages"),
    "email": _("E-mail address"),
    "website": _("Website"),
}
"""The kinds of ways to reach that the form asks for, one of each; a service may have more."""


class AreasInput(forms.TextInput):
    """A box for areas by name, with the names that people here are likely to mean."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The box and the names."""
        near = area_names.suggested(settings.HOME_AREA)
        box = super().render(name, value, {**(attrs or {}), "list": f"{name}-names"}, renderer)
        names = format_html_join("", '<option value="{}"></option>', ((each,) for each in near))
        return format_html('{}<datalist id="{}-names">{}</datalist>', box, name, names)


class AreasField(forms.CharField):
    """Areas by name, which the draft keeps as codes."""

    widget = AreasInput

    def prepare_value(self, value: Any) -> Any:
        """The names; what was typed stays as it was typed."""
        kept = codes(value or "") if isinstance(value, str) else ()
        return area_names.show(kept) if kept and area_names.are_codes(kept) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other ones are named."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> str:
        """As the draft keeps them."""
        try:
            return ", ".join(area_names.read(super().clean(value)))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class OwnForm(CarefulForm):
    """A local service: what is typed becomes rows of the draft. What it does not ask for stays as it is."""

    title = forms.CharField(label=_("Its name"), max_length=200, help_text=_("As it stands on its door."))
    runs = forms.CharField(label=_("Who runs it"), max_length=200, required=False, help_text=_("Empty: the same name."))
    hours = forms.CharField(
        label=_("When do people answer the phone?"),
        max_length=200,
        required=False,
        help_text=_("Choose, or write it like “Mo-Fr 08:30-16:30”. Empty: not known."),
    )
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)
    public = forms.BooleanField(
        label=_("Everybody may know this address. It is no shelter and no secret place."), required=False
    )
    comes = forms.ChoiceField(
        label=_("Where does it come in?"),
        choices=[
            (AFTER, _("Right after the national line that I choose")),
            (BEFORE, _("Right before the national line that I choose")),
            (LISTED, _("After no question: only on the list of all numbers")),
        ],
        initial=AFTER,
        widget=forms.RadioSelect,
    )
    how = forms.ChoiceField(label=_("How do you know that all this is right?"), widget=forms.RadioSelect)

    class Meta:
        model = Service
        fields = ("plain", "serves", "cost", "areas", "address", "answered_by", "languages", "local_of")
        widgets: ClassVar = {"plain": TranslatedInput, "serves": TranslatedText, "cost": TranslatedInput}
        labels: ClassVar = {"plain": _("What it does for people, in a few plain words"), "local_of": _("National line")}
        help_texts: ClassVar = {
            "plain": _("It stands above the name. Empty: the words of the national line. One language is enough."),
            "serves": _("Who may turn to it. One language is enough."),
            "cost": _("Such as “Free”. Empty: not known. One language is enough."),
            "address": _("Only if people may just come by. Leave it empty for a shelter."),
            "answered_by": _("People afraid of the police or of deportation read this first."),
            "local_of": _("Whoever is shown this line is shown yours too."),
        }

    PARTS: ClassVar = (
        (_("What it is"), ("title", "runs", "plain", "serves", "cost")),
        (_("How to reach it"), (*WAYS, "hours", "timezone", "languages", "answered_by", "address", "public")),
        (_("Where, and when it is shown"), ("areas", "comes", "local_of")),
        (_("Is it right?"), ("how",)),
    )
    """The parts of the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.ways = _first_ways(row) if row.pk else {}
        for kind, label in WAYS.items():
            kept = self.ways.get(kind)
            self.fields[kind] = NumberField(label=label, max_length=300, required=False)
            self.initial[kind] = kept.value if kept else ""
        # Empty boxes have this, by which the style sheet tells whether there is anything to ask about.
        self.fields["address"].widget.attrs["placeholder"] = " "
        call = self.ways.get("call")
        self.fields["hours"].widget = HoursInput()
        self.initial["hours"] = call.hours if call else ""
        # That of the host only where it has said which place it serves: a wrong one says "open" at the wrong hour.
        own = settings.TIME_ZONE if settings.HOME_AREA and settings.TIME_ZONE in ZONES else ""
        zone = call.timezone if call else own
        choices = zones(zone) if zone or call else [("", _("Choose one")), *zones("")[1:]]
        self.fields["timezone"] = forms.ChoiceField(label=_("Time zone"), choices=choices, required=False)
        self.initial["timezone"] = zone
        self.fields["areas"] = AreasField(
            label=_("Where does it help?"),
            help_text=_("A county or a state, such as “Harris County, Texas”. Put semicolons between several."),
        )
        self.initial["areas"] = row.areas if row.pk else settings.HOME_AREA
        self.fields["languages"] = languages_field(row.languages)
        self.fields["local_of"] = forms.ChoiceField(
            label=self.fields["local_of"].label,
            help_text=self.fields["local_of"].help_text,
            choices=[("", _("Choose one")), *_national(row.local_of)],
            required=False,
        )
        for name in ("plain", "serves", "cost"):
            field: Any = self.fields[name]
            field.required = field.one_required = False
            field.widget.one_is_enough = True
        checked: list[Any] = [(WORKS, _("I work there")), *CheckForm.HOW]
        later = _("I did not check it today") if row.pk else _("I have yet to check it: the card will say so")
        self.fields["how"].choices = [*checked, ("-", later)]  # type: ignore[attr-defined]
        if row.pk:
            self.initial = {
                **self.initial,
                "title": str(row.name),
                "runs": str(row.organization),
                "public": bool(row.address),
                "comes": BEFORE if row.before else AFTER if row.local_of else LISTED,
                "how": "-",
            }
        self.order_fields([name for _title, names in self.PARTS for name in names])

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The parts with their fields."""
        return [(title, [self[name] for name in names]) for title, names in self.PARTS]

    def clean(self) -> dict[str, Any] | None:
        """Read it all as the service's own page does, and say at each field what to do."""
        super().clean()
        data = self.cleaned_data
        if data.get("comes") != LISTED and not data.get("local_of"):
            self.add_error("local_of", _("Choose the national line beside which it is shown."))
        if data.get("comes") == LISTED and not words(data.get("plain")):
            self.add_error("plain", _("Say in a few words what it does: no national line lends it any."))
        if data.get("hours") not in (None, "", "24/7") and not data.get("timezone") and not self.ways.get("call"):
            self.add_error("timezone", _("Choose the time zone of these hours."))
        if data.get("address") and not data.get("public"):
            self.add_error("public", _("Tick this, or empty the address: what may not be public must not stand here."))
        if not any(data.get(kind) for kind in WAYS) and not any(kind in self.errors for kind in WAYS):
            self.add_error("call", _("Write at least one way to reach it."))
        if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", data.get("website", "")):
            data["website"] = f"https://{data['website']}"
        for kind in WAYS:
            if data.get(kind):
                self._clean_way(kind)
        return data

    def _clean_way(self, kind: str) -> None:
        """Look at a way as its own form does."""
        data = self.cleaned_data
        way = self.ways.get(kind) or ContactPoint(kind=kind)
        _fill(way, kind, data)
        try:
            way.clean()
        except ValidationError as error:
            for name, why in error.message_dict.items():
                self.add_error(name if name in ("hours", "timezone") else kind, why)

    def _post_clean(self) -> None:
        """The service as it will be: what other pages would refuse of it is refused here."""
        row, data = self.instance, self.cleaned_data
        name = data.get("title")
        if name and ("title" in self.changed_data or not row.pk):
            row.name = LazyI18nString(dict.fromkeys(dict(settings.LANGUAGES), name))
        live = row.status if row.pk else "live"
        row.status = "draft" if self.errors else live  # what a live one lacks follows from what is wrong already
        row.before, row.directory_only = data.get("comes") == BEFORE, data.get("comes") == LISTED
        if row.directory_only:
            data["local_of"] = ""
        if not row.pk:
            national = Service.objects.filter(slug=data.get("local_of") or "").first()
            row.category = national.category if national else "local"
            row.slug = _free(Service, name or "")
        super()._post_clean()  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"organization", "slug"}  # type: ignore[misc]

    def _update_errors(self, errors: ValidationError) -> None:
        """Each at its field; of a field that this form does not have, above all of them."""
        found: dict[str, Any] = {}
        for name, why in errors.update_error_dict({}).items():
            place = {"name": "title"}.get(name, name)
            found.setdefault(place if place in self.fields else NON_FIELD_ERRORS, []).extend(why)
        # What is missing is said already.
        super()._update_errors(ValidationError({name: why for name, why in found.items() if name not in self.errors}))  # type: ignore[misc]

    def write(self, by: Any) -> Service:
        """Write the service, who runs it, its ways and its source. Only for a valid form."""
        row, data = self.instance, self.cleaned_data
        numbers = bool(set(WAYS) & set(self.changed_data))
        if data["how"] != "-":
            row.assured_date, row.recheck = timezone.localdate(), False
            row.assured_how, row.assured_by = data["how"], person_name(by)[:200]
        elif row.pk and numbers and row.assured_date:
            row.recheck = True  # the day of a check does not vouch for a number that came after it
        if not row.pk or "runs" in self.changed_data:
            row.organization = _organization(data["runs"] or data["title"])
        row.save()
        last = max((way.order for way in row.ways.all()), default=0)
        for kind in WAYS:
            way = self.ways.get(kind)
            if not data[kind]:
                if way:
                    way.delete()
                continue
            if not way:
                last += 1
                way = ContactPoint(kind=kind, order=last)
            _fill(way, kind, data)
            way.service = row
            way.save()
        if not row.sources.exists():
            Source.objects.create(service=row, title=str(row.organization), url=data["website"], order=1)
        return row


def _fill(way: ContactPoint, kind: str, data: dict[str, Any]) -> None:
    """Put what was typed into a way."""
    if way.value != data[kind]:
        way.value, way.vanity = data[kind], ""
    if kind == "call":
        way.hours = data.get("hours", "")
        way.timezone = data.get("timezone", "") if way.hours else ""


def _first_ways(row: Service) -> dict[str, ContactPoint]:
    """The first way of each kind."""
    found: dict[str, ContactPoint] = {}
    for way in row.ways.all():
        found.setdefault(way.kind, way)
    return found


def _national(kept: str) -> list[Any]:
    """The national lines to choose from, by what they are about; by what they do, then by their names."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in Service.objects.filter(status="live", areas="", directory_only=False).exclude(slug=EMERGENCY):
        groups.setdefault(row.category, []).append((row.slug, f"{row.plain} – {row.name}"))
    found: list[Any] = [
        (label, sorted(groups[key], key=lambda one: one[1])) for key, label in labels.CATEGORY if key in groups
    ]
    if kept and not any(slug == kept for _label, rows in found for slug, _name in rows):
        found.append((kept, kept))
    return found


def _organization(name: str) -> Organization:
    """The organization of this name in any language; a new one where there is none."""
    for row in Organization.objects.all():
        if name.casefold() in (each.casefold() for each in words(row.name).values()):
            return row
    text = LazyI18nString(dict.fromkeys(dict(settings.LANGUAGES), name))
    return Organization.objects.create(slug=_free(Organization, name), name=text)


def _free(model: Any, name: str) -> str:
    """A short name made of a name, that no row has."""
    base = slugify(name)[:44].strip("-") or "own"
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
