"""What the small pages promise (docs/promises.md), where no other test holds it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from navigator.editions import in_force
from navigator.editions.content import digest, encode
from navigator.editions.edition import decode
from services.records import LINKED

from .conftest import NOON

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


def by_slug(page):
    """The services of a page, each as its HTML, by short name."""
    return {re.search(r'data-service="([^"]+)"', card)[1]: card for card in cards(page)}


def test_each_service_shows_the_day_of_its_check_or_that_nobody_checked_it(client, real):
    nhth = msgspec.structs.replace(real.services["nhth"], assured_date=NOON.date())
    services = tuple(nhth if each.slug == "nhth" else each for each in real.content.services)
    data = encode(msgspec.structs.replace(real.content, services=services))
    in_force.serve(decode(2, data, digest(data)))
    found = by_slug(client.get("/all/").content.decode())
    assert found.keys() == {service.slug for service in real.at("")}
    assert "Checked on November 24, 2026" in found.pop("nhth")
    for slug, card in found.items():
        assert "Checked on " not in card
        assert "page. Not yet confirmed by us." in card, slug


def test_whose_page_it_was_is_said_only_of_a_page_of_their_own(client, real):
    found = by_slug(client.get("/all/").content.decode())
    assert "From their own page." in found["988-lifeline"]
    assert "From a public page." in found["emergency-911"]
    for slug, card in found.items():
        own = {urlsplit(way.value).hostname for way in real.services[slug].ways if way.kind in LINKED}
        read = {urlsplit(source.url).hostname for source in real.services[slug].sources}
        bare = [{(host or "").removeprefix("www.") for host in hosts} - {""} for hosts in (own, read)]
        assert ("From their own page." in card) == bool(bare[0] & bare[1]), slug


def test_enforcement_is_named_before_the_number(client, real):
    page = client.get("/all/").content.decode()
    marked = {slug for slug, service in real.services.items() if service.answered_by in ("police", "immigration")}
    assert marked
    for card in cards(page):
        if re.search(r'data-service="([^"]+)"', card)[1] in marked and 'class="way' in card:
            assert card.index('class="who"') < card.index('class="way')
