"""What became of each record of the draft: every change of it, by whom, when and how, with what it said before."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from navigator import models
from navigator.engine import flow
from services import models as directory
from services import records

from . import translations
from .content import Content, languages
from .database import lock
from .differences import Difference, differences
from .draft import RULES_READ, draft_rules
from .pairing import unordered


class Kind(NamedTuple):
    """One kind of record that has a history."""

    shape: type[records.Record]
    rows: QuerySet[Any]
    name: str
    """The field of the row that names it for good."""


KINDS: dict[str, Kind] = {
    "service": Kind(
        records.Service,
        directory.Service.objects.select_related("organization").prefetch_related("ways", "sources"),
        "slug",
    ),
    "organization": Kind(records.Organization, directory.Organization.objects.all(), "slug"),
    "question": Kind(
        flow.Question,
        models.Question.objects.prefetch_related("when__question", "choices__when__question"),
        "key",
    ),
    "recommendation": Kind(flow.Recommendation, RULES_READ.prefetch_related("when__question"), "pk"),
    "guidance": Kind(flow.Guidance, models.Guidance.objects.prefetch_related("when__question"), "key"),
}
"""By the name of the model."""
ADDED = (directory.Service.objects.none(), directory.Organization.objects.all())
"""The rows that another directory may change: it only adds services."""
ORDER = "order"
"""The kind of a change in the order of the questions."""
PK = re.compile(r"[0-9]{1,18}")
Name = tuple[str, str]
"""The kind and the name of a record."""


@contextlib.contextmanager
def recorded(by: Any, how: str, note: str = "", rows: Sequence[QuerySet[Any]] | None = None) -> Iterator[None]:
    """All or nothing of what is written within; what then differs in the draft goes into the history.

    ``rows`` are the only ones that can change, with those that are added to their tables; None: the whole draft.
    """
    with transaction.atomic():
        lock()
        scope = [kind.rows.all() for kind in KINDS.values()] if rows is None else rows
        known = {each.model: set(each.model._default_manager.values_list("pk", flat=True)) for each in scope}
        at, before, order = timezone.now(), _states(scope), question_keys()
        yield
        came = [model._default_manager.exclude(pk__in=pks) for model, pks in known.items()]
        after = _states([*scope, *came])
        made = [
            models.Revision(kind=kind, name=name, before=encoded(old), after=encoded(new))
            for kind, name in dict.fromkeys((*before, *after))
            if not alike(old := before.get((kind, name)), new := after.get((kind, name)))
        ]
        now = question_keys()
        if [key for key in order if key in now] != [key for key in now if key in order]:
            made.append(models.Revision(kind=ORDER, before=encoded(order), after=encoded(now)))
        for each in made:
            each.by, each.how, each.note, each.at = by, how, note[:500], at
        models.Revision.objects.bulk_create(made)
        translations.mark((old, after[name]) for name, old in before.items() if after.get(name) not in (None, old))


def encoded(value: Any) -> bytes | None:
    """A state as it is kept."""
    return None if value is None else msgspec.json.encode(value)


def decoded(revision: models.Revision) -> tuple[Any, Any]:
    """What a record said before and after. Raises ValueError for what this version of the program cannot read."""
    shape: Any = tuple[str, ...] if revision.kind == ORDER else KINDS[revision.kind].shape
    old, new = (
        None if data is None else msgspec.json.decode(bytes(data), type=shape)
        for data in (revision.before, revision.after)
    )
    return old, new


def alike(old: Any, new: Any) -> bool:
    """Whether two states say the same: the order within a condition makes no difference."""
    return _comparable(old) == _comparable(new)


def _comparable(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_comparable(each) for each in value]
    if not isinstance(value, records.Record):
        return value
    return {
        name: unordered(each) if name == "when" else _comparable(each)
        for name, each in msgspec.structs.asdict(value).items()
    }


def name_of(row: Model) -> Name:
    """What names a row of the draft in the history."""
    kind = kind_of(type(row))
    return kind, str(getattr(row, KINDS[kind].name))


def kind_of(model: type[Model]) -> str:
    """The kind of the rows of a model."""
    return str(model._meta.model_name)


def row_of(kind: str, name: str) -> Any:
    """The row of the draft; None where there is none now."""
    return None if kind == ORDER else rows_of(kind, KINDS[kind].name, name).first()


def rows_of(kind: str, field: str, name: str) -> QuerySet[Any]:
    """The row whose field holds a name, as it stands in an address; none where it cannot be one."""
    rows = KINDS[kind].rows
    return rows.none() if field == "pk" and not PK.fullmatch(name) else rows.filter(**{field: name})


def question_keys() -> tuple[str, ...]:
    """The questions in their order."""
    return tuple(models.Question.objects.values_list("key", flat=True))


def _states(scope: Sequence[QuerySet[Any]]) -> dict[Name, records.Record]:
    found = {}
    for part in scope:
        kind = KINDS[kind_of(part.model)]
        for row in kind.rows.filter(pk__in=part.order_by().values("pk")):
            found[name_of(row)] = row.record()
    return found


# In words


def placed(content: Content, mine: Any, state: Any) -> Content:
    """The content with another state in place of a record: ``mine`` is the one that it has, None where it has none."""
    if isinstance(mine, tuple) or isinstance(state, tuple):
        place = {key: at for at, key in enumerate(state)}
        asked = sorted(content.flow.questions, key=lambda question: place.get(question.key, len(place)))
        return msgspec.structs.replace(content, flow=msgspec.structs.replace(content.flow, questions=tuple(asked)))
    where = LISTS[type(state if mine is None else mine)]
    holder: Any = content if hasattr(content, where) else content.flow
    rows = getattr(holder, where)
    made = (state if row is mine else row for row in rows) if mine is not None else (*rows, state)
    changed = msgspec.structs.replace(holder, **{where: tuple(row for row in made if row is not None)})
    return changed if holder is content else msgspec.structs.replace(content, flow=changed)


LISTS: dict[type[Any], str] = {
    records.Service: "services",
    records.Organization: "organizations",
    flow.Question: "questions",
    flow.Recommendation: "recommendations",
    flow.Guidance: "guidance",
}
"""Where a content holds the records of each kind."""


def surroundings() -> Content:
    """What it takes to put a record into words, without the records that are told of: read once for many revisions."""
    return Content(
        languages=languages(),
        flow=flow.Flow(
            questions=tuple(row.record() for row in KINDS["question"].rows.all()), recommendations=(), guidance=()
        ),
        organizations=tuple(row.record() for row in directory.Organization.objects.all()),
        services=(),
    )


def told(revision: models.Revision, around: Content) -> list[Difference]:
    """What a revision changed, field by field. Raises ValueError for one that cannot be read."""
    old, new = decoded(revision)
    mine = state_in(around, revision)
    if revision.kind == "recommendation":
        slugs = {state.service for state in (old, new) if state}
        named = tuple(row.record() for row in KINDS["service"].rows.filter(slug__in=slugs))
        around = msgspec.structs.replace(around, services=named)
    sides = (around if mine is None and state is None else placed(around, mine, state) for state in (old, new))
    return differences(*sides)


def state_in(content: Content, revision: models.Revision) -> Any:
    """What a record says in a content made of the draft: the very object; None where it is not there."""
    if revision.kind == ORDER:
        return tuple(question.key for question in content.flow.questions)
    where = LISTS[KINDS[revision.kind].shape]
    rows = getattr(content if hasattr(content, where) else content.flow, where)
    if revision.kind == "recommendation":
        row = row_of(revision.kind, revision.name) if rows else None
        said = row and row.record()
        return next((rule for rule in rows if rule == said), None)
    return next((each for each in rows if getattr(each, KINDS[revision.kind].name) == revision.name), None)


def since(kind: str, name: str, shown: Any) -> list[models.Revision]:
    """The changes of a record since it said what the public is shown, the newest first; none where none is kept."""
    found = []
    for revision in models.Revision.objects.filter(kind=kind, name=name).select_related("by"):
        with contextlib.suppress(ValueError):
            if alike(public(decoded(revision)[1]), shown):
                break
        found.append(revision)
    return found


def public(state: Any) -> Any:
    """What an edition holds of a state: live services, without notes for staff."""
    if not isinstance(state, records.Service):
        return state
    return msgspec.structs.replace(state, staff_note="") if state.status == "live" else None


def rule_names() -> dict[bytes, str]:
    """The number of the row of each rule that is in the draft, or was deleted, by what it says."""
    gone = models.Revision.objects.filter(kind="recommendation", after=None).order_by("pk")
    found = {bytes(each.before): each.name for each in gone if each.before}
    return found | {msgspec.json.encode(row.record()): str(row.pk) for row in draft_rules()}
