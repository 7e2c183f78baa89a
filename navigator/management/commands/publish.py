"""Publish the draft as a new edition, if it passes the checks."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator import content, editions


class Command(BaseCommand):
    """`manage.py publish [--note ...]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--note."""
        parser.add_argument("--note", default="", help="what changed, for the list of editions")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or print every problem and change nothing."""
        try:
            row = editions.publish(note=options["note"])
        except editions.Refused as refused:
            draft = content.draft_flow()
            for problem in refused.report.problems:
                self.stderr.write(f"- {problem.message} {content.said(draft, problem.path)}".rstrip())
            raise CommandError("Nothing was published: the draft does not pass the checks.") from None
        self.stdout.write(f"Published edition {row.number}.")
