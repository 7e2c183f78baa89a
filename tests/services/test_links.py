"""Whether web addresses still lead there: asked of servers of our own, on this machine alone."""

import datetime as dt
import socket
import ssl
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services import web
from services.links import Found, Look


class Sites:
    """One server on loopback under any name; ``pages`` are by "name/path", and ``asked`` is what came."""

    def __init__(self, context=None):
        self.pages, self.asked, self.lost = {}, [], set()
        self.hold = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host = self.headers["Host"].partition(":")[0]
                outer.asked.append(f"{self.command} {host}{self.path}")
                page = outer.pages.get(host + self.path, (404, {}, b""))
                if page == "silent":
                    outer.hold.wait(10)
                    return
                if page == "drips":
                    while not outer.hold.wait(0.05):
                        try:
                            self.wfile.write(b"H")
                        except OSError:
                            return
                    return
                status, headers, body = page
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_HEAD = do_GET

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def resolve(self, host, port, **_more):
        if host in self.lost:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.port))]

    def put(self, where, status=200, body=b"hello", **headers):
        self.pages[where] = status, {name.replace("_", "-"): value for name, value in headers.items()}, body

    def look(self, pause=0, sleep=time.sleep, seconds=5.0):
        return Look(pause, partial(web.get, private=True, resolve=self.resolve, seconds=seconds), sleep)

    def at(self, address, **more):
        return self.look(**more).at(address)

    def read(self, where):
        """Whether a page was asked for, beside its robots.txt."""
        return f"GET {where}" in self.asked

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def sites():
    found = Sites()
    yield found
    found.close()


@pytest.fixture
def sealed(tmp_path):
    """A server that speaks TLS as a.example, and the file of its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a.example")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - dt.timedelta(1), now + dt.timedelta(9999))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    found = Sites(context)
    yield found, file
    found.close()


def test_a_certificate_is_read_for_the_name_that_was_asked(sealed, monkeypatch):
    sites, file = sealed
    sites.put("a.example/"), sites.put("b.example/")
    assert sites.at("https://a.example/") == Found("unknown", "certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert sites.at("https://a.example/") == Found("ok")
    assert sites.at("https://b.example/") == Found("unknown", "certificate")


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Found("ok")),
        (404, Found("gone", "404")),
        (410, Found("gone", "410")),
        *((status, Found("unknown", str(status))) for status in (400, 401, 403, 405, 429, 500, 502, 503)),
    ],
)
def test_only_what_says_so_is_gone(sites, status, result):
    sites.put("a.example/help", status)
    assert sites.at("http://a.example/help") == result


def test_a_name_that_is_lost_is_gone_and_a_server_that_is_silent_is_not(sites):
    sites.lost.add("lost.example")
    assert sites.at("http://lost.example/") == Found("gone", "name")
    sites.pages["a.example/robots.txt"] = "silent"
    assert sites.at("http://a.example/", seconds=0.2) == Found("unknown", "silent")


def test_who_sends_a_letter_now_and_then_is_cut_off(sites):
    sites.put("a.example/robots.txt", 404)
    sites.pages["a.example/"] = "drips"
    assert sites.at("http://a.example/", seconds=0.6) == Found("unknown", "silent")


@pytest.mark.parametrize(
    "page",
    [
        {"status": 403, "cf_mitigated": "challenge"},
        {"status": 404, "body": b"<html><title>Just a moment...</title>"},
        {"status": 200, "body": b"<script src=/_Incapsula_Resource?x></script>"},
    ],
)
def test_a_page_that_asks_for_a_person_tells_nothing(sites, page):
    sites.put("a.example/", **page)
    assert sites.at("http://a.example/") == Found("unknown", "challenge")


@pytest.mark.parametrize(
    ("status", "to", "found"),
    [
        (301, "http://b.example/help", Found("moved", "", "http://b.example/help")),
        (308, "/new/help", Found("moved", "", "http://a.example/new/help")),
        (302, "/new/help", Found("ok", "", "http://a.example/new/help")),
        (307, "http://b.example/help", Found("ok", "", "http://b.example/help")),
        (301, "http://www.a.example/help/", Found("ok")),
        (301, "http://b.example/nothing", Found("gone", "404", "http://b.example/nothing")),
        (301, "tel:+18005551234", Found("unknown", "address", "tel:+18005551234")),
        (301, "sms:741741?body=HELP", Found("unknown", "address", "sms:741741?body=HELP")),
    ],
)
def test_where_it_leads_is_told(sites, status, to, found):
    for page in ("a.example/new/help", "b.example/help", "www.a.example/help/"):
        sites.put(page)
    sites.put("a.example/help", status, Location=to)
    assert sites.at("http://a.example/help") == found


def test_what_is_sent_on_for_now_after_it_moved_has_moved_to_the_first(sites):
    sites.put("a.example/", 301, Location="http://b.example/new")
    sites.put("b.example/new", 302, Location="http://c.example/tonight")
    sites.put("c.example/tonight")
    assert sites.at("http://a.example/") == Found("moved", "", "http://b.example/new")


def test_a_site_that_sends_round_in_circles_is_left(sites):
    sites.put("a.example/", 302, Location="/")
    assert sites.at("http://a.example/").reason == "loop"
    assert len(sites.asked) < 10


def test_what_robots_txt_keeps_from_programs_is_not_read(sites):
    for page in ("a.example/open", "a.example/shut", "b.example/shut"):
        sites.put(page)
    sites.put("a.example/robots.txt", body=b"User-agent: *\nDisallow: /shut\n")
    sites.put("b.example/robots.txt", body=f"User-agent: {web.TOKEN}\nDisallow: /\n".encode())
    sites.put("c.example/robots.txt", 503)
    look = sites.look()
    assert look.at("http://a.example/open") == Found("ok")
    assert look.at("http://a.example/shut") == Found("unknown", "robots")
    assert look.at("http://b.example/shut") == Found("unknown", "robots")
    assert look.at("http://c.example/") == Found("unknown", "robots")
    assert not sites.read("a.example/shut") and not sites.read("b.example/shut") and not sites.read("c.example/")
    assert sites.asked.count("GET a.example/robots.txt") == 1


def test_one_host_is_asked_slowly_and_only_by_get(sites):
    sites.put("a.example/robots.txt", body=b"User-agent: *\nCrawl-delay: 7\n")
    sites.put("a.example/1"), sites.put("a.example/2"), sites.put("b.example/")
    waited = []
    look = sites.look(pause=2, sleep=waited.append)
    for address in ("http://a.example/1", "http://b.example/", "http://a.example/2"):
        look.at(address)
    # robots.txt, then the pause that it asks for before each page; the other host keeps the usual one.
    assert [round(each) for each in waited] == [7, 2, 7]
    assert {each.split()[0] for each in sites.asked} == {"GET"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ],
)
def test_no_private_network_is_opened_under_any_name(address):
    """Not by its number, and not under a name of which one of several addresses is such a one."""
    places = [(socket.AF_INET, 1, 6, "", ("93.184.215.14", 80)), (socket.AF_INET, 1, 6, "", (address, 80))]
    with pytest.raises(web.Trouble) as trouble:
        web.get("http://a.example/", resolve=lambda *_all, **_more: places)
    assert trouble.value.reason == "private"
    assert web.is_public("93.184.215.14") and web.is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_a_page_of_a_private_network_is_refused_before_it_is_asked(sites):
    sites.put("a.example/")
    look = Look(0, partial(web.get, resolve=sites.resolve))
    assert look.at("http://a.example/") == Found("unknown", "private")
    assert look.at("http://127.0.0.1:1/") == Found("unknown", "private")
    assert sites.asked == []


@pytest.mark.parametrize(
    "address",
    ["http://[::1", "http://a.example:99999/", "http:///x", "ftp://a.example/", "http://" + "a" * 70 + ".example/", ""],
)
def test_what_is_no_address_is_told_so(sites, address):
    assert sites.at(address) == Found("unknown", "address")


def test_odd_answers_are_no_trouble(sites):
    sites.put("a.example/é ü?q=a b".replace("é ü", "%C3%A9%20%C3%BC").replace("a b", "a%20b"))
    assert sites.at("http://a.example/é ü?q=a b") == Found("ok")
    sites.put("a.example/long", 301, Location="/" + "x" * 5000)
    assert sites.at("http://a.example/long") == Found("unknown", "address")
    sites.put("a.example/bare", 301)
    assert sites.at("http://a.example/bare") == Found("unknown", "301")
    sites.put("a.example/large", body=b"x" * 3_000_000)
    assert sites.at("http://a.example/large") == Found("ok")
