"""The content as one value: read from the fixtures, compiled from the draft, kept as an edition.

The same frozen records are the fixtures (as YAML), the draft (as rows) and the edition (as JSON), so
that nothing is lost or guessed on the way. Nothing here touches the database.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.conf import settings

from navigator.engine import checks, flow
from services import areas, records


class Content(records.Record, frozen=True, kw_only=True):
    """Everything the public sees: the questions, the rules and the services, in all languages."""

    languages: tuple[str, ...]
    flow: flow.Flow
    organizations: tuple[records.Organization, ...]
    services: tuple[records.Service, ...]


def read_fixtures(folder: Path) -> Content:
    """The content of a folder of YAML files.

    ``flow.yaml`` holds the flow; every other file lists organizations, services or both. Raises
    ValueError, naming the file, for what does not fit the records.
    """
    data: dict[str, list[Any]] = {"organizations": [], "services": []}
    found: flow.Flow | None = None
    for path in sorted(folder.rglob("*.yaml")):
        try:
            read = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
            if not isinstance(read, dict):
                raise ValueError("names neither services nor questions")
            if path.name == "flow.yaml":
                found = msgspec.convert(read, flow.Flow)
                continue
            data["organizations"] += msgspec.convert(read.get("organizations", []), list[records.Organization])
            data["services"] += msgspec.convert(read.get("services", []), list[records.Service])
        except (ValueError, yaml.YAMLError, OSError) as error:
            raise ValueError(f"{path.name}: {error}") from error
    if found is None:
        raise ValueError("flow.yaml is missing")
    for name, rows in data.items():
        twice = [slug for slug, count in Counter(row.slug for row in rows).items() if count > 1]
        if twice:
            raise ValueError(f"{name}: {', '.join(twice)} named twice")
    return Content(
        languages=languages(),
        flow=found,
        organizations=tuple(sorted(data["organizations"], key=lambda row: row.slug)),
        services=tuple(sorted(data["services"], key=lambda row: row.slug)),
    )


def languages() -> tuple[str, ...]:
    """The languages that the site is published in, the default first."""
    return tuple(code for code, _name in settings.LANGUAGES)


def encode(content: Content) -> bytes:
    """The content as the bytes that are kept and hashed."""
    return msgspec.json.encode(content)


def digest(data: bytes) -> str:
    """The SHA-256 of an edition's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def published(content: Content) -> Content:
    """What of a content the public would see, without notes for staff.

    Its live services; but a local one goes with the national one of which it is, for no rule leads to it by itself.
    """
    gone = {row.slug for row in content.services if row.status != "live"}
    shown = (row for row in content.services if row.slug not in gone and row.local_of not in gone)
    return with_services(content, (msgspec.structs.replace(row, staff_note="") for row in shown))


def with_services(content: Content, services: Iterable[records.Service]) -> Content:
    """The content with these services, and with those organizations that run one of them."""
    kept = tuple(services)
    used = {service.organization for service in kept}
    runs = tuple(row for row in content.organizations if row.slug in used)
    return msgspec.structs.replace(content, organizations=runs, services=kept)


def check(content: Content) -> checks.Report:
    """What the path walk says of a content."""
    services = {service.slug: service for service in areas.completed(content.services)}
    return checks.check(content.flow, services, content.languages, content.organizations)
