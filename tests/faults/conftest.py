"""Faults are real: real servers, real databases, real signals, on the real clock."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from tests.bench import client
from tests.postgres import Postgres, free_port
from tests.server import ROOT, Server, environment, wait

NGINX = shutil.which("nginx")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(autouse=True)
def clock():
    """The real one."""
    yield None


@pytest.fixture
def folder(another):
    """The folder of a site, set up on SQLite."""
    return another()


@pytest.fixture
def node(ready, tmp_path, request):
    """Makes another web process with a data folder of its own, on a database that it shares."""

    def make(url, **more):
        place = tmp_path / f"node-{free_port()}"
        place.mkdir()
        (place / "static").symlink_to(ready / "static")
        server = Server(place, DATABASE_URL=url, **more)
        request.addfinalizer(server.stop)
        return server

    return make


@pytest.fixture
def readable():
    """A folder that everybody may read, nginx too, which runs as nobody."""
    with tempfile.TemporaryDirectory(prefix="navigator-pocket-") as folder:
        yield Path(folder)


@pytest.fixture
def pair(folder, node, readable):
    """Two web processes on one database."""
    made = [node(f"sqlite:///{folder}/db.sqlite3", POCKET_DIR=str(readable)).start() for _ in range(2)]
    return made


@pytest.fixture
def nginx(tmp_path):
    """Starts nginx with docs/nginx.conf in front of servers; only paths, ports and TLS are put in."""
    started = []

    def start(*servers, rate=9999):  # all of the load comes from one address
        assert NGINX, "There is no nginx here (Debian: apt-get install nginx-light)."
        place = tmp_path / "nginx"
        place.mkdir()
        port = free_port()
        lines = (ROOT / "docs" / "nginx.conf").read_text().splitlines()
        kept = [line for line in lines if not re.match(r"\s*(ssl_|user |pid |error_log |server 127)", line)]
        conf = "\n".join(kept)
        conf = conf.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
        plain = free_port()
        conf = conf.replace("listen 80 default_server;", f"listen 127.0.0.1:{plain};")
        named = "".join(f"server 127.0.0.1:{server.port} max_fails=0;" for server in servers)
        conf = conf.replace("/srv/navigator/templates", str(ROOT / "templates"))
        conf = conf.replace("/var/cache/navigator", servers[0].more.get("POCKET_DIR", "/nowhere"))
        conf = conf.replace("rate=20r/s", f"rate={rate}r/s")
        conf = conf.replace("upstream site {", f"upstream site {{ {named}")
        temp = "".join(
            f"{name}_temp_path {place}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf = conf.replace("http {", f"http {{ {temp}", 1)
        conf = f"pid {place}/pid; error_log {place}/error.log crit; daemon off;\n{conf}"
        (place / "nginx.conf").write_text(conf)
        process = subprocess.Popen(
            [NGINX, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", f"{place}/error.log"]
        )
        started.append(process)
        front = Server(place, port)
        front.plain = Server(place, plain)
        wait(lambda: front.get("/healthz").status == 200, lambda: (place / "error.log").read_text())
        return front

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.fixture
def postgres():
    with Postgres() as server:
        yield server


def run(folder, code, **more):
    """Run Python within the site's settings."""
    setup = "import django; django.setup()\n"
    place = environment(folder, DJANGO_SETTINGS_MODULE="navigator.settings", **more)
    done = subprocess.run([sys.executable, "-c", setup + code], cwd=ROOT, env=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


FILL = """
from django.conf import settings
from django.core.management import call_command
from navigator.editions import content, draft, publish
call_command("migrate", verbosity=0)
draft.write_draft(content.read_fixtures(settings.BASE_DIR / "fixtures"))
publish.publish(note="First edition")
"""

MARK = """
import msgspec
from navigator.editions.draft import compile_draft, write_draft
draft = compile_draft()
def marked(text):
    return {language: words.split(" #")[0] + " #MARK" for language, words in text.items()}
questions = tuple(msgspec.structs.replace(each, title=marked(each.title)) for each in draft.flow.questions)
services = tuple(msgspec.structs.replace(each, plain=marked(each.plain)) for each in draft.services)
flow = msgspec.structs.replace(draft.flow, questions=questions)
write_draft(msgspec.structs.replace(draft, flow=flow, services=services))
"""
"""Puts a mark into every question and every service of the draft, so that a page shows its edition."""


def mark(folder, name, **more):
    run(folder, MARK.replace("MARK", name), **more)


class Load:
    """People going through the questions all the while: each starts, answers by chance, reads where to turn."""

    def __init__(self, port, look=None, people=6):
        self.port, self.look, self.people = port, look, people
        self.served, self.failed = 0, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._person, args=(number,)) for number in range(people)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.some()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def some(self, more=40):
        """Wait until more people were served."""
        goal = self.served + more
        wait(lambda: self.served >= goal or self.failed)

    def _person(self, number):
        connection = None
        while not self._stop.is_set():
            sent = client.request("GET", "/")
            for step in range(8):
                if self._stop.is_set():
                    break
                try:
                    connection = connection or client.Connection(self.port)
                    status, head, body = connection.ask(sent.replace(b"Accept-Encoding: gzip, br\r\n", b""))
                    if b"connection: close" in head.lower():
                        connection.close()
                        connection = None
                except (OSError, ValueError) as error:
                    self.failed.append(repr(error))
                    connection = None
                    break
                page = body.decode()
                if status != 200:
                    self.failed.append(f"{status} {page[:200]}")
                    break
                self.served += 1
                if self.look:
                    self.look(page)
                token = re.search(r'name="t" value="([^"]+)"', page)[1]
                if "data-service" in page:
                    break
                form = f"t={token}&g=n&c={(number + step) % 3}".encode()
                sent = client.request("POST", "/", form, Sec_Fetch_Site="same-origin")
        if connection:
            connection.close()


def edition_of(server):
    """The number of the edition that a server serves."""
    found = re.search(r'"edition": (\d+)', server.get("/healthz").text)
    return int(found[1]) if found else None


SECONDS = int(os.environ.get("FAULT_SECONDS", "8"))
"""How long a fault lasts under load: short in CI, a minute and more by `make soak`."""
