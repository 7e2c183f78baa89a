"""Make a fresh database into a working site; on one that works already, change nothing."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command

from navigator import content, editions, models
from services.models import Service


class Command(BaseCommand):
    """`manage.py setup`: migrate, load the fixtures once, publish the first edition, collect static files."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """What staff changed is never loaded over."""
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not Service.objects.exists():
            content.write_draft(content.read_fixtures(settings.BASE_DIR / "fixtures"))
            self.stdout.write("Loaded the services and the questions.")
        if not models.Edition.objects.exists():
            self.stdout.write(f"Published edition {editions.publish(note='First edition').number}.")
        call_command("collectstatic", verbosity=0, interactive=False)
