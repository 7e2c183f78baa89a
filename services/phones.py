"""Phone numbers: read, kept (E.164; short codes as they are) and shown, all by ``phonenumbers``."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, shortnumberinfo

from .messages import Message

REGION = "US"
EXTENSION = ";ext="
RETIRED = frozenset({"+18773472423"})
"""Numbers that reach nobody any more, or somebody else, and that old lists still print."""


def parse(text: str) -> str:
    """A number as typed -> ``+18883737888``, or a short code such as ``988`` or ``233733``.

    An extension is kept as in RFC 3966: ``+18883737888;ext=4``. Letters count as their keys.
    Raises ValueError with a Message that staff can act on.
    """
    typed = text.strip()
    if re.fullmatch(r"[0-9]{3,6}", typed):
        short = phonenumbers.parse(typed, REGION)
        if not shortnumberinfo.is_valid_short_number_for_region(short, REGION):
            raise ValueError(Message("“%(typed)s” is not a short code that works in the United States.", typed=typed))
        return typed
    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        raise ValueError(
            Message("“%(typed)s” is not a phone number. Write it like 888-373-7888, or a code like 988.", typed=typed)
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(Message("“%(typed)s” is not a phone number that exists. Check every digit.", typed=typed))
    extension = f"{EXTENSION}{number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension


def show(value: str) -> str:
    """A kept number as people read it: ``1-888-373-7888``; short codes as they are."""
    if not value.startswith("+"):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:  # typed like one that is kept
        return value
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return international.replace("+1 ", "1-") if number.country_code == 1 else international


def dial(value: str) -> str:
    """A kept number as a phone dials it: it waits a moment, then dials the extension."""
    return value.replace(EXTENSION, ",")


def toll_free(value: str) -> bool:
    """Whether a call to the number is free for the caller. Three-digit codes are."""
    if not value.startswith("+"):
        return len(value) == 3
    return phonenumbers.number_type(phonenumbers.parse(value)) == PhoneNumberType.TOLL_FREE


def spells(vanity: str, value: str) -> bool:
    """Whether the letters give the number: ``1-866-DHS-2-ICE`` is ``+18663472423``.

    Letters past the last digit are let through, as phones do (``1-877-MADD-HELP``).
    """
    digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(vanity.upper()))
    return digits.removeprefix("1").startswith(value.partition(EXTENSION)[0].removeprefix("+1"))
