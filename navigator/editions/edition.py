"""An edition in the form in which pages use it. Nothing here touches the database."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import msgspec
from django.utils import timezone

from navigator.engine import checks, flow
from services import areas, records

from . import dates
from .content import Content, digest, encode

Derived = TypeVar("Derived")


class Edition:
    """An edition as the pages use it: its content as it stands for a time, and what is looked up in it.

    With the next day on which something in it changes it is over, and another one stands in its place. A page is made
    of one of them alone, so nothing is mixed at midnight, and what is kept of one (``derived``) goes with it.
    """

    def __init__(
        self,
        content: Content,
        number: int,
        digest: str,
        moment: dt.datetime | None = None,
        *,
        published: dt.datetime | None = None,
        still: bool = False,
    ) -> None:
        """As it stands at ``moment`` (now); with ``still``, its clock stays there."""
        moment = moment or timezone.now()
        self.content = content
        """As it was published, with all its days."""
        self.since, self.until = dates.span(content, moment)
        self.shown = dates.on(content, moment)
        """As it stands, without them."""
        self.number = number
        self.hash = digest
        self.published = published
        """When it was published; None where that is not known, or it is none yet."""
        self.flow = self.shown.flow
        self.services = {service.slug: service for service in areas.completed(self.shown.services)}
        self._moment = moment if still else None
        self._derived: dict[Callable[[Edition], Any], Any] = {}

    def on(self, moment: dt.datetime) -> "Edition":
        """The edition as it stands, and tells the time, at another moment."""
        return Edition(self.content, self.number, self.hash, moment, published=self.published, still=True)

    def anew(self, now: dt.datetime) -> "Edition":
        """The edition as it stands from now on."""
        return Edition(self.content, self.number, self.hash, now, published=self.published)

    def stands(self, moment: dt.datetime) -> bool:
        """Whether it is the one for this moment."""
        return self.since <= moment < self.until

    def now(self) -> dt.datetime:
        """The time that its pages tell: never before it begins or past its end, for they would be of two days."""
        return self._moment or min(max(timezone.now(), self.since), self.until - dt.timedelta(microseconds=1))

    @cached_property
    def written(self) -> dict[str, records.Service]:
        """The services as they were published, by slug: with their days, and those that are off."""
        return {service.slug: service for service in self.content.services}

    @cached_property
    def organizations(self) -> dict[str, records.Organization]:
        """The organizations by slug."""
        return {organization.slug: organization for organization in self.shown.organizations}

    @cached_property
    def local(self) -> dict[str, list[records.Service]]:
        """The local services of each national one, by its slug."""
        return areas.local_versions(self.services.values())

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """The counties that have a service of their own."""
        named = {area for service in self.services.values() for area in service.areas}
        return tuple(sorted(named & areas.COUNTIES.keys()))

    def at(self, place: str) -> list[records.Service]:
        """All services that people at a place are shown; only those of the whole country where it is empty."""
        national = [slug for slug, service in self.services.items() if not service.local_of]
        shown = areas.placed(national, self.services, self.local, place)
        return [self.services[slug] for slug, _national in shown]

    def recommend(self, answers: flow.Answers, place: str = "") -> list[tuple[records.Service, flow.Recommendation]]:
        """The services to show with these answers at a place, each with its rule; best rank first.

        A local one has the rule of its national one. Where it stands beside that, the reason is not its own.
        """
        rules = {rule.service: rule for rule in flow.recommend(self.flow, answers) if rule.service in self.services}
        return [
            (self.services[slug], rules[national])
            for slug, national in areas.placed([*rules], self.services, self.local, place)
        ]

    @cached_property
    def main(self) -> list[records.Service]:
        """The few services whose numbers stand on every page of trouble, 911 first."""
        return sorted(
            (service for service in self.shown.services if service.main),
            key=lambda service: (service.slug != checks.EMERGENCY, service.slug),
        )

    def derived(self, make: "Callable[[Edition], Derived]") -> Derived:
        """What ``make`` makes of this edition: made once, and kept for as long as the edition is.

        The one way to hang something on an edition (rendered pages, a search index, HSDS). What is made of a
        draft goes with the draft, and never pushes out what was made of the edition in force.
        """
        if make not in self._derived:
            self._derived[make] = make(self)
        return self._derived[make]


def decode(number: int, data: bytes, expected: str, published: dt.datetime | None = None) -> Edition:
    """An edition from its bytes. Raises ValueError if the hash (SHA-256, hex) or the shape does not fit."""
    if digest(data) != expected:
        raise ValueError(f"edition {number} is damaged: its hash does not fit")
    return Edition(msgspec.json.decode(data, type=Content), number, expected, published=published)


def as_edition(content: Content, moment: dt.datetime | None = None) -> Edition:
    """A content as if it were an edition, numbered 0: for preview and for explaining a draft, now or at a moment."""
    return Edition(content, 0, digest(encode(content)), moment, still=moment is not None)
