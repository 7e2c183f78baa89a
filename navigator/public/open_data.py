"""The directory as open data: the HSDS 3.0 API over the edition in force, and JSON-LD for "All numbers".

Read only, open to every origin, without cookies or a database. docs/hsds.md says what is in it.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt

from navigator.editions import in_force
from navigator.editions.edition import Edition
from navigator.editions.in_force import NoEdition
from services import hsds, phones
from services.hours import ALWAYS, DAY, DAYS, parse
from services.records import Service

PER_PAGE, MOST_PER_PAGE = 50, 500
ONE_TO_ONE = (dict, str, int, float)
"""What a list shows of each entry; all of it with ``full=true``."""
SCHEMA = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
PROFILE = "https://github.com/openreferral/specification/tree/3.0/schema"


class BadQuery(Exception):
    """A query parameter that makes no sense; the message says which and why."""


@dataclass(frozen=True)
class Directory:
    """An edition in the shape of HSDS, made once."""

    services: dict[str, hsds.Json]
    organizations: dict[str, hsds.Json]
    etag: str


def directory(edition: Edition) -> Directory:
    """The edition as HSDS. Who on the staff checked a service is nobody else's business and is left out."""
    owners = edition.organizations
    services = [
        hsds.write_service(msgspec.structs.replace(service, assured_by=""), owners[service.organization])
        for service in edition.services.values()
    ]
    organizations = [hsds.write_organization(owner) for owner in edition.shown.organizations]
    # The edition, and what this release of ours makes of it.
    made = hashlib.sha256(edition.hash.encode() + msgspec.json.encode(services)).hexdigest()[:24]
    return Directory(
        services={service["id"]: service for service in services},
        organizations={organization["id"]: organization for organization in organizations},
        etag=quote_etag(made),
    )


View = Callable[..., Any]


def open_data(view: View) -> Callable[..., HttpResponse]:
    """Answer GET with the JSON that a view gives, to any origin, and 304 to who has it already."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **names: str) -> HttpResponse:
        return _shared(_answer(request, view, names))

    return csrf_exempt(answer)  # nothing is written here; a POST gets 405 in JSON


def _answer(request: HttpRequest, view: View, names: dict[str, str]) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method not in ("GET", "HEAD"):
        return _refuse(405, "Only GET, HEAD and OPTIONS are answered here.")
    try:
        found = in_force.current().derived(directory)
        data = view(request, found, **names)
    except NoEdition:
        return _refuse(503, "Nothing is published here at the moment.")
    except BadQuery as error:
        return _refuse(400, str(error))
    except KeyError:
        return _refuse(404, "There is nothing with this id.")
    response = _json(data)
    response["ETag"] = found.etag
    return get_conditional_response(request, etag=found.etag, response=response) or response


def _refuse(status: int, message: str) -> HttpResponse:
    return _json({"error": message}, status)


def _json(data: hsds.Json, status: int = 200) -> HttpResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})


def _shared(response: HttpResponse) -> HttpResponse:
    response["Allow"] = response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


@open_data
def base(request: HttpRequest, found: Directory) -> hsds.Json:
    """What this API is."""
    return {"version": hsds.VERSION, "profile": PROFILE, "openapi_url": SCHEMA}


@open_data
def service_list(request: HttpRequest, found: Directory) -> hsds.Json:
    """A page of services, in short or with everything."""
    query = _query(request, {"full", "minimal", "organization_id"})
    rows = list(found.services.values())
    if "organization_id" in query:
        rows = [row for row in rows if row["organization"]["id"] == query["organization_id"]]
    shape = _flat
    if _true(query, "minimal"):
        shape = _minimal
    elif _true(query, "full"):
        shape = _whole
    return _page(query, [shape(row) for row in rows])


@open_data
def one_service(request: HttpRequest, found: Directory, key: str) -> hsds.Json:
    """A service with everything about it."""
    return found.services[key]


@open_data
def organization_list(request: HttpRequest, found: Directory) -> hsds.Json:
    """A page of organizations, in short or with everything."""
    query = _query(request, {"full"})
    shape = _whole if _true(query, "full") else _flat
    return _page(query, [shape(row) for row in found.organizations.values()])


@open_data
def one_organization(request: HttpRequest, found: Directory, key: str) -> hsds.Json:
    """An organization with everything about it."""
    return found.organizations[key]


def _whole(row: hsds.Json) -> hsds.Json:
    return row


def _flat(row: hsds.Json) -> hsds.Json:
    return {
        field: _flat(value) if isinstance(value, dict) else value
        for field, value in row.items()
        if isinstance(value, ONE_TO_ONE)
    }


def _minimal(row: hsds.Json) -> hsds.Json:
    return {"id": row["id"]}


def _query(request: HttpRequest, also: set[str]) -> dict[str, str]:
    """The query parameters. Raises BadQuery for any that is not answered here, rather than answer another question."""
    known = {"page", "per_page", "format"} | also
    query = request.GET.dict()
    for name in query:
        if name not in known:
            raise BadQuery(f"“{name[:40]}” is not answered here. What is: {', '.join(sorted(known))}.")
    if query.get("format", "json") != "json":
        raise BadQuery("“format” can only be “json”.")
    return {name: str(value) for name, value in query.items()}


def _true(query: dict[str, str], name: str) -> bool:
    value = query.get(name, "false")
    if value not in ("true", "false"):
        raise BadQuery(f"“{name}” is “true” or “false”.")
    return value == "true"


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and int(value) > 0):
        raise BadQuery(f"“{name}” is a whole number from 1 on.")
    return int(value)


def _page(query: dict[str, str], rows: list[hsds.Json]) -> hsds.Json:
    """The page object of the standard. A page past the last one is empty; more than 500 at once are not given."""
    number = _number(query, "page", 1)
    size = min(_number(query, "per_page", PER_PAGE), MOST_PER_PAGE)
    pages = max(1, -(-len(rows) // size))
    contents = rows[(number - 1) * size : number * size]
    return {
        "total_items": len(rows),
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number == pages,
        "empty": not contents,
        "contents": contents,
    }


# JSON-LD

TYPES = {"call": "voice", "text": "text message", "tty": "TTY", "videophone": "videophone"}


def linked_data(edition: Edition) -> str:
    """Every number for the whole country as a schema.org ContactPoint, safe to stand inside a script element (J9)."""
    points = [
        _point(service, way)
        for service in edition.at("")
        for way in service.ways
        if way.kind in TYPES and service.category != "office"
    ]
    text = json.dumps({"@context": "https://schema.org", "@graph": points}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003C").replace(">", "\\u003E")


def _point(service: Service, way: Any) -> hsds.Json:
    options = ["TollFree"] if way.kind == "call" and phones.toll_free(way.value) else []
    options += ["HearingImpairedSupported"] if way.kind in ("tty", "videophone") else []
    codes = [code for code in way.languages or service.languages if code != "mul"]
    point: hsds.Json = {
        "@type": "ContactPoint",
        "name": service.name.get(hsds.MAIN, service.slug),
        "contactType": service.category,
        "telephone": way.value,
        "areaServed": "US",
    }
    if way.kind != "call":
        point["description"] = TYPES[way.kind]
    if codes:
        point["availableLanguage"] = codes
    if options:
        point["contactOption"] = options
    if way.hours == ALWAYS or (way.hours and way.timezone):
        point["hoursAvailable"] = _opening(way.hours)
    return point


def _opening(text: str) -> list[hsds.Json]:
    """Hours as schema.org has them: without a zone, so those of the service's own clocks."""
    week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    spans = {(0, DAY - 1): list(range(len(DAYS)))} if text == ALWAYS else parse(text).days_by_time()
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [week[day] for day in days],
            "opens": f"{start // 60:02}:{start % 60:02}",
            "closes": f"{end % DAY // 60:02}:{end % 60:02}",
        }
        for (start, end), days in spans.items()
    ]
