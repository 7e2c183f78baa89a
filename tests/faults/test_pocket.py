"""Every web process is gone: nginx shows the pocket edition in its place, and a journey ends where it should."""

import re
import time

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import find
from tests.server import Server, manage, wait

from .conftest import Load

PAGES = ["/", "/es/", "/all/", "/es/all/", "/es/safety/", "/?a=b"]
START_OVER = {"/": "Your answers start over then.", "/es/": "Entonces sus respuestas empiezan de nuevo."}
OTHERS = ["/admin/", "/hsds/services", "/static/navigator/app.css", "/leave/", "/healthz", "/e/", "/made-from"]


@pytest.fixture
def away(pair, nginx, readable):
    """A site whose processes were all killed while people used it."""
    front = nginx(*pair)
    wait(lambda: (readable / "made-from").exists())
    with Load(front.port):
        for server in pair:
            server.kill()
        started = time.monotonic()
        front.first = front.get("/")  # the others still ask
        front.took = time.monotonic() - started
    return front


def test_each_way_to_publish_renews_what_is_kept(folder, readable):
    with Server(folder, POCKET_DIR=str(readable)):
        for command, number in ((("publish",), 2), (("rollback", "1"), 3)):
            manage(folder, *command)
            wait(lambda number=number: f"edition {number} of " in (readable / "en.html").read_text())


def language(answer):
    """The language of the pocket edition; None where it is another page."""
    found = re.search(r'<html lang="(\w\w)"', answer.text)
    return found[1] if "makeFlow" in answer.text else None


def test_nginx_shows_it_for_the_pages_of_visitors_alone_and_in_their_language(away):
    first = away.first
    assert away.took < 1
    assert first.status == 502
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    for path in PAGES:
        assert language(away.get(path)) == ("es" if path.startswith("/es") else "en"), path
    for path in OTHERS:
        assert "makeFlow" not in away.get(path).text, path
        assert "tel:+18883737888" in away.get(path).text, path
    # A form without script, and the way to the other language; what script asks for it shows a link instead of.
    assert language(away.post("/es/", {"t": "x", "g": "n"}, htmx=False)) == "es"
    assert language(away.get("/es/en.html")) == "en"
    assert language(away.post("/", {"t": "x", "g": "n"})) is None


def test_a_step_that_fails_offers_the_page_again_and_the_journey_ends_there(pair, nginx, readable):
    front = nginx(*pair)
    wait(lambda: (readable / "made-from").exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find.chromium(), args=["--no-sandbox"])
        pages = {}
        for path, script in (("/", True), ("/es/", True), ("/es/", False)):
            pages[path, script] = page = browser.new_page(
                viewport={"width": 390, "height": 844}, java_script_enabled=script
            )
            page.goto(f"http://127.0.0.1:{front.port}{path}")
            page.locator("[data-choice=no]").check()
        with Load(front.port):
            for server in pair:
                server.kill()
        for (path, script), page in pages.items():
            page.locator("[data-continue]").click()
            if script:
                assert START_OVER[path] in page.locator("#trouble").inner_text()
                page.locator("#trouble [data-anew]").click()
                finish(page)
            else:  # the list of all numbers, which asks nothing
                assert page.locator("#all .numbers a[href='tel:+18883737888']").is_visible()
            assert page.locator("html").get_attribute("lang") == ("es" if "es" in path else "en")
        browser.close()


def finish(page):
    """The journey, from its start, in the pocket edition."""
    for question, choice in (("danger", "no"), ("who", "me"), ("child", "no"), ("need", "crime")):
        page.locator(f"#step [data-question={question}][data-choice={choice}]").check()
        page.wait_for_timeout(450)
        page.locator("#step [data-continue]").click()
    page.locator("#step [data-skip]").click(delay=450)
    assert page.locator("#step article.best a[href^='tel:']").count()
