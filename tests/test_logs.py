"""Every byte that the server wrote while people used it: nothing of what they said (docs/safety-rules.md D5, D7)."""

import re

import pytest

pytestmark = pytest.mark.served
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00Z (GET|HEAD|POST|OPTIONS|OTHER) (/\S*|\(static\)|\(unknown\)) \d{3} (\d+|-)")
TELLING = ["zebra", "10.9.8.7", "Odd-Agent", "elsewhere.example", "controlled", "nhth", "danger", "telling-cookie"]


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
    for position in ("1", "0", "1", "0", "0"):
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
    written = site.log.read_text()
    lines = [line for line in written.splitlines() if "[WARNING]" not in line]
    assert len(lines) >= 15
    for line in lines:
        assert LINE.fullmatch(line), line
    for word in TELLING + tokens:
        assert word not in written
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
