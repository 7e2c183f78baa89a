"""What a newcomer types: `make serve`, `make dev`, `make unit`."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from navigator.middleware import loopback_only

from .postgres import free_port
from .server import ROOT, Server, environment, wait
from .test_hosting import started

BUILT = [f"{sys.prefix}/base", f"{sys.prefix}/test", "navigator/locale/es/LC_MESSAGES/django.mo"]
"""What is there already, whatever its age: a test must not install anything."""


def make(folder, *arguments, root=ROOT, port=8000):
    """Start `make` as a newcomer does; what it prints goes to ``folder/printed``."""
    with (folder / "printed").open("wb") as printed:
        return subprocess.Popen(
            ["make", *arguments, f"PORT={port}", f"VENV={sys.prefix}", *(f"--old-file={path}" for path in BUILT)],
            cwd=root,
            env=environment(folder),
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextlib.contextmanager
def serving(folder, target, root=ROOT):
    """The site as `make serve` or `make dev` serves it; gone afterwards."""
    server = Server(folder, free_port())
    process = make(folder, target, root=root, port=server.port)
    try:
        wait(lambda: server.get("/healthz").status == 200, (folder / "printed").read_text)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@pytest.mark.served
def test_make_serve_prints_where_the_site_is_and_nothing_else(another):
    folder = another()
    with serving(folder, "serve") as server:
        printed = (folder / "printed").read_text().splitlines()
    lines = [line for line in printed if not re.fullmatch(r"\S+T\d\d:00Z GET /healthz 200 \d+", line)]
    assert lines == [f"Serving on http://127.0.0.1:{server.port}/  (staff: /admin/, an account: make staff)"]


@pytest.mark.served
@pytest.mark.parametrize("target", ["serve", "dev"])
def test_a_port_in_use_is_named_and_nothing_is_started(tmp_path, target):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = make(tmp_path, target, port=port)
        try:
            assert process.wait(20) != 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
    printed = (tmp_path / "printed").read_text()
    assert f"Port {port} is in use. Choose another one, such as: make {target} PORT={port + 1}\n" in printed
    assert not (tmp_path / "db.sqlite3").exists()


def test_make_unit_runs_what_is_named_and_asks_for_it(tmp_path):
    assert make(tmp_path, "unit", "ARGS=tests/services/test_phones.py").wait(60) == 0
    assert " passed" in (tmp_path / "printed").read_text()
    assert make(tmp_path, "unit").wait(20) != 0
    assert "Say which: make unit ARGS=" in (tmp_path / "printed").read_text()


# `make dev`


@pytest.mark.served
def test_make_dev_shows_a_changed_template_style_and_module_at_once(another, tmp_path):
    folder, root = another(), tmp_path / "checkout"
    for name in ("navigator", "services", "templates"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("manage.py", "Makefile"):
        shutil.copy(ROOT / name, root)

    def change(path, old, new):
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    with serving(folder, "dev", root) as server:
        assert 'href="/static/navigator/app.css"' in server.get("/").text
        change("navigator/static/navigator/app.css", ":root", "/* changed */ :root")
        assert "/* changed */" in server.get("/static/navigator/app.css").text
        change("templates/base.html", "</head>", "<!-- changed --></head>")
        wait(lambda: "<!-- changed -->" in server.get("/").text)
        change("navigator/public/views.py", 'gettext("Question ', 'gettext("Changed question ')
        wait(lambda: "Changed question 1" in server.get("/").text)


def test_without_dev_nothing_of_it_is_there(tmp_path):
    told = "DEV, 'loopback_only' in str(settings.MIDDLEWARE), hasattr(settings, 'WHITENOISE_AUTOREFRESH')"
    assert started(tmp_path, told).stdout == "False False False\n"
    assert started(tmp_path, told, DEV="on").stdout == "True True True\n"


@pytest.mark.parametrize(
    "more", [{"TLS": "on"}, {"BEHIND_PROXY": "on"}, {"ALLOWED_HOSTS": "help.example.org,127.0.0.1"}]
)
def test_dev_starts_on_ones_own_machine_alone(tmp_path, more):
    done = started(tmp_path, DEV="on", **more)
    assert done.returncode != 0
    assert "DEV is for one's own machine" in done.stderr


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("10.0.0.1", 403)]
)
def test_dev_answers_this_machine_alone(address, status):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert loopback_only(lambda _request: HttpResponse("here"))(request).status_code == status
