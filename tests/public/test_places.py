"""“Choose your state”: on the outcome, sealed with the answers; on the list of all services, by a form of its own."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from navigator.editions import in_force
from navigator.editions.edition import as_edition
from navigator.public import places, steps
from navigator.public.steps import BACK, CHANGE, FIT, RESULTS, STAY, Step
from services import areas
from tests.counties import HARRIS, TRAVIS, with_shelters

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
    assert "This list has 4 services for people in Texas." in visit.text
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


@pytest.mark.parametrize("place", ["US-ZZ", "us-tx", "99999", "48000", "48202", "x" * 200, "\N{FLAG IN HOLE}", "0"])
def test_a_place_forged_into_a_token_gets_the_national_answer(client, place):
    forged = steps.seal(Step(answers=HURT_CHILD, place=place, done=True))
    text = client.post("/", f"t={forged}&g={STAY}", FORM).content.decode()
    assert 'data-service="childhelp"' in text and "tx-child-abuse" not in text
    assert chosen(text) == []


@pytest.mark.parametrize("value", ["", "US-TX", "us-tx", "48201", "48202", "AAAAAAAA", "0" * 3000, "%00", "%ff", "-"])
@pytest.mark.parametrize("script", [False, True])
def test_a_place_that_makes_no_sense_gets_the_list_of_the_whole_country(client, value, script):
    headers = {"HX-Request": "true"} if script else {}
    response = client.post("/all/", f"s={value}", FORM, headers=headers)
    assert response.status_code == 200
    text = response.content.decode()
    assert {"emergency-911", "childhelp"} <= set(shown(text)) and "tx-child-abuse" not in shown(text)


def test_where_a_place_has_no_service_of_its_own_the_page_says_so():
    visit = Visit()
    visit.choose(danger="no", who="me", child="no", need="online", online="scam")
    live_in(visit, "US-AS")
    assert "We know no service for this in American Samoa." in visit.text


# Counties


@pytest.fixture
def counties(real):
    """Puts an edition in force in which these counties have a shelter."""

    def have(*codes):
        in_force.serve(as_edition(with_shelters(real.content, *codes)))
        return in_force.current()

    return have


PARTNER = {"danger": "no", "who": "me", "child": "no", "need": "hurt", "harm": "partner"}


@pytest.mark.parametrize("script", [False, True])
def test_a_countys_own_shelter_is_seen_in_that_county_alone(counties, script):
    counties(HARRIS, TRAVIS)
    visit = Visit(script)
    visit.choose(**PARTNER)
    seen = {}
    for area in ("48201", "48453", "US-TX", "US-OH"):
        live_in(visit, area)
        assert chosen(visit.text) == [area]
        seen[area] = [slug for slug in visit.services if slug.startswith(("shelter-", "tx-dom"))]
    # What is nearest comes first.
    assert seen == {
        "48201": ["shelter-48201", "tx-domestic-violence"],
        "48453": ["shelter-48453", "tx-domestic-violence"],
        "US-TX": ["tx-domestic-violence"],
        "US-OH": [],
    }


def test_counties_with_a_service_stand_in_the_list_right_after_their_state(counties):
    counties("48453", "48201", "01001")
    for address, names in (
        ("/all/", ("Alabama", "Alabama: Autauga County", "Texas", "Texas: Harris County", "Texas: Travis County")),
        ("/es/all/", ("Alabama", "Alabama: condado de Autauga", "Texas", "Texas: condado de Harris")),
    ):
        text = Client().get(address).content.decode()
        listed = re.findall(r"<option[^>]*data-area[^>]*>([^<]+)<", text)
        at = [listed.index(name) for name in names]
        assert at == [*range(at[0], at[0] + 2), *range(at[2], at[2] + len(at) - 2)]
    values = [value for value, _chosen in options(text).values()]
    assert len(values) == len(set(values)) == 59
    assert {len(value) for value in values} == {8}


def test_whoever_chose_a_state_is_told_of_its_counties(counties):
    counties(HARRIS)
    visit = Visit()
    visit.choose(**HURT_CHILD)
    for area, told in (("US-TX", True), ("US-OK", False), (HARRIS, False)):
        live_in(visit, area)
        assert ("Some counties there have more." in visit.text) is told


def test_a_county_counts_as_its_state_until_its_service_is_there_and_stays_chosen_when_it_goes(counties, real):
    counties(HARRIS)
    visit = Visit()
    visit.choose(**HURT_CHILD)
    live_in(visit, HARRIS)
    in_force.serve(real)
    for move in ({"g": STAY}, {"g": FIT, "s": "AAAAAAAA"}, {"g": FIT, "s": "48201"}):
        visit.send(**move)
        assert chosen(visit.text) == [HARRIS]
        assert "tx-child-abuse" in visit.services


@pytest.mark.parametrize("script", [False, True])
def test_many_counties_are_listed_state_by_state(counties, script):
    edition = counties(*(code for code in areas.COUNTIES if code[:2] in ("48", "01")))
    assert places.many(edition)
    visit = Visit(script)
    visit.choose(**PARTNER)
    assert len(options(visit.text)) == 56
    live_in(visit, "US-TX")
    assert len(options(visit.text)) == 56 + 254 and "Some counties there have more." in visit.text
    live_in(visit, HARRIS)
    assert chosen(visit.text) == [HARRIS] and "shelter-48201" in visit.services
    live_in(visit, "US-AL")
    assert "01001" in options(visit.text) and HARRIS not in options(visit.text)
    # On the list of all services the options are swapped with the groups.
    headers = {"HX-Request": "true"} if script else {}
    page = visit.client.get("/all/").content.decode()
    page = visit.client.post("/all/", f"s={options(page)['US-TX'][0]}", FORM, headers=headers).content.decode()
    assert chosen(page) == ["US-TX"] and HARRIS in options(page)


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
    for address, words in (
        ("/", "This site shows help in Harris County, Texas."),
        ("/es/", "Este sitio muestra ayuda en Texas (condado de Harris)."),
    ):
        assert words in Client().get(f"{address}all/").content.decode()
        visit = Visit(address=address)
        visit.choose(**HURT_CHILD)
        assert chosen(visit.text) == ["48201"]
        assert words in visit.text
        assert "tx-child-abuse" in visit.services
        live_in(visit, "US-OK")
        assert "ok-child-abuse" in visit.services and "tx-child-abuse" not in visit.services
        assert words not in visit.text
        visit.send(s=places.seal(places.NOWHERE), g=FIT)
        assert not [slug for slug in visit.services if slug[:3] in ("tx-", "ok-")]


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


@pytest.mark.parametrize("script", [False, True])
def test_what_is_just_for_the_place_stands_first_and_open_but_no_office_of_immigration(script):
    client = Client()
    page = client.get("/all/").content.decode()
    assert '<details class="group" open>' not in page
    headers = {"HX-Request": "true"} if script else {}
    page = client.post("/all/", f"s={options(page)['US-TX'][0]}", FORM, headers=headers).content.decode()
    (first,) = re.findall(r'<details class="group" open>.*?(?=<details class="group">)', page, re.DOTALL)
    assert "In Texas" in first
    assert {"tx-child-abuse", "tx-vine", "tx-domestic-violence"} <= set(shown(first))
    assert not [slug for slug in shown(first) if not slug.startswith("tx-")]
    assert "ice-ero-houston-field-office" in shown(page)
    assert len(shown(page)) == len(set(shown(page)))
    assert ("This list has 7 services for people in Texas." in page) is script  # it is said; the heading shows it


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
