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

from navigator.engine.flow import SKIP, Answer, Answers, Flow, next_question, offered, offered_ticks, replay

BLOCK = 512
"""Bytes to which the content of a token is filled up: enough for the longest answers with every tick."""
HOUR = 3600
LONGEST = 8 * BLOCK
"""Characters of the longest token worth opening: room for a question with a choice for every state."""

NEXT, SKIPPED, BACK, RESULTS, STAY, CHANGE, FIT, ANEW, FIND = "n", "s", "b", "r", "l", "c", "f", "a", "w"
"""The moves as they are posted. One letter: what stays on a disk must not tell (C4)."""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=True):
    """Where a person is: all that a page needs besides the edition."""

    answers: dict[str, Answer] = {}
    at: str = ""
    """The question shown; on an outcome, the last one shown."""
    offered: tuple[str, ...] = ()
    """The choices or, on an outcome, the ticks that it offered, so that a position means what the person saw."""
    done: bool = False
    """Whether this is an outcome. Questions still open count as skipped."""
    prefer: str = ""
    """How the person wants to reach out: a key of ``cards.PREFERENCES``, or empty."""
    place: str = ""
    """The state or county that the person chose; ``places.NOWHERE`` if they chose none; empty: nothing said."""


def seal(step: Step, now: dt.datetime | None = None) -> str:
    """The step as an opaque token for this hour."""
    data = msgspec.json.encode(step)
    filled = data.ljust(-(-len(data) // BLOCK) * BLOCK)
    return base64.urlsafe_b64encode(cipher(settings.SECRET_KEY, hour(now)).encrypt(filled, None)).decode()


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
        for made in (hour(now), hour(now) - 1):
            try:
                return msgspec.json.decode(cipher(secret, made).decrypt(data, None), type=Step)
            except (InvalidTag, ValueError, msgspec.MsgspecError):
                continue
    return None


def hour(now: dt.datetime | None) -> int:
    """The number of the hour, which goes into the key."""
    return int((now or timezone.now()).timestamp()) // HOUR


@lru_cache(maxsize=16)
def cipher(secret: str, hour: int) -> AESSIV:
    """What seals in an hour."""
    derive = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"navigator answers %d" % hour)
    return AESSIV(derive.derive(secret.encode()))


# Short values that stand for what a form names: a place, a service. A position would not do where lists differ.

STAMP = 8
"""Characters of each; none can be told from another."""
Named = tuple[str, ...]
"""What a stamp stands for; the first word says of what kind it is."""


def stamp(*named: str, now: dt.datetime | None = None) -> str:
    """What stands for something in a form in this hour."""
    return _stamp(settings.SECRET_KEY, hour(now), named)


def stamped(value: str, all_named: tuple[Named, ...], now: dt.datetime | None = None) -> Named | None:
    """Which of these a value stands for; None for one that is forged, or older than the last hour."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for made in (hour(now), hour(now) - 1):
            if named := _stamps(secret, made, all_named).get(value):
                return named
    return None


@lru_cache(maxsize=1024)
def _stamp(secret: str, hour: int, named: Named) -> str:
    # The tag of AES-SIV is a keyed hash of what goes with the text; six bytes of it tell all of a kind apart.
    tag = cipher(secret, hour).encrypt(b"\0", [word.encode() for word in named])[: STAMP * 6 // 8]
    return base64.urlsafe_b64encode(tag).decode()


@lru_cache(maxsize=64)
def _stamps(secret: str, hour: int, all_named: tuple[Named, ...]) -> dict[str, Named]:
    return {_stamp(secret, hour, named): named for named in all_named}


def start(flow: Flow) -> Step:
    """The first step."""
    return at(flow, Step())


def at(flow: Flow, step: Step, key: str = "") -> Step:
    """The step at a question: the one named if it is asked with these answers, else the first open one.

    With none open, or where what is named are the ticks, it is an outcome.
    """
    answers = replay(flow, step.answers)
    question = flow.question(key) if key in answers else next_question(flow, answers)
    if question is None or question.kind == "many":
        return _ended(flow, step)
    earlier = _before(flow, answers, question.key)
    choices = tuple(choice.key for choice in offered(question, earlier))
    return msgspec.structs.replace(step, answers=answers, at=question.key, offered=choices, done=False)


def _ended(flow: Flow, step: Step) -> Step:
    """The outcome of the answers of a step, with what may be ticked there."""
    answers = replay(flow, step.answers)
    ticks = tuple(choice.key for choice in offered_ticks(flow, answers))
    return msgspec.structs.replace(step, answers=answers, offered=ticks, done=True)


def move(
    flow: Flow, step: Step, made: str, position: str, ticks: Sequence[str] = (), prefer: str = "", place: str = ""
) -> Step:
    """The step after a move: one of the letters above, and the position of the choice made.

    With FIT go the positions of all ticks, how the person wants to reach out, and the place (empty: as it was). A move
    or a position that makes no sense leaves the person where they are.
    """
    given = chosen(step, position)
    here = msgspec.structs.replace(step, answers=replay(flow, step.answers))
    if made == BACK:
        return _back(flow, here)
    if made.startswith(CHANGE) and not (made == CHANGE and here.done):
        return at(flow, here, _at_place(list(here.answers), made.removeprefix(CHANGE)) or here.at)
    if made == FIT and here.done:
        ticked: dict[str, Answer] = {}
        if flow.many:
            ticked[flow.many.key] = tuple(filter(None, (chosen(step, tick) for tick in ticks)))
        here = msgspec.structs.replace(
            here, answers={**here.answers, **ticked}, prefer=prefer, place=place or here.place
        )
    if here.done:
        return _ended(flow, here)
    if made in (STAY, FIT):
        return at(flow, here, here.at)
    if made == RESULTS:
        answers = here.answers if given is None else {**here.answers, here.at: given}
        return _ended(flow, msgspec.structs.replace(here, answers=answers))
    if made == SKIPPED or (made == NEXT and given is None):
        given = SKIP
    if given is None or not step.at:
        return at(flow, here, here.at)
    return at(flow, msgspec.structs.replace(here, answers={**here.answers, here.at: given}))


def sensible(step: Step, made: str, position: str, ticks: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    """The move, the position and the ticks as a page of ours would send them; what makes no sense stays where it is."""
    if made.startswith(CHANGE) and (key := _at_place(list(step.answers), made.removeprefix(CHANGE))):
        return f"{CHANGE}{list(step.answers).index(key)}", "", ()
    if made == BACK or (made == SKIPPED and not step.done) or (made == CHANGE and step.done):
        return made, "", ()
    if made in (FIT, NEXT) and step.done:  # the key Enter says to go on, and means the button of the panel
        given_ticks = {chosen(step, tick) for tick in ticks}
        return FIT, "", tuple(str(place) for place, key in enumerate(step.offered) if key in given_ticks)
    if made not in (NEXT, RESULTS, STAY) or step.done:
        return STAY, "", ()
    given = chosen(step, position)
    return made, "" if given is None else str(step.offered.index(given)), ()


def chosen(step: Step, position: str) -> str | None:
    """The choice or the tick at a position of those offered; None if there is none such."""
    return _at_place(step.offered, position)


def _at_place(keys: Sequence[str], place: str) -> str | None:
    # No more than two digits: `int` raises for thousands of them.
    return keys[int(place)] if len(place) < 3 and place.isdecimal() and int(place) < len(keys) else None


def _back(flow: Flow, step: Step) -> Step:
    """The question before this one; from an outcome, the one that was shown last."""
    asked = answered(flow, step.answers)
    if step.done:
        open_still = next_question(flow, step.answers)
        return at(flow, step, step.at if step.at in asked or open_still or not asked else asked[-1])
    place = asked.index(step.at) if step.at in asked else len(asked)
    return at(flow, step, asked[place - 1] if place else step.at)


def _before(flow: Flow, answers: dict[str, Answer], key: str) -> dict[str, Answer]:
    """The answers to the questions before one."""
    order = [question.key for question in flow.questions]
    return {question: choice for question, choice in answers.items() if order.index(question) < order.index(key)}


def answered(flow: Flow, answers: Answers) -> list[str]:
    """The questions that were answered one by one; ticks are none of them."""
    return [question.key for question in flow.questions if question.kind == "one" and question.key in answers]
