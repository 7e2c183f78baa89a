"""The official HSDS 3.0 schemas and examples, where they are at hand; else the part of them that we lean on."""

import json
from functools import cache
from pathlib import Path

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

OFFICIAL = Path(__file__).resolve().parent.parent.parent / "shared" / "hsds"
"""CC BY-SA, and so never part of this repository."""

UUID = {"type": "string", "format": "uuid"}
TEXT = {"type": "string"}


def _object(required, **properties):
    return {"type": "object", "required": ["id", *required.split()], "properties": {"id": UUID} | properties}


def _list(of):
    return {"type": "array", "items": of}


LANGUAGE = _object("", name=TEXT, code=TEXT)
TERM = _object("name description", name=TEXT, description=TEXT, code=TEXT, taxonomy=TEXT, language=TEXT)
ATTRIBUTE = _object("", link_id=UUID, link_entity=TEXT, value=TEXT, taxonomy_term=TERM)
PHONE = _object("number", number=TEXT, type=TEXT, languages=_list(LANGUAGE), attributes=_list(ATTRIBUTE))
LOCATION = _object("location_type", location_type={"enum": ["physical", "postal", "virtual"]}, url=TEXT)
SCHEDULE = _object("", freq={"enum": ["WEEKLY", "MONTHLY"]}, interval={"type": "number"}, byday=TEXT, opens_at=TEXT)
ORGANIZATION = _object("name description", name=TEXT, description=TEXT, website=TEXT, attributes=_list(ATTRIBUTE))
SERVICE = _object(
    "name status",
    name=TEXT,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    organization=ORGANIZATION,
    phones=_list(PHONE),
    languages=_list(LANGUAGE),
    schedules=_list(SCHEDULE | {"properties": SCHEDULE["properties"] | {"timezone": {"type": "number"}}}),
    service_areas=_list(
        _object("", name=TEXT, extent=TEXT, extent_type={"enum": ["geojson", "topojson", "kml", "text"]})
    ),
    service_at_locations=_list(_object("", location=LOCATION)),
    contacts=_list(_object("", email={"type": "string", "format": "email"})),
    attributes=_list(ATTRIBUTE),
)
OURS = {"service": SERVICE, "organization": ORGANIZATION}


def _retrieve(uri):
    path = OFFICIAL / "schema" / uri.rsplit("/", 1)[-1]
    return Resource.from_contents(json.loads(path.read_text()), default_specification=DRAFT202012)


@cache
def _validators(entity):
    checker = jsonschema.FormatChecker()
    found = [jsonschema.Draft202012Validator(OURS[entity], format_checker=checker)]
    if OFFICIAL.exists():
        official = {"$ref": f"https://schema.invalid/{entity}.json"}
        found.append(
            jsonschema.Draft202012Validator(official, registry=Registry(retrieve=_retrieve), format_checker=checker)
        )
    return found


def problems(entity, data):
    """What does not fit the standard, in words."""
    return [f"{e.json_path}: {e.message}" for validator in _validators(entity) for e in validator.iter_errors(data)]


def example(name):
    """An official example; where it is not at hand, one of our own of the same kind."""
    path = OFFICIAL / "examples" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else EXAMPLE


EXAMPLE = {
    "id": "ac148810-d857-441c-9679-408f346de14b",
    "name": "Community Counselling",
    "alternate_name": "MyCity Counselling Services",
    "description": "Talks with trained people, for anyone who feels low.",
    "url": "http://example.com/counselling",
    "email": "email@example.com",
    "status": "active",
    "interpretation_services": "Interpretation in Urdu, Polish and Slovak",
    "application_process": "Ring the reception to make an appointment",
    "fees_description": "Fifty an hour",
    "accreditations": "All are accredited",
    "eligibility_description": "Everyone in MyCity",
    "minimum_age": 12,
    "maximum_age": 100,
    "assured_date": "2005-01-01",
    "assurer_email": "email@example.com",
    "alert": "Most sessions are online now",
    "phones": [
        {
            "id": "1554f2e2-a373-45db-a3fa-9fc48a61c15e",
            "number": '"+44 1234 234567"',
            "extension": 100,
            "type": "voice",
            "description": "Reception",
            "languages": [{"id": "2989d3ed-c547-48f8-8f9d-432d81c7892e", "name": "Urdu", "code": "ur"}],
        }
    ],
    "schedules": [
        {
            "id": "48102e86-bb50-41c4-8f1e-e269368c41d1",
            "freq": "WEEKLY",
            "count": 3,
            "byday": "TH,FR",
            "description": "Weekdays",
            "opens_at": "10:00:00",
            "closes_at": "18:00:00",
        }
    ],
    "languages": [{"id": "2989d3ed-c547-48f8-8f9d-432d81c7892e", "name": "Urdu", "code": "ur"}],
    "required_documents": [{"id": "f6ad7e69-b9c8-42ce-92db-92cedb4c05c0", "document": "A passport"}],
    "service_areas": [{"id": "381c64f1-a724-4884-9c21-ac96c21cca3e", "name": "MyCity"}],
    "organization": {
        "id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610",
        "name": "Example Organization Inc.",
        "description": "Helps",
        "website": "http://example.com",
    },
}
