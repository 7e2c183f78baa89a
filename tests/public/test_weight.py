"""What a page weighs on the wire, from the site as it is served."""

import re
from urllib.parse import urlsplit

import pytest

from navigator.engine import walk

pytestmark = pytest.mark.served
KB = 1024
FIRST_VIEW, FIRST_PAINT, SWAP, OUTCOME = 30 * KB, 13 * KB, 4 * KB, 13 * KB + 512
"""What a first view may weigh with all its files; its HTML and CSS, which come first; a swapped step; an outcome,
filled up (decision 0009)."""

ENCODINGS = pytest.mark.parametrize("encoding", ["br", "gzip"])


def fetched(page):
    """What a browser fetches of itself for a page: styles, scripts, icons, pictures."""
    tags = re.findall(r"<(?:link|script|img|source|iframe|object|embed|video|audio)\b[^>]*>", page)
    return [value for tag in tags for value in re.findall(r'(?:href|src|srcset|data)="([^"]+)"', tag)]


@ENCODINGS
@pytest.mark.parametrize("path", ["/", "/es/"])
def test_the_first_view_is_light(site, path, encoding):
    page = site.get(path, encoding)
    assert page.headers["Content-Encoding"] == encoding
    files = {name: site.get(name, encoding) for name in fetched(page.text)}
    assert {file.status for file in files.values()} == {200}
    styles = sum(len(file.sent) for name, file in files.items() if name.endswith(".css"))
    assert styles
    assert len(page.sent) + styles <= FIRST_PAINT
    assert len(page.sent) + sum(len(file.sent) for file in files.values()) <= FIRST_VIEW


def test_files_are_from_here_and_kept_for_good(site):
    for path in ("/", "/all/", "/safety/", "/leave/"):
        for name in fetched(site.get(path).text):
            assert not urlsplit(name).netloc
            file = site.get(name)
            assert re.search(r"\.[0-9a-f]{12}\.", name)
            assert "immutable" in file.headers["Cache-Control"]
            if name.endswith((".css", ".js")):
                assert file.headers["Content-Encoding"] == "br"
            if name.endswith(".css"):
                assert "@import" not in file.text
                assert all(url.startswith("data:") or not urlsplit(url).netloc for url in urls(file.text))


def urls(style):
    return re.findall(r"url\([\"']?([^)\"']+)", style)


@ENCODINGS
@pytest.mark.parametrize("start", ["/", "/es/"])
def test_steps_and_outcomes_are_light(site, real, start, encoding):
    """Every question on the way to the outcomes with the most on them."""
    for answers in heaviest(real):
        page = site.get(start, encoding)
        for key, choice in answers.items():
            found = re.search(rf'value="(\d+)" data-question="{key}" data-choice="{choice}"', page.text)
            move = {"g": "n", "c": found[1]} if found else {"g": "s"}
            page = site.post(start, {"t": page.token, **move}, encoding)
            assert page.headers["Content-Encoding"] == encoding
            done = "data-service" in page.text
            assert len(page.sent) <= (OUTCOME if done else SWAP), answers
        assert done
        whole = site.post(start, {"t": page.token, "g": "f", "p": "q"}, encoding, htmx=False)
        assert len(whole.sent) <= OUTCOME + 4 * KB


def heaviest(edition, most=6):
    """The paths whose outcomes have the most words."""

    def words(outcome):
        shown = [edition.services[rule.service] for rule in outcome.recommendations]
        return sum(len(repr(part)) for part in (*shown, *outcome.guidance))

    outcomes = sorted(walk.walk(edition.flow), key=words, reverse=True)
    return [outcome.answers for outcome in outcomes[:most]]
