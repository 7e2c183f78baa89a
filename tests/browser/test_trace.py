"""What is left on the disk afterwards: the whole browser profile is searched (docs/safety-rules.md L1).

Each test also looks for something that must be there, so that a search that finds nothing means something.
"""

import re
import sqlite3
import subprocess
import urllib.parse

import pytest

from navigator.editions import in_force
from services import phones
from tests.server import wait

from . import find
from .conftest import JOURNEY, answer, travel


def needles():
    """Whatever would tell: choice keys, questions, labels, services, numbers.

    Words that stand in Chromium's own files too (``yes``, ``child``, ``unsure``) would prove nothing.
    """
    edition = in_force.current()
    found = set()
    for question in edition.flow.questions:
        found |= set(question.title.values())
        for choice in question.choices:
            found |= {words for words in choice.label.values() if len(words) > 9}
            found |= {
                f"={choice.key}&",
                f"{question.key}={choice.key}",
                f"{question.key}:{choice.key}",
            }
    for service in edition.content.services:
        found |= set(service.name.values()) | set(service.plain.values()) | {service.slug}
        for way in service.ways:
            if way.value.startswith("+"):
                found |= {way.value, phones.show(way.value)}
    # 911 and 211 are on every page and in many files; names of one short word are no evidence.
    return {needle for needle in found if len(needle) > 6}


def search(profile, wanted):
    """Which of the wanted texts stand in any file of the profile, in UTF-8, UTF-16 or URL-encoded."""
    forms = {}
    for text in wanted:
        for form in (text.encode(), text.encode("utf-16-le"), urllib.parse.quote_plus(text).encode()):
            forms[form] = text
    pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
    found = {}
    for path in profile.rglob("*"):
        if path.is_file() and not path.is_symlink():
            for match in pattern.finditer(path.read_bytes()):
                found.setdefault(forms[match[0]], set()).add(str(path.relative_to(profile)))
    return found


def history(profile):
    """Every address and title that the browser keeps."""
    with sqlite3.connect(f"file:{profile / 'Default' / 'History'}?immutable=1", uri=True) as database:
        return set(database.execute("select url, title from urls"))


def cookies(profile):
    paths = [*profile.rglob("Cookies")]
    assert paths, "no cookie file to look into"
    count = 0
    for path in paths:
        with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as database:
            count += database.execute("select count(*) from cookies").fetchone()[0]
    return count


TITLES = r"|Loading|Weather|(Question \d of up to 5|Where to turn|All numbers) - Find services"
TITLES += r"|(Pregunta \d de 5 como máximo|A dónde acudir) - Buscar servicios"


def neutral(profile, site):
    """Only our own neutral addresses and titles."""
    for url, title in history(profile):
        assert url in {f"{site.url}/", f"{site.url}/es/", f"{site.url}/leave/", site.exit}
        assert re.fullmatch(TITLES, title), title


def test_the_search_finds_what_a_plain_form_leaves_behind(launch, profile, site):
    """The control: what this site never does, a readable field in a POST body, is found on the disk."""
    context = launch()
    page = context.pages[0]
    page.goto(site.url + "/")
    page.evaluate(
        """() => {
          const field = document.querySelector("input[name=t]");
          field.value = "need=controlled";
          field.form.submit();
        }"""
    )
    page.wait_for_load_state()
    page.wait_for_timeout(1000)
    context.close()
    assert search(profile, {"need=controlled"})


@pytest.mark.parametrize("end", ["close", "leave", "leave in the middle"])
def test_nothing_is_left_with_script(launch, profile, site, end):
    context = launch(viewport={"width": 390, "height": 844})
    page = context.pages[0]
    travel(page, site, JOURNEY[:3] if end == "leave in the middle" else JOURNEY)
    if end == "close":
        page.locator("details.rest summary").first.click()
        page.go_back()
        page.locator("[data-question=custody]").first.wait_for()
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    else:
        page.locator("header [data-leave]").click()
        page.locator("#weather").wait_for()
    context.close()
    assert search(profile, {site.url}), "the profile was not searched where it matters"
    assert search(profile, needles()) == {}
    assert cookies(profile) == 0
    neutral(profile, site)


def test_nothing_readable_is_left_without_script(launch, profile, site):
    context = launch(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.pages[0]
    tokens = travel_plainly(page, site)
    context.close()
    assert search(profile, tokens), "the sealed tokens are what a browser keeps of a form"
    assert search(profile, needles()) == {}
    assert cookies(profile) == 0
    neutral(profile, site)


def test_a_private_window_leaves_not_even_the_sealed_token(playwright, profile, site, request):
    """A context of its own in a running browser is what a private window is: a profile off the record."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    browser = subprocess.Popen([find.chromium(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    request.addfinalizer(browser.kill)
    opened = profile / "DevToolsActivePort"
    wait(lambda: opened.exists() and len(opened.read_text().splitlines()) == 2)
    port = opened.read_text().splitlines()[0]
    connected = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
    connected.contexts[0].new_page().goto(site.url + "/about/")  # the control: an ordinary window beside it
    page = connected.new_context(java_script_enabled=False).new_page()
    tokens = travel_plainly(page, site)
    page.context.close()
    connected.new_browser_cdp_session().send("Browser.close")
    browser.wait(20)
    assert search(profile, tokens | needles()) == {}
    assert {url for url, _title in history(profile)} == {site.url + "/about/"}


def travel_plainly(page, site):
    """A whole journey without script; the sealed tokens that were posted."""
    page.goto(site.url + "/")
    tokens = set()
    for question, choice in JOURNEY:
        tokens.add(page.locator("input[name=t]").input_value())
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    page.locator("article[data-service]").first.wait_for()
    return tokens


def test_the_list_of_all_numbers_leaves_no_search_word(launch, profile, site):
    context = launch()
    page = context.pages[0]
    page.goto(site.url + "/all/")
    page.locator("#word").fill("trafficking")
    page.wait_for_timeout(1000)
    context.close()
    found = search(profile, {"w=trafficking", "trafficking"})
    assert not any(
        "Session" in path or "History" in path or "Cache" in path for paths in found.values() for path in paths
    ), found


def test_answers_in_spanish_leave_nothing_either(launch, profile, site):
    context = launch(viewport={"width": 390, "height": 844})
    page = context.pages[0]
    page.goto(site.url + "/")
    answer(page, *JOURNEY[0])
    page.locator("button[lang=es]").click()
    page.wait_for_function("() => document.documentElement.lang === 'es'")
    for step in JOURNEY[1:]:
        answer(page, *step)
    context.close()
    assert search(profile, {site.url})
    assert search(profile, needles()) == {}
    neutral(profile, site)


def test_the_finder_leaves_no_word(launch, profile, site):
    context = launch(viewport={"width": 390, "height": 844})
    page = context.pages[0]
    travel(page, site, JOURNEY[:3])
    page.locator("details.find > summary").click()
    page.locator("#few").fill("glimmerglass suicide")
    page.keyboard.press("Enter")
    page.locator("[data-found] [data-pick]").first.click()
    page.wait_for_timeout(1000)
    context.close()
    assert search(profile, {site.url}), "the profile was not searched where it matters"
    assert search(profile, needles() | {"glimmerglass", "w=glimmerglass"}) == {}
    assert cookies(profile) == 0
    neutral(profile, site)
