"""What signing in remembers for a while: failed tries and used codes, in a table of our own.

Django's cache in the database throws out a third of its rows when there are too many, so that made-up names would
push out the locks of real ones; and it takes a database that cannot be written for a lock that somebody else
holds. Here a row goes when its time is over, or when it is deleted by its key, and for no other reason.
"""

import datetime as dt
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

from navigator.models import CacheEntry


class Cache(BaseCache):
    """Django's cache over the table. Values are JSON. Errors of the database are raised."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Write a row unless there is one; whether it was written. Of several at once, one alone is told so."""
        row = self._row(key, value, timeout, version)
        CacheEntry.objects.filter(key=row.key, expires__lte=timezone.now()).delete()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value of a row whose time is not over."""
        key = self.make_and_validate_key(key, version)
        row = CacheEntry.objects.filter(key=key, expires__gt=timezone.now()).first()
        return row.value if row else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Write a row, over the one that is there."""
        row = self._row(key, value, timeout, version)
        CacheEntry.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["key"], update_fields=["value", "expires"]
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete a row; whether there was one."""
        deleted, _by_model = CacheEntry.objects.filter(key=self.make_and_validate_key(key, version)).delete()
        return bool(deleted)

    def clear(self) -> None:
        """Delete every row."""
        CacheEntry.objects.all().delete()

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> CacheEntry:
        ends = self.get_backend_timeout(timeout)
        if ends is None:
            raise ValueError("a row needs a time at which it goes")
        expires = dt.datetime.fromtimestamp(ends, dt.UTC)
        return CacheEntry(key=self.make_and_validate_key(key, version), value=value, expires=expires)


def clear_expired() -> None:
    """Delete the rows whose time is over."""
    CacheEntry.objects.filter(expires__lte=timezone.now()).delete()
