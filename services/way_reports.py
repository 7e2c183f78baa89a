"""What visitors said of ways to reach that did not work: counted by the day, so that a flood counts once."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from .findings import WayReport
from .models import Service

MOST = 99
"""Days counted at the most."""
Said = tuple[str, str, str, str, dt.date]
"""Of one way to reach: the slug of its service, its kind and value; the reason, and the day."""


@transaction.atomic
def write(reports: Iterable[Said]) -> None:
    """Count each report, if it is the first one of its day: however many there are, and whichever process has them.

    A service that is live no more is left out.
    """
    for slug, kind, value, reason, day in reports:
        service = Service.objects.select_for_update().filter(slug=slug, status="live").first()
        if service is None:
            continue
        row, made = WayReport.objects.get_or_create(
            service=service, kind=kind, value=value, reason=reason, defaults={"day": day}
        )
        if made or row.day >= day:
            continue
        row.days = min(row.days + 1, MOST) if row.is_open() else 1
        row.day = day
        row.save(update_fields=["day", "days"])
