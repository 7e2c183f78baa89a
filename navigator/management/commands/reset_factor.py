"""Take away an account's second factor, so that the next sign-in sets up a new one."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, CommandParser

from navigator.staff import signin


class Command(BaseCommand):
    """`manage.py reset_factor USERNAME`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """USERNAME."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it, or say that there is no such account."""
        accounts = get_user_model()
        try:
            user = accounts._default_manager.get_by_natural_key(options["username"])
        except accounts.DoesNotExist:
            raise CommandError(f"There is no account “{options['username']}”.") from None
        signin.reset_factor(user)
        self.stdout.write(f"{user} signs in with the password next time and sets up a new second factor.")
