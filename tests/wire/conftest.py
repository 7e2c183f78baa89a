"""The wire: how many bytes each answer and each request takes. Whoever adds to the flow passes these again."""

import datetime as dt
import os
import re
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.conftest import launch, page, playwright, profile  # noqa: F401
from tests.postgres import free_port
from tests.server import ROOT, Server, wait

FEW = 20
WAYS = int(os.environ.get("WIRE_WAYS", FEW))
"""How many random ways through the questions are walked behind nginx: none in CI, 300 by `make soak`."""
THOROUGH = WAYS > FEW
NGINX = shutil.which("nginx")


class Front(NamedTuple):
    """A running nginx."""

    folder: Path
    port: int


@pytest.fixture(scope="module")
def served(another):
    """The site as it is served, without nginx."""
    with Server(another()) as server:
        yield server


@pytest.fixture(scope="module")
def nginx(served, tmp_path_factory):
    """docs/nginx.conf with TLS in front of the site; only paths, ports and the certificate are put in."""
    assert NGINX, "There is no nginx here (Debian: apt-get install nginx-light)."
    place = tmp_path_factory.mktemp("nginx")
    certificate(place)
    port = free_port()
    lines = (ROOT / "docs" / "nginx.conf").read_text().splitlines()
    conf = "\n".join(line for line in lines if not re.match(r"\s*(user |pid |server 127)", line))
    conf = conf.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    conf = conf.replace("listen 80 default_server;", f"listen 127.0.0.1:{free_port()};")
    conf = re.sub(r"/etc/letsencrypt/live/help.example.org/(fullchain|privkey)", rf"{place}/\1", conf)
    conf = conf.replace("/srv/navigator/docs", str(ROOT / "docs")).replace("rate=20r/s", "rate=9999r/s")
    conf = conf.replace("upstream site {", f"upstream site {{ server 127.0.0.1:{served.port};")
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temp = "".join(f"{name}_temp_path {place}/{name};" for name in names)
    conf = f"pid {place}/pid; daemon off;\n" + conf.replace("http {", f"http {{ {temp}", 1)
    (place / "nginx.conf").write_text(conf)
    process = subprocess.Popen([NGINX, "-p", place, "-c", place / "nginx.conf", "-e", place / "start.log"])
    wait(lambda: handshake(port) is not None, lambda: (place / "start.log").read_text())
    yield Front(place, port)
    process.terminate()
    process.wait(10)


def certificate(place):
    """A certificate for this test alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    (place / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    (place / "privkey.pem").write_bytes(private)


def unchecked():
    """TLS as a client speaks it that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def handshake(port):
    """The version of TLS that a server speaks."""
    with socket.create_connection(("127.0.0.1", port)) as plain, unchecked().wrap_socket(plain) as sealed:
        return sealed.version()
