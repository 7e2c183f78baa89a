"""The edition in force in this process, and the thread that looks for a newer one.

Every web process holds the edition in memory, so that a public request needs no database. A look asks the store
that was handed in (``database.Store`` where the site runs), keeps what it finds on disk for a start without a
database, and never takes an edition whose hash does not fit. Nothing here knows the ORM.
"""

import contextlib
import datetime as dt
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec
from django.conf import settings
from django.utils import timezone

from .edition import Edition, decode

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0
"""Seconds between two looks for a newer edition."""


Then = Callable[[Edition], None]


class NoEdition(Exception):
    """There is no edition to serve."""


class Unreachable(Exception):
    """The store does not answer; the message is the kind of error, without what it holds."""


class Store(Protocol):
    """Where the editions are kept. Its methods raise Unreachable."""

    def newest_first(self) -> Iterable[tuple[int, str]]:
        """The number and the hash of each edition."""

    def read(self, number: int) -> tuple[bytes, dt.datetime]:
        """The bytes of an edition, and when it was published."""

    def session(self) -> contextlib.AbstractContextManager[None]:
        """What a look outside of any request stands in."""


class DiskCopy(msgspec.Struct, frozen=True):
    """An edition as it is kept on disk."""

    number: int
    hash: str
    content: msgspec.Raw
    published: dt.datetime | None = None
    """None in what an earlier release kept."""


_current: Edition | None = None
_changing = threading.Lock()
"""Held while another edition, or another state of it, takes its place: one thread makes it, the others wait."""
_damaged: list[int] = []
"""The damaged editions that the last look met, and that the log names already."""
_watcher: threading.Thread | None = None


def current() -> Edition:
    """The edition in force in this process. Raises NoEdition if there is none.

    Ask once a page, and make all of it of that: the next answer may be of another day.
    """
    edition = current_or_none()
    if edition is None:
        raise NoEdition
    return edition


def current_or_none() -> Edition | None:
    """The edition in force in this process, as it stands now; None before the first one."""
    global _current
    edition = _current  # before the clock, so that a thread that was held up in between brings no old one back
    if edition is None or edition.stands(timezone.now()):
        return edition
    with _changing:
        edition = _current or edition
        if not edition.stands(now := timezone.now()):
            _current = edition = edition.anew(now)
        return edition


def serve(edition: Edition) -> None:
    """Put an edition in force in this process."""
    global _current
    with _changing:
        _current = edition


def refresh(store: Store) -> None:
    """Take the newest edition of the store, if it is not in force here already. Raises Unreachable.

    Where the newest is damaged, the newest intact one serves; the damage is logged once.
    """
    global _damaged
    met = []
    for number, expected in store.newest_first():
        if _current and (_current.number, _current.hash) == (number, expected):
            break
        data, published = store.read(number)
        try:
            edition = decode(number, data, expected, published)
        except (ValueError, msgspec.MsgspecError):
            if number not in _damaged:
                log.error("edition %s is damaged and is not served", number)
            met.append(number)
            continue
        serve(edition)
        keep(edition, data)
        break
    _damaged = met


def keep(edition: Edition, data: bytes) -> None:
    """Keep an edition and its bytes on disk, whole or not at all."""
    path = Path(settings.EDITION_FILE)
    kept = DiskCopy(edition.number, edition.hash, msgspec.Raw(data), edition.published)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(kept))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        log.error("edition %s could not be kept on disk: %s", edition.number, type(error).__name__)


def load_kept() -> None:
    """Take the edition that was kept on disk, if there is an intact one."""
    try:
        kept = msgspec.json.decode(Path(settings.EDITION_FILE).read_bytes(), type=DiskCopy)
        serve(decode(kept.number, bytes(kept.content), kept.hash, kept.published))
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.error("no edition could be taken from disk: %s", type(error).__name__)


def look(store: Store) -> None:
    """Refresh, and go on with what is there if the store does not answer."""
    try:
        refresh(store)
    except (Unreachable, OSError) as error:
        log.error("the database did not answer: %s", error if isinstance(error, Unreachable) else type(error).__name__)
        if _current is None:
            load_kept()


def watch(store: Store, then: Then | None = None) -> None:
    """Start looking for newer editions, now and every two seconds, for as long as the process lives.

    After each look ``then`` is given the edition in force: what else is to be kept of it is made elsewhere.
    """
    global _watcher
    if _watcher and _watcher.is_alive():
        return
    with store.session():
        look(store)
    _watcher = threading.Thread(target=_watch, args=[store, then], name="editions", daemon=True)
    _watcher.start()


def _watch(store: Store, then: Then | None) -> None:
    pause = threading.Event()
    while True:
        try:
            if then and (edition := current_or_none()):
                then(edition)
            pause.wait(LOOK_EVERY)
            with store.session():
                look(store)
        except Exception:  # whatever it is, the next look may go well; a watch that ended never would
            log.exception("the look for a newer edition failed")
