"""The open directory: the HSDS API, JSON-LD, and that every service is ready to call."""

import datetime as dt
import html
import json
import re

import msgspec
import pytest

from navigator.editions import content, in_force
from navigator.editions.content import digest, encode
from navigator.editions.edition import decode
from navigator.models import Edition
from services import hsds
from tests.hsds import problems


def got(client, path, **headers):
    response = client.get(path, headers=headers)
    return response, json.loads(response.content) if response.content else None


def test_the_base_says_which_version(client):
    response, data = got(client, "/hsds/")
    assert response.status_code == 200
    assert data["version"] == "3.0" and data["openapi_url"].startswith("https://")


def test_every_service_and_organization_is_there_and_fits_the_standard(client, real):
    for what, entity, count in (
        ("services", "service", len(real.content.services)),
        ("organizations", "organization", len(real.content.organizations)),
    ):
        _response, listed = got(client, f"/hsds/{what}?per_page=500")
        assert listed["total_items"] == len(listed["contents"]) == count
        for row in listed["contents"]:
            _response, whole = got(client, f"/hsds/{what}/{row['id']}")
            assert problems(entity, whole) == [] == problems(entity, row)
            assert not any(isinstance(value, list) for value in row.values())


def test_what_is_shared_is_what_is_published_but_for_who_checked_it(client, real):
    checked = {"assured_date": dt.date(2026, 11, 20), "assured_how": "Asked its agency", "assured_by": "Ana"}
    services = tuple(
        msgspec.structs.replace(service, **checked) if service.slug == "nhth" else service
        for service in real.content.services
    )
    data = encode(msgspec.structs.replace(real.content, services=services))
    edition = decode(2, data, digest(data))
    in_force.serve(edition)
    _response, listed = got(client, "/hsds/services?full=true&per_page=500")
    shared = [hsds.read_service(row) for row in listed["contents"]]
    assert shared == [
        msgspec.structs.replace(service, assured_by="", staff_note="") for service in edition.services.values()
    ]
    dated = {row["name"]: row["assured_date"] for row in listed["contents"] if "assured_date" in row}
    assert dated == {real.services["nhth"].name["en"]: "2026-11-20"}


def test_pages_are_those_of_the_standard(client, real):
    total = len(real.services)
    full, rest = divmod(total, 200)
    assert full == 1 and rest  # the next lines speak of two pages
    pages = [got(client, f"/hsds/services?page={number}&per_page=200")[1] for number in (1, 2, 3)]
    assert [page["size"] for page in pages] == [200, rest, 0]
    assert {page["total_pages"] for page in pages} == {2} and {page["total_items"] for page in pages} == {total}
    assert [page["page_number"] for page in pages] == [1, 2, 3]
    assert [page["first_page"] for page in pages] == [True, False, False]
    assert [page["last_page"] for page in pages] == [False, True, False]
    assert [page["empty"] for page in pages] == [False, False, True]
    ids = [row["id"] for page in pages for row in page["contents"]]
    assert len(set(ids)) == total


def test_lists_can_be_short_and_of_one_organization(client, real):
    _response, minimal = got(client, "/hsds/services?minimal=true")
    assert set(minimal["contents"][0]) == {"id"}
    _response, of_ice = got(
        client, f"/hsds/services?organization_id={hsds.identifier('organization', 'ice')}&per_page=99"
    )
    assert of_ice["total_items"] == sum(service.organization == "ice" for service in real.content.services) > 1


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=", "page=٣", "page=9999999999", "per_page=0", "per_page=1e3", "full=yes",
     "format=xml", "search=rape", "minimal="],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused_in_words(client, query):
    response, data = got(client, f"/hsds/services?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in data["error"]
    assert "rape" not in data["error"]


def test_too_many_at_once_are_not_given(client, monkeypatch):
    monkeypatch.setattr("navigator.public.open_data.MOST_PER_PAGE", 10)
    assert got(client, "/hsds/services?per_page=100000")[1]["size"] == 10


def test_who_has_it_already_gets_304_until_the_next_edition(client, fixtures):
    response, _data = got(client, "/hsds/services")
    etag = response["ETag"]
    again = client.get("/hsds/services", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert again["Access-Control-Allow-Origin"] == "*"
    changed = msgspec.structs.replace(fixtures, services=fixtures.services[1:])
    data = content.encode(changed)
    in_force.serve(decode(2, data, content.digest(data)))
    new = client.get("/hsds/services", headers={"If-None-Match": etag})
    assert new.status_code == 200 and new["ETag"] != etag


@pytest.mark.parametrize("path", ["/hsds/", "/hsds/services", "/hsds/organizations", "/hsds/services/none"])
def test_it_is_open_to_every_origin_and_sets_no_cookie(client, path):
    for response in (
        client.get(path, headers={"Origin": "https://example.org"}),
        client.options(path),
        client.post(path),
    ):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not response.cookies
        assert "Access-Control-Allow-Credentials" not in response


def test_what_is_not_there_or_not_allowed_is_said_in_json(client):
    assert got(client, "/hsds/services/nothing")[0].status_code == 404
    assert "error" in got(client, "/hsds/organizations/nothing")[1]
    assert client.post("/hsds/services").status_code == 405
    assert client.head("/hsds/services").status_code == 200


def test_the_language_of_the_browser_changes_nothing(client):
    spanish = client.get("/hsds/services", headers={"Accept-Language": "es"})
    assert spanish.content == client.get("/hsds/services").content


def test_it_needs_no_database(client, db, django_assert_num_queries):
    assert Edition.objects.exists()
    with django_assert_num_queries(0):
        client.get("/hsds/services?full=true")
        client.get("/all/")


# JSON-LD


def linked(client, path="/all/"):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).content.decode(), re.S)
    return [json.loads(text) for text in found]


def test_every_number_stands_in_json_ld_on_all_numbers_alone(client, real):
    (data,) = linked(client)
    points = data["@graph"]
    numbers = {way.value for s in real.at("") if s.category != "office" for way in s.ways if way.kind == "call"}
    assert numbers <= {point["telephone"] for point in points}
    assert all({"telephone", "contactType", "areaServed"} <= set(point) for point in points)
    lifeline = next(p for p in points if p["telephone"] == "+18004224453")
    assert "TollFree" in lifeline["contactOption"]
    assert lifeline["hoursAvailable"][0]["opens"] == "00:00" and len(lifeline["hoursAvailable"][0]["dayOfWeek"]) == 7
    assert any("HearingImpairedSupported" in point.get("contactOption", []) for point in points)
    for path in ("/", "/safety/", "/worksheet/"):
        assert linked(client, path) == []


def test_words_cannot_break_out_of_the_json_ld(national, client):
    services = [
        msgspec.structs.replace(each, name={"en": "</script><b>", "es": "x"}) if each.slug == "nhth" else each
        for each in national.services
    ]
    changed = msgspec.structs.replace(national, services=tuple(services))
    data = content.encode(changed)
    in_force.serve(decode(3, data, content.digest(data)))
    block = client.get("/all/").content.decode().split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert "<" not in block
    (found,) = linked(client)
    assert any(point["name"] == "</script><b>" for point in found["@graph"])


# Ready to call


@pytest.fixture
def national(fixtures):
    """The content without what is for one area alone."""
    return msgspec.structs.replace(fixtures, services=tuple(each for each in fixtures.services if not each.areas))


def cards(client, path):
    page = client.get(path).content.decode()
    return re.findall(r'<article[^>]*data-service="([^"]+)"[^>]*>(.*?)</article>', page, re.S)


@pytest.mark.parametrize(("path", "unknown"), [("/all/", "We do not know.")])
def test_every_service_says_what_a_caller_must_know_or_that_we_do_not_know(client, real, path, unknown):
    shown = dict(cards(client, path))
    assert set(shown) == {service.slug for service in real.at("")}
    for service in real.at(""):
        card = html.unescape(re.sub(r"<[^>]+>", " ", shown[service.slug]))
        facts = {
            label: html.unescape(re.sub(r"<[^>]+>", "", said)).strip()
            for label, said in re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(.*?)</dd>", shown[service.slug], re.S)
        }
        if service.answered_by in ("police", "immigration"):
            assert "enforcement." in card.split("More:")[0], service.slug
            assert service.answered_note.get("en", "") in card, service.slug
        else:
            assert facts["Answered by"] == (service.answered_note.get("en") or unknown), service.slug
        assert facts["Not for"] == (service.not_for.get("en") or unknown), service.slug
        assert facts["Your name"], service.slug
        happens = card.split("What happens when I reach out", 1)[1]
        assert (service.what_happens.get("en") or unknown).split()[0] in happens, service.slug


def test_what_is_not_known_is_said_so(national, client):
    empty = {"what_happens": {}, "not_for": {}, "answered_note": {}, "name_note": {}, "name_needed": "unknown"}
    bare = msgspec.structs.replace(
        national.services[0], answered_by="unknown", languages=(), languages_note={}, **empty
    )
    changed = msgspec.structs.replace(national, services=(bare, *national.services[1:]))
    data = content.encode(changed)
    in_force.serve(decode(4, data, content.digest(data)))
    assert dict(cards(client, "/all/"))[bare.slug].count("We do not know.") >= 5
