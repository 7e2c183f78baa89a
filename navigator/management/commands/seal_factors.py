"""Seal every second factor under the SECRET_KEY of today, so that the one before can be forgotten."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from navigator.staff import signin


class Command(BaseCommand):
    """`manage.py seal_factors`, while the old key stands in SECRET_KEY_FALLBACKS."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal them, and name the accounts whose factor neither key opens."""
        sealed, lost = signin.seal_factors()
        self.stdout.write(f"{sealed} second factors are sealed under the SECRET_KEY of today.")
        if lost:
            raise CommandError(
                f"No key opens those of {', '.join(lost)}. Put the key before into SECRET_KEY_FALLBACKS and try again."
            )
