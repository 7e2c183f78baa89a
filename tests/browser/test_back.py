"""The browser's own Back and Forward, reloads, copies of a tab and slow networks, in real browsers."""

import pytest

from .conftest import JOURNEY, answer, calm, give, travel, until


def shown(hand):
    """The question shown, and the choice that is ticked."""
    return hand.run(
        "[document.querySelector('#step:not([hidden]) [data-question]')?.dataset.question,"
        " document.querySelector('#step :checked')?.dataset.choice]"
    )


def test_back_shows_the_previous_question_with_its_answer(hand, site):
    hand.open(site.url + "/")
    for step in JOURNEY:
        give(hand, *step)
    until(hand, "!!document.querySelector('article[data-service]')")
    for question, choice in reversed(JOURNEY):
        hand.pause(0.5)
        hand.back()
        until(hand, f"document.querySelector('#step :checked')?.dataset.choice === '{choice}'")
        assert shown(hand) == [question, choice]
    assert hand.run("location.pathname") == "/"


def test_back_on_the_page_does_the_same(page, site):
    travel(page, site)
    for question, choice in reversed(JOURNEY):
        calm(page)
        page.locator("[data-back]").click()
        page.locator(f"[data-question={question}][data-choice={choice}]:checked").wait_for()


def test_back_returns_from_a_page_opened_in_the_middle(hand, site):
    hand.open(site.url + "/")
    for step in JOURNEY[:2]:
        give(hand, *step)
    hand.click("a.all")
    until(hand, "document.querySelectorAll('main article').length > 60")
    assert hand.run("location.pathname") == "/"
    hand.pause(0.5)
    hand.back()
    until(hand, "document.querySelector('#step:not([hidden]) [data-question]')?.dataset.question === 'child'")
    assert hand.run("document.querySelectorAll('main article').length") == 0
    give(hand, *JOURNEY[2])
    assert shown(hand)[0] == "need"


def test_a_reload_starts_afresh(page, site):
    travel(page, site, JOURNEY[:3])
    page.reload()
    page.locator("[data-question=danger]").first.wait_for()
    assert page.locator(":checked").count() == 0


@pytest.mark.parametrize("hand", ["chromium"], indirect=True)
def test_coming_back_from_another_site_starts_afresh(hand, site):
    """WebKitGTK shows the first question too, but its driver waits for ever for a page behind a pushed entry."""
    hand.open(site.url + "/")
    for step in JOURNEY[:2]:
        give(hand, *step)
    hand.open(site.exit)
    hand.back()
    until(hand, "document.querySelector('[data-question]')?.dataset.question === 'danger'")
    assert hand.run("document.querySelectorAll(':checked').length") == 0


def test_two_tabs_do_not_mix(page, site):
    travel(page, site, JOURNEY[:2])
    other = page.context.new_page()
    other.goto(site.url + "/")
    answer(other, "danger", "yes")
    answer(page, *JOURNEY[2])
    assert page.locator("[data-question=need]").count() > 0
    assert other.locator("[data-question=who]").count() > 0


def test_a_double_tap_answers_one_question(page, site):
    page.goto(site.url + "/")
    page.locator("[data-question=danger][data-choice=no]").check()
    page.locator("[data-continue]").dblclick(delay=20)
    page.locator("[data-question=who]").first.wait_for()
    page.wait_for_timeout(600)
    assert page.locator("[data-question=who]").count() > 0


def test_a_failing_network_shows_the_numbers_and_loses_nothing(page, site):
    travel(page, site, JOURNEY[:2])
    page.route("**/*", lambda route: route.abort())
    calm(page)
    page.locator("[data-question=child][data-choice=no]").check()
    page.locator("[data-continue]").click()
    page.locator("#trouble").wait_for()
    assert page.locator("#trouble a[href='tel:911']").is_visible()
    assert page.locator("#trouble a[href='/all/']").is_visible()
    page.unroute("**/*")
    page.locator("[data-continue]").click()
    page.locator("[data-question=need]").first.wait_for()
    assert not page.locator("#trouble").is_visible()


def test_a_network_that_does_not_answer_is_given_up_after_eight_seconds(page, site):
    travel(page, site, JOURNEY[:1])
    page.route("**/*", lambda route: None)
    calm(page)
    page.locator("[data-continue]").click()
    page.locator("#trouble").wait_for(timeout=10_000)


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_answer_that_is_no_step_shows_the_numbers(page, site, status):
    travel(page, site, JOURNEY[:1])
    page.route("**/*", lambda route: route.fulfill(status=status, body="<h1>not ours</h1>"))
    calm(page)
    page.locator("[data-continue]").click()
    page.locator("#trouble").wait_for()
    assert page.locator("[data-question=who]").count() > 0


def test_focus_goes_to_the_new_question_and_it_is_said(page, site):
    travel(page, site, JOURNEY[:1])
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.locator("#said").inner_text() == "Question 2 of up to 5"
    assert page.title() == "Question 2 of up to 5 - Find services"


def test_switching_the_language_keeps_the_answers_and_the_choice(page, site):
    travel(page, site, JOURNEY[:2])
    calm(page)
    page.locator("[data-question=child][data-choice=unsure]").check()
    page.locator("button[lang=es]").click()
    page.wait_for_function("() => document.documentElement.lang === 'es'")
    assert page.locator("[data-question=child][data-choice=unsure]").is_checked()
    assert page.evaluate("location.pathname") == "/es/"
    for step in JOURNEY[2:]:
        answer(page, *step)
    assert page.locator("article[data-service]").first.get_attribute("data-service") == "ice-voice"
    assert page.evaluate("location.pathname") == "/es/"


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_journey_with_and_without_script(launch, site, script):
    page = launch(java_script_enabled=script).pages[0]
    page.goto(site.url + "/")
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        if script:
            calm(page)
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    found = [article.get_attribute("data-service") for article in page.locator("main article").all()]
    assert found[:2] == ["ice-voice", "dhs-vine"]
