"""List the editions, the newest first."""

from typing import Any

from django.core.management import BaseCommand
from django.utils import formats, timezone

from navigator import models


class Command(BaseCommand):
    """`manage.py editions`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """One line an edition; the first is in force."""
        rows = models.Edition.objects.select_related("published_by").defer("content")
        for row in rows:
            when = formats.date_format(timezone.localtime(row.published_at), "DATETIME_FORMAT")
            by = row.published_by.get_username() if row.published_by else "the command line"
            self.stdout.write(f"{row.number}  {when}  by {by}  {row.hash[:12]}  {row.note}")
