"""The sheet of checks: write what is due, read what was checked."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.staff import check_sheet
from services import files
from services.models import Service


class Command(BaseCommand):
    """`manage.py check_sheet export FILE`, then `manage.py check_sheet import FILE`: CSV, or XLSX by its name."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and FILE."""
        parser.add_argument("move", choices=["export", "import"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the list of what is due, or take the filled-in one; a wrong row changes nothing."""
        if options["move"] == "export":
            self._export(options["file"])
        else:
            self._import(options["file"])

    def _export(self, file: Path) -> None:
        services = Service.objects.due()
        try:
            file.write_bytes(check_sheet.export(services, "xlsx" if file.suffix.lower() == ".xlsx" else "csv"))
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Wrote {len(services)} services that are due to {file}.")

    def _import(self, file: Path) -> None:
        try:
            found = check_sheet.bring_in(files.data(file))
        except ValueError as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        if found.problems:
            for problem in found.problems:
                self.stderr.write(f"- {problem}")
            raise CommandError("Nothing was changed.")
        for line in found.taken:
            self.stdout.write(f"- {line}")
        self.stdout.write(
            f"Written down: {len(found.taken)}. Already there: {found.same}. Not filled in: {found.empty}."
        )
        if found.wrong:
            self.stdout.write(f"Found wrong, and due now with the reason: {found.wrong}. Mend them first.")
        if found.taken:
            self.stdout.write("The public sees the new dates once you publish.")
