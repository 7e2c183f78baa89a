"""How easy the public words are to read (docs/safety-rules.md G6, L7). `make words` prints the table.

English: Flesch-Kincaid grade, 6 or lower. Spanish: Fernández Huerta, 70 or higher (about grade 6).
Official names, numbers and addresses are excepted: each counts as one short word.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import textstat
import yaml
from django.utils.translation import override

from tests import messages

ROOT = Path(__file__).resolve().parent.parent
GRADE = 6.0
HUERTA = 70.0
LABEL = 5
SHORT = {"en": "Ann", "es": "Sol"}
"""What a name, a number or an address counts as."""
NAMES = [
    line
    for line in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_NAMES = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True)) + r")(?!\w)"
)
_NUMBERS = re.compile(r"\+?\d[\d\-().,:/]*\d|https?://\S+|\S+@\S+|\w+\.(?:gov|org|com)[^\s.]*|%(?:\(\w+\))?s")
_ENDS = re.compile(r"(?<=[.?!:;])[”»\")]*\s+")

FORBIDDEN = {
    "en": re.compile(
        r"\b(anonym\w*|secure\w*|untraceable|illegal alien\w*|criminal alien\w*|illegals?"
        r"|victims?|survivors?|just|simply)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(an[oó]nim\w+|irrastreable\w*|ilegales|extranjeros? (?:ilegal|criminal)\w*"
        r"|v[ií]ctimas?|sobrevivientes?|simplemente)\b",
        re.IGNORECASE,
    ),
}
"""What is never promised, and what nobody is called (G7, G8, G13). Names are excepted."""


def plain(text: str, language: str = "en") -> str:
    """The text with names, numbers and addresses each made one short word."""
    text = _NAMES.sub(SHORT[language], text)
    text = _NUMBERS.sub(SHORT[language], text)
    # Each line and list item is a sentence of its own, whether or not a full stop ends it.
    lines = [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")]
    return " ".join(line if line[-1] in ".?!" else line + "." for line in lines)


def score(text: str, language: str) -> float:
    """English: school grade (lower is easier). Spanish: Fernández Huerta (higher is easier).

    The formulas are written out, since the library's own count leaves out sentences of one or two
    words: the very ones that make a text easy.
    """
    words = plain(text, language)
    textstat.set_lang(language)
    count = len(words.split())
    length = count / len([part for part in _ENDS.split(words) if part])
    weight = textstat.syllable_count(words) / count
    if language == "es":
        return round(206.84 - 60 * weight - 1.02 * length, 1)
    return round(0.39 * length + 11.8 * weight - 15.59, 1)


def readable(text: str, language: str) -> bool:
    """Whether a text is easy enough. A text of fewer than five words is a label, which no formula measures."""
    if len(plain(text, language).split()) < LABEL:
        return True
    found = score(text, language)
    return found >= HUERTA if language == "es" else found <= GRADE


def forbidden(text: str, language: str) -> list[str]:
    """The words in a text that the site never uses."""
    return FORBIDDEN[language].findall(_NUMBERS.sub("", _NAMES.sub("", text)))


def texts(record: Any, where: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text in nested data as (where, language, words)."""
    if isinstance(record, dict):
        if record and set(record) <= {"en", "es"}:
            for language, words in record.items():
                yield where, language, words
            return
        for key, value in record.items():
            yield from texts(value, f"{where}.{key}" if where else str(key))
    elif isinstance(record, list | tuple):
        for index, value in enumerate(record):
            label = value.get("slug") or value.get("key") or value.get("kind") if isinstance(value, dict) else None
            yield from texts(value, f"{where}[{label or index}]")


def fixtures() -> Iterator[tuple[str, str, str]]:
    """Every text of the fixtures."""
    for path in sorted((ROOT / "fixtures").rglob("*.yaml")):
        for where, language, words in texts(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)):
            yield f"{path.name} {where}", language, words


def content() -> Iterator[tuple[str, str, str]]:
    """The public texts of the fixtures; names and search words are not prose."""
    for where, language, words in fixtures():
        if where.rpartition(".")[2] not in ("name", "keywords", "words"):
            yield where, language, words


def interface() -> Iterator[tuple[str, str, str]]:
    """The public texts of the templates and of the code, and the names of the groups of services."""
    from services import labels

    with override("en"):
        groups = {str(name) for _key, name in labels.CATEGORY}
    for language in messages.languages():
        for message in messages.kept(language):
            if message.id and (messages.public(message) or message.id in groups):
                place = message.locations[0][0]
                for said, translated in messages.forms(message):
                    yield place, "en", said
                    if translated:
                        yield place, language, translated


def table() -> Iterator[str]:
    """Every public text with its score, the hardest first."""
    found = sorted({(score(words, language), language, words, where) for where, language, words in everything()})
    for language, hardest_first in (("en", reversed(found)), ("es", iter(found))):
        aim = f"grade {GRADE:g} or lower" if language == "en" else f"{HUERTA:g} or higher"
        yield f"{language}: {aim}; a label of fewer than {LABEL} words is not measured"
        for value, spoken, words, where in hardest_first:
            if spoken == language and len(plain(words, language).split()) >= LABEL:
                mark = " " if readable(words, language) else "!"
                yield f"{mark} {value:6} {where}: {' '.join(words.split())}"


def everything() -> Iterator[tuple[str, str, str]]:
    """Every public text as (where, language, words)."""
    yield from content()
    yield from interface()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    print("\n".join(table()))
