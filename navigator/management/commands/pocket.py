"""Write the pocket edition: everything in one HTML file that needs no network."""

import gzip
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.editions import database, in_force
from navigator.public import pocket


class Command(BaseCommand):
    """`manage.py pocket FILE [--language es] [--kiosk]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, in which language, for whom."""
        parser.add_argument("file", type=Path, help="a file; without --language, a folder: one file a language")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--kiosk", action="store_true", help="start over after two minutes; no links away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say what it weighs."""
        database.look()
        try:
            edition = in_force.current()
        except in_force.NoEdition:
            raise CommandError("Nothing is published yet. Publish first.") from None
        file: Path = options["file"]
        wanted = [options["language"]] if options["language"] else [code for code, _name in settings.LANGUAGES]
        for language in wanted:
            path = file if options["language"] else file / f"{language}.html"
            page = pocket.build(edition, language, kiosk=options["kiosk"], alone=bool(options["language"])).encode()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                pocket.write(path, page)
            except OSError as error:
                raise CommandError(f"{path} could not be written: {error.strerror}") from None
            packed = len(gzip.compress(page, 9))
            self.stdout.write(f"{path}: {len(page):,} bytes, {packed:,} compressed")
