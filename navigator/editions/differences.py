"""What differs between two contents, field by field, in the words that staff know.

Records are paired by what names them, or else by what they have most in common, so that a corrected
number reads as one change and not as one way to reach that went and another that came.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple, Self, TypeVar

import msgspec
import phonenumbers
from django.db.models import Model
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from navigator import models
from navigator.engine import flow
from services import labels, phones, records
from services import models as directory
from services.records import Record, Text
from services.texts import t

from .content import Content
from .wording import describe_condition

MODELS: dict[type[Record], type[Model]] = {
    records.Service: directory.Service,
    records.ContactPoint: directory.ContactPoint,
    records.Source: directory.Source,
    records.Organization: directory.Organization,
    flow.Question: models.Question,
    flow.Choice: models.Choice,
    flow.Recommendation: models.Recommendation,
    flow.Guidance: models.Guidance,
}
"""The model behind each record: its fields' names are the words that staff know."""
APART = {"ways", "sources", "choices"}
"""What is compared record by record."""

R = TypeVar("R", bound=Record)
Key = Callable[[Any], Hashable]


class Place(str):
    """The service, question, rule or text that a difference is about, as staff know it, with its record."""

    record: Record | None = None

    def __new__(cls, words: str, record: Record) -> Self:
        """Words that know their record."""
        made = super().__new__(cls, words)
        made.record = record
        return made


class Difference(NamedTuple):
    """One thing that differs. What was or became empty is an empty text."""

    where: str
    """What it is about: a Place, but where the order of many differs."""
    field: str
    language: str
    """The code of the language, where the words of one language differ; else empty."""
    old: str
    new: str


def differences(old: Content, new: Content) -> list[Difference]:
    """Everything in which ``new`` differs from ``old``, services first, in the language at hand."""
    return list(_Comparison(old, new).all())


class _Comparison:
    def __init__(self, old: Content, new: Content) -> None:
        self.old = old
        self.new = new

    def all(self) -> Iterator[Difference]:
        if self.old.languages != self.new.languages:
            listed = (", ".join(content.languages) for content in (self.old, self.new))
            yield Difference(_("The site"), capfirst(_("languages")), "", *listed)
        yield from self._services()
        yield from self._organizations()
        yield from self._questions()
        yield from self._rules()
        yield from self._guidance()

    # The directory

    def _services(self) -> Iterator[Difference]:
        both, gone, come = _paired(self.old.services, self.new.services, [_slug])
        for service in gone:
            yield Difference(_named(service), _("Service"), "", _("shown to the public"), _("taken off"))
        for service in come:
            yield Difference(_named(service), _("Service"), "", _("not shown"), _("added"))
            yield from self._parts(_named(service), (), service.ways, *WAY_KEYS)
            yield from self._record(_named(service), None, service)
            yield from self._parts(_named(service), (), service.sources, *SOURCES)
        for before, service in both:
            yield from self._parts(_named(service), before.ways, service.ways, *WAY_KEYS)
            yield from self._record(_named(service), before, service)
            yield from self._parts(_named(service), before.sources, service.sources, *SOURCES)

    def _parts(
        self, where: str, old: Sequence[R], new: Sequence[R], name: Callable[[R], str], keys: Sequence[Key]
    ) -> Iterator[Difference]:
        """Ways to reach, or sources: what came, went, changed and moved."""
        both, gone, come = _paired(old, new, keys)
        kind = capfirst(str(MODELS[type((*old, *new)[0])]._meta.verbose_name)) if old or new else ""
        for part in gone:
            yield Difference(where, kind, "", name(part), _("taken off"))
        for part in come:
            said = name(part).casefold()
            told = (
                f"{one.field}: {one.new}"
                for one in self._record("", None, part)
                if one.language or one.new.casefold() not in said
            )
            yield Difference(where, kind, "", _("not there"), "; ".join((name(part), *told)))
        for before, part in both:
            for one in self._record(where, before, part):
                yield one._replace(field=f"{name(before)}: {one.field.lower()}")
        yield from _moved(where, [(name(before), name(part)) for before, part in both], _order(both, old, new))

    def _organizations(self) -> Iterator[Difference]:
        both, gone, come = _paired(self.old.organizations, self.new.organizations, [_slug])
        for organization in gone:
            yield Difference(_named(organization), _("Organization"), "", _("there"), _("taken off"))
        for organization in come:
            yield from self._record(_named(organization), None, organization)
        for before, organization in both:
            yield from self._record(_named(organization), before, organization)

    # The flow

    def _questions(self) -> Iterator[Difference]:
        old, new = self.old.flow.questions, self.new.flow.questions
        both, gone, come = _paired(old, new, [_key])
        for question in gone:
            yield Difference(_asked(question), _("Question"), "", _("there"), _("taken off"))
        for question in come:
            yield Difference(_asked(question), _("Question"), "", _("not there"), _("added"))
            yield from self._record(_asked(question), None, question)
            yield from self._choices(question, (), question.choices)
        for before, question in both:
            yield from self._record(_asked(question), before, question)
            yield from self._choices(question, before.choices, question.choices)
        titles = [(t(before.title), t(question.title)) for before, question in both]
        yield from _moved(_("The questions"), titles, _order(both, old, new))

    def _choices(
        self, question: flow.Question, old: Sequence[flow.Choice], new: Sequence[flow.Choice]
    ) -> Iterator[Difference]:
        both, gone, come = _paired(old, new, [_key])
        where = _asked(question)
        for choice in gone:
            yield Difference(where, _("Choice"), "", _quoted(choice.label, choice.key), _("taken off"))
        for choice in come:
            yield Difference(where, _("Choice"), "", _("not there"), _quoted(choice.label, choice.key))
        for before, choice in [*both, *((None, choice) for choice in come)]:
            for one in self._record(where, before, choice):
                name = _("choice %(words)s") % {"words": _quoted((before or choice).label, choice.key)}
                yield one._replace(field=f"{capfirst(name)}: {one.field.lower()}")
        labels = [(_quoted(before.label), _quoted(choice.label)) for before, choice in both]
        yield from _moved(where, labels, _order(both, old, new))

    def _rules(self) -> Iterator[Difference]:
        old, new = self.old.flow.recommendations, self.new.flow.recommendations
        both, gone, come = _paired(old, new, RULES)
        for rule in gone:
            yield Difference(self._ruled(rule), _("Rule"), "", self._rule(self.old, rule), _("taken off"))
        for rule in come:
            yield Difference(self._ruled(rule), _("Rule"), "", _("not there"), self._rule(self.new, rule))
            yield from (one for one in self._record(self._ruled(rule), None, rule) if one.language)
        for before, rule in both:
            yield from self._record(self._ruled(rule), before, rule)
        for rank in sorted({rule.rank for rule in new}):
            level = [(before, rule) for before, rule in both if before.rank == rule.rank == rank]
            names = [(self._ruled(before), self._ruled(rule)) for before, rule in level]
            yield from _moved(_("Rules of rank %(rank)s") % {"rank": rank}, names, _order(level, old, new))

    def _rule(self, content: Content, rule: flow.Recommendation) -> str:
        condition = describe_condition(content.flow, rule.when)
        return _("rank %(rank)s, %(condition)s") % {"rank": rule.rank, "condition": condition}

    def _ruled(self, rule: flow.Recommendation) -> str:
        services = (*self.new.services, *self.old.services)
        service = next((service for service in services if service.slug == rule.service), None)
        return Place(_("Rule for %(service)s") % {"service": _named(service) if service else rule.service}, rule)

    def _guidance(self) -> Iterator[Difference]:
        old, new = self.old.flow.guidance, self.new.flow.guidance
        both, gone, come = _paired(old, new, [_key])
        for text in gone:
            yield Difference(_guided(text), _("Guidance"), "", _("there"), _("taken off"))
        for text in come:
            yield Difference(_guided(text), _("Guidance"), "", _("not there"), _("added"))
            yield from self._record(_guided(text), None, text)
        for before, text in both:
            yield from self._record(_guided(text), before, text)
        for rank in sorted({text.rank for text in new}):
            level = [(before, text) for before, text in both if before.rank == text.rank == rank]
            names = [(t(before.title), t(text.title)) for before, text in level]
            yield from _moved(_("Guidance of rank %(rank)s") % {"rank": rank}, names, _order(level, old, new))

    # One record

    def _record(self, where: str, old: R | None, new: R) -> Iterator[Difference]:
        """The fields in which two records differ; all that are filled in, where there is no old one."""
        for field in msgspec.structs.fields(new):
            if field.name in APART:
                continue
            after = getattr(new, field.name)
            before = getattr(old, field.name) if old is not None else _nothing(field, after)
            label = capfirst(str(MODELS[type(new)]._meta.get_field(field.name).verbose_name))  # type: ignore[union-attr]
            if field.type == Text:
                for language in dict.fromkeys((*before, *after)):
                    words = before.get(language, "").strip(), after.get(language, "").strip()
                    if words[0] != words[1]:
                        yield Difference(where, label, language, *words)
            elif _plain(before) != _plain(after):
                said = self._said(self.old, old, field.name, before) if old is not None else ""
                yield Difference(where, label, "", said, self._said(self.new, new, field.name, after))

    def _said(self, content: Content, record: Record, name: str, value: Any) -> str:
        """A value as staff read it."""
        if name == "when":
            return describe_condition(content.flow, value)
        if name == "organization":
            found = next((row for row in content.organizations if row.slug == value), None)
            return _named(found) if found else str(value)
        if isinstance(record, records.ContactPoint) and name == "value":
            return shown(record)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dt.date):
            return formats.date_format(value, "DATE_FORMAT")
        if isinstance(value, tuple):
            return ", ".join(value)
        choices = dict(getattr(MODELS[type(record)]._meta.get_field(name), "flatchoices", ()))
        return str(choices.get(value, "" if value is None else value))


def shown(way: records.ContactPoint) -> str:
    """The number or address of a way as people read it; as it is, if it cannot be read."""
    try:
        return phones.show(way.value) if way.kind in directory.NUMBERED else way.value
    except phonenumbers.NumberParseException:
        return way.value


def way_name(way: records.ContactPoint) -> str:
    """A way to reach as staff know it: "Call 1-888-373-7888", and for whom, where that is said."""
    name = f"{capfirst(dict(labels.KIND)[way.kind])} {shown(way)}"
    return f"{name} ({t(way.label)})" if t(way.label) else name


def _named(row: records.Service | records.Organization) -> str:
    return Place(t(row.name) or row.slug, row)


def _quoted(words: Text, key: str = "") -> str:
    return f"“{t(words) or key}”"


def _asked(question: flow.Question) -> str:
    return Place(_("Question %(title)s") % {"title": _quoted(question.title, question.key)}, question)


def _guided(text: flow.Guidance) -> str:
    return Place(_("Guidance %(title)s") % {"title": _quoted(text.title, text.key)}, text)


def _slug(row: Any) -> Hashable:
    return row.slug


def _key(row: Any) -> Hashable:
    return row.key


def _plain(value: Any) -> Hashable:
    """A value for comparison: the order within a condition makes no difference."""
    return frozenset((key, frozenset(choices)) for key, choices in value.items()) if isinstance(value, dict) else value


def _nothing(field: msgspec.structs.FieldInfo, value: Any) -> Any:
    """What a field holds before it is filled in."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return type(value)()


SAME: Key = msgspec.json.encode
WAY_KEYS: tuple[Callable[[records.ContactPoint], str], Sequence[Key]] = (
    way_name,
    [
        SAME,
        lambda way: (way.kind, way.value, SAME(way.label)),
        lambda way: (way.kind, way.value),
        lambda way: (way.kind, SAME(way.label)),
        lambda way: way.kind,
    ],
)
SOURCES: tuple[Callable[[records.Source], str], Sequence[Key]] = (
    lambda source: source.title,
    [SAME, lambda source: (source.title, source.url), lambda source: source.title, lambda source: source.url or None],
)
RULES: Sequence[Key] = [
    SAME,
    lambda rule: (rule.service, _plain(rule.when)),
    lambda rule: (rule.service, rule.rank),
    lambda rule: (rule.service, SAME(rule.reason)),
    lambda rule: rule.service,
]


def _paired(old: Sequence[R], new: Sequence[R], keys: Sequence[Key]) -> tuple[list[tuple[R, R]], list[R], list[R]]:
    """The records of both sides in pairs, in the new order; those that are gone; those that came.

    Each key in turn pairs what the ones before it left over. A key of None pairs nothing.
    """
    gone = list(enumerate(old))
    come = list(enumerate(new))
    found: dict[int, R] = {}
    for key in keys:
        for entry in list(come):
            place, record = entry
            match = next((each for each in gone if key(each[1]) == key(record) is not None), None)
            if match:
                found[place] = match[1]
                gone.remove(match)
                come.remove(entry)
    both = [(found[place], record) for place, record in enumerate(new) if place in found]
    return both, [record for _place, record in gone], [record for _place, record in come]


def _order(both: Sequence[tuple[R, R]], old: Sequence[R], new: Sequence[R]) -> list[int]:
    """For each pair, given in the new order, its place in the old order."""
    places = {id(record): place for place, record in enumerate(old)}
    return [places[id(before)] for before, _after in both]


def _moved(where: str, names: Sequence[tuple[str, str]], order: Sequence[int]) -> Iterator[Difference]:
    """A difference if the order changed: the names in the old and in the new order."""
    if list(order) == sorted(order):
        return
    before = [name for _place, (name, _after) in sorted(zip(order, names, strict=True), key=lambda pair: pair[0])]
    yield Difference(where, _("Order"), "", _listed(before), _listed([after for _before, after in names]))


def _listed(names: Sequence[str]) -> str:
    return "; ".join(f"{place}. {name}" for place, name in enumerate(names, start=1))
