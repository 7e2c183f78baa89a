"""The words of the interface: found in the sources, kept in one catalogue a language.

`make messages` writes what is new into navigator/locale/*/LC_MESSAGES/django.po and keeps every
translation; the Makefile compiles them. Babel reads the sources, so no gettext has to be installed.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile
from babel.messages import Message as Entry
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "navigator" / "locale"
PUBLIC = ("templates/", "navigator/public/")
"""Where the words stand that the public reads; the rest is for staff."""
STAFF = ("templates/admin/", "templates/account/", "templates/mfa/")
KEYWORDS = {
    name: extract.DEFAULT_KEYWORDS.get(name.removesuffix("_lazy"))
    for name in (
        "Message",
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "npgettext_lazy",
    )
}


def sources() -> Iterator[Path]:
    """The files with words in them. Commands print English to a terminal, so few of theirs are marked."""
    for folder, kind in (("navigator", "*.py"), ("services", "*.py"), ("templates", "*.html")):
        yield from sorted((ROOT / folder).rglob(kind))


def found_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]:
    """The messages of one file, each with its context and the comments for translators."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django's own reading of a template: Python calls where the tags were, "X" for all the rest.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    read = extract.extract("python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators",))
    for _line, message, comments, context in read:
        if message:
            yield message, context, list(comments)


def collected() -> Catalog:
    """Every message of the sources, with the files that hold it."""
    catalog = Catalog(charset="utf-8")
    for path in sources():
        for message, context, comments in found_in(path):
            catalog.add(
                message,
                locations=[(path.relative_to(ROOT).as_posix(), 0)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def kept(language: str) -> Catalog:
    """The catalogue of a language as it is in the repository."""
    with where(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def where(language: str) -> Path:
    """The file of a language's catalogue."""
    return CATALOGUES / language / "LC_MESSAGES" / "django.po"


def public(message: Entry) -> bool:
    """Whether the public reads it."""
    return any(place.startswith(PUBLIC) and not place.startswith(STAFF) for place, _line in message.locations)


def forms(message: Entry) -> list[tuple[str, str]]:
    """A message with its translation; one with a plural has two forms of each."""
    if isinstance(message.id, tuple):
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.name for path in CATALOGUES.iterdir() if (path / "LC_MESSAGES").is_dir())


HEADER = """\
# The words of the interface. `make messages` adds what is new; write the translation below each msgid.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def written(catalog: Catalog) -> bytes:
    """A catalogue as a file: sorted, without line numbers and dates, so that only words make a difference."""
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=110, sort_output=True, include_lineno=False, omit_header=True)
    header = HEADER.format(language=catalog.locale_identifier, plural=catalog.plural_forms)
    return header.encode() + out.getvalue()


def merged(language: str, template: Catalog) -> Catalog:
    """A language's catalogue with what is new. What is gone goes to its end, to come back if it does."""
    catalog = kept(language)
    for gone in catalog.obsolete.values():
        catalog[gone.id] = gone
    catalog.obsolete.clear()
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The messages that have no translation yet, or only a guess."""
    return [said for message in catalog if message.id for said, words in forms(message) if not words or message.fuzzy]


def compiled(language: str) -> Path:
    """Write the file that Django reads, in one step, since tests run side by side."""
    path = where(language).with_suffix(".mo")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        mofile.write_mo(file, kept(language))
    Path(file.name).replace(path)
    return path


if __name__ == "__main__":
    template = collected()
    for language in languages():
        catalog = merged(language, template)
        where(language).write_bytes(written(catalog))
        compiled(language)
        missing = untranslated(catalog)
        print("\n  ".join([f"{language}: {len(catalog)} messages, {len(missing)} to translate", *missing]))
