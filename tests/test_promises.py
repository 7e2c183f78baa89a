"""What the small pages promise (docs/promises.md), where no other test holds it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "promises.md").read_text(encoding="utf-8"))
PAGES = ["/", "/all/", "/worksheet/", "/safety/", "/privacy/", "/accessibility/", "/about/"]
WAY = re.compile(r'<a class="way[^"]*"[^>]*>')


@pytest.mark.parametrize(("module", "test"), sorted(set(NAMED)))
def test_the_test_named_for_a_promise_exists(module, test):
    path = ROOT / module
    assert path.exists(), f"{module} holds a promise"
    assert not test or f"def {test}(" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/", "/safety/", "/privacy/", "/all/"])
def test_the_one_promise_stands_on_the_page(client, path):
    assert "This site does not save your answers" in client.get(path).content.decode()


def test_the_safety_page_names_watching_apps_beside_advice_on_clearing(client):
    page = client.get("/safety/").content.decode()
    advice = page[page.index("Take out only the lines") :]
    assert advice.index("an app that watches the phone") < advice.index("<h2>")


def test_the_safety_page_says_what_stays(client):
    page = client.get("/safety/").content.decode()
    for what in (
        "does not clear your history",
        "private window",
        "account",
        "bill",
        "text stays",
        "Wi-Fi",
        "translate",
    ):
        assert what in page


@pytest.mark.parametrize("path", PAGES)
def test_nothing_asks_who_you_are(client, path):
    page = client.get(path).content.decode()
    kinds = set(re.findall(r'<input[^>]*\btype="(\w+)"', page))
    assert kinds <= {"hidden", "radio", "search", "checkbox"}
    assert "<textarea" not in page
    assert "<input" not in re.sub(r'<input[^>]*\btype="', "", page)


def test_a_way_to_reach_out_tells_us_nothing(client):
    ways = WAY.findall(client.get("/all/").content.decode())
    assert len(ways) > 100
    for way in ways:
        assert re.search(r'href="(?:tel:|sms:|mailto:|https?://)', way)
        assert 'rel="noreferrer"' in way or not re.search(r'href="http', way)
        assert not re.search(r"\b(?:hx-\w+|ping|data-within)\b", way)


def cards(page):
    """The services of a page, each as its HTML."""
    return re.findall(r"<article .*?</article>", page, re.DOTALL)


def test_each_service_shows_the_day_of_its_check(client, real):
    found = cards(client.get("/all/").content.decode())
    assert len(found) == len(real.services)
    assert all("Checked on " in card for card in found)


def test_enforcement_is_named_before_the_number(client, real):
    page = client.get("/all/").content.decode()
    marked = {slug for slug, service in real.services.items() if service.answered_by in ("police", "immigration")}
    assert marked
    for card in cards(page):
        if re.search(r'data-service="([^"]+)"', card)[1] in marked and 'class="way' in card:
            assert card.index('class="who"') < card.index('class="way')
