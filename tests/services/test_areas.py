"""Areas: states, territories and counties; what is shown where; what a local service takes from its national one."""

import re

import pytest
from msgspec.structs import replace

from navigator.editions import content
from navigator.editions.edition import as_edition
from navigator.engine import checks
from navigator.engine.flow import Recommendation
from services import area_names, areas
from services.models import Service
from services.records import ContactPoint


def test_there_are_fifty_states_the_district_and_five_territories_each_once():
    assert len(areas.STATES) == len(areas.BY_CODE) == len({state.fips for state in areas.STATES}) == 56
    assert all(re.fullmatch(r"US-[A-Z]{2}", state.code) and set(state.name) == {"en", "es"} for state in areas.STATES)
    assert areas.BY_CODE["US-PR"].fips == "72"
    assert areas.name("US-NM") == {"en": "New Mexico", "es": "Nuevo México"}


def test_the_counties_are_those_of_the_census_with_their_names():
    assert len(areas.COUNTIES) == 3241
    assert all(areas.state_of(county) for county in areas.COUNTIES)
    assert {county[:2] for county in areas.COUNTIES} == {state.fips for state in areas.STATES} - {"11", "66"}
    for county, name in {
        "48201": {"en": "Harris County, Texas", "es": "Texas (condado de Harris)"},
        "22071": {"en": "Orleans Parish, Louisiana", "es": "Luisiana (parroquia de Orleans)"},
        "72127": {"en": "San Juan Municipio, Puerto Rico", "es": "Puerto Rico (municipio de San Juan)"},
        "51510": {"en": "Alexandria city, Virginia", "es": "Virginia (ciudad de Alexandria)"},
        "02020": {"en": "Anchorage Municipality, Alaska", "es": "Alaska (Anchorage Municipality)"},
    }.items():
        assert areas.name(county) == name


@pytest.mark.parametrize("area", ["US-TX", "48201", "US-GU"])
def test_a_state_a_territory_and_a_county_are_areas(area):
    assert areas.state_of(area)


@pytest.mark.parametrize(
    "area", ["", "us-tx", "TX", "US-ZZ", "99201", "03001", "48000", "48202", "4820", "482011", "٤٨٢٠١", "US"]
)
def test_what_is_no_area_is_refused(area):
    assert areas.state_of(area) is None
    assert not areas.within(area, ("US-TX", area))


def test_a_county_lies_in_its_state_and_not_the_other_way_round():
    assert areas.within("48201", ("US-TX",))
    assert not areas.within("US-TX", ("48201",))
    assert not areas.within("48113", ("48201",))
    assert not areas.within("US-OK", ("US-TX", "48201"))


# What the checks refuse


def changed(fixtures, slug, **changes):
    services = [each for each in fixtures.services if each.status == "live"]
    return replace(
        fixtures, services=tuple(replace(each, **changes) if each.slug == slug else each for each in services)
    )


@pytest.mark.parametrize(
    ("slug", "changes", "words"),
    [
        ("tx-child-abuse", {"areas": ("us-tx",)}, "“us-tx” is no state"),
        ("tx-child-abuse", {"areas": ("48000",)}, "“48000” is no state"),
        ("tx-child-abuse", {"areas": ()}, "does not say where it helps"),
        ("tx-child-abuse", {"areas": ("US-TX", "US-TX")}, "twice"),
        ("tx-child-abuse", {"areas": ("US-TX", "48201")}, "“48201” lies in another one"),
        ("tx-child-abuse", {"local_of": "nobody"}, "“nobody”, which is not live"),
        ("tx-child-abuse", {"local_of": "tx-adult-abuse"}, "which is not for the whole country"),
        ("tx-child-abuse", {"local_of": "", "before": True}, "must not come before"),
        ("tx-child-abuse", {"local_of": "emergency-911", "before": True}, "must not come before 911"),
        ("nhth", {"areas": ("US-TX",)}, "can have no areas"),
        ("nhth", {"finder": True}, "a main number"),
        ("tx-child-abuse", {"ways": (ContactPoint(kind="call", value="+18773472423"),)}, "out of use"),
    ],
)
def test_a_local_service_that_would_be_wrong_keeps_the_draft_from_being_published(fixtures, slug, changes, words):
    found = [str(problem.message) for problem in content.check(changed(fixtures, slug, **changes)).problems]
    assert any(words in message for message in found), found


def test_the_content_passes_with_its_local_services(fixtures):
    report = content.check(changed(fixtures, ""))
    assert not report.problems
    assert not report.warnings, "the content of a release is whole in every language"


def test_a_service_of_one_area_does_not_count_for_the_promise_to_the_whole_country(fixtures):
    """A path must hold what it promises for somebody who names no place."""
    local = changed(fixtures, "")
    texan = tuple(
        replace(each, areas=("US-TX",), main=False, finder=False) if each.slug != "emergency-911" else each
        for each in local.services
    )
    found = content.check(replace(local, services=texan)).problems
    assert "single" in {problem.code for problem in found}


def test_a_finder_whose_local_service_needs_a_voice_is_no_way_without_one(fixtures):
    finder = Recommendation(service="adult-protective-services", rank=2, reason={"en": "a", "es": "a"})
    first = Recommendation(service="emergency-911", rank=1, reason={"en": "a", "es": "a"})
    flow = replace(fixtures.flow, recommendations=(first, finder))

    def speechless(*ways):
        voice = (ContactPoint(kind="call", value="911"),)
        services = {
            each.slug: replace(each, ways=ways if each.areas else voice if each.main else each.ways)
            for each in changed(fixtures, "").services
            if each.slug in ("emergency-911", "adult-protective-services", "tx-adult-abuse")
        }
        return "speech" not in {problem.code for problem in checks.check(flow, services, ("en", "es")).problems}

    call = ContactPoint(kind="call", value="+18002525400")
    assert not speechless(call)
    assert speechless(call, ContactPoint(kind="form", value="https://www.txabusehotline.org"))


# What is shown where


def test_with_no_place_nothing_local_is_shown(real):
    assert not any(service.areas for service in real.at(""))
    assert not any(service.areas for service, _rule in real.recommend({}))


def test_whatever_the_answers_no_place_is_shown_what_is_for_another(real):
    everything = [*real.services]
    for place in areas.BY_CODE:
        shown = {slug for slug, _national in areas.placed(everything, real.services, real.local, place)}
        assert shown >= {slug for slug, each in real.services.items() if not each.areas and not each.finder}
        for slug in shown:
            assert areas.finds(real.services[slug], place), (place, slug)


def test_a_local_service_comes_right_after_its_national_one_and_in_the_place_of_a_finder(real):
    slugs = ["childhelp", "adult-protective-services", "nhth"]
    shown = areas.placed(slugs, real.services, real.local, "US-TX")
    assert shown == [
        ("childhelp", "childhelp"),
        ("tx-child-abuse", "childhelp"),
        ("tx-adult-abuse", "adult-protective-services"),
        ("nhth", "nhth"),
    ]
    assert [slug for slug, _ in areas.placed(slugs, real.services, real.local, "48201")] == [slug for slug, _ in shown]
    assert [slug for slug, _ in areas.placed(slugs, real.services, real.local, "")] == slugs


def test_a_local_service_that_says_so_comes_right_before_its_national_one(real):
    own = replace(real.services["tx-child-abuse"], before=True)
    services = {**real.services, own.slug: own}
    local = areas.local_versions(services.values())
    shown = areas.placed(["nhth", "childhelp", "trevor-project"], services, local, "48201")
    assert shown == [
        ("nhth", "nhth"),
        (own.slug, "childhelp"),
        ("childhelp", "childhelp"),
        ("trevor-project", "trevor-project"),
    ]
    assert [slug for slug, _ in areas.placed(["childhelp"], services, local, "")] == ["childhelp"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Harris County, Texas", ("48201",)),
        (" harris county,tx ", ("48201",)),
        ("condado de Harris, Texas", ("48201",)),
        ("Texas (condado de Harris)", ("48201",)),
        ("48201; Nuevo México", ("48201", "US-NM")),
        ("Texas", ("US-TX",)),
        ("Texas; Harris County, TX", ("US-TX",)),
        ("Baltimore city, MD; Guam", ("24510", "US-GU")),
    ],
)
def test_areas_are_read_as_people_write_them(text, expected):
    assert area_names.read(text) == expected
    assert area_names.read(area_names.show(expected)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Haris County, TX", "Did you mean: Harris County, Texas"),
        ("Washington County", "more than one"),
        ("Oz", "no state"),
    ],
)
def test_an_area_that_is_not_known_is_answered_with_what_is_like_it(text, words):
    with pytest.raises(ValueError, match=words):
        area_names.read(text)


def test_a_countys_own_shelter_is_shown_in_that_county_alone(real):
    shelter = replace(real.services["tx-child-abuse"], slug="shelter", areas=("48201",), local_of="ndvh")
    edition = as_edition(replace(real.content, services=(*real.content.services, shelter)))
    for place, there in (("48201", True), ("48113", False), ("US-TX", False), ("US-OH", False), ("", False)):
        assert ("shelter" in {service.slug for service in edition.at(place)}) is there


# Words


def test_a_local_service_has_the_words_of_its_finder_but_for_how_to_find_it(real):
    finder, local = real.services["adult-protective-services"], real.services["tx-adult-abuse"]
    assert local.plain == finder.local_plain
    assert (local.serves, local.answered_by) == (finder.serves, finder.answered_by)
    assert not local.what_happens and not local.opening
    assert local.ways != finder.ways


def test_what_is_true_of_a_national_line_is_not_said_of_the_one_beside_it(real):
    childhelp, local = real.services["childhelp"], real.services["tx-child-abuse"]
    assert childhelp.answered_by == "neither"
    assert local.answered_by == "unknown"
    assert local.plain == childhelp.local_plain
    assert not local.answered_note and not local.told and not local.serves


def test_own_words_stand(real):
    own = {"en": "Our own", "es": "Lo propio"}
    services = tuple(
        replace(each, plain=own) if each.slug == "tx-child-abuse" else each for each in real.content.services
    )
    assert as_edition(replace(real.content, services=services)).services["tx-child-abuse"].plain == own


# The draft


def test_areas_go_into_the_draft_and_back(db):
    row = Service.objects.get(slug="ice-ero-boston-field-office")
    assert row.record().areas == ("US-CT", "US-MA", "US-ME", "US-NH", "US-RI", "US-VT")


def test_what_two_sources_do_not_agree_on_is_a_draft_with_the_doubt_in_a_note_for_staff(fixtures):
    local = [service for service in fixtures.services if service.local_of]
    assert {"live", "draft"} == {service.status for service in local}
    for service in local:
        doubtful = any(source.grade in ("one source", "sources disagree") for source in service.sources)
        assert service.status == "draft" if doubtful else True
        assert service.status == "live" or service.staff_note, service.slug
        assert service.assured_date is None
        assert all(way.hours in ("", "24/7") or way.timezone for way in service.ways), service.slug
