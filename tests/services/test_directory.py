"""A directory of thousands of services that somebody else made: brought in whole, published, served."""

from collections import Counter

import msgspec
import pytest

from navigator.editions import in_force, publish
from navigator.editions.draft import compile_draft
from navigator.public import places
from services import areas, drafts, hsds, hsds_files, models, writing
from services.hsds_foreign import ID
from tests.hsds import problems

from . import directory

COUNT = 5_000
ODD = COUNT // directory.ODDITIES


def of_each_kind(report):
    """How often each note of a report was made, without what it is about."""
    known = (
        "no name; “",
        "not a date of a check",
        "“Fax”; left out",
        "hours: byday",
        "not understood:",
        "does not say where it serves",
        "its organization has no name",
        "contact: Ann",
        "not an e-mail",
    )
    return Counter(words for note in report.notes for words in known if words in note)


@pytest.mark.once
def test_a_directory_of_thousands_is_brought_in_whole_as_drafts_then_published_and_served(db, client, tmp_path):
    brought_in(tmp_path)
    published(client)


def brought_in(tmp_path):
    for name, text in hsds_files.package(directory.tables(COUNT)).items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    public, left = compile_draft(), Counter()
    rows = hsds_files.read(tmp_path, left)
    report = drafts.bring_in(rows)
    # Nothing is lost: each service is here, or was refused with a reason.
    nameless = [row for row in rows if "name" not in row and "name" not in row.get("organization", {})]
    assert len(rows) == COUNT
    assert len(report.taken) == COUNT - len(nameless)
    assert len(report.skipped) == len(nameless) and all("has a name" in line for line in report.skipped)
    brought = models.Service.objects.filter(sources__url__startswith=ID)
    assert brought.count() == len(report.taken)
    # Nothing is public.
    assert set(brought.values_list("status", flat=True)) == {"draft"}
    assert compile_draft() == public
    # What is not understood is named.
    assert +left == {"addresses": COUNT, "funding": COUNT, "phones: rows of no service": ODD}
    assert report.unheld["wait_time"] == ODD and report.unheld["last_modified"] == len(report.taken)
    assert of_each_kind(report) == {
        "no name; “": ODD - len(nameless),
        "not a date of a check": ODD,
        "“Fax”; left out": ODD,
        "hours: byday": ODD,
        "not understood:": 2 * ODD,
        "does not say where it serves": 2 * ODD,
        "its organization has no name": sum("name" not in row.get("organization", {}) for row in rows) - len(nameless),
        "contact: Ann": ODD,
        "not an e-mail": ODD,
    }
    assert models.ContactPoint.objects.filter(service__in=brought, value__contains=";ext=").count() == ODD
    assert "Elm" not in "".join(brought.values_list("staff_note", flat=True))
    assert brought.filter(areas__contains=areas.UNCLEAR).count() == 4 * ODD
    # A second time changes nothing.
    again = drafts.bring_in(hsds_files.read(tmp_path))
    assert not again.taken and len(again.skipped) == COUNT


def published(client):
    rows = models.Service.objects.filter(sources__url__startswith=ID).select_related("organization")
    found = [row.record() for row in rows.prefetch_related("ways", "sources") if areas.UNCLEAR not in row.areas]
    live = [checked(record) for record in found]
    writing.save_services(live)
    models.Organization.objects.filter(slug__in={each.organization for each in live}).update(
        name='{"en": "Helping Hands", "es": "Manos"}'
    )
    assert len(live) > 3_900
    publish.publish(note="A directory")
    edition = in_force.current()
    # At a place, its own; elsewhere nothing of it.
    one = next(each for each in live if each.areas == ("48201",))
    there, elsewhere = ({each.slug for each in edition.at(place)} for place in ("48201", "US-OH"))
    assert one.slug in there and one.slug not in elsewhere
    assert all(each.areas == ("US-TX",) or "48201" in each.areas for each in live if each.slug in there)
    page = client.post("/all/", {"s": places.seal("48201")}).content.decode()
    assert one.name["en"] in page
    assert client.get("/all/").content.decode().count(one.name["en"]) == 0
    shared = client.get("/hsds/services?full=true&per_page=500&page=3").json()
    assert shared["total_items"] == len(edition.services)
    whole = client.get(f"/hsds/services/{hsds.identifier('service', one.slug)}").json()
    assert problems("service", whole) == [] and whole["service_areas"][0]["extent"] == "48201"


def checked(record):
    """A record as it is when staff have looked at it, put it into Spanish too and made it live."""
    both = {
        name: dict.fromkeys(("en", "es"), next(iter(value.values())))
        for name in record.__struct_fields__
        if isinstance(value := getattr(record, name), dict) and value
    }
    ways = tuple(msgspec.structs.replace(way, label={}, hours_note={}) for way in record.ways)
    return msgspec.structs.replace(record, **both, ways=ways, status="live", staff_note="", directory_only=True)
