"""Words in the language at hand, and words as they are compared."""

import unicodedata

from django.conf import settings
from django.utils.translation import get_language

from .records import Text


def t(text: Text) -> str:
    """The words in the page's language, else in the site's own (a draft may lack some); empty if there are none."""
    return text.get(get_language() or "") or text.get(settings.LANGUAGE_CODE, "")


def fold(text: str) -> str:
    """A text as it is compared: small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
