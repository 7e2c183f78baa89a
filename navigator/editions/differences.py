"""What differs between two contents, field by field, in the words that staff know.

Records are paired by what names them, or else by what they have most in common, so that a corrected
number reads as one change and not as one way to reach that went and another that came.
"""

import datetime as dt
import operator
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db.models import Model
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from navigator import models
from navigator.engine import flow
from services import areas, records
from services import models as directory
from services.records import Record, Text
from services.texts import t

from .content import Content
from .pairing import KEY, RULES, SLUG, SOURCES, WAYS, Key, Pairs, R, order, paired, unordered
from .wording import (
    choice_name,
    contact_value,
    describe_condition,
    describe_rule,
    guidance_name,
    question_name,
    quoted,
    record_name,
    rule_name,
    way_name,
)

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


class Difference(NamedTuple):
    """One thing that differs. What was or became empty is an empty text."""

    where: str
    """The service, question, rule or text that it is about, as staff know it."""
    field: str
    language: str
    """The code of the language, where the words of one language differ; else empty."""
    old: str
    new: str
    record: Record | None = None
    """What it is about; None where the order of many differs."""


def differences(old: Content, new: Content) -> list[Difference]:
    """Everything in which ``new`` differs from ``old``, services first, in the language at hand."""
    return list(_Comparison(old, new).all())


class _Kind(NamedTuple):
    """One kind of record: how two are paired, and what staff read of one that came or went."""

    label: str
    keys: Sequence[Key]
    where: Callable[[Any], str]
    gone: Callable[[Any], str] = lambda record: _("there")
    """What stood where nothing is now."""
    come: Callable[[Any], str] | None = lambda record: _("added")
    """What stands where nothing was; None: the fields of the record tell."""
    missing: str = ""
    """What is read of nothing, where it is not "not there"."""
    about: Record | None = None
    """What its parts belong to; None for a record that stands for itself."""


class _Comparison:
    def __init__(self, old: Content, new: Content) -> None:
        self.old = old
        self.new = new

    def all(self) -> Iterator[Difference]:
        if self.old.languages != self.new.languages:
            old, new = (", ".join(content.languages) for content in (self.old, self.new))
            yield Difference(_("The site"), capfirst(_("languages")), "", old, new)
        yield from self._services()
        yield from self._organizations()
        yield from self._questions()
        yield from self._rules()
        yield from self._guidance()

    def _compare(
        self,
        kind: _Kind,
        old: Sequence[R],
        new: Sequence[R],
        fields: Callable[[R | None, R], Iterator[Difference]],
    ) -> Generator[Difference, None, Pairs[R]]:
        """What went, what came and, by ``fields``, what changed; returns the pairs."""
        both, gone, come = paired(old, new, kind.keys)
        for record in gone:
            yield Difference(
                kind.where(record), kind.label, "", kind.gone(record), _("taken off"), kind.about or record
            )
        for record in come:
            if kind.come:
                missing = kind.missing or _("not there")
                yield Difference(kind.where(record), kind.label, "", missing, kind.come(record), kind.about or record)
            yield from fields(None, record)
        for before, record in both:
            if before != record:
                yield from fields(before, record)
        return both

    # The directory

    def _services(self) -> Iterator[Difference]:
        kind = _Kind(
            label=_("Service"),
            keys=SLUG,
            where=record_name,
            gone=lambda service: _("shown to the public"),
            missing=_("not shown"),
        )
        yield from self._compare(kind, self.old.services, self.new.services, self._service)

    def _service(self, before: records.Service | None, service: records.Service) -> Iterator[Difference]:
        yield from self._parts(service, before.ways if before else (), service.ways, way_name, WAYS)
        yield from self._record(record_name(service), before, service)
        yield from self._parts(
            service, before.sources if before else (), service.sources, operator.attrgetter("title"), SOURCES
        )

    def _parts(
        self,
        service: records.Service,
        old: Sequence[R],
        new: Sequence[R],
        name: Callable[[R], str],
        keys: Sequence[Key],
    ) -> Iterator[Difference]:
        """Ways to reach, or sources: what came, went, changed and moved."""
        if not old and not new:
            return

        def added(part: R) -> str:
            named = name(part).casefold()
            fields = (
                f"{one.field}: {one.new}"
                for one in self._record("", None, part)
                if one.language or one.new.casefold() not in named
            )
            return "; ".join((name(part), *fields))

        def fields(before: R | None, part: R) -> Iterator[Difference]:
            if before is None:
                return
            for one in self._record(record_name(service), before, part):
                yield one._replace(field=f"{name(before)}: {one.field.lower()}", record=service)

        kind = _Kind(
            label=capfirst(str(MODELS[type((*old, *new)[0])]._meta.verbose_name)),
            keys=keys,
            where=lambda part: record_name(service),
            gone=name,
            come=added,
            about=service,
        )
        both = yield from self._compare(kind, old, new, fields)
        names = [(name(before), name(part)) for before, part in both]
        yield from _moved(record_name(service), names, order(both, old), service)

    def _organizations(self) -> Iterator[Difference]:
        kind = _Kind(_("Organization"), SLUG, record_name, come=None)
        yield from self._compare(kind, self.old.organizations, self.new.organizations, self._whole(record_name))

    # The flow

    def _questions(self) -> Iterator[Difference]:
        old, new = self.old.flow.questions, self.new.flow.questions
        kind = _Kind(_("Question"), KEY, question_name)
        both = yield from self._compare(kind, old, new, self._question)
        titles = [(t(before.title), t(question.title)) for before, question in both]
        yield from _moved(_("The questions"), titles, order(both, old))

    def _question(self, before: flow.Question | None, question: flow.Question) -> Iterator[Difference]:
        yield from self._record(question_name(question), before, question)
        yield from self._choices(question, before.choices if before else (), question.choices)

    def _choices(
        self, question: flow.Question, old: Sequence[flow.Choice], new: Sequence[flow.Choice]
    ) -> Iterator[Difference]:
        where = question_name(question)
        kind = _Kind(
            label=_("Choice"),
            keys=KEY,
            where=lambda choice: where,
            gone=choice_name,
            come=choice_name,
            about=question,
        )
        both = yield from self._compare(kind, old, new, lambda before, choice: iter(()))
        paired = {choice.key for _before, choice in both}
        for before, choice in [*both, *((None, choice) for choice in new if choice.key not in paired)]:
            for one in self._record(where, before, choice):
                name = _("choice %(words)s") % {"words": quoted((before or choice).label, choice.key)}
                yield one._replace(field=f"{capfirst(name)}: {one.field.lower()}", record=question)
        labels = [(quoted(before.label), quoted(choice.label)) for before, choice in both]
        yield from _moved(where, labels, order(both, old), question)

    def _rules(self) -> Iterator[Difference]:
        old, new = self.old.flow.recommendations, self.new.flow.recommendations
        kind = _Kind(
            label=_("Rule"),
            keys=RULES,
            where=self._rule_name,
            gone=lambda rule: describe_rule(self.old.flow, rule),
            come=lambda rule: describe_rule(self.new.flow, rule),
        )

        def fields(before: flow.Recommendation | None, rule: flow.Recommendation) -> Iterator[Difference]:
            found = self._record(self._rule_name(rule), before, rule)
            return found if before else (one for one in found if one.language)

        both = yield from self._compare(kind, old, new, fields)
        yield from _moved_in_rank(_("Rules of rank %(rank)s"), self._rule_name, both, old)

    def _rule_name(self, rule: flow.Recommendation) -> str:
        return rule_name(rule, (*self.new.services, *self.old.services))

    def _guidance(self) -> Iterator[Difference]:
        old, new = self.old.flow.guidance, self.new.flow.guidance
        kind = _Kind(_("Guidance"), KEY, guidance_name)
        both = yield from self._compare(kind, old, new, self._whole(guidance_name))
        yield from _moved_in_rank(_("Guidance of rank %(rank)s"), lambda text: t(text.title), both, old)

    # One record

    def _whole(self, where: Callable[[R], str]) -> Callable[[R | None, R], Iterator[Difference]]:
        """The fields of records that have no parts."""
        return lambda before, record: self._record(where(record), before, record)

    def _record(self, where: str, old: R | None, new: R) -> Iterator[Difference]:
        """The fields in which two records differ; all that are filled in, where there is no old one."""
        for field in msgspec.structs.fields(new):
            if field.name in APART:
                continue
            after = getattr(new, field.name)
            before = getattr(old, field.name) if old is not None else _nothing(field, after)
            label = field_name(new, field.name)
            if field.type == Text:
                for language in dict.fromkeys((*before, *after)):
                    texts = before.get(language, "").strip(), after.get(language, "").strip()
                    if texts[0] != texts[1]:
                        yield Difference(where, label, language, *texts, new)
            elif unordered(before) != unordered(after):
                words = field_value(self.old, old, field.name, before) if old is not None else ""
                yield Difference(where, label, "", words, field_value(self.new, new, field.name, after), new)


def field_name(record: Record, name: str) -> str:
    """A field of a record, as staff know it."""
    return capfirst(str(MODELS[type(record)]._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def field_value(content: Content, record: Record, name: str, value: Any) -> str:
    """A value as staff read it."""
    if name == "when":
        return describe_condition(content.flow, value)
    if name == "organization":
        found = next((row for row in content.organizations if row.slug == value), None)
        return record_name(found) if found else str(value)
    if isinstance(record, records.ContactPoint) and name == "value":
        return contact_value(record)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.date):
        return formats.date_format(value, "DATE_FORMAT")
    if name == "areas":
        return ", ".join(t(areas.name(area)) for area in value) or _("the whole country")
    if isinstance(value, tuple):
        return ", ".join(value)
    choices = dict(getattr(MODELS[type(record)]._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, "" if value is None else value))


def _nothing(field: msgspec.structs.FieldInfo, value: Any) -> Any:
    """What a field holds before it is filled in."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return type(value)()


def _moved(
    where: str, names: Sequence[tuple[str, str]], places: Sequence[int], record: Record | None = None
) -> Iterator[Difference]:
    """A difference if the order changed: the names in the old and in the new order, and their places in the old."""
    if list(places) == sorted(places):
        return
    before = [name for _place, (name, _after) in sorted(zip(places, names, strict=True), key=lambda pair: pair[0])]
    yield Difference(where, _("Order"), "", _listed(before), _listed([after for _before, after in names]), record)


def _moved_in_rank(
    where: str, name: Callable[[Any], str], both: Sequence[tuple[Any, Any]], old: Sequence[Any]
) -> Iterator[Difference]:
    """A difference for each rank in which the order changed, among the records that kept their rank."""
    for rank in sorted({record.rank for _before, record in both}):
        level = [(before, record) for before, record in both if before.rank == record.rank == rank]
        names = [(name(before), name(record)) for before, record in level]
        yield from _moved(where % {"rank": rank}, names, order(level, old))


def _listed(names: Sequence[str]) -> str:
    return "; ".join(f"{place}. {name}" for place, name in enumerate(names, start=1))
