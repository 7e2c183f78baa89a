"""The pocket edition as a file: what is in it, what it weighs, what it says of itself, and how it is kept."""

import base64
import datetime as dt
import gzip
import hashlib
import json
import re

import pytest
from django.core.management import call_command
from msgspec.structs import replace

from navigator.editions import in_force
from navigator.editions.edition import Edition
from navigator.public import pocket

MOST = 160_000
"""Bytes of a page, compressed, that a host has to send and a phone to fetch."""


@pytest.fixture(scope="module")
def pages(real):
    return {language: pocket.build(real, language, day=dt.date(2026, 11, 24)) for language in ("en", "es")}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    settings.POCKET_DIR = tmp_path / "pocket"
    monkeypatch.setattr(pocket, "_kept", None)
    return settings.POCKET_DIR


def without_templates(page):
    return re.sub(r"<template.*?</template>|<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_light_enough(pages, language):
    assert len(gzip.compress(pages[language].encode(), 9)) <= MOST


def test_all_services_and_all_local_lines_are_on_the_list(pages, real):
    listed = set(re.findall(r'<article [^>]*data-service="([^"]+)"', without_templates(pages["en"])))
    assert listed == set(real.services)


def test_nothing_but_its_own_style_and_script_may_run(pages):
    page = pages["en"]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#x27;", "'")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for kind, found in (("style", re.findall(r"<style>(.*?)</style>", page, re.S)), ("script", _scripts(page))):
        digests = [f"'sha256-{_sha256(words)}'" for words in found]
        assert f"{kind}-src {' '.join(digests)};" in policy
    assert not re.search(r'\s(?:src|style|on\w+)="|<link|<img|<iframe|eval\(|localStorage', page)


def _sha256(words):
    return base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()


def _scripts(page):
    return re.findall(r"<script>(.*?)</script>", page, re.S)


def test_what_it_loads_by_is_nothing_and_its_data_cannot_end_the_element(pages):
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', pages["en"], re.S)[1]
    assert "<" not in data
    assert json.loads(data)["rules"]


def test_it_says_its_day_and_until_when_to_trust_it_and_where_the_newest_is(settings, real, pages):
    assert "Ask for a newer one where you got this one." in pages["en"]
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "help.example.org"]
    late = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)  # the evening before, where the site is
    page = pocket.build(Edition(real.content, 7, real.hash, published=late), "en", day=dt.date(2026, 11, 24))
    assert "edition 7 of November 19, 2026, as the site showed it on November 24, 2026." in " ".join(page.split())
    assert "Do not trust it after February 22, 2027" in " ".join(page.split())
    assert '<a href="https://help.example.org/" rel="noreferrer">' in page


def test_it_holds_what_stands_on_its_day_and_says_when_some_of_it_changes(real):
    rainn = real.written["rainn"]
    old, new = (replace(rainn.ways[0], value=value, vanity="") for value in ("+18005550188", "+18005550199"))
    ways = replace(old, valid_to=dt.date(2026, 12, 31)), replace(new, valid_from=dt.date(2027, 1, 1))
    rows = (replace(row, ways=ways) if row is rainn else row for row in real.content.services)
    edition = Edition(replace(real.content, services=tuple(rows)), 1, "1")
    page = " ".join(pocket.build(edition, "en", day=dt.date(2026, 11, 24)).split())
    assert ("1-800-555-0188" in page, "1-800-555-0199" in page) == (True, False)
    assert "Do not trust it after December 31, 2026. Some of it changes on January 1, 2027: get a new copy" in page
    later = pocket.build(edition.on(dt.datetime(2027, 1, 2, tzinfo=dt.UTC)), "en", day=dt.date(2027, 1, 2))
    assert ("1-800-555-0188" in later, "1-800-555-0199" in later) == (False, True)
    assert "Some of it changes" not in later


@pytest.mark.parametrize("another", [False, True], ids=["this process", "another process"])
def test_what_is_kept_is_written_again_when_a_day_begins_where_a_service_is(real, folder, clock, another):
    midnight = dt.datetime(2026, 11, 25, 14, tzinfo=dt.UTC)  # in Guam; nine in the morning here
    way = replace(real.written["rainn"].ways[0], timezone="Pacific/Guam", valid_from=dt.date(2026, 11, 26))
    rows = (replace(row, ways=(*row.ways, way)) if row.slug == "rainn" else row for row in real.content.services)
    clock.move_to(midnight - dt.timedelta(seconds=1))
    in_force.serve(Edition(replace(real.content, services=tuple(rows)), 1, "1"))
    pocket.keep(in_force.current())
    (folder / "en.html").write_text("kept")
    pocket.keep(in_force.current())
    assert (folder / "en.html").read_text() == "kept"
    clock.move_to(midnight)
    if another:
        pocket._kept = None
    pocket.keep(in_force.current())
    assert (folder / "en.html").read_text() != "kept"


def test_hours_stand_in_words_and_nothing_says_what_is_open_now(pages):
    page = without_templates(pages["en"])
    assert re.search(r"Monday to Friday, 8 a\.m\. to 8 p\.m\., Eastern time", page)
    assert "Open now" not in page
    assert "Closed now" not in page


def test_a_spanish_page_is_spanish(pages):
    assert '<html lang="es"' in pages["es"]
    assert "¿Hay alguien en peligro ahora mismo?" in pages["es"]
    assert "See all numbers" not in pages["es"]


def test_in_a_kiosk_there_is_no_link_away(real):
    page = pocket.build(real, "en", kiosk=True)
    assert set(re.findall(r'<a [^>]*?href="([^"]+)"', page)) == {"#main", "about:blank"}
    assert "I am still here" in page


def test_the_command_writes_one_or_all_languages_and_says_what_they_weigh(db, tmp_path, capsys):
    call_command("pocket", str(tmp_path / "one.html"), language="es")
    alone = (tmp_path / "one.html").read_text()
    assert '<html lang="es"' in alone
    assert 'href="en.html"' not in alone  # nothing lies beside it
    call_command("pocket", str(tmp_path / "all"))
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["en.html", "es.html"]
    assert 'href="en.html"' in (tmp_path / "all" / "es.html").read_text()
    assert re.search(r"one\.html: [\d,]+ bytes, [\d,]+ compressed", capsys.readouterr().out)


def test_it_is_kept_for_everybody_to_read_and_written_again_only_for_another_edition_or_day(real, folder, clock):
    pocket.keep(real)
    assert folder.stat().st_mode & 0o777 == 0o755
    names = {path.name: path for path in folder.iterdir()}
    assert set(names) == {"en.html", "en.html.gz", "es.html", "es.html.gz", "made-from"}
    assert {path.stat().st_mode & 0o777 for path in names.values()} == {0o644}
    assert gzip.decompress(names["es.html.gz"].read_bytes()) == names["es.html"].read_bytes()
    names["en.html"].write_text("kept")
    pocket.keep(real)
    pocket._kept = None  # another process
    pocket.keep(real)
    assert names["en.html"].read_text() == "kept"
    clock.shift(dt.timedelta(days=1))
    pocket.keep(real)
    assert "November 25, 2026" in names["en.html"].read_text()


def test_a_folder_that_cannot_be_written_is_logged_and_stops_nothing(real, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.POCKET_DIR = tmp_path / "file" / "pocket"
    pocket.keep(real)
    assert "the pocket edition could not be kept on disk: NotADirectoryError" in caplog.text
