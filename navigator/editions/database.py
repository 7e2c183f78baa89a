"""The editions in the database, as the watcher in each process reads them."""

import contextlib
import datetime as dt
from collections.abc import Iterator

from django.db import Error, close_old_connections

from navigator import models

from . import in_force


class Database:
    """The store of editions (``in_force.Store``) that the site runs on."""

    def newest_first(self) -> list[tuple[int, str]]:
        """The number and the hash of each edition. Raises Unreachable."""
        with _reached():
            return list(models.Edition.objects.values_list("number", "hash"))

    def read(self, number: int) -> tuple[bytes, dt.datetime]:
        """The bytes of an edition, and when it was published. Raises Unreachable."""
        with _reached():
            content, published = models.Edition.objects.values_list("content", "published_at").get(number=number)
            return bytes(content), published

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """A look outside any request minds the age and the health of its connection itself."""
        close_old_connections()
        try:
            yield
        finally:
            close_old_connections()


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise in_force.Unreachable(type(error).__name__) from error


DATABASE = Database()


def refresh() -> None:
    """Take the newest edition of the database, if it is not in force here already. Raises Unreachable."""
    in_force.refresh(DATABASE)


def look() -> None:
    """The same, going on with what is there if the database does not answer."""
    in_force.look(DATABASE)


def lock() -> None:
    """Within a transaction: nobody else publishes, or writes to the draft, until it ends."""
    # The lock is on the first edition: the newest is another one for whoever waited.
    list(models.Edition.objects.order_by("number").select_for_update().values_list("number")[:1])
