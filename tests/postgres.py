"""A PostgreSQL of our own, in a temporary folder, on loopback: found on the system, else apt-get as root on Debian.

Run as a program it runs a command with DATABASE_URL set to it, then stops it:
``python -m tests.postgres python -m pytest``; without a command it only makes sure that there is one.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

USER = "postgres"
NOBODY_WAITS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""A database that nobody will miss need not wait for the disk."""


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, or None. Debian keeps it off the path."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return installed[-1].parent if installed else None


class Postgres:
    """A server with one empty database, ``navigator``. Starts when entered; is deleted when left."""

    def __init__(self, port: int = 0, options: str = NOBODY_WAITS) -> None:
        found = programs()
        if found is None:
            raise FileNotFoundError("There is no PostgreSQL here (Debian: apt-get install postgresql).")
        self.bin = found
        self.port = port or free_port()
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="navigator-postgres-"))
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/navigator"

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of its programs; as its own user where we are root, which it refuses."""
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def create(self) -> None:
        """Make the folder and the database."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        self._run("initdb", "--pgdata", f"{self.folder}/data", "--username", USER, "--auth", "trust", "--no-sync")
        self.start()
        self._run("createdb", "--host=127.0.0.1", f"--port={self.port}", f"--username={USER}", "navigator")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        listen = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        control = ["--pgdata", f"{self.folder}/data", "--log", f"{self.folder}/log", "--wait", "--silent"]
        self._run("pg_ctl", "start", *control, "--options", f"{listen} {self.options}")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._run("pg_ctl", "stop", "--pgdata", f"{self.folder}/data", "--mode", "immediate", "--wait", "--silent")

    def __enter__(self) -> "Postgres":
        try:
            self.create()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            if (self.folder / "data" / "postmaster.pid").exists():
                self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _missing() -> list[str]:
    return [name for name, found in (("PostgreSQL", programs()), ("nginx", shutil.which("nginx"))) if not found]


def main(command: list[str]) -> int:
    """Make sure that there is a PostgreSQL, and an nginx for the faults; run the command; its exit status."""
    if _missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        for step in ("update", "install --yes --no-install-recommends postgresql nginx-light"):
            subprocess.run(["apt-get", *step.split()], check=False, capture_output=True, timeout=600)
    if missing := _missing():
        print(f"No {' and no '.join(missing)} here, and none could be installed: what needs them cannot run.")
        return bool(os.environ.get("CI"))
    if not command:
        return 0
    with Postgres() as server:
        return subprocess.run(command, check=False, env={**os.environ, "DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
