"""On every kind of outcome the first screen holds the title, the service's name and its first way to reach."""

import pytest

from navigator.engine import walk
from navigator.engine.checks import EMERGENCY
from navigator.public import steps
from tests.browser import find

SCREENS = [(320, 568), (390, 844)]
SEEN = """() => {
  const end = (part) => part ? part.getBoundingClientRect().bottom : 0;
  const article = document.querySelector("#step :is(.instead, .outside, article[data-service])");
  const way = article.querySelector("a.way");
  const numbers = [...document.querySelectorAll("a.way .whole")].filter((part) => part.checkVisibility());
  return {
    heading: end(document.querySelector("#step h1")), name: end(article.querySelector(".name")), way: end(way),
    broken: numbers.filter((part) => part.getClientRects().length > 1).map((part) => part.textContent),
    next: end(document.querySelectorAll("#step :is(article, .outside) > a.way, #step article a.way.main")[1]),
    sideways: document.documentElement.scrollWidth - innerWidth,
  };
}"""

# As "Skip all questions" does it, from the answers of one sealed token.
SHOW = """(token) => {
  return htmx.ajax("POST", location.pathname, {values: {t: token, g: "r"}, target: "#step", swap: "outerHTML"});
}"""


@pytest.fixture(scope="module")
def browser(playwright):
    opened = playwright.chromium.launch(executable_path=find.chromium(), args=["--no-sandbox"])
    yield opened
    opened.close()


def kinds(edition):
    """For each service that comes first somewhere (and each that stands beside 911), the shortest answers to it."""
    found = {}
    for outcome in walk.walk(edition.flow):
        listed = [each.service for each in outcome.recommendations]
        first = tuple(listed[: 1 + (listed[0] == EMERGENCY)])
        given = {key: choice for key, choice in outcome.answers.items() if isinstance(choice, str)}
        if first not in found or len(given) < len(found[first]):
            found[first] = given
    return found


@pytest.mark.parametrize("language", ["/", "/es/"])
def test_the_number_is_on_the_first_screen(browser, site, real, language):
    page = browser.new_context().new_page()
    page.set_default_timeout(12_000)
    short = []
    page.goto(site.url + language)
    for first, given in kinds(real).items():
        answered = steps.seal(steps.at(real.flow, steps.Step(answers=given)))
        page.evaluate(SHOW, answered)
        assert page.locator("article[data-service]").first.get_attribute("data-service") in first
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            seen = page.evaluate(SEEN)
            parts = ["heading", "name", "way"]
            if first[0] == EMERGENCY and width >= 390:
                parts.append("next")
            short += [(width, first, part, round(seen[part])) for part in parts if not 0 < seen[part] <= height]
            short += [(width, first, "broken", number) for number in seen["broken"]]
            assert seen["sideways"] <= 0, first
    assert not short, "\n".join(map(str, short))
    page.context.close()


@pytest.mark.parametrize("language", ["/", "/es/"])
@pytest.mark.parametrize("who", ["me", "other"])
def test_what_is_going_on_fits_one_screen_but_for_two_choices(browser, site, language, who):
    page = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    page.goto(site.url + language)
    for question, choice in {"danger": "unsure", "who": who, "child": "unsure"}.items():
        page.locator(f'[data-question={question}][data-choice="{choice}"]').check()
        page.locator("[data-continue]").click()
    ends = page.locator(".choice").evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().bottom)")
    assert len(ends) >= 10
    assert sum(end > 844 for end in ends) <= 2, ends
    page.context.close()
