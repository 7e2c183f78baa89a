"""What is wrong with a flow that can be seen without walking it: rules, texts and services.

Pure Python.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from services import areas, phones
from services.messages import Message
from services.records import NUMBERED, ONE_LANGUAGE, Organization, Record, Service, Text

from .flow import SKIP, Answer, Condition, Flow, Part

EMERGENCY = "emergency-911"
FOREIGN = "one-language"
"""The code of what is only a warning: words that stand in a language other than the page's, and say so."""


class Problem(Record, frozen=True, kw_only=True):
    """One thing that keeps a draft from being published."""

    code: str
    subject: str
    """The key or slug that it is about; ``question.choice`` for a choice."""
    message: Message
    path: dict[str, Answer] = {}
    """The shortest answers that show it; empty where no path is needed to see it."""
    day: dt.date | None = None
    """The day that brings it, by a date of a service; None: it is there now."""

    def __str__(self) -> str:
        return f"From {self.day}: {self.message}" if self.day else str(self.message)


def unsound(flow: Flow) -> Iterator[Problem]:
    """Rules that cannot be followed: unknown or double names, questions that never come to an end."""
    place: dict[str, int] = {}
    for index, question in enumerate(flow.questions):
        if question.key in place:
            yield Problem(
                code="double",
                subject=question.key,
                message=Message("The question “%(question)s” is there twice.", question=question.key),
            )
        place[question.key] = index
        keys = [SKIP, *(choice.key for choice in question.choices)]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(
                code="double",
                subject=f"{question.key}.{key}",
                message=Message("“%(question)s” has the choice “%(choice)s” twice.", question=question.key, choice=key),
            )
    yield from _unsound_ticks(flow)
    known = {question.key: {choice.key for choice in question.choices} | {SKIP} for question in flow.questions}
    ticks = {question.key for question in flow.questions if question.kind == "many"}
    for index, question in enumerate(flow.questions):
        parts: list[tuple[str, Part]] = [(question.key, question)]
        parts += [(f"{question.key}.{choice.key}", choice) for choice in question.choices]
        for name, part in parts:
            late = [key for key in part.when if place.get(key, -1) >= index and key not in ticks]
            if late:
                yield Problem(
                    code="endless",
                    subject=name,
                    message=Message(
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


def _unsound_ticks(flow: Flow) -> Iterator[Problem]:
    """Ticks that would not come last, or that something waits for that they could take away again."""
    many = [question for question in flow.questions if question.kind == "many"]
    for question in many[1:]:
        message = Message(
            "“%(question)s”: an outcome has room for one question with ticks; “%(first)s” is one already.",
            question=question.key,
            first=many[0].key,
        )
        yield Problem(code="tick", subject=question.key, message=message)
    for question in many[:1]:
        if any(after.kind == "one" for after in flow.questions[flow.questions.index(question) :]):
            message = Message(
                "“%(question)s” has ticks, which stand on the outcome: it must come after all other questions.",
                question=question.key,
            )
            yield Problem(code="tick", subject=question.key, message=message)
    keys = {question.key for question in many}
    parts: list[tuple[str, Part]] = [(question.key, question) for question in flow.questions]
    parts += [(f"{question.key}.{choice.key}", choice) for question in flow.questions for choice in question.choices]
    for name, part in parts:
        for key in keys & part.when.keys():
            message = Message(
                "“%(name)s” waits for a tick of “%(question)s”, but ticks come after all questions.",
                name=name,
                question=key,
            )
            yield Problem(code="tick", subject=name, message=message)
    rules: list[tuple[str, Part]] = [(rule.service, rule) for rule in flow.recommendations]
    rules += [(text.key, text) for text in flow.guidance]
    for name, rule in rules:
        for key in keys & rule.when.keys():
            if SKIP in rule.when[key]:
                message = Message(
                    "“%(name)s” is to show only when nothing is ticked at “%(question)s”: a tick may only add.",
                    name=name,
                    question=key,
                )
                yield Problem(code="tick", subject=name, message=message)


def _unknown(name: str, when: Condition, known: Mapping[str, set[str]]) -> Iterator[Problem]:
    for question, choices in when.items():
        for choice in choices:
            if choice not in known.get(question, ()):
                yield Problem(
                    code="unknown",
                    subject=name,
                    message=Message(
                        "“%(name)s” depends on “%(question)s: %(choice)s”, which does not exist.",
                        name=name,
                        question=question,
                        choice=choice,
                    ),
                )


@cache
def _texts(shape: type[Record]) -> list[msgspec.structs.FieldInfo]:
    """The fields of a record that hold words in several languages."""
    return [field for field in msgspec.structs.fields(shape) if field.type == Text]


def missing_words(
    flow: Flow, directory: Sequence[Organization | Service], languages: tuple[str, ...]
) -> Iterator[Problem]:
    """Texts that are not there in every published language; with the code ``FOREIGN``, where one is enough."""
    here = _of_here(directory)
    named: list[tuple[str, Any]] = [(row.slug, row) for row in directory]
    named += [(row.slug, way) for row in directory if isinstance(row, Service) for way in row.ways]
    named += [(question.key, question) for question in flow.questions]
    named += [(f"{question.key}.{choice.key}", choice) for question in flow.questions for choice in question.choices]
    named += [(rule.service, rule) for rule in flow.recommendations]
    named += [(text.key, text) for text in flow.guidance]
    foreign: dict[str, set[str]] = {}
    for name, record in named:
        for field in _texts(record.__class__):
            words = getattr(record, field.name)
            if not words and not field.required:
                continue
            missing = [language for language in languages if not words.get(language, "").strip()]
            enough = missing and (field.name in ONE_LANGUAGE or id(record) in here)
            if enough and any(text.strip() for text in words.values()):
                foreign.setdefault(name, set()).update(missing)
            elif missing:
                yield Problem(
                    code="words",
                    subject=name,
                    message=Message(
                        "“%(name)s”: the text “%(field)s” is missing in: %(languages)s.",
                        name=name,
                        field=field.name,
                        languages=", ".join(missing),
                    ),
                )
    for name, lacking in foreign.items():
        message = Message(
            "“%(name)s” has words that are missing in: %(languages)s. There they stand as they are, marked with their "
            "language.",
            name=name,
            languages=", ".join(language for language in languages if language in lacking),
        )
        yield Problem(code=FOREIGN, subject=name, message=message)
    for question in flow.questions:
        spoken = [choice.key for choice in question.choices if any(choice.label_you.values())]
        if spoken and not any(question.title_you.values()):
            yield Problem(
                code="words",
                subject=question.key,
                message=Message(
                    "“%(question)s”: its choice “%(choice)s” has words for “me”, the question has none.",
                    question=question.key,
                    choice=spoken[0],
                ),
            )


def _of_here(directory: Sequence[Organization | Service]) -> set[int]:
    """The ids of the records of local services, and of those who run such ones alone: one language is enough."""
    services = [row for row in directory if isinstance(row, Service)]
    near, wide = ({row.organization for row in services if bool(row.areas) is here} for here in (True, False))
    found = {id(row) for row in directory if isinstance(row, Organization) and row.slug in near - wide}
    return found.union(*((id(row), *map(id, row.ways)) for row in services if row.areas))


def unsafe_services(services: Mapping[str, Service]) -> Iterator[Problem]:
    """Services that nobody can answer for: a bad number, one that is out of use, no source."""
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
                        message=Message("“%(number)s” is not a phone number that exists.", number=way.value),
                    )
        if not service.sources:
            yield Problem(
                code="source", subject=service.slug, message=Message("“%(name)s” has no source.", name=service.slug)
            )
        for way in service.ways:
            if way.value in phones.RETIRED:
                yield Problem(
                    code="retired-number",
                    subject=service.slug,
                    message=Message("“%(number)s” is out of use: it must not be shown.", number=way.value),
                )


def unsound_areas(services: Mapping[str, Service]) -> Iterator[Problem]:
    """Services that would be shown in the wrong place, or in none."""
    for service in services.values():
        yield from (
            Problem(code="area", subject=service.slug, message=message) for message in _unsound_areas(service, services)
        )


def _unsound_areas(service: Service, services: Mapping[str, Service]) -> Iterator[Message]:
    for area in service.areas:
        state = areas.state_of(area)
        if state is None:
            yield Message("“%(name)s”: “%(area)s” is no state, territory or county.", name=service.slug, area=area)
        elif area != state.code and state.code in service.areas:
            yield Message("“%(name)s”: the area “%(area)s” lies in another one.", name=service.slug, area=area)
    for area in sorted(area for area, count in Counter(service.areas).items() if count > 1):
        yield Message("“%(name)s” has the area “%(area)s” twice.", name=service.slug, area=area)
    if service.areas and (service.main or service.finder):
        yield Message("“%(name)s” is for the whole country, so it can have no areas.", name=service.slug)
    if service.main and service.finder:
        yield Message("“%(name)s” is a main number: no local service can stand in its place.", name=service.slug)
    if service.before and service.local_of in ("", EMERGENCY):
        yield Message("“%(name)s” must not come before 911, or before no service at all.", name=service.slug)
    if not service.local_of:
        return
    national = services.get(service.local_of)
    if not service.areas:
        yield Message("“%(name)s” is local, but does not say where it helps.", name=service.slug)
    if national is None:
        yield Message(
            "“%(name)s” is the local service of “%(national)s”, which is not live.",
            name=service.slug,
            national=service.local_of,
        )
    elif national.areas or national.local_of:
        yield Message(
            "“%(name)s” is the local service of “%(national)s”, which is not for the whole country.",
            name=service.slug,
            national=service.local_of,
        )
