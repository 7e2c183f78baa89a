"""What is wrong, said where no translation is at hand: in English now, in another language when it is shown."""

from collections.abc import Callable
from typing import Any


class Sentence(str):
    """A sentence in English that remembers its pattern and what fills its blanks. Catalogues know the pattern."""

    pattern: str
    blanks: dict[str, Any]

    def __new__(cls, pattern: str, /, **blanks: Any) -> "Sentence":
        """The pattern with its blanks, ``%(name)s``, filled."""
        self = super().__new__(cls, pattern % blanks)
        self.pattern, self.blanks = pattern, blanks
        return self

    def translated(self, gettext: Callable[[str], Any]) -> str:
        """The sentence in the language that ``gettext`` speaks."""
        return str(gettext(self.pattern) % self.blanks)
