"""One look at a page of the web: short, in time, and never into a private network.

Addresses come from staff and from other directories. So a name is looked up once, all that it leads to is judged, and
the connection goes to what was judged: asked again, the name could lead elsewhere. A page is read, never sent to.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

TOKEN = "navigator-link-check"  # noqa: S105
"""By this name a robots.txt can speak to us."""
AGENT = f"Mozilla/5.0 (compatible; {TOKEN}/1; sees whether a page is still there)"
MOST = 16_384
"""Bytes of a page that are read: enough to know a page that only asks whether we are a person."""
SECONDS = 20.0
"""For the whole of it, however slowly a server talks."""
SAFE = "/%:@!$&'()*+,;=~-._"
NO_SUCH_NAME = {socket.EAI_NONAME, socket.EAI_NODATA}
EMBEDDING = ipaddress.ip_network("64:ff9b::/96")
"""In these addresses of IPv6 stands one of IPv4 (NAT64)."""


class Answer(NamedTuple):
    """What a server answered, and the start of its page."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Trouble(Exception):
    """No answer; ``reason`` is a key of `models.REASON`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def get(
    url: str,
    most: int = MOST,
    *,
    seconds: float = SECONDS,
    private: bool = False,
    resolve: Callable[..., Any] = socket.getaddrinfo,
) -> Answer:
    """Read the start of a page, following nothing. Raises Trouble. ``private`` is for tests: private networks too."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise Trouble("address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Trouble("address")
    tls = parts.scheme == "https"
    target = quote(parts.path or "/", SAFE) + (f"?{quote(parts.query, SAFE + '?')}" if parts.query else "")
    name = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    places = _judged(host, port or (443 if tls else 80), private, resolve)
    try:
        return _ask(places, host, tls, name, target, most, seconds)
    except ssl.SSLCertVerificationError:
        raise Trouble("certificate") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Trouble("silent") from None


def _judged(host: str, port: int, private: bool, resolve: Callable[..., Any]) -> list[Any]:
    """Where a name leads. Raises Trouble if it leads nowhere, or into a private network with as much as one address."""
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise Trouble("name" if error.errno in NO_SUCH_NAME else "silent") from None
    except (OSError, ValueError):
        raise Trouble("address") from None
    places = [place for _family, _type, _protocol, _name, place in found]
    if not private and not all(is_public(place[0]) for place in places):
        raise Trouble("private")
    return places


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where one of IPv4 stands in one of IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in EMBEDDING:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inner or found
    return found.is_global and not found.is_multicast


def _ask(places: list[Any], host: str, tls: bool, name: str, target: str, most: int, seconds: float) -> Answer:
    sock = _connected(places, seconds / 2)
    if tls:
        context = ssl.create_default_context()
        sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    # A server that sends a letter now and then is never late for a time-out: after this the line is cut.
    watch = threading.Timer(seconds, _cut, [sock])
    watch.daemon = True
    watch.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection = http.client.HTTPConnection(host)
        connection.sock = sock
        headers = {"Host": name, "User-Agent": AGENT, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "identity"}
        connection.request("GET", target, headers=headers | {"Connection": "close"})
        response = connection.getresponse()
        try:
            body = response.read(most)
        except (OSError, http.client.HTTPException):
            body = b""
        return Answer(response.status, response.headers, body)
    finally:
        watch.cancel()
        sock.close()


def _connected(places: list[Any], seconds: float) -> socket.socket:
    """A connection to the first place that takes one, of three at most."""
    last: OSError = OSError()
    for place in places[:3]:
        try:
            return socket.create_connection(place[:2], seconds)
        except OSError as error:
            last = error
    raise last


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not the one of TLS, which talks first
