"""What docs and comments point to is there: rules, files, tests, functions, commands."""

import re

import pytest
from django.core.management import get_commands

from .server import ROOT

DOCS = ROOT / "docs"
TEXT = {".py", ".html", ".js", ".css", ".md", ".yaml", ".yml", ".toml", ".conf", ".service", ".txt"}
FOLDERS = ("docs", "navigator", "services", "templates", "tests", "fixtures", ".github")
FILES = sorted(
    path
    for path in (
        *(path for path in ROOT.iterdir() if path.suffix in TEXT or path.name in ("Makefile", "Dockerfile")),
        *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in TEXT),
    )
    if path.is_file() and "node_modules" not in path.parts
)
RULE = re.compile(r"^- \*\*([A-L][1-9]\d?)\*\* ", re.M)
CITED = re.compile(r"(?<![\w\"'.#-])[A-L][1-9]\d?(?![\w\"'-])")
DOCUMENT = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w-]+\.md\b(?!\.)")
DECISION = re.compile(r"\bdecisions?[ /](\d{4})\b")
PATH = re.compile(r"`((?:navigator|services|templates|tests|fixtures|docs)/[\w/.-]*)`")
FUNCTION = re.compile(r"`((?:navigator|services)/[\w/]+\.py)`: `(\w+)`")
CODES_OF_OTHERS = {"pyproject.toml"}
"""Where such a code means a rule of ruff."""


def name(path):
    return str(path.relative_to(ROOT))


def test_each_rule_stands_once():
    rules = RULE.findall((DOCS / "safety-rules.md").read_text(encoding="utf-8"))
    assert len(rules) > 100
    assert len(rules) == len(set(rules))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_each_rule_and_each_document_that_a_file_cites_is_there(path):
    text = path.read_text(encoding="utf-8")
    rules = set(RULE.findall((DOCS / "safety-rules.md").read_text(encoding="utf-8")))
    if path.name not in CODES_OF_OTHERS:
        assert set(CITED.findall(text)) <= rules
    for cited in DOCUMENT.findall(text):
        assert any((folder / cited).is_file() for folder in (ROOT, DOCS, path.parent)), cited
    for number in DECISION.findall(text):
        assert list((DOCS / "decisions").glob(f"{number}-*.md")), number


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".md"], ids=name)
def test_each_path_link_target_and_command_in_a_document_is_there(path):
    text = path.read_text(encoding="utf-8")
    for cited in PATH.findall(text):
        assert (ROOT / cited).exists(), cited
    for cited in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
        assert (path.parent / cited).exists(), cited
    for module, function in FUNCTION.findall(text):
        assert re.search(rf"^(?:def|class) {function}\b", (ROOT / module).read_text(encoding="utf-8"), re.M), function
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", text, re.M)) <= targets
    assert set(re.findall(r"`(?:\w+\.?\w* )?manage(?:\.py)? ([a-z_]+)", text)) <= set(get_commands())


def test_the_index_names_every_document():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for path in (*DOCS.glob("*"), *DOCS.glob("decisions/*.md")):
        if path.name not in ("README.md", "decisions"):
            assert f"]({path.relative_to(DOCS)}{'/' * path.is_dir()})" in index, path.name


def test_the_six_answers_name_what_is_there():
    answers = (DOCS / "architecture.md").read_text(encoding="utf-8").split("## Six answers")[1].split("\n## ")[0]
    assert answers.count("\n| Where ") == 6
    assert len(FUNCTION.findall(answers)) == 8
