"""Filters that show the words of a record in the language of the page."""

import re
from collections.abc import Mapping

import lucide
from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from services.records import Text
from services.texts import foreign, t, tongue

register = template.Library()


register.filter(t)


@register.filter
def said(text: Text) -> str:
    """The words for a page; marked with their language where they are not in the page's."""
    return marked(text, t(text))


def marked(text: Text, words: str) -> str:
    """Some of the words of a text; marked with their language where it is not the page's."""
    name = foreign(text)
    return format_html('<span lang="{}" dir="auto">{}</span> ({})', tongue(text), words, name) if name else words


@register.filter
def lines(text: Text) -> list[str]:
    """The words in the page's language, line by line."""
    return [marked(text, line.removeprefix("- ").strip()) for line in t(text).splitlines() if line.strip()]


NUMBER = re.compile(r"\d+(?:-[\dA-Z]+)+")


@register.filter
def whole(text: str) -> SafeString:
    """The words with every phone number in one piece, and from left to right in every language.

    A number that breaks over two lines is misread, and among Arabic words 1-800-799-SAFE would read SAFE-1-800-799.
    """
    return mark_safe(NUMBER.sub(r'<bdi class="whole">\g<0></bdi>', conditional_escape(text)))


@register.filter
def prose(text: Text) -> SafeString:
    """Paragraphs and lists: an empty line ends a paragraph, a line that starts with "- " is an item."""
    parts = []
    for block in t(text).split("\n\n"):
        items: list[str] = []
        said: list[str] = []
        for line in filter(None, (line.strip() for line in block.splitlines())):
            (items if line.startswith("- ") else said).append(line.removeprefix("- "))
        if said:
            parts.append(mark_safe("<p>" + whole(" ".join(said)) + "</p>"))
        if items:
            parts.append(
                mark_safe("<ul>" + format_html_join("", "<li>{}</li>", ((whole(item),) for item in items)) + "</ul>")
            )
    return mark_safe("".join(parts))


@register.filter
def icon(name: str) -> SafeString:
    """A line icon for beside the words of a choice; nothing for a name that does not exist."""
    try:
        return mark_safe(lucide._render_icon(name, 24, aria_hidden="true", focusable="false"))
    except lucide.IconDoesNotExist:
        return mark_safe("")


@register.filter
def item(values: Mapping[str, str], key: str) -> str:
    """What a mapping holds under a key; empty if nothing."""
    return values.get(key, "")
