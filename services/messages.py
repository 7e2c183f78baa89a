"""What is wrong, put down where no translation is at hand: in English now, in another language when it is shown."""

from collections.abc import Callable
from typing import Any


class Message:
    """A pattern in English, which catalogues know, and what fills its blanks. As a string it is in English."""

    __slots__ = ("blanks", "pattern")

    def __init__(self, pattern: str, /, **blanks: Any) -> None:
        self.pattern, self.blanks = pattern, blanks

    def __str__(self) -> str:
        return self.pattern % self.blanks

    def translated(self, gettext: Callable[[str], Any]) -> str:
        """The message in the language that ``gettext`` speaks."""
        return str(gettext(self.pattern) % self.blanks)
