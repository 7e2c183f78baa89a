"""What is read of a foreign HSDS service, versions 3.0 to 3.2, and what of it is not.

Nothing here touches Django or the database.
"""

import re
from collections import Counter
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from .hsds_hours import Schedule

Json = dict[str, Any]
MOST_MISFITS = 100
"""Values of one service that may be left out for their shape; with more it is no such service."""


class Language(msgspec.Struct):
    """HSDS ``language``."""

    name: str = ""
    code: str = ""
    note: str = ""


class Phone(msgspec.Struct):
    """HSDS ``phone``."""

    number: str | int = ""
    extension: str | int | float = ""
    type: str = "voice"
    description: str = ""
    languages: list[Language] = []


class Contact(msgspec.Struct):
    """HSDS ``contact``."""

    name: str = ""
    title: str = ""
    department: str = ""
    email: str = ""
    phones: list[Phone] = []


class Area(msgspec.Struct):
    """HSDS ``service_area``."""

    name: str | int = ""
    description: str = ""
    extent: str | int = ""
    extent_type: str = ""


class Url(msgspec.Struct):
    """HSDS ``url``, from 3.1 on."""

    url: str = ""
    label: str = ""


class Location(msgspec.Struct):
    """HSDS ``location``. Only the address of a virtual one is read: never a street (J8)."""

    location_type: str = ""
    url: str = ""
    phones: list[Phone] = []
    schedules: list[Schedule] = []


class At(msgspec.Struct):
    """HSDS ``service_at_location``; it has areas from 3.1 on."""

    location: Location | None = None
    phones: list[Phone] = []
    contacts: list[Contact] = []
    schedules: list[Schedule] = []
    service_areas: list[Area] = []


class Document(msgspec.Struct):
    """HSDS ``required_document``."""

    document: str = ""


class Organization(msgspec.Struct):
    """HSDS ``organization``."""

    id: str | int = ""
    name: str = ""
    alternate_name: str = ""
    website: str = ""
    email: str = ""
    phones: list[Phone] = []
    additional_websites: list[Url] = []


class Service(msgspec.Struct):
    """HSDS ``service``."""

    id: str | int = ""
    name: str = ""
    status: str = ""
    organization: Organization = msgspec.field(default_factory=Organization)
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    additional_urls: list[Url] = []
    email: str = ""
    eligibility_description: str = ""
    minimum_age: float | None = None
    maximum_age: float | None = None
    application_process: str = ""
    fees_description: str = ""
    interpretation_services: str = ""
    alert: str = ""
    assured_date: str = ""
    assurer_email: str = ""
    phones: list[Phone] = []
    schedules: list[Schedule] = []
    languages: list[Language] = []
    contacts: list[Contact] = []
    service_areas: list[Area] = []
    service_at_locations: list[At] = []
    required_documents: list[Document] = []


def read(row: Json) -> tuple[Service, list[str]]:
    """A foreign service as far as it fits, and in words what of it does not fit and is left out.

    Raises msgspec.ValidationError for what is no service at all.
    """
    left: list[str] = []
    while True:
        try:
            return msgspec.convert(row, Service, strict=False), left
        except msgspec.ValidationError as error:
            said, _, place = str(error).partition(" - at `$.")
            if len(left) == MOST_MISFITS or not _take_out(row, place.rstrip("`")):
                raise
            left.append(f"{place.rstrip('`')}: {said}")


def _take_out(row: Any, place: str) -> bool:
    """Take a value out of a service, by its place in it (``phones[0].number``); whether there was one."""
    steps = [int(step) if step.isdecimal() else step for step in re.findall(r"\w+", place)]
    try:
        for step in steps[:-1]:
            row = row[step]
        del row[steps[-1]]
    except (LookupError, TypeError):
        return False
    return True


def unheld(row: Any, shape: type = Service, place: str = "") -> Counter[str]:
    """The fields of a service that are not read, by their place, each counted once; ids apart."""
    found: Counter[str] = Counter()
    parts = _parts(shape)
    for name, value in row.items():
        if name not in parts:
            if name != "id" and not name.endswith("_id"):
                found[place + name] = 1
        elif inner := parts[name]:
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    found |= unheld(each, inner, f"{place}{name}.")
    return found


@cache
def _parts(shape: type) -> dict[str, type | None]:
    """The fields of a shape, each with the shape of what it holds; None for a plain value."""
    found: dict[str, type | None] = {}
    for name, hint in get_type_hints(shape).items():
        inner = [hint, *get_args(hint)]
        found[name] = next(
            (each for each in inner if isinstance(each, type) and issubclass(each, msgspec.Struct)), None
        )
    return found
