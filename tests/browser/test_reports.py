"""Saying that a number did not work: what is left on the disk, and what the process writes down when it ends."""

import re
import sqlite3

import pytest

from tests.server import Server

from .conftest import Site, calm, travel
from .test_trace import TITLES, cookies, history, needles, search, travel_plainly

pytestmark = [pytest.mark.browser, pytest.mark.served]


@pytest.fixture
def reporting(another):
    """A site whose host turned it on."""
    with Server(another(), NUMBER_REPORTS="on") as server:
        yield Site(f"http://127.0.0.1:{server.port}", "", server)


@pytest.mark.parametrize("script", [True, False])
def test_a_report_leaves_no_trace_and_the_list_comes_back(launch, profile, reporting, script):
    context = launch(java_script_enabled=script, viewport={"width": 390, "height": 844})
    page = context.pages[0]
    if script:
        travel(page, reporting)
        calm(page)
    else:
        travel_plainly(page, reporting)
    shown = page.locator("main").inner_text()
    page.locator(".best > .failed").click()
    page.get_by_text("What was wrong?").wait_for()
    if script:
        calm(page)
    page.get_by_role("button", name="Nobody answered").first.click()
    page.get_by_text("Thank you").wait_for()
    assert page.locator(".danger").get_by_text("Call 911").is_visible()
    if script:
        calm(page)
        assert page.evaluate("document.activeElement.textContent") == "Thank you"
        assert page.url == f"{reporting.url}/"
        page.go_back()
    else:
        page.locator("[data-back]").click()
    page.locator("article.best").wait_for()
    assert page.locator("main").inner_text() == shown
    context.close()
    assert search(profile, {reporting.url}), "the profile was not searched where it matters"
    assert search(profile, needles() | {"Nobody answered", "What was wrong"}) == {}
    assert cookies(profile) == 0
    for url, title in history(profile):
        assert url in {f"{reporting.url}/", *([] if script else [f"{reporting.url}/next/"])}
        assert re.fullmatch(TITLES, title), title
    reporting.server.stop()
    with sqlite3.connect(reporting.server.folder / "db.sqlite3") as database:
        rows = database.execute("select kind, reason, days from services_wayreport").fetchall()
    assert rows and [row[1:] for row in rows] == [("silent", 1)]
