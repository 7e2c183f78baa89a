"""The pocket edition: the questions, the rules and all services of an edition in one HTML file that needs no network.

The cards are made here, once, as HTML; without script the page is the list of all of them. ``flow.js`` asks and
recommends by the same conditions as the engine, ``search.js`` finds as search.py does, and tests/browser/test_pocket.py
holds them equal; ``outcome.js`` puts copies of the cards in order, and ``pocket.js`` is the page around them.
"""

import base64
import contextlib
import datetime as dt
import gzip
import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language_info, override

from navigator.editions import dates
from navigator.editions.edition import Edition
from navigator.engine import checks, flow
from services import areas, labels
from services.records import Service, Text
from services.texts import fold, t

from . import cards, finder, places, search
from .views import URGENT_MAX_RANK

log = logging.getLogger(__name__)
TRUSTED_DAYS = 90
"""Days for which a copy may be trusted: in that time every national line is due to be checked again (J6)."""
SOURCE = settings.BASE_DIR / "navigator" / "static" / "navigator"
LEFT = 'if (history.state === "left") { document.documentElement.hidden = true; location.replace("about:blank"); }'
"""Before anything is shown: the page was left, and Forward led to it again."""
IN_KIOSK = "[data-kiosk] span.way { border-color: transparent; padding-inline: 0; background: none; }"
"""What is no link there does not look like one."""
STYLE, SCRIPTS = "app.css", ("flow.js", "search.js", "outcome.js", "finder.js", "pocket.js")


def build(
    edition: Edition, language: str, *, kiosk: bool = False, alone: bool = False, day: dt.date | None = None
) -> str:
    """The page in a language, as it is on a day (today). With ``kiosk`` it starts over by itself and links nowhere.

    ``alone``: it goes without the files of the other languages, and so has no link to them.
    """
    day = day or timezone.localdate()
    until, changes = day + dt.timedelta(days=TRUSTED_DAYS), dates.turns(edition.content).get(edition.until)
    if changes and changes <= until:
        until = max(day, changes - dt.timedelta(days=1))
    else:
        changes = None
    style = _light((SOURCE / STYLE).read_text()) + (IN_KIOSK if kiosk else "")
    script = _light(REMARK.sub("", "\n".join((SOURCE / name).read_text() for name in SCRIPTS)))
    with override(language):
        found = {slug: cards.timeless(edition, service) for slug, service in edition.services.items()}
        groups, local = _groups(found.values())
        page = render_to_string(
            "pocket.html",
            {
                "site_name": settings.SITE_NAME,
                "language": get_language_info(language),
                "others": []
                if kiosk or alone
                else [get_language_info(code) for code, _name in settings.LANGUAGES if code != language],
                "kiosk": kiosk,
                "tag": "span" if kiosk else "a",
                "to": "data-to" if kiosk else "href",
                "style": style,
                "script": script,
                "left": LEFT,
                "policy": _policy(style, LEFT, script),
                "data": _json(_data(edition, found)),
                "number": edition.number,
                "published": edition.published and timezone.localdate(edition.published),
                "day": day,
                "until": until,
                "changes": changes,
                "address": _address(),
                "most": checks.MOST_QUESTIONS,
                "finders": {question.key for question in edition.flow.questions if finder.offers(question)},
                "questions": _both([each for each in edition.flow.questions if each.kind == "one"]),
                "ticks": _both([edition.flow.many] if edition.flow.many else []),
                "texts": _both(sorted(edition.flow.guidance, key=lambda text: text.rank)),
                "preferences": cards.PREFERENCES,
                "places": _places(places.known(edition)),
                "home": places.where(""),
                "main": [found[service.slug] for service in edition.main],
                "groups": groups,
                "local": local,
            },
        )
    return BESIDE_BLOCK.sub(r"\1\2", _light(page))


BLOCK = r"</?(?:article|body|d[dlt]|details|div|fieldset|footer|form|head|header|html|legend|li|main|meta|nav|ol|"
BLOCK += r"option|p|section|summary|template|title|ul)\b[^<>]*>"
BESIDE_BLOCK = re.compile(rf"({BLOCK})\n+|\n+(?={BLOCK})()")
"""Ends of lines that show nowhere: beside what is a block in every place."""


REMARK = re.compile(r"^ *//.*\n", re.MULTILINE)
"""A line of a script that is a remark."""


def _light(text: str) -> str:
    """A source without empty lines and without what begins its lines."""
    return re.sub(r"^\s*\n|^ +", "", text, flags=re.MULTILINE)


def _policy(*inline: str) -> str:
    """Nothing but the one style and the scripts within."""
    style, *scripts = (
        f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in inline
    )
    allowed = f"style-src {style}; script-src {' '.join(scripts)}"
    return f"default-src 'none'; {allowed}; form-action 'none'; base-uri 'none'"


def _json(data: Any) -> str:
    """As JSON that may stand within a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _address() -> str:
    """Where the site is, by the first name of its own that it answers to; empty if it has none."""
    names = (name for name in settings.ALLOWED_HOSTS if "." in name.strip(".") and not name[-1].isdigit())
    return next((f"https://{name.strip('.')}/" for name in names if "*" not in name), "")


def _languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _both(parts: Iterable[flow.P]) -> Iterator[tuple[flow.P, bool]]:
    """Each part with its words for anybody and, where they differ, for whom YOU holds (True)."""
    reader = {question: choices[0] for question, choices in flow.YOU.items()}
    for part in parts:
        yield part, False
        if (spoken := flow.addressed(part, reader)) != part:
            yield spoken, True


def _places(codes: Iterable[str]) -> list[tuple[str, str]]:
    """The places by name, each county after its state."""
    names = {code: places.parts(code) for code in codes}
    return [(code, ": ".join(names[code])) for code in sorted(names, key=lambda code: [*map(fold, names[code])])]


def _groups(
    found: Iterable[cards.Card],
) -> tuple[list[tuple[str, list[cards.Card]]], list[tuple[str, str, list[cards.Card]]]]:
    """All services of the whole country by what they are about, and all others by state."""
    groups: dict[str, list[cards.Card]] = {}
    local: dict[str, list[cards.Card]] = {}
    for card in found:
        if not card.service.areas:
            groups.setdefault(card.service.category, []).append(card)
        for state in {state.code: state for state in map(areas.state_of, card.service.areas) if state}.values():
            local.setdefault(state.code, []).append(card)
    states = [(code, name, local[code]) for code, name in _places(areas.BY_CODE) if code in local]
    return [(str(name), groups[key]) for key, name in labels.CATEGORY if key in groups], states


# What flow.js decides by


def _data(edition: Edition, found: dict[str, cards.Card]) -> dict[str, Any]:
    """The questions, the rules and what the cards alone do not tell, with what is empty left out."""
    plain = edition.flow
    return {
        "you": flow.YOU,
        "doubt": flow.STATUS_IN_DOUBT,
        "emergency": checks.EMERGENCY,
        "deaf": cards.DEAF_TICK,
        "papers": flow.PAPERS,
        "shown": flow.FIRST_SHOWN,
        "states": {code: state.code for code in places.known(edition) if (state := areas.state_of(code))},
        "questions": [
            _full(
                key=question.key,
                many=question.kind == "many",
                when=question.when,
                choices=[_full(key=choice.key, when=choice.when) for choice in question.choices],
            )
            for question in plain.questions
        ],
        "rules": [
            _full(when=rule.when, service=rule.service, **_words("reason", rule.reason, rule.reason_you))
            for rule in sorted(plain.recommendations, key=lambda rule: rule.rank)
            if rule.service in edition.services
        ],
        "guidance": [
            _full(key=text.key, when=text.when, urgent=text.rank <= URGENT_MAX_RANK)
            for text in sorted(plain.guidance, key=lambda text: text.rank)
        ],
        "services": {slug: _service(card, edition.services.get(card.service.local_of)) for slug, card in found.items()},
        "local": {slug: [each.slug for each in found] for slug, found in edition.local.items()},
        "main": [service.slug for service in edition.main],
        "choices": {
            question.key: {entry.key: _entry(entry) for entry in search.choice_entries(plain, question)}
            for question in plain.questions
            if finder.offers(question)
        },
        "stop": sorted(search.STOP),
        "endings": search.ENDINGS,
    }


def _full(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _words(name: str, plain: Text, you: Text) -> dict[str, str]:
    """A text, and the one for whom YOU holds where it has one."""
    return {name: t(plain)} | ({f"{name}_you": t({**plain, **you})} if you else {})


def _service(card: cards.Card, national: Service | None) -> dict[str, Any]:
    """What a card does not say: where it helps, what answers, the order of its ways, other words for it.

    A local one has the phrases of its national one where it says no others.
    """
    service, entry = card.service, search.service_entry(card.service)
    numbers, words = _numbers(card), _entry(entry, (service.name, service.plain, service.serves))
    kept = {id(way): place for place, way in enumerate(service.ways)}
    orders = {prefer: [kept[id(way)] for way in cards.ordered(service, prefer)] for prefer in cards.PREFERENCES}
    made = _full(
        areas=service.areas,
        before=service.before,
        finder=service.finder,
        answered=service.answered_by if service.answered_by in ("immigration", "neither") else "",
        voice=card.voice,
        spoken=card.spoken_only,
        orders={prefer: order for prefer, order in orders.items() if order != sorted(order)},
        part=entry.part if entry.part < 1 else None,
        **words,
    )
    if numbers is not None:
        made["numbers"] = numbers
    if national and national.keywords == service.keywords:
        made.pop("phrases", None)
    elif national:
        made["phrases"] = words["phrases"]
    return made


def _numbers(card: cards.Card) -> list[str] | None:
    """The numbers for the wallet, where they are not simply those that its links dial."""
    numbers = cards.wallet([card])
    dialled = [way.value for way in card.service.ways if way.kind in ("call", "text", "tty", "videophone")]
    shown = [re.sub(r"^\+1(...)(...)(....)$", r"1-\1-\2-\3", value) for value in dialled]
    return numbers if numbers != list(dict.fromkeys(shown)) else None


# What search.js finds by


def _entry(entry: search.Entry, shown: tuple[Text, Text, Text] = ({}, {}, {})) -> dict[str, str]:
    """The phrases of an entry, commas between, and its other words by weight, but for those of texts that are shown."""
    known, rows = _said(entry.keywords), []
    for (_weight, texts), here in zip(entry.texts, shown, strict=True):
        known |= _said([t(here)])
        rows.append(" ".join(sorted(_said(texts) - known)))
        known |= _said(texts)
    phrases = [search.bare(phrase) for text in entry.keywords for phrase in text.split(",")]
    return {"phrases": ",".join(phrases), "texts": "|".join(rows).rstrip("|")}


def _said(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in search.bare(text).split()} - search.STOP


# On disk


def keep(edition: Edition) -> None:
    """Keep the pages of an edition on disk, one a language, for nginx to show when no web process does.

    They are written anew when the edition, what stands of it, the program or the day is another one. What goes wrong
    is logged alone.
    """
    global _kept
    day = timezone.localdate()
    if _kept == (edition.number, edition.hash, edition.since, day):
        return
    _kept = (edition.number, edition.hash, edition.since, day)
    stamp = _stamp(edition, day)
    folder = Path(settings.POCKET_DIR)
    try:
        if (folder / STAMP).is_file() and (folder / STAMP).read_text() == stamp:
            return
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        for language in _languages():
            page = build(edition, language, day=day).encode()
            write(folder / f"{language}.html", page)
            write(folder / f"{language}.html.gz", gzip.compress(page, 9, mtime=0))
        write(folder / STAMP, stamp.encode())
    except OSError as error:
        log.error("the pocket edition could not be kept on disk: %s", type(error).__name__)


_kept: tuple[int, str, dt.datetime, dt.date] | None = None
"""What this process wrote last, or found written."""
STAMP = "made-from"


def _stamp(edition: Edition, day: dt.date) -> str:
    """What the pages are made from, in short."""
    templates = sorted((settings.BASE_DIR / "templates").glob("**/*.html"))
    sources = [Path(__file__), *(SOURCE / name for name in (STYLE, *SCRIPTS)), *templates]
    found = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    with override(settings.LANGUAGE_CODE):
        host = (_languages(), str(settings.SITE_NAME), _address(), settings.HOME_AREA)
    found.update(repr((edition.number, edition.hash, edition.since, day, host)).encode())
    return found.hexdigest()


def write(path: Path, data: bytes) -> None:
    """Write a file that everybody may read, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
