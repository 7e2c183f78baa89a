"""Whatever is sent, a page comes back that shows 911: never an error of ours."""

import base64
import tempfile

import pytest
from django.conf import settings as site
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from navigator.public import steps

FORM = "application/x-www-form-urlencoded"
ADDRESSES = ["/", "/es/"]
LISTS = ["/all/", "/es/all/"]
STEP = steps.Step(answers={"danger": "no"}, at="who", offered=("me", "close", "other", "work"))
thousands = settings(derandomize=True, max_examples=350, deadline=None)
hundreds = settings(derandomize=True, max_examples=150, deadline=None)


@pytest.fixture(scope="module")
def client():
    """A browser that shows what went wrong instead of raising it."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def answered(response, *statuses):
    """The answer is a page of ours with one of these statuses, and keeps its promises."""
    assert response.status_code in statuses
    assert b"tel:911" in response.content
    assert response["Content-Type"].startswith("text/html")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def post(client, address, body, content_type=FORM, **headers):
    return client.generic("POST", address, body, content_type, headers=headers)


def token():
    return steps.seal(STEP)


ANY = st.text(max_size=40) | st.binary(max_size=40).map(lambda b: b.decode("latin-1"))
NAMES = (
    st.sampled_from(
        ["t", "g", "c", "w", "a", "p", "s", "T", "t[]", "danger", "who", "csrfmiddlewaretoken", "_method", ""]
    )
    | ANY
)
MOVES = st.sampled_from(["n", "s", "b", "r", "l", "p", "p9", "c", "c0", "c99", "c" + "9" * 4999, "c²", "p\x00", "nn"])
PLACES = st.sampled_from(["0", "3", "4", "-1", "9" * 4999, "²", "٣", "0x0", "1e9", "None", "[]", "\x00", "🔥"])
TOKENS = st.sampled_from(["", "A" * 344, "=" * 344, "null", "{}", "é", "\x00"]) | st.binary(max_size=300).map(
    lambda b: base64.urlsafe_b64encode(b).decode()
)


def quoted(text):
    """A text in a form, byte by byte."""
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def test_any_move_and_any_place_with_a_good_token(client):
    good = token()

    @thousands
    @given(st.sampled_from(ADDRESSES), MOVES | ANY, PLACES | ANY, st.booleans())
    def check(address, move, place, script):
        body = f"t={good}&g={quoted(move)[:4000]}&c={quoted(place)[:3000]}"
        if script:
            response = post(client, address, body, **{"HX-Request": "true"})
            assert response.status_code == 200
        else:
            answered(post(client, address, body), 200)

    check()


def test_any_fields_at_all(client):
    good = token()

    @thousands
    @given(st.sampled_from(ADDRESSES), st.lists(st.tuples(NAMES, MOVES | PLACES | TOKENS | st.just(good)), max_size=6))
    def check(address, fields):
        body = "&".join(f"{quoted(name)}={quoted(value[:500])}" for name, value in fields)
        answered(post(client, address, body), *((200,) if len(body) <= site.PUBLIC_BODY_LIMIT else (413,)))

    check()


def test_any_word_on_the_list(client):
    @settings(thousands, max_examples=25)
    @given(st.sampled_from(LISTS), ANY | PLACES)
    def check(address, word):
        answered(post(client, address, f"w={quoted(word)[:4000]}"), 200)

    check()


def test_any_place_at_all(client):
    good = steps.seal(steps.Step(answers={"danger": "no", "who": "me"}, done=True))
    codes = st.sampled_from(["US-TX", "us-tx", "US-ZZ", "48201", "48202", "99999", "AAAAAAAA", "=" * 8, "-"])

    @settings(thousands, max_examples=60)
    @given(st.sampled_from([*ADDRESSES, *LISTS]), codes | PLACES | ANY)
    def check(address, place):
        fields = f"s={quoted(place)[:3000]}"
        response = post(client, address, fields if address in LISTS else f"t={good}&g=f&p=&{fields}")
        answered(response, 200)
        assert b'data-service="' in response.content
        assert b'data-service="tx-' not in response.content

    check()


def test_any_bytes_of_any_type(client):
    types = st.sampled_from(
        [
            FORM,
            FORM + "; charset=utf-16",
            FORM + "; charset=rot13",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=" + "x" * 500,
            "application/json",
            "application/x-msgpack",
            "text/plain",
            "",
            "/",
            ";;;",
            "text/html; charset=hex",
        ]
    )
    bodies = st.binary(max_size=300) | st.sampled_from(
        [
            b"%",
            b"%zz=%u0000",
            b"t=%ff%fe&g=%00",
            b"\xff\xfe\x00",
            b"--x\r\nContent-Disposition: form-data; name=t\r\n\r\n\x00\r\n--x--",
            b"--x\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n!!\r\n",
            b'{"t":' + b"[" * 2000,
            b"&" * 3000,
            b"=" * 3000,
            b";" * 3000,
        ]
    )

    @thousands
    @given(st.sampled_from(ADDRESSES), bodies, types)
    def check(address, body, content_type):
        answered(post(client, address, body, content_type), 200, 400)

    check()


def test_forged_tokens_start_over(client):
    good = token()
    changed = st.integers(0, len(good) - 1).map(lambda n: good[:n] + ("B" if good[n] == "A" else "A") + good[n + 1 :])

    @hundreds
    @given(TOKENS | ANY | changed)
    def check(forged):
        response = post(client, "/", f"t={quoted(forged)[:4000]}&g=n&c=0")
        answered(response, 200)
        assert b'data-question="danger"' in response.content
        assert b'class="notice"' in response.content

    check()


def test_strange_headers(client):
    good = token()
    methods = st.sampled_from(["GET", "HEAD", "POST"])
    printable = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
    names = st.sampled_from(
        [
            "HX-Request",
            "HX-Boosted",
            "HX-Current-URL",
            "HX-Current-URL-URI-AutoEncoded",
            "HX-History-Restore-Request",
            "HX-Prompt",
            "HX-Request-Type",
            "HX-Source",
            "HX-Target",
            "HX-Trigger",
            "HX-Trigger-Name",
            "Triggering-Event",
            "Accept",
            "Accept-Language",
            "Accept-Encoding",
            "Cookie",
            "Content-Encoding",
            "Forwarded",
            "If-Modified-Since",
            "If-None-Match",
            "Origin",
            "Range",
            "Referer",
            "Sec-Fetch-Site",
            "User-Agent",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-HTTP-Method-Override",
        ]
    )
    values = printable | st.sampled_from(["true", "full", "null", "%ff", "csrftoken=1; sessionid=2", "en-" + "x" * 500])

    @thousands
    @given(st.sampled_from(ADDRESSES), methods, st.dictionaries(names, values, max_size=4))
    def check(address, method, headers):
        body = f"t={good}&g=n&c=0" if method == "POST" else ""
        response = client.generic(method, address, body, FORM, headers=headers)
        assert response.status_code == 200
        assert not response.cookies
        if method != "HEAD" and "HX-Request" not in headers:
            answered(response, 200)

    check()


def test_strange_hosts(client):
    @hundreds
    @given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
    def check(host):
        answered(client.get("/", headers={"Host": host}), 200, 400)

    check()
    answered(client.get("/", headers={"Host": "evil.example"}), 400)
    answered(client.post("/", headers={"Host": "evil.example", "Origin": "http://evil.example"}), 400)


def test_odd_addresses(client):
    parts = st.sampled_from(
        ["..", ".", "", "es", "fr", "all", "admin", "static", "leave", "%00", "%ff%fe", "%2e%2e", "~", "é"]
    )

    @thousands
    @given(st.lists(parts | ANY, max_size=5), st.sampled_from(["", "/", "?t=x", "?" + "a" * 500, "#x", ";x", "//"]))
    def check(pieces, end):
        path, _, query = ("/" + "/".join(pieces) + end).partition("?")
        typed = path.encode("utf-8", "surrogatepass").decode("latin-1")  # as a server hands it over
        response = client.generic("GET", "/", PATH_INFO=typed, QUERY_STRING=query)
        assert response.status_code in (200, 301, 302, 400, 404)
        if response.status_code in (400, 404):
            answered(response, 400, 404)

    check()


@pytest.mark.parametrize("charset", ["zlib", "hex", "ROT13", "idna", "utf-16", '"base64"', "nothing-known"])
@pytest.mark.parametrize("address", [*ADDRESSES, "/all/", "/safety/", "/healthz", "/nothing", "/admin/account/login/"])
def test_a_charset_other_than_utf_8_is_refused(client, address, charset):
    for method in ("GET", "POST"):
        response = client.generic(method, address, "w=%ff", f"{FORM}; charset={charset}")
        answered(response, 400)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf_8_is_taken_by_any_spelling(client, charset):
    assert b'data-question="who"' in post(client, "/", f"t={token()}&g=l", f"{FORM}; charset={charset}").content


def test_a_file_sent_to_staff_pages_is_never_written_to_a_disk(client, monkeypatch, db):
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    file = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n%s\r\n--x--\r\n'
    for size, expected in ((2_490_000, 403), (2_500_000, 413), (10_000_000, 413)):
        body = file % (b"x" * size)
        answered(post(client, "/admin/account/login/", body, "multipart/form-data; boundary=x"), expected)


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS, "/safety/", "/leave/", "/healthz", "/nothing"])
@pytest.mark.parametrize("size", [8_193, 1_048_576])
def test_a_body_that_is_too_large_is_refused(client, address, size):
    answered(post(client, address, b"t=" + b"x" * (size - 2)), 413)
    answered(post(client, address, b"\x00" * size, "multipart/form-data; boundary=x"), 413)


def test_a_refusal_speaks_the_language_of_its_address_not_of_the_request_before(client):
    client.get("/es/")
    assert b'<html lang="en"' in post(client, "/", b"x" * 9_000).content
    assert b'<html lang="es"' in post(client, "/es/", b"x" * 9_000).content


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS])
def test_the_largest_body_is_read(client, address):
    answered(post(client, address, b"t=" + b"x" * 8_190), 200)


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000, "-1", "1e3", "0x10", "²", " ", "8193"])
def test_a_length_that_makes_no_sense_is_refused(client, length):
    answered(client.generic("POST", "/", b"t=x", FORM, CONTENT_LENGTH=length), 413)


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS])
@pytest.mark.parametrize("body", [b"a=&" * 2_500, b"a&" * 4_000, b"t=&g=&c=&" * 800], ids=["named", "bare", "ours"])
def test_thousands_of_fields_are_dropped_as_ticks_and_refused_as_a_search(client, address, body):
    answered(post(client, address, body), 200 if address in ADDRESSES else 400)


def test_the_last_of_two_fields_counts_and_a_list_is_no_harm(client):
    answered(post(client, "/", f"t=x&t={token()}&g=n&g=s&c=0&c=1"), 200)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=1, max_size=12))
def test_any_method(client, method):
    response = client.generic(method, "/", b"", FORM)
    if method in ("GET", "POST", "HEAD", "OPTIONS"):
        assert response.status_code in (200, 204)
        return
    answered(response, 405)
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"
