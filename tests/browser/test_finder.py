"""The finder on "What is going on?" in a real browser: by finger and by keyboard, and never without script."""

import pytest

from .conftest import JOURNEY, answer, calm, go
from .test_access import browser, sideways, violations, visit  # noqa: F401

BEFORE = JOURNEY[:3]
PATHS = pytest.mark.parametrize("path", ["/", "/es/"])


def reach(page, site, path="/"):
    """To the question, with the line open."""
    page.goto(site.url + path)
    for question, choice in BEFORE:
        answer(page, question, choice)
    page.locator("details.find > summary").click()


def search(page, words):
    """Type, press the button, and wait for what is found."""
    page.locator("#few").fill(words)
    page.evaluate("document.querySelector('#found').replaceChildren()")
    page.locator("#few ~ button").click()
    page.locator("[data-found]").wait_for()


def picked(page):
    return page.locator("#step [name=c]:checked").evaluate_all("all => all.map(each => each.dataset.choice)")


@PATHS
def test_a_choice_that_was_found_is_picked_in_the_question_and_goes_on(page, site, path):
    reach(page, site, path)
    search(page, "my bos took my pasport")
    page.locator("[data-pick][data-choice=controlled]").click()
    assert picked(page) == ["controlled"]
    focus = page.evaluate("[document.activeElement.dataset.choice, document.activeElement.getBoundingClientRect().top]")
    assert focus[0] == "controlled" and 0 < focus[1] < 844
    go(page, "[data-continue]")
    page.locator("[data-question=aim]").first.wait_for()
    assert page.evaluate("history.length") <= 3  # blank, the site, the guard


def test_enter_in_the_field_searches_and_does_not_go_on(page, site):
    reach(page, site)
    page.locator("[data-question=need][data-choice=work]").check()
    page.locator("#few").fill("suicide")
    page.keyboard.press("Enter")
    page.locator("[data-found]").wait_for()
    assert page.locator("[data-pick]").first.get_attribute("data-choice") == "self"
    assert picked(page) == ["work"]  # a search changes no answer
    assert page.locator("article[data-service]").count() <= 3
    assert page.evaluate("document.activeElement.id") == "few"


def test_by_keyboard_alone(page, site):
    page.goto(site.url + "/")
    for question, choice in BEFORE:
        answer(page, question, choice)
    page.locator("[data-question=need]").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.find > summary')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("me pega mi esposo")
    page.keyboard.press("Enter")
    page.locator("[data-found]").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.choice") == "hurt"
    calm(page)
    page.keyboard.press("Enter")
    assert picked(page) == ["hurt"]
    assert page.evaluate("document.activeElement.name") == "c"
    page.keyboard.press("Enter")
    page.locator("[data-question=harm]").first.wait_for()


def test_it_works_after_back_and_after_the_language_was_switched(page, site):
    reach(page, site)
    search(page, "suicide")
    go(page, "[data-skip]")
    calm(page)
    page.go_back()
    page.locator("[data-question=need]").first.wait_for()
    calm(page)
    page.locator("button[lang=es]").click()
    page.wait_for_function("() => document.documentElement.lang === 'es'")
    page.locator("details.find > summary").click()
    search(page, "carcel")
    assert page.locator("[data-pick]").first.get_attribute("data-choice") == "crime"
    assert "Puede ser esto" in page.locator("[data-found]").inner_text()
    assert page.locator("#said").inner_text().strip()
    assert page.url == site.url + "/es/"


def test_it_is_on_no_page_without_script(launch, site):
    page = launch(java_script_enabled=False).pages[0]
    page.goto(site.url + "/")
    for question, choice in BEFORE:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    assert page.locator(".find").count() == 1 and not page.locator(".find").is_visible()


@pytest.mark.parametrize("words", ["", "!!!", "x" * 10_000, "<script>alert(1)</script>", "ساعدني من فضلك", "🔥" * 5000])
def test_whatever_is_typed_a_kind_answer_comes(page, site, words):
    reach(page, site)
    search(page, words)
    found = page.locator("[data-found]")
    assert found.locator("a[href='tel:911']").is_visible()
    assert "Nothing fits these words" in found.inner_text() or "script" in words  # a word like others
    assert not page.locator("#trouble").is_visible()
    page.locator("[data-question=need][data-choice=work]").check()
    go(page, "[data-continue]")


def test_a_service_that_was_found_shows_its_number(page, site):
    reach(page, site)
    search(page, "suicide")
    assert page.locator("[data-service='988-lifeline'] a[href='tel:988']").is_visible()
    page.locator("[data-found] a[href='/all/']").click()
    page.locator("#return").wait_for()
    page.locator("#return button").click()
    assert page.locator("[data-found]").is_visible()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
@PATHS
def test_axe_finds_no_fault(browser, site, width, scheme, path):  # noqa: F811
    page = visit(browser, width, color_scheme=scheme)
    reach(page, site, path)
    for words in ("my boss took my passport", "zzzz"):
        search(page, words)
        assert violations(page) == []
        assert sideways(page) <= 0
    page.context.close()
