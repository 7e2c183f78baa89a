"""Real browsers on the line, with script: every request has one size, and every answer that of its kind."""

import pytest

from navigator.public import sizes
from tests.browser.conftest import answer, go

from .relay import Relay

pytestmark = [pytest.mark.browser, pytest.mark.served]


class Watched:
    """A browser whose every byte passes a relay."""

    def __init__(self, page, port):
        self.page, self.relay = page, Relay(port)
        self.up, self.down = set(), []
        self.url = f"http://127.0.0.1:{self.relay.port}/"

    def did(self, act, *arguments):
        """What one act sent, and what came back."""
        self.page.wait_for_load_state("networkidle")
        self.relay.taken()
        with self.page.expect_response(lambda response: response.request.method == "POST") as answered:
            act(*arguments)
        assert answered.value.finished() is None
        up, down = self.relay.taken()
        self.up.add(up)
        self.down.append(down)


def test_every_request_and_every_answer_has_its_size(page, served):
    watched = Watched(page, served.port)
    page.goto(watched.url)
    watched.did(answer, page, "danger", "no")
    watched.did(answer, page, "who", "close")
    watched.did(go, page, "[data-skip]")
    watched.did(go, page, "[data-back]")
    watched.did(page.go_back)
    page.wait_for_timeout(500)
    watched.did(go, page, "[data-continue]")
    questions = set(watched.down)
    watched.down.clear()
    watched.did(go, page, "[data-results]")
    page.locator(".fit > summary").click()
    page.locator("[data-choice=watched]").check()
    watched.did(go, page, "[data-fit]")
    outcomes = set(watched.down)
    watched.down.clear()
    page.wait_for_timeout(500)
    page.locator("summary", has_text="Your answers").click()
    watched.did(page.locator(".told button").first.click)
    page.wait_for_timeout(500)
    watched.did(go, page, "[data-results]")
    page.wait_for_timeout(500)
    watched.did(page.get_by_text("Start again").click)
    page.wait_for_timeout(500)
    watched.did(answer, page, "danger", "yes")
    page.wait_for_timeout(500)
    watched.did(page.locator(".home").click)
    page.wait_for_timeout(500)
    assert {*watched.down} == questions | outcomes
    watched.down.clear()
    watched.did(page.locator(".languages button").click)
    page.wait_for_timeout(500)
    watched.did(go, page, "[data-skip]")
    whole, question = watched.down
    assert question in questions
    watched.down.clear()
    watched.did(page.locator(".languages button").click)
    assert watched.down == [whole]
    page.goto(watched.url + "all/")
    for words in ("police", "niño ñandú 漢字", "x" * 200):
        page.locator("#word").fill(words)
        page.wait_for_timeout(400)
        watched.did(page.locator(".filter button").click)
    # Each request equal to the byte; and the answers one size of each kind, with headers of one length.
    assert len(watched.up) == 1, watched.up
    (question,), (outcome,) = questions, outcomes
    head = question - sizes.STEP[0]
    assert outcome == head + 1 + sizes.OUTCOME[0]  # of a longer answer the length has a digit more
    assert whole == head + sizes.PAGE[0]


def test_a_place_has_no_size_of_its_own(page, served):
    watched = Watched(page, served.port)
    page.goto(watched.url)
    watched.did(answer, page, "danger", "no")
    questions = watched.down.pop()
    watched.did(go, page, "[data-results]")
    places = [None, "US-TX", "US-AS", "US-PR", None]
    for area in places:
        page.locator(".fit > summary").click()
        choose(page, area)
        watched.did(go, page, "[data-fit]")
    page.wait_for_timeout(500)
    (outcome,) = set(watched.down)
    assert outcome == questions - sizes.STEP[0] + 1 + sizes.OUTCOME[0]
    watched.down.clear()
    page.goto(watched.url + "all/")
    for area in places:
        choose(page, area)
        watched.did(page.locator("form.place button").click)
    assert len(set(watched.down)) == 1, watched.down
    # A step, an outcome and the list of all services ask with one size, whatever the place.
    assert len(watched.up) == 1, watched.up


def choose(page, area):
    """Choose a place, or none."""
    option = f"[data-area='{area}']" if area else "option:not([data-area])"
    page.locator("[data-place]").select_option(page.locator(f"[data-place] {option}").get_attribute("value"))


def test_the_finder_looks_on_the_line_as_a_question_does(page, served):
    watched = Watched(page, served.port)
    page.goto(watched.url)
    for question, choice in (("danger", "no"), ("who", "close"), ("child", "no")):
        watched.did(answer, page, question, choice)
    page.locator("details.find > summary").click()
    page.wait_for_load_state("networkidle")
    watched.relay.taken()
    page.locator("#few").press_sequentially("boss", delay=30)
    page.wait_for_timeout(500)
    assert watched.relay.taken() == (0, 0)  # on the button alone
    for words in ("suicide", "zzzz", "niño ñandú 漢字", "x" * 10_000, "ب" * 100):
        page.locator("#few").fill(words)
        watched.did(page.locator("#few ~ button").click)
    assert len(watched.up) == len(set(watched.down)) == 1, (watched.up, watched.down)


def test_what_is_typed_goes_out_on_the_button_alone(page, served):
    watched = Watched(page, served.port)
    page.goto(watched.url + "all/")
    page.wait_for_load_state("networkidle")
    watched.relay.taken()
    page.locator("#word").press_sequentially("trafficking", delay=30)
    page.locator(".narrow summary").click()
    page.locator("#need").select_option(index=2)
    page.wait_for_timeout(800)
    assert watched.relay.taken() == (0, 0)


@pytest.mark.parametrize("name", ["Safety", "Privacy", "Accessibility", "About"])
def test_a_small_page_in_the_middle_has_the_size_of_the_others(page, served, name):
    watched = Watched(page, served.port)
    page.goto(watched.url)
    answer(page, "danger", "no")
    page.wait_for_load_state("networkidle")
    watched.relay.taken()
    with page.expect_response(lambda response: response.request.method == "GET") as answered:
        page.locator("footer nav").get_by_text(name, exact=True).click()
    assert answered.value.finished() is None
    up, down = watched.relay.taken()
    seen.append((up, down - sizes.PAGE[0]))
    assert len(set(seen)) == 1, seen


seen: list[tuple[int, int]] = []
"""Of each small page, what was asked and the length of the headers that came."""
