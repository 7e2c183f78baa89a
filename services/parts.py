"""The long form of a service in parts that fold, each with what it says and what it lacks on its line."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib.admin.utils import flatten
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import areas, labels, records
from .forms import Translated
from .texts import t

WANTED = frozenset(
    {
        "plain", "organization", "category", "serves", "not_for", "answered_by", "answered_note", "name_needed", "told",
        "languages", "cost", "what_happens", "first_question", "opening", "have_ready", "can", "cannot",
    }
)  # fmt: skip
"""What a reader misses where it is empty. The rest is for few services."""
MOST_NAMED = 3
OPEN, LATER = "part-open", "part-later"
"""Classes of a fieldset: always open; closed even on a new service."""


class Part(NamedTuple):
    """A part of the form, and its line."""

    key: str
    title: str
    says: list[str]
    lacks: list[str]
    """What keeps it from being whole: it is mended here."""
    open: bool
    fieldset: Any = None
    inline: Any = None


def parts(adminform: Any, inlines: Iterable[Any], *, new: bool) -> list[Part]:
    """The parts in the order in which staff think: what it is, ways to reach, the rest; sources beside the check."""
    found = []
    rows = {inline.formset.prefix: _rows(inline, new=new) for inline in inlines}
    for place, fieldset in enumerate(adminform):
        names, form = flatten(fieldset.fields), adminform.form
        if "assured_date" in names and "sources" in rows:
            found.append(rows.pop("sources"))
        says = SAYS[names[0]](form) if names[0] in SAYS and names[0] in form.fields else []
        opened = (
            OPEN in fieldset.classes
            or (new and LATER not in fieldset.classes)
            or any(name in form.errors for name in names)
            or (LATER in fieldset.classes and any(_filled(form, name) for name in names if _is_day(form, name)))
        )
        says += empty(form, names)
        found.append(Part(str(place), str(fieldset.name), says, lacks([form], names), opened, fieldset=fieldset))
        if place == 0 and "ways" in rows:
            found.append(rows.pop("ways"))
    return [*found, *rows.values()]


def _rows(inline: Any, *, new: bool) -> Part:
    """The part of the ways to reach, or of the sources."""
    formset = inline.formset
    kept = [form for form in formset.forms if form.instance.pk or form.has_changed()]
    bare = [form for form in kept if _bare(form)]
    pattern = _("%(count)s without hours") if formset.prefix == "ways" else _("%(count)s without a date")
    says = [str(len(kept)) if kept else _("none"), *([pattern % {"count": len(bare)}] if bare else ())]
    wrong = lacks(kept, formset.form.base_fields)
    opened = new or formset.prefix == "ways" or bool(formset.is_bound and not formset.is_valid())
    return Part(formset.prefix, _title(inline.opts), says, wrong, opened, inline=inline)


def _title(opts: Any) -> str:
    name = str(opts.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _bare(form: Any) -> bool:
    """Whether a way that somebody answers says nothing of its hours, or a source nothing of its date."""
    if "dated" in form.fields:
        return not _filled(form, "dated")
    answered = "kind" in form.fields and form["kind"].value() in records.NUMBERED | {"chat"}
    return answered and not (_filled(form, "hours") or _filled(form, "hours_note"))


def lacks(found: Iterable[Any], names: Iterable[str]) -> list[str]:
    """What is wrong in these fields of forms: not right, missing in a language, or written for another original."""
    fields = [(form, name) for form in found for name in names if name in form.fields]
    wrong = sum(name in form.errors for form, name in fields)
    said = [ngettext("%(count)s to correct", "%(count)s to correct", wrong) % {"count": wrong}] if wrong else []
    texts = [there for form, name in fields if any((there := _words(form, name)).values())]
    stale = Counter(code for form, name in fields for code in getattr(form.fields[name].widget, "stale", ()))
    for code, language in settings.LANGUAGES:
        if missing := sum(not there.get(code) for there in texts):
            pattern = ngettext("%(language)s: %(count)s text missing", "%(language)s: %(count)s texts missing", missing)
            said.append(pattern % {"language": language, "count": missing})
        if stale[code]:
            pattern = ngettext(
                "%(language)s: original of %(count)s text changed since",
                "%(language)s: originals of %(count)s texts changed since",
                stale[code],
            )
            said.append(pattern % {"language": language, "count": stale[code]})
    return said


def empty(form: Any, names: Iterable[str]) -> list[str]:
    """The names of what a reader misses, if any."""
    bare = [name for name in names if name in WANTED & form.fields.keys() and not _filled(form, name)]
    return [_("empty: %(fields)s") % {"fields": named(form, bare)}] if bare else []


def named(form: Any, names: list[str]) -> str:
    """Some fields by name, and how many more."""
    shown = [str(form.fields[name].label).lower() for name in names[:MOST_NAMED]]
    more = len(names) - len(shown)
    return "; ".join([*shown, *([_("%(count)s more") % {"count": more}] if more else ())])


def more(form: Any, names: Iterable[str]) -> Part:
    """What is rarely used of a row: open where it has a day, or something to mend, now or with another number."""
    names = [name for name in names if name in form.fields]
    filled = [name for name in names if name != "order" and _filled(form, name)]
    wrong = lacks([form], names)
    opened = bool(wrong) or any(_is_day(form, name) or name == "vanity" for name in filled)
    return Part("", "", [named(form, filled)] if filled else [], wrong, opened)


def _words(form: Any, name: str) -> dict[str, Any]:
    """The words of a field by language; none of a field of another kind, or where one language is enough."""
    widget = form.fields[name].widget
    if not isinstance(widget, Translated) or widget.one_is_enough or name in records.ONE_LANGUAGE:
        return {}
    service = getattr(form.instance, "service", form.instance)
    if service.areas:
        return {}
    return _by_language(form, name)


def _by_language(form: Any, name: str) -> dict[str, Any]:
    widget, value = form.fields[name].widget, form[name].value()
    return dict(zip(widget.locales, value if isinstance(value, list) else widget.decompress(value), strict=False))


def _is_day(form: Any, name: str) -> bool:
    return isinstance(form.fields.get(name), forms.DateField)


def _filled(form: Any, name: str) -> bool:
    """Whether something stands in a field."""
    if name not in form.fields:
        return False
    if isinstance(form.fields[name].widget, Translated):
        return any(_by_language(form, name).values())
    return form[name].value() not in (None, "", [], False, "unknown")


# What a part says of itself


def _status(form: Any) -> list[str]:
    return [str(dict(labels.STATUS).get(form["status"].value(), ""))]


def _note(form: Any) -> list[str]:
    said = [_("urgent note")] if _filled(form, "alert") else []
    said += [_("off for some days")] if _filled(form, "off_from") or _filled(form, "off_to") else []
    return said or [_("none")]


def _where(form: Any) -> list[str]:
    chosen = [t(areas.name(code)) for code in form["areas"].value() or ()]
    return [", ".join(chosen[:MOST_NAMED]) + (" …" if len(chosen) > MOST_NAMED else "") or _("the whole country")]


def _checked(form: Any) -> list[str]:
    day = form.instance.assured_date
    return [formats.date_format(day, "DATE_FORMAT") if day else _("never checked by a person")]


SAYS: dict[str, Callable[[Any], list[str]]] = {
    "status": _status,
    "alert": _note,
    "areas": _where,
    "assured_date": _checked,
}
"""By the first field of a part."""
