"""How many requests there were, by the hour: all that is logged of them.

A line for each request would tell, by its time and its place among the others, what one person did. So requests are
counted in memory, by method, kind of page and status, and the counts are written when the hour is over, or when the
process ends. Each process writes its own.
"""

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.util import Finalize

log = logging.getLogger("navigator.access")
HOUR = 3600

Kind = tuple[str, str, int]
"""Method, pattern of the path (never the path as typed), status."""

Writer = Callable[[], None]
"""What writes down something that is held in memory; it raises nothing."""

_counts: Counter[Kind] = Counter()
_hour = 0
_lock = threading.Lock()
_writer: threading.Thread | None = None


def count(method: str, where: str, status: int) -> None:
    """Count one request, of the hour at hand."""
    global _hour
    with _lock:
        _hour = _hour or _now()
        _counts[method, where, status] += 1


def write() -> None:
    """Write what was counted, in the order of the alphabet, and begin anew."""
    global _hour
    with _lock:
        counted, hour = sorted(_counts.items()), _hour
        _counts.clear()
        _hour = 0
    began = dt.datetime.fromtimestamp(hour * HOUR, dt.UTC).strftime("%Y-%m-%dT%H:00Z")
    for (method, where, status), times in counted:
        log.info("%s %s %s %s: %s", began, method, where, status, times)


def start(*others: Writer) -> None:
    """Write the counts whenever an hour is over, by a clock of our own, and when the process ends; then ``others``.

    Not when the next request comes: the log's own stamp would give its time away.
    """
    global _writer
    if _writer and _writer.is_alive():
        return
    _writer = threading.Thread(target=_write_hourly, args=[others], name="counts", daemon=True)
    _writer.start()
    for each in (write, *others):
        Finalize(None, each, exitpriority=0)  # not `atexit`, which a worker forked by granian never comes to


def _write_hourly(others: tuple[Writer, ...]) -> None:
    pause = threading.Event()
    while not pause.wait(HOUR - time.time() % HOUR):
        for each in (write, *others):
            each()


def _now() -> int:
    return int(time.time()) // HOUR
