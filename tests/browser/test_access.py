"""Every page kind and state, for everyone: axe, keyboard, small screens, zoom, forced colours (L5, H)."""

import json
import re

import pytest
from axe_core_python.sync_playwright import Axe

from .conftest import JOURNEY, answer, calm, go, travel

PAGES = ["/", "/all/", "/safety/", "/privacy/", "/accessibility/", "/about/", "/worksheet/", "/nowhere/"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VIEWS = [("/es", 320, "light"), ("", 1280, "dark")]
"""Language, width and colors: not each with each."""


def violations(page):
    """What axe finds, each with the elements it is about."""
    found = Axe().run(page, options=RULES)["violations"]
    return [(each["id"], [node["html"][:150] for node in each["nodes"]][:3]) for each in found]


def sideways(page):
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.fixture(scope="module")
def browser(playwright):
    from tests.browser import find

    opened = playwright.chromium.launch(executable_path=find.chromium(), args=["--no-sandbox"])
    yield opened
    opened.close()


def visit(browser, width=390, **options):
    context = browser.new_context(viewport={"width": width, "height": 844}, **options)
    context.set_default_timeout(12_000)
    return context.new_page()


@pytest.mark.parametrize(("language", "width", "scheme"), VIEWS)
def test_the_pages_have_no_fault_that_axe_finds(browser, site, width, scheme, language):
    page = visit(browser, width, color_scheme=scheme)
    for path in PAGES:
        page.goto(site.url + language + path)
        if path == "/all/":
            page.locator("details.group > summary").nth(1).click()
            # All groups are of one making; axe takes half a minute for the eighty cards.
            page.evaluate("document.querySelectorAll('details.group').forEach((group, n) => n > 2 && group.remove())")
        assert violations(page) == [], path
        assert sideways(page) <= 0, path
    page.context.close()


@pytest.mark.parametrize(("language", "width", "scheme"), VIEWS)
def test_every_step_and_the_outcome_have_no_fault_that_axe_finds(browser, site, width, scheme, language):
    page = visit(browser, width, color_scheme=scheme)
    page.goto(f"{site.url}{language}/")
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        assert violations(page) == [], question
        assert sideways(page) <= 0, question
        go(page, "[data-continue]")
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    assert violations(page) == []
    page.locator("input[name=p][value=q]").check()
    go(page, "[data-fit]")
    assert violations(page) == []
    assert sideways(page) <= 0
    page.evaluate("trouble()")
    page.keyboard.press("Shift")
    assert violations(page) == []
    page.context.close()


def test_every_kind_of_outcome_has_no_fault_that_axe_finds(browser, site):
    page = visit(browser, 320)
    for need, sub in [
        ("hurt", ("harm", "self")),
        ("child", ("childneed", "missing")),
        ("officer", ("issue", "detention")),
    ]:
        travel(page, site, [("danger", "unsure"), ("who", "me"), ("child", "yes"), ("need", need), sub])
        assert violations(page) == [], need
        assert sideways(page) <= 0, need
    page.context.close()


def test_a_whole_journey_by_keyboard_alone(browser, site):
    page = visit(browser, 1280)
    page.goto(site.url + "/")
    seen = []
    for question, choice in JOURNEY:
        target = f"[data-question={question}]"
        page.locator(target).first.wait_for()
        calm(page)
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches('{target}')"):
                break
        order = page.locator(target).evaluate_all("all => all.map(each => each.dataset.choice)")
        for _ in range(order.index(choice)):
            page.keyboard.press("ArrowDown")
        if not page.locator(f"{target}[data-choice={choice}]").is_checked():
            page.keyboard.press("Space")
        assert page.locator(f"{target}[data-choice={choice}]").is_checked()
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.hasAttribute('data-continue')"):
                break
        box = page.evaluate("document.activeElement.getBoundingClientRect().top")
        bar = page.locator(".bar").evaluate("bar => bar.getBoundingClientRect().bottom")
        assert box >= bar, "the bar hides what has the focus"
        page.keyboard.press("Enter")
        page.locator(target).first.wait_for(state="detached")
        seen.append(question)
    assert page.locator("article[data-service]").first.get_attribute("data-service") == "ice-voice"
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.context.close()


def test_nothing_with_the_focus_is_ever_under_the_bar(browser, site):
    page = visit(browser, 320)
    travel(page, site)
    for _ in range(60):
        page.keyboard.press("Tab")
        top, bar, inside = page.evaluate(
            """() => {
              const bar = document.querySelector(".bar"), here = document.activeElement;
              return [here.getBoundingClientRect().bottom, bar.getBoundingClientRect().bottom,
                      bar.contains(here) || here.closest(".first") !== null || here === document.body];
            }"""
        )
        assert inside or top > bar
    page.context.close()


@pytest.mark.parametrize("language", ["/", "/es/"])
def test_targets_are_large(browser, site, language):
    page = visit(browser, 320)
    page.goto(site.url + language)
    small = """() => [...document.querySelectorAll("a, button, label.choice, summary")]
      .filter(each => each.offsetParent && !each.closest("p:not(.tools), dd, .skip, [aria-hidden=true]"))
      .filter(each => each.getBoundingClientRect().height < 43.5)
      .map(each => each.outerHTML.slice(0, 120) + each.getBoundingClientRect().height)"""
    assert page.evaluate(small) == []
    for question, choice in JOURNEY:
        answer(page, question, choice)
    assert page.evaluate(small) == []
    page.context.close()


def test_four_times_the_size_loses_nothing(browser, site):
    """A window of 1280 px at 400 % is 320 px wide and 211 px high."""
    page = visit(browser, 320)
    page.set_viewport_size({"width": 320, "height": 211})
    page.goto(site.url + "/")
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").scroll_into_view_if_needed()
        assert sideways(page) <= 0
        answer(page, question, choice)
    assert sideways(page) <= 0
    bar = page.locator(".bar").bounding_box()
    assert bar["height"] < 211 / 2, "the bar leaves no room to read"
    page.context.close()


def test_wider_text_spacing_loses_nothing(browser, site):
    page = visit(browser, 320, bypass_csp=True)
    travel(page, site)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        "p { margin-block-end: 2em !important }"
    )
    assert sideways(page) <= 0
    clipped = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(each => !each.closest(".unseen, svg")
          && getComputedStyle(each).overflow === "hidden" && each.scrollHeight > each.clientHeight + 1).length"""
    )
    assert clipped == 0
    page.context.close()


def test_forced_colours_show_what_is_chosen(browser, site):
    page = visit(browser, 390, forced_colors="active")
    page.goto(site.url + "/")
    row = page.locator("label.choice").first
    before = row.evaluate("row => getComputedStyle(row).outlineStyle")
    row.click()
    page.mouse.click(5, 400)
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid" != before
    assert violations(page) == []
    page.context.close()


def test_nothing_moves_when_a_step_is_swapped(browser, site):
    page = visit(browser, 390)
    page.goto(site.url + "/")
    page.evaluate(
        """() => { window.moved = 0; new PerformanceObserver(list => {
          for (const each of list.getEntries()) if (!each.hadRecentInput) moved += each.value;
        }).observe({ type: "layout-shift", buffered: true }); }"""
    )
    for question, choice in JOURNEY:
        answer(page, question, choice)
    assert page.evaluate("moved") < 0.1
    page.context.close()


def test_a_page_says_its_language_and_the_others(browser, site):
    page = visit(browser)
    for path, language, other in [("/", "en", "es"), ("/es/", "es", "en"), ("/es/safety/", "es", "en")]:
        page.goto(site.url + path)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == "ltr"
        assert page.locator(f".languages [lang={other}]").count() == 1
    page.context.close()


def test_no_message_in_the_console(browser, site):
    page = visit(browser)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    travel(page, site)
    for path in PAGES[:-1]:
        page.goto(site.url + path)
    assert said == [], json.dumps(said)
    page.context.close()


def test_paper_shows_the_numbers_and_no_controls_on_one_page(browser, site):
    page = visit(browser, 800)
    travel(page, site)
    page.emulate_media(media="print")
    assert not page.locator(".leave").is_visible()
    assert not page.locator("[data-back]").is_visible()
    assert page.locator(".wallet").is_visible()
    assert "1-855-488-6423" in page.locator(".wallet").inner_text()
    assert "ICE" not in page.locator(".wallet").inner_text()
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="Letter"))) == 1  # the longest outcome
    page.context.close()
