"""A relay that counts bytes, as whoever watches the line can: before TLS is taken off, without a key."""

import contextlib
import socket
import threading

APPLICATION, OVERHEAD = 23, 17
"""The kind of a TLS record that carries what is sent (RFC 8446, 5.1), and what encryption adds to it: a tag and its
inner kind. The length of a record stands in the clear, so a watcher takes the overhead off."""


class Relay:
    """Passes everything on to a port, and counts it each way."""

    def __init__(self, port: int, tls: bool = False) -> None:
        self._target, self._tls = port, tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._counted = {"up": 0, "down": 0}
        threading.Thread(target=self._accept, daemon=True).start()

    def taken(self) -> tuple[int, int]:
        """The bytes that went up and down since the last time."""
        with self._lock:
            counted = self._counted["up"], self._counted["down"]
            self._counted.update(up=0, down=0)
        return counted

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for ends in ((near, far, "up"), (far, near, "down")):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, way: str) -> None:
        count = Records() if self._tls else len
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                counted = count(data)
                with self._lock:
                    self._counted[way] += counted
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Records:
    """Reads the heads of the TLS records of one direction; says how many bytes were sent within."""

    def __init__(self) -> None:
        self._rest = b""

    def __call__(self, data: bytes) -> int:
        self._rest += data
        sent = 0
        while len(self._rest) >= 5 + (length := int.from_bytes(self._rest[3:5], "big")) and len(self._rest) >= 5:
            if self._rest[0] == APPLICATION:
                sent += length - OVERHEAD
            self._rest = self._rest[5 + length :]
        return sent
