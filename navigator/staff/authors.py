"""Whose a change of the draft is, and who else may publish it."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from django.contrib.auth import get_user_model

from navigator.editions import history
from navigator.editions.choosing import Part
from navigator.editions.content import Content
from navigator.engine import flow
from services.forms import person_name

from .pages import editors, publishers

Authors = dict[Any, str]
"""The accounts by their key, as colleagues know them."""


def authors(found: Sequence[Part], public: Content) -> dict[str, Authors]:
    """Who changed each part since the public was shown it; whoever edited the draft at all, where that is not kept."""
    rules = history.rule_names()
    return {part.key: _of(part, public, rules) for part in found}


def _of(part: Part, public: Content, rules: dict[bytes, str]) -> Authors:
    record = part.new or part.old
    if record is None:
        asked = tuple(question.key for question in public.flow.questions)
        revisions = history.since(history.ORDER, "", asked)
    else:
        kind = next(name for name, each in history.KINDS.items() if each.shape is type(record))
        if isinstance(record, flow.Recommendation):
            name = rules.get(msgspec.json.encode(record), "")
        else:
            name = str(getattr(record, history.KINDS[kind].name))
        revisions = history.since(kind, name, part.old)
    if revisions:
        return {each.by.pk: person_name(each.by) for each in revisions if each.by}
    users = get_user_model()._default_manager.filter(pk__in=editors())
    return {user.pk: person_name(user) for user in users}


def others(by_part: dict[str, Authors], leave: Collection[str]) -> list[Any]:
    """Who may publish what is not left out; or all of it, where everything is."""
    going = [by for key, by in by_part.items() if key not in leave] or [*by_part.values()]
    edited = {pk for by in going for pk in by}
    return [user for user in publishers() if user.pk not in edited]
