"""Whether content keeps to its sizes: asked before it is published, so that no outcome and no question stands out."""

from collections import Counter
from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import get_language_info, override

from navigator.editions.content import Content
from navigator.editions.edition import Edition, as_edition
from navigator.engine.flow import FIRST_SHOWN, YOU, Answer, Answers, Question, holds, recommend
from navigator.engine.soundness import Problem
from navigator.engine.walk import Outcome, walk
from services import areas
from services.messages import Message
from services.records import Record, Service, Text
from services.texts import t

from . import finder, places, sizes, steps, views

RESERVE = 512
"""Bytes left free for what one measure does not show: what is closed at other hours, how a person wants to reach out,
and other answers that lead to the same outcome. A test holds that they take no more."""
ENOUGH = 10
"""So many outcomes, one after the other, that are not heavier than one before, and the rest need not be made. Of the
most wordy 120 outcomes of either language the first was the heaviest (November 2026)."""


def too_large(content: Content) -> list[Problem]:
    """What would leave its size, in words: of each language the heaviest outcome, and every question."""
    edition = as_edition(content)
    outcomes = list({_alike(one): one for one in walk(edition.flow)}.values())
    found = []
    for language in content.languages:
        with override(language):
            found += [*_outcomes(edition, outcomes, language), *_questions(edition, language)]
    return found


def _alike(outcome: Outcome) -> tuple[object, ...]:
    """What is the same where two paths end alike, ticks and all."""
    parts = (*outcome.recommendations, *outcome.guidance)
    return (*map(id, parts), *(tick.key for tick in outcome.ticks), holds(YOU, outcome.answers))


def ticked(edition: Edition, outcome: Outcome) -> steps.Step:
    """The outcome with everything ticked that can be: nothing stands on it that more ticks would not leave there."""
    many, answers = edition.flow.many, dict[str, Answer](outcome.answers)
    if many and outcome.ticks:
        answers[many.key] = tuple(tick.key for tick in outcome.ticks)
    return steps.Step(answers=answers, done=True, place=heaviest_place(edition, answers))


def heaviest_place(edition: Edition, answers: Answers) -> str:
    """The place with the most local services for these answers; of several, the one with the most ways to reach them.

    A few dozen local cards of nearly equal length: to count them is enough, and cheap.
    """
    weight: Counter[str] = Counter()
    for rule in recommend(edition.flow, answers):
        own = [edition.services[rule.service]] if rule.service in edition.services else []
        for service in (*own, *edition.local.get(rule.service, ())):
            for area in service.areas:
                weight[area] += 10 + len(service.ways)
    for county in weight.keys() & areas.COUNTIES.keys():  # people there are shown what is for the whole state besides
        state = areas.state_of(county)
        weight[county] += weight[state.code] if state else 0
    if places.many(edition):
        listed = Counter(county[:2] for county in edition.counties)  # the digits of its state
        for area in weight:
            state = areas.state_of(area)
            weight[area] += listed[state.fips] if state else 0
    return max(weight, key=lambda area: (weight[area], area), default="")


def _outcomes(edition: Edition, outcomes: list[Outcome], language: str) -> Iterator[Problem]:
    """The heaviest outcome, if it is too heavy.

    To make them all takes a minute. How many words are on one tells well enough how heavy it is, so those with the
    most are made and measured, until none of several is heavier than those before.
    """
    words = _Words(edition)
    room, heaviest, lighter = sizes.outcome(language, many=places.many(edition))[-1] - RESERVE, (0, steps.Step()), 0
    for outcome in sorted(outcomes, key=words.of, reverse=True):
        step = ticked(edition, outcome)
        taken = _taken(edition, step)
        lighter = 0 if taken > heaviest[0] else lighter + 1
        heaviest = max(heaviest, (taken, step), key=lambda one: one[0])
        if lighter == ENOUGH:
            break
    if heaviest[0] > room:
        message = Message(
            "An outcome in %(language)s takes %(taken)s bytes, and %(most)s is the most: all must look alike to "
            "someone who watches the network. Shorten its texts, or let fewer services stand on it.",
            **_numbers(language, heaviest[0], room),
        )
        yield Problem(code="size", subject="", message=message, path=heaviest[1].answers)


def _questions(edition: Edition, language: str) -> Iterator[Problem]:
    """The questions that are too heavy, each with all its choices, or by what its finder answers."""
    room = sizes.STEP[-1]
    for question in (each for each in edition.flow.questions if each.kind == "one"):
        step = steps.Step(at=question.key, offered=tuple(choice.key for choice in question.choices))
        taken = _taken(edition, step)
        if finder.offers(question):
            taken = max(taken, _packed(finder.render_found(edition, step, *_heaviest_found(edition, question))))
        if taken > room:
            message = Message(
                "The question “%(question)s” in %(language)s takes %(taken)s bytes, and %(most)s is the most: all "
                "must look alike to someone who watches the network. Shorten its texts.",
                question=question.key,
                **_numbers(language, taken, room),
            )
            yield Problem(code="size", subject=question.key, message=message)


def _numbers(language: str, taken: int, most: int) -> dict[str, str]:
    return {"language": get_language_info(language)["name_local"], "taken": f"{taken:,}", "most": f"{most:,}"}


def _taken(edition: Edition, step: steps.Step) -> int:
    """The bytes that a step takes where htmx swaps it, in the encoding that makes more of it."""
    return _packed(views.render_step(HttpRequest(), edition, step, whole=False))


def _packed(page: str) -> int:
    return max(sizes.least(page, encoding) for encoding in ("br", "gzip"))


def _heaviest_found(edition: Edition, question: Question) -> tuple[list[str], list[Service]]:
    """The choices and the services with the most words: no finder answers with more."""

    def long(*texts: Text) -> int:
        return sum(len(t(text).encode()) for text in texts)

    choices = sorted(question.choices, key=lambda choice: long(choice.label, choice.hint), reverse=True)
    services = sorted(
        (each for each in edition.services.values() if not each.areas),
        key=lambda each: long(each.name, each.plain, each.alert, each.answered_note),
        reverse=True,
    )
    return [choice.key for choice in choices[: finder.MOST]], services[: finder.MOST]


class _Words:
    """How much there is to read on outcomes in the language at hand, roughly, in bytes."""

    def __init__(self, edition: Edition) -> None:
        services = edition.services.values()
        self._ways = {service.slug: sum(map(self._in, service.ways)) for service in services}
        self._whole = {service.slug: self._in(service) for service in services}
        parts = (*edition.flow.recommendations, *edition.flow.guidance)
        self._parts = {id(part): self._in(part) for part in parts}

    def of(self, outcome: Outcome) -> int:
        """On this outcome, with everything ticked; of the services the wordiest stand for those shown at length."""
        rules = {rule for tick in outcome.ticks for rule in map(id, (*tick.recommendations, *tick.guidance))}
        rules |= {id(part) for part in (*outcome.recommendations, *outcome.guidance)}
        added = {rule.service for tick in outcome.ticks for rule in tick.recommendations}
        slugs = added | {rule.service for rule in outcome.recommendations}
        texts = sorted((self._whole.get(slug, 0) for slug in slugs), reverse=True)
        return (
            sum(map(self._parts.__getitem__, rules))
            + sum(self._ways.get(slug, 0) for slug in slugs)
            + sum(texts[:FIRST_SHOWN])
        )

    def _in(self, record: Record) -> int:
        """In the texts of a record, and in its fields that are one string."""
        fields = (getattr(record, name) for name in record.__struct_fields__)
        texts = (t(field) if isinstance(field, dict) else field for field in fields)
        return sum(len(text.encode()) for text in texts if isinstance(text, str))
