"""See whether the web addresses of live services still lead there; what is gone or has moved is due for a check."""

from collections import Counter
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from services import link_checks, web
from services.links import Look

SAID = {"gone": "gone", "moved": "moved", "unknown": "could not tell", "ok": "still there"}


class Command(BaseCommand):
    """`manage.py check_links`: reads pages alone; it calls no number and sends no form. For a timer, once a week."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """How long to wait."""
        parser.add_argument("--pause", type=float, default=2, help="seconds between two requests to one host (2)")
        parser.add_argument("--seconds", type=float, default=web.SECONDS, help="the most that one page may take (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is gone, moved or could not be told, then the counts. Ends well whatever was found."""
        get = partial(web.get, seconds=options["seconds"], private=settings.LINKS_MAY_BE_PRIVATE)
        look = Look(options["pause"], get)
        counts: Counter[str] = Counter()
        for row in link_checks.run(look):
            counts[row.result] += 1
            if row.result != "ok":
                why = "; ".join(filter(None, (row.told, row.leads_to and f"leads to {row.leads_to}")))
                self.stdout.write(f"- {row.service.slug}: {row.address}: {SAID[row.result]}{why and f' ({why})'}")
        if not look.answered and link_checks.addresses():
            raise CommandError("No site answered at all. Is this machine on the network? Nothing was written down.")
        self.stdout.write("; ".join(f"{words}: {counts[name]}" for name, words in SAID.items()) + ".")
