"""Pages kept in memory, and pages made small, so that a step costs little more than an empty page.

An edition carries its own memory. A page is kept there as it is sent, compressed and filled up to its size
(sizes.py), under everything that it is made from: the language, what was sent (sealed answers and a move, or a
search), how much of the page. Questions are kept for the hour in which their seal is made, pages that say what is
open now for the minute; all of it is forgotten earlier when there is too much of it, and, with the edition, when a
newer one comes into force.
"""

import gzip
import time
from collections.abc import Callable, Hashable
from functools import lru_cache

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from navigator.editions.edition import Edition

HOUR, MINUTE = 3600, 60
MOST = 8 * 1024 * 1024
"""Bytes that one memory keeps: some sixteen hundred questions, or six hundred outcomes."""
EACH = 512
"""Bytes that a page costs besides its own and those of what it is kept under, roughly."""
SMALL = 200
"""Bytes below which compressing is not worth it."""


class PageCache:
    """What was made in the hour or the minute at hand, by what it was made from.

    Threads share it without a lock: at worst two of them make the same page.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._period = 0
        self._size = 0
        self._kept: dict[Hashable, bytes] = {}

    def get(self, key: Hashable) -> bytes | None:
        """The page kept under ``key``, if there is one."""
        return self._now().get(key)

    def page(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The page kept under ``key``; else the one that ``make`` returns, kept from now on."""
        if settings.DEV:
            return make()
        kept = self._now()
        page = kept.get(key)
        if page is None:
            page = kept[key] = make()
            self._size += len(page) + len(repr(key)) + EACH
        return page

    def _now(self) -> dict[Hashable, bytes]:
        """What is kept of this period; nothing yet if a new one has begun, or if it was too much."""
        period = int(time.time()) // self._seconds
        if period != self._period or self._size > MOST:
            self._period, self._size, self._kept = period, 0, {}
        return self._kept


class PageCaches:
    """The pages kept of one edition; searches apart, for there are many, and they must not push outcomes out."""

    def __init__(self, edition: Edition) -> None:
        self.steps = PageCache(HOUR)
        self.outcomes = PageCache(MINUTE)
        self.searches = PageCache(MINUTE)


def encoding(request: HttpRequest) -> str:
    """The best encoding that the browser takes: ``br``, ``gzip`` or, as it is, the empty string."""
    return _best(request.META.get("HTTP_ACCEPT_ENCODING", "")[:200])


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


def reply(data: bytes, name: str, vary: str = "") -> HttpResponse:
    """Bytes that are compressed already, as a page that varies by encoding, and by these headers."""
    response = HttpResponse(data)
    if name:
        response["Content-Encoding"] = name
    response["Vary"] = ", ".join(filter(None, (vary, "Accept-Encoding")))
    return response


def compress_response(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
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
