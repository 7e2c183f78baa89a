"""Write the directory in force as Open Referral HSDS 3.0: JSON, and CSV files with datapackage.json."""

import json
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.editions import database, in_force
from services import hsds, hsds_files


class Command(BaseCommand):
    """`manage.py hsds_export DIR`: makes the folder, and writes over what it wrote before."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """DIR."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write services.json and the tabular package."""
        database.look()
        try:
            edition = in_force.current()
        except in_force.NoEdition:
            raise CommandError("Nothing is published yet.") from None
        services = [
            hsds.write_service(service, edition.organizations[service.organization])
            for service in edition.services.values()
        ]
        files = hsds_files.package(hsds_files.tables(services))
        files["services.json"] = json.dumps(services, ensure_ascii=False, indent=1)
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Wrote {len(services)} services of edition {edition.number} to {folder}.")
