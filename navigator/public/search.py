"""Finding a service on the list of all services: by words, need, way to reach and language.

Words are looked for in every language at once, whatever the accents, and with small typing errors. Of a search
nothing is kept but, for a minute and in memory, the page made for it, without the words. Why it is built like this:
docs/decisions/0007-finding.md.
"""

import itertools
import math
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from navigator.editions.edition import Edition
from navigator.engine.flow import Flow, Question
from services import phones
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
        where who will with wont you your because could dont not now says someone something then there these those would
        al como con de del el ella en es esta estoy fue ha hay la las le les lo los me mi mis muy no o para por pero
        que quien se si sin su sus te un una y ya yo
        ahora algo alguien cuando donde eso esto hace nada nos porque puede puedo soy son tengo tiene todo
        """,
    )
)
"""Words that tell nothing, unless there is nothing else."""
ENDINGS = sorted(
    [
        "s",
        "es",
        "ed",
        "d",
        "ing",
        "ings",
        "er",
        "ers",
        "y",
        "a",
        "o",
        "e",
        "as",
        "os",
        "an",
        "en",
        "aba",
        "aban",
        "ada",
        "adas",
        "ado",
        "ados",
        "ando",
        "ar",
        "aron",
        "acion",
        "aciones",
        "ia",
        "ian",
        "ida",
        "idas",
        "ido",
        "idos",
        "iendo",
        "ir",
        "io",
        "ieron",
        "er",
        "eron",
        "icion",
    ],
    key=len,
    reverse=True,
)
"""How words end in English and in Spanish, accents apart, the longest first; what is left is the same word."""
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


class Entry(NamedTuple):
    """Something that can be found by its words: a service, or a choice of a question."""

    key: str
    keywords: Iterable[str]
    """The other words that people use for it, as staff write them: commas between."""
    texts: Iterable[tuple[float, Iterable[str]]]
    """What else is said of it, and how much each word there counts."""
    numbers: frozenset[str] = frozenset()
    """The digits of its numbers."""
    part: float = 1.0
    """The part of its score that counts."""


class Index(NamedTuple):
    """The words of a number of entries."""

    terms: dict[str, dict[str, float]]
    """For each word the entries that it stands for, with its weight."""
    order: list[str]
    """The words by the alphabet, to find those that begin alike."""
    stems: dict[str, list[str]]
    """For each stem the words that have it."""
    phrases: dict[str, list[tuple[str, ...]]]
    """For each entry its phrases: the other words that people use for it."""
    numbers: dict[str, frozenset[str]]
    """For each entry the digits of its numbers."""
    parts: dict[str, float]
    """For each entry the part of its score that counts."""


def find(edition: Edition, wish: Wish, place: str = "") -> list[Service]:
    """The services for people at a place that fit: with words, the best first; else as the edition has them."""
    here = edition.at(place)
    services = [service for service in here if _fits(service, wish)]
    if not bare(wish.words):
        return services
    scores = _scores(edition.derived(_services), wish.words, {service.slug for service in here})
    best = max((scores.get(service.slug, 0.0) for service in services), default=0.0)
    found = [service for service in services if scores.get(service.slug, 0.0) > best * NEAR]
    return sorted(found, key=lambda service: (-scores[service.slug], not service.main, service.slug))


def find_choices(edition: Edition, question: str, offered: Sequence[str], words: str) -> list[str]:
    """The keys of those choices of a question that fit the words, of the ones offered, the best first."""
    scores = _scores(edition.derived(_choices)[question], words, offered) if bare(words) else {}
    return sorted((key for key in offered if scores.get(key)), key=lambda key: -scores[key])


def languages(edition: Edition) -> list[str]:
    """The codes of the languages in which something is offered, but for English."""
    found = {code for service in edition.at("") for code in _spoken(service)}
    return sorted(found - {"en"}, key=lambda code: (code != "es", code))


def read(typed: str) -> str:
    """What is read of what a person typed."""
    return bare(typed[: 2 * LONGEST])[:LONGEST]


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


def _index(entries: Iterable[Entry]) -> Index:
    index = Index({}, [], {}, {}, {}, {})
    for entry in entries:
        keywords = [phrase for text in entry.keywords for phrase in text.split(",")]
        for weight, texts in [(KEYWORD, keywords), *entry.texts]:
            for word in {word for text in texts for word in bare(text).split()} - STOP:
                held = index.terms.setdefault(word, {})
                held[entry.key] = max(held.get(entry.key, 0.0), weight * entry.part)
        index.phrases[entry.key] = [tuple(bare(phrase).split()) for phrase in keywords]
        index.numbers[entry.key] = entry.numbers
        index.parts[entry.key] = entry.part
    index.order.extend(sorted(index.terms))
    for term in index.order:
        index.stems.setdefault(_stem(term), []).append(term)
    return index


def _services(edition: Edition) -> Index:
    """The words of the services."""
    return _index(map(service_entry, edition.services.values()))


def _choices(edition: Edition) -> dict[str, Index]:
    """For each question the words of its choices."""
    return {question.key: _index(choice_entries(edition.flow, question)) for question in edition.flow.questions}


def service_entry(service: Service) -> Entry:
    """What a service is found by."""
    return Entry(
        service.slug,
        service.keywords.values(),
        [(NAME, service.name.values()), (PLAIN, service.plain.values()), (SERVES, service.serves.values())],
        frozenset(_digits(way) for way in service.ways),
        part(service),
    )


def choice_entries(questions: Flow, question: Question) -> list[Entry]:
    """What the choices of a question are found by: their own words, and what is asked next of whoever picks one."""
    return [
        Entry(
            choice.key,
            choice.words.values(),
            [
                (NAME, [*choice.label.values(), *choice.label_you.values()]),
                (PLAIN, [*choice.hint.values(), *choice.hint_you.values()]),
                (SERVES, _asked_next(questions, question.key, choice.key)),
            ],
        )
        for choice in question.choices
    ]


def _asked_next(questions: Flow, question: str, choice: str) -> list[str]:
    """The labels and hints of the questions that are asked because of a choice."""
    asked = [each for each in questions.questions if each.kind == "one" and choice in each.when.get(question, ())]
    options = [option for each in asked for option in each.choices]
    return [text for option in options for words in (option.label, option.hint) for text in words.values()]


def part(service: Service) -> float:
    """Offices come after help for people; of two that fit alike, the one that enforcement answers comes second."""
    part = 0.5 if service.category == "office" else 0.8 if service.directory_only else 1.0
    return part * 0.8 if service.answered_by in ("police", "immigration") else part


def _digits(way: ContactPoint) -> str:
    number = way.value.partition(phones.EXTENSION)[0]
    return number.removeprefix("+1") if number.lstrip("+").isdecimal() else ""


def _scores(index: Index, words: str, here: Collection[str]) -> dict[str, float]:
    """How well each of these entries, by key, fits the words."""
    known = dict.fromkeys(key for key in here if key in index.phrases)
    said = bare(words[:LONGEST]).split()[:MOST_WORDS]
    scores: dict[str, float] = {}
    # A letter or digit alone tells nothing, unless it is part of a phrase, such as J-1.
    words_said = [word for word in said if len(word) > 1]
    for word in [word for word in words_said if word not in STOP] or words_said:
        best: dict[str, float] = {}
        for term, likeness in _like(word, index):
            held = {key: weight for key, weight in index.terms[term].items() if key in known}
            rarity = math.log(1 + len(known) / max(1, len(held)))
            for slug, weight in held.items():
                best[slug] = max(best.get(slug, 0.0), weight * likeness * rarity)
        for slug, score in best.items():
            scores[slug] = scores.get(slug, 0.0) + score
    for slug, phrases in ((slug, index.phrases[slug]) for slug in known):
        # Staff name the closest words first: the further down a phrase stands, the less it counts, by a tenth at most.
        fits = (_phrase(phrase, said) * (1 - 0.1 * at / len(phrases)) for at, phrase in enumerate(phrases))
        scores[slug] = scores.get(slug, 0.0) + PHRASE * index.parts[slug] * max(fits, default=0.0)
    number = re.sub(r"\D", "", words).removeprefix("1")
    if len(number) >= 3:
        for slug, numbers in index.numbers.items():
            if slug in known and any(
                number == each or (len(number) > 5 and each.startswith(number)) for each in numbers
            ):
                scores[slug] = scores.get(slug, 0.0) + 100.0
    return scores


def _like(word: str, index: Index) -> list[tuple[str, float]]:
    """The words like a word, and how like they are: the same, one that begins with it or has another ending, a slip
    of the finger."""
    found = {word: 1.0} if word in index.terms else {}
    if len(word) > 3:
        begins = itertools.takewhile(lambda term: term.startswith(word), index.order[bisect_left(index.order, word) :])
        shorter = (part for part in (word[:-1], word[:-2]) if len(part) > 3 and part in index.terms)
        for term in itertools.chain(begins, shorter, index.stems.get(_stem(word), ())):
            found.setdefault(term, 0.7)
        # A word that is known is not taken for a mistake: "rape" is not "tape".
        slips = 0 if word in found else 2 if len(word) > 7 else 1
        if slips:
            for term, distance, _key in process.extract(
                word, index.order, scorer=OSA.distance, score_cutoff=slips, limit=20
            ):
                if len(term) > 3:
                    found.setdefault(term, 0.7 - 0.15 * distance)
    return list(found.items())


def _stem(word: str) -> str:
    """A word without its ending, if four letters or more are left."""
    cut = next((ending for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) > 3), "")
    return word.removesuffix(cut)


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
