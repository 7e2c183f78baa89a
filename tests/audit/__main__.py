"""`make audit`: every kind of page through the Nu HTML checker, and two through Lighthouse as a slow phone.

Needs Node.js with npm, and Java for the Nu checker. Exit status 1 if a page has an error or misses its score.
"""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.browser import find
from tests.server import Answer, Server, manage

TOOLS = Path(__file__).parent / "node_modules"
SMALL = ["", "all/", "safety/", "privacy/", "accessibility/", "about/", "worksheet/", "leave/", "nowhere/"]
JOURNEYS = [
    ["danger=yes"],
    ["danger=no", "who=close", "child=no", "need=crime", "custody=ice"],
    ["danger=no", "who=me", "child=no", "need=controlled", "aim=help"],
    ["danger=unsure", "who=me", "child=yes", "need=hurt", "harm=self"],
    ["danger=no", "who=close", "child=yes", "need=child", "childneed=missing"],
    ["danger=no", "who=me", "child=no", "need=officer", "issue=detention"],
]
OUTCOME = JOURNEYS[2]
SCORES = ("performance", "accessibility", "best-practices")


def step(server: Server, start: str, page: Answer, move: str, choice: str = "") -> Answer:
    """The page after one press of a button, as a browser without script gets it."""
    fields = {"t": page.token, "g": move}
    if choice:
        question, key = choice.split("=")
        tag = re.search(rf'value="(\d+)" data-question="{question}" data-choice="{key}"', page.text)
        assert tag, choice
        fields["c"] = tag[1]
    return server.post(start, fields, htmx=False)


def walked(server: Server, start: str, journey: list[str]) -> Iterator[Answer]:
    """Each page of a journey, from the first question to its outcome."""
    page = server.get(start)
    for choice in journey:
        page = step(server, start, page, "n", choice)
        yield page
    yield step(server, start, page, "r")


def pages(server: Server) -> Iterator[tuple[str, Answer]]:
    """Every kind of page in each language, each with a name."""
    for start in ("/", "/es/"):
        for path in SMALL:
            yield start + path, server.get(start + path)
        for number, journey in enumerate(JOURNEYS, 1):
            for place, page in enumerate(walked(server, start, journey), 1):
                yield f"{start} journey {number} step {place}", page
        yield f"{start} searched", server.post(f"{start}all/", {"w": "jail"}, htmx=False)
        yield f"{start} forged", server.post(start, {"t": "forged", "g": "n"}, htmx=False)
        yield f"{start} wrong method", server.ask("PUT", start, "", {})
        yield f"{start} too large", server.ask("POST", start, "x" * 2_000_000, {})


def checked(server: Server) -> list[str]:
    """What the Nu HTML checker finds wrong, each with its page."""
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, page) in enumerate(pages(server)):
            file = Path(folder) / f"{number}.html"
            file.write_text(page.text)
            names[file.name] = name
        jar = TOOLS / "vnu-jar/build/dist/vnu.jar"
        done = subprocess.run(
            ["java", "-jar", jar, "--errors-only", "--exit-zero-always", "--format", "json", folder],
            check=True,
            capture_output=True,
            text=True,
        )
    print(f"Nu HTML checker: {len(names)} pages")
    found = json.loads(done.stderr or done.stdout)["messages"]
    return [f"{names[Path(each['url']).name]}: {each['message']}: {each.get('extract', '')}" for each in found]


class Front(http.server.BaseHTTPRequestHandler):
    """Passes on to the site; an outcome, which has no address of its own, stands at /outcome."""

    server: "Fronted"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.server.site
        answer = [*walked(site, "/", OUTCOME)][-1] if self.path == "/outcome" else site.get(self.path)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.sent)))
        self.end_headers()
        self.wfile.write(answer.sent)

    def log_message(self, *_: object) -> None:
        pass


class Fronted(http.server.ThreadingHTTPServer):
    """The server of ``Front``, and the site behind it."""

    def __init__(self, site: Server) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), Front)


def scored(url: str) -> dict[str, int]:
    """Lighthouse's scores, 0 to 100, for a page on a phone."""
    done = subprocess.run(
        [
            *("node", TOOLS / "lighthouse/cli/index.js", url, "--quiet", "--output=json"),
            f"--only-categories={','.join(SCORES)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "CHROME_PATH": find.chromium() or ""},
    )
    report = json.loads(done.stdout)
    low = [audit["title"] for audit in report["audits"].values() if audit["score"] not in (None, 1)]
    print(f"  not full: {'; '.join(low)}" if low else "  every audit full")
    return {name: round(report["categories"][name]["score"] * 100) for name in SCORES}


def main() -> int:
    """Run both; print what they say; 1 if anything is wrong."""
    wrong = []
    if missing := [tool for tool in ("node", "java") if not shutil.which(tool)]:
        print(f"No {' and no '.join(missing)} here: nothing was checked.")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "site"
        manage(folder, "setup")
        with Server(folder) as server:
            wrong += checked(server)
            front = Fronted(server)
            threading.Thread(target=front.serve_forever, daemon=True).start()
            for path in ("/", "/outcome"):
                scores = scored(f"http://127.0.0.1:{front.server_port}{path}")
                print(f"Lighthouse {path}:", ", ".join(f"{each} {score}" for each, score in scores.items()))
                wrong += [f"{path}: {each} {score}" for each, score in scores.items() if score < 100]
            front.shutdown()
    print("\n".join(wrong) or "No fault found.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
