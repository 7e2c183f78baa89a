"""Words in the language at hand, and words as they are compared."""

import unicodedata

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, get_language_info

from .records import Text


def t(text: Text) -> str:
    """The words in the page's language, else in the site's own, else in any; empty if there are none."""
    shown = text.get(get_language() or "") or text.get(settings.LANGUAGE_CODE)
    return shown or next(filter(None, text.values()), "")


def tongue(text: Text) -> str:
    """The language in which words are shown here, the page's if it can be; empty if there are none."""
    for language in (get_language() or "", settings.LANGUAGE_CODE):
        if text.get(language):
            return language
    return next((language for language in text if text[language]), "")


def foreign(text: Text) -> str:
    """The name of the language in which words are shown here, where it is not the page's; else empty."""
    language = tongue(text)
    if language in ("", get_language()):
        return ""
    return get_language_info(language)["name_translated"] if language in LANG_INFO else language


def marked(text: Text) -> str:
    """The words, with the name of their language where it is not the page's: for where no markup may stand."""
    name = foreign(text)
    return f"{t(text)} ({name})" if name else t(text)


def fold(text: str) -> str:
    """A text as it is compared: small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
