"""The flow as a chart: what leads where, in words, and where each box stands on the sheet.

What leads where is taken from the walk of every path, so that the chart shows what happens and not what
somebody meant. Questions that everybody is asked stand below each other; where the ways part, a new column
begins; the services that come first stand at the right.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from . import content, flow, paths
from .flow import Flow, Recommendation

# What leads where


@dataclass(frozen=True)
class First:
    """A service that comes first, and when."""

    service: str
    """Its slug; empty where nothing is recommended."""
    words: str
    when: str


@dataclass(frozen=True)
class Way:
    """One answer, and what follows: other questions, or the services that come first (the first that fits)."""

    words: str
    when: str
    """When the answer is offered; empty: always."""
    to: tuple[str, ...]
    firsts: tuple[First, ...]


@dataclass(frozen=True)
class Stop:
    """One question with the ways that lead on from it."""

    key: str
    words: str
    when: str
    """When the question is asked; empty: always."""
    always: tuple[First, ...]
    """What comes first after any of the answers."""
    ways: tuple[Way, ...]

    @property
    def only(self) -> str:
        """The one question that follows whatever the answer; empty if the ways part here."""
        found = {way.to for way in self.ways}
        one = next(iter(found)) if len(found) == 1 else ()
        return one[0] if len(one) == 1 and not any(way.firsts for way in self.ways) else ""


def stops(asked: Flow, names: Mapping[str, str]) -> list[Stop]:
    """Every question that some path asks, in order. ``names`` are the live services by slug, as people read them."""
    following: dict[tuple[str, str], dict[str, None]] = {}
    ends: dict[tuple[str, str], dict[int, Recommendation | None]] = {}
    shared: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for outcome in paths.walk(asked):
        given = list(outcome.answers.items())
        for step, (after, _choice) in pairwise(given):
            following.setdefault(step, {})[after] = None
        rule = next((rule for rule in outcome.recommendations if rule.service in names), None)
        if given:
            ends.setdefault(given[-1], {})[id(rule)] = rule
            shared[given[-1]] = shared.get(given[-1], set(given)) & set(given)
    order = [question.key for question in asked.questions]
    found = []
    for question in asked.questions:
        ways = []
        for choice in (*(choice.key for choice in question.choices), flow.SKIP):
            step = (question.key, choice)
            if step not in following and step not in ends:
                continue
            option = next((option for option in question.choices if option.key == choice), None)
            ways.append(
                Way(
                    words=content.label(asked, question.key, choice),
                    when=content.sentence(asked, option.when) if option and option.when else "",
                    to=tuple(sorted(following.get(step, ()), key=order.index)),
                    firsts=_firsts(asked, names, list(ends.get(step, {}).values()), shared.get(step, set())),
                )
            )
        if ways:
            when = content.sentence(asked, question.when) if question.when else ""
            always, ways = _together(ways)
            found.append(Stop(question.key, content.title(asked, question.key), when, always, tuple(ways)))
    return found


def _firsts(
    asked: Flow, names: Mapping[str, str], rules: list[Recommendation | None], known: set[tuple[str, str]]
) -> tuple[First, ...]:
    """The rules that come first here, best first, each with what is not known by now of its condition."""
    settled = {question for question, _choice in known}
    lines: dict[First, None] = {}
    for rule in sorted(rules, key=lambda rule: rule.rank if rule else 1_000_000):
        if rule is None:
            lines[First("", _("No service"), "")] = None
            continue
        left = {question: choices for question, choices in rule.when.items() if question not in settled}
        when = content.sentence(asked, left) if left else _("otherwise") if lines else ""
        lines[First(rule.service, names[rule.service], when)] = None
    return tuple(lines)


def _together(ways: list[Way]) -> tuple[tuple[First, ...], list[Way]]:
    """Say once what is the first thing after every answer."""
    heads = {way.firsts[:1] for way in ways}
    if len(ways) < 2 or len(heads) > 1 or not all(len(way.firsts) > 1 for way in ways):
        return (), ways
    return heads.pop(), [Way(way.words, way.when, way.to, way.firsts[1:]) for way in ways]


# Where it stands on the sheet: all in the units of the drawing, one for a pixel at 100 %

LINE = 18
PAD = 10
GAP = 26
WIDE = {"question": 310, "outcome": 380}
LANES = 96
"""Room between two columns for the lines."""
LETTER = 7.4
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


@dataclass(frozen=True)
class Line:
    """A way from an answer to what follows, as an SVG path; with words where none stand at its start."""

    path: str
    words: str = ""
    x: float = 0
    y: float = 0


@dataclass
class Sheet:
    """The whole drawing."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    width: float = 0
    height: float = 0

    @property
    def pages(self) -> list[tuple[float, float]]:
        """The drawing on paper: top and height of one page or of two, cut where no box is."""
        free = [
            cut
            for cut in (box.y + box.height + GAP / 2 for box in self.boxes)
            if not any(box.y < cut < box.y + box.height for box in self.boxes)
        ]
        cut = min(free, key=lambda cut: abs(cut - self.height / 2), default=self.height)
        if self.height < 1.5 * self.width or not 0.3 < cut / self.height < 0.7:
            return [(0, self.height)]
        return [(0, cut), (cut, self.height - cut)]


def draw(found: list[Stop]) -> Sheet:
    """Put every question and every first service on the sheet."""
    sheet = Sheet()
    columns = _columns(found)
    deepest = max(columns.values(), default=0)
    step = WIDE["question"] + LANES
    below = [0.0] * (deepest + 3)
    for stop in found:
        column = columns[stop.key]
        x, y = column * step + 1, below[column] + 1
        if stop.only:
            box, _starts = _question(stop, x, y, {})
            bottom = box.y + box.height
            if columns.get(stop.only) == column:
                middle = x + WIDE["question"] / 2
                sheet.lines.append(
                    Line(f"M{middle} {bottom}V{bottom + 2 * GAP - 4}", _("any answer"), middle + 8, bottom + GAP + 4)
                )
            below[column] = bottom + 2 * GAP
        else:
            outcomes = {place: _outcomes(way.firsts) for place, way in enumerate(stop.ways)}
            outcomes[-1] = _outcomes(stop.always)
            heights = {place: sum(height + 6 for height in each) for place, each in outcomes.items()}
            box, starts = _question(stop, x, y, heights)
            top = y
            for place, firsts in ((-1, stop.always), *((place, way.firsts) for place, way in enumerate(stop.ways))):
                start = starts.get(place, top)
                for first, height in zip(firsts, outcomes[place], strict=True):
                    made = _outcome(first, (deepest + 1) * step + 1, start, height)
                    sheet.boxes.append(made)
                    middle = start + height / 2
                    sheet.lines.append(Line(f"M{box.x + box.width} {middle}H{made.x - 4}"))
                    start += height + 6
            below[column] = box.y + box.height + GAP
        sheet.boxes.append(box)
    _join(found, sheet)
    sheet.width = max((box.x + box.width for box in sheet.boxes), default=0) + 1
    sheet.height = max((box.y + box.height for box in sheet.boxes), default=0) + 1
    return sheet


def _columns(found: list[Stop]) -> dict[str, int]:
    """The column of each question: one further right each time that the ways part."""
    columns: dict[str, int] = {}
    for stop in found:
        before = [other for other in found if any(stop.key in way.to for way in other.ways) and other.key in columns]
        columns[stop.key] = max(
            (columns[other.key] + (not (other.only and len(before) == 1)) for other in before), default=0
        )
    return columns


def _wrap(words: str, width: float) -> list[str]:
    return textwrap.wrap(words, int((width - 2 * PAD) / LETTER)) or [""]


def _question(stop: Stop, x: float, y: float, room: Mapping[int, float]) -> tuple[Box, dict[int, float]]:
    """The box of a question, and where each of its answers starts."""
    width, at = WIDE["question"], y + PAD
    rows: list[Row] = []
    rules: list[float] = []
    starts: dict[int, float] = {}

    def write(words: str, kind: str) -> None:
        nonlocal at
        for line in _wrap(words, width):
            rows.append(Row(x + PAD, at + LINE - 5, line, kind))
            at += LINE

    starts[-1] = at
    write(stop.words, "asked")
    if stop.when:
        write(stop.when, "when")
    at = max(at, starts[-1] + room.get(-1, 0)) + 4
    for place, way in enumerate(stop.ways):
        rules.append(at)
        starts[place] = at + 5
        at += 4
        write(way.words, "answer")
        if way.when:
            write(way.when, "when")
        at = max(at + 4, starts[place] + room.get(place, 0))
    return Box("question", stop.key, x, y, width, at - y, tuple(rows), stop.words, tuple(rules)), starts


def _outcomes(firsts: tuple[First, ...]) -> list[float]:
    """How high the box of each first service is."""
    width = WIDE["outcome"]
    return [
        (len(_wrap(first.words, width)) + len(_wrap(first.when, width) if first.when else ())) * LINE + 8
        for first in firsts
    ]


def _outcome(first: First, x: float, y: float, height: float) -> Box:
    lines = [(line, "when") for line in (_wrap(first.when, WIDE["outcome"]) if first.when else ())]
    lines += [(line, "service") for line in _wrap(first.words, WIDE["outcome"])]
    rows = tuple(Row(x + PAD, y + 4 + LINE * place + LINE - 5, line, kind) for place, (line, kind) in enumerate(lines))
    return Box("outcome", first.service, x, y, WIDE["outcome"], height, rows, first.words)


def _join(found: list[Stop], sheet: Sheet) -> None:
    """Lines from answers to the questions that follow, each in a lane of its own so that none cross."""
    boxes = {box.key: box for box in sheet.boxes if box.kind == "question"}
    for stop in found:
        box = boxes[stop.key]
        pairs = []
        for place, way in enumerate(stop.ways):
            for key in way.to:
                if not (stop.only and boxes[key].x == box.x):
                    pairs.append((box.rules[place] + LINE, boxes[key]))
        up = [pair for pair in pairs if pair[1].y + LINE < pair[0]]
        down = [pair for pair in pairs if pair not in up]
        lane = (LANES - 24) / max(len(up), len(down), 1)
        for side, each in (("up", up), ("down", down)):
            for place, (start, target) in enumerate(each):
                number = place if side == "up" else len(each) - 1 - place
                x = box.x + box.width + 8 + lane * number
                sheet.lines.append(Line(f"M{box.x + box.width} {start}H{x:g}V{target.y + LINE}H{target.x - 4}"))
