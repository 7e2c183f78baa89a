"""Words in the language at hand."""

from django.conf import settings
from django.utils.translation import get_language

from .records import Text


def t(text: Text) -> str:
    """The words in the page's language, else in the site's own (a draft may lack some); empty if there are none."""
    return text.get(get_language() or "") or text.get(settings.LANGUAGE_CODE, "")
