"""Whether content keeps to its sizes: asked before it is published, so that no outcome and no question stands out."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import get_language_info, override

from navigator.editions.content import Content
from navigator.editions.edition import Edition, as_edition
from navigator.engine.checks import Problem
from navigator.engine.walk import Outcome, walk
from services.records import Record
from services.sentences import Sentence

from . import sizes, steps, views

RESERVE = 512
"""Bytes left free for what one measure does not show: what is closed at other hours, how a person wants to reach out,
and other answers that lead to the same outcome. A test holds that they take no more."""
FULL = 0.9
"""An outcome that takes more than this share of what there is counts as heavy."""
ENOUGH = 10
"""So many outcomes that are not heavy, one after the other, and the lighter ones need not be made."""


def too_large(content: Content) -> list[Problem]:
    """What would leave its size, in words: of each language the heaviest outcome, and every question."""
    edition = as_edition(content)
    # Many paths end alike.
    distinct = {(*map(id, one.recommendations), *map(id, one.guidance)): one for one in walk(edition.flow)}
    found = []
    for language in content.languages:
        with override(language):
            found += [*_outcomes(edition, list(distinct.values()), language), *_questions(edition, language)]
    return found


def _outcomes(edition: Edition, outcomes: list[Outcome], language: str) -> Iterator[Problem]:
    """The heaviest outcome, if it is too heavy.

    To make them all takes many seconds. How many words are on one tells well enough how heavy it is, so those
    with the most are made and measured, until the ones that follow are light.
    """
    words = _Words(edition, language)
    room, heaviest, light = sizes.OUTCOME[-1] - RESERVE, (0, Outcome({}, (), ())), 0
    for made, outcome in enumerate(sorted(outcomes, key=words.of, reverse=True), 1):
        taken = _taken(edition, steps.Step(answers=outcome.answers, done=True))
        heaviest = max(heaviest, (taken, outcome), key=lambda one: one[0])
        light = 0 if taken > FULL * room else light + 1
        if light == ENOUGH or (heaviest[0] > room and made >= ENOUGH):
            break
    if heaviest[0] > room:
        message = Sentence(
            "An outcome in %(language)s takes %(taken)s bytes, and %(most)s is the most: all must look alike to "
            "someone who watches the network. Shorten its texts, or let fewer services stand on it.",
            **_numbers(language, heaviest[0], room),
        )
        yield Problem(code="size", subject="", message=message, path=heaviest[1].answers)


def _questions(edition: Edition, language: str) -> Iterator[Problem]:
    """The questions that are too heavy, each with all its choices."""
    room = sizes.STEP[-1]
    for question in edition.flow.questions:
        step = steps.Step(at=question.key, offered=tuple(choice.key for choice in question.choices))
        if (taken := _taken(edition, step)) > room:
            message = Sentence(
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
    page = views.render_step(HttpRequest(), edition, step, whole=False)
    return max(sizes.least(page, encoding) for encoding in ("br", "gzip"))


class _Words:
    """How much there is to read on outcomes in one language, roughly, in bytes."""

    def __init__(self, edition: Edition, language: str) -> None:
        self._language = language
        services = edition.content.services
        self._ways = {service.slug: sum(map(self._in, service.ways)) for service in services}
        self._whole = {service.slug: self._in(service) + self._ways[service.slug] for service in services}
        parts = (*edition.flow.recommendations, *edition.flow.guidance)
        self._parts = {id(part): self._in(part) for part in parts}

    def of(self, outcome: Outcome) -> int:
        """On this outcome."""
        slugs = [rule.service for rule in outcome.recommendations]
        return (
            sum(self._parts[id(part)] for part in (*outcome.recommendations, *outcome.guidance))
            + sum(self._whole.get(slug, 0) for slug in slugs[: views.CARDS_SHOWN])
            + sum(self._ways.get(slug, 0) for slug in slugs[views.CARDS_SHOWN :])
        )

    def _in(self, record: Record) -> int:
        """In the texts of a record in this language, and in its fields that are one string."""
        fields = (getattr(record, name) for name in record.__struct_fields__)
        texts = (field.get(self._language) if isinstance(field, dict) else field for field in fields)
        return sum(len(text.encode()) for text in texts if isinstance(text, str))
