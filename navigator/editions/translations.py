"""Translations whose original was changed since they were written: marked, listed, and marked as still right.

A mark is of two texts that stand side by side, whatever record they stand in: "this translation was written for another
original". It holds wherever the two stand together, goes by itself when one of them changes, and is there again if both
are put back. History.recorded asks for marks, so that no way into the draft goes past them.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from navigator.engine import flow
from navigator.models import Outdated
from services import records
from services.records import Record, Text

from .content import Content
from .differences import field_name
from .pairing import KEY, WAYS, Key, paired
from .wording import choice_name, guidance_name, question_name, record_name, rule_name, way_name

PARTS: dict[str, Sequence[Key]] = {"ways": WAYS, "choices": KEY}
"""What belongs to a record and has texts of its own."""
APART = {"keywords", "words"}
"""Words to find something by: each language has its own."""


class Stale(NamedTuple):
    """One translation to be read again."""

    where: str
    field: str
    language: str
    was: str
    """The original that it was written for."""
    now: str
    text: str
    key: str
    record: Record


def key_of(language: str, text: Text) -> str:
    """What names a translation beside its original; empty where one of them is."""
    original, translation = text.get(settings.LANGUAGE_CODE, ""), text.get(language, "")
    if not original or not translation or language == settings.LANGUAGE_CODE:
        return ""
    return hashlib.sha256(msgspec.json.encode((language, original, translation))).hexdigest()


def marks() -> dict[str, str]:
    """Every mark, with the original that the translation was written for."""
    return dict(Outdated.objects.values_list("key", "was"))


def mark(changed: Iterable[tuple[Any, Any]]) -> None:
    """Mark the translations that stayed as they were while their original changed, in records before and after."""
    known, made = marks(), {}
    for before, after in changed:
        for old, new in _both(before, after):
            for language, translation in new.items():
                was, now = key_of(language, old), key_of(language, new)
                if not was or not now or was == now or old.get(language) != translation:
                    continue
                original = known.get(was, old[settings.LANGUAGE_CODE])
                if original != new[settings.LANGUAGE_CODE]:
                    made[now] = original
    Outdated.objects.bulk_create(
        [Outdated(key=key, was=was) for key, was in made.items() if key not in known], ignore_conflicts=True
    )


def still_right(keys: Collection[str]) -> int:
    """Take marks away: a person read these translations beside the original of now. How many there were."""
    return Outdated.objects.filter(key__in=marks().keys() & set(keys)).delete()[0]


def stale(content: Content) -> list[Stale]:
    """The translations of a content that are marked."""
    known = marks()
    if not known:
        return []
    rows: tuple[tuple[str, Record], ...] = (
        *((record_name(row), row) for row in content.services),
        *((record_name(row), row) for row in content.organizations),
        *((question_name(row), row) for row in content.flow.questions),
        *((rule_name(row, content.services), row) for row in content.flow.recommendations),
        *((guidance_name(row), row) for row in content.flow.guidance),
    )
    return [
        Stale(where, field, language, known[key], text[settings.LANGUAGE_CODE], text[language], key, row)
        for where, row in rows
        for field, language, text, key in marked(row, known)
    ]


def marked(record: Record, known: Mapping[str, str]) -> Iterator[tuple[str, str, Text, str]]:
    """The translations of a record that are marked: field, language, text in all languages, and key."""
    for field, text in _texts(record):
        for language in text:
            if (key := key_of(language, text)) in known:
                yield field, language, text, key


def _names(record: Record) -> Iterator[str]:
    """The fields of a record that hold a text."""
    return (each.name for each in msgspec.structs.fields(record) if each.type == Text and each.name not in APART)


def _texts(record: Any) -> Iterator[tuple[str, Text]]:
    """Every text of a record and its parts, each with what staff call it."""
    for name in _names(record):
        yield field_name(record, name), getattr(record, name)
    for name in PARTS:
        for part in getattr(record, name, ()):
            for field, text in _texts(part):
                yield f"{_part_name(part)}: {field.lower()}", text


def _part_name(part: records.ContactPoint | flow.Choice) -> str:
    if isinstance(part, flow.Choice):
        return capfirst(_("choice %(words)s") % {"words": choice_name(part)})
    return way_name(part)


def _both(old: Any, new: Any) -> Iterator[tuple[Text, Text]]:
    """Every text of a record before and after."""
    for name in _names(new):
        yield getattr(old, name), getattr(new, name)
    for name, keys in PARTS.items():
        pairs, _gone, _come = paired(getattr(old, name, ()), getattr(new, name, ()), keys)
        for pair in pairs:
            yield from _both(*pair)
