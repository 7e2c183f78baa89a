"""Say what a person with these answers would see, and why."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from navigator.editions import content, database, dates, explain, in_force
from navigator.editions.draft import draft_edition
from navigator.editions.edition import Edition
from navigator.engine.flow import SKIP, Answer, Flow
from services import areas


class Command(BaseCommand):
    """`manage.py explain danger=yes who=me about=papers,watched place=US-TX ... [--json] [--draft] [--day ...]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Answers as question=choice; --json; --draft; --day."""
        parser.add_argument("answers", nargs="*", metavar="question=choice")
        parser.add_argument("--json", action="store_true", help="print it as JSON")
        parser.add_argument("--draft", action="store_true", help="use the draft, not the edition in force")
        parser.add_argument("--day", default="", help="as on this day, such as 2027-01-01; without it, today")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the next question, or the services in order with reasons and the guidance."""
        edition = self._edition(options["draft"])
        if options["day"]:
            day = dates.read_day(options["day"])
            if day is None:
                raise CommandError(f"“{options['day']}” is no day. Write it like 2027-01-01.")
            edition = edition.on(dates.that_day(day))
        places = [pair.removeprefix("place=") for pair in options["answers"] if pair.startswith("place=")]
        for place in places:
            if place and not areas.state_of(place):
                raise CommandError(f"“{place}” is no place. Write place=US-TX, or five digits for a county.")
        answers = dict(_answer(edition.flow, pair) for pair in options["answers"] if not pair.startswith("place="))
        with override(content.languages()[0]):
            found = explain.explain(edition, answers, *places[-1:])
            if options["json"]:
                self.stdout.write(json.dumps(explain.plain(found), ensure_ascii=False))
            else:
                self.stdout.write(explain.describe(edition, found))

    def _edition(self, draft: bool) -> Edition:
        if draft:
            return draft_edition()
        database.look()
        try:
            return in_force.current()
        except in_force.NoEdition:
            raise CommandError("Nothing is published yet. Publish, or use --draft.") from None


def _answer(flow: Flow, pair: str) -> tuple[str, Answer]:
    """An answer from ``question=choice``, ``question=choice,choice`` for one of kind many. Raises CommandError."""
    key, equals, said = pair.partition("=")
    question = flow.question(key)
    many = question is not None and question.kind == "many"
    given = tuple(said.split(",")) if many else (said,)
    known = {choice.key for choice in question.choices} | (set() if many else {SKIP}) if question else set()
    if not equals or not known.issuperset(given):
        keys = ", ".join(each.key for each in flow.questions)
        raise CommandError(f"“{pair}” is not an answer. Write question=choice; the questions are: {keys}.")
    return key, given if many else said
