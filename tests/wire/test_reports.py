"""Saying that a number did not work: on the line it is one more question, whichever number it was."""

import re

import pytest

from navigator.public import sizes
from tests.browser.conftest import answer, calm, go
from tests.server import Server

from .relay import Relay
from .test_browsers import Watched
from .test_ways import Person, token

pytestmark = pytest.mark.served


@pytest.fixture(autouse=True)
def clock():
    """The real one."""
    yield None


@pytest.fixture(scope="module")
def reporting(another):
    """A site whose host turned it on."""
    with Server(another(), NUMBER_REPORTS="on") as server:
        yield server


@pytest.mark.browser
def test_with_script_each_tap_has_the_size_of_a_question(page, reporting):
    watched = Watched(page, reporting.port)
    page.goto(watched.url)
    watched.did(answer, page, "danger", "no")
    watched.did(go, page, "[data-back]")
    calm(page)
    questions = set(watched.down)
    watched.did(go, page, "[data-results]")
    outcome = watched.down.pop()
    watched.down.clear()
    for place in (0, 1, 2):
        calm(page)
        page.locator(".rest:has(.failed)").evaluate_all("all => all.forEach(each => { each.open = true; })")
        watched.did(page.locator(".failed").nth(place).click)
        calm(page)
        watched.did(page.locator("button.choice").nth(place).click)
        calm(page)
        watched.did(page.locator("[data-back]").click)
        assert watched.down.pop() == outcome
    assert set(watched.down) == questions
    assert len(watched.up) == 1, watched.up


def test_without_script_a_tap_tells_no_number_from_another(reporting):
    relay = Relay(reporting.port)
    person = Person(relay, False, "br", script=False)
    page = person.ask("GET", "/")[2]
    page = person.ask("POST", "/", {"t": token(page), "g": "r"})[2]
    codes = re.findall(r'formaction="/next/"\s+name="n"\s+value="([^"]{8})"', page)
    asked = [person.ask("POST", "/next/", {"t": token(page), "n": code}) for code in codes]
    said = [code for _up, _down, page in asked for code in re.findall(r'name="n"\s+value="([^"]{16})"', page)]
    told = [person.ask("POST", "/next/", {"t": token(page), "n": code}) for code in said]
    assert len(codes) >= 4 and len(said) > 12
    assert len({up for up, _down, _page in asked}) == len({up for up, _down, _page in told}) == 1
    downs = {down for _up, down, _page in (*asked, *told)}
    assert len(downs) == 1 and downs.pop() > sizes.PAGE[0]
    relay.close()
