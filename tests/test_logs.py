"""Every byte that the server wrote while people used it: nothing of what they said (docs/safety-rules.md D5, D7)."""

import logging
import re

import pytest

from navigator import counts
from tests.server import Server

pytestmark = pytest.mark.served
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00Z (GET|HEAD|POST|OPTIONS|OTHER) (/\S*|\(static\)|\(unknown\)) \d{3}: \d+")
TELLING = ["zebra", "10.9.8.7", "Odd-Agent", "elsewhere.example", "controlled", "nhth", "danger", "telling-cookie"]


@pytest.fixture
def site(another):
    """A site of its own: what it wrote is read when it has ended."""
    with Server(another()) as server:
        yield server


def written(site):
    """The lines of the log, but for what granian says of its own settings."""
    return [line for line in site.log.read_text().splitlines() if "[WARNING]" not in line]


def test_the_log_says_nothing_of_anybody(site):
    odd = {
        "User-Agent": "Odd-Agent zebra",
        "X-Forwarded-For": "10.9.8.7",
        "Referer": "https://elsewhere.example/zebra",
        "Cookie": "sessionid=telling-cookie; csrftoken=telling-cookie",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    token = site.get("/", **odd).token
    tokens = [token]
    for position in ("1", "0", "1", "2", "0"):
        answer = site.ask("POST", "/?danger=zebra", f"t={token}&g=n&c={position}", odd)
        token = answer.token
        tokens.append(token)
    assert 'data-service="nhth"' in answer.text
    for method, path, body in [
        ("GET", "/zebra/nhth/", None),
        ("GET", "/es/zebra?controlled=zebra", None),
        ("POST", "/all/", "w=zebra"),
        ("POST", "/", "t=zebra&c=zebra&g=zebra"),
        ("POST", "/", "zebra=" * 4000),
        ("POST", "/", "zebra=1&" * 4000),
        ("ZEBRA", "/", None),
        ("GET", "/static/zebra.css", None),
        ("GET", "/admin/zebra/", None),
        ("POST", "/admin/account/login/", "login=zebra&password=zebra"),
        ("GET", "/hsds/services/zebra", None),
    ]:
        site.ask(method, path, body, odd)
    assert site.get("/", Host="zebra.example").status == 400
    assert site.post("/admin/account/login/", {"login": "zebra"}).status == 403
    assert written(site) == []  # the hour is not over
    site.stop()
    lines = written(site)
    assert lines == sorted(lines) and len(set(lines)) == len(lines) >= 8
    for line in lines:
        assert LINE.fullmatch(line), line
    assert any(line.endswith("POST / 200: 6") for line in lines)
    for word in TELLING + tokens:
        assert word not in site.log.read_text()
    kept = [path for path in site.folder.rglob("*") if path.is_file() and "static" not in path.parts]
    for path in kept:
        data = path.read_bytes()
        for word in ["zebra", "10.9.8.7", "telling-cookie", *tokens]:
            assert word.encode() not in data, path


def test_an_error_is_logged_by_its_kind_and_place_alone(caplog, client, monkeypatch, settings):
    from navigator import middleware
    from navigator.public import views

    settings.SITE_NAME = property(lambda: 1 / 0)  # cannot be shown: makes a page fail

    def broken(request):
        secret = "zebra"
        raise ValueError(f"said {secret}")

    client.raise_request_exception = False
    monkeypatch.setattr(views.in_force, "current", lambda: broken(None))
    response = client.get("/?zebra", headers={"User-Agent": "zebra"})
    assert response.status_code == 500
    assert b"tel:911" in response.content
    records = [record for record in caplog.records if record.exc_info]
    assert records
    for record in records:
        line = middleware.Bare().format(record)
        assert "ValueError at" in line or "TypeError at" in line or "ZeroDivisionError at" in line
        assert "zebra" not in line


def test_requests_are_written_as_counts_once_the_hour_is_over(caplog, client, clock):
    caplog.set_level(logging.INFO)
    counts.log.addHandler(caplog.handler)
    counts.write()
    caplog.clear()
    for path in ("/", "/safety/", "/", "/nowhere/zebra/"):
        client.get(path)
    assert not caplog.records
    clock.shift(3600)
    counts.write()
    counts.log.removeHandler(caplog.handler)
    assert [record.getMessage().split(" ", 1)[1] for record in caplog.records] == [
        "GET (unknown) 404: 1",
        "GET / 200: 2",
        "GET /safety/ 200: 1",
    ]
    assert {record.getMessage()[:17] for record in caplog.records} == {"2026-11-24T17:00Z"}
    caplog.clear()
    counts.write()
    assert not caplog.records


def test_the_next_request_does_not_write_the_hour_before(caplog, client, clock):
    """The stamp that a log puts on a line would tell when it came."""
    counts.log.addHandler(caplog.handler)
    client.get("/")
    clock.shift(3600)
    client.get("/")
    counts.log.removeHandler(caplog.handler)
    assert not [record for record in caplog.records if record.name == counts.log.name]
