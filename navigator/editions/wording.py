"""Paths and conditions in words, for staff, in the language at hand."""

from django.utils.translation import gettext as _

from navigator.engine import flow
from services.texts import t


def label(questions: flow.Flow, question: str, choice: str) -> str:
    """A choice as a person reads it, in the language at hand."""
    asked = questions.question(question)
    option = next((each for each in asked.choices if each.key == choice), None) if asked else None
    return t(option.label) if option else str(_("I'd rather not say")) if choice == flow.SKIP else choice


def title(questions: flow.Flow, question: str) -> str:
    """A question as a person reads it, in the language at hand."""
    asked = questions.question(question)
    return t(asked.title) if asked else question


def describe_path(questions: flow.Flow, answers: flow.Answers) -> str:
    """A path in words: "Is someone in danger right now? Yes → Who needs help? Me"."""
    said = ((key, (answer,) if isinstance(answer, str) else answer) for key, answer in answers.items())
    return " → ".join(
        f"{title(questions, key)} {', '.join(label(questions, key, choice) for choice in choices)}"
        for key, choices in said
    )


def describe_condition(questions: flow.Flow, when: flow.Condition) -> str:
    """A condition as a sentence that staff can read aloud."""
    if not when:
        return str(_("always"))
    parts = []
    for key, choices in when.items():
        words = _(" or ").join(f"“{label(questions, key, choice)}”" for choice in choices)
        parts.append(_("“%(question)s” is %(choices)s") % {"question": title(questions, key), "choices": words})
    return _("when %(parts)s") % {"parts": _(" and ").join(parts)}
