"""Publish the draft as a new edition, if it passes the checks."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.editions import publish
from navigator.editions.draft import draft_flow
from navigator.editions.wording import describe_path
from navigator.public.measure import too_large


class Command(BaseCommand):
    """`manage.py publish [--note ...]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--note."""
        parser.add_argument("--note", default="", help="what changed, for the list of editions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or print every problem and change nothing."""
        try:
            row = publish.publish(note=options["note"], measure=too_large)
        except publish.Refused as refused:
            draft = draft_flow()
            for problem in refused.report.problems:
                self.stderr.write(f"- {problem} {describe_path(draft, problem.path)}".rstrip())
            raise CommandError("Nothing was published: the draft does not pass the checks.") from None
        self.stdout.write(f"Published edition {row.number}.")
