"""Leaving: nothing of the site is left on the screen, and Back and Forward never show a question again (L2)."""

import pytest

from .conftest import JOURNEY, calm, give, travel, until

SEEN = "/Is someone in danger|Who needs help|under 18|What is going on|Where is the person|Start here|VOICE/"


def leave_by_button(hand):
    hand.click("header [data-leave]")


def leave_by_shift(hand):
    for _ in range(3):
        hand.shift()


def never_again(hand):
    """Back three times and Forward three times: no question, no answer, no outcome."""
    for step in (hand.back,) * 3 + (hand.forward,) * 3:
        step()
        hand.pause(0.4)
        text = hand.run("document.body ? document.body.innerText : ''")
        assert not hand.run(f"{SEEN}.test({text!r})"), f"{step.__name__} shows: {text[:300]}"


AFTER = [("chromium", 0), ("chromium", 1), ("chromium", 3), ("chromium", 5), ("webkit", 0), ("webkit", 5)]
"""After how many steps, in which browser."""


@pytest.mark.parametrize("way", [leave_by_button, leave_by_shift])
@pytest.mark.parametrize(("hand", "steps"), AFTER, indirect=["hand"])
def test_after_leaving_no_question_is_ever_shown(hand, site, way, steps):
    hand.open(site.exit + "before")
    hand.open(site.url + "/")
    for step in JOURNEY[:steps]:
        give(hand, *step)
    hand.pause(0.5)
    way(hand)
    until(hand, "!!document.querySelector('#weather')")
    never_again(hand)


def test_leaving_from_a_page_opened_in_the_middle(hand, site):
    hand.open(site.exit + "before")
    hand.open(site.url + "/")
    for step in JOURNEY[:3]:
        give(hand, *step)
    hand.click("a.all")
    until(hand, "document.querySelectorAll('main article').length > 60")
    hand.pause(0.5)
    leave_by_button(hand)
    until(hand, "!!document.querySelector('#weather')")
    never_again(hand)


@pytest.mark.parametrize("path", ["/all/", "/safety/", "/privacy/", "/accessibility/", "/about/", "/es/", "/nowhere/"])
def test_every_page_can_be_left_in_the_same_place(page, site, path):
    page.goto(site.url + path)
    box = page.locator("header [data-leave]").bounding_box()
    assert box["y"] < 20 and box["x"] + box["width"] > 370 and box["height"] >= 44
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(100)
    assert page.locator("header [data-leave]").bounding_box()["y"] < 20, "it scrolls away"
    page.locator("header [data-leave]").click()
    page.locator("#weather").wait_for()


def test_the_page_is_empty_before_the_network_is_asked(page, site):
    page.goto(site.url + "/")
    seen = page.evaluate(
        """() => {
          document.querySelector("header [data-leave]").click();
          return [document.title, document.body.innerText, document.querySelector("[role=alert]").innerText];
        }"""
    )
    assert seen == ["Loading"] * 3
    page.locator("#weather").wait_for()


@pytest.mark.parametrize(("waits_for", "tap"), [("/es/", "button[lang=es]"), ("/all/", "a.all")])
def test_an_answer_that_comes_after_leaving_is_not_shown(page, site, waits_for, tap):
    """Another language, or another page, is on its way when the person leaves."""
    travel(page, site, JOURNEY[:2])
    held = []
    page.route(site.url + waits_for, lambda route: held.append(route))
    page.route("**/leave/", lambda route: route.fulfill(status=204))  # the empty page stays to be looked at
    calm(page)
    page.locator(tap).first.click()
    page.locator("header [data-leave]").click()
    page.wait_for_function("() => document.body.innerText === 'Loading'")
    assert len(held) == 1
    with page.expect_event("requestfinished", lambda request: request.url == site.url + waits_for):
        held[0].continue_()
    page.wait_for_timeout(300)
    assert page.evaluate("[document.title, document.body.innerText, location.pathname]") == ["Loading", "Loading", "/"]


def test_leaving_without_script(launch, site):
    page = launch(java_script_enabled=False).pages[0]
    page.goto(site.exit + "before")
    page.goto(site.url + "/")
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    page.locator("header [data-leave]").click()
    page.locator("#weather").wait_for()
    # Without script nothing can take the entries out of the history. What each of them shows is the
    # browser's own "send again?" page or the start page, never an answer or an outcome.
    for _ in range(8):
        try:
            page.go_back(timeout=2000)
        except Exception:
            break
        assert page.locator(":checked").count() == 0
        assert page.locator("article").count() == 0
        assert page.locator("[data-question]:not([data-question=danger])").count() == 0


def test_shift_with_progress_that_is_seen_and_spoken(page, site):
    page.goto(site.url + "/")
    page.keyboard.press("ShiftLeft")
    assert "2" in page.locator("#leaving").inner_text()
    assert page.locator("#said").inner_text() == page.locator("#leaving").inner_text()
    page.keyboard.press("ShiftRight")
    assert "once more" in page.locator("#leaving").inner_text()
    page.keyboard.press("ShiftLeft")
    page.locator("#weather").wait_for()


def test_shift_with_another_key_does_not_count(page, site):
    page.goto(site.url + "/")
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert page.url == site.url + "/"


def test_shift_runs_out_after_five_seconds(page, site):
    page.clock.install()
    page.goto(site.url + "/")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.clock.run_for(5100)
    assert not page.locator("#leaving").is_visible()
    assert "timed out" in page.locator("#said").inner_text()
    page.keyboard.press("Shift")
    assert page.locator("#leaving").is_visible()
    assert page.url == site.url + "/"


def test_a_second_way_to_leave_comes_first_by_keyboard(page, site):
    page.goto(site.url + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hasAttribute('data-leave')")
    assert page.evaluate("document.activeElement.textContent") == "Emergency: Leave this page"
    page.keyboard.press("Enter")
    page.locator("#weather").wait_for()


def test_escape_does_nothing(page, site):
    page.goto(site.url + "/")
    for _ in range(5):
        page.keyboard.press("Escape")
    assert page.url == site.url + "/"


def test_the_skip_link_makes_no_line_in_the_history(page, site):
    page.goto(site.url + "/")
    before = page.evaluate("history.length")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("[location.hash, history.length, document.activeElement.id]") == ["", before, "main"]


def test_links_within_the_questions_make_no_line_in_the_history(page, site):
    travel(page, site, JOURNEY[:2])
    before = page.evaluate("history.length")
    links = [("a.all", "/all/"), (".within a[href='/worksheet/']", "/worksheet/"), (".within a[href='/all/']", "/all/")]
    for link, path in [*links, ("footer a[href='/safety/']", "/safety/"), (".within a[href='/all/']", "/all/")]:
        page.evaluate("document.querySelector('.within')?.setAttribute('data-before', '')")
        page.evaluate("document.querySelectorAll('.within details').forEach(fold => { fold.open = true })")
        with page.expect_response(site.url + path):
            page.locator(link).last.click()
        page.locator(".within:not([data-before]) h1:focus").wait_for()
        assert page.evaluate("[location.pathname, location.hash, history.length]") == ["/", "", before]
