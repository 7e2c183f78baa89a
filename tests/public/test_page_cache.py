"""Pages are kept in memory, and are always those that would be made now."""

import datetime as dt
import gzip
import re
from urllib.parse import urlencode

import brotli
import msgspec
import pytest

from navigator.editions import in_force
from navigator.editions.edition import Edition
from navigator.public import page_cache, views
from navigator.public.page_cache import PageCaches

HTMX = {"HX-Request": "true"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def edition(real):
    """An edition with an empty memory."""
    fresh = Edition(real.content, real.number, real.hash)
    in_force.serve(fresh)
    return fresh


def post(client, page, path="/", **fields):
    token = re.search(r'name="t" value="([^"]+)"', page.content.decode())[1]
    return client.post(path, urlencode({"t": token, **fields}), FORM, headers=HTMX)


def test_the_same_step_is_made_once(client, monkeypatch):
    first = client.get("/")
    once = post(client, first, g="n", c="1")
    monkeypatch.setattr(views, "render_to_string", None)
    assert post(client, first, g="n", c="1").content == once.content
    assert client.get("/").content == first.content


def test_what_makes_a_page_differ_makes_the_kept_page_differ(client):
    first = client.get("/")
    pages = [
        first.content,
        client.get("/es/").content,
        client.get("/", headers=HTMX).content,
        client.post("/", "t=stale", FORM).content,
        post(client, first, g="n", c="0").content,
        post(client, first, g="n", c="1").content,
        post(client, first, g="l", c="1").content,
        post(client, first, path="/es/", g="n", c="1").content,
        post(client, first, g="r").content,
        post(client, post(client, first, g="r"), g="f", p="q").content,
        client.get("/all/").content,
        client.get("/all/", headers=HTMX).content,
        client.get("/es/all/").content,
    ]
    assert len(set(pages)) == len(pages)


def test_a_kept_outcome_follows_the_clock(client, clock):
    """ "Open now" is right to the minute: VictimConnect answers on weekdays from nine, Eastern time."""
    clock.move_to(dt.datetime(2026, 11, 24, 8, 59, tzinfo=dt.timezone(dt.timedelta(hours=-5))))
    before = client.get("/all/").content.decode()
    clock.shift(59)
    assert client.get("/all/").content.decode() == before
    clock.shift(1)
    after = client.get("/all/").content.decode()
    assert after.count("Open now") > before.count("Open now")


def test_a_new_edition_comes_with_an_empty_memory(client, edition):
    before = client.get("/").content.decode()
    asked = edition.flow.questions[0]
    other = msgspec.structs.replace(asked, title={"en": "Another title?", "es": "¿Otro?"})
    changed = msgspec.structs.replace(edition.flow, questions=(other, *edition.flow.questions[1:]))
    in_force.serve(Edition(msgspec.structs.replace(edition.content, flow=changed), 2, "2"))
    assert "Another title?" in client.get("/").content.decode()
    in_force.serve(edition)
    assert client.get("/").content.decode() == before


def test_a_page_depends_on_nothing_else_of_the_request(client, edition, real):
    plain = client.get("/").content
    in_force.serve(Edition(real.content, real.number, real.hash))
    odd = client.get("/?q=1", headers={"User-Agent": "odd", "Referer": "http://testserver/all/", "Cookie": "a=b"})
    assert odd.content == plain


def test_a_question_says_nothing_that_depends_on_the_minute(client, clock, real):
    """It is kept for the hour, so it must be the same all through the hour."""
    page = client.get("/").content
    clock.shift(59 * 60)
    in_force.serve(Edition(real.content, real.number, real.hash))
    assert client.get("/").content == page


def test_a_question_is_sealed_anew_each_hour(client, clock):
    page = client.get("/").content
    clock.shift(3600)
    assert client.get("/").content != page


def test_a_token_of_the_last_hour_goes_on_and_an_older_one_starts_anew(client, clock):
    """What memory holds of an hour ends with it, so the clock may jump over the hour, and back."""
    clock.move_to(dt.datetime(2026, 11, 24, 10, 59, 59, tzinfo=dt.UTC))
    first = client.get("/")
    late = post(client, first, g="n", c="1").content.decode()
    clock.shift(1)
    later = post(client, first, g="n", c="1").content.decode()
    assert later != late
    assert 'data-question="who"' in late and 'data-question="who"' in later
    clock.shift(3600)
    assert "we start again" in post(client, first, g="n", c="1").content.decode()
    clock.shift(-3600)
    assert post(client, first, g="n", c="1").content.decode() == later


def test_forms_that_do_not_open_are_not_kept(client, edition):
    for number in range(20):
        client.post("/", f"t=made-up-{number}", FORM)
    assert len(edition.derived(PageCaches).steps._kept) == 1


def test_fields_that_no_page_of_ours_sends_make_no_new_pages(client, edition):
    first = client.get("/")
    pages = {post(client, first, g="n", c="1", junk=str(number)).content for number in range(20)}
    pages |= {post(client, first, g="n", c="1", x="y" * number).content for number in range(20)}
    assert len(pages) == 1
    assert len(edition.derived(PageCaches).steps._kept) == 2


def test_moves_longer_than_any_of_ours_make_no_new_pages(client, edition):
    first = client.get("/")
    for number in range(20):
        post(client, first, g=f"long{number}", c=f"9{number:09}")
    assert len(edition.derived(PageCaches).steps._kept) == 2


def test_a_search_is_made_once_however_it_is_typed(client, monkeypatch):
    once = client.post("/all/", {"w": "Rapé  crisis!"}, headers=HTMX)
    other = client.post("/all/", {"w": "housing"}, headers=HTMX)
    whole = client.post("/all/", {"w": "rape crisis"})
    assert b"RAINN" in once.content
    assert len({once.content, other.content, whole.content, client.post("/all/", {"o": "on"}).content}) == 4
    monkeypatch.setattr(views, "render_to_string", None)
    assert client.post("/all/", {"w": " rape crisis"}, headers=HTMX).content == once.content
    assert client.post("/all/", {"w": "RAPE-CRISIS"}).content == whole.content


def test_searches_push_no_outcome_out(client, edition):
    outcome = post(client, client.get("/"), g="r")
    kept = dict(edition.derived(PageCaches).outcomes._kept)
    assert outcome.status_code == 200 and kept
    for number in range(20):
        client.post("/all/", {"w": f"word{number}"})
    assert edition.derived(PageCaches).outcomes._kept == kept
    assert len(edition.derived(PageCaches).searches._kept) == 20
    # The privacy page: what you type is not kept.
    assert "word1" not in repr(list(edition.derived(PageCaches).searches._kept))


def test_long_keys_count():
    kept = page_cache.PageCache(page_cache.HOUR)
    for number in range(30):
        kept.page(f"{number}" * 1024 * 512, lambda: b"x")
    assert sum(len(key) for key in kept._kept) <= page_cache.MOST + 2 * 1024 * 1024


def test_memory_is_bounded():
    kept = page_cache.PageCache(page_cache.HOUR)
    for number in range(30):
        kept.page(number, lambda: b"x" * 1024 * 1024)
    assert sum(len(page) for page in kept._kept.values()) <= page_cache.MOST + 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0.0", None),
        ("identity", None),
        ("", None),
        ("brr, xgzip", None),
    ],
)
@pytest.mark.parametrize("path", ["/", "/all/", "/safety/", "/nowhere/"])
def test_a_page_is_compressed_as_the_browser_accepts(client, path, accepted, coded):
    plain = client.get(path)
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.get("Content-Encoding") == coded
    assert "Accept-Encoding" in answer["Vary"]
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coded]
    assert read(answer.content).rstrip() == plain.content.rstrip()  # what fills it up differs


def test_staff_pages_are_not_compressed(client, db):
    """They hold secrets beside what others may have written (decision 0006)."""
    page = client.get("/admin/account/login/", headers={"Accept-Encoding": "br, gzip"})
    assert page.status_code == 200
    assert "Content-Encoding" not in page


def kept(edition):
    caches = edition.derived(PageCaches)
    return len(caches.steps._kept) + len(caches.outcomes._kept)


@pytest.mark.parametrize("outcome", [False, True])
def test_invented_moves_push_no_page_out(client, edition, outcome):
    """However a form is made up, of one step no more is kept than a page of ours can ask for."""
    page = client.get("/")
    if outcome:
        page = post(client, page, g="r")
    before = kept(edition)
    letters = [chr(number) for number in range(33, 127)]
    places = ["", "7", "07", "99", "٣", "-1", "x"]
    for move in [*letters, *(f"c{n}" for n in range(30)), *(f"p{x}" for x in letters), "c٣", "c07", "pqd", "nn", ""]:
        for place in places:
            assert post(client, page, g=move, c=place).status_code == 200
    assert kept(edition) - before <= 12
