"""Staff page for administrators: who did what, the newest first.

Each line comes from where it is kept anyway: changes of the draft from the history, what was published from the
editions, the rest (accounts, roles) and what is older than the history from the log of Django admin.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from navigator.editions import history
from navigator.editions.content import Content
from navigator.editions.differences import MODELS
from navigator.models import Edition, Revision

from .pages import page

SHOWN = 40
"""Lines on one page."""
NAMED = 3
"""Records of one change that are named; of more, the number."""


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("activity/", site.admin_view(listed), name="activity")]


class Deed(NamedTuple):
    """One line."""

    at: dt.datetime
    by: Any
    what: str
    about: list[tuple[str, str]]
    """What it is about, each with its page; empty where there is none."""
    detail: str


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What everybody did, or one person: ``?who=3``."""
    if not request.user.has_perm("auth.view_user"):
        raise PermissionDenied
    people = get_user_model()._default_manager.order_by("first_name", "last_name", "username")
    asked = request.GET.get("who", "")
    who = people.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None
    shown = Paginator(_lines(who), SHOWN).get_page(request.GET.get("p"))
    return page(
        request,
        "activity",
        _("Who did what"),
        deeds=list(_deeds(shown.object_list)),
        shown=shown,
        people=people,
        who=who,
        query=f"who={who.pk}&" if who else "",
    )


def _lines(who: Any) -> QuerySet[Any]:
    """The time, the source and the row of every line; the records of one change are one line."""
    drafts = ContentType.objects.get_for_models(*MODELS.values()).values()
    editions = ContentType.objects.get_for_model(Edition)
    begun = Revision.objects.aggregate(begun=Min("at"))["begun"]
    log = LogEntry.objects.exclude(content_type=editions)
    if begun:
        log = log.exclude(content_type__in=drafts, action_time__gte=begun)
    changes, published = Revision.objects.all(), Edition.objects.all()
    if who:
        log, changes, published = log.filter(user=who), changes.filter(by=who), published.filter(published_by=who)
    one_each = changes.order_by().values("at", "by", "how").annotate(row=Max("pk"), source=Value("change"))
    return (
        one_each.values_list("at", "source", "row")
        .union(
            log.order_by().values_list(F("action_time"), Value("log"), "pk"),
            published.order_by().values_list(F("published_at"), Value("edition"), "pk"),
            all=True,
        )
        .order_by("-at", "-row")
    )


def _deeds(lines: Iterable[tuple[dt.datetime, str, int]]) -> Iterable[Deed]:
    """The lines in words, with one query for each source."""
    keys: dict[str, list[int]] = {"change": [], "log": [], "edition": []}
    for _at, source, pk in lines:
        keys[source].append(pk)
    changes = Revision.objects.select_related("by").in_bulk(keys["change"])
    log = LogEntry.objects.select_related("user", "content_type").in_bulk(keys["log"])
    editions = Edition.objects.select_related("published_by").defer("content").in_bulk(keys["edition"])
    around = history.surroundings() if changes else None
    for _at, source, pk in lines:
        if source == "change" and around:
            yield _change(changes[pk], around)
        elif source == "edition":
            row = editions[pk]
            ways = [(str(row), reverse("admin:editions"))]
            yield Deed(row.published_at, row.published_by, _("Published"), ways, row.note)
        elif source == "log":
            yield _logged(log[pk])


def _change(last: Revision, around: Content) -> Deed:
    """One change of the draft: the records, and of a single one the fields."""
    together = Revision.objects.filter(at=last.at, by=last.by, how=last.how)
    count = together.aggregate(count=Count("pk"))["count"]
    what = str(last.get_how_display())
    if count > NAMED:
        return Deed(last.at, last.by, what, [(_("%(count)s records") % {"count": count}, _past())], last.note)
    about, fields = [], [last.note] if last.note else []
    for each in together:
        link = reverse("admin:history-of", args=[each.kind, each.name]) if each.name else _past()
        try:
            told = history.told(each, around)
        except ValueError:  # of an earlier version of the program
            told = []
        about.append((told[0].where if told else each.name, link))
        fields += [one.field for one in told]
    return Deed(last.at, last.by, what, about, ", ".join(dict.fromkeys(fields)) if count == 1 else last.note)


def _logged(entry: LogEntry) -> Deed:
    """A line of Django's log."""
    kind = entry.content_type.name if entry.content_type else ""
    link = "" if entry.is_deletion() else entry.get_admin_url() or ""
    about = [(f"{kind} “{entry.object_repr}”", link)]
    what = {1: _("Added"), 2: _("Changed"), 3: _("Deleted")}[entry.action_flag]
    return Deed(entry.action_time, entry.user, what, about, entry.get_change_message())


def _past() -> str:
    return reverse("admin:history")
