"""A newer release brought into a draft that staff edited: three contents merged, record by record and field by field.

``was`` is the release that was brought in last, ``yours`` the draft, ``new`` the newer release. What only one side
changed is as that side has it. Where both did, yours stays unless the release's is asked for; it stays too where
something of yours could not stand without it. Pure Python, and no words: ``update`` has both.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import msgspec

from navigator.engine.flow import SKIP, Flow, Part, Question, Recommendation
from services.records import ContactPoint, Organization, Record, Service, Text

from .content import Content
from .pairing import KEY, RULES, SLUG, SOURCES, WAYS, Key, paired

Path = tuple[str, ...]
Outcome = Literal["taken", "kept", "held"]
"""The release's is taken; yours is kept; yours is held, for what needs it or for what the release's would need."""

PARTS: dict[str, Sequence[Key]] = {"ways": WAYS, "sources": SOURCES, "choices": KEY}
"""What is merged record by record within a record, and what pairs it."""
SURE_RULES = (RULES[0], RULES[1], RULES[3])
"""A rule is the same one if it has the service and the condition, or the service and the reason."""
NUMBER = ("kind", "value", "vanity", "keyword")
CHECK = ("assured_date", "assured_how", "assured_by")
TIED: dict[type[Record], tuple[Path, ...]] = {ContactPoint: (NUMBER, ("hours", "timezone")), Service: (CHECK,)}
"""Fields that say one thing together: half of one and half of the other would be wrong."""
NOTE = "staff_note"
ORDER = "order"
SAFETY: dict[type[Record], frozenset[str]] = {
    ContactPoint: frozenset({"value"}),
    Service: frozenset({"answered_by", "told", "alert", "status"}),
}
"""Fields of which a correction bears on somebody's safety. So does a way or a service that is taken off."""


class Change(NamedTuple):
    """One thing in which the release differs from what it was, and from yours."""

    key: str
    """Names it for as long as none of the three sides says something else."""
    owner: Record
    """The service, organization, question, rule or guidance."""
    part: Record | None
    """The way to reach, source or choice of it, if it is about one."""
    fields: tuple[str, ...]
    """The fields; none: the record itself came or went; ``order``: that of the records."""
    language: str
    yours: Any
    """The record, None where there is none; for the order, the records in it. So are the other two."""
    was: Any
    new: Any
    outcome: Outcome
    safety: bool
    needed_by: Record | None
    """For what is held: the record of yours that needs it. None: the release's would need what yours lacks."""


class Merged(NamedTuple):
    """The draft as it is to be, and everything in which the release differs."""

    content: Content
    changes: list[Change]


class _Slot(NamedTuple):
    """One record on the three sides, and what it came to."""

    name: str
    was: Any
    yours: Any
    new: Any
    made: Any


def merge(
    was: Content, yours: Content, new: Content, take: Collection[str] = (), auto: bool = True, undo: Sequence[Any] = ()
) -> Merged:
    """Bring what changed from ``was`` to ``new`` into ``yours``.

    ``take`` has the keys of changes in which the release's words are chosen. Without ``auto`` nothing else is
    taken: for a release that was brought in already. What comes out can be written as a draft if ``yours`` is one.
    ``undo`` has the states of the one record that is put back, where ``new`` is no release but what there was once.
    """
    held: dict[Path, Record | None] = {}
    while True:
        run = _Run(was, yours, new, take, auto, undo, held)
        content = run.content()
        fresh = {path: record for path, record in run.unsound(content) if path not in held}
        if not fresh:
            return Merged(content, run.changes)
        held |= fresh


class _Run:
    def __init__(
        self,
        was: Content,
        yours: Content,
        new: Content,
        take: Collection[str],
        auto: bool,
        undo: Sequence[Record],
        held: dict[Path, Record | None],
    ) -> None:
        self.sides = (was, yours, new)
        self.take, self.auto, self.undo, self.held = take, auto, undo, held
        states = {id(state) for state in undo}
        same: Key = lambda rule: id(rule) not in states and id(rule)  # noqa: E731
        self.rules = (same,) if undo else SURE_RULES
        self.changes: list[Change] = []
        self.conditional: list[tuple[Path, Any, Any]] = []
        """Whatever has a condition: the path that would hold it, yours, and what it came to."""

    def content(self) -> Content:
        """The three as one."""
        yours = self.sides[1]
        services = self._all("services", SLUG)
        organizations = {row.slug: row for row in self._all("organizations", SLUG)}
        for side in (self.sides[2], yours):
            # Who runs a service comes with it, even if staff had deleted the row.
            missing = {service.organization for service in services} - organizations.keys()
            organizations |= {row.slug: row for row in side.organizations if row.slug in missing}
        return Content(
            languages=yours.languages,
            flow=Flow(
                # Ticks come last, as in the draft.
                questions=tuple(sorted(self._all("flow.questions", KEY), key=lambda each: each.kind == "many")),
                recommendations=self._all("flow.recommendations", self.rules),
                guidance=self._all("flow.guidance", KEY),
            ),
            organizations=tuple(organizations[slug] for slug in sorted(organizations)),
            services=tuple(sorted(services, key=attrgetter("slug"))),
        )

    def _all(self, name: str, keys: Sequence[Key]) -> tuple[Any, ...]:
        lists = [attrgetter(name)(side) for side in self.sides]
        if name in ("flow.recommendations", "flow.guidance"):
            # The draft keeps them by rank.
            lists = [sorted(rows, key=attrgetter("rank")) for rows in lists]
            return tuple(sorted(self._many((name,), None, lists, keys, True), key=attrgetter("rank")))
        return tuple(self._many((name,), None, lists, keys, True))

    def _many(
        self, path: Path, owner: Record | None, lists: Sequence[Sequence[Any]], keys: Sequence[Key], auto: bool
    ) -> list[Any]:
        """The records of one list, in order."""
        slots = []
        for name, was, yours, new in _matched(lists[0], lists[1], lists[2], keys):
            first = yours or new or was
            made = self._one((*path, name), owner or first, owner and first, was, yours, new, auto)
            slots.append(_Slot(name, was, yours, new, made))
        kept = [slot for slot in slots if slot.made is not None]
        return [slot.made for slot in self._ordered(path, owner, kept, lists)]

    def _one(self, path: Path, owner: Record, part: Record | None, was: Any, yours: Any, new: Any, auto: bool) -> Any:
        """One record; None where there is to be none."""
        if yours is not None and new in (was, yours):
            # The release says nothing new: most records of most releases.
            if isinstance(yours, Part):
                self.conditional.append((path, yours, yours))
            if isinstance(yours, Question):
                self.conditional += [(path, yours, choice) for choice in yours.choices]
            return yours
        if yours is not None and new is not None:
            return self._fields(path, owner, part, was, yours, new, auto)
        made = yours
        if yours is not None and was is not None:  # the release has it no more
            # An organization stays: others may name it. A service is retired, never deleted.
            settled = isinstance(yours, Organization) or (isinstance(yours, Service) and yours.status != "live")
            safety = isinstance(yours, Service | ContactPoint)
            if not settled and self._takes(path, owner, part, (), "", (was, yours, None), safety=safety, auto=auto):
                made = msgspec.structs.replace(yours, status="retired") if isinstance(yours, Service) else None
        elif new is not None and self._takes(path, owner, part, (), "", (was, None, new), auto=auto):
            made = new
        if isinstance(made, Part):
            self.conditional.append((path, yours, made))
        if isinstance(made, Question):
            self.conditional += [(path, yours, choice) for choice in made.choices]
        return made

    def _fields(
        self, path: Path, owner: Record, part: Record | None, was: Any, yours: Any, new: Any, auto: bool
    ) -> Any:
        """A record that both have, field by field."""
        values: dict[str, Any] = {}
        fields = {field.name: field for field in msgspec.structs.fields(yours)}
        tied = {name: group for group in TIED.get(type(yours), ()) for name in group}
        checked = isinstance(yours, Service) and yours.assured_date is not None and check_of(yours) != check_of(was)
        for name, field in fields.items():
            group = tied.get(name, (name,))
            if name != group[0]:
                continue
            here = (*path, name)
            mine, theirs = (tuple(getattr(record, each) for each in group) for record in (yours, new))
            old = tuple(getattr(was, each) if was else _unset(fields[each], yours) for each in group)
            if name in PARTS:
                # A number that a person of yours checked is not replaced unasked.
                free = auto and not (checked and name == "ways")
                values[name] = tuple(self._many(here, owner, (old[0], mine[0], theirs[0]), PARTS[name], free))
            elif name == NOTE and not self.undo:
                values[name] = _noted(old[0], mine[0], theirs[0]) if self.auto else mine[0]
            elif field.type == Text:
                values[name] = self._text(here, owner, part, (was, yours, new), (old[0], mine[0], theirs[0]), auto)
            elif group == CHECK and (checked or mine == theirs):
                continue  # no release takes back what a person checked
            elif self._takes(
                here,
                owner,
                part,
                group,
                "",
                (was, yours, new),
                (old, mine, theirs),
                safety=self._bears(yours, group),
                auto=auto,
            ):
                values |= dict(zip(group, theirs, strict=True))
        made = msgspec.structs.replace(yours, **values)
        checked = check_of(made) != check_of(new) if self.undo and isinstance(yours, Service) else checked
        if checked and _numbers(made) != _numbers(yours):
            # Nobody checked these numbers.
            made = msgspec.structs.replace(made, assured_date=None, assured_how="", assured_by="", recheck=True)
        if isinstance(made, Part):
            self.conditional.append((path, yours, made))
        return made

    def _text(self, path: Path, owner: Record, part: Record | None, rows: Any, texts: Any, auto: bool) -> Text:
        """A text, language by language."""
        made = dict(texts[1])
        for language in dict.fromkeys((*texts[1], *texts[2], *texts[0])):
            words = tuple(text.get(language, "").strip() for text in texts)
            safety = self._bears(rows[1], path[-1:])
            if self._takes(path, owner, part, path[-1:], language, rows, words, safety=safety, auto=auto):
                made[language] = words[2]
        return {language: words for language, words in made.items() if words}

    def _bears(self, record: Record, group: Path) -> bool:
        return not SAFETY.get(type(record), frozenset()).isdisjoint(group)

    def _takes(
        self,
        path: Path,
        owner: Record,
        part: Record | None,
        fields: Path,
        language: str,
        rows: tuple[Any, Any, Any],
        values: tuple[Any, ...] | None = None,
        *,
        safety: bool = False,
        auto: bool = True,
    ) -> bool:
        """Whether the release's is to be there. ``values`` are what is compared, if not the rows themselves."""
        was, yours, new = (_comparable(value) for value in (values or rows))
        if new in (yours, was):
            return False
        key = hashlib.sha256(msgspec.json.encode((path, fields, language, was, yours, new))).hexdigest()[:20]
        outcome: Outcome = "kept"
        if path in self.held:
            outcome = "held"
        elif key in self.take or (auto and self.auto and yours == was):
            outcome = "taken"
        needed_by = self.held.get(path)
        sides = rows[1], rows[0], rows[2]
        self.changes.append(Change(key, owner, part, fields, language, *sides, outcome, safety, needed_by))
        return outcome == "taken"

    # Order

    def _ordered(
        self, path: Path, owner: Record | None, slots: list[_Slot], lists: Sequence[Sequence[Any]]
    ) -> list[_Slot]:
        """The records in your order, or in the release's if only it moved them.

        What came, and what has its rank from the other side, stands after its neighbor there.
        """
        places = [{id(record): place for place, record in enumerate(rows)} for rows in lists]
        shared = [slot for slot in slots if len({getattr(r, "rank", 0) for r in slot[1:4] if r is not None}) == 1]
        shared = [slot for slot in shared if None not in slot[1:4]]
        orders = [sorted(shared, key=partial(_place, places[side], side)) for side in range(3)]
        rows = tuple(tuple(slot[1 + side] for slot in order) for side, order in enumerate(orders))
        names = tuple([slot.name for slot in order] for order in orders)
        lead, other = 1, 2
        if shared and path not in (("services",), ("organizations",)):
            about = owner or shared[0].yours
            if self._takes((*path, ORDER), about, None, (ORDER,), "", rows, names):  # type: ignore[arg-type]
                lead, other = 2, 1
        led, placed = partial(_place, places[lead], lead), partial(_place, places[other], other)
        made = sorted((slot for slot in slots if _ranked(slot, lead)), key=led)
        for slot in sorted((slot for slot in slots if not _ranked(slot, lead)), key=placed):
            before = [each for each in made if _ranked(each, other) and placed(each) < placed(slot)]
            made.insert(made.index(max(before, key=placed)) + 1 if before else 0, slot)
        return made

    # What could not be written

    def unsound(self, content: Content) -> Iterator[tuple[Path, Record | None]]:
        """The paths at which yours must stay, each with the record of yours that needs it there, if one does."""
        there, mine = _choices(content.flow), _choices(self.sides[1].flow)
        live, mine_live = (
            {row.slug for row in side.services if row.status == "live"} for side in (content, self.sides[1])
        )
        for path, yours, made in self.conditional:
            for question, choice in [(question, key) for question, keys in made.when.items() for key in keys]:
                if (question, choice) in there:
                    continue
                if (question, choice) in mine:
                    yield ("flow.questions", question), made
                    yield ("flow.questions", question, "choices", choice), made
                    yield ("flow.questions", question, "kind"), made  # ticks have no skip
                else:
                    yield (path if yours is None else (*path, "when")), None
            if isinstance(made, Recommendation) and made.service not in live:
                if made.service in mine_live:
                    yield ("services", made.service), made
                    yield ("services", made.service, "status"), made
                elif yours is None:
                    yield path, None


def _matched(
    was: Sequence[Any], yours: Sequence[Any], new: Sequence[Any], keys: Sequence[Key]
) -> Iterator[tuple[str, Any, Any, Any]]:
    """The records of the three sides that are the same one, with a name that is theirs alone."""
    mine, _gone, my_own = paired(was, yours, keys)
    theirs, _gone, their_own = paired(was, new, keys)
    in_yours, in_new = ({id(before): record for before, record in both} for both in (mine, theirs))
    found: list[tuple[Any, Any, Any]] = [(row, in_yours.get(id(row)), in_new.get(id(row))) for row in was]
    # What both added is one only if it is surely the same.
    both, only_mine, only_theirs = paired(my_own, their_own, keys[:3])
    found += [(None, row, other) for row, other in both]
    found += [(None, row, None) for row in only_mine] + [(None, None, row) for row in only_theirs]
    used: Counter[str] = Counter()
    for slot in found:
        first = next(row for row in slot if row is not None)
        name = getattr(first, "slug", "") or getattr(first, "key", "")
        name = name or hashlib.sha256(msgspec.json.encode(first)).hexdigest()[:12]
        used[name] += 1
        yield name if used[name] == 1 else f"{name}-{used[name]}", *slot


def _ranked(slot: _Slot, side: int) -> bool:
    """Whether a side has the record, and in the rank that it is to have."""
    row = slot[1 + side]
    return row is not None and getattr(row, "rank", None) == getattr(slot.made, "rank", None)


def _place(places: dict[int, int], side: int, slot: _Slot) -> int:
    """The place of a record on one side."""
    return places[id(slot[1 + side])]


def _comparable(value: Any) -> Any:
    """A value for comparison and for keys: the order within a condition and what is for staff make no difference."""
    if isinstance(value, Service):
        value = msgspec.structs.replace(value, staff_note="", recheck=False)
    if isinstance(value, Record):
        # With all fields: msgspec leaves out a default only where it is the very same object.
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {key: sorted(each) if _is_words(each) else _comparable(each) for key, each in sorted(value.items())}
    return [_comparable(each) for each in value] if isinstance(value, list | tuple) else msgspec.to_builtins(value)


def _is_words(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) for each in value)


def _unset(field: msgspec.structs.FieldInfo, record: Record) -> Any:
    """What a field holds before it is filled in. No status is that: a service of both sides may be on in one only."""
    if field.name == "status":
        return None
    return type(getattr(record, field.name))() if field.default is msgspec.NODEFAULT else field.default


def check_of(service: Service | None) -> tuple[Any, ...]:
    """When, how and by whom a service was checked."""
    return tuple(getattr(service, name) for name in CHECK) if service else (None, "", "")


def _numbers(service: Service) -> set[tuple[str, ...]]:
    return {(way.kind, way.value) for way in service.ways}


def _noted(was: str, yours: str, new: str) -> str:
    """Notes for staff, line by line: yours, with what the release adds and without what it took back."""
    old, theirs = was.splitlines(), new.splitlines()
    kept = [line for line in yours.splitlines() if line not in old or line in theirs]
    return "\n".join((*kept, *(line for line in theirs if line not in (*old, *kept))))


def _choices(flow: Flow) -> set[tuple[str, str]]:
    """Everything that a condition may name."""
    return {
        (question.key, key)
        for question in flow.questions
        for key in (*(choice.key for choice in question.choices), *((SKIP,) if question.kind == "one" else ()))
    }
