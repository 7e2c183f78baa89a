"""Pictures of every kind of page, at three widths, light, dark and in Spanish: ``make screenshots``.

They are for looking at: an ugly, cramped or confusing page is a defect.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import find
from tests.server import ROOT, Server, manage

FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = {320: 640, 390: 844, 1280: 900}
LOOKS = {"light": ("light", ""), "dark": ("dark", ""), "es": ("light", "/es")}
JOURNEY = [("danger", "no"), ("who", "me"), ("child", "no"), ("need", "controlled"), ("aim", "help")]
SMALL = ["all", "safety", "privacy", "accessibility", "about", "worksheet", "nowhere"]


def shoot(page, url, name):
    """Every kind of page, in one browser of one width and look."""

    def keep(kind, whole=False):
        page.screenshot(path=FOLDER / f"{kind}-{name}.jpg", type="jpeg", quality=60, full_page=whole)

    page.goto(url + "/")
    keep("start")
    for question, choice in JOURNEY:
        page.locator(f"[data-question={question}][data-choice={choice}]").check()
        page.wait_for_function("() => performance.now() - settled > 420")
        if question == "need":
            keep("question")
        page.locator("[data-continue]").click()
        page.locator(f"[data-question={question}]").first.wait_for(state="detached")
    page.wait_for_timeout(100)
    keep("outcome")
    keep("outcome-whole", whole=True)
    for path in SMALL:
        page.goto(f"{url}/{path}/")
        keep("error" if path == "nowhere" else path)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    manage(folder, "setup")
    with Server(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find.chromium(), args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for look, (scheme, prefix) in LOOKS.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                shoot(page, f"http://127.0.0.1:{server.port}{prefix}", f"{width}-{look}")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
