"""Every route, and every way it can go wrong: the headers that keep pages private (docs/safety-rules.md D, L3)."""

import re
from urllib.parse import urlencode

import pytest

from navigator.editions import in_force
from navigator.public import steps

ROUTES = [
    "/", "/es/", "/all/", "/es/all/", "/safety/", "/privacy/", "/accessibility/", "/about/", "/worksheet/", "/next/",
    "/leave/", "/healthz", "/nowhere/", "/es/nowhere/", "/admin", "/static/nothing.css", "/robots.txt", "/favicon.ico",
]  # fmt: skip
PUBLIC_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def posted(client, form, headers=None):
    return client.post("/", urlencode(form), content_type="application/x-www-form-urlencoded", headers=headers)


def asked(client):
    """An answer from every route, by every method, and from every kind of error."""
    token = steps.seal(steps.start(in_force.current().flow))
    for route in ROUTES:
        for method in (client.get, client.head, client.post, client.options, client.put):
            yield f"{method.__name__} {route}", method(route)
    for done in ("n", "r"):
        form = {"t": token, "g": done, "c": "0"}
        yield f"step {done}", posted(client, form)
        yield f"swapped step {done}", posted(client, form, {"HX-Request": "true"})
    yield "too large", client.post("/", {"t": "x" * 9000})
    yield "foreign host", client.get("/", headers={"Host": "elsewhere.example"})
    yield "too many fields", client.post("/", {f"f{n}": "" for n in range(2100)})


def test_every_answer_is_private(client):
    seen = set()
    for name, response in asked(client):
        seen.add(response.status_code)
        policy = {
            part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";") if part.strip()
        }
        assert policy == PUBLIC_POLICY, name
        assert response["Cache-Control"] == "no-store", name
        assert response["Referrer-Policy"] == "same-origin", name
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response["X-Frame-Options"] == "DENY", name
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert response["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert "geolocation=()" in response["Permissions-Policy"], name
        assert not response.cookies, name
        assert not {"Report-To", "Reporting-Endpoints", "Link", "Refresh", "Server-Timing"} & set(response.headers), (
            name
        )
    assert {200, 204, 301, 400, 404, 405, 413} & seen >= {200, 204, 400, 404, 405, 413}


def test_no_answer_names_another_host_but_in_links_that_a_person_follows(client):
    for name, response in asked(client):
        if response.status_code == 301 or not response.get("Content-Type", "").startswith("text/html"):
            continue
        page = response.content.decode()
        assert not re.search(
            r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*(?:src|href)=\"(?:https?:)?//", page
        ), name
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page), f"inline in {name}"
        # Linked data is no script: browsers do not run it, and the policy does not stop it.
        page = page.replace('<script type="application/ld+json">', "<data>")
        assert not re.search(r"<(?:script|style)\b[^>]*>[^<]", page), f"inline in {name}"


def test_every_error_page_shows_the_numbers(client):
    checked = 0
    for name, response in asked(client):
        if response.status_code < 400 or name.startswith("head") or "/healthz" in name:
            continue
        checked += 1
        page = response.content.decode()
        assert "tel:911" in page, name
        assert "tel:+18883737888" in page and "tel:988" in page, name
        assert "data-leave" in page, name
    assert checked > 30


def test_steps_are_not_for_search_engines(client):
    token = steps.seal(steps.start(in_force.current().flow))
    assert posted(client, {"t": token, "g": "n", "c": "0"})["X-Robots-Tag"] == "noindex"


def test_hsts_behind_tls(client, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    response = client.get("/", secure=True)
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("headers", "first"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://elsewhere.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://testserver"}, False),
        ({}, False),
    ],
)
def test_a_post_from_another_origin_gets_the_start_page(client, headers, first):
    token = steps.seal(steps.start(in_force.current().flow))
    response = posted(client, {"t": token, "g": "n", "c": "1"}, headers)
    assert response.status_code == 200
    assert (b'data-question="danger"' in response.content) == first
    assert (b'data-question="who"' in response.content) != first
