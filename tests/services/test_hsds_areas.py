"""Where a service helps, in HSDS: out by code and name; in by whatever names an area beyond doubt."""

import json

import msgspec
import pytest
from django.core.exceptions import ValidationError

from services import areas, drafts, hsds, hsds_areas, models
from services.records import Organization, Service
from tests.hsds import problems

OWNER = Organization(slug="owner", name={"en": "An owner"})
LOCAL = Service(
    slug="a-shelter",
    organization="owner",
    category="local",
    areas=("US-TX", "22071"),
    local_of="ndvh",
    name={"en": "A shelter"},
    plain={},
)
FOREIGN = {
    "id": "0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0001",
    "name": "Harbor House",
    "status": "active",
    "organization": {"id": "0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0002", "name": "Harbor", "description": "Harbor"},
}


def brought(*named, **more):
    """A foreign service with such areas, as it is here after the import, and the report."""
    report = drafts.bring_in([FOREIGN | {"service_areas": list(named)} | more])
    return models.Service.objects.filter(slug__startswith="harbor-house").first(), report


# Out


def test_areas_are_written_with_code_and_name_and_fit_the_standard():
    data = hsds.write_service(LOCAL, OWNER)
    assert problems("service", data) == []
    assert [(row["extent"], row["extent_type"], row["name"]) for row in data["service_areas"]] == [
        ("US-TX", "text", "Texas"),
        ("22071", "text", "Orleans Parish, Louisiana"),
    ]
    assert hsds.read_service(json.loads(json.dumps(data))) == LOCAL


def test_of_the_whole_country_nothing_is_written_but_where_the_name_says_it():
    country = msgspec.structs.replace(LOCAL, areas=(), local_of="")
    assert "service_areas" not in hsds.write_service(country, OWNER)
    line = msgspec.structs.replace(country, name={"en": "National Line"})
    (area,) = hsds.write_service(line, OWNER)["service_areas"]
    assert area["name"] == "United States" and "extent" not in area
    assert hsds.read_service(hsds.write_service(line, OWNER)).areas == ()


def test_every_state_and_county_is_known_by_the_names_that_we_write():
    for area in (*areas.BY_CODE, *areas.COUNTIES):
        assert {hsds_areas.read("", words) for words in areas.name(area).values()} == {(area,)}


# In


@pytest.mark.parametrize(
    ("extent", "name", "found"),
    [
        ("us-tx", "", ["US-TX"]),
        ("US-TX", "Texas", ["US-TX"]),
        ("48201", "", ["48201"]),
        ("48201", "Harris County", ["48201"]),
        ("48201", "Harris County, Texas", ["48201"]),
        ("0500000US48201", "The greater county", ["48201"]),
        ("", "Harris County, Texas", ["48201"]),
        ("", "harris co., tx", ["48201"]),
        ("", "TX: Harris County", ["48201"]),
        ("", "State of Texas", ["US-TX"]),
        ("", "TX", ["US-TX"]),
        ("", "Nueva York", ["US-NY"]),
        ("", "Washington, D.C.", ["US-DC"]),
        ("", "Harris County, TX; Fort Bend County, TX", ["48201", "48157"]),
        ("", "St. Louis city, Missouri", ["29510"]),
        ("", "Saint Louis County, Missouri", ["29189"]),
        ("", "Maricopa County", ["04013"]),
        ("", "USA", ["US"]),
        # What is in any doubt
        ("48201", "Detroit, 48201", []),
        ("", "48201", []),
        ("48999", "", []),
        ("", "FIPS 48999", []),
        ("US-ZZ", "", []),
        ("US-TX", "Ohio", []),
        ("", "Orange County", []),
        ("", "Houston, TX", []),
        ("", "part of Texas", []),
        ("", "Harris County, TX; the bay", []),
        ("{" * 100_000, "", []),
        ("", "", []),
    ],
)
def test_what_names_an_area_beyond_doubt_is_understood_and_nothing_else(extent, name, found):
    assert list(hsds_areas.read(extent, name)) == found


def test_areas_that_are_understood_are_taken(db):
    service, report = brought({"name": "Harris County, Texas"}, {"extent": "us-la", "extent_type": "text"})
    assert service.record().areas == ("48201", "US-LA")
    assert "where it serves" not in service.staff_note and not report.skipped


def test_of_a_state_and_a_county_in_it_the_state_stays(db):
    service, _report = brought({"extent": "48201"}, {"extent": "us-tx"}, {"extent": "22071"}, {"name": "Texas"})
    assert service.record().areas == ("US-TX", "22071")


def test_what_is_not_understood_is_named_and_keeps_it_from_going_live(db):
    service, report = brought({"name": "Harris County, Texas"}, {"name": "Greater Houston", "extent": "48999"})
    assert service.record().areas == ("48201", areas.UNCLEAR)
    assert any("Greater Houston / 48999" in note for note in report.notes)
    assert "Greater Houston / 48999" in service.staff_note
    service.clean()  # a draft may wait
    service.status = "live"
    with pytest.raises(ValidationError) as refused:
        service.clean()
    assert "did not say where it helps" in str(refused.value)


def test_a_service_that_names_no_area_is_not_taken_for_one_of_the_whole_country(db):
    service, report = brought()
    assert service.record().areas == (areas.UNCLEAR,)
    assert any("does not say where it serves" in note for note in report.notes)


def test_the_whole_country_said_in_words_is_the_whole_country(db):
    service, _report = brought({"name": "United States"}, {"name": "Texas"}, {"name": "the moon"})
    assert service.record().areas == ()
    assert "the moon" in service.staff_note


def test_areas_at_a_location_count_too_as_in_3_1(db):
    at = {"service_areas": [{"name": "Orleans Parish, Louisiana"}], "location": {"location_type": "physical"}}
    urls = [{"url": "https://ask.example.org", "label": "Ask us"}]
    service, report = brought(service_at_locations=[at], additional_urls=urls, capacities=[{"available": 3}])
    record = service.record()
    assert record.areas == ("22071",)
    assert [(way.value, way.label["en"]) for way in record.ways] == [("https://ask.example.org", "Ask us")]
    assert report.unheld["capacities"] == 1


@pytest.mark.parametrize("count", [50_000, 3_400])
def test_more_areas_than_there_are_are_refused_in_words(db, count):
    service, report = brought(*({"name": f"Place {number}"} for number in range(count)))
    assert service is None and not report.taken
    assert f"it names {count} areas" in report.skipped[0]


def test_many_areas_that_are_not_understood_are_all_kept(db):
    service, _report = brought(*({"name": f"Place {number}"} for number in range(3_000)))
    assert service.record().areas == (areas.UNCLEAR,)
    assert all(f"Place {number}" in service.staff_note for number in (0, 2_999))


@pytest.mark.parametrize(
    ("named", "kept", "said"),
    [
        ([], (areas.UNCLEAR,), "does not say which"),
        ([{"id": "1", "extent": "us-tx"}, {"id": "2", "extent": "48201"}], ("US-TX",), ""),
        ([{"id": "1", "extent": "US-ZZ", "name": "Atlantis"}], (areas.UNCLEAR,), "Atlantis / US-ZZ"),
    ],
)
def test_of_what_a_navigator_wrote_changed_areas_are_looked_at_too(db, named, kept, said):
    data = hsds.write_service(LOCAL, OWNER) | {"service_areas": named}
    report = drafts.bring_in([data])
    record = models.Service.objects.get(slug=LOCAL.slug).record()
    assert (record.status, record.areas) == ("draft", kept), report
    assert said in record.staff_note
