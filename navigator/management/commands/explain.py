"""Say what a person with these answers would see, and why."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from navigator.editions import content, database, explain, in_force
from navigator.editions.draft import compile_draft
from navigator.editions.edition import Edition, as_edition


class Command(BaseCommand):
    """`manage.py explain danger=yes who=me ... [--json] [--draft]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Answers as question=choice; --json; --draft."""
        parser.add_argument("answers", nargs="*", metavar="question=choice")
        parser.add_argument("--json", action="store_true", help="print it as JSON")
        parser.add_argument("--draft", action="store_true", help="use the draft, not the edition in force")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the next question, or the services in order with reasons and the guidance."""
        edition = self._edition(options["draft"])
        answers = {}
        for pair in options["answers"]:
            key, equals, choice = pair.partition("=")
            question = edition.flow.question(key)
            if not equals or question is None or choice not in {"skip", *(c.key for c in question.choices)}:
                known = ", ".join(q.key for q in edition.flow.questions)
                raise CommandError(f"“{pair}” is not an answer. Write question=choice; the questions are: {known}.")
            answers[key] = choice
        with override(content.languages()[0]):
            found = explain.explain(edition, answers)
            if options["json"]:
                self.stdout.write(json.dumps(explain.plain(found), ensure_ascii=False))
            else:
                self.stdout.write(explain.describe(edition, found))

    def _edition(self, draft: bool) -> Edition:
        if draft:
            return as_edition(compile_draft())
        database.look()
        try:
            return in_force.current()
        except in_force.NoEdition:
            raise CommandError("Nothing is published yet. Publish, or use --draft.") from None
