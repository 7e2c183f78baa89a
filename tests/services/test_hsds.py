"""The directory as HSDS 3.0 and back; other directories as drafts."""

import datetime as dt
import io
import json

import msgspec
import pytest
from django.core.management import CommandError, call_command

from services import drafts, hsds, hsds_files, models
from services.records import ContactPoint, Organization, Service, Source
from tests.hsds import example, problems

OWNER = Organization(slug="owner", name={"en": "An owner", "es": "Una dueña"}, website="https://example.org")
ODD = [
    Service(slug="bare", organization="owner", category="local", name={"en": "Bare"}, plain={"en": "Nothing else"}),
    Service(
        slug="no-english", organization="owner", category="crisis", name={"es": "Línea"}, plain={"es": "Una línea"}
    ),
    Service(
        slug="same-words",
        organization="owner",
        category="abuse",
        status="retired",
        main=True,
        recheck=True,
        name={"en": "VINE", "es": "VINE"},
        plain={"en": 'Commas, "quotes",\nand a line', "es": "=1+1"},
        languages=("en", "mul", "es"),
        review_days=7,
        assured_date=dt.date(2026, 1, 2),
        assured_by="Ana",
        ways=(
            ContactPoint(kind="text", value="741741", keyword="HOME", languages=("es",)),
            ContactPoint(kind="text", value="741741", keyword="HOLA", label={"es": "En español"}),
            ContactPoint(kind="website", value="https://example.org/a,b"),
            ContactPoint(kind="email", value="a@example.org", label={"en": "Office"}),
            ContactPoint(kind="call", value="+18002325378", vanity="1-800-BE-ALERT", hours="Su 22:00-02:00"),
            ContactPoint(kind="call", value="+18005550199;ext=4"),
        ),
    ),
]


def everything(fixtures):
    owners = {owner.slug: owner for owner in (*fixtures.organizations, OWNER)}
    services = [msgspec.structs.replace(service, staff_note="") for service in (*fixtures.services, *ODD)]
    return services, [hsds.write_service(service, owners[service.organization]) for service in services]


def test_what_is_written_fits_the_standard(fixtures):
    _services, written = everything(fixtures)
    assert [problem for data in written for problem in problems("service", data)] == []
    assert [p for data in written for p in problems("organization", data["organization"])] == []


def test_reading_what_was_written_gives_the_same_records(fixtures):
    services, written = everything(fixtures)
    through_json = json.loads(json.dumps(written))
    assert [hsds.read_service(data) for data in through_json] == services
    owners = {owner.slug: owner for owner in (*fixtures.organizations, OWNER)}
    for service, data in zip(services, through_json, strict=True):
        assert hsds.read_organization(data["organization"]) == owners[service.organization]


def test_the_tabular_package_gives_the_same_records_too(fixtures, tmp_path):
    services, written = everything(fixtures)
    for name, text in hsds_files.package(hsds_files.tables(written)).items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    back = [hsds.read_service(data) for data in hsds_files.read(tmp_path)]
    assert back == services
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert {resource["path"] for resource in described["resources"]} == {f.name for f in tmp_path.glob("*.csv")}


def test_what_is_for_staff_alone_is_never_written():
    service = msgspec.structs.replace(ODD[0], staff_note="The desk is at 5 Elm Street")
    assert "Elm" not in json.dumps(hsds.write_service(service, OWNER))


def test_ids_never_change():
    data = hsds.write_service(ODD[0], OWNER)
    assert data["id"] == "0b81502c-5dc6-5f7f-b212-fbdf4bde9e21"
    assert hsds.ours(data) == "bare"


def test_hours_are_written_with_the_offset_of_standard_time_even_in_summer(clock):
    clock.move_to(dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    way = ContactPoint(
        kind="call", value="+18883514024", hours="Mo-Fr 08:00-20:00; PH off", timezone="America/New_York"
    )
    (entry,) = hsds.write_service(msgspec.structs.replace(ODD[0], ways=(way,)), OWNER)["schedules"]
    assert (entry["byday"], entry["opens_at"], entry["closes_at"]) == ("MO,TU,WE,TH,FR", "08:00-05:00", "20:00-05:00")
    assert entry["timezone"] == -5
    assert "holidays" in entry["notes"] and "America/New_York" in entry["notes"]


def test_only_a_service_that_says_so_is_national(fixtures):
    said = {service.slug for service in fixtures.services if hsds.national(service)}
    assert "nhth" in said
    assert not said & {"local-police-non-emergency", "adult-protective-services", "vine-state", "emergency-911"}


# Bringing in


def brought(rows):
    return drafts.bring_in(rows)


def foreign(**changes):
    data = {
        "id": "0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0001",
        "name": "Harbor House",
        "status": "active",
        "description": "Rooms for a night",
        "organization": {"id": "0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0002", "name": "Harbor", "description": "Harbor"},
    }
    return data | changes


def test_the_official_example_is_held_as_far_as_a_record_goes(db):
    data = example("service_full")
    report = brought([data])
    assert len(report.taken) == 1, report.skipped
    record = models.Service.objects.get(slug="community-counselling-ac148810").record()
    assert record.status == "draft"
    assert record.name == {"en": data["name"]}
    assert record.plain == {"en": data["description"].strip()}
    assert data["eligibility_description"] in record.serves["en"] and "12 - 100" in record.serves["en"]
    assert record.what_happens == {"en": data["application_process"]}
    assert record.cost == {"en": data["fees_description"]}
    assert record.alert == {"en": data["alert"]}
    assert data["interpretation_services"] in record.languages_note["en"]
    assert record.languages == ("ur",)
    assert record.keywords == {"en": data["alternate_name"]}
    assert record.have_ready == {"en": data["required_documents"][0]["document"]}
    assert record.assured_date == dt.date(2005, 1, 1)
    reached = {(way.kind, way.value) for way in record.ways}
    assert {("call", "+441234234567;ext=100"), ("website", data["url"]), ("email", data["email"])} <= reached
    call = record.ways[0]
    assert data["phones"][0]["description"] in call.label["en"]
    # Three times only, so not weekly hours: words, and never "open now".
    assert call.hours == "" and data["schedules"][0]["description"] in call.hours_note["en"]
    assert data["service_areas"][0]["name"] in record.staff_note
    assert "accreditations" in report.unheld


def test_what_a_navigator_wrote_comes_back_the_same_as_a_draft(db, fixtures):
    services, written = everything(fixtures)
    odd = [data for service, data in zip(services, written, strict=True) if service.organization == "owner"]
    report = brought(json.loads(json.dumps(odd)))
    assert report.skipped == []
    for service in ODD:
        row = models.Service.objects.get(slug=service.slug)
        assert row.record() == msgspec.structs.replace(service, status="draft")


def test_what_is_here_already_is_never_touched(db, fixtures):
    before = models.Service.objects.get(slug="nhth").record()
    changed = msgspec.structs.replace(before, plain={"en": "Call us for a prize"}, staff_note="")
    owner = models.Organization.objects.get(slug=before.organization).record()
    report = brought([hsds.write_service(changed, owner)])
    assert report.taken == [] and "here already" in report.skipped[0]
    assert models.Service.objects.get(slug="nhth").record() == before


def test_twice_changes_nothing_twice_even_when_the_name_changed(db):
    assert brought([foreign()]).taken
    count = models.Service.objects.count()
    again = brought([foreign(name="Harbor House, renamed")])
    assert again.taken == [] and "here already" in again.skipped[0]
    assert models.Service.objects.count() == count


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": None, "organization": None}, "name"),
        ({"name": 5, "organization": {"name": " "}}, "name"),
        ({"contacts": [[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}, "deep"),
    ],
)
def test_a_service_that_does_not_fit_is_skipped_with_a_reason(db, changes, said):
    report = brought([foreign(**changes), foreign(id="0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0003", name="Sound")])
    assert len(report.taken) == 1 and "Sound" in report.taken[0]
    assert said in report.skipped[0] and "\n" not in report.skipped[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": None}, "no name; “Harbor”"),
        ({"name": 5}, "name: Expected"),
        ({"status": ["active"]}, "status: Expected"),
        ({"status": None}, "“nothing”"),
        ({"organization": None}, "its organization has no name"),
        ({"organization": "Harbor"}, "organization: Expected"),
        ({"phones": "911"}, "phones: Expected"),
        ({"phones": ["911", {"number": "988"}]}, "phones[0]: Expected"),
        ({"phones": [{"number": "1"}]}, "“1” is not"),
        ({"phones": [{"number": "888-373-7888", "type": "Fax"}]}, "of the kind “Fax”; left out"),
        ({"phones": [{"number": "888-373-7888", "type": "Hotline"}]}, "taken as one to call"),
        ({"phones": [{"number": "888-373-7888", "extension": "Ann"}]}, "extension Ann"),
        ({"email": "not an address"}, "left out: not an address"),
        ({"assured_date": "2999-01-01"}, "2999-01-01"),
        ({"url": "https://example.org/" + "x" * 400}, "left out: https://example.org/xxx"),
        ({"description": "Long words " * 500}, "too long"),
        ({"languages": [{"code": f"a{a}"} for a in "abcdefghijklmnopqrstuvwxyz" * 3] * 2 + [
            {"code": f"b{a}{b}"} for a in "abcdefgh" for b in "abcdefgh"]}, "more languages"),
        ({"schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "dawn", "closes_at": "dusk"}]}, "opens_at dawn"),
        ({"schedules": [{"byday": "MO", "opens_at": "08:00", "closes_at": "09:00", "valid_from": "2030-01-01"}]},
         "valid_from 2030-01-01"),
        ({"contacts": [{"name": "Ann Persona"}]}, "Ann Persona"),
    ],
)  # fmt: skip
def test_what_is_odd_is_noted_and_the_rest_is_taken(db, changes, said):
    """Nothing of it is lost: the note is in the report, and stays with the draft."""
    report = brought([foreign(**changes)])
    assert len(report.taken) == 1, report.skipped
    record = models.Service.objects.get(sources__url__startswith="urn:uuid:").record()
    assert record.status == "draft"
    assert said in record.staff_note
    assert any(said in note for note in report.notes)


def test_ids_that_are_no_uuids_are_told_apart_by_who_runs_the_service(db):
    other = {"id": "2", "name": "Another place", "description": "It"}
    report = brought([foreign(id=17), foreign(id="17", organization=other), foreign(id=None, name="No id")])
    assert len(report.taken) == 3, report.skipped
    again = brought([foreign(id="17"), foreign(id=17, organization=other), foreign(id=None, name="No id")])
    assert not again.taken and all("here already" in line for line in again.skipped)


@pytest.mark.parametrize("phone", [{"number": "888-373-7888 ext. 12"}, {"number": "888-373-7888", "extension": 12}])
def test_an_extension_is_dialled_wherever_it_stands(db, phone):
    brought([foreign(phones=[phone])])
    (way,) = models.Service.objects.get(sources__url__startswith="urn:uuid:").record().ways
    assert (way.value, way.label) == ("+18883737888;ext=12", {})


def test_who_has_no_way_to_reach_gets_those_of_its_organization(db):
    owner = foreign()["organization"] | {"phones": [{"number": "888-373-7888"}], "website": "https://harbor.example"}
    brought([foreign(organization=owner)])
    (service,) = models.Service.objects.filter(sources__url__startswith="urn:uuid:")
    assert [way.value for way in service.record().ways] == ["+18883737888", "https://harbor.example"]
    assert "those of its organization" in service.staff_note


def test_a_field_that_is_not_read_is_named_wherever_it_stands(db):
    at = {"location": {"location_type": "physical", "addresses": [{"address_1": "5 Elm Street"}]}, "beds": 7}
    report = brought([foreign(service_at_locations=[at, at], capacities=[{"available": 3}], program_id="1")])
    assert report.unheld == {
        "service_at_locations.beds": 1,
        "service_at_locations.location.addresses": 1,
        "capacities": 1,
        "organization.description": 1,
    }


def test_an_id_that_stands_twice_is_taken_once(db):
    report = brought([foreign(), foreign(name="Another")])
    assert len(report.taken) == 1 and "twice" in report.skipped[0]


def test_markup_and_control_characters_do_no_harm(db):
    report = brought([foreign(name="A\x00 <script>alert(1)</script>", url="javascript:alert(1)", surprise={"a": [1]})])
    record = models.Service.objects.get(status="draft", organization__slug__startswith="harbor").record()
    assert record.name == {"en": "A alert(1)"}
    assert record.ways == ()
    assert report.unheld["surprise"] == 1


@pytest.mark.parametrize(
    ("entries", "hours", "zone"),
    [
        ([("MO,TU", "09:00-05:00", "17:00-05:00")], "Mo,Tu 09:00-17:00", "Etc/GMT+5"),
        ([("MO", "09:00", "17:00")], "Mo 09:00-17:00", ""),
        ([("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")], "24/7", ""),
        ([("1MO", "09:00", "17:00")], "", ""),
        ([("MO", "09:00Z", "17:00Z"), ("TU", "09:00-05:00", "17:00-05:00")], "", ""),
        ([("MO", "soon", "late")], "", ""),
        ([("Monday,Tue", "9:00 AM", "5:00 pm")], "Mo,Tu 09:00-17:00", ""),
        ([(day, "00:00", "23:59") for day in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")], "24/7", ""),
        ([("MO", "09:00", "17:00"), ("MO", "09:00", "17:00")], "Mo 09:00-17:00", ""),
        ([("MO", "09:00+05:30", "17:00+05:30")], "", ""),
    ],
)
def test_hours_are_taken_only_when_they_are_plain(db, entries, hours, zone):
    schedules = [{"freq": "WEEKLY", "byday": days, "opens_at": a, "closes_at": b} for days, a, b in entries]
    brought([foreign(schedules=schedules, phones=[{"number": "888-373-7888"}])])
    (way,) = models.Service.objects.get(organization__slug__startswith="harbor").record().ways
    assert (way.hours, way.timezone) == (hours, zone)


def test_a_street_address_is_never_taken(db):
    at = {"location": {"location_type": "physical", "addresses": [{"address_1": "5 Elm Street"}], "name": "5 Elm"}}
    brought([foreign(service_at_locations=[at])])
    record = models.Service.objects.get(organization__slug__startswith="harbor").record()
    assert "Elm" not in str(record)


# Files


def command(path):
    out = io.StringIO()
    call_command("hsds_import", str(path), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("shape", [lambda row: row, lambda row: [row], lambda row: {"contents": [row]}])
def test_a_file_is_read_in_each_shape_and_coding(db, tmp_path, coding, shape):
    path = tmp_path / "services.json"
    path.write_bytes(json.dumps(shape(foreign(name="Casa Añil"))).encode(coding))
    assert "Casa Añil" in command(path) if coding != "utf-8" else "Taken as drafts: 1" in command(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"{", "sound JSON"),
        ("a.json", b"[1]", "HSDS"),
        ("a.json", b'"words"', "HSDS"),
        ("a.json", '[{"name": "Añil"}]'.encode("latin-1"), "UTF-8"),
        ("a.json", b"[" * 100_000, "sound JSON"),
        ("a.json", json.dumps([{}] * 10_001).encode(), "10000"),
        ("services.csv", b"id,name", "folder"),
        ("gone.json", None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_sound_changes_nothing_and_says_why_in_one_line(db, tmp_path, name, data, said):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    before = set(models.Service.objects.values_list("slug", "status"))
    with pytest.raises(CommandError, match=said) as error:
        command(tmp_path / name)
    assert "\n" not in str(error.value)
    assert set(models.Service.objects.values_list("slug", "status")) == before


def test_a_folder_is_read_and_one_without_services_is_refused(db, tmp_path):
    rows = hsds_files.tables([foreign(phones=[{"id": "0b1f7a53-64a0-4f0b-8f5a-6f4d5f4a0009", "number": "988"}])])
    for name, text in hsds_files.package(rows).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "Harbor House" in command(tmp_path / "datapackage.json")
    assert models.ContactPoint.objects.filter(service__status="draft", value="988").exists()
    (tmp_path / "services.csv").unlink()
    with pytest.raises(CommandError, match=r"services\.csv"):
        command(tmp_path)


def test_the_export_is_read_back_by_the_import(db, tmp_path):
    call_command("hsds_export", str(tmp_path / "out"), stdout=io.StringIO())
    assert "Nothing was taken." in command(tmp_path / "out" / "services.json")
    wanted = models.Service.objects.get(slug="rainn")
    before = msgspec.structs.replace(wanted.record(), status="draft", staff_note="")
    wanted.recommendations.all().delete()
    wanted.delete()
    assert "rainn" in command(tmp_path / "out")
    assert models.Service.objects.get(slug="rainn").record() == before


def test_an_address_of_a_source_that_is_none_is_refused(db, fixtures):
    """`javascript:` and the like would stand as a link before staff."""
    _services, written = everything(fixtures)
    only = hsds.read_service(written[0])
    odd = msgspec.structs.replace(only, slug="odd", sources=(Source(title="A page", url="javascript:alert(1)"),))
    owner = next(owner for owner in fixtures.organizations if owner.slug == only.organization)
    report = brought([hsds.write_service(odd, owner)])
    assert not report.taken
    assert "web address" in report.skipped[0]
    assert not models.Source.objects.filter(url__startswith="javascript").exists()


@pytest.mark.parametrize(
    ("header", "row"), [("id", "1\n"), ("id," + ",".join(map(str, range(400))), "1," * 401 + "\n")]
)
def test_a_table_of_too_many_values_is_refused_before_it_fills_the_memory(tmp_path, header, row):
    """56 MB of short rows took 4 GB."""
    rows = row * (hsds_files.MOST_VALUES // row.count("1") + 1)
    (tmp_path / "services.csv").write_text(f"{header}\n{rows}")
    with pytest.raises(ValueError, match="holds too much: at most 1,500,000 values"):
        hsds_files.read(tmp_path)


def test_many_columns_and_short_rows_are_read_quickly(tmp_path):
    (tmp_path / "services.csv").write_text("id," + ",".join(map(str, range(200_000))) + "\n" + "1\n" * 20_000)
    assert len(hsds_files.read(tmp_path)) == 20_000
