"""The flow as a chart: what leads where, in words, and where each box stands on the sheet.

What leads where is taken from the walk of every path, so that the chart shows what happens and not what
somebody meant. Questions that everybody is asked stand below each other; where the branches part, a new column
begins; the services that come first stand at the right.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from navigator.editions import wording
from navigator.engine import walk
from navigator.engine.flow import SKIP, Flow, Recommendation

PAPER = 1.4
"""A page of paper is so many times as high as wide (Letter 1.29, A4 1.41; the drawing is scaled to its width)."""

# What leads where


@dataclass(frozen=True)
class First:
    """A service that comes first, and when."""

    service: str
    """Its slug; empty where nothing is recommended."""
    words: str
    when: str


@dataclass(frozen=True)
class Branch:
    """One answer, and what follows: other questions, or the services that come first (the first that fits)."""

    words: str
    when: str
    """When the answer is offered; empty: always."""
    to: tuple[str, ...]
    firsts: tuple[First, ...]


@dataclass(frozen=True)
class Stop:
    """One question with the branches that lead on from it."""

    key: str
    words: str
    when: str
    """When the question is asked; empty: always."""
    always: tuple[First, ...]
    """What comes first after any of the answers."""
    branches: tuple[Branch, ...]

    @property
    def last(self) -> bool:
        """Whether nothing more is asked after it."""
        return not any(branch.to for branch in self.branches)

    @property
    def only(self) -> str:
        """The one question that follows whatever the answer; empty if the branches part here."""
        found = {branch.to for branch in self.branches}
        one = next(iter(found)) if len(found) == 1 else ()
        return one[0] if len(one) == 1 and not any(branch.firsts for branch in self.branches) else ""


def stops(flow: Flow, names: Mapping[str, str]) -> list[Stop]:
    """Every question that some path asks, in order. ``names`` are the live services by slug, as people read them."""
    following: dict[tuple[str, str], dict[str, None]] = {}
    ends: dict[tuple[str, str], dict[int, Recommendation | None]] = {}
    shared: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for outcome in walk.walk(flow):
        given = list(outcome.answers.items())
        for step, (after, _choice) in pairwise(given):
            following.setdefault(step, {})[after] = None
        rule = next((rule for rule in outcome.recommendations if rule.service in names), None)
        if given:
            ends.setdefault(given[-1], {})[id(rule)] = rule
            shared[given[-1]] = shared.get(given[-1], set(given)) & set(given)
    order = [question.key for question in flow.questions]
    found = []
    for question in flow.questions:
        branches = []
        for choice in (*(choice.key for choice in question.choices), SKIP):
            step = (question.key, choice)
            if step not in following and step not in ends:
                continue
            option = next((option for option in question.choices if option.key == choice), None)
            branches.append(
                Branch(
                    words=wording.label(flow, question.key, choice),
                    when=wording.describe_condition(flow, option.when) if option and option.when else "",
                    to=tuple(sorted(following.get(step, ()), key=order.index)),
                    firsts=_firsts(flow, names, list(ends.get(step, {}).values()), shared.get(step, set())),
                )
            )
        if branches:
            when = wording.describe_condition(flow, question.when) if question.when else ""
            always, branches = _together(branches)
            found.append(Stop(question.key, wording.title(flow, question.key), when, always, tuple(branches)))
    return found


def _firsts(
    flow: Flow, names: Mapping[str, str], rules: list[Recommendation | None], known: set[tuple[str, str]]
) -> tuple[First, ...]:
    """The rules that come first here, best first, each with what is not known by now of its condition.

    The first that fits counts, and one of them always does: so the last needs no condition.
    """
    settled = {question for question, _choice in known}
    place = {id(rule): (rule.rank, number) for number, rule in enumerate(flow.recommendations)}
    last = (float("inf"), 0)
    found: list[First] = []
    for rule in sorted(rules, key=lambda rule: place.get(id(rule), last)):
        if rule is None:
            found.append(First("", _("No service"), ""))
            continue
        left = {question: choices for question, choices in rule.when.items() if question not in settled}
        found.append(First(rule.service, names[rule.service], wording.describe_condition(flow, left)))
    return (*found[:-1], replace(found[-1], when=_("otherwise") if len(found) > 1 else "")) if found else ()


def _together(branches: list[Branch]) -> tuple[tuple[First, ...], list[Branch]]:
    """Say once what is the first thing after every answer."""
    heads = {branch.firsts[:1] for branch in branches}
    if len(branches) < 2 or len(heads) > 1 or not all(len(branch.firsts) > 1 for branch in branches):
        return (), branches
    rest = [branch.firsts[1:] for branch in branches]
    alone = [(replace(firsts[0], when=""),) if len(firsts) == 1 else firsts for firsts in rest]
    return heads.pop(), [replace(branch, firsts=firsts) for branch, firsts in zip(branches, alone, strict=True)]


# Where it stands on the sheet: all in the units of the drawing, one for a pixel at 100 %

LINE = 17
PAD = 9
GAP = 24
QUESTION, OUTCOME = 300, 430
"""How wide the boxes are."""
LANES = 92
"""Room between two columns for the lines."""
LETTER = 6.9
"""The width of a letter, on the safe side."""


@dataclass(frozen=True)
class Row:
    """One line of text."""

    x: float
    y: float
    words: str
    kind: str


@dataclass(frozen=True)
class Box:
    """A question, or a service that comes first."""

    kind: str
    key: str
    x: float
    y: float
    width: float
    height: float
    rows: tuple[Row, ...]
    words: str
    rules: tuple[float, ...] = ()
    """Where a line parts one answer from the next."""

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height


@dataclass
class Sheet:
    """The whole drawing: boxes, lines between them as SVG paths, and the words that stand beside a branch."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    beside: list[Row] = field(default_factory=list)

    @property
    def width(self) -> float:
        """From the left side to the right."""
        return max((box.right for box in self.boxes), default=0) + 2

    @property
    def height(self) -> float:
        """From top to bottom."""
        return max((box.bottom for box in self.boxes), default=0) + 2

    @property
    def pages(self) -> list[tuple[float, float]]:
        """The drawing on paper: top and height of each page, as full as can be, cut where no box is."""
        free = [
            cut
            for cut in (box.bottom + GAP / 2 for box in self.boxes)
            if not any(box.y < cut < box.bottom for box in self.boxes)
        ]
        found, top, most = [], 0.0, PAPER * self.width
        while self.height - top > most:
            fits = [cut for cut in free if top < cut <= top + most]
            cut = max(fits) if fits else min((cut for cut in free if cut > top), default=self.height)
            found.append((top, cut - top))
            top = cut
        return [*found, (top, self.height - top)] if self.height > top else found


def draw(found: list[Stop]) -> Sheet:
    """Put every question and every first service on the sheet."""
    sheet = Sheet()
    columns = _columns(found)
    deepest = max(columns.values(), default=0)
    free = dict.fromkeys(range(deepest + 1), 1.0)
    placed: dict[str, Box] = {}
    for stop in found:
        column = columns[stop.key]
        x, y = 1 + column * (QUESTION + LANES), free[column]
        beside = stop.last and column == deepest
        box = placed[stop.key] = _question(sheet, stop, x, y, beside)
        bottom = box.bottom if beside else _below(sheet, stop, box)
        if stop.only and columns[stop.only] == column:
            sheet.lines.append(f"M{x + 20} {bottom}v{2 * GAP - 5}")
            sheet.beside.append(Row(x + 32, bottom + GAP + 4, _("any answer"), "when"))
            bottom += GAP
        free[column] = bottom + GAP
    for stop in found:
        _join(sheet, stop, placed)
    return sheet


def _columns(found: list[Stop]) -> dict[str, int]:
    """The column of each question: one further right each time that the branches part."""
    columns: dict[str, int] = {}
    for stop in found:
        before = [each for each in found if each.key in columns and any(stop.key in one.to for one in each.branches)]
        straight = len(before) == 1 and before[0].only
        columns[stop.key] = max((columns[other.key] + (not straight) for other in before), default=0)
    return columns


def _wrap(words: str, width: float) -> list[str]:
    return textwrap.wrap(words, int((width - 2 * PAD) / LETTER))


def _rows(x: float, y: float, width: float, *parts: tuple[str, str]) -> list[Row]:
    """Texts below each other, each with its kind."""
    lines = [(line, kind) for words, kind in parts for line in _wrap(words, width)]
    return [Row(x + PAD, y + LINE * place + LINE - 4, line, kind) for place, (line, kind) in enumerate(lines)]


def _question(sheet: Sheet, stop: Stop, x: float, y: float, beside: bool) -> Box:
    """The box of a question; where nothing more is asked, with what comes first beside each answer."""
    rows: list[Row] = []
    rules: list[float] = []
    at = y
    parts = [(stop.words, "asked", stop.when, stop.always)]
    parts += [(branch.words, "answer", branch.when, branch.firsts) for branch in stop.branches]
    for words, kind, when, firsts in parts:
        if at > y:
            rules.append(at)
        made = _rows(x, at + 4, QUESTION, (words, kind), (when, "when"))
        rows += made
        room: float = LINE * len(made) + 9
        if beside:
            room = max(room, _outcomes(sheet, firsts, x + QUESTION + LANES, at + 3, x + QUESTION) - at + 3)
        at += room
    box = Box("question", stop.key, x, y, QUESTION, at - y, tuple(rows), stop.words, tuple(rules))
    sheet.boxes.append(box)
    return box


def _outcomes(sheet: Sheet, firsts: tuple[First, ...], x: float, y: float, start: float | None = None) -> float:
    """The boxes of what comes first, below each other from ``y``, each with a line from ``start``. Gives the end."""
    width = OUTCOME if start is not None else QUESTION - 20
    for first in firsts:
        rows = _rows(x, y + 2, width, (first.when, "when"), (first.words, "service"))
        box = Box("outcome", first.service, x, y, width, LINE * len(rows) + 8, tuple(rows), first.words)
        sheet.boxes.append(box)
        if start is not None:
            sheet.lines.append(f"M{start} {y + 12}H{x - 5}")
        y = box.bottom + 4
    return y - 4 if firsts else y


def _below(sheet: Sheet, stop: Stop, box: Box) -> float:
    """What comes first after some of the answers, below the question. Gives where it ends."""
    groups: dict[tuple[First, ...], list[str]] = {}
    for branch in stop.branches:
        if branch.firsts:
            groups.setdefault(branch.firsts, []).append(branch.words)
    bottom = box.bottom
    for firsts, answers in groups.items():
        words = _(" or ").join(f"“{answer}”" for answer in answers)
        rows = _rows(box.x + 20, bottom + 6, QUESTION - 20, (words, "when"))
        top = bottom + 6 + LINE * len(rows) + 10
        sheet.beside += rows
        sheet.lines.append(f"M{box.x + 20} {bottom}V{top - 5}")
        bottom = _outcomes(sheet, firsts, box.x + 20, top)
    return bottom


def _join(sheet: Sheet, stop: Stop, placed: dict[str, Box]) -> None:
    """Lines from answers to the questions that follow, each in a lane of its own, so that none cross."""
    box = placed[stop.key]
    if stop.only and placed[stop.only].x == box.x:
        return
    rows = zip(box.rules, stop.branches, strict=True)
    pairs = [(top + 13, placed[key].y + 14) for top, branch in rows for key in branch.to]
    targets = [placed[key].x - 5 for branch in stop.branches for key in branch.to]
    up = [start > end for start, end in pairs]
    lane = (LANES - 24) / max(len(pairs), 1)
    for place, ((start, end), target) in enumerate(zip(pairs, targets, strict=True)):
        number = place if up[place] else len(pairs) - 1 - place
        sheet.lines.append(f"M{box.right} {start}H{box.right + 8 + lane * number:g}V{end}H{target}")
