"""A small HTTP client that keeps a server busy: a few connections, one thread each, raw sockets."""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator

Reply = tuple[int, bytes, bytes]
"""Status, headers and body, as sent."""
Script = Iterator[tuple[str, bytes]]
"""Yields what to count a request as (or an empty name) and its bytes; is sent the reply."""


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip, br"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> Reply:
        """Send a request and read the whole answer. Raises OSError or ValueError."""
        self.socket.sendall(sent)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        place = head.lower().find(b"content-length:")
        length = int(head[place + 15 : (head.find(b"\r\n", place) + 1 or len(head) + 1) - 1]) if place > 0 else 0
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), head, body

    def _more(self) -> bytes:
        found = self.socket.recv(65536)
        if not found:
            raise ConnectionError("the server closed the connection")
        return found

    def close(self) -> None:
        self.socket.close()


class Result:
    """What a run of load saw."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.failed: list[str] = []
        self.seconds = 0.0

    def rate(self, name: str) -> float:
        """Requests a second while only such requests were made: the connections over their mean time."""
        times = self.times.get(name, [])
        return self.connections * len(times) / sum(times) if times else 0.0

    connections = 1

    def at(self, name: str, share: float) -> float:
        """The time within which this share of the requests was answered, in milliseconds."""
        times = sorted(self.times[name])
        return times[min(int(len(times) * share), len(times) - 1)] * 1000


def load(port: int, script: Callable[[int], Script], seconds: float, connections: int = 4) -> Result:
    """Run a script on each connection, over and over, for so long."""
    result = Result()
    result.connections = connections
    started = time.perf_counter()
    stop = started + seconds
    lock = threading.Lock()

    def work(number: int) -> None:
        times: dict[str, list[float]] = {}
        failed = []
        connection = Connection(port)
        for turn in itertools.count(number, connections):
            steps = script(turn)
            asked = next(steps, None)
            while asked is not None and time.perf_counter() < stop:
                name, sent = asked
                before = time.perf_counter()
                try:
                    reply = connection.ask(sent)
                except (OSError, ValueError) as error:
                    failed.append(f"{name}: {type(error).__name__}")
                    connection.close()
                    connection = Connection(port)
                    break
                times.setdefault(name, []).append(time.perf_counter() - before)
                if reply[0] >= 400:
                    failed.append(f"{name}: {reply[0]}")
                try:
                    asked = steps.send(reply)
                except StopIteration:
                    break
            if time.perf_counter() >= stop:
                break
        connection.close()
        with lock:
            result.failed += failed
            for name, found in times.items():
                result.times.setdefault(name, []).extend(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - started
    return result
