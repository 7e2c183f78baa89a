"""Conditions on the staff pages: ticks by question, what needs a choice, and what nobody can meet."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from navigator.editions.wording import describe_condition
from navigator.engine import walk
from navigator.engine.flow import Condition, Flow
from navigator.engine.flow import Recommendation as Recommended
from navigator.models import Choice, Guidance, Question, Recommendation


class Ticks(forms.CheckboxSelectMultiple):
    """A box for each choice, under its question; questions that matter stand open."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The questions, each to be opened."""
        groups = []
        for question, options, _place in self.optgroups(name, self.format_value(value), attrs):
            ticked = [str(option["label"]) for option in options if option["selected"]]
            boxes = format_html_join(
                "",
                '<label for="{}"><input type="checkbox" name="{}" value="{}" id="{}"{}> {}</label>',
                (
                    (
                        option["attrs"]["id"],
                        name,
                        option["value"],
                        option["attrs"]["id"],
                        SafeString(" checked") if option["selected"] else "",
                        option["label"],
                    )
                    for option in options
                ),
            )
            groups.append((SafeString(" open") if ticked else "", question, question, boxes))
        if not groups:
            return format_html('<p class="help">{}</p>', _("No question comes before this one: it always holds."))
        return format_html(
            '<div class="ticks" id="{}" tabindex="-1">{}</div>',
            (attrs or {}).get("id", name),
            format_html_join(
                "",
                '<details{}><summary>{}</summary><div role="group" aria-label="{}">{}</div></details>',
                groups,
            ),
        )


class ByQuestion(forms.models.ModelChoiceIterator):
    """The choices of the queryset, by question."""

    def __iter__(self) -> Iterator[Any]:
        groups: dict[str, list[Any]] = {}
        for choice in self.queryset:
            groups.setdefault(str(choice.question), []).append(self.choice(choice))
        yield from groups.items()


class ConditionField(forms.ModelMultipleChoiceField):
    """The choices under which a row holds."""

    widget = Ticks
    iterator = ByQuestion

    def label_from_instance(self, obj: Any) -> str:
        """The choice alone; its question stands above."""
        return obj.name


def choices() -> QuerySet[Choice]:
    """Every choice, in the order of the questions; ticks last."""
    order = ("-question__kind", "question__order", "question", "order", "pk")
    return Choice.objects.select_related("question").order_by(*order)


def earlier(question: Question) -> QuerySet[Choice]:
    """The choices of the questions before one; for ticks and for a question not yet saved, of all. Never ticks."""
    asked = choices().filter(question__kind="one")
    if not question.pk or question.kind == "many":
        return asked
    before = Q(question__order__lt=question.order) | Q(question__order=question.order, question__lt=question.pk)
    return asked.filter(before)


def needing(found: Iterable[Choice]) -> list[str]:
    """The names of the rows whose condition mentions one of the choices."""
    ids = [choice.pk for choice in found]
    return [
        f"{model._meta.verbose_name}: {row}"
        for model in (Question, Choice, Recommendation, Guidance)
        for row in model._default_manager.filter(when__in=ids).distinct()
    ]


def comes_first(flow: Flow, rank: int, live: Collection[str], without: Recommended | None = None) -> tuple[int, int]:
    """On how many paths a rule that always holds would come first, and how many there are; ``without``: itself."""
    first = paths = 0
    for outcome in walk.walk(flow):
        paths += 1
        others = (rule.rank for rule in outcome.recommendations if rule.service in live and rule != without)
        first += rank < next(others, rank + 1)
    return first, paths


def contradiction(flow: Flow, *conditions: Condition) -> str:
    """Why no answers can meet all of the conditions, in words; empty where none is seen.

    Follows the conditions of the questions mentioned. What it does not see, the walk of every path does.
    """
    need: dict[str, set[str]] = {}
    waiting = list(conditions)
    while waiting:
        for key, wanted in waiting.pop().items():
            asked = flow.question(key)
            if key not in need:
                need[key] = set(wanted)
                waiting += [asked.when] if asked else []
            elif not need[key] & set(wanted):
                return _("No answers meet this condition: it holds only %(one)s, and also only %(two)s.") % {
                    "one": describe_condition(flow, {key: tuple(sorted(need[key]))}),
                    "two": describe_condition(flow, {key: tuple(wanted)}),
                }
            need[key] &= set(wanted)
    return ""
