"""The finder on a question: a few words of a person's own, and the choices and services that fit them.

It searches as the list of all services does (search.py). What a person types is read and forgotten: no answer is kept.
"""

from django.template.loader import render_to_string

from navigator.editions.edition import Edition
from navigator.engine import flow
from services.records import Service

from . import cards, search
from .steps import Step

MOST = 3
"""Choices shown, and services below them."""


def offers(question: flow.Question) -> bool:
    """Whether there are words by which to find the choices of a question."""
    return any(choice.words for choice in question.choices)


def render(edition: Edition, step: Step | None, words: str) -> str:
    """What fits the words, as the HTML that htmx swaps; with no step (it has expired) that we start again."""
    question = edition.flow.question(step.at) if step and not step.done else None
    if step is None or question is None:
        return render_to_string("parts/found.html", {"expired": True})
    choices = search.find_choices(edition, question.key, step.offered, words)[:MOST]
    services = search.find(edition, search.Wish(words))[:MOST] if words else []
    return render_found(edition, step, choices, services)


def render_found(edition: Edition, step: Step, choices: list[str], services: list[Service]) -> str:
    """These choices and these services, as the HTML that htmx swaps."""
    question = edition.flow.question(step.at)
    assert question is not None
    shown = {choice.key: choice for choice in flow.addressed(question, step.answers).choices}
    return render_to_string(
        "parts/found.html",
        {
            "choices": [(step.offered.index(key), shown[key]) for key in choices],
            "found": [cards.of(edition, service) for service in services],
        },
    )
