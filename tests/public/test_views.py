"""The public pages by the test client: no database, no cookie, and the same help with script and without.

No test here asks for the `db` fixture: any query at all raises.
"""

import re

import pytest
from django.test import Client

from navigator.engine import flow as flows
from navigator.engine import walk

LANGUAGES = {"en": "", "es": "/es"}
PAGES = ["/", "/all/", "/safety/", "/privacy/", "/accessibility/", "/about/"]
HTMX = {"HX-Request": "true"}
PATHS = [
    {"danger": "yes", "who": "me", "child": "no", "need": "controlled", "aim": "help"},
    {"danger": "unsure", "who": "work", "child": "yes", "need": "hurt", "harm": "sexual"},
    {"danger": "no", "who": "close", "child": "no", "need": "crime", "custody": "ice"},
    {"danger": "skip", "who": "skip", "child": "skip", "need": "skip"},
]


@pytest.fixture
def client():
    """A browser with no cookie, as strict as a real one."""
    return Client(enforce_csrf_checks=True)


def quiet(response):
    """The text of an answer that keeps its promises: no cookie, kept nowhere, 911 at hand."""
    text = response.content.decode()
    assert not response.cookies
    assert "Set-Cookie" not in response.headers
    assert response["Cache-Control"] == "no-store"
    return text


class Journey:
    """A person at the first question, with script or without."""

    def __init__(self, client, language="en", script=False):
        self.client, self.address, self.headers = client, LANGUAGES[language] + "/", HTMX if script else {}
        response = client.get(self.address)
        assert response.status_code == 200
        self.text = quiet(response)

    @property
    def token(self):
        (token,) = re.findall(r'name="t" value="([^"]+)"', self.text)
        return token

    @property
    def question(self):
        found = set(re.findall(r'data-question="([^"]+)"', re.split(r"data-fit-panel|class=\"outside\"", self.text)[0]))
        assert len(found) <= 1
        return found.pop() if found else None

    @property
    def ticked(self):
        return re.findall(r'data-choice="([^"]+)" checked', self.text)

    @property
    def services(self):
        return re.findall(r'<article [^>]*data-service="([^"]+)"', self.text)

    def post(self, **fields):
        """What a browser would send: the token, and what is given."""
        response = self.client.post(
            self.address,
            "&".join(f"{key}={value}" for key, value in {"t": self.token, **fields}.items()),
            content_type="application/x-www-form-urlencoded",
            headers={"Sec-Fetch-Site": "same-origin", **self.headers},
        )
        assert response.status_code == 200
        self.text = quiet(response)
        assert ("<!doctype html>" in self.text.lower()) is not bool(self.headers)

    def choose(self, choice):
        if choice == flows.SKIP:
            self.post(g="s")
            return
        (place,) = re.findall(rf'value="(\d+)"\s+data-question="{self.question}"\s+data-choice="{choice}"', self.text)
        self.post(g="n", c=place)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_needs_no_database_and_sets_no_cookie(client, language, page, method):
    response = getattr(client, method)(LANGUAGES[language] + page)
    assert response.status_code == 200
    text = quiet(response)
    assert method == "head" or ("tel:911" in text and f'<html lang="{language}"' in text)


@pytest.mark.parametrize("page", [*PAGES, "/es/", "/leave/", "/healthz", "/nothing"])
@pytest.mark.parametrize("cookie", ["sessionid=abcdefgh12345678", "csrftoken=" + "x" * 32, "django_language=es"])
def test_a_stray_cookie_wakes_no_session_and_no_database(client, page, cookie):
    response = client.get(page, headers={"Cookie": cookie})
    assert response.status_code == (404 if page == "/nothing" else 200)
    assert 'lang="es"' not in quiet(response)[:200] or page == "/es/"


def test_the_leave_page_and_the_health_need_none_either(client, real):
    assert client.get("/leave/").status_code == 200
    assert quiet(client.get("/leave/"))
    assert client.get("/healthz").json() == {"edition": real.number}
    quiet(client.get("/healthz"))


@pytest.mark.parametrize("address", ["/nothing", "/nothing/", "/es/nada/", "/all/nhth/", "/.env", "/%00", "/%ff"])
def test_a_page_that_is_not_there_shows_the_main_numbers(client, address):
    response = client.get(address)
    assert response.status_code == 404
    text = quiet(response)
    assert "tel:911" in text and "tel:+18883737888" in text and "tel:988" in text


@pytest.mark.parametrize("page", [*PAGES[2:], "/leave/", "/healthz"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_a_page_does_not_know_is_refused_by_name(client, page, method):
    response = getattr(client, method)(page)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert "tel:911" in quiet(response)


@pytest.mark.parametrize("page", ["/", "/all/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_the_form_knows_post_and_nothing_more(client, page, method):
    response = getattr(client, method)(page)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert "tel:911" in quiet(response)


@pytest.mark.parametrize("page", ["/", "/all/", "/safety/", "/healthz"])
def test_options_are_told(client, page):
    response = client.options(page)
    assert response.status_code == 204
    assert "GET" in response["Allow"]
    quiet(response)


@pytest.mark.parametrize("script", [False, True], ids=["plain", "script"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: " ".join(path.values()))
def test_a_journey_ends_at_the_right_services_with_script_and_without(client, real, path, language, script):
    journey = Journey(client, language, script)
    for question, choice in path.items():
        assert journey.question == question
        journey.choose(choice)
    assert journey.question is None
    assert journey.services == [rule.service for rule in flows.recommend(real.flow, path)]


def test_every_need_ends_alike_with_script_and_without(client, real):
    plain, script = Journey(client), Journey(client, script=True)
    seen = set()
    for outcome in walk.walk(real.flow):
        if (last := tuple(outcome.answers.items())[3:]) in seen or outcome.answers["danger"] != "unsure":
            continue
        seen.add(last)
        for journey in (plain, script):
            journey.__init__(client, script=journey is script)
            for choice in outcome.answers.values():
                journey.choose(choice)
        assert plain.services == script.services == [rule.service for rule in outcome.recommendations]
        assert plain.token == script.token
    assert len(seen) > 40


@pytest.mark.parametrize("script", [False, True], ids=["plain", "script"])
def test_back_results_and_change(client, script):
    journey = Journey(client, script=script)
    for choice in ("no", "work", "yes"):
        journey.choose(choice)
    journey.post(g="b")
    assert (journey.question, journey.ticked) == ("child", ["yes"])
    journey.post(g="b")
    assert (journey.question, journey.ticked) == ("who", ["work"])
    journey.post(g="r")
    assert journey.question is None and journey.services
    journey.post(g="b")
    assert (journey.question, journey.ticked) == ("who", ["work"])
    journey.post(g="r")
    journey.post(g="c0")
    assert (journey.question, journey.ticked) == ("danger", ["no"])
    journey.choose("yes")
    assert journey.question == "need"  # the later answers still stand


@pytest.mark.parametrize("script", [False, True], ids=["plain", "script"])
def test_preferring_a_way_keeps_the_services(client, script):
    journey = Journey(client, script=script)
    journey.post(g="r")
    before = journey.services
    ways = re.findall(r'name="p" value="(\w)"', journey.text)
    assert len(ways) >= 2
    for way in ways:
        journey.post(g="f", p=way)
        assert journey.services == before
        assert f'name="p" value="{way}" checked' in journey.text


def test_changing_the_language_keeps_the_answers_and_the_choice_not_sent_yet(client):
    journey = Journey(client)
    journey.choose("no")
    journey.address = "/es/"
    journey.post(g="l", c="3")
    assert (journey.question, journey.ticked) == ("who", ["work"])
    assert "¿Para quién es la ayuda?" in journey.text


def test_an_expired_token_starts_over_kindly(client, clock):
    journey = Journey(client)
    journey.choose("no")
    clock.shift(2 * 3600)
    journey.post(g="n", c="0")
    assert journey.question == "danger"
    assert 'class="notice"' in journey.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_a_form_sent_from_another_site_gets_the_first_question(client, headers):
    journey = Journey(client)
    response = client.post("/", {"t": journey.token, "g": "s"}, headers=headers)
    assert response.status_code == 200
    assert 'data-question="danger"' in quiet(response)


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}])
def test_a_form_sent_by_an_old_browser_works(client, headers):
    journey = Journey(client)
    body = f"t={journey.token}&g=s"
    response = client.post("/", body, content_type="application/x-www-form-urlencoded", headers=headers)
    assert 'data-question="who"' in quiet(response)


def test_the_list_is_filtered_without_a_trace_in_the_address(client):
    found = client.post("/all/", {"w": "trafficking"}, headers=HTMX)
    assert 'data-service="nhth"' in quiet(found)
    assert 'data-service="ic3"' not in quiet(found)
    assert 'data-service="ic3"' in quiet(client.get("/all/?w=trafficking"))


def test_all_services_are_on_the_list(client, real):
    listed = re.findall(r'data-service="([^"]+)"', client.get("/all/").content.decode())
    assert sorted(listed) == sorted(service.slug for service in real.at(""))
