"""Make a fresh database into a working site; on one that works already, change nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction

from navigator import models
from navigator.editions import database, in_force, publish, update
from navigator.editions.content import languages, read_fixtures
from navigator.editions.draft import write_draft
from navigator.public import pocket
from navigator.public.measure import too_large
from services.models import Service


class Command(BaseCommand):
    """`manage.py setup`: migrate, load the fixtures once, publish the first edition, keep its pocket edition,
    collect static files.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """What staff changed is never loaded over."""
        call_command("migrate", verbosity=0)
        if not Service.objects.exists():
            self._load()
            self.stdout.write("Loaded the services and the questions.")
        if not models.Edition.objects.exists():
            self._publish()
        database.look()
        if edition := in_force.current_or_none():
            pocket.keep(edition)
        if not settings.DEV and not _collected():
            call_command("collectstatic", verbosity=0, interactive=False)

    @transaction.atomic
    def _load(self) -> None:
        release = read_fixtures(settings.CONTENT_DIR)
        write_draft(release)
        update.remember(release)

    def _publish(self) -> None:
        try:
            row = publish.publish(note="First edition", measure=too_large)
        except publish.Refused as refused:
            problems = refused.report.problems
            raise CommandError(
                f"The content cannot be published in {', '.join(languages())}: {len(problems)} problems, the "
                f"first: {problems[0]} Mend it in fixtures/ and remove the database, or change LANGUAGES."
            ) from None
        self.stdout.write(f"Published edition {row.number}.")


def _collected() -> bool:
    """Whether the static files are as they were when they were last collected: hashing and packing takes seconds."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return False
    found = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    return max(Path(path).stat().st_mtime for path in found) < manifest.stat().st_mtime
