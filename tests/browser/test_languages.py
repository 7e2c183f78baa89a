"""A host adds languages by one setting and by filling in text; here a long one and one from right to left.

Both are made up: every text in brackets, its vowels changed, a third longer.
"""

import io
import re
import shutil
import subprocess

import pytest
import yaml
from babel.messages import mofile, pofile

from tests.server import ROOT, Server, manage

from .conftest import JOURNEY, calm
from .test_access import browser, sideways, violations, visit  # noqa: F401

ADDED = ("eo", "ar")
"""Codes that Django knows; the second is written from right to left."""
SWAPPED = str.maketrans("aeiouAEIOU", "âêîôûÂÊÎÔÛ")
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|<[^>]+>|&\w+;)")


def pseudo(text):
    """A text as the made-up languages have it; what programs put in stays."""
    if "\n" in text:  # each line is an item or a paragraph of its own
        return "\n".join(pseudo(line) if line.strip(" -") else line for line in text.split("\n"))
    parts = [part if KEPT.fullmatch(part) else part.translate(SWAPPED) for part in KEPT.split(text)]
    return "[" + "".join(parts) + " " + "~" * (len(text) // 3) + "]"


def filled(value):
    """Nested data with every text in the added languages too."""
    if isinstance(value, dict) and set(value) == {"en", "es"}:
        return {**value, **{code: pseudo(value["en"]) for code in ADDED}}
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items()}
    return [filled(each) for each in value] if isinstance(value, list) else value


def catalogue():
    """The interface's words in a made-up language, compiled."""
    with (ROOT / "navigator/locale/es/LC_MESSAGES/django.po").open("rb") as file:
        words = pofile.read_po(file)
    for message in words:
        if message.id:
            both = isinstance(message.id, tuple)
            message.string = tuple(map(pseudo, message.id)) if both else pseudo(message.id)
            message.flags.discard("fuzzy")
    out = io.BytesIO()
    mofile.write_mo(out, words)
    return out.getvalue()


@pytest.fixture(scope="module")
def abroad(tmp_path_factory):
    """The site of a host who has added two languages."""
    root = tmp_path_factory.mktemp("checkout")
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    ):
        if (
            name.startswith(("navigator/", "services/", "templates/", "fixtures/", "manage.py"))
            and (ROOT / name).exists()
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    for path in (root / "fixtures").rglob("*.yaml"):
        path.write_text(yaml.safe_dump(filled(yaml.safe_load(path.read_text())), allow_unicode=True, sort_keys=False))
    for code in ADDED:
        (root / f"navigator/locale/{code}/LC_MESSAGES").mkdir(parents=True)
        (root / f"navigator/locale/{code}/LC_MESSAGES/django.mo").write_bytes(catalogue())
    folder = tmp_path_factory.mktemp("site")
    settings = {"LANGUAGES": "en,es,eo,ar"}
    manage(folder, "setup", root=root, **settings)
    with Server(folder, root=root, **settings) as server:
        yield f"http://127.0.0.1:{server.port}"


def plain(page):
    """Visible words of the page that are not in the made-up language; names in their own tongue are meant."""
    return page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
          while (walker.nextNode()) {
            const node = walker.currentNode, text = node.data.trim();
            const here = node.parentElement;
            const outside = here.closest(".languages, script, .wallet, .way, .checked, dd, dt, .home, [data-place]");
            if (/[a-z]{4}/i.test(text) && !outside && !/[\\[\\]]/.test(here.textContent)) found.push(text);
          }
          return found;
        }"""
    )


FROM_LEFT_TO_RIGHT = """(numbers) => numbers.map((number) => {
  const letters = [...number.textContent].map((letter, place) => {
    const range = document.createRange();
    range.setStart(number.firstChild, place);
    range.setEnd(number.firstChild, place + 1);
    return [range.getBoundingClientRect().left, letter];
  });
  return letters.sort((one, other) => one[0] - other[0]).map(([, letter]) => letter).join("");
})"""
"""What somebody reads, in the order on the screen."""


@pytest.mark.parametrize(("code", "direction"), [("eo", "ltr"), ("ar", "rtl")])
def test_an_added_language_is_whole_and_fits(browser, abroad, code, direction):  # noqa: F811
    page = visit(browser, 320)
    page.goto(f"{abroad}/{code}/")
    for question, choice in JOURNEY:
        assert page.locator("html").get_attribute("dir") == direction
        assert page.locator("html").get_attribute("lang") == code
        assert sideways(page) <= 0
        assert plain(page) == []
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        calm(page)
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    assert page.locator("main article").first.get_attribute("data-service") == "ice-voice"
    numbers = page.locator("main article a.way .whole").filter(has_text="1-855-48").evaluate_all(FROM_LEFT_TO_RIGHT)
    assert "1-855-48-VOICE" in numbers
    assert sideways(page) <= 0
    assert plain(page) == []
    assert violations(page) == []
    for path in ("all", "safety", "privacy", "about", "accessibility", "worksheet", "nowhere"):
        page.goto(f"{abroad}/{code}/{path}/")
        assert sideways(page) <= 0, path
        assert plain(page) == [], path
    page.context.close()


def test_from_right_to_left_the_page_is_mirrored(browser, abroad):  # noqa: F811
    page = visit(browser, 390)
    page.goto(f"{abroad}/ar/")
    leave = page.locator("header [data-leave]").bounding_box()
    assert leave["x"] < 100
    radio, words = page.locator(".choice input").first.bounding_box(), page.locator(".choice span").first.bounding_box()
    assert radio["x"] > words["x"] + words["width"] - 1
    page.context.close()


def test_switching_to_a_language_of_the_other_direction(browser, abroad):  # noqa: F811
    page = visit(browser, 390)
    page.goto(f"{abroad}/")
    page.locator("button[lang=ar]").click()
    page.wait_for_function("() => document.documentElement.dir === 'rtl'")
    assert page.locator("html").get_attribute("lang") == "ar"
    page.context.close()
