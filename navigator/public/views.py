"""The questions, the outcome and the list of all services.

Nothing here touches the database, sets a cookie or keeps a thing about the person.
"""

import hashlib
import secrets
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_info, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from navigator.editions import in_force, wording
from navigator.editions.edition import Edition
from navigator.editions.in_force import NoEdition
from navigator.engine import checks, flow
from services import areas, labels
from services.texts import t

from . import cards, finder, open_data, page_cache, places, search, sizes, steps
from .page_cache import PageCaches
from .pages import allow, base_context, error, posted_form, same_origin
from .steps import Step

# The question and the outcome


@csrf_exempt  # no cookie, no side effect; the origin is checked by `same_origin` (E2)
@sensitive_post_parameters()
@allow("GET", "HEAD", "POST")
def question(request: HttpRequest) -> HttpResponse:
    """The first question; by POST, the step after the move just made."""
    try:
        return step_response(request, in_force.current())
    except NoEdition:
        return error(request, 503)


def step_response(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The step that a request leads to, in this edition: kept from an equal request, or made now (page_cache.py)."""
    form = posted_form(request)
    whole = is_whole(request)
    name = page_cache.encoding(request)
    if form and form.get("g") == [steps.FIND] and not whole:
        return _found(edition, form, name)
    posted = _posted(edition, form)
    key = (get_language(), whole, name, posted)
    caches = edition.derived(PageCaches)
    page = caches.steps.get(key) or caches.outcomes.get(key)
    if page is None:
        step, ticked, notice, sensible = _moved(edition.flow, posted)
        # Whoever wants to change the ticks finds them open.
        fitting = step.done and sensible is not None and sensible.made.startswith(steps.CHANGE)
        page = (caches.outcomes if step.done else caches.steps).page(
            # Whatever does not open gets one page, and so does a move that is none: nobody pushes good pages out
            # with made-up forms.
            ("anew", *key[:3]) if notice else (*key[:3], sensible),
            lambda: sizes.pack(
                render_step(request, edition, step, ticked, notice, fitting, whole=whole),
                name,
                _sizes(edition, step, whole),
            ),
        )
    return reply(page, name, "noindex" if request.method == "POST" else "index")


def is_whole(request: HttpRequest) -> bool:
    """Whether the whole page is asked for, not only the part that htmx swaps."""
    return "HTTP_HX_REQUEST" not in request.META or request.META.get("HTTP_HX_REQUEST_TYPE") == "full"


def _found(edition: Edition, form: dict[str, list[str]], name: str) -> HttpResponse:
    """What fits a few words; it looks on the line as a question does, and is made anew each time."""
    step = steps.unseal(form.get("t", [""])[-1])
    html = finder.render(edition, step, search.read(form.get("w", [""])[-1]))
    return reply(sizes.pack(html, name, sizes.STEP), name, "noindex")


def reply(page: bytes, name: str, robots: str) -> HttpResponse:
    """A step, packed, as it is sent."""
    response = page_cache.reply(page, name, "HX-Request, HX-Request-Type")
    response["X-Robots-Tag"] = robots
    return response


def _sizes(edition: Edition, step: Step, whole: bool) -> sizes.Sizes:
    """The sizes that a step may have."""
    if step.done:
        return sizes.outcome(get_language() or "", many=places.many(edition), whole=whole)
    return sizes.PAGE if whole else sizes.STEP


class Posted(NamedTuple):
    """What a page of ours sends: the sealed answers, the move and the position of the choice.

    From an outcome, the positions of the ticks, how the person wants to reach out, and the place.
    """

    token: str
    made: str
    position: str
    ticks: tuple[str, ...] = ()
    prefer: str = ""
    place: str = ""


def _posted(edition: Edition, form: dict[str, list[str]] | None) -> Posted | None:
    """What a form says; None if there is none, or it asks for the start.

    Whatever else it holds, and whatever is longer than we send, is dropped: it would make equal forms differ.
    """
    if form is None:
        return None
    token, position, prefer = (form.get(name, [""])[-1] for name in "tcp")
    made = form.get("g", [steps.NEXT])[-1]
    if made == steps.ANEW:
        return None
    made = made if len(made) <= LONGEST_MOVE else steps.STAY
    fitting = made in (steps.FIT, steps.NEXT)
    return Posted(
        token if len(token) <= steps.LONGEST else "",
        made,
        position if len(position) < LONGEST_MOVE else "",
        tuple(sorted({tick for tick in form.get("a", ()) if len(tick) < LONGEST_MOVE})) if fitting else (),
        prefer if fitting and prefer in cards.PREFERENCES else "",
        places.unseal(edition, form.get("s", [""])[-1]) if fitting else "",
    )


LONGEST_MOVE = 3
"""A letter and a position of two digits."""


def _moved(questions: flow.Flow, posted: Posted | None) -> tuple[Step, str, bool, Posted | None]:
    """The step that was asked for, the choice to show as chosen, whether to say that we start anew, and what was
    posted as a page of ours would have sent it."""
    if posted is None:
        return steps.start(questions), "", False, None
    step = steps.unseal(posted.token)
    if step is None:
        return steps.start(questions), "", True, None
    made, position, ticks = steps.sensible(step, posted.made, posted.position, posted.ticks)
    prefer = posted.prefer if made == steps.FIT else ""
    place = posted.place if made == steps.FIT else ""
    after = steps.move(questions, step, made, position, ticks, prefer, place)
    ticked = str(after.answers.get(after.at, ""))
    if made == steps.STAY and after.at == step.at:
        ticked = steps.chosen(step, position) or ticked
    return after, ticked, False, Posted(posted.token, made, position, ticks, prefer, place)


def render_step(
    request: HttpRequest,
    edition: Edition,
    step: Step,
    ticked: str = "",
    notice: bool = False,
    fitting: bool = False,
    *,
    whole: bool,
) -> str:
    """A step as HTML: the whole page, or only the part that htmx swaps; ``fitting``: with the ticks open."""
    context = outcome_context(edition, step) if step.done else question_context(edition, step, ticked)
    return render(request, step, {**context, "fitting": fitting, "notice": notice}, whole=whole)


def render(request: HttpRequest, step: Step, context: dict[str, Any], *, whole: bool) -> str:
    """What is shown within the form that carries a step's answers."""
    context |= {"token": steps.seal(step), "language": get_language_info(get_language() or "")}
    context |= {"action": reverse("question"), "site_name": settings.SITE_NAME}
    if not whole:
        return render_to_string("parts/step.html", context)
    return render_to_string("step.html", {**base_context(request), **context})


def question_context(edition: Edition, step: Step, ticked: str) -> dict[str, Any]:
    """What the template of a question needs."""
    asked = edition.flow.question(step.at)
    assert asked is not None
    asked = flow.addressed(asked, step.answers)
    before = steps.answered(edition.flow, step.answers)
    number = (before.index(step.at) if step.at in before else len(before)) + 1
    choices = {choice.key: choice for choice in asked.choices}
    return {
        "question": asked,
        "choices": [(position, choices[key], key == ticked) for position, key in enumerate(step.offered)],
        "number": number,
        "most": checks.MOST_QUESTIONS,
        "title": gettext("Question %(number)s of up to %(most)s") % {"number": number, "most": checks.MOST_QUESTIONS},
        "first": number == 1,
        "finder": finder.offers(asked),
    }


URGENT_MAX_RANK = 15
"""Guidance up to this rank is shown open, right below the first service."""


def outcome_context(edition: Edition, step: Step) -> dict[str, Any]:
    """What the template of an outcome needs."""
    given = flow.complete(edition.flow, step.answers)
    now = edition.now()
    fit = _fit(edition, step)
    shown = [
        cards.card(
            service,
            t(edition.organizations[service.organization].name),
            now,
            wording.reason(service, flow.addressed(rule, given)),
            fit["prefer"],
        )
        for service, rule in edition.recommend(given, places.where(step.place))
    ]
    guidance = [flow.addressed(text, given) for text in flow.guide(edition.flow, given)]
    return {
        "outcome": True,
        "outside": _outside(shown, given),
        "local": sum(bool(card.service.areas) for card in shown),
        "top": shown[0] if shown else None,
        "next": shown[1 : flow.FIRST_SHOWN],
        "more": shown[flow.FIRST_SHOWN :],
        "open_first": cards.open_first(shown),
        "wallet": cards.wallet(shown[: flow.FIRST_SHOWN]),
        "urgent": [text for text in guidance if text.rank <= URGENT_MAX_RANK],
        "guidance": [text for text in guidance if text.rank > URGENT_MAX_RANK],
        "reports": reverse("report") if settings.NUMBER_REPORTS else "",
        "one_of_more": steps.stamp("more"),
        "report": any(card.service.category == "report" for card in shown),
        "told": given_answers(edition.flow, step.answers),
        "title": gettext("Where to turn"),
        **fit,
    }


def _outside(shown: list[cards.Card], given: flow.Answers) -> cards.Card | None:
    """A service outside of law enforcement, to stand above the number of an immigration office that would come first.

    Only where the one who reads may lack papers; None where nothing needs it.
    """
    leads = next((card.service for card in shown if card.service.slug != checks.EMERGENCY), None)
    if leads is None or leads.answered_by != "immigration" or not flow.holds(flow.STATUS_IN_DOUBT, given):
        return None
    return next((card for card in shown if card.service.answered_by == "neither" and card.ways), None)


def _fit(edition: Edition, step: Step) -> dict[str, Any]:
    """What the template of "Make this list fit you" needs, and the way to reach out that comes first."""
    many = edition.flow.many
    place = places.where(step.place)
    ticks = step.answers.get(many.key, ()) if many else ()
    implied = cards.DEAF_TICK in ticks
    # Where a tick says it, no preference says it again.
    hidden = {cards.DEAF} if cards.DEAF_TICK in step.offered and step.prefer != cards.DEAF else set()
    asked = flow.addressed(many, step.answers) if many and step.offered else None
    choices = {choice.key: choice for choice in asked.choices} if asked else {}
    return {
        "about": asked,
        "ticks": [(position, choices[key], key in ticks) for position, key in enumerate(step.offered)],
        "preferences": [(key, words) for key, words in cards.PREFERENCES.items() if key not in hidden],
        "papers": next((position for position, key in enumerate(step.offered) if key == flow.PAPERS), None),
        "preferred": step.prefer,
        "prefer": step.prefer or (cards.DEAF if implied else ""),
        "chosen": len(ticks) + bool(step.prefer) + bool(place),
        **places.context(edition, place),
    }


def given_answers(questions: flow.Flow, given: flow.Answers) -> list[tuple[int, flow.Question, str]]:
    """The answers as people read them, each with its place."""
    found = []
    for place, (key, answer) in enumerate(given.items()):
        asked = questions.question(key)
        assert asked is not None
        asked = flow.addressed(asked, given)
        choices = (answer,) if isinstance(answer, str) else answer
        labels = {option.key: t(option.label) for option in asked.choices}
        found.append(
            (place, asked, "; ".join(labels.get(choice) or gettext("I'd rather not say") for choice in choices))
        )
    return found


# All services


@csrf_exempt  # as above
@sensitive_post_parameters()
@allow("GET", "HEAD", "POST")
def all_services(request: HttpRequest) -> HttpResponse:
    """Every service by group; by POST with script, those that fit what a person looks for (C5, B9)."""
    try:
        return directory_response(request, in_force.current())
    except NoEdition:
        return error(request, 503)


def directory_response(request: HttpRequest, edition: Edition) -> HttpResponse:
    """All services of this edition, or those that fit what a person looks for."""
    wish, open_now = _wished(request, edition)
    place = _chosen_place(request, edition)
    name = page_cache.encoding(request)
    whole = not request.htmx  # type: ignore[attr-defined]
    # Searches have a memory of their own: there are many, and they must not push outcomes out.
    caches = edition.derived(PageCaches)
    kept = (caches.searches if wish or open_now else caches.outcomes).page(
        ("all", get_language(), whole, name, _unreadable((wish, place)), open_now),
        lambda: sizes.pack(
            render_all(request, edition, wish, open_now, place), name, sizes.ALL if whole else sizes.FOUND
        ),
    )
    return page_cache.reply(kept, name, "HX-Request")


INSTEAD = ("dial-211", "988-lifeline")
"""Services that know the others, or listen to anyone: shown where nothing fits."""


def _chosen_place(request: HttpRequest, edition: Edition) -> str:
    """The place chosen on the page of all services, else the host's own; empty for none."""
    posted = request.method == "POST" and same_origin(request)
    return places.where(places.unseal(edition, request.POST.get("s", "")) if posted else "")


def render_all(request: HttpRequest, edition: Edition, wish: search.Wish, open_now: bool, place: str) -> str:
    """The services that a person looks for as HTML: the whole page, or only the part that htmx swaps."""
    context: dict[str, Any] = places.context(edition, place)
    if wish or open_now:
        shown = (cards.of(edition, service) for service in search.find(edition, wish, place))
        context["found"] = [card for card in shown if card.state == "open" or not open_now]
        context["instead"] = [cards.of(edition, edition.services[slug]) for slug in INSTEAD if slug in edition.services]
    else:
        context["groups"] = groups(edition, place)
        context["local"] = sum(len(shown) for _name, shown, local in context["groups"] if local)
    if request.htmx:  # type: ignore[attr-defined]
        return render_to_string("parts/groups.html", {**context, "swapped": True})
    return render_to_string("all.html", {**base_context(request), **directory_context(edition), **context})


def directory_context(edition: Edition) -> dict[str, Any]:
    """What the page of all services shows around the cards: what to look for, and the list for machines."""
    return {
        "ways": [(key, label) for key, (label, _kinds) in search.CONTACT_FILTERS.items()],
        "needs": labels.CATEGORY,
        "spoken": [(code, cards.LANGUAGE_NAMES.get(code, code)) for code in search.languages(edition)],
        "main": [cards.of(edition, service) for service in edition.main],
        "linked_data": edition.derived(open_data.linked_data),
    }


def _wished(request: HttpRequest, edition: Edition) -> tuple[search.Wish, bool]:
    """What a person looks for, and whether only what is open now. What makes no sense counts as nothing."""
    if request.method != "POST" or not same_origin(request):
        return search.Wish(), False
    need, way, language = (request.POST.get(name, "") for name in "nkl")
    wish = search.Wish(
        words=search.read(request.POST.get("w", "")),
        need=need if need in dict(labels.CATEGORY) else "",
        way=way if way in search.CONTACT_FILTERS else "",
        language=language if language in search.languages(edition) else "",
    )
    return wish, "o" in request.POST


_PEPPER = secrets.token_bytes(32)


def _unreadable(wish: tuple[search.Wish, str]) -> bytes:
    """What stands for a search at a place in memory: the privacy page promises that neither is kept."""
    return hashlib.blake2b(repr(wish).encode(), key=_PEPPER, digest_size=16).digest()


LOCAL = ""
"""In place of a category: what is just for people at the place chosen."""


def groups(edition: Edition, place: str = "") -> list[tuple[str, list[cards.Card], bool]]:
    """All services for people at a place as cards, by group, in the order of the groups; first what is just for them.

    An office of immigration enforcement stays in its group: it must not be among the first that a person sees.
    """
    order = [key for key, _name in labels.CATEGORY]
    found: dict[str, list[cards.Card]] = {}
    for service in sorted(edition.at(place), key=lambda service: order.index(service.category)):
        first = service.areas and service.answered_by != "immigration"
        found.setdefault(LOCAL if first else service.category, []).append(cards.of(edition, service))
    here = (LOCAL, gettext("In %(place)s") % {"place": t(areas.name(place))})
    return [(str(name), found[key], key == LOCAL) for key, name in (here, *labels.CATEGORY) if key in found]
