"""Our templates without the white space that is there for whoever edits them.

Indentation and the lines that hold nothing but tags would make a step some ten per cent heavier on the wire.
"""

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"\n\s+")
SILENT = "if|elif|else|endif|for|empty|endfor|with|endwith|block|endblock|include|extends|load|url [^%]* as"
SILENT_LINE = re.compile(rf"^((?:\{{% (?:{SILENT})\b(?:(?!%\}}).)*%\}}|\{{#[^\n]*#\}})+)\n", re.MULTILINE)
"""A line of tags that print nothing, or print lines of their own."""


class Loader(filesystem.Loader):
    """Django's loader of files, as Jinja with `lstrip_blocks` and, on lines of their own, `trim_blocks`."""

    def get_contents(self, origin: Origin) -> str:
        """The source without indentation and without the ends of silent lines."""
        return SILENT_LINE.sub(r"\1", INDENTATION.sub("\n", super().get_contents(origin)))
