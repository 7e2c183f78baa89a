"""Templates are laid out for whoever edits them, and none of that goes over the wire."""

import pytest
from django.template import loader

from navigator import template_loader
from tests.server import ROOT

LONGEST = 160


def test_no_line_of_a_template_is_too_long_to_read():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert long == []


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("<p>\n    one\n    two\n</p>", "<p>\none\ntwo\n</p>"),
        ("<ul>\n  {% for a in b %}\n    <li>x</li>\n  {% endfor %}\n</ul>", "<ul>\n<li>x</li>\n<li>x</li>\n</ul>"),
        ("{{ a }}\n{% if b %}\n  {{ a }}\n{% endif %}\n{{ a }}", "x\nx\nx"),
        ("{% translate 'A' %}\n{% if b %}B{% endif %} C\n{% translate 'D' %}", "A\nB C\nD"),
        ("{# why #}\n<b>x</b>", "<b>x</b>"),
    ],
)
def test_indentation_goes_and_words_stay_apart(settings, tmp_path, source, sent):
    (tmp_path / "made-up.html").write_text(source, encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert loader.render_to_string("made-up.html", {"a": "x", "b": [1, 2]}).strip() == sent


def test_our_own_loader_is_the_one_in_use():
    found = loader.get_template("parts/question.html").template.origin.loader
    assert isinstance(found, template_loader.Loader)
