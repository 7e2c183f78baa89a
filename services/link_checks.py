"""The round of looking at the web addresses of live services: what was found is kept, what is wrong is marked."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, zip_longest
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .findings import LinkCheck
from .links import Found, Look
from .models import Service
from .records import LINKED

WRONG = ("gone", "moved")
"""What a person has to look at."""
PATIENCE = dt.timedelta(days=28)
"""So long may a site fail, round after round, before a person has to look at it too."""


def addresses() -> dict[str, list[int]]:
    """The web addresses of live services, each with the services that have it. Never a phone line."""
    found: dict[str, list[int]] = defaultdict(list)
    live = Service.objects.filter(status="live", ways__kind__in=LINKED)
    for address, service in live.values_list("ways__value", "pk").order_by("slug").distinct():
        found[address].append(service)
    return found


def run(look: Look) -> Iterator[LinkCheck]:
    """Look at all of them and write down what was found, as it is found.

    As long as no server has answered, nothing is written: it may be our own network that is down.
    """
    wanted = addresses()
    kept = LinkCheck.objects.values_list("pk", "service", "address")
    LinkCheck.objects.filter(
        pk__in=[pk for pk, service, address in kept if service not in wanted.get(address, ())]
    ).delete()
    waiting: list[tuple[str, Found]] = []
    nameless: list[str] = []
    for address in _spread(wanted):
        found = look.at(address)
        if found.reason == "name":
            nameless.append(address)
            continue
        waiting.append((address, found))
        if look.answered:
            yield from _written(wanted, waiting)
    # A name that was not found is asked for once more at the end, when it is known that others are.
    for address in nameless:
        waiting.append((address, look.at(address)))
    if look.answered:
        yield from _written(wanted, waiting)


def _spread(wanted: dict[str, list[int]]) -> Iterator[str]:
    """The addresses, those of one host far from each other, so that its pause costs no time."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for address in wanted:
        hosts[urlsplit(address).netloc.lower()].append(address)
    return (address for address in chain.from_iterable(zip_longest(*hosts.values())) if address)


def _written(wanted: dict[str, list[int]], waiting: list[tuple[str, Found]]) -> Iterator[LinkCheck]:
    for address, found in waiting:
        for service in wanted[address]:
            if row := _write(service, address, found):
                yield row
    waiting.clear()


@transaction.atomic
def _write(pk: int, address: str, found: Found) -> LinkCheck | None:
    """Keep what was found, and mark the service if it is wrong anew. None: the service has this address no more."""
    service = Service.objects.select_for_update().filter(pk=pk, status="live").first()
    if service is None or not service.ways.filter(kind__in=LINKED, value=address).exists():
        return None
    now = timezone.now()
    row, _made = LinkCheck.objects.get_or_create(
        service=service, address=address, defaults={"since": timezone.localdate(now), "checked_at": now}
    )
    today, before = timezone.localdate(now), timezone.localdate(row.checked_at)
    same = row.result == found.result and _what(row) == _what(found)
    row.result, row.reason, row.leads_to = found
    row.checked_at = now
    if not same:
        row.since = today
    row.save()
    given_up = same and _what(row) == "fails" and before - row.since < PATIENCE <= today - row.since
    # A person who checked the service meanwhile knows of it: only what is new wants another check.
    if (found.result in WRONG and not same) or given_up:
        service.mark(f"{today.isoformat()}: {describe(row)}")
        service.save(update_fields=["recheck"])
    return row


def _what(found: LinkCheck | Found) -> str:
    """What has to stay the same for a trouble to be the same: where it moved to, or that nothing comes at all."""
    if found.result == "moved":
        return found.leads_to
    failing = found.reason in ("silent", "certificate") or found.reason.startswith("5")
    return "fails" if found.result == "unknown" and failing else ""


def describe(row: LinkCheck) -> str:
    """What was found, as a reason to check the service."""
    if row.result == "moved":
        return _("%(address)s has moved to %(to)s") % {"address": row.address, "to": row.leads_to}
    if row.result == "unknown":
        return _("%(address)s has not opened since %(day)s: %(why)s") % {
            "address": row.address,
            "day": row.since.isoformat(),
            "why": row.told,
        }
    return _("%(address)s is gone: %(why)s") % {"address": row.address, "why": row.told}
