"""The questions, and where they lead: what to ask next, what to recommend, what to say with it.

Pure Python. One mechanism decides everything: a *condition*, a set of choices. It holds when, for
every question that it mentions, the answer given is one of the choices listed for it; an empty
condition always holds (a row of a decision table, as in the DMN standard).
"""

from collections.abc import Mapping

from services.records import Record, Text

Answers = Mapping[str, str]
"""Question key -> choice key, in the order in which they were given."""
Condition = dict[str, tuple[str, ...]]

SKIP = "skip"
"""The choice that every question has: "I'd rather not say"."""


class Part(Record, frozen=True, kw_only=True):
    """What every part of the flow shares: it may have a condition."""

    when: Condition = {}


class Choice(Part, frozen=True, kw_only=True):
    """One answer that a question offers."""

    key: str
    label: Text
    hint: Text = {}
    icon: str = ""
    """Name of a line icon (lucide) shown beside the words, never instead of them."""


class Question(Part, frozen=True, kw_only=True):
    """One question, asked when its condition holds."""

    key: str
    title: Text
    hint: Text = {}
    why: Text
    choices: tuple[Choice, ...]


class Recommendation(Part, frozen=True, kw_only=True):
    """A service to show when the condition holds. The lowest rank comes first."""

    service: str
    rank: int
    reason: Text


class Guidance(Part, frozen=True, kw_only=True):
    """A few words shown with an outcome when the condition holds."""

    key: str
    rank: int
    title: Text
    body: Text
    """Paragraphs, split by an empty line; a line that starts with "- " is a list item."""


class Flow(Record, frozen=True, kw_only=True):
    """All the questions in the order in which they are asked, and all the rules."""

    questions: tuple[Question, ...]
    recommendations: tuple[Recommendation, ...]
    guidance: tuple[Guidance, ...] = ()

    def question(self, key: str) -> Question | None:
        """The question with that key, or None."""
        return next((q for q in self.questions if q.key == key), None)


def holds(when: Condition, answers: Answers) -> bool:
    """Whether a condition holds: AND between questions, OR within one."""
    return all(answers.get(question) in choices for question, choices in when.items())


def offered(question: Question, answers: Answers) -> tuple[Choice, ...]:
    """The choices that a person with these answers is offered."""
    return tuple(choice for choice in question.choices if holds(choice.when, answers))


def replay(flow: Flow, answers: Answers) -> dict[str, str]:
    """The answers that count, in the order asked; the rest is dropped.

    Goes through the questions from the first. Stops keeping answers for questions that are not
    asked and for choices that are not offered, so that a stale, forged or half-true set of answers
    can only lead to an earlier question.
    """
    kept: dict[str, str] = {}
    for question in flow.questions:
        if not holds(question.when, kept) or question.key not in answers:
            continue
        answer = answers[question.key]
        if answer == SKIP or any(choice.key == answer for choice in offered(question, kept)):
            kept[question.key] = answer
    return kept


def next_question(flow: Flow, answers: Answers) -> Question | None:
    """The first question whose condition holds and that has no valid answer; None: none is left."""
    kept: dict[str, str] = {}
    valid = replay(flow, answers)
    for question in flow.questions:
        if not holds(question.when, kept):
            continue
        if question.key not in valid:
            return question
        kept[question.key] = valid[question.key]
    return None


def complete(flow: Flow, answers: Answers) -> dict[str, str]:
    """The answers with every question that is still open skipped."""
    done = replay(flow, answers)
    while question := next_question(flow, done):
        done = replay(flow, {**done, question.key: SKIP})
    return done


def recommend(flow: Flow, answers: Answers) -> list[Recommendation]:
    """What to show, best rank first, each service once with its best reason."""
    best: dict[str, Recommendation] = {}
    for rule in sorted(flow.recommendations, key=lambda rule: rule.rank):
        if rule.service not in best and holds(rule.when, answers):
            best[rule.service] = rule
    return list(best.values())


def guide(flow: Flow, answers: Answers) -> list[Guidance]:
    """The guidance to show with these answers, in order."""
    return [text for text in sorted(flow.guidance, key=lambda text: text.rank) if holds(text.when, answers)]
