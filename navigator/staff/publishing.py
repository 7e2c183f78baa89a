"""Staff page: publish the draft."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from navigator import models
from navigator.editions import publish
from navigator.editions.choosing import Part, parts, without
from navigator.editions.content import Content, digest, encode
from navigator.editions.differences import Difference, differences
from navigator.editions.draft import compile_draft
from navigator.editions.publish import Changed, Refused
from navigator.engine import flow
from navigator.public.measure import too_large

from .authors import Authors, authors
from .authors import others as other_authors
from .pages import (
    PERMISSION,
    coming,
    faults,
    grouped,
    newest_edition,
    other_publishers,
    page,
    publishers,
    refused,
)
from .ready import ready
from .translations import to_ask_about

NONE = Content(languages=(), flow=flow.Flow(questions=(), recommendations=()), organizations=(), services=())
"""What is in force before anything was published."""


def urls(site: AdminSite) -> list[Any]:
    """The address of this page, under the admin's."""
    return [path("publish/", site.admin_view(publish_draft), name="publish")]


class Choice(NamedTuple):
    """What differs in one record, whose it is, and whether it stays in the draft for now."""

    where: str
    link: str
    rows: list[Difference]
    key: str
    """Empty for what goes with whatever is published."""
    who: str
    mine: bool
    """With FOUR_EYES: somebody else must publish it."""
    left: bool
    fault: bool
    """Whether the rest passes the checks without it."""


@require_http_methods(["GET", "HEAD", "POST"])
def publish_draft(request: HttpRequest) -> HttpResponse:
    """What differs, what the checks say, and the button; by POST, publish what was shown and is not left out."""
    # Whoever edits may see all that differs; publishing itself is for those who may.
    may = request.user.has_perm(PERMISSION)
    if not (may or (request.user.has_perm("services.view_service") and request.method != "POST")):
        return refused(request)
    draft, edition = compile_draft(), newest_edition()
    old = edition.content if edition else NONE
    found = parts(old, draft) if edition else []
    by_part = authors(found, old)
    mine = {key for key, by in by_part.items() if settings.FOUR_EYES and request.user.pk in by}
    changed = differences(old, draft)
    note, status = request.POST.get("note", ""), 200
    asked = frozenset(request.POST.getlist("leave") if request.method == "POST" else mine)
    leave = asked & by_part.keys()
    if leave and note == summary(changed):  # as it was suggested, for all of it
        note = summary(differences(old, without(old, draft, leave)))
    others = other_authors(by_part, leave) if mine - leave or (mine and len(leave) == len(found)) else None
    if not found and settings.FOUR_EYES:
        others = other_publishers(request.user)
    unasked = request.method == "POST" and "stale" not in request.POST
    if others is None and unasked and to_ask_about(without(old, draft, leave), old):
        status = 409
        messages.error(request, _("Nothing was published: say whether these translations may go as they are."))
    elif request.method == "POST" and others is None:
        status = 409
        try:
            row = publish.publish(
                request.user,
                note[:500],
                expected=(asked == leave and request.POST.get("draft")) or "none",
                measure=too_large,
                leave=leave,
                base=_number(request.POST.get("edition")),
            )
        except Changed:
            messages.error(request, _("Nothing was published: this is no longer the draft that you saw. Look again."))
        except Refused:
            messages.error(request, _("Nothing was published: the draft does not pass the checks."))
        else:
            messages.success(request, published_message(row.number))
            return redirect("admin:publish")
        draft, edition = compile_draft(), newest_edition()
        old = edition.content if edition else NONE
    elif request.method == "POST":
        status = 403
        messages.error(request, _("Nothing was published: you edited this draft, so somebody else must publish it."))
    going = without(old, draft, leave)
    report = publish.checked(encode(going), too_large)
    changed = differences(old, draft)
    culprits = _culprits(old, draft, leave, parts(old, draft)) if report.problems and edition else set()
    return page(
        request,
        "publish",
        _("Publish"),
        status,
        edition=edition,
        groups=_choices(changed, parts(old, draft) if edition else [], by_part, mine, leave, culprits),
        publishers=[] if may else publishers(),
        count=len(changed),
        coming=coming(going),
        report=report,
        faults=faults(report.problems, going),
        warnings=faults(report.warnings, going),
        culprits=culprits,
        note=note or summary(changed),
        draft=digest(encode(draft)),
        others=others,
        ready=ready(),
        stale=to_ask_about(going, old),
        damaged=publish.damaged(),
    )


MOST_TRIED = 12
"""Changes that are tried one by one, to tell which of them does not pass: each is a walk of every path."""


def _culprits(old: Content, draft: Content, leave: Collection[str], found: Sequence[Part]) -> set[str]:
    """The changes without which the others pass the checks."""
    going = [part.key for part in found if part.key not in leave]
    if not 1 < len(going) <= MOST_TRIED:
        return set()
    return {key for key in going if not publish.checked(encode(without(old, draft, {*leave, key})), None).problems}


def _choices(
    changed: Sequence[Difference],
    found: Sequence[Part],
    by_part: dict[str, Authors],
    mine: Collection[str],
    leave: Collection[str],
    culprits: Collection[str],
) -> list[Choice]:
    """The differences by the record that they are about."""
    keys = {id(record): part.key for part in found for record in (part.old, part.new) if record is not None}
    orders = [part.key for part in found if part.old is part.new is None]
    shown = []
    for group in grouped(changed):
        about = group.rows[0].record
        key = keys.get(id(about), "") if about is not None else ""
        if about is None and orders and group.where == _("The questions"):
            key = orders[0]
        who = ", ".join(sorted(by_part.get(key, {}).values()))
        shown.append(Choice(group.where, group.link, group.rows, key, who, key in mine, key in leave, key in culprits))
    return shown


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def published_message(number: int) -> str:
    """That an edition is published, with the ways to see it and to undo it."""
    ways = [(reverse("question"), _("See it as the public does"))]
    before = models.Edition.objects.filter(number__lt=number).first()
    if before and publish.is_intact(before):
        ways.append((reverse("admin:rollback", args=[before.number]), _("Undo")))
    done = _("Edition %(number)s is published.") % {"number": number}
    return format_html("{} {}", done, format_html_join(" · ", '<a href="{}">{}</a>', ways))


def summary(found: Sequence[Difference]) -> str:
    """A first note on what changed: the services and questions that it is about."""
    places = list(dict.fromkeys(one.where for one in found))
    words = ", ".join(places[:3])
    return words + (_(" and %(count)s more") % {"count": len(places) - 3} if len(places) > 3 else "")
