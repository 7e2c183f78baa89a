"""What a person with some answers would see, and the rule behind each service: for staff."""

from dataclasses import dataclass
from typing import Any

from navigator.engine import flow
from services.texts import t

from .edition import Edition
from .wording import describe_condition, describe_path


@dataclass(frozen=True)
class Explained:
    """Where some answers lead: the next question, or the rules in force, best first."""

    answers: dict[str, flow.Answer]
    question: flow.Question | None
    rules: list[flow.Recommendation]
    guidance: list[flow.Guidance]


def explain(edition: Edition, answers: flow.Answers) -> Explained:
    """Replay the answers in an edition. Services that are not live are left out, as for the public.

    Texts are in the words for the one who gave these answers.
    """
    valid = flow.replay(edition.flow, answers)
    question = flow.next_question(edition.flow, valid)
    if question is not None:
        return Explained(valid, flow.addressed(question, valid), [], [])
    rules = [rule for rule in flow.recommend(edition.flow, valid) if rule.service in edition.services]
    return Explained(
        valid,
        None,
        [flow.addressed(rule, valid) for rule in rules],
        [flow.addressed(text, valid) for text in flow.guide(edition.flow, valid)],
    )


def plain(found: Explained) -> dict[str, Any]:
    """The same as plain data; ``rank`` counts from 1, best first."""
    return {
        "question": found.question.key if found.question else None,
        "services": [
            {"slug": rule.service, "rank": rank, "reason": t(rule.reason)}
            for rank, rule in enumerate(found.rules, start=1)
        ],
        "guidance": [{"key": text.key, "title": t(text.title)} for text in found.guidance],
    }


def describe(edition: Edition, found: Explained) -> str:
    """The same as a staff member reads it."""
    lines = [f"Answers: {describe_path(edition.flow, found.answers) or 'none yet'}"]
    if found.question:
        lines.append(f"Next question: {t(found.question.title)} ({found.question.key})")
        lines += [f"  - {t(choice.label)} ({choice.key})" for choice in flow.offered(found.question, found.answers)]
    for rank, rule in enumerate(found.rules, start=1):
        lines.append(f"{rank}. {t(edition.services[rule.service].name)} ({rule.service})")
        lines.append(f"   Reason shown: {t(rule.reason)}")
        lines.append(f"   Rule: rank {rule.rank}, {describe_condition(edition.flow, rule.when)}")
    lines += [f"Guidance: {t(text.title)}" for text in found.guidance]
    return "\n".join(lines)
