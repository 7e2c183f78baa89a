"""The Spanish of the interface: complete, with the right blanks, up to date, and alone on its pages."""

import re
from urllib.parse import urlencode

import pytest

from navigator.public.page_cache import PageCaches

from . import messages
from .english import BLANK, english, forms, learn

LANGUAGES = messages.languages()
PAGES = [
    "/es/",
    "/es/all/",
    "/es/worksheet/",
    "/es/safety/",
    "/es/privacy/",
    "/es/accessibility/",
    "/es/about/",
    "/es/nowhere/",
]


@pytest.fixture(scope="module", autouse=True)
def compiled(real):
    """The catalogues as they stand now, and no page kept from before."""
    learn()
    real._derived.pop(PageCaches, None)


@pytest.fixture(params=LANGUAGES)
def catalog(request):
    return messages.kept(request.param)


def test_there_is_a_catalogue_for_each_published_language(settings):
    published = {code for code, _name in settings.LANGUAGES} - {"en"}
    assert published == set(LANGUAGES)


def test_every_message_is_translated(catalog):
    missing = messages.untranslated(catalog)
    missing += [said for said, translated in forms(catalog) if said == translated and len(said) > 8]
    assert not missing, "\n" + "\n".join(missing)


def test_a_translation_has_the_blanks_of_its_message(catalog):
    wrong = [
        said for said, translated in forms(catalog) if sorted(BLANK.findall(said)) != sorted(BLANK.findall(translated))
    ]
    assert not wrong


def test_the_catalogue_is_up_to_date(catalog):
    """If not: `make messages`, then translate what it names."""
    found, kept = ({(m.context, m.id) for m in each if m.id} for each in (messages.collected(), catalog))
    assert found == kept, f"new: {found - kept}; gone: {kept - found}"


def test_no_message_stands_inside_an_f_string():
    """There it is not found, and stays in English."""
    inside = re.compile(r"\{[^{}]*\b(?:_|n?gettext)\(['\"][^{}]*\}")
    python = (path for path in messages.sources() if path.suffix == ".py")
    found = [line for path in python for line in path.read_text().splitlines() if re.search(r"\bf['\"]", line)]
    assert not [line for line in found if inside.search(line)]


@pytest.mark.parametrize("path", PAGES)
def test_a_spanish_page_shows_no_english(client, path):
    page = client.get(path).content.decode()
    assert '<html lang="es"' in page
    assert not list(english(page))


def posted(client, page, move, **more):
    """The page after a move made on another, as a browser sends it."""
    token = re.search(r'name="t" value="([^"]*)"', page.content.decode())[1]
    return client.post(
        "/es/", urlencode({"t": token, "g": move, **more}), content_type="application/x-www-form-urlencoded"
    )


@pytest.mark.parametrize("prefer", ["", "q", "d", "l"])
def test_a_spanish_outcome_shows_no_english(client, prefer):
    page = posted(client, client.get("/es/"), "r")
    page = posted(client, page, "f", p=prefer).content.decode()
    assert "data-service=" in page
    assert not list(english(page))


def test_english_on_a_spanish_page_would_be_seen():
    assert list(english("<h2>What it does not do</h2>")) == ["What it does not do"]
    assert list(english('<nav aria-label="About this site"></nav>')) == ["About this site"]
    assert not list(english("<h2>Qué no hace</h2>"))


def test_the_site_has_its_name_in_spanish(client):
    assert "Buscar servicios</title>" in client.get("/es/").content.decode()
