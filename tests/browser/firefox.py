"""Firefox, driven over its own port by WebDriver BiDi: Debian has no driver for Selenium."""

import contextlib
import itertools
import json
import subprocess
import threading
from pathlib import Path

import websocket

from tests.postgres import free_port
from tests.server import wait

NO_NETWORK = {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9}
NO_NETWORK |= {"network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "network.dns.disabled": True}
PREFERENCES = {
    **NO_NETWORK,
    "browser.sessionstore.interval": 500,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "remote.active-protocols": 1,
}


class Firefox:
    """A person's hand on Firefox, whose network is off, on a profile of its own."""

    def __init__(self, binary: str, profile: Path) -> None:
        lines = (f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines))
        port = free_port()
        command = [binary, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._number = itertools.count()
        wait(lambda: self._connected(port))
        self._ask("session.new", capabilities={})
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _connected(self, port):
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self._socket = websocket.create_connection(
                f"ws://127.0.0.1:{port}/session", timeout=30, suppress_origin=True, http_no_proxy=["127.0.0.1"]
            )
            return True

    def _ask(self, method, **parameters):
        number = next(self._number)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def _evaluate(self, script):
        target = {"context": self._page}
        done = self._ask("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert done["type"] == "success", done
        return done["result"]

    def open(self, url):
        self._ask("browsingContext.navigate", context=self._page, url=url, wait="complete")

    def run(self, script):
        said = self._evaluate(f"JSON.stringify([{script}])").get("value")
        return json.loads(said)[0]

    def click(self, selector):
        """With a mouse, as a person does: Firefox counts it as one."""
        here = f"document.querySelector({json.dumps(selector)})"
        self._evaluate(f"{here}.scrollIntoView({{block: 'center'}})")
        origin = {"type": "element", "element": {"sharedId": self._evaluate(here)["sharedId"]}}
        moves = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        hand = {"type": "pointer", "id": "mouse", "actions": moves}
        self._ask("input.performActions", context=self._page, actions=[hand])

    def back(self):
        self._go(-1)

    def forward(self):
        self._go(1)

    def _go(self, delta):
        with contextlib.suppress(AssertionError):  # there is nothing that way
            self._ask("browsingContext.traverseHistory", context=self._page, delta=delta)

    def pause(self, seconds):
        threading.Event().wait(seconds)

    def quit(self):
        with contextlib.suppress(Exception):
            self._ask("browser.close")
        self._socket.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
