"""Put back what a record of the draft said once: one field, or all of it. It is a change like any other.

The state of before is merged into what the record says now, as a newer release is: what somebody wrote since
stays, unless the person chooses otherwise, and then it stands in the history too.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.utils.translation import gettext as _

from navigator import models
from navigator.engine import soundness
from services import records

from .content import digest
from .draft import change_draft, whole_draft
from .history import KINDS, ORDER, decoded, placed, recorded, row_of, rows_of, state_in
from .merge import Merged, check_of, merge
from .publish import Changed
from .update import Plan, unowned

Check = Callable[[Any], Sequence[str]]
"""What the page of a row would say against it: pages are made elsewhere, so whoever puts back hands it in."""


class Refused(Exception):
    """The draft could not stand with it; ``reasons`` says why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def plan(revision: models.Revision, *, whole: bool = False) -> Plan:
    """What putting back comes to: all that this revision changed, or with ``whole`` all that differs from before it.

    Raises ValueError for a revision that cannot be read.
    """
    return _plan(revision, None, whole)


def _plan(revision: models.Revision, take: Collection[str] | None, whole: bool) -> Plan:
    """With what is taken; None takes everything."""
    before, after = decoded(revision)
    yours = whole_draft()
    mine = state_in(yours, revision)
    was = mine if whole else after
    sides = [yours if mine is None and state is None else placed(yours, mine, state) for state in (was, mine, before)]
    undo = [] if revision.kind == ORDER else [state for state in (was, mine, before) if state is not None]

    def merged(take: Collection[str]) -> Merged:
        return merge(sides[0], sides[1], sides[2], take, auto=False, undo=undo)

    if take is None:
        take = [change.key for change in merged(()).changes]
    seen = digest(msgspec.json.encode((revision.pk, whole, mine)))
    return Plan(sides[2], sides[0], yours, merged(take), False, seen)


def checked_since(found: Plan) -> set[str]:
    """The changes of a number that a person checked as it stands now: with another it counts as not checked."""
    was = {service.slug: service for service in found.was.services}
    return {
        change.key
        for change in found.merged.changes
        if isinstance(change.owner, records.Service)
        and isinstance(change.part, records.ContactPoint)
        and (not change.fields or "value" in change.fields)
        and check_of(change.owner) != check_of(was.get(change.owner.slug))
    }


def put_back(
    revision: models.Revision,
    take: Collection[str],
    by: Any,
    expected: str,
    check: Check = lambda row: (),
    *,
    whole: bool = False,
) -> None:
    """Write the changes of the plan that were chosen into the draft.

    ``expected`` is the plan that the person was shown. Raises Changed if the record says something else by now, and
    Refused.
    """
    kind = KINDS.get(revision.kind)
    with recorded(by, "back", rows=[rows_of(revision.kind, kind.name, revision.name)] if kind else []):
        found = _plan(revision, take, whole)
        if found.seen != expected or all(change.outcome != "taken" for change in found.merged.changes):
            raise Changed
        if against := _against(found):
            raise Refused(against)
        before, _after = decoded(revision)
        former = [(before, int(revision.name))] if revision.kind == "recommendation" and before else []
        gone = row_of(revision.kind, revision.name)
        change_draft(found.yours, found.merged.content, former)
        row = row_of(revision.kind, revision.name)
        if row is not None and (reasons := check(row)):
            raise Refused(reasons)
        if changed := row or gone or models.Question.objects.first():
            flag = CHANGE if row or revision.kind == ORDER else DELETION
            LogEntry.objects.log_actions(by.pk, [changed], flag, _("Put back"), single_object=True)


def _against(found: Plan) -> list[str]:
    """Why the draft could not be written, or its questions not be followed, with what is put back."""
    content = found.merged.content
    before = {problem.message.translated(_) for problem in soundness.unsound(found.yours.flow)}
    after = (problem.message.translated(_) for problem in soundness.unsound(content.flow))
    return [*unowned(content), *(reason for reason in after if reason not in before)]
