"""Bring another directory's services in as drafts (Open Referral HSDS 3.0)."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.editions.history import ADDED, recorded
from services import drafts, hsds, hsds_files


class Command(BaseCommand):
    """`manage.py hsds_import FILE`: JSON, or a folder of CSV files. Nothing goes live; what is here stays."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE and --language."""
        parser.add_argument("file", type=Path, help="a JSON file, a folder of CSV files, or its datapackage.json")
        parser.add_argument("--language", default=hsds.MAIN, help="the language of its words, such as “es”")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was taken, what was skipped and why; a file that is not sound changes nothing."""
        left: Counter[str] = Counter()
        try:
            rows = hsds_files.read(options["file"], left)
            with recorded(None, "import", rows=ADDED):
                report = drafts.bring_in(rows, options["language"])
        except ValueError as error:
            raise CommandError(f"Nothing was taken. {error}") from None
        report.unheld.update(+left)
        for title, lines in (
            ("Taken as drafts", report.taken),
            ("To look at", report.notes),
            ("Skipped", report.skipped),
            ("Left out, for a record has no place for it", [f"{k} ({n})" for k, n in report.unheld.most_common()]),
        ):
            if lines:
                self.stdout.write(f"{title}: {len(lines)}")
                for line in lines:
                    self.stdout.write(f"- {line}")
        if not report.taken:
            self.stdout.write("Nothing was taken.")
