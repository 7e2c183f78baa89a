"""Bring a newer release of the content into the draft. Nothing is published, and nothing of yours is lost."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from navigator.editions import update

SAID = {
    "kept": "Yours stays; to have the new, tick it on the page “Newer release” or give --take KEY:",
    "held": "Held back, for the draft could not stand with it:",
    "taken": "The release's, where you had changed nothing:",
}


class Command(BaseCommand):
    """`manage.py update_content [--dry-run] [--take KEY ...] [--fixtures FOLDER]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which release, and what of it."""
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
        parser.add_argument(
            "--take", nargs="+", default=[], metavar="KEY", help="take the new where you changed it too"
        )
        parser.add_argument("--fixtures", type=Path, help="a folder of another release than this program's own")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring it in, and say what was taken and what stayed; or say why nothing was changed."""
        try:
            release = update.read_release(options["fixtures"])
            done = (update.plan if options["dry_run"] else update.bring_in)(release, options["take"])
        except (update.Broken, DatabaseError) as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        rows = update.rows(done)
        unknown = set(options["take"]) - {row.key for row in rows}
        for outcome, words in SAID.items():
            some = [row for row in rows if row.outcome == outcome]
            if some:
                self.stdout.write(f"{words} {len(some)}")
            for row in some:
                self._write(row)
        if unknown:
            self.stdout.write(f"There is no change {', '.join(sorted(unknown))} (any more).")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a dry run.")
        elif any(row.outcome == "taken" for row in rows):
            self.stdout.write("It is in the draft. The public sees none of it until you publish.")
        else:
            self.stdout.write("Nothing was changed: there is nothing new to take.")

    def _write(self, row: update.Row) -> None:
        """One change; where yours stays, with its three sides."""
        mark, language = "! " if row.safety else "", f" [{row.language}]" if row.language else ""
        self.stdout.write(f"- {mark}{row.where}: {row.field}{language}{' ' + row.why if row.why else ''}")
        if row.outcome != "taken":
            sides = (("you have", row.yours), ("it was", row.was), ("new", row.new))
            for name, text in sides:
                self.stdout.write(f"    {name}: {text or 'empty'}")
            self.stdout.write(f"    key: {row.key}")
