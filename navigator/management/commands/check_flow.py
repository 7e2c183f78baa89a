"""Walk the draft and say what keeps it from being published."""

import sys
from typing import Any

import msgspec
from django.core.management import BaseCommand, CommandParser

from navigator.editions import publish
from navigator.editions.wording import describe_path
from navigator.public.measure import too_large


class Command(BaseCommand):
    """`manage.py check_flow [--json]`: exit status 1 if anything is wrong."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--json."""
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the number of paths and every problem with its shortest path."""
        draft, report = publish.check_draft(too_large)
        if options["json"]:
            found: dict[str, Any] = {"paths": report.paths, "problems": report.problems}
            if report.warnings:
                found["warnings"] = report.warnings
            self.stdout.write(msgspec.json.encode(found, enc_hook=str).decode())
        else:
            self.stdout.write(f"{report.paths} paths walked, {len(report.problems)} problems")
            for problem in report.problems:
                self.stdout.write(f"- {problem}")
                if problem.path:
                    self.stdout.write(f"  Shortest path: {describe_path(draft.flow, problem.path)}")
            for warning in report.warnings:
                self.stdout.write(f"- Good to know: {warning.message}")
        if report.problems:
            sys.exit(1)
