"""Random ways through the questions, counted on the line: what was computed is what a watcher sees, to the byte."""

import gzip
import random
import re
import socket
import urllib.parse

import brotli
import pytest

from navigator.public import sizes

from .conftest import FEW, THOROUGH, WAYS, unchecked
from .relay import Relay

pytestmark = [pytest.mark.served, pytest.mark.faults]
SENT = 2040
"""Bytes of a body as app.js fills it up, on the English pages; tests/wire/test_browsers.py holds that."""
EACH = 20
"""Ways on one connection: nginx closes it after a thousand requests."""
OPEN = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture(autouse=True)
def clock():
    """The real one."""
    yield None


class Person:
    """Somebody who goes through the questions on one connection that is kept open, with or without TLS."""

    def __init__(self, relay, tls, encoding, script=True):
        self.relay, self.encoding, self.script = relay, encoding, script
        plain = socket.create_connection(("127.0.0.1", relay.port), timeout=20)
        self.line = unchecked().wrap_socket(plain) if tls else plain
        self.page = self.ask("GET", "/healthz")[2]  # TLS says its own things until the first answer
        relay.taken()

    def ask(self, method, path, form=None):
        """Bytes up and down by the relay's count, and the page."""
        body = self._filled(form) if form else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Accept-Encoding: {self.encoding or 'identity'}"]
        if form:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            lines += ["Sec-Fetch-Site: same-origin"]
            lines += ["HX-Request: true", "HX-Request-Type: partial"] if self.script else []
        self.line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, page = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])
        while len(page) < length:
            page += self._more()
        assert head.startswith(b"HTTP/1.1 200"), head
        coded = re.search(rb"(?i)\r\ncontent-encoding: (\w+)", head)
        return *self.relay.taken(), OPEN[coded[1].decode() if coded else ""](page).decode()

    def _more(self):
        data = self.line.recv(65536)
        assert data, "the connection was closed"
        return data

    def _filled(self, form):
        """As app.js fills a body up."""
        said = urllib.parse.urlencode(form)
        return (said + "&f=" + "0" * (SENT - len(said) - 3)).encode() if self.script else said.encode()

    def walk(self, by_chance):
        """From the start to an outcome, by answers that chance gives: the sizes of what went up and down."""
        up, down, page = self.ask("GET", "/")
        seen = [(up, down)]
        while "data-service" not in page:
            form = {"t": token(page), "g": "n"}
            choices = re.findall(r'name="c"\s+value="(\d+)"', page)
            if (choice := by_chance.choice([*choices, ""])) and by_chance.random() > 0.02:
                form["c"] = choice
            elif by_chance.random() < 0.1:
                form["g"] = "r"
            up, down, page = self.ask("POST", "/", form)
            seen.append((up, down))
        return seen


def token(page):
    """The sealed answers on a page."""
    return re.search(r'name="t"\s+value="([^"]+)"', page)[1]


def walked(relay, tls, encoding, script, ways):
    """The sizes seen on many ways, by their kind."""
    by_chance = random.Random(11)
    seen = {"start": set(), "requests": set(), "questions": set(), "outcomes": set()}
    for number in range(ways):
        if number % EACH == 0:
            person = Person(relay, tls, encoding, script)
        start, *between, end = person.walk(by_chance)
        seen["start"].add(start[1])
        seen["requests"] |= {up for up, _down in (*between, end)}
        seen["questions"] |= {down for _up, down in between}
        seen["outcomes"].add(end[1])
        if number % EACH == EACH - 1:
            person.line.close()
    return seen


def expect(seen, encoding, script):
    """One size of each kind, which is the one computed, with headers of one length."""
    times = 1 if encoding else sizes.UNCOMPRESSED
    question, outcome = (sizes.STEP, sizes.OUTCOME) if script else (sizes.PAGE, sizes.OUTCOME_PAGE)
    heads = {size - question[0] * times for size in seen["questions"]}
    assert len(heads) == 1, seen
    # Of a longer answer the length has a digit more.
    more = len(str(outcome[0] * times)) - len(str(question[0] * times))
    assert {size - outcome[0] * times - more for size in seen["outcomes"]} == heads, seen
    assert len(seen["start"]) == 1, seen
    assert not script or len(seen["requests"]) == 1, seen


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@pytest.mark.parametrize("script", [True, False])
def test_random_ways_are_even(served, encoding, script):
    relay = Relay(served.port)
    expect(walked(relay, False, encoding, script, FEW), encoding, script)
    relay.close()


@pytest.mark.skipif(not THOROUGH, reason="make soak runs it")
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_behind_nginx_and_tls_a_watcher_counts_what_was_computed(nginx, encoding):
    relay = Relay(nginx.port, tls=True)
    expect(walked(relay, True, encoding, True, WAYS), encoding, True)
    relay.close()


def test_without_script_a_request_tells_no_choice_from_another(served):
    relay = Relay(served.port)
    person = Person(relay, False, "br", script=False)
    page = person.ask("GET", "/")[2]
    sent = {person.ask("POST", "/", {"t": token(page), "g": "n", "c": choice})[0] for choice in ("0", "1", "2")}
    assert len(sent) == 1
    relay.close()


def test_without_script_neither_a_request_nor_an_answer_tells_a_place_from_another(served):
    relay = Relay(served.port)
    person = Person(relay, False, "br", script=False)
    for path in ("/", "/all/"):
        page, form = person.ask("GET", path)[2], {}
        if path == "/":
            page = person.ask("POST", path, {"t": token(page), "g": "r"})[2]
            form = {"t": token(page), "g": "f", "p": ""}
        values = re.findall(r'<option value="([^"]{8})"', page.partition("data-place")[2])
        assert len(values) == 57
        sent = [person.ask("POST", path, {**form, "s": value}) for value in values[:: 8 if path == "/" else 28]]
        assert len({page for _up, _down, page in sent}) == len(sent)
        assert len({(up, down) for up, down, _page in sent}) == 1
    relay.close()
