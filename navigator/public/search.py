"""Finding a service on the list of all services: by words, need, way to reach and language.

Words are looked for in every language at once, whatever the accents, and with small typing errors. Of a search
nothing is kept but, for a minute and in memory, the page made for it, without the words. Why it is built like this:
docs/decisions/0007-finding.md.
"""

import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from navigator.editions.edition import Edition
from services.records import ContactPoint, Service
from services.texts import fold

LONGEST, MOST_WORDS = 100, 16
"""Letters and words of a search that are read."""
CONTACT_FILTERS: dict[str, tuple[Any, frozenset[str]]] = {
    "call": (_("Call"), frozenset({"call"})),
    "text": (_("Text"), frozenset({"text"})),
    "chat": (_("Chat"), frozenset({"chat"})),
    "sign": (_("Videophone or TTY"), frozenset({"videophone", "tty"})),
    "web": (_("Website, form or e-mail"), frozenset({"website", "form", "email"})),
}
"""Ways to reach a service as people choose them: what it is called, and the kinds it stands for."""

STOP = frozenset(
    re.findall(
        r"\w+",
        """
        a about am an and are as at be been being but by did do does for from get got had has have he her him his how
        i if im in is it its me my of on or our she so that the their them they this to us want was we were what when
        where who will with wont you your
        al como con de del el ella en es esta estoy fue ha hay la las le les lo los me mi mis muy no o para por pero
        que quien se si sin su sus te un una y ya yo
        """,
    )
)
"""Words that tell nothing, unless there is nothing else."""
NAME, PLAIN, SERVES = 3.0, 2.0, 1.0
KEYWORD = 3.0
PHRASE = 3.0
"""How much a word counts by where it stands, and each word of a whole phrase that fits."""
NEAR = 0.4
"""Services with less than this part of the best score are not shown."""


class Wish(NamedTuple):
    """What a person looks for. Empty means anything."""

    words: str = ""
    need: str = ""
    way: str = ""
    language: str = ""

    def __bool__(self) -> bool:
        return any(self)


class Index(NamedTuple):
    """The words of an edition."""

    terms: dict[str, dict[str, float]]
    """For each word the services that it stands for, with its weight."""
    phrases: dict[str, list[tuple[str, ...]]]
    """For each service its phrases: the other words that people use for it."""
    numbers: dict[str, set[str]]
    """For each service the digits of its numbers."""
    parts: dict[str, float]
    """For each service the part of its score that counts."""


def find(edition: Edition, wish: Wish, place: str = "") -> list[Service]:
    """The services for people at a place that fit: with words, the best first; else as the edition has them."""
    here = edition.at(place)
    services = [service for service in here if _fits(service, wish)]
    if not bare(wish.words):
        return services
    scores = _scores(edition, wish.words, {service.slug for service in here})
    best = max((scores.get(service.slug, 0.0) for service in services), default=0.0)
    found = [service for service in services if scores.get(service.slug, 0.0) > best * NEAR]
    return sorted(found, key=lambda service: (-scores[service.slug], not service.main, service.slug))


def languages(edition: Edition) -> list[str]:
    """The codes of the languages in which something is offered, but for English."""
    found = {code for service in edition.at("") for code in _spoken(service)}
    return sorted(found - {"en"}, key=lambda code: (code != "es", code))


def bare(text: str) -> str:
    """A text as it is compared: small letters and digits, without accents."""
    return re.sub(r"[^\w]+", " ", fold(text).replace("'", "").replace("’", "")).strip()


def _fits(service: Service, wish: Wish) -> bool:
    kinds = CONTACT_FILTERS[wish.way][1] if wish.way in CONTACT_FILTERS else frozenset()
    return (
        (not wish.need or service.category == wish.need)
        and (not kinds or any(way.kind in kinds for way in service.ways))
        and (not wish.language or wish.language in _spoken(service) or _interpreted(service, wish.language))
    )


def _spoken(service: Service) -> set[str]:
    return set(service.languages).union(*(way.languages for way in service.ways))


def _interpreted(service: Service, language: str) -> bool:
    """Interpreters for many languages speak any of them, but not with their hands."""
    return language != "ase" and "mul" in _spoken(service)


def _index(edition: Edition) -> Index:
    index = Index({}, {}, {}, {})
    for service in edition.services.values():
        index.parts[service.slug] = part = _part(service)
        keywords = [phrase for text in service.keywords.values() for phrase in text.split(",")]
        parts = [(KEYWORD, keywords), (NAME, service.name.values())]
        parts += [(PLAIN, service.plain.values()), (SERVES, service.serves.values())]
        for weight, texts in parts:
            for word in {word for text in texts for word in bare(text).split()} - STOP:
                held = index.terms.setdefault(word, {})
                held[service.slug] = max(held.get(service.slug, 0.0), weight * part)
        index.phrases[service.slug] = [tuple(bare(phrase).split()) for phrase in keywords]
        index.numbers[service.slug] = {_digits(way) for way in service.ways}
    return index


def _part(service: Service) -> float:
    """Offices come after help for people; of two that fit alike, the one that enforcement answers comes second."""
    part = 0.5 if service.category == "office" else 0.8 if service.directory_only else 1.0
    return part * 0.8 if service.answered_by in ("police", "immigration") else part


def _digits(way: ContactPoint) -> str:
    return way.value.removeprefix("+1") if way.value.lstrip("+").isdecimal() else ""


def _scores(edition: Edition, words: str, here: set[str]) -> dict[str, float]:
    """How well each of the services that are shown here fits the words."""
    index = edition.derived(_index)
    said = bare(words[:LONGEST]).split()[:MOST_WORDS]
    scores: dict[str, float] = {}
    for word in [word for word in said if word not in STOP] or said:
        best: dict[str, float] = {}
        for term, likeness in _like(word, index.terms):
            held = {slug: weight for slug, weight in index.terms[term].items() if slug in here}
            rarity = math.log(1 + len(here) / max(1, len(held)))
            for slug, weight in held.items():
                best[slug] = max(best.get(slug, 0.0), weight * likeness * rarity)
        for slug, score in best.items():
            scores[slug] = scores.get(slug, 0.0) + score
    for slug, phrases in ((slug, index.phrases[slug]) for slug in here):
        # Staff name the closest words first: the further down a phrase stands, the less it counts, by a tenth at most.
        fits = (_phrase(phrase, said) * (1 - 0.1 * at / len(phrases)) for at, phrase in enumerate(phrases))
        scores[slug] = scores.get(slug, 0.0) + PHRASE * index.parts[slug] * max(fits, default=0.0)
    number = re.sub(r"\D", "", words).removeprefix("1")
    if len(number) >= 3:
        for slug, numbers in index.numbers.items():
            if slug in here and any(
                number == each or (len(number) > 5 and each.startswith(number)) for each in numbers
            ):
                scores[slug] = scores.get(slug, 0.0) + 100.0
    return scores


def _like(word: str, terms: Iterable[str]) -> list[tuple[str, float]]:
    """The words like a word, and how like they are: the same, one that begins with it, a slip of the finger."""
    found = {word: 1.0} if word in terms else {}
    if len(word) > 3:
        for term in terms:
            if term.startswith(word) or (len(term) > 3 and word.startswith(term) and len(word) - len(term) < 3):
                found.setdefault(term, 0.7)
        # A word that is known is not taken for a mistake: "rape" is not "tape".
        slips = 0 if word in found else 2 if len(word) > 7 else 1
        if slips:
            for term, distance, _key in process.extract(
                word, list(terms), scorer=OSA.distance, score_cutoff=slips, limit=20
            ):
                if len(term) > 3:
                    found.setdefault(term, 0.7 - 0.15 * distance)
    return list(found.items())


def _phrase(phrase: tuple[str, ...], said: list[str]) -> float:
    """How many words of a phrase were said one after the other; a whole one counts for more, all that was said most."""
    if not phrase:
        return 0.0
    if list(phrase) == said:
        return len(phrase) + 2.0
    if len(phrase) > 1 and _inside(phrase, said):
        return float(len(phrase))
    return len(said) / 2 if len(said) > 1 and _inside(tuple(said), list(phrase)) else 0.0


def _inside(part: tuple[str, ...], whole: list[str]) -> bool:
    size = len(part)
    return any(tuple(whole[at : at + size]) == part for at in range(len(whole) - size + 1))
