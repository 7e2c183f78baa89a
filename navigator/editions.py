"""Draft -> checked -> published edition; the one in force; rolling back.

Every web process holds the edition in force in memory, so that a public request needs no database.
A thread looks for a newer one every two seconds, keeps it on disk for a start without a database,
and never takes one whose hash does not fit.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import Error, close_old_connections, transaction

from services import records

from . import memory, models, paths
from .content import Content, compile_draft, set_back_draft

log = logging.getLogger(__name__)
LOOK_EVERY = 2.0
"""Seconds between two looks for a newer edition."""


class NoEdition(Exception):
    """There is no edition to serve."""


class Refused(Exception):
    """The draft does not pass the checks; ``report`` says why."""

    def __init__(self, report: paths.Report) -> None:
        super().__init__(f"{len(report.problems)} problems")
        self.report = report


class Changed(Exception):
    """What is to be published is no longer what the person was shown."""


class Edition:
    """An edition as the pages use it: its content, and what is looked up in it."""

    def __init__(self, content: Content, number: int, digest: str) -> None:
        self.content = content
        self.number = number
        self.hash = digest
        self.flow = content.flow
        self.services = {service.slug: service for service in content.services}
        self.steps = memory.Memory(memory.HOUR)
        self.outcomes = memory.Memory(memory.MINUTE)
        self.searches = memory.Memory(memory.MINUTE)

    @cached_property
    def organizations(self) -> dict[str, records.Organization]:
        """The organizations by slug."""
        return {organization.slug: organization for organization in self.content.organizations}

    @cached_property
    def main(self) -> list[records.Service]:
        """The few services whose numbers stand on every page of trouble, 911 first."""
        return sorted(
            (service for service in self.content.services if service.main),
            key=lambda service: (service.slug != paths.EMERGENCY, service.slug),
        )


class Kept(msgspec.Struct, frozen=True):
    """An edition as it is kept on disk."""

    number: int
    hash: str
    content: msgspec.Raw


_current: Edition | None = None
_damaged: list[int] = []
"""The damaged editions that the last look met, and that the log names already."""
_watcher: threading.Thread | None = None


def current() -> Edition:
    """The edition in force in this process. Raises NoEdition if there is none."""
    if _current is None:
        raise NoEdition
    return _current


def serve(edition: Edition) -> None:
    """Put an edition in force in this process."""
    global _current
    _current = edition


def encode(content: Content) -> bytes:
    """The content as the bytes that are kept and hashed."""
    return msgspec.json.encode(content)


def digest(data: bytes) -> str:
    """The SHA-256 of an edition's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def opened(number: int, data: bytes, expected: str) -> Edition:
    """An edition from its bytes. Raises ValueError if the hash or the shape does not fit."""
    if digest(data) != expected:
        raise ValueError(f"edition {number} is damaged: its hash does not fit")
    return Edition(msgspec.json.decode(data, type=Content), number, expected)


def check_draft() -> tuple[Content, paths.Report]:
    """The draft compiled, and what the path walk says of it."""
    content = compile_draft()
    return content, check(content)


def check(content: Content) -> paths.Report:
    """What the path walk says of a content."""
    services = {service.slug: service for service in content.services}
    return paths.check(content.flow, services, content.languages, content.organizations)


def draft_edition(content: Content) -> Edition:
    """The draft as if it were an edition, numbered 0: for preview and for explaining it."""
    return Edition(content, 0, digest(encode(content)))


@contextlib.contextmanager
def publishing() -> Iterator[None]:
    """A transaction in which nobody else publishes. Afterwards this process has the newest edition."""
    with transaction.atomic():
        # The lock is on the first edition: the newest is another one for whoever waited.
        list(models.Edition.objects.order_by("number").select_for_update().values_list("number")[:1])
        yield
    refresh()


def publish(by: Any = None, note: str = "", expected: str = "") -> models.Edition:
    """Publish the draft as a new edition.

    ``expected`` is the hash of the draft that the person was shown. Raises Changed if the draft is
    another one by now, or in force already, and Refused if a check fails.
    """
    with publishing():
        content, report = check_draft()
        data = encode(content)
        if expected:
            refresh()
            if digest(data) != expected or (_current and _current.hash == expected and not damaged()):
                raise Changed
        if report.problems:
            raise Refused(report)
        return store(data, by, note)


def rollback(
    number: int, by: Any = None, note: str = "", expected: int | None = None, *, draft: bool = False
) -> models.Edition:
    """Publish an earlier edition again. ``expected`` is the edition that was in force when the person decided.

    With ``draft``, the draft is set back to it too: what was withdrawn would else be published again with the next.
    Raises Edition.DoesNotExist, ValueError if it is damaged, and Changed if another one is in force by now.
    """
    with publishing():
        earlier = models.Edition.objects.get(number=number)
        data = bytes(earlier.content)
        edition = opened(number, data, earlier.hash)
        unchanged(expected)
        if draft:
            set_back_draft(edition.content)
        return store(data, by, note or f"Back to edition {number}")


def unchanged(expected: int | None) -> None:
    """Raises Changed if an edition other than the expected one is in force. None expects nothing."""
    refresh()
    if expected is not None and current().number != expected:
        raise Changed


def last_with(slug: str) -> Edition | None:
    """The newest sound edition that has a service; None if none has."""
    for number in models.Edition.objects.values_list("number", flat=True):
        row = models.Edition.objects.get(number=number)
        with contextlib.suppress(ValueError):
            edition = opened(number, bytes(row.content), row.hash)
            if slug in edition.services:
                return edition
    return None


def store(data: bytes, by: Any, note: str) -> models.Edition:
    """Write a new edition, and who made it into the log. Only within ``publishing``."""
    of_draft = encode(compile_draft()) == data
    row = models.Edition.objects.create(content=data, hash=digest(data), published_by=by, note=note, of_draft=of_draft)
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [row], ADDITION, note, single_object=True)
    return row


def refresh() -> None:
    """Take the newest edition of the database, if it is not in force here already.

    Where the newest is damaged, the newest sound one serves; the damage is logged once.
    """
    global _damaged
    met = []
    for number, expected in models.Edition.objects.values_list("number", "hash"):
        if _current and (_current.number, _current.hash) == (number, expected):
            break
        data = bytes(models.Edition.objects.values_list("content", flat=True).get(number=number))
        try:
            edition = opened(number, data, expected)
        except (ValueError, msgspec.MsgspecError):
            if number not in _damaged:
                log.error("edition %s is damaged and is not served", number)
            met.append(number)
            continue
        serve(edition)
        keep(edition.number, data, expected)
        break
    _damaged = met


def sound(row: models.Edition) -> bool:
    """Whether an edition can be read and is what was published."""
    try:
        opened(row.number, bytes(row.content), row.hash)
    except ValueError:  # msgspec's errors are such
        return False
    return True


def damaged() -> int | None:
    """The number of the newest edition if it is damaged in the database, even where a process still has it whole."""
    newest = models.Edition.objects.first()
    return newest.number if newest and not sound(newest) else None


def keep(number: int, data: bytes, digest: str) -> None:
    """Keep an edition on disk, whole or not at all."""
    path = Path(settings.EDITION_FILE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(Kept(number=number, hash=digest, content=msgspec.Raw(data))))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        log.error("edition %s could not be kept on disk: %s", number, type(error).__name__)


def load_kept() -> None:
    """Take the edition that was kept on disk, if there is a sound one."""
    try:
        kept = msgspec.json.decode(Path(settings.EDITION_FILE).read_bytes(), type=Kept)
        serve(opened(kept.number, bytes(kept.content), kept.hash))
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.error("no edition could be taken from disk: %s", type(error).__name__)


def look() -> None:
    """Refresh, and go on with what is there if the database does not answer."""
    try:
        refresh()
    except (Error, OSError) as error:
        log.error("the database did not answer: %s", type(error).__name__)
        if _current is None:
            load_kept()


def watch() -> None:
    """Start looking for newer editions, now and every two seconds, for as long as the process lives."""
    global _watcher
    if _watcher and _watcher.is_alive():
        return
    _look_apart()
    _watcher = threading.Thread(target=_watch, name="editions", daemon=True)
    _watcher.start()


def _look_apart() -> None:
    """One look outside any request, which therefore minds the age and the health of its connection itself."""
    close_old_connections()
    try:
        look()
    finally:
        close_old_connections()


def _watch() -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_EVERY):
        try:
            _look_apart()
        except Exception:  # whatever it is, the next look may go well; a watch that ended never would
            log.exception("the look for a newer edition failed")
