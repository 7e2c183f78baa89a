"""The directory in the shape of Open Referral HSDS 3.0, and records read back from that shape.

Words in English stand in HSDS's own fields. What HSDS has no field for (other languages, who answers,
what it is not for ...) travels as ``attributes`` whose taxonomy is ours, one for each field of the record
and language, so that reading back what we wrote gives the same record. docs/hsds.md has the whole table.
Nothing here touches the database.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from babel import Locale

from . import hsds_areas, hsds_hours, phones
from .records import ContactPoint, Organization, Service, Text

VERSION = "3.0"
NAMESPACE = uuid.UUID("6f0c4b0e-5d1e-5c1b-9a51-0d6d3f5f2b7a")
"""Ids are made from this and the slug (UUID version 5), so that they never change. Never change it."""
TAXONOMY = "Victim-services navigator: fields of a record"
MAIN = "en"
"""The language of HSDS's own fields; every other one travels as an attribute."""

STATUS = {"live": "active", "draft": "inactive", "retired": "defunct"}
PHONE_TYPE = {"call": "voice", "text": "text", "videophone": "video", "tty": "textphone"}
SERVICE_FIELDS = {
    "name": "name",
    "plain": "description",
    "serves": "eligibility_description",
    "what_happens": "application_process",
    "cost": "fees_description",
    "languages_note": "interpretation_services",
    "alert": "alert",
}
"""Fields of a record that have one of the standard's own, by name."""

Json = dict[str, Any]


def identifier(*names: str) -> str:
    """The id of a thing: the same names give the same id, everywhere and for ever."""
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))


# Writing


def write_organization(record: Organization) -> Json:
    """An organization as HSDS ``organization``."""
    key = identifier("organization", record.slug)
    name = _main(record.name)
    made: Json = {"id": key, "name": name, "description": name}
    if record.website:
        made["website"] = record.website
    return made | _attributes("organization", key, record, {"name": "name"}, skip=("website",))


def write_service(record: Service, organization: Organization) -> Json:
    """A service with everything about it as HSDS ``service``. What is only for staff is left out."""
    record = msgspec.structs.replace(record, staff_note="")
    key = identifier("service", record.slug)
    made: Json = {"id": key, "status": STATUS[record.status]}
    made |= {theirs: _main(getattr(record, ours)) for ours, theirs in SERVICE_FIELDS.items() if getattr(record, ours)}
    for kind, field in (("website", "url"), ("email", "email")):
        found = next((way.value for way in record.ways if way.kind == kind), None)
        if found:
            made[field] = found
    if record.assured_date:
        made["assured_date"] = record.assured_date.isoformat()
    made["organization"] = write_organization(organization)
    made |= _ways(record, key)
    schedules = [
        _schedule(record, *each) for each in dict.fromkeys((w.hours, w.timezone) for w in record.ways if w.hours)
    ]
    made["schedules"] = [entry for entries in schedules for entry in entries]
    if record.areas:
        made["service_areas"] = [
            {"id": identifier("area", record.slug, area)} | hsds_areas.write(area) for area in record.areas
        ]
    elif national(record):
        made["service_areas"] = [{"id": identifier("area", record.slug), "name": "United States"}]
    # The standard leaves out languages that are there by interpreter only ("mul").
    made["languages"] = _languages(record.slug, [code for code in record.languages if code != "mul"])
    spoken = () if "mul" in record.languages else ("languages",)
    skip = ("organization", "ways", "areas", "status", "assured_date", *spoken)
    made |= _attributes("service", key, record, SERVICE_FIELDS, skip)
    return {field: value for field, value in made.items() if value != []}


def national(record: Service) -> bool:
    """Whether a service says in its own name that it is for the whole country; of others we do not claim it."""
    return "National" in re.findall(r"\w+", record.name.get(MAIN, "")) and record.category != "office"


def language_name(code: str) -> str:
    """A language code in English: ``ase`` is American Sign Language."""
    return Locale(MAIN).languages.get(code, code)


def _main(text: Text) -> str:
    """The words that stand in HSDS's own field."""
    return text.get(MAIN) or next(iter(text.values()), "")


def _ways(record: Service, key: str) -> Json:
    """Numbers as phones; addresses on the web as virtual locations; e-mail as contacts."""
    made: Json = {"phones": [], "service_at_locations": [], "contacts": []}
    for order, way in enumerate(record.ways, start=1):
        # The place among its fellows tells two alike apart (a line with two words to text).
        name = (record.slug, way.kind, way.value, str(order))
        if way.kind in PHONE_TYPE:
            link = identifier("phone", *name)
            number, _sign, extension = way.value.partition(phones.EXTENSION)
            row: Json = {"id": link, "number": number, "type": PHONE_TYPE[way.kind]}
            if extension:
                row["extension"] = int(extension)
            made["phones"].append(row | _way("phone", link, way, order, "description", skip=("kind", "value")))
        elif way.kind == "email":
            link = identifier("contact", *name)
            row = {"id": link, "email": way.value}
            made["contacts"].append(row | _way("contact", link, way, order, "department", skip=("kind", "value")))
        else:
            link = identifier("location", *name)
            row = {"id": link, "location_type": "virtual", "url": way.value}
            row |= _way("location", link, way, order, "description", skip=("value",))
            made["service_at_locations"].append({"id": identifier("at", *name), "location": row})
    return made


def _way(entity: str, link: str, way: ContactPoint, order: int, label: str, skip: tuple[str, ...]) -> Json:
    made: Json = {label: _main(way.label)} if way.label else {}
    if entity != "contact" and way.languages:
        made["languages"] = _languages(link, way.languages)
    attributes = _attributes(entity, link, way, {"label": label}, skip)["attributes"]
    return made | {"attributes": [*attributes, _attribute(entity, link, "order", "", str(order))]}


def _languages(owner: str, codes: Iterable[str]) -> list[Json]:
    return [{"id": identifier("language", owner, code), "name": language_name(code), "code": code} for code in codes]


def _schedule(record: Service, text: str, timezone: str) -> Iterator[Json]:
    ways = ", ".join(dict.fromkeys(way.kind for way in record.ways if (way.hours, way.timezone) == (text, timezone)))
    for start, entry in hsds_hours.write(text, timezone):
        name = (record.slug, text, timezone, *filter(None, [start]))
        yield {"id": identifier("schedule", *name), "description": f"{ways}: {text}"} | entry


def _attributes(entity: str, link: str, record: Any, fields: Iterable[str], skip: tuple[str, ...]) -> Json:
    """What of a record no field of the standard holds, as attributes."""
    found = []
    for code, value in msgspec.to_builtins(record).items():  # without what is as it is by default
        if code in skip:
            continue
        if isinstance(value, dict):
            # Words in the main language stand in the standard's field, unless that would be in doubt.
            plain = code in fields and MAIN in value and list(value.values()).count(value[MAIN]) == 1
            rest = {language: words for language, words in value.items() if not (plain and language == MAIN)}
            found += [_attribute(entity, link, code, language, words) for language, words in rest.items()]
        elif isinstance(value, tuple | list) and isinstance(value[0], dict):
            found += [
                _attribute(entity, link, code, "", json.dumps(item, ensure_ascii=False), n)
                for n, item in enumerate(value)
            ]
        else:
            text = (
                ",".join(value)
                if isinstance(value, tuple | list)
                else value
                if isinstance(value, str)
                else json.dumps(value)
            )
            found.append(_attribute(entity, link, code, "", text))
    return {"attributes": found}


def _attribute(entity: str, link: str, code: str, language: str, value: str, number: int = 0) -> Json:
    term: Json = {
        "id": identifier("term", code, language),
        "code": code,
        "name": code.replace("_", " "),
        "description": f"The field “{code}” of a record of the navigator",
        "taxonomy": TAXONOMY,
    }
    return {
        "id": identifier("attribute", link, code, language, str(number)),
        "link_id": link,
        "link_entity": entity,
        "value": value,
        "taxonomy_term": term | ({"language": language} if language else {}),
    }


# Reading what we wrote


def ours(data: Json) -> str:
    """The slug of a service or organization that a navigator wrote; empty for anyone else's."""
    kind = "service" if "status" in data else "organization"
    slug = next((value for code, language, value in _terms(data) if code == "slug" and not language), "")
    return slug if slug and str(data.get("id")) == identifier(kind, slug) else ""


def read_organization(data: Json) -> Organization:
    """An organization that `write_organization` wrote. Raises msgspec.ValidationError if it does not fit."""
    found = _fields(data, {"name": "name"}) | ({"website": data["website"]} if data.get("website") else {})
    return msgspec.convert(_known(found, Organization), Organization, strict=False)


def read_service(data: Json) -> Service:
    """A service that `write_service` wrote. Raises msgspec.ValidationError if it does not fit."""
    found = _fields(data, SERVICE_FIELDS)
    found.setdefault("plain", {})  # a local service has the words of its national one
    found["status"] = next((key for key, value in STATUS.items() if value == data.get("status")), "draft")
    found["organization"] = ours(data.get("organization") or {})
    if data.get("assured_date"):
        found["assured_date"] = data["assured_date"]
    found.setdefault("languages", _codes(data))
    found["areas"] = [row["extent"] for row in data.get("service_areas") or [] if row.get("extent")]
    ways = [_read_way(row, "description", _kind(row), _number(row)) for row in data.get("phones") or []]
    ways += [_read_way(row, "department", "email", row.get("email")) for row in data.get("contacts") or []]
    places = [row.get("location") or {} for row in data.get("service_at_locations") or []]
    ways += [_read_way(row, "description", "website", row.get("url")) for row in places]
    found["ways"] = [way for _order, way in sorted(ways, key=lambda pair: pair[0])]
    return msgspec.convert(_known(found, Service), Service, strict=False)


def _read_way(row: Json, label: str, kind: str, value: Any) -> tuple[int, Json]:
    found = {"kind": kind, "value": value, "languages": _codes(row)} | _fields(row, {"label": label})
    order = str(found.pop("order", ""))
    return int(order) if order.isdecimal() else 0, _known(found, ContactPoint)


def _number(phone: Json) -> Any:
    extension = phone.get("extension")
    return f"{phone.get('number')}{phones.EXTENSION}{extension}" if extension else phone.get("number")


def _kind(phone: Json) -> str:
    return next((kind for kind, name in PHONE_TYPE.items() if name == phone.get("type")), "call")


def _codes(data: Json) -> list[str]:
    return [row.get("code", "") for row in data.get("languages") or []]


def _known(found: Json, shape: type) -> Json:
    """Only what the record has; a later navigator may know more."""
    return {name: value for name, value in found.items() if name in shape.__struct_fields__}  # type: ignore[attr-defined]


def _terms(data: Json) -> Iterator[tuple[str, str, str]]:
    for attribute in data.get("attributes") or []:
        term = attribute.get("taxonomy_term") or {}
        if term.get("taxonomy") == TAXONOMY:
            yield term.get("code", ""), term.get("language") or "", attribute.get("value") or ""


def _fields(data: Json, fields: dict[str, str]) -> Json:
    """The fields of a record: from attributes of ours, and words from the standard's own fields."""
    found: Json = {}
    for code, language, value in _terms(data):
        if language:
            found.setdefault(code, {})[language] = value
        elif code == "sources":
            found.setdefault(code, []).append(_json(value))
        elif code == "languages":
            found[code] = value.split(",")
        else:
            found[code] = value
    for code, theirs in fields.items():
        words, texts = data.get(theirs), found.get(code, {})
        if words and words not in texts.values():
            # English first, as everywhere; equal words in two languages are both attributes.
            found[code] = {MAIN: words, **texts}
    return found


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value  # refused by the shape of the record, with its place
