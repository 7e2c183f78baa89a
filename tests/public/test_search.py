"""Finding: searches that people make, and the service that must then be among the first three."""

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest

from navigator.editions import content
from navigator.editions.edition import decode
from navigator.public import search
from navigator.public.search import Wish

LINES = (Path(__file__).parent.parent / "searches.txt").read_text(encoding="utf-8").splitlines()
SEARCHES = [tuple(part.strip() for part in line.split("|")) for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize(("words", "slug"), SEARCHES, ids=[words for words, _slug in SEARCHES])
def test_a_search_leads_to_its_service(real, words, slug):
    found = [service.slug for service in search.find(real, Wish(words))]
    assert slug in found[:3], found[:6]


def slugs(real, **wish):
    return [service.slug for service in search.find(real, Wish(**wish))]


def test_the_table_is_worth_its_name():
    assert len(SEARCHES) >= 40


@pytest.mark.parametrize("words", ["", "   ", "!!!", "\x00", "🙂"])
def test_no_words_filter_nothing_out(real, words):
    assert len(slugs(real, words=words)) == len(real.at(""))


@pytest.mark.parametrize("words", ["zzzzqqq", "x" * 5000, "' OR 1=1 --"])
def test_odd_words_do_no_harm(real, words):
    assert len(slugs(real, words=words)) < 5


@pytest.mark.parametrize(("word", "other"), [("cash", "madd-victim-line"), ("kill", "victim-compensation")])
def test_a_known_word_is_not_taken_for_a_mistake(real, word, other):
    assert slugs(real, words=word)
    assert other not in slugs(real, words=word)  # which has "crash", "bill"


def test_of_two_that_fit_alike_the_one_that_enforcement_answers_comes_second(fixtures):
    keywords = {"en": "a word of their own, glimmerglass"}
    pair = [
        msgspec.structs.replace(
            fixtures.services[0], slug=slug, category="report", main=False, answered_by=by, keywords=keywords
        )
        for slug, by in (("aa", "police"), ("bb", "immigration"), ("cc", "neither"))
    ]
    data = content.encode(msgspec.structs.replace(fixtures, services=tuple(pair)))
    edition = decode(1, data, content.digest(data))
    assert [service.slug for service in search.find(edition, Wish("glimmerglass"))] == ["cc", "aa", "bb"]


def test_the_ways_needs_and_languages_narrow_it_down(real):
    assert all(any(w.kind == "text" for w in real.services[slug].ways) for slug in slugs(real, way="text"))
    assert {real.services[slug].category for slug in slugs(real, need="custody")} == {"custody"}
    signed = slugs(real, language="ase")
    assert "deaf-hotline" in signed and "nhth" not in signed
    assert set(slugs(real, way="text", language="es")) <= set(slugs(real, way="text"))


def post(client, **fields):
    return client.post("/all/", fields, headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"})


def shown(response):
    return re.findall(r'data-service="([^"]+)"', response.content.decode())


def test_a_search_shows_one_ranked_list_without_groups(client):
    response = post(client, w="suicide")
    assert shown(response)[0] == "988-lifeline"
    assert '<details class="group"' not in response.content.decode()
    assert "suicide" not in response.content.decode().split("<article")[0]
    assert not response.cookies and response["Cache-Control"] == "no-store"


def test_in_spanish_it_is_the_same_search(client):
    response = client.post("/es/all/", {"w": "carcel"}, headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"})
    assert "vine-state" in shown(response)[:3]


def test_open_now_leaves_out_what_is_closed(client, clock):
    assert "ice-dril" in shown(post(client, o="on"))
    clock.move_to(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))  # a Sunday
    found = shown(post(client, o="on"))
    assert "ice-dril" not in found and "988-lifeline" in found


def test_nothing_found_is_no_dead_end(client):
    said = post(client, w="zzzzqqq").content.decode()
    assert "Nothing fits" in said and 'href="/"' in said


def test_what_makes_no_sense_counts_as_nothing(client):
    assert len(shown(post(client, n="x", k="<b>", l="\x00"))) == 125


def test_a_search_from_another_site_finds_all(client):
    response = client.post("/all/", {"w": "suicide"}, headers={"HX-Request": "true", "Sec-Fetch-Site": "cross-site"})
    assert len(shown(response)) == 125


def test_without_script_the_page_lists_all_and_shows_no_form(client):
    page = client.get("/all/").content.decode()
    assert len(shown(client.get("/all/"))) == 125
    form = re.search(r"<form[^>]*>", page)[0]
    assert re.search(r"\shidden\b", form) and "data-script" in form and 'autocomplete="off"' in form


# The sheet for notes


@pytest.mark.parametrize("path", ["/worksheet/", "/es/worksheet/"])
def test_the_sheet_has_nothing_to_fill_in_send_or_give_it_away(client, path):
    page = client.get(path).content.decode()
    main = page.split("<main", 1)[1].split("</main>")[0]
    assert not re.search(r"<(input|textarea|select|form)\b|contenteditable", main)
    # The way back to the questions, as on every page, and the one that prints.
    buttons = re.findall(r"<button[^>]*>", main)
    assert len(buttons) == 2 and 'id="return" hidden' in main and "data-print" in buttons[1]
    title = re.search(r"<title>(.*?)</title>", page, re.S)[1].lower()
    assert not any(word in title for word in ("report", "crime", "victim", "denuncia", "delito"))
    assert main.count("<h3>") == 7
