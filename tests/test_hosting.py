"""What the host is told is what there is."""

import re

from tests.server import ROOT

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
