"""Whether an address still leads to its page: asked as a guest asks, and never called gone for a closed door.

A host is asked one thing at a time, with a pause; what its robots.txt keeps from programs is not read; no form is sent.
"""

import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from . import web

MOST_HOPS = 6
LONGEST_PAUSE = 30.0
"""Seconds; a robots.txt may ask for more than the usual pause, but not hold up the run for longer."""
LONGEST = 2_000
"""Letters of an address that we are sent to."""
ROBOTS_MOST = 512_000
"""Bytes of a robots.txt that are read (RFC 9309)."""
PERMANENT = {301, 308}
REDIRECT = PERMANENT | {302, 303, 307}
GONE = {404, 410}
CHALLENGES = (
    b"<title>just a moment",
    b"<title>attention required! | cloudflare",
    b"<title>pardon our interruption",
    b"_incapsula_resource",
    b"px-captcha",
    b"/cdn-cgi/challenge-platform/h/",
    b"aws-waf-token",
    b"captcha-delivery.com",
)
"""What stands on pages that only ask whether a person is there."""


class Found(NamedTuple):
    """What became of an address: ``result`` and ``reason`` are keys of `models.RESULT` and `models.REASON`."""

    result: str
    reason: str = ""
    """Why; a status of HTTP stands as its number."""
    leads_to: str = ""
    """Where it leads, if that is elsewhere."""


class Look:
    """One round of looking at addresses; it keeps the pauses and the rules of each host."""

    def __init__(
        self,
        pause: float = 2.0,
        get: Callable[..., web.Answer] = web.get,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pause = pause
        self.answered = False
        """Whether any server has answered yet: else it may be our own network that is down."""
        self._get, self._sleep = get, sleep
        self._robots: dict[str, RobotFileParser | None] = {}
        self._asked: dict[str, float] = {}

    def at(self, address: str) -> Found:
        """Open an address, and what it leads to."""
        url, moved, lasting = address, "", True
        try:
            for _hop in range(MOST_HOPS):
                if not self._may_read(url):
                    return Found("unknown", "robots", _elsewhere(address, url))
                answer = self._ask(url)
                target = _target(url, answer)
                if not target:
                    return _judged(address, url, moved, answer)
                if urlsplit(target).scheme not in ("http", "https"):
                    return Found("unknown", "address", target)
                lasting = lasting and answer.status in PERMANENT
                url, moved = target, target if lasting else moved
        except web.Trouble as trouble:
            result = "gone" if trouble.reason == "name" else "unknown"
            return Found(result, trouble.reason, _elsewhere(address, url))
        except ValueError:
            return Found("unknown", "address")
        return Found("unknown", "loop", _elsewhere(address, url))

    def _ask(self, url: str, most: int = web.MOST) -> web.Answer:
        """One request, not sooner after the last one to the same host than the pause says."""
        host = (urlsplit(url).hostname or "").lower()
        wait = self._asked.get(host, float("-inf")) + max(self.pause, self._delay(url)) - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        try:
            answer = self._get(url, most)
        finally:
            self._asked[host] = time.monotonic()
        self.answered = True
        return answer

    def _delay(self, url: str) -> float:
        rules = self._robots.get(_origin(url))
        return min(float(rules.crawl_delay(web.TOKEN) or 0), LONGEST_PAUSE) if rules else 0

    def _may_read(self, url: str) -> bool:
        """Whether the robots.txt of a host lets us read a page; one that cannot be had now lets us read nothing."""
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._rules(f"{origin}/robots.txt")
        rules = self._robots[origin]
        return rules is not None and rules.can_fetch(web.TOKEN, url)

    def _rules(self, url: str) -> RobotFileParser | None:
        """As RFC 9309 has it: where there is none, all may be read; where the server fails, nothing."""
        rules = RobotFileParser()
        for _hop in range(MOST_HOPS):
            answer = self._ask(url, ROBOTS_MOST)
            url = _target(url, answer)
            if not url:
                break
            if urlsplit(url).scheme not in ("http", "https"):
                return None
        if answer.status >= 500 or answer.status == 429:
            return None
        text = answer.body.decode(errors="replace") if answer.status < 300 else ""
        rules.parse(text.splitlines())
        return rules


def _judged(address: str, url: str, moved: str, answer: web.Answer) -> Found:
    """What the last answer of the way says."""
    elsewhere = _elsewhere(address, url)
    if _challenges(answer):
        return Found("unknown", "challenge", elsewhere)
    if answer.status in GONE:
        return Found("gone", str(answer.status), elsewhere)
    if _elsewhere(address, moved):
        return Found("moved", "", moved)
    if answer.status < 300:
        return Found("ok", "", elsewhere)
    return Found("unknown", str(answer.status), elsewhere)


def _challenges(answer: web.Answer) -> bool:
    """Whether the answer is the question of a guard against programs, not the page."""
    page = answer.body.lower()
    return answer.headers.get("cf-mitigated") == "challenge" or any(mark in page for mark in CHALLENGES)


def _target(url: str, answer: web.Answer) -> str:
    """Where an answer sends us; empty: nowhere."""
    location = answer.headers.get("Location", "") if answer.status in REDIRECT else ""
    # What stands in a header is read as Latin-1; browsers take it for UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    if len(location) > LONGEST or not location.isprintable():
        raise ValueError("no address")
    return urljoin(url, location).partition("#")[0] if location else ""


def _elsewhere(address: str, url: str) -> str:
    """The other address, if it is another one to a reader: https, ``www.`` and a last slash make none."""
    return url if url and _seen(address) != _seen(url) else ""


def _seen(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    return host, unquote(parts.path).rstrip("/"), parts.query


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
