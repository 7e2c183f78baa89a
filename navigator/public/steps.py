"""Answers as they travel: one sealed token that holds everything, and the move just made.

The server keeps nothing. A page carries one token: the answers so far, the question shown and the
choices it offered, under authenticated encryption (AES-SIV, RFC 5297). It is deterministic, so that
equal answers within the hour give an equal token. The key is made from SECRET_KEY and the hour; a
token opens in its own hour and the next. Every token has the same length, so that the length tells
nothing (docs/safety-rules.md C1, C4).
"""

import base64
import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from navigator.engine.flow import SKIP, Answer, Flow, next_question, offered, replay

BLOCK = 256
"""Bytes to which the content of a token is filled up."""
HOUR = 3600
LONGEST = 16 * BLOCK
"""Characters of the longest token worth opening: room for a question with a choice for every state."""

NEXT, SKIPPED, BACK, RESULTS, STAY, CHANGE, PREFER, ANEW = "n", "s", "b", "r", "l", "c", "p", "a"
"""The moves as they are posted. One letter: what stays on a disk must not tell (C4)."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=True):
    """Where a person is: all that a page needs besides the edition."""

    answers: dict[str, Answer] = {}
    at: str = ""
    """The question shown; on an outcome, the last one shown."""
    offered: tuple[str, ...] = ()
    """The choices that it offered, so that a position means what the person saw."""
    done: bool = False
    """Whether this is an outcome. Questions still open count as skipped."""
    prefer: str = ""
    """How the person wants to reach out: a key of ``cards.PREFERENCES``, or empty."""


def seal(step: Step, now: dt.datetime | None = None) -> str:
    """The step as an opaque token for this hour."""
    data = msgspec.json.encode(step)
    filled = data.ljust(-(-len(data) // BLOCK) * BLOCK)
    return base64.urlsafe_b64encode(_cipher(settings.SECRET_KEY, _hour(now)).encrypt(filled, None)).decode()


def unseal(token: str, now: dt.datetime | None = None) -> Step | None:
    """The step in a token; None for one that is forged, cut, foreign or older than the last hour."""
    if not token or len(token) > LONGEST or not token.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(token)
    except ValueError:
        return None
    if base64.urlsafe_b64encode(data).decode() != token:  # decoding overlooks what does not belong
        return None
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for hour in (_hour(now), _hour(now) - 1):
            try:
                return msgspec.json.decode(_cipher(secret, hour).decrypt(data, None), type=Step)
            except (InvalidTag, ValueError, msgspec.MsgspecError):
                continue
    return None


def _hour(now: dt.datetime | None) -> int:
    return int((now or timezone.now()).timestamp()) // HOUR


@lru_cache(maxsize=16)
def _cipher(secret: str, hour: int) -> AESSIV:
    derive = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"navigator answers %d" % hour)
    return AESSIV(derive.derive(secret.encode()))


def start(flow: Flow) -> Step:
    """The first step."""
    return at(flow, Step())


def at(flow: Flow, step: Step, key: str = "") -> Step:
    """The step at a question: the one named if it is asked with these answers, else the first open one.

    With none open it is an outcome.
    """
    answers = replay(flow, step.answers)
    question = flow.question(key) if key in answers else next_question(flow, answers)
    if question is None:
        return msgspec.structs.replace(step, answers=answers, offered=(), done=True)
    earlier = _before(flow, answers, question.key)
    choices = tuple(choice.key for choice in offered(question, earlier))
    return msgspec.structs.replace(step, answers=answers, at=question.key, offered=choices, done=False)


def move(flow: Flow, step: Step, made: str, position: str) -> Step:
    """The step after a move: one of the letters above, and the position of the choice made.

    A move or a position that makes no sense leaves the person where they are.
    """
    given = chosen(step, position)
    here = msgspec.structs.replace(step, answers=replay(flow, step.answers))
    if made == BACK:
        return _back(flow, here)
    if made.startswith(CHANGE):
        return at(flow, here, _at_place(list(here.answers), made.removeprefix(CHANGE)) or here.at)
    if made.startswith(PREFER):
        here = msgspec.structs.replace(here, prefer=made.removeprefix(PREFER)[:1])
        return here if here.done else at(flow, here, here.at)
    if made == STAY or here.done:
        return here if here.done else at(flow, here, here.at)
    if made == RESULTS:
        answers = here.answers if given is None else {**here.answers, here.at: given}
        return msgspec.structs.replace(here, answers=replay(flow, answers), offered=(), done=True)
    if made == SKIPPED or (made == NEXT and given is None):
        given = SKIP
    if given is None or not step.at:
        return at(flow, here, here.at)
    return at(flow, msgspec.structs.replace(here, answers={**here.answers, here.at: given}))


def chosen(step: Step, position: str) -> str | None:
    """The choice at a position of those offered; None if there is none such."""
    return _at_place(step.offered, position)


def _at_place(keys: Sequence[str], place: str) -> str | None:
    # No more than two digits: `int` raises for thousands of them.
    return keys[int(place)] if len(place) < 3 and place.isdecimal() and int(place) < len(keys) else None


def _back(flow: Flow, step: Step) -> Step:
    """The question before this one; from an outcome, the one that was shown last."""
    asked = list(step.answers)
    if step.done:
        open_still = next_question(flow, step.answers)
        return at(flow, step, step.at if step.at in asked or open_still or not asked else asked[-1])
    place = asked.index(step.at) if step.at in asked else len(asked)
    return at(flow, step, asked[place - 1] if place else step.at)


def _before(flow: Flow, answers: dict[str, Answer], key: str) -> dict[str, Answer]:
    """The answers to the questions before one."""
    order = [question.key for question in flow.questions]
    return {question: choice for question, choice in answers.items() if order.index(question) < order.index(key)}
