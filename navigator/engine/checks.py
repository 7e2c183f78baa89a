"""Walks every path of a flow and says what is wrong with it, before it reaches the public.

Pure Python. A path is one complete set of answers. Problems are found in two passes: first the rules
themselves (a name that does not exist, a question that waits for itself, a missing text), and, when
the rules can be followed, every path. Each problem names the shortest path that shows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from services import phones
from services.records import NUMBERED, SPEECHLESS, Organization, Record, Service, Text
from services.sentences import Sentence

from .flow import SKIP, Condition, Flow, Part
from .walk import Outcome, walk

EMERGENCY = "emergency-911"
DANGER = ("danger", "yes")
MOST_QUESTIONS = 5
FEWEST_SERVICES = 2


class Problem(Record, frozen=True, kw_only=True):
    """One thing that keeps a draft from being published."""

    code: str
    subject: str
    """The key or slug that it is about; ``question.choice`` for a choice."""
    message: Sentence
    path: dict[str, str] = {}
    """The shortest answers that show it; empty where no path is needed to see it."""


class Coverage(Record, frozen=True, kw_only=True):
    """How one service is reached: how many paths show it first, how many also, and the shortest."""

    first: int = 0
    also: int = 0
    shortest: dict[str, str] | None = None


class Report(Record, frozen=True, kw_only=True):
    """What a walk found."""

    paths: int
    problems: tuple[Problem, ...]
    coverage: dict[str, Coverage]


def check(
    flow: Flow,
    services: Mapping[str, Service],
    languages: tuple[str, ...],
    organizations: Sequence[Organization] = (),
) -> Report:
    """Prove that a flow with these live services can be published in these languages."""
    unsound = list(_unsound(flow))
    words = _missing_words(flow, [*organizations, *services.values()], languages)
    problems = [*unsound, *words, *_unsafe_services(services)]
    if unsound:
        return Report(paths=0, problems=tuple(problems), coverage={})
    walked = _Walked(flow, services)
    for outcome in walk(flow):
        walked.take(outcome)
    problems += walked.problems()
    return Report(paths=walked.paths, problems=tuple(problems), coverage=walked.coverage)


# First pass: the rules themselves


def _unsound(flow: Flow) -> Iterator[Problem]:
    """Rules that cannot be followed: unknown or double names, questions that never come to an end."""
    place: dict[str, int] = {}
    for index, question in enumerate(flow.questions):
        if question.key in place:
            yield Problem(
                code="double",
                subject=question.key,
                message=Sentence("The question “%(question)s” is there twice.", question=question.key),
            )
        place[question.key] = index
        keys = [SKIP, *(choice.key for choice in question.choices)]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(
                code="double",
                subject=f"{question.key}.{key}",
                message=Sentence(
                    "“%(question)s” has the choice “%(choice)s” twice.", question=question.key, choice=key
                ),
            )
    known = {question.key: {choice.key for choice in question.choices} | {SKIP} for question in flow.questions}
    for index, question in enumerate(flow.questions):
        parts: list[tuple[str, Part]] = [(question.key, question)]
        parts += [(f"{question.key}.{choice.key}", choice) for choice in question.choices]
        for name, part in parts:
            late = [key for key in part.when if place.get(key, -1) >= index]
            if late:
                yield Problem(
                    code="endless",
                    subject=name,
                    message=Sentence(
                        "“%(name)s” waits for the answer to “%(question)s”, which comes no earlier: it never ends.",
                        name=name,
                        question=late[0],
                    ),
                )
            yield from _unknown(name, part.when, known)
    for rule in flow.recommendations:
        yield from _unknown(rule.service, rule.when, known)
    for text in flow.guidance:
        yield from _unknown(text.key, text.when, known)


def _unknown(name: str, when: Condition, known: Mapping[str, set[str]]) -> Iterator[Problem]:
    for question, choices in when.items():
        for choice in choices:
            if choice not in known.get(question, ()):
                yield Problem(
                    code="unknown",
                    subject=name,
                    message=Sentence(
                        "“%(name)s” depends on “%(question)s: %(choice)s”, which does not exist.",
                        name=name,
                        question=question,
                        choice=choice,
                    ),
                )


def _missing_words(
    flow: Flow, directory: Sequence[Organization | Service], languages: tuple[str, ...]
) -> Iterator[Problem]:
    """Texts that are not there in every published language."""
    named: list[tuple[str, Any]] = [(row.slug, row) for row in directory]
    named += [(row.slug, way) for row in directory if isinstance(row, Service) for way in row.ways]
    named += [(question.key, question) for question in flow.questions]
    named += [(f"{question.key}.{choice.key}", choice) for question in flow.questions for choice in question.choices]
    named += [(rule.service, rule) for rule in flow.recommendations]
    named += [(text.key, text) for text in flow.guidance]
    for name, record in named:
        for field in msgspec.structs.fields(record):
            if field.type != Text:
                continue
            words = getattr(record, field.name)
            missing = [language for language in languages if not words.get(language, "").strip()]
            if missing and (words or field.required):
                yield Problem(
                    code="words",
                    subject=name,
                    message=Sentence(
                        "“%(name)s”: the text “%(field)s” is missing in: %(languages)s.",
                        name=name,
                        field=field.name,
                        languages=", ".join(missing),
                    ),
                )


def _unsafe_services(services: Mapping[str, Service]) -> Iterator[Problem]:
    """Services that nobody can answer for: a bad number, no source, no date of a check."""
    for service in services.values():
        for way in service.ways:
            if way.kind in NUMBERED:
                try:
                    sound = phones.parse(way.value) == way.value
                except ValueError:
                    sound = False
                if not sound:
                    yield Problem(
                        code="number",
                        subject=service.slug,
                        message=Sentence("“%(number)s” is not a phone number that exists.", number=way.value),
                    )
        if not service.sources:
            yield Problem(
                code="source", subject=service.slug, message=Sentence("“%(name)s” has no source.", name=service.slug)
            )
        if service.assured_date is None:
            yield Problem(
                code="date",
                subject=service.slug,
                message=Sentence("“%(name)s” has never been checked.", name=service.slug),
            )


# Second pass: every path


class _Walked:
    """What the paths taken so far have shown."""

    def __init__(self, flow: Flow, services: Mapping[str, Service]) -> None:
        self.flow = flow
        self.services = services
        self.paths = 0
        self.coverage: dict[str, Coverage] = {}
        self.shortest: dict[tuple[str, str], tuple[Sentence, dict[str, str]]] = {}
        self.questions: set[str] = set()
        self.choices: set[tuple[str, str]] = set()
        self.rules: set[int] = set()
        self.texts: set[str] = set()
        self.silent = {
            slug for slug, service in services.items() if any(way.kind in SPEECHLESS for way in service.ways)
        }

    def take(self, outcome: Outcome) -> None:
        """Look at one path."""
        self.paths += 1
        answers = outcome.answers
        self.questions.update(answers)
        self.choices.update(answers.items())
        self.texts.update(text.key for text in outcome.guidance)
        shown = []
        for rule in outcome.recommendations:
            self.rules.add(id(rule))
            if rule.service in self.services:
                shown.append(rule.service)
            else:
                self._show(
                    "retired",
                    rule.service,
                    Sentence("“%(name)s” is recommended but is not live.", name=rule.service),
                    answers,
                )
        for place, slug in enumerate(shown):
            self._cover(slug, place == 0, answers)
        if len(answers) > MOST_QUESTIONS:
            self._show(
                "long",
                "",
                Sentence(
                    "A path asks %(count)s questions; the most is %(most)s.", count=len(answers), most=MOST_QUESTIONS
                ),
                answers,
            )
        if len(shown) < FEWEST_SERVICES:
            self._show(
                "single",
                "",
                Sentence(
                    "A path shows %(count)s live services; the fewest is %(fewest)s.",
                    count=len(shown),
                    fewest=FEWEST_SERVICES,
                ),
                answers,
            )
        elif not any(slug in self.silent for slug in shown):
            self._show("speech", "", Sentence("A path shows no service that can be reached without speaking."), answers)
        if answers.get(DANGER[0]) == DANGER[1] and (not shown or shown[0] != EMERGENCY):
            self._show("danger", EMERGENCY, Sentence("Someone is in danger, but 911 does not come first."), answers)

    def _cover(self, slug: str, first: bool, answers: dict[str, str]) -> None:
        found = self.coverage.get(slug, Coverage())
        shorter = found.shortest is None or _length(answers) < _length(found.shortest)
        self.coverage[slug] = Coverage(
            first=found.first + first, also=found.also + (not first), shortest=answers if shorter else found.shortest
        )

    def _show(self, code: str, subject: str, message: Sentence, answers: dict[str, str]) -> None:
        found = self.shortest.get((code, subject))
        if found is None or _length(answers) < _length(found[1]):
            self.shortest[code, subject] = (message, answers)

    def problems(self) -> Iterator[Problem]:
        """What the paths showed, and what no path reached."""
        for (code, subject), (message, answers) in self.shortest.items():
            yield Problem(code=code, subject=subject, message=message, path=answers)
        if DANGER not in self.choices:
            yield Problem(
                code="danger",
                subject=EMERGENCY,
                message=Sentence("No question asks whether someone is in danger right now."),
            )
        for question in self.flow.questions:
            if question.key not in self.questions:
                yield _unreached(
                    question.key, Sentence("The question “%(question)s” is never asked.", question=question.key)
                )
                continue
            for choice in question.choices:
                if (question.key, choice.key) not in self.choices:
                    yield _unreached(
                        f"{question.key}.{choice.key}",
                        Sentence(
                            "“%(question)s: %(choice)s” is never offered.", question=question.key, choice=choice.key
                        ),
                    )
        for rule in self.flow.recommendations:
            if id(rule) not in self.rules and rule.service in self.services:
                yield _unreached(
                    rule.service,
                    Sentence(
                        "No path uses the rule for “%(name)s” with rank %(rank)s.", name=rule.service, rank=rule.rank
                    ),
                )
        for text in self.flow.guidance:
            if text.key not in self.texts:
                yield _unreached(text.key, Sentence("The guidance “%(name)s” is never shown.", name=text.key))
        for slug, service in self.services.items():
            ruled = any(rule.service == slug for rule in self.flow.recommendations)
            if not ruled and not service.directory_only:
                yield _unreached(slug, Sentence("“%(name)s” is live, but no rule leads to it.", name=slug))


def _unreached(subject: str, message: Sentence) -> Problem:
    return Problem(code="unreached", subject=subject, message=message)


def _length(answers: dict[str, str]) -> tuple[int, int]:
    """How long a path is: fewer questions first, then fewer answers that are not skipped."""
    return len(answers), sum(choice != SKIP for choice in answers.values())
