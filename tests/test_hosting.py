"""What the host is told is what there is."""

import re
import subprocess
import sys

import pytest

from tests.server import ROOT, environment

DOCS = ROOT / "docs"


def test_every_variable_is_listed_and_no_other():
    settings = (ROOT / "navigator" / "settings.py").read_text()
    read = set(re.findall(r'(?:environ\.get|switch|listed)\("([A-Z_]+)"', settings)) | {"DATABASE_URL"}
    assert "dj_database_url.config" in settings
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "hosting.md").read_text(), re.M)) == read


def test_the_host_s_files_set_only_variables_that_there_are():
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "hosting.md").read_text(), re.M))
    postgres = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
    compose = set(re.findall(r"^ +([A-Z_]+):", (ROOT / "compose.yaml").read_text(), re.M))
    assert compose - postgres <= listed


def test_what_the_image_takes_along_exists():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


def test_every_way_to_serve_starts_the_same_application():
    for file in (ROOT / "Dockerfile", DOCS / "navigator.service", ROOT / "Makefile"):
        text = file.read_text()
        assert "navigator.wsgi:application" in text
        assert "--no-access-log" in text


def test_the_page_for_when_the_site_is_away_shows_the_main_numbers(edition):
    page = (ROOT / "templates" / "unavailable.html").read_text()
    main = {way.value for service in edition.main for way in service.ways if way.kind == "call"}
    shown = re.findall(r'<a href="tel:([+\d]+)">([\d-]+)</a>', page)
    assert {value for value, _text in shown} == main
    assert all(value.removeprefix("+") == text.replace("-", "") for value, text in shown)
    assert not re.search(r"<script|<style| style=| on\w+=|src=|https?:", page)


def started(folder, told="SECURE_HSTS_INCLUDE_SUBDOMAINS", **more):
    """A start with these variables, that prints one of the settings."""
    code = f"from navigator import settings; print(settings.{told})"
    place = {**environment(folder), **more}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=place, capture_output=True, text=True)


@pytest.mark.parametrize(("length", "starts"), [(1, False), (49, False), (50, True)])
def test_a_short_key_stops_the_start(tmp_path, length, starts):
    done = started(tmp_path, SECRET_KEY="k" * length)
    assert (done.returncode == 0) == starts
    assert starts or "SECRET_KEY must have at least 50" in done.stderr


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path):
    assert started(tmp_path / "data").returncode == 0
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    unit = (DOCS / "navigator.service").read_text()
    assert "\nStateDirectoryMode=0700\n" in unit
    assert "\nUMask=0077\n" in unit


@pytest.mark.parametrize("name", ["SUBDOMAINS", "PRELOAD"])
def test_names_below_ours_are_bound_to_https_only_where_the_host_says_so(tmp_path, name):
    told = {"SUBDOMAINS": "SECURE_HSTS_INCLUDE_SUBDOMAINS", "PRELOAD": "SECURE_HSTS_PRELOAD"}[name]
    assert started(tmp_path, told, TLS="on").stdout == "False\n"
    assert started(tmp_path, told, TLS="on", **{f"HSTS_{name}": "on"}).stdout == "True\n"
