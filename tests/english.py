"""English that is left on a page in Spanish."""

import functools
import html
import re

from django.utils.translation.reloader import translation_file_changed

from . import messages, words

NAMES = sorted({text for where, _language, text in words.fixtures() if where.endswith(".name")}, key=len, reverse=True)
BLANK = re.compile(r"%%s|%(?:\(\w+\))?[sd]")


def learn():
    """The catalogues as they stand now, in what Django reads."""
    for language in messages.languages():
        translation_file_changed(None, messages.compiled(language))


def forms(catalog):
    """Each message and its translation, plurals one by one."""
    return [form for message in catalog if message.id for form in messages.forms(message)]


def shown(page):
    """What a page says, without official names."""
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)  # data for machines
    found = html.unescape(re.sub(r"<(?!/?(?:strong|small)\b)[^>]*?>", cut, page))
    for name in NAMES:
        found = found.replace(name, " ")
    return found


def english(page):
    """The English messages that a page shows as such, in its text or its attributes; official names set aside."""
    said_here = shown(page)
    for said, translated in _known():
        parts = [part.strip() for part in BLANK.split(said) if part not in translated]
        long = [part for part in parts if sum(map(str.isalpha, part)) > 8]
        if any(part in said_here and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", said_here) for part in long):
            yield said


@functools.cache
def _known():
    return forms(messages.kept("es"))


def cut(tag):
    """What a tag shows or says aloud: the values of the attributes that people meet, with ends that no words cross."""
    button = "|value" if 'type="submit"' in tag[0] else ""
    values = re.findall(
        rf'(?:aria-label|title|alt|placeholder|data-(?:words|press|once|late|title){button})="([^"]*)"', tag[0]
    )
    return " | ".join(["", *values, ""])
