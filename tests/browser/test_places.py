"""Help where a person is, in a real browser: two taps, what is seen and said, and what stays on the disk."""

import pytest

from tests.counties import HARRIS, TRAVIS
from tests.server import Server, manage

from .conftest import Site, answer, calm, go
from .test_ticks import PHONE, focused, shown
from .test_trace import cookies, needles, neutral, search

HURT_CHILD = (("danger", "no"), ("who", "work"), ("child", "yes"), ("need", "child"), ("childneed", "hurt"))
JAIL = (("danger", "no"), ("who", "me"), ("child", "no"), ("need", "crime"), ("custody", "jail"))
PARTNER = (("danger", "no"), ("who", "me"), ("child", "no"), ("need", "hurt"), ("harm", "partner"))
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])


@pytest.fixture(scope="module")
def site(another):
    """A site on which two counties have a shelter of their own."""
    folder = another()
    manage(folder, "shell", "-c", f"from tests.counties import publish; publish('{HARRIS}', '{TRAVIS}')")
    with Server(folder) as server:
        yield Site(f"http://127.0.0.1:{server.port}", "", server)


def arrive(page, site, steps, start="/"):
    page.goto(site.url + start)
    for step in steps:
        answer(page, *step)
    page.locator("article[data-service]").first.wait_for()


def choose(page, area):
    """Choose a place in the open list; what is sent for it."""
    value = page.locator(f"[data-place] [data-area='{area}']").get_attribute("value")
    page.locator("[data-place]").select_option(value)
    return value


def live_in(page, area):
    """Two taps and a choice: open the panel, choose, press its button."""
    page.locator("[data-fit-panel] > summary").click()
    value = choose(page, area)
    go(page, "[data-fit]")
    page.locator("[data-fit-panel]:not([open])").wait_for()
    return value


def seen(page, slug):
    """Whether the service is on the page, without anything to be unfolded."""
    return page.locator(f"article[data-service='{slug}']").is_visible()


@SCRIPT
def test_a_texan_teacher_gets_the_line_of_texas_beside_childhelp_in_two_taps(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site, HURT_CHILD)
    assert not [slug for slug in shown(page) if slug.startswith("tx-")]
    live_in(page, "US-TX")
    assert shown(page)[:2] == ["childhelp", "tx-child-abuse"]
    assert seen(page, "tx-child-abuse")
    assert page.locator("[href='tel:+18002525400']").first.is_visible()
    words = "This list has 4 services for people in Texas."
    assert page.locator(".added").inner_text() == words
    box = page.locator(".added").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] < 844
    if script:
        assert focused(page) == "H1"
        assert page.locator("#said").inner_text().strip() == words


@SCRIPT
def test_somebody_in_kentucky_gets_its_own_vine_through_the_card_that_asks_for_the_state(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site, JAIL)
    assert seen(page, "vine-state")
    calm(page)
    page.get_by_role("button", name="Choose your state to see its number").first.click()
    page.locator("[data-fit-panel][open]").wait_for()
    choose(page, "US-KY")
    go(page, "[data-fit]")
    page.locator("article[data-service=ky-vine]").wait_for()
    assert "vine-state" not in shown(page)


@SCRIPT
def test_puerto_rico_in_spanish(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site, HURT_CHILD, "/es/")
    live_in(page, "US-PR")
    assert seen(page, "pr-child-abuse")
    assert "para personas en Puerto Rico." in page.locator(".added").inner_text()
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.locator("[data-place] option:checked").text_content() == "Puerto Rico"


@SCRIPT
def test_a_countys_own_shelter_is_seen_in_that_county_alone(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site, PARTNER)
    for area in (HARRIS, TRAVIS, "US-TX"):
        live_in(page, area)
        assert [slug for slug in shown(page) if slug.startswith("shelter-")] == [f"shelter-{area}"] * (area != "US-TX")
        assert "tx-domestic-violence" in shown(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@SCRIPT
def test_the_list_of_all_services_opens_with_what_is_just_for_the_place(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    page.goto(site.url + "/all/")
    choose(page, HARRIS)
    page.locator("form.place button").click()
    page.locator("article[data-service='tx-child-abuse']").wait_for()
    assert seen(page, f"shelter-{HARRIS}") and seen(page, "tx-child-abuse")
    assert "In Harris County, Texas" in page.locator(".group[open] > summary").inner_text()
    assert page.url == site.url + "/all/"
    page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")
    box = page.locator(".group[open] > summary").bounding_box()
    assert 64 <= box["y"] < 844
    if script:
        assert page.locator("#said").inner_text().strip().endswith("for people in Harris County, Texas.")


def test_a_place_chosen_beside_the_questions_shows_what_it_found_and_keeps_the_question(page, site):
    page.goto(site.url + "/")
    for step in HURT_CHILD[:2]:
        answer(page, *step)
    page.get_by_text("See all numbers").first.click()
    page.locator(".within [data-place]").wait_for()
    choose(page, "US-KY")
    page.locator(".within form.place button").click()
    page.locator(".within article[data-service=ky-vine]").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 0
    assert "for people in Kentucky." in page.locator("#said").inner_text()
    page.locator("#return").click()
    page.locator("[data-question=child]").first.wait_for()


def test_the_counties_of_a_state_come_with_it_where_there_are_many(page, another):
    folder = another()
    many = "[county for county in areas.COUNTIES if county[:2] == '48'][:30]"
    manage(folder, "shell", "-c", f"from services import areas; from tests.counties import publish; publish(*{many})")
    with Server(folder) as server:
        page.goto(f"http://127.0.0.1:{server.port}/all/")
        assert page.locator("[data-area='48001']").count() == 0
        choose(page, "US-TX")
        page.locator("form.place button").click()
        page.locator("[data-area='48001']").wait_for(state="attached")
        assert page.locator("[data-place] option:checked").get_attribute("data-area") == "US-TX"
        choose(page, "48001")
        page.wait_for_timeout(500)
        page.locator("form.place button").click()
        page.locator("article[data-service=shelter-48001]").wait_for()
        assert page.locator("[data-place] option:checked").get_attribute("data-area") == "48001"


# What stays on the disk

PLACES = {"US-TX", "US-KY", "Texas", "Kentucky", "Harris County", f"shelter-{HARRIS}", f"s={HARRIS}", "data-area"}


@SCRIPT
def test_a_place_leaves_nothing_readable_on_the_disk(launch, profile, site, script):
    context = launch(java_script_enabled=script, **PHONE)
    page = context.pages[0]
    arrive(page, site, HURT_CHILD)
    sent = {live_in(page, "US-TX"), live_in(page, HARRIS)}
    go(page, "[data-back]")
    page.locator("[data-continue]").wait_for()
    context.close()
    assert search(profile, {site.url} if script else sent), "the profile was not searched where it matters"
    assert search(profile, needles() | PLACES) == {}
    assert not script or search(profile, sent) == {}
    assert cookies(profile) == 0
    neutral(profile, site)


@SCRIPT
def test_a_place_on_the_list_of_all_services_leaves_nothing_readable_either(launch, profile, site, script):
    context = launch(java_script_enabled=script, **PHONE)
    page = context.pages[0]
    page.goto(site.url + "/all/")
    sent = {choose(page, HARRIS)}
    page.locator("form.place button").click()
    page.locator("article[data-service='tx-child-abuse']").wait_for()
    page.wait_for_timeout(1000)
    context.close()
    assert search(profile, {site.url} if script else sent), "the profile was not searched where it matters"
    assert search(profile, needles() | PLACES) == {}
    assert not script or search(profile, sent) == {}
    assert cookies(profile) == 0
