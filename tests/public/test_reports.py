"""A number that did not work: a tap tells which one and how, and nothing of the person (decision 0016)."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navigator.editions import in_force
from navigator.editions.edition import as_edition
from navigator.engine import flow
from navigator.public import measure, page_cache, pocket, reports, sizes, steps
from tests.conftest import NOON

FORM = "application/x-www-form-urlencoded"
SWAP = {"HX-Request": "true", "HX-Request-Type": "partial", "Sec-Fetch-Site": "same-origin"}
ANSWERS = {"danger": "no", "who": "me", "child": "no", "need": "hurt", "harm": "sexual"}
ASK = re.compile(r'class="failed"\s+type="submit"\s+formaction="([^"]+)"\s+name="n"\s+value="([^"]*)"')
SAY = re.compile(r'formaction="([^"]+)"\s+name="n"\s+value="([^"]*)">([^<]+)<')


@pytest.fixture(autouse=True)
def nothing_held():
    reports.take()
    yield
    reports.take()


@pytest.fixture
def on(real):
    """A host that turned it on; an edition of its own, for pages are kept with it."""
    edition = as_edition(real.content)
    in_force.serve(edition)
    with override_settings(NUMBER_REPORTS=True):
        yield edition


@pytest.fixture
def off(real):
    edition = as_edition(real.content)
    in_force.serve(edition)
    return edition


def post(client, address, head=SWAP, **form):
    return client.post(address, urlencode(form), FORM, headers=head)


def token(**more):
    return steps.seal(steps.Step(answers=ANSWERS, done=True, **more))


def outcome(client, language="", head=SWAP, **more):
    return post(client, f"{language}/", head, t=token(**more), g="l").content.decode()


def codes(page):
    """What stands for each service of an outcome that can be reported."""
    cards = re.split(r'(?=<article [^>]*data-service=")', page)[1:]
    return {re.search(r'data-service="([^"]+)"', card)[1]: found[2] for card in cards if (found := ASK.search(card))}


def asked(client, slug="rainn", head=SWAP):
    """The page that asks what was wrong with a service."""
    return post(client, "/next/", head, t=token(), n=codes(outcome(client))[slug])


def said(page):
    """The buttons of that page: each code with its words."""
    return [(code, words.strip()) for _to, code, words in SAY.findall(page.content.decode())]


def test_it_is_off_until_a_host_turns_it_on(client, off):
    assert codes(outcome(client)) == {}
    assert "/next/" not in outcome(client) + client.get("/all/").content.decode()
    assert "did not work" not in client.get("/privacy/").content.decode().replace("That did not work.", "")
    code = steps.stamp("service", "rainn")
    for answer in (client.get("/next/"), post(client, "/next/", t=token(), n=code)):
        assert answer.status_code == 404 and "tel:911" in answer.content.decode()
    assert reports.take() == []


def test_two_taps_say_which_way_and_how_it_failed_and_lead_back_to_the_same_list(client, on):
    before = outcome(client, prefer="q", place="US-TX")
    page = post(client, "/next/", t=token(prefer="q", place="US-TX"), n=codes(before)["rainn"])
    assert "What was wrong?" in page.content.decode() and reports.take() == []
    ways = on.services["rainn"].ways
    three = ["Nobody answered", "It does not work", "It was not them"]
    offered = [words for way in ways for words in (three if way.kind != "website" else three[1:])]
    assert [words for _code, words in said(page)] == offered and len(offered) > 6
    number = next(place for place, way in enumerate(ways) if way.kind == "call")
    thanks = post(client, "/next/", t=token(prefer="q", place="US-TX"), n=said(page)[3 * number][0])
    text = thanks.content.decode()
    assert reports.take() == [("rainn", "call", ways[number].value, "silent", NOON.date())]
    assert "Thank you" in text and f"tel:{ways[number].value}" not in text
    assert all(way.value in text for way in ways if way.kind == "chat")
    assert (
        re.findall(r'data-service="([^"]+)"', text)
        == [
            service.slug
            for service, _rule in on.recommend(flow.complete(on.flow, ANSWERS), "US-TX")
            if service.slug != "rainn"
        ][: reports.ELSEWHERE]
    )
    for each in (page.content.decode(), text):
        back = re.search(r'name="t" value="([^"]+)"', each)[1]
        assert 'name="g" value="l" data-back' in each
        assert post(client, "/", t=back, g="l").content.decode() == before


def test_every_card_of_an_outcome_has_it_and_short_rows_have_one_for_all(client, on):
    page = outcome(client)
    slugs = re.findall(r'data-service="([^"]+)"', page)
    assert [*codes(page.split("More services")[0])] == slugs[:5] and len(slugs) > 5
    _address, more = ASK.findall(page)[-1]
    which = post(client, "/next/", t=token(), n=more)
    listed = [service.slug for service in (on.services[slug] for slug in slugs[5:]) if service.ways]
    assert [code for code, _words in said(which)] == [steps.stamp("service", slug) for slug in listed]
    assert "What was wrong?" in post(client, "/next/", t=token(), n=said(which)[-1][0]).content.decode()
    assert 'data-service="emergency-911"' in (
        danger := post(
            client, "/", t=steps.seal(steps.Step(answers={"danger": "yes"}, done=True)), g="l"
        ).content.decode()
    )
    assert "emergency-911" in codes(danger)


def test_nothing_of_the_person_is_asked_or_held(client, on):
    page = asked(client).content.decode()
    assert re.findall(r"<(?:input|textarea|select)[^>]*>", page) == [
        f'<input type="hidden" name="t" value="{token()}">'
    ]
    code = said(asked(client))[0][0]
    head = {**SWAP, "User-Agent": "Zebra", "X-Forwarded-For": "192.0.2.77", "Cookie": "a=zebra"}
    post(client, "/next/", head, t=token(place="US-TX"), n=code, w="zebra", a="1", p="q")
    (held,) = reports.take()
    assert held == ("rainn", held.kind, held.value, "silent", NOON.date())
    assert type(held.day) is dt.date and held.value in {way.value for way in on.services["rainn"].ways}


def test_a_flood_is_one_report(client, on, clock):
    code = said(asked(client))[0][0]
    for _ in range(100):
        assert "Thank you" in post(client, "/next/", t=token(), n=code).content.decode()
    (held,) = reports.take()
    for _ in range(10_000):
        reports.hold(held)
    assert reports.take() == [held]


def test_a_flood_of_all_there_is_fills_no_memory():
    for number in range(10_000):
        reports.hold(reports.Report("rainn", "call", f"+1{number}", "silent", NOON.date()))
    assert len(reports.take()) == reports.MOST


@pytest.mark.parametrize("head", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_what_comes_from_elsewhere_counts_nothing_and_gets_the_start(client, on, head):
    code = said(asked(client))[0][0]
    answer = post(
        client,
        "/next/",
        {**SWAP, "Sec-Fetch-Site": "same-origin"} | head if "Sec-Fetch-Site" in head else head,
        t=token(),
        n=code,
    )
    assert answer.status_code == 200 and 'data-question="danger"' in answer.content.decode()
    assert reports.take() == []


@pytest.mark.parametrize("code", ["", "x", "A" * 8, "A" * 16, "é" * 8, "\x00" * 16, "9" * 4000])
def test_what_was_made_up_counts_nothing_and_the_list_is_a_tap_away(client, on, code):
    good = codes(outcome(client))["rainn"]
    for made_up in (code, good + "A" * 8, good + code):
        if made_up == good:
            continue
        answer = post(client, "/next/", t=token(), n=made_up)
        text = answer.content.decode()
        assert answer.status_code == 200 and reports.take() == []
        assert "data-back" in text and ("could not tell" in text or "What was wrong?" in text)


def test_a_code_of_another_service_or_of_hours_ago_counts_nothing(client, on, clock):
    code = said(asked(client))[0][0]
    other = codes(outcome(client))["ndvh"]
    post(client, "/next/", t=token(), n=other + code[steps.STAMP :])
    assert reports.take() == []
    clock.shift(3600)
    assert "Thank you" in post(client, "/next/", t=token(), n=code).content.decode()
    assert len(reports.take()) == 1
    clock.shift(3600)
    assert "could not tell" in post(client, "/next/", t=token(), n=code).content.decode()
    assert reports.take() == []


def test_a_page_that_was_open_for_hours_starts_anew_with_the_numbers_in_view(client, on, clock):
    old, code = token(), said(asked(client))[0][0]
    clock.shift(2 * 3600)
    text = post(client, "/next/", t=old, n=code).content.decode()
    assert "That page was open for a while" in text and 'data-question="danger"' in text
    assert reports.take() == []


def test_its_address_alone_leads_to_the_start(client, on):
    answer = client.get("/es/next/")
    assert (answer.status_code, answer["Location"]) == (302, "/es/")


def test_no_page_of_it_is_kept_and_none_asks_the_database(client, db, on, django_assert_num_queries):
    caches = on.derived(page_cache.PageCaches)
    with django_assert_num_queries(0):
        for path in ("/", "/all/", "/privacy/", "/es/next/", "/nowhere/"):
            client.get(path)
        code = said(asked(client))[0][0]
        kept = [len(memory._kept) for memory in (caches.steps, caches.outcomes)]
        for _ in range(2):
            assert "Thank you" in post(client, "/next/", t=token(), n=code).content.decode()
            assert len(reports.take()) == 1, "an equal tap counts after the first was written"
    assert [len(memory._kept) for memory in (caches.steps, caches.outcomes)] == kept


@given(data=st.data())
@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
def test_any_fields_at_all_get_a_page(client, on, data):
    good = st.sampled_from([token(), steps.stamp("service", "rainn"), steps.stamp("more")])
    some = st.text(max_size=40) | good | st.tuples(good, st.text(max_size=20)).map("".join)
    form = {name: data.draw(some) for name in data.draw(st.sets(st.sampled_from("tngca")))}
    body = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in form.items()})
    answer = client.post("/next/", body, FORM, headers=SWAP)
    assert answer.status_code == 200 and b"<h1" in answer.content
    assert reports.take() == []


def test_codes_have_one_length_and_tell_nothing(client, on):
    found = codes(outcome(client))
    assert {len(code) for code in found.values()} == {8} and len(set(found.values())) == len(found)
    all_said = [code for code, _words in said(asked(client))]
    assert {len(code) for code in all_said} == {16} and len(set(all_said)) == len(all_said)
    assert not set(all_said) & {code for code, _words in said(asked(client, "ndvh"))}


@pytest.mark.parametrize("language", ["", "/es"])
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_each_of_its_pages_has_the_size_of_a_question(client, on, language, encoding):
    """Of the services with the most to say, where a state has the most of its own."""
    translation.activate(language[1:] or "en")
    seen = {"swap": set(), "page": set()}
    for slug, service in sorted(on.services.items(), key=lambda each: len(repr(each[1].ways)))[-8:]:
        code = steps.stamp("service", slug)
        way = service.ways[-1]
        thanks = code + steps.stamp("failed", slug, way.kind, way.value, "other")
        for name, head in (("swap", SWAP), ("page", {"Sec-Fetch-Site": "same-origin"})):
            for each in (code, thanks):
                head = {**head, "Accept-Encoding": encoding}
                seen[name].add(len(post(client, f"{language}/next/", head, t=token(place="US-MN"), n=each).content))
    assert seen == {"swap": set(sizes.STEP), "page": set(sizes.PAGE)}


def test_the_real_content_keeps_to_its_sizes_with_it(on, fixtures):
    assert measure.too_large(fixtures) == []


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
@pytest.mark.parametrize("language", ["", "/es"])
def test_the_privacy_page_says_it_and_has_its_size(client, on, language, encoding):
    page = client.get(f"{language}/privacy/", headers={"Accept-Encoding": encoding})
    assert len(page.content) == sizes.PAGE[0] * (1 if encoding != "identity" else sizes.UNCOMPRESSED)
    text = " ".join(client.get(f"{language}/privacy/").content.decode().split())
    assert {"": "If you say that a number did not work", "/es": "Si dice que un número no funcionó"}[language] in text


def test_the_pocket_edition_has_nothing_of_it(on):
    page = pocket.build(on, "en")
    assert "data-service" in page
    assert not re.search(r'class="failed"|formaction|/next/', page)
