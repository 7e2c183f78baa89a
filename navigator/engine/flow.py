"""The questions, and where they lead: what to ask next, what to recommend, what to say with it.

Pure Python. One mechanism decides everything: a *condition*, a set of choices. It holds when, for
every question that it mentions, the answer given is one of the choices listed for it; an empty
condition always holds (a row of a decision table, as in the DMN standard).
"""

from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec

from services.records import Record, Text

Answer = str | tuple[str, ...]
"""The choice made; of a question of kind many, the choices ticked, in the order offered."""
Answers = Mapping[str, Answer]
"""Question key -> answer, in the order of the questions."""
Condition = dict[str, tuple[str, ...]]

SKIP = "skip"
"""The choice that every question of kind one has: "I'd rather not say"."""
DANGER: Condition = {"danger": ("yes",)}
"""Someone is in danger now."""
YOU: Condition = {"who": ("me",)}
"""The one who reads is the one who needs help: texts speak to "you" where they have words for that."""
STATUS_IN_DOUBT: Condition = {"who": ("me", "close", SKIP)}
"""The one who reads, or someone close, may lack papers: nobody of these meets an immigration line unwarned."""
PAPERS = "papers"
"""The tick of somebody who worries about papers."""
FIRST_SHOWN = 5
"""Services shown at once on an outcome; the rest stands behind "More"."""


class Part(Record, frozen=True, kw_only=True):
    """What every part of the flow shares: it may have a condition.

    A text whose name ends in ``_you`` is shown instead of the plain one when YOU holds.
    """

    when: Condition = {}


class Choice(Part, frozen=True, kw_only=True):
    """One answer that a question offers."""

    key: str
    label: Text
    label_you: Text = {}
    hint: Text = {}
    hint_you: Text = {}
    icon: str = ""
    """Name of a line icon (lucide) shown beside the words, never instead of them."""
    words: Text = {}
    """Words that people use for it, commas between, for finding it."""


class Question(Part, frozen=True, kw_only=True):
    """One question, asked when its condition holds.

    One of kind many is no step of its own: its choices are ticks on the outcome, none, one or many of them.
    Conditions name its choices but never SKIP, so that a tick only ever adds.
    """

    key: str
    kind: Literal["one", "many"] = "one"
    title: Text
    title_you: Text = {}
    hint: Text = {}
    hint_you: Text = {}
    why: Text
    choices: tuple[Choice, ...]


class Recommendation(Part, frozen=True, kw_only=True):
    """A service to show when the condition holds. The lowest rank comes first."""

    service: str
    rank: int
    reason: Text
    reason_you: Text = {}


class Guidance(Part, frozen=True, kw_only=True):
    """A few words shown with an outcome when the condition holds."""

    key: str
    rank: int
    title: Text
    title_you: Text = {}
    body: Text
    """Paragraphs, split by an empty line; a line that starts with "- " is a list item."""
    body_you: Text = {}


class Flow(Record, frozen=True, kw_only=True):
    """All the questions in the order in which they are asked, and all the rules."""

    questions: tuple[Question, ...]
    recommendations: tuple[Recommendation, ...]
    guidance: tuple[Guidance, ...] = ()

    def question(self, key: str) -> Question | None:
        """The question with that key, or None."""
        return next((q for q in self.questions if q.key == key), None)

    @property
    def many(self) -> Question | None:
        """The question of kind many, if there is one: what may be ticked on an outcome."""
        return next((q for q in self.questions if q.kind == "many"), None)


P = TypeVar("P", bound=Part)


def addressed(part: P, answers: Answers) -> P:
    """A part with its words for the one who reads; a question with those of its choices."""
    if not holds(YOU, answers):
        return part
    changes: dict[str, object] = {}
    for field in part.__struct_fields__:
        words = getattr(part, field)
        if field.endswith("_you") and words:
            plain = field.removesuffix("_you")
            changes[plain] = {**getattr(part, plain), **words}
    if isinstance(part, Question):
        changes["choices"] = tuple(addressed(choice, answers) for choice in part.choices)
    return msgspec.structs.replace(part, **changes)


def holds(when: Condition, answers: Answers) -> bool:
    """Whether a condition holds: AND between questions, OR within one, and any of the ticks for one of kind many."""
    for question, choices in when.items():
        answer = answers.get(question)
        if answer not in choices and not (isinstance(answer, tuple) and any(tick in choices for tick in answer)):
            return False
    return True


def offered(question: Question, answers: Answers) -> tuple[Choice, ...]:
    """The choices that a person with these answers is offered."""
    return tuple(choice for choice in question.choices if holds(choice.when, answers))


def offered_ticks(flow: Flow, answers: Answers) -> tuple[Choice, ...]:
    """What a person whose outcome rests on these answers may tick."""
    many, given = flow.many, complete(flow, answers)
    return offered(many, given) if many and holds(many.when, given) else ()


def replay(flow: Flow, answers: Answers) -> dict[str, Answer]:
    """The answers that count, in the order asked; the rest is dropped.

    Goes through the questions from the first. Stops keeping answers for questions that are not
    asked and for choices that are not offered, so that a stale, forged or half-true set of answers
    can only lead to an earlier question. Ticks count where the outcome of the other answers offers them.
    """
    return _replayed(flow, answers)[0]


def next_question(flow: Flow, answers: Answers) -> Question | None:
    """The first question whose condition holds and that has no valid answer; None: none is left."""
    kept: dict[str, Answer] = {}
    valid = replay(flow, answers)
    for question in flow.questions:
        if question.kind == "many" or not holds(question.when, kept):
            continue
        if question.key not in valid:
            return question
        kept[question.key] = valid[question.key]
    return None


def complete(flow: Flow, answers: Answers) -> dict[str, Answer]:
    """The answers with every question that is still open skipped."""
    return _replayed(flow, answers)[1]


def _replayed(flow: Flow, answers: Answers) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The answers that count, and the same with every question that is still open skipped."""
    kept: dict[str, Answer] = {}
    whole: dict[str, Answer] = {}
    for question in flow.questions:
        if not holds(question.when, whole):
            continue
        answer = answers.get(question.key)
        if question.kind == "many":
            given = answer if isinstance(answer, tuple) else ()
            if ticks := tuple(choice.key for choice in offered(question, whole) if choice.key in given):
                kept[question.key] = whole[question.key] = ticks
        elif (
            answer is not None
            and holds(question.when, kept)
            and (answer == SKIP or any(choice.key == answer for choice in offered(question, kept)))
        ):
            kept[question.key] = whole[question.key] = answer
        else:
            whole[question.key] = SKIP
    return kept, whole


def recommend(flow: Flow, answers: Answers) -> list[Recommendation]:
    """What to show, best rank first, each service once with its best reason.

    What stands first before anything is ticked stays among the first FIRST_SHOWN, whatever is ticked.
    """
    rules = sorted(flow.recommendations, key=lambda rule: rule.rank)
    best: dict[str, Recommendation] = {}
    for rule in rules:
        if rule.service not in best and holds(rule.when, answers):
            best[rule.service] = rule
    found = list(best.values())
    unticked = {question: answer for question, answer in answers.items() if isinstance(answer, str)}
    if len(unticked) < len(answers):
        first = next((rule.service for rule in rules if holds(rule.when, unticked)), None)
        if first and first not in list(best)[:FIRST_SHOWN]:
            found.remove(best[first])
            found.insert(FIRST_SHOWN - 1, best[first])
    return found


def guide(flow: Flow, answers: Answers) -> list[Guidance]:
    """The guidance to show with these answers, in order."""
    return [text for text in sorted(flow.guidance, key=lambda text: text.rank) if holds(text.when, answers)]
