"""Staff at work in a real browser: the first sign-in, and a number changed, looked at, published and seen."""

import base64
import hmac
import re
import struct
import time
import urllib.request

import pytest

from tests.server import Server, manage

from .conftest import Chromium  # noqa: F401
from .test_access import browser, sideways, violations, visit  # noqa: F401

PASSWORD = "seven kind herons at dawn"


@pytest.fixture(scope="module")
def staff_site(another):
    """A site of its own, where staff change things, with one account."""
    folder = another()
    manage(
        folder, "createsuperuser", "--noinput", "--username", "ana", "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    with Server(folder) as server:
        yield f"http://127.0.0.1:{server.port}"


def code(secret):
    """What an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mark = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    place = mark[-1] & 15
    return f"{(struct.unpack('>I', mark[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture(scope="module")
def staff(browser, staff_site):  # noqa: F811
    """A browser in which ana has signed in for the first time."""
    page = visit(browser, 1280)
    page.goto(staff_site + "/admin/")
    page.locator("input[name=login]").fill("ana")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=code]").wait_for()
    page.goto(staff_site + "/admin/services/service/")
    assert "/account/" in page.url, "no staff page opens without a second factor"
    secret = next(found for found in re.findall(r"\b[A-Z2-7]{16,}\b", page.content().replace(" ", "")))
    page.locator("input[name=code]").fill(code(secret))
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("recovery codes", re.I)).first.wait_for()
    yield page
    page.context.close()


def said(page, url, words):
    """Whether a public page says something, asked as a visitor."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return words in answer.read().decode()


def test_a_number_is_changed_previewed_published_and_seen_in_under_ten_clicks(staff, staff_site):
    page, clicks = staff, []

    def click(found):
        clicks.append(found)
        found.click()

    page.goto(staff_site + "/admin/")
    began = time.monotonic()
    click(page.get_by_role("link", name="Services", exact=True).first)
    page.locator("#searchbar").fill("MADD")
    page.keyboard.press("Enter")
    click(page.locator("#result_list tbody th a").first)
    page.locator("input[name$=-value]").first.fill("877-275-6233")
    page.locator("input[name$=-vanity]").first.fill("")
    click(page.locator("input[name=_continue]"))
    page.goto(staff_site + "/admin/")
    click(page.get_by_role("link", name="Preview").first)
    assert said_in(page, staff_site + "/admin/preview/all/", "1-877-275-6233")
    assert not said(page, staff_site + "/all/", "1-877-275-6233"), "a draft is not for the public"
    page.goto(staff_site + "/admin/")
    click(page.get_by_role("link", name="Publish", exact=True).first)
    assert page.get_by_text("1-877-275-6233").count() > 0
    click(page.locator("main button[type=submit], #content button[type=submit], #content input[type=submit]").first)
    published = time.monotonic()
    while not said(page, staff_site + "/all/", "1-877-275-6233"):
        assert time.monotonic() - published < 5
        page.wait_for_timeout(200)
    assert len(clicks) < 10
    assert time.monotonic() - began < 60


def said_in(page, url, words):
    """Whether a page says something to the person who is signed in."""
    return words in page.request.get(url).text()


def test_rolling_back_takes_two_clicks(staff, staff_site):
    page = staff
    page.goto(staff_site + "/admin/editions/")
    page.locator("a[href$='/rollback/']").first.click()
    page.locator("#content button[type=submit], #content input[type=submit]").first.click()
    page.wait_for_load_state()
    published = time.monotonic()
    while said(page, staff_site + "/all/", "1-877-275-6233"):
        assert time.monotonic() - published < 5
        page.wait_for_timeout(200)


def test_a_new_user_adds_a_service_of_their_own_in_twelve_clicks_with_one_careless_save(staff, staff_site):
    page, clicks = staff, []

    def click(found):
        clicks.append(found)
        found.click()

    page.goto(staff_site + "/admin/")
    click(page.get_by_role("link", name="Add a service of your own"))
    page.locator("[name=title]").fill("Harris County Victim Office")
    page.locator("[name=call]").fill("713 274 5800")
    page.locator("[name=address]").fill("1 Main Street, Houston")
    page.locator("[name=areas]").fill("Harris County, TX")
    click(page.get_by_role("button", name="Save in the draft"))
    page.locator(".wrong").wait_for()
    assert not violations(page)
    assert page.locator("[name=address]").input_value() == "1 Main Street, Houston"
    click(page.locator("[name=public]"))
    page.locator("[name=plain_0]").fill("Help after a crime in Harris County")
    for box, value in (
        ("hours-ready", "Mo-Fr 08:00-17:00"),
        ("timezone", "America/Chicago"),
        ("local_of", "victimconnect"),
    ):
        clicks.append(box)
        page.locator(f"[name={box}]").select_option(value)
    click(page.locator("#own_form summary"))
    click(page.locator("[name=languages][value=en]"))
    click(page.locator("[name=languages][value=es]"))
    click(page.locator("[name=how]").first)
    click(page.get_by_role("button", name="Save in the draft"))
    page.get_by_text("ways through the questions").wait_for()
    assert len(clicks) <= 12
    assert page.get_by_text("has words that are missing in: Spanish").is_visible()
    page.get_by_role("link", name="See it as the public will").click()
    assert page.locator("article[data-service=harris-county-victim-office]").is_visible()
    page.go_back()
    page.get_by_role("button", name="Take it away again").click()
    page.get_by_role("button", name="Bring it back").wait_for()


def test_the_card_beside_the_form_follows_what_is_typed(staff, staff_site):
    page = staff
    page.goto(staff_site + "/admin/services/service/?q=childhelp")
    page.locator("#result_list tbody th a").first.click()
    card, entries = page.frame_locator("#card iframe"), page.evaluate("history.length")
    card.locator("summary").first.click()
    page.locator("[name=plain_0]").fill("Words not saved")
    page.locator("[name=plain_1]").fill("Palabras sin guardar")
    card.get_by_role("heading", name="Words not saved").wait_for()
    assert card.locator("details[open]").count() == 1, "what was opened stays open"
    page.locator("#card").get_by_role("button", name="Spanish").click()
    card.get_by_role("heading", name="Palabras sin guardar").wait_for()
    address = page.url
    card.locator(".way").first.click()
    assert (page.url, page.evaluate("history.length")) == (address, entries)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#card iframe").wait_for(state="hidden")
    page.locator("#card").get_by_role("button", name="English").click()
    card.get_by_role("heading", name="Words not saved").wait_for()
    assert not said_in(page, address, "Words not saved")
    page.evaluate("typed = false")
    page.set_viewport_size({"width": 1280, "height": 844})


def test_the_staff_pages_have_no_fault_that_axe_finds_and_fit_a_phone(staff, staff_site):
    page = staff
    faults = {}
    service = "services/service/"
    many = ["", service, "comments/", "history/service/rainn/", "navigator/question/", "navigator/recommendation/",
            "navigator/guidance/", "publish/", "editions/", "explain/", "map/", "checks/", "own/", "own/rainn/",
            "account/", "auth/user/", "preview/"]  # fmt: skip
    page.goto(f"{staff_site}/admin/{service}")
    one = page.locator("#result_list tbody th a").first.get_attribute("href").removeprefix("/admin/")
    for width, paths in ((390, [*many, one]), (1280, ["", one])):
        page.set_viewport_size({"width": width, "height": 844})
        for path in paths:
            page.goto(f"{staff_site}/admin/{path}")
            page.evaluate("document.querySelectorAll('.part').forEach((each) => { each.open = true; })")
            faults[path, width] = violations(page)
            assert sideways(page) <= 0, path
    assert {place: found for place, found in faults.items() if found} == {}
