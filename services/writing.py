"""Records written into the tables that staff edit, many at a time: one by one, 5,000 services take a minute."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction

from . import records
from .models import ContactPoint, Organization, Service, Source
from .rows import from_record

BATCH = 500
"""Services of one statement; a database allows only so many values in it."""

Row = TypeVar("Row")


def save_organizations(found: Iterable[records.Organization]) -> None:
    """Write organizations over the rows with their slugs, or as new ones."""
    rows = [Organization(**from_record(record, skip=())) for record in found]
    _upsert(Organization, rows)


@transaction.atomic
def save_services(found: Iterable[records.Service]) -> None:
    """Write services, with all their ways and sources, over the rows with their slugs, or as new ones.

    Raises Organization.DoesNotExist if an organization is not there.
    """
    owners = dict(Organization.objects.values_list("slug", "pk"))
    for batch in _batches(found):
        if missing := {record.organization for record in batch} - owners.keys():
            raise Organization.DoesNotExist(", ".join(sorted(missing)))
        skip = ("organization", "ways", "sources")
        rows = [
            Service(organization_id=owners[record.organization], **from_record(record, skip=skip)) for record in batch
        ]
        _upsert(Service, rows)
        slugs = [record.slug for record in batch]
        keys = dict(Service.objects.filter(slug__in=slugs).values_list("slug", "pk"))
        _replace(ContactPoint, [(keys[record.slug], record.ways) for record in batch])
        _replace(Source, [(keys[record.slug], record.sources) for record in batch])


def _upsert(model: Any, rows: list[Any]) -> None:
    """Write rows over those with their slugs, which keep their keys, or as new ones."""
    fields = [field.name for field in model._meta.concrete_fields if field.name not in ("id", "slug")]
    model.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["slug"], update_fields=fields
    )


def _replace(model: Any, found: Sequence[tuple[int, Sequence[records.Record]]]) -> None:
    """Put these in the place of all that services had of a kind, in this order."""
    model.objects.filter(service__in=[key for key, _found in found]).delete()
    model.objects.bulk_create(
        (
            model(service_id=key, order=order, **from_record(record, skip=()))
            for key, rows in found
            for order, record in enumerate(rows, start=1)
        ),
        batch_size=BATCH,
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
