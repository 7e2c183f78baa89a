"""Pages kept in memory, and pages made small, so that a step costs little more than an empty page.

An edition carries its own memory. A page is kept there, compressed as it is sent, under everything that it
is made from: the language, the sealed answers, what is ticked, how much of the page. All of it is forgotten
when the minute changes (the pages say what is open now), when there is too much of it, and, with the
edition, when a newer one comes into force.
"""

import gzip
import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

MOST = 8 * 1024 * 1024
"""Bytes of pages that one edition keeps: some two thousand."""
EACH = 1024
"""Bytes that anything kept costs besides its own, roughly."""
SMALL = 200
"""Bytes below which compressing is not worth it."""


Kept = TypeVar("Kept")


class Memory:
    """What was made in the minute at hand, by what it was made from.

    Threads share it without a lock: at worst two of them make the same page.
    """

    def __init__(self) -> None:
        self._minute = 0
        self._size = 0
        self._kept: dict[Hashable, Any] = {}

    def find(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under ``key``; else what ``make`` returns, kept from now on if it is anything."""
        minute = int(time.time()) // 60
        if minute != self._minute or self._size > MOST:
            self._minute, self._size, self._kept = minute, 0, {}
        kept = self._kept
        found = kept.get(key)
        if found is None:
            found = make()
            if found is not None:
                kept[key] = found
                self._size += EACH + (len(found) if isinstance(found, bytes) else 0)
        return found


def encoding(request: HttpRequest) -> str:
    """The best encoding that the browser takes: ``br``, ``gzip`` or, as it is, the empty string."""
    return _best(request.headers.get("Accept-Encoding", "")[:200])


@lru_cache(maxsize=64)
def _best(accepted: str) -> str:
    """Of RFC 9110, 12.5.3, what matters here: a name counts unless its weight is nought."""
    named = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        named[name.strip()] = weight.replace(" ", "").rstrip(".0") != "q="
    return next((name for name in ("br", "gzip") if named.get(name)), "")


def compress(data: bytes, name: str) -> bytes:
    """The bytes in an encoding."""
    if name == "br":
        return brotli.compress(data, quality=5)
    return gzip.compress(data, 6, mtime=0) if name == "gzip" else data


def reply(data: bytes, name: str, vary: str) -> HttpResponse:
    """Bytes that are compressed already, as a page that varies by these headers and by encoding."""
    response = HttpResponse(data)
    if name:
        response["Content-Encoding"] = name
    response["Vary"] = f"{vary}, Accept-Encoding"
    return response


def small(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Compress what is not yet compressed; nothing of the staff's, whose pages hold secrets (decision 0006)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            response.streaming
            or response.has_header("Content-Encoding")
            or len(response.content) < SMALL
            or request.path_info.startswith(settings.ADMIN_PATH)
        ):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if name := encoding(request):
            response.content = compress(response.content, name)
            response["Content-Encoding"] = name
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response

    return answer
