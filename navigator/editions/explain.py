"""What a person with some answers would see, and the rule behind each service: for staff."""

from dataclasses import dataclass
from typing import Any

from navigator.engine import flow
from services import records
from services.texts import t

from .edition import Edition
from .wording import describe_condition, describe_path, reason


@dataclass(frozen=True)
class Explained:
    """Where some answers lead: the next question, or what is shown."""

    answers: dict[str, flow.Answer]
    question: flow.Question | None
    shown: list[tuple[records.Service, flow.Recommendation]]
    """The services, best first, each with its rule; a local one has that of its national one."""
    guidance: list[flow.Guidance]


def explain(edition: Edition, answers: flow.Answers, place: str = "") -> Explained:
    """Replay the answers in an edition. Services that are not live, or for another place, are left out, as in public.

    Texts are in the words for the one who gave these answers.
    """
    valid = flow.replay(edition.flow, answers)
    question = flow.next_question(edition.flow, valid)
    if question is not None:
        return Explained(valid, flow.addressed(question, valid), [], [])
    return Explained(
        valid,
        None,
        [(service, flow.addressed(rule, valid)) for service, rule in edition.recommend(valid, place)],
        [flow.addressed(text, valid) for text in flow.guide(edition.flow, valid)],
    )


def plain(found: Explained) -> dict[str, Any]:
    """The same as plain data; ``rank`` counts from 1, best first."""
    return {
        "question": found.question.key if found.question else None,
        "services": [
            {"slug": service.slug, "rank": rank, "reason": reason(service, rule)}
            for rank, (service, rule) in enumerate(found.shown, start=1)
        ],
        "guidance": [{"key": text.key, "title": t(text.title)} for text in found.guidance],
    }


def describe(edition: Edition, found: Explained) -> str:
    """The same as a staff member reads it."""
    lines = [f"Answers: {describe_path(edition.flow, found.answers) or 'none yet'}"]
    if found.question:
        lines.append(f"Next question: {t(found.question.title)} ({found.question.key})")
        lines += [f"  - {t(choice.label)} ({choice.key})" for choice in flow.offered(found.question, found.answers)]
    for rank, (service, rule) in enumerate(found.shown, start=1):
        lines.append(f"{rank}. {t(service.name)} ({service.slug})")
        lines.append(f"   Reason shown: {reason(service, rule)}")
        if service.slug != rule.service:
            lines.append(f"   Local service of: {t(edition.services[rule.service].name)} ({rule.service})")
        lines.append(f"   Rule: rank {rule.rank}, {describe_condition(edition.flow, rule.when)}")
    lines += [f"Guidance: {t(text.title)}" for text in found.guidance]
    return "\n".join(lines)
