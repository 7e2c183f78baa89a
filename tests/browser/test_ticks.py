"""“Make this list fit you” in a real browser: focus, Back, Change, leaving, and what stays on the disk."""

import pytest

from .conftest import answer, calm, go
from .test_trace import cookies, needles, neutral, search

PHONE = {"viewport": {"width": 390, "height": 844}}


def arrive(page, site):
    """An outcome, as somebody reaches it who answers two questions."""
    page.goto(site.url + "/")
    answer(page, "danger", "no")
    answer(page, "who", "me")
    go(page, "[data-results]")
    page.locator("article[data-service]").first.wait_for()


def tick(page, *places):
    """Open the panel, tick what stands at these places, and press its button."""
    page.locator("[data-fit-panel] summary").click()
    for place in places:
        page.locator(f"[data-fit-panel] input[name=a][value='{place}']").check()
    go(page, "[data-fit]")
    page.locator("[data-fit-panel]:not([open])").wait_for()


def change(page):
    """Open what was told, and change the ticks."""
    calm(page)
    page.locator("details:has(.told) summary").click()
    page.locator(".told button").last.click()
    page.locator("[data-fit-panel][open]").wait_for()


def ticked(page):
    return page.locator("[data-fit-panel] input[name=a]:checked").evaluate_all("found => found.map(each => each.value)")


def shown(page):
    return page.locator("main article[data-service]").evaluate_all("found => found.map(each => each.dataset.service)")


def focused(page):
    return page.evaluate("document.activeElement.tagName")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_ticks_change_the_list_and_are_changed_again(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site)
    before = shown(page)
    tick(page, 0, 1)
    assert set(before) < set(shown(page)) or before != shown(page)
    assert set(before) <= set(shown(page))
    assert ticked(page) == ["0", "1"]
    assert "(2 " in page.locator("[data-fit-panel] summary").inner_text()
    change(page)
    assert page.locator("[data-fit]").is_visible()
    page.locator("[data-fit-panel] input[name=a][value='0']").uncheck()
    page.locator("[data-fit-panel] input[name=a][value='1']").uncheck()
    go(page, "[data-fit]")
    page.locator("[data-fit-panel]:not([open])").wait_for()
    assert shown(page) == before
    assert page.url == site.url + "/"


def test_focus_goes_to_the_heading_and_with_change_to_the_panel(page, site):
    arrive(page, site)
    tick(page, 0)
    assert focused(page) == "H1"
    assert page.evaluate("scrollY") == 0
    change(page)
    page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")
    box = page.locator("[data-fit-panel] summary").bounding_box()
    assert 0 <= box["y"] < 844


def test_back_shows_the_question_and_the_ticks_are_kept(page, site):
    arrive(page, site)
    tick(page, 0, 1)
    after = shown(page)
    calm(page)
    page.go_back()
    page.locator("[data-continue]").wait_for()
    assert page.locator("[data-fit-panel]").count() == 0
    go(page, "[data-results]")
    page.locator("article[data-service]").first.wait_for()
    assert (shown(page), ticked(page)) == (after, ["0", "1"])


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_enter_on_a_choice_goes_on_and_switches_no_language(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    page.goto(site.url + "/")
    choice = page.locator("[data-question=danger]").nth(1)
    choice.check()
    choice.press("Enter")
    page.locator("[data-question=who]").first.wait_for()
    assert page.url == site.url + "/"


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_enter_on_a_tick_shows_the_list_and_switches_no_language(launch, site, script):
    page = launch(java_script_enabled=script, **PHONE).pages[0]
    arrive(page, site)
    page.locator("[data-fit-panel] summary").click()
    box = page.locator("[data-fit-panel] input[name=a]").first
    box.check()
    calm(page)
    box.press("Enter")
    page.locator("[data-fit-panel]:not([open])").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    assert ticked(page) == ["0"]


def test_leaving_after_ticking_leaves_nothing_behind(page, site):
    arrive(page, site)
    tick(page, 0)
    page.locator("header [data-leave]").click()
    page.locator("#weather").wait_for()
    page.evaluate("history.back()")
    page.wait_for_timeout(1000)
    assert page.locator("[data-fit-panel], [data-question]").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_ticks_leave_nothing_readable_on_the_disk(launch, profile, site, script):
    context = launch(java_script_enabled=script, **PHONE)
    page = context.pages[0]
    arrive(page, site)
    token = page.locator("input[name=t]").input_value()
    tick(page, 0, 1)
    go(page, "[data-back]")
    page.locator("[data-continue]").wait_for()
    context.close()
    assert search(profile, {site.url} if script else {token}), "the profile was not searched where it matters"
    assert search(profile, needles()) == {}
    assert cookies(profile) == 0
    neutral(profile, site)
