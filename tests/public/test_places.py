"""“Choose your state”: on the outcome, sealed with the answers; on the list of all services, by a form of its own."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from navigator.editions import in_force
from navigator.editions.edition import as_edition
from navigator.public import places, steps
from navigator.public.steps import BACK, CHANGE, FIT, RESULTS, STAY, Step

from .test_ticks import FORM, Visit

HURT_CHILD = {"danger": "no", "who": "work", "child": "yes", "need": "child", "childneed": "hurt"}
JAIL = {"danger": "no", "who": "me", "child": "no", "need": "crime", "custody": "jail"}


def options(text):
    """The places offered: by area, the value and whether it is chosen."""
    found = re.findall(r'<option value="([^"]*)" data-area="([^"]+)"( selected)?>', text)
    return {area: (value, bool(chosen)) for value, area, chosen in found}


def chosen(text):
    return [area for area, (_value, is_chosen) in options(text).items() if is_chosen]


@pytest.fixture(params=[False, True], ids=["plain", "script"])
def visit(request):
    """A person on an outcome about a child that is hurt."""
    visit = Visit(request.param)
    visit.choose(**HURT_CHILD)
    assert "childhelp" in visit.services
    return visit


def live_in(visit, area):
    visit.send(s=options(visit.text)[area][0], g=FIT, p="")


def test_the_line_of_ones_state_stands_right_after_the_national_one(visit):
    assert not [slug for slug in visit.services if slug.startswith("tx-")]
    live_in(visit, "US-TX")
    at = visit.services.index("childhelp")
    assert visit.services[at + 1] == "tx-child-abuse"
    assert "tel:+18002525400" in visit.text
    assert chosen(visit.text) == ["US-TX"]
    assert "With help in Texas." in visit.text
    assert not [slug for slug in visit.services if slug.startswith("ok-")]


def test_the_place_stays_while_answers_change_and_can_be_taken_back(visit):
    live_in(visit, "US-TX")
    visit.send(g=BACK)
    assert "Texas" not in visit.text and "tx-child-abuse" not in visit.text
    visit.send(g=RESULTS)
    assert "tx-child-abuse" in visit.services
    live_in(visit, "US-OK")
    assert "tx-child-abuse" not in visit.services and "ok-child-abuse" in visit.services
    nowhere = re.search(r'data-place[^>]*>\s*<option value="([^"]+)">', visit.text)[1]
    visit.send(s=nowhere, g=FIT)
    assert chosen(visit.text) == [] and "ok-child-abuse" not in visit.services


@pytest.mark.parametrize("script", [False, True])
def test_a_finder_asks_for_the_state_opens_the_panel_and_makes_room_for_the_local_one(script):
    visit = Visit(script)
    visit.choose(**JAIL)
    assert "vine-state" in visit.services
    assert "Choose your state to see its number" in visit.text
    before = visit.services
    visit.send(g=CHANGE)
    assert "data-fit-panel open" in visit.text
    assert visit.services == before
    live_in(visit, "US-KY")
    assert "ky-vine" in visit.services and "vine-state" not in visit.services
    assert visit.services.index("ky-vine") == before.index("vine-state")


def test_places_are_sent_as_values_of_one_length_that_tell_nothing_in_another_hour(visit, real):
    values = [value for value, _chosen in options(visit.text).values()]
    assert len(values) == len(set(values)) == 56
    assert {len(value) for value in values} == {8} == {len(places.seal(places.NOWHERE))}
    then = timezone.now() + timezone.timedelta(hours=2)
    assert places.unseal(real, values[0]) == next(iter(options(visit.text)))
    assert places.unseal(real, values[0], then) == ""
    assert places.seal("US-TX") != places.seal("US-TX", then)


def test_the_token_has_one_length_with_a_place_and_without(visit):
    lengths = {len(visit.token)}
    for area in ("US-TX", "US-PR"):
        live_in(visit, area)
        lengths.add(len(visit.token))
    assert len(lengths) == 1


@pytest.mark.parametrize("value", ["", "US-TX", "us-tx", "43", "0" * 3000, "%00", "\N{SUPERSCRIPT TWO}", "-"])
def test_a_value_that_is_none_leaves_the_place_as_it_was(visit, value):
    live_in(visit, "US-TX")
    visit.send(s=value.replace("²", "%C2%B2"), g=FIT)
    assert chosen(visit.text) == ["US-TX"]


def test_only_the_button_applies_the_place(visit):
    value = options(visit.text)["US-TX"][0]
    for move in (BACK, STAY, RESULTS, "x"):
        visit.send(s=value, g=move)
        visit.send(g=RESULTS)
        assert "tx-child-abuse" not in visit.services


@pytest.mark.parametrize("place", ["US-ZZ", "us-tx", "99999", "x" * 200])
def test_a_place_forged_into_a_token_gets_the_national_answer(client, place):
    forged = steps.seal(Step(answers=HURT_CHILD, place=place, done=True))
    text = client.post("/", f"t={forged}&g={STAY}", FORM).content.decode()
    assert 'data-service="childhelp"' in text and "tx-child-abuse" not in text
    assert chosen(text) == []


# A host's own place


@pytest.fixture
def home(settings, real):
    """Sets the place of the host; pages made before it are forgotten, as by a start."""

    def at(area):
        settings.HOME_AREA = area
        in_force.serve(as_edition(real.content))

    return at


def test_a_hosts_own_place_is_stated_and_can_be_changed(home):
    home("US-TX")
    visit = Visit()
    visit.choose(**HURT_CHILD)
    assert "tx-child-abuse" in visit.services
    assert "This site shows help in Texas." in visit.text
    live_in(visit, "US-OK")
    assert "ok-child-abuse" in visit.services and "tx-child-abuse" not in visit.services
    visit.send(s=places.seal(places.NOWHERE), g=FIT)
    assert not [slug for slug in visit.services if slug[:3] in ("tx-", "ok-")]


def test_a_host_can_be_a_county(home):
    home("48201")
    visit = Visit()
    visit.send(g=RESULTS)
    assert chosen(visit.text) == ["48201"]
    assert "Harris County, Texas" in visit.text


# All services


def shown(text):
    return re.findall(r'data-service="([^"]+)"', text)


@pytest.mark.parametrize("script", [False, True])
def test_the_list_of_all_services_shows_those_of_the_place_chosen_there(script):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/all/").content.decode()
    assert not [slug for slug in shown(page) if slug.startswith("ky-")]
    assert "What you chose on another page does not count here." in page
    headers = {"HX-Request": "true"} if script else {}
    response = client.post("/all/", f"s={options(page)['US-KY'][0]}", FORM, headers=headers)
    text = response.content.decode()
    assert "ky-vine" in shown(text) and "vine-state" not in shown(text)
    assert not [slug for slug in shown(text) if slug.startswith("tx-")]
    assert not response.cookies


def test_a_search_stays_within_the_place(client):
    page = client.get("/all/").content.decode()
    texas = options(page)["US-TX"][0]
    headers = {"HX-Request": "true"}
    found = shown(client.post("/all/", f"w=Texas+Abuse+Hotline&s={texas}", FORM, headers=headers).content.decode())
    assert "tx-child-abuse" in found
    found = shown(client.post("/all/", "w=Texas+Abuse+Hotline", FORM, headers=headers).content.decode())
    assert not [slug for slug in found if slug.startswith("tx-")]


def test_puerto_rico_in_spanish():
    visit = Visit(address="/es/")
    visit.choose(**HURT_CHILD)
    live_in(visit, "US-PR")
    assert "pr-child-abuse" in visit.services
    assert "Choose your state" not in visit.text and "For people in" not in visit.text
