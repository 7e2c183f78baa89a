"""Draft -> checked -> published edition; rolling back. Publishing is refused here."""

import contextlib
import functools
import time
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from navigator import models
from navigator.engine import checks

from . import in_force
from .choosing import without
from .content import Content, check, digest, encode
from .database import lock, refresh
from .draft import compile_draft, keep_draft, set_back_draft
from .edition import Edition, decode
from .history import recorded
from .proofs import Measure, prove


class Refused(Exception):
    """The draft does not pass the checks; ``report`` says why."""

    def __init__(self, report: checks.Report) -> None:
        super().__init__(f"{len(report.problems)} problems")
        self.report = report


class Changed(Exception):
    """What is to be published is no longer what the person was shown."""


def check_draft(measure: Measure | None = None) -> tuple[Content, checks.Report]:
    """The draft compiled, and what the path walk says of it; where it says nothing, what the measure says."""
    content = compile_draft()
    return content, checked(encode(content), measure)


def checked(data: bytes, measure: Measure | None, *, urgent: bool = False) -> checks.Report:
    """What keeps an encoded content from being published (proofs.py).

    Publishing asks again and again about the same content: the page shows it, the button checks it, and to make and
    measure the outcomes takes seconds.
    """
    # Within the hour no state can come that was not proven; after it, one that was wrong may be over.
    return proven(data, measure, urgent, int(time.time()) // 3600)


@functools.lru_cache(maxsize=2)
def proven(data: bytes, measure: Measure | None, urgent: bool, _hour: int) -> checks.Report:
    """The same, as of this hour."""
    content = msgspec.json.decode(data, type=Content)
    return prove(content, measure, urgent=urgent, walk=lambda state: walked(encode(state)))


@functools.lru_cache(maxsize=4)
def walked(data: bytes) -> checks.Report:
    """What the path walk says of an encoded content, whatever else is asked of it."""
    return check(msgspec.json.decode(data, type=Content))


@contextlib.contextmanager
def publishing() -> Iterator[None]:
    """A transaction in which nobody else publishes. Afterwards this process has the newest edition."""
    with transaction.atomic():
        lock()
        yield
    refresh()


def publish(
    by: Any = None,
    note: str = "",
    expected: str = "",
    *,
    measure: Measure | None = None,
    leave: Collection[str] = (),
    base: int | None = None,
) -> models.Edition:
    """Publish the draft as a new edition; of what is in ``leave`` (choosing.Part), what is in force stays in force.

    ``expected`` is the hash of the draft that the person was shown, ``base`` the edition beside it. Raises Changed if
    one of them is another one by now, or nothing is left to publish, and Refused if a check fails.
    """
    with publishing():
        draft = compile_draft()
        content = draft
        if expected or leave:
            refresh()
            serving = in_force.current_or_none()
            if digest(encode(draft)) != expected or (base is not None and (not serving or serving.number != base)):
                raise Changed
            if serving:
                content = without(serving.content, draft, leave)
                if content == serving.content and not damaged():
                    raise Changed
        data = encode(content)
        report = checked(data, measure)
        if report.problems:
            raise Refused(report)
        if not leave:  # what was left out may be what somebody is waiting for
            models.Ready.objects.all().delete()
        return store(data, by, note, of_draft=True)


def rollback(
    number: int, by: Any = None, note: str = "", expected: int | None = None, *, draft: bool = False
) -> models.Edition:
    """Publish an earlier edition again. ``expected`` is the edition that was in force when the person decided.

    With ``draft``, the draft is set back to it too: what was withdrawn would else be published again with the next.
    A draft that was not public is kept as it was.
    Raises Edition.DoesNotExist, ValueError if it is damaged, and Changed if another one is in force by now.
    """
    with publishing():
        earlier = models.Edition.objects.get(number=number)
        data = bytes(earlier.content)
        edition = decode(number, data, earlier.hash)
        unchanged(expected)
        if draft:
            serving = in_force.current_or_none()
            if serving is None or digest(encode(compile_draft())) != serving.hash:
                keep_draft(by)
            with recorded(by, "rollback", _("Edition %(number)s") % {"number": number}):
                set_back_draft(edition.content)
        return store(data, by, note or f"Back to edition {number}")


def unchanged(expected: int | None) -> None:
    """Raises Changed if an edition other than the expected one is in force. None expects nothing."""
    refresh()
    if expected is not None and in_force.current().number != expected:
        raise Changed


def last_with(slug: str) -> Edition | None:
    """The newest intact edition that has a service; None if none has."""
    for number in models.Edition.objects.values_list("number", flat=True):
        row = models.Edition.objects.get(number=number)
        with contextlib.suppress(ValueError):
            edition = decode(number, bytes(row.content), row.hash)
            if slug in edition.written:
                return edition
    return None


def store(data: bytes, by: Any, note: str, *, of_draft: bool | None = None) -> models.Edition:
    """Write a new edition, and who made it into the log. Only within ``publishing``.

    ``of_draft`` says whether it is the draft; None: compile the draft and see, which takes its time.
    """
    if of_draft is None:
        of_draft = encode(compile_draft()) == data
    row = models.Edition.objects.create(content=data, hash=digest(data), published_by=by, note=note, of_draft=of_draft)
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [row], ADDITION, note, single_object=True)
    return row


def is_intact(row: models.Edition) -> bool:
    """Whether an edition can be read and is what was published."""
    try:
        decode(row.number, bytes(row.content), row.hash)
    except ValueError:  # msgspec's errors are such
        return False
    return True


def damaged() -> int | None:
    """The number of the newest edition if it is damaged in the database, even where a process still has it whole."""
    newest = models.Edition.objects.first()
    return newest.number if newest and not is_intact(newest) else None
