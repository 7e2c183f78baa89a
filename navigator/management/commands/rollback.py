"""Publish an earlier edition again."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from navigator import models
from navigator.editions import publish


class Command(BaseCommand):
    """`manage.py rollback N [--note ...]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """N and --note."""
        parser.add_argument("number", type=int)
        parser.add_argument("--note", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Roll back, or say why not."""
        try:
            row = publish.rollback(options["number"], note=options["note"])
        except models.Edition.DoesNotExist:
            raise CommandError(f"There is no edition {options['number']}.") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Published edition {options['number']} again, as edition {row.number}.")
