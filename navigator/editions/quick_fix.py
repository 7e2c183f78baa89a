"""One urgent change of one service, published at once, past a draft that is not ready.

The change is made to the edition in force, not to the rest of the draft, and to the draft alike, so that
the next publishing does not undo it. The path walk checks it as it checks everything.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext
from i18nfield.strings import LazyI18nString

from navigator import models
from navigator.engine.flow import Recommendation
from services import models as directory
from services.records import ContactPoint, Service, Text
from services.rows import from_record
from services.texts import t

from . import publish
from .content import Content, encode, with_services
from .edition import Edition
from .history import recorded


class Change(Protocol):
    """A change of one service."""

    @property
    def service(self) -> Service:
        """The service as it is in force; where it is not, as it was in the last edition that had it."""

    def apply(self, content: Content) -> Content:
        """The content with the change in it."""

    def fits_draft(self, row: directory.Service) -> bool:
        """Whether the draft has what is changed, so that the change can be made there too."""

    def write_draft(self, row: directory.Service) -> None:
        """Make the change in the draft."""


@dataclass(frozen=True)
class SwitchOff:
    """Take a service off, with its local services and the recommendations of it."""

    service: Service

    def apply(self, content: Content) -> Content:
        """The content without the service."""
        slug = self.service.slug
        rules = tuple(rule for rule in content.flow.recommendations if rule.service != slug)
        left = with_services(content, (each for each in content.services if slug not in (each.slug, each.local_of)))
        return msgspec.structs.replace(left, flow=msgspec.structs.replace(content.flow, recommendations=rules))

    def fits_draft(self, row: directory.Service) -> bool:
        """Always."""
        return True

    def write_draft(self, row: directory.Service) -> None:
        """Retire the service; delete its recommendations."""
        row.status = "retired"
        row.save()
        models.Recommendation.objects.filter(service=row).delete()


@dataclass(frozen=True)
class SwitchOn:
    """Bring a service back as it was in an earlier edition, with all that went with it."""

    service: Service
    former: Edition

    def apply(self, content: Content) -> Content:
        """The content with the service, in the order of the draft."""
        came = [each for each in self.former.content.services if self.service.slug in (each.slug, each.local_of)]
        there = {each.slug for each in content.services}
        services = _by_slug((*content.services, *(each for each in came if each.slug not in there)))
        known = {each.slug for each in content.organizations}
        runs = (self.former.organizations[each.organization] for each in came if each.organization not in known)
        rules = sorted((*content.flow.recommendations, *self._rules()), key=lambda rule: rule.rank)
        return msgspec.structs.replace(
            content,
            organizations=_by_slug((*content.organizations, *{each.slug: each for each in runs}.values())),
            services=services,
            flow=msgspec.structs.replace(content.flow, recommendations=tuple(rules)),
        )

    def fits_draft(self, row: directory.Service) -> bool:
        """Whether every choice of the recommendations is there: without one, they would hold too often."""
        return all(_choices(rule) is not None for rule in self._rules())

    def write_draft(self, row: directory.Service) -> None:
        """Make the service live. What staff wrote into the draft meanwhile stays."""
        row.status = "live"
        row.save()
        for rule in () if row.recommendations.exists() else self._rules():
            made = row.recommendations.create(**from_record(rule, skip=("service", "when")))
            made.when.set(_choices(rule) or ())

    def _rules(self) -> list[Recommendation]:
        return rules_of(self.former, self.service.slug)


@dataclass(frozen=True)
class ChangeNumber:
    """Put another number or address into one way to reach a service, which thereby was checked."""

    service: Service
    place: int
    """Place of the way to reach among those of the service."""
    way: ContactPoint
    """The way to reach as it will be."""
    assured_date: dt.date
    assured_how: str
    assured_by: str

    def apply(self, content: Content) -> Content:
        """The content with the way to reach, and with the check."""
        ways = (self.way if place == self.place else way for place, way in enumerate(self.service.ways))
        return _with(content, msgspec.structs.replace(self.service, ways=tuple(ways), **self._check()))

    def fits_draft(self, row: directory.Service) -> bool:
        """Whether the number that is wrong stands there."""
        return self._way(row) is not None

    def write_draft(self, row: directory.Service) -> None:
        """Change the number, and note the check."""
        way = self._way(row)
        assert way
        way.value, way.vanity = self.way.value, self.way.vanity
        way.save()
        for name, value in self._check().items():
            setattr(row, name, value)
        row.save()

    def _check(self) -> dict[str, Any]:
        return {
            "assured_date": self.assured_date,
            "assured_how": self.assured_how,
            "assured_by": self.assured_by,
        }

    def _way(self, row: directory.Service) -> directory.ContactPoint | None:
        """The same way to reach in the draft: of several with that number, the one for the same people."""
        old = self.service.ways[self.place]
        same = [way for way in row.ways.all() if (way.kind, way.value) == (old.kind, old.value)]
        return next((way for way in same if way.record().label == old.label), same[0] if same else None)


@dataclass(frozen=True)
class SetAlert:
    """Set the urgent note of a service, from now on and for good; clear it with an empty text."""

    service: Service
    alert: Text

    def apply(self, content: Content) -> Content:
        """The content with the note."""
        return _with(content, msgspec.structs.replace(self.service, alert=self.alert, alert_from=None, alert_to=None))

    def fits_draft(self, row: directory.Service) -> bool:
        """Always."""
        return True

    def write_draft(self, row: directory.Service) -> None:
        """Set the note."""
        row.alert, row.alert_from, row.alert_to = LazyI18nString(self.alert), None, None
        row.save()


def draft_row(change: Change) -> directory.Service | None:
    """The service in the draft, if the change can be made there too."""
    row = directory.Service.objects.filter(slug=change.service.slug).first()
    return row if row and change.fits_draft(row) else None


def rules_of(edition: Edition, slug: str) -> list[Recommendation]:
    """The recommendations of a service, which go with it and come back with it."""
    return [rule for rule in edition.content.flow.recommendations if rule.service == slug]


def publish_change(
    edition: Edition, change: Change, by: Any, note: str, *, measure: publish.Measure | None = None
) -> models.Edition:
    """Publish a change of the edition in force as a new edition and write it to the draft, both or neither.

    Raises Changed if another edition is in force by now, and Refused if a check fails.
    """
    with publish.publishing():
        publish.unchanged(edition.number)
        data = encode(change.apply(edition.content))
        report = publish.checked(data, measure, urgent=True)
        if report.problems:
            raise publish.Refused(report)
        if row := draft_row(change):
            rules = models.Recommendation.objects.filter(service=row)
            with recorded(by, "fix", note, [directory.Service.objects.filter(pk=row.pk), rules]):
                change.write_draft(row)
            entry = gettext("Urgent fix, published at once: %(note)s") % {"note": note}
            LogEntry.objects.log_actions(by.pk, [row], CHANGE, entry, single_object=True)
        longest = models.Edition._meta.get_field("note").max_length
        return publish.store(data, by, f"{t(change.service.name)}: {note}"[:longest])


def _with(content: Content, service: Service) -> Content:
    """The content with a service in place of the one of its name."""
    services = (service if each.slug == service.slug else each for each in content.services)
    return msgspec.structs.replace(content, services=tuple(services))


def _by_slug(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=lambda row: row.slug))


def _choices(rule: Recommendation) -> list[models.Choice] | None:
    """The choices of a rule's condition in the draft; None if one is there no more."""
    wanted = [(question, key) for question, keys in rule.when.items() for key in keys]
    rows = models.Choice.objects.filter(question__key__in=rule.when).select_related("question")
    there = {(choice.question.key, choice.key): choice for choice in rows}
    return [there[each] for each in wanted] if all(each in there for each in wanted) else None
