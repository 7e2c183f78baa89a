"""How easy the public words are to read (safety-and-access.md G6, L7).

English: Flesch-Kincaid grade, 6 or lower. Spanish: Fernández Huerta, 70 or higher (about grade 6).
Official names, numbers and addresses are excepted: each counts as one short word.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import textstat

GRADE = 6.0
HUERTA = 70.0
NAMES = [
    line
    for line in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_NAMES = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True)) + r")(?!\w)"
)
_NUMBERS = re.compile(r"\+?\d[\d\-().,:/]*\d|https?://\S+|\S+@\S+|\w+\.(?:gov|org|com)\S*")


def plain(text: str) -> str:
    """The text with names, numbers and addresses each made one short word."""
    text = _NAMES.sub("Ana", text)
    text = _NUMBERS.sub("one", text)
    # Each line and list item is a sentence of its own, whether or not a full stop ends it.
    lines = [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")]
    return " ".join(line if line[-1] in ".?!" else line + "." for line in lines)


def score(text: str, language: str) -> float:
    """English: school grade (lower is easier). Spanish: Fernández Huerta (higher is easier)."""
    words = plain(text)
    textstat.set_lang(language)
    if language == "es":
        return round(float(textstat.fernandez_huerta(words)), 1)
    return round(float(textstat.flesch_kincaid_grade(words)), 1)


def readable(text: str, language: str) -> bool:
    """Whether a text is easy enough. Texts of one or two words are labels, not sentences."""
    if len(plain(text).split()) < 3:
        return True
    found = score(text, language)
    return found >= HUERTA if language == "es" else found <= GRADE


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
