"""Rows of tables as plain records and back, and the words in them that cannot be shown or are missing."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField
from i18nfield.strings import LazyI18nString

from . import records

LONGEST_WORDS = 4_000
"""Characters of the longest text in one language; more is a slip of the clipboard."""


def words(value: Any) -> records.Text:
    """What a field for words in several languages holds, without the empty ones."""
    data = value.data if isinstance(value, LazyI18nString) else value
    if isinstance(data, str):
        data = {"en": data}
    return {language: text.strip() for language, text in (data or {}).items() if text and text.strip()}


def _translated(row: models.Model) -> list[Any]:
    """The fields of a row that hold words in several languages."""
    return [field for field in row._meta.fields if isinstance(field, I18nCharField | I18nTextField)]


def unfit_words(row: models.Model) -> dict[str, Any]:
    """The texts of a row that cannot be shown as they are, each field with what is wrong."""
    errors: dict[str, Any] = {}
    for field in _translated(row):
        for text in words(getattr(row, field.name)).values():
            if re.search(r"<\s*[a-zA-Z/!?]", text):
                errors[field.name] = _("Write plain words: people would see the signs “<” and “>” as they are.")
            elif len(text) > LONGEST_WORDS:
                errors[field.name] = _("This text has %(length)s characters; the most is %(most)s.") % {
                    "length": len(text),
                    "most": LONGEST_WORDS,
                }
    return errors


def gaps(row: models.Model, *, local: bool = False) -> dict[str, Any]:
    """The texts of a row that are missing in a published language, each field with what to do.

    A text that is in no language is missing only where the field must not be empty. One language is enough for an
    urgent note, and for a ``local`` service: elsewhere it stands marked with its language.
    """
    errors: dict[str, Any] = {}
    for field in _translated(row):
        there = words(getattr(row, field.name))
        missing = [str(name) for code, name in settings.LANGUAGES if code not in there]
        enough = there and (local or field.name in records.ONE_LANGUAGE)
        if missing and not enough and (there or not field.blank):
            errors[field.name] = _("A live service needs this in every language. Missing: %(languages)s.") % {
                "languages": ", ".join(missing)
            }
    return errors


def codes(value: str) -> tuple[str, ...]:
    """``"en, es"`` -> ``("en", "es")``."""
    return tuple(re.findall(r"[\w-]+", value))


@cache
def _read_as(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """How the value of a field is read for a record."""
    if isinstance(model._meta.get_field(name), I18nCharField | I18nTextField):
        return words
    return codes if name in ("languages", "areas") else lambda value: value


def to_record(row: models.Model, shape: type[records.Record], **more: Any) -> Any:
    """A row as a record of the given shape; ``more`` fills what is not a plain field of the row."""
    model = type(row)
    plain = (name for name in shape.__struct_fields__ if name not in more)
    return shape(**{name: _read_as(model, name)(getattr(row, name)) for name in plain}, **more)


def from_record(record: records.Record, skip: tuple[str, ...]) -> dict[str, Any]:
    """A record as values for the fields of a row, but for those named in ``skip``."""
    found = {}
    for name in record.__struct_fields__:
        if name in skip:
            continue
        value = getattr(record, name)
        if isinstance(value, dict):
            value = LazyI18nString(dict(value))
        elif isinstance(value, tuple):
            value = ", ".join(value)
        found[name] = value
    return found
