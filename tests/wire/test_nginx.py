"""What nginx writes down of those who come: nothing, whatever they do to it."""

import socket
import struct

import pytest

pytestmark = [pytest.mark.served, pytest.mark.faults]


@pytest.fixture(autouse=True)
def clock():
    """The real one."""
    yield None


def record(kind, payload, version=0x0301):
    """A TLS record."""
    return struct.pack(">BHH", kind, version, len(payload)) + payload


def hello(share):
    """A ClientHello of TLS 1.3 with this key share for X25519."""

    def extension(kind, data):
        return struct.pack(">HH", kind, len(data)) + data

    shares = struct.pack(">HH", 29, len(share)) + share
    extensions = (
        extension(43, b"\x02\x03\x04")
        + extension(10, struct.pack(">HH", 2, 29))
        + extension(13, struct.pack(">HH", 2, 0x0403))
        + extension(51, struct.pack(">H", len(shares)) + shares)
    )
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    body += struct.pack(">H", len(extensions)) + extensions
    return record(22, b"\x01" + len(body).to_bytes(3, "big") + body)


BROKEN = {
    "a key share that is too short": hello(b"\x00" * 5),
    "a key share of nought": hello(bytes(32)),
    "a record of no known type": record(99, b"x" * 20),
    "an alert first": record(21, b"\x02\x28"),
    "data before keys": record(23, b"x" * 100),
    "a hello cut short": hello(bytes(32))[:40],
    "a record too long": record(22, b"x" * 30_000),
    "plain HTTP": b"GET / HTTP/1.1\r\nHost: zebra\r\n\r\n",
    "no TLS at all": b"\x00" * 400,
    "an old version": record(22, b"\x01\x00\x00\x02\x02\x00", 0x0200),
}
ALLOWED = {"nginx.conf", "fullchain.pem", "privkey.pem", "pid"}


def test_nginx_writes_nothing_of_anybody(nginx):
    before = {path: path.read_bytes() for path in nginx.folder.rglob("*") if path.is_file()}
    for broken in BROKEN.values():
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as line:
                line.sendall(broken)
                line.settimeout(0.3)
                try:
                    while line.recv(4096):
                        pass
                except OSError:
                    pass
    after = {path: path.read_bytes() for path in nginx.folder.rglob("*") if path.is_file()}
    assert after == before
    assert not any(b"127.0.0.1" in data for path, data in after.items() if path.name not in ALLOWED)
