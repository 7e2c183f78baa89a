"""The real site on a port of its own, a dull site to leave to, and real browsers with profiles on disk."""

import contextlib
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from selenium.common.exceptions import TimeoutException

from tests.browser import find
from tests.browser.firefox import Firefox
from tests.server import Server


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass
class Site:
    """A running copy of the site, and where leaving leads."""

    url: str
    exit: str
    server: Server


class Weather(http.server.BaseHTTPRequestHandler):
    """A dull page to leave to."""

    def do_GET(self):
        page = b"<!doctype html><title>Weather</title><h1 id='weather'>Weather</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site(another):
    """The site as `make serve` serves it, on its real content."""
    weather = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    threading.Thread(target=weather.serve_forever, daemon=True).start()
    exit_url = f"http://127.0.0.1:{weather.server_port}/"
    with Server(another(), EXIT_URL=exit_url) as server:
        yield Site(f"http://127.0.0.1:{server.port}", exit_url, server)
    weather.shutdown()


@pytest.fixture(scope="module")
def playwright():
    """Ended with the module: while it runs its event loop, Django refuses the database to other tests."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def profile():
    """A fresh profile folder."""
    folder = Path(tempfile.mkdtemp(prefix="navigator-profile-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def launch(playwright, profile):
    """Open Chromium on the profile, as a person's own browser: with its history, its cache and its memory of pages."""
    opened = []

    def open_(**options):
        path = find.chromium()
        assert path, "no Chromium: run python -m tests.browser.find"
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu"],
            ignore_default_args=["--disable-back-forward-cache"],
            **options,
        )
        context.set_default_timeout(12_000)
        opened.append(context)
        return context

    yield open_
    for context in opened:
        with contextlib.suppress(Exception):
            context.close()


@pytest.fixture
def page(launch):
    """A page of a phone's width, with script."""
    return launch(viewport={"width": 390, "height": 844}).pages[0]


JOURNEY = (("danger", "no"), ("who", "close"), ("child", "no"), ("need", "crime"), ("custody", "ice"))
"""A whole journey, with answers that would tell."""


def answer(page, question, choice):
    """Give one answer, as a person does: read, choose, continue."""
    page.locator(f"[data-question={question}][data-choice={choice}]").check()
    go(page, "[data-continue]")


def go(page, selector):
    """Press a button of the step and wait for the step that follows."""
    before = page.locator("input[name=t]").input_value()
    calm(page)
    page.locator(selector).first.click()
    page.locator(f"input[name=t]:not([value='{before}'])").wait_for(state="attached")


def calm(page):
    """Wait as long as a person would: a second tap right after a swap is taken for a double tap."""
    page.wait_for_function("() => typeof settled === 'undefined' || performance.now() - settled > 420")


def travel(page, site, steps=JOURNEY):
    """From the start through the given answers."""
    page.goto(site.url + "/")
    for question, choice in steps:
        answer(page, question, choice)


class Chromium:
    """Chromium with its memory of pages on, driven by hand."""

    def __init__(self, launch):
        self.page = launch(viewport={"width": 390, "height": 844}).pages[0]

    def open(self, url):
        self.page.goto(url)

    def run(self, script):
        """The value of a JavaScript expression."""
        return self.page.evaluate(f"() => ({script})")

    def click(self, selector):
        self.page.locator(selector).first.click()

    def back(self):
        with contextlib.suppress(Exception):
            self.page.go_back(wait_until="commit", timeout=1000)

    def forward(self):
        with contextlib.suppress(Exception):
            self.page.go_forward(wait_until="commit", timeout=1000)

    def shift(self):
        self.page.keyboard.press("Shift")

    def pause(self, seconds):
        self.page.wait_for_timeout(seconds * 1000)


class WebKit:
    """WebKitGTK on a screen of its own."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        self.driver.get(url)

    def run(self, script):
        return self.driver.execute_script(f"return ({script})")

    def click(self, selector):
        self.driver.find_element("css selector", selector).click()

    def back(self):
        self._go(self.driver.back)

    def forward(self):
        self._go(self.driver.forward)

    def _go(self, travel):
        """As its button does. The driver waits in vain where a page from memory asks for itself anew."""
        self.driver.set_page_load_timeout(2)
        with contextlib.suppress(TimeoutException):
            travel()
        self.driver.set_page_load_timeout(30)

    def shift(self):
        from selenium.webdriver import ActionChains, Keys

        ActionChains(self.driver).key_down(Keys.SHIFT).key_up(Keys.SHIFT).perform()

    def pause(self, seconds):
        threading.Event().wait(seconds)


@pytest.fixture(scope="session")
def screen():
    """A screen for WebKitGTK, which has no headless way."""
    number = 90 + os.getpid() % 100
    process = subprocess.Popen(["Xvfb", f":{number}", "-screen", "0", "1024x1200x24"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not Path(f"/tmp/.X11-unix/X{number}").exists():
        assert time.monotonic() < deadline, "no screen"
        threading.Event().wait(0.05)
    os.environ["DISPLAY"] = f":{number}"
    yield
    process.terminate()


@pytest.fixture
def webkit(screen):
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    path = find.webkit()
    assert path, "no WebKitGTK: run python -m tests.browser.find"
    options = WebKitGTKOptions()
    options.binary_location = find.minibrowser()
    options.add_argument("--automation")
    driver = WebKitGTK(options=options, service=Service(executable_path=path))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture
def firefox(profile):
    path = find.firefox()
    assert path, "no Firefox: run python -m tests.browser.find"
    opened = Firefox(path, profile)
    yield opened
    opened.quit()


@pytest.fixture(params=["chromium", "webkit"])
def hand(request):
    """A person's hand on a browser: first Chromium, then WebKitGTK; Firefox for those who ask for it."""
    if request.param == "firefox":
        return request.getfixturevalue("firefox")
    if request.param == "chromium":
        return Chromium(request.getfixturevalue("launch"))
    return WebKit(request.getfixturevalue("webkit"))


def until(hand, script, seconds=30):
    """Wait until a JavaScript expression holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(Exception):
            if hand.run(script):
                return
        hand.pause(0.05)
    raise AssertionError(f"never came true: {script}\n{hand.run('document.body.innerText')}")


def give(hand, question, choice):
    """Give one answer in either browser."""
    here = f"[data-question={question}][data-choice={choice}]"
    until(hand, f"!!document.querySelector('{here}')")
    until(hand, "typeof settled === 'undefined' || performance.now() - settled > 420")
    hand.click(here)
    hand.click("[data-continue]")
    until(hand, f"!document.querySelector('{here}')")
