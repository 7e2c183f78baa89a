"""The site as it is served: set up in a folder of its own, under granian, on loopback."""

import contextlib
import gzip
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import brotli

from .postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
GRANIAN = Path(sys.executable).with_name("granian")

SERVE = "--interface wsgi --host 127.0.0.1 --workers 1 --no-access-log --log-level warning"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a site that keeps everything in ``folder``, with nothing of the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DATA_DIR": str(folder),
        "TLS": "off",
        "SECRET_KEY": "a key for tests alone, long enough to be taken seriously",
        "MALLOC_ARENA_MAX": "2",  # as docs/navigator.service has it
        **more,
    }


def manage(folder: Path, *command: str, root: Path = ROOT, **more: str) -> str:
    """Run a management command on a site of this or another checkout; its output. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=root,
        env=environment(folder, **more),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


class Answer:
    """What came back: status, headers, the bytes as sent and the bytes as meant."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.sent = response.read()
        coded = response.headers.get("Content-Encoding")
        self.body = brotli.decompress(self.sent) if coded == "br" else self.sent
        if coded == "gzip":
            self.body = gzip.decompress(self.sent)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def token(self) -> str:
        """The sealed answers on the page."""
        found = re.search(r'name="t" value="([^"]+)"', self.text)
        assert found, self.text[:200]
        return found[1]


class Server:
    """One web process, or several, on one port."""

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        app: str | None = None,
        alive: str = "/healthz",
        root: Path = ROOT,
        **more: str,
    ) -> None:
        self.folder = folder
        self.root = root
        self.app = app or "navigator.wsgi:application"
        self.alive = alive
        self.port = port or free_port()
        self.more = more
        self.log = folder / f"log-{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, before: Callable[[], None] | None = None) -> "Server":
        """Start, running ``before`` in the new process, and wait until it serves."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [GRANIAN, *f"{SERVE} --port {self.port}".split(), *options, self.app],
                cwd=self.root,
                env=environment(self.folder, **self.more),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=before,
            )
        wait(lambda: self.get(self.alive).status == 200, self.log.read_text)
        return self

    def stop(self) -> None:
        """Stop it kindly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop it as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how) if how == signal.SIGKILL else self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self.process = None

    def get(self, path: str, encoding: str = "br, gzip", **headers: str) -> Answer:
        """GET a page."""
        return self.ask("GET", path, None, {"Accept-Encoding": encoding, **headers})

    def post(self, path: str, fields: dict[str, str], encoding: str = "br, gzip", htmx: bool = True) -> Answer:
        """POST a form as the page does: by htmx, or as a browser without scripts."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": encoding}
        if htmx:
            headers["HX-Request"] = "true"
        return self.ask("POST", path, urllib.parse.urlencode(fields), headers)

    def ask(self, method: str, path: str, body: str | bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def wait(true: Callable[[], bool], told: Callable[[], str] = str, seconds: float = 30) -> None:
    """Wait until it is true; a connection refused counts as not yet. What is told goes with the failure."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if true():
                return
        pause.wait(0.05)
    raise AssertionError(f"it does not happen {told()}")
