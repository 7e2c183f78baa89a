"""HSDS files: JSON as its API gives it, and the tabular package of CSV files with ``datapackage.json``.

Both hold the same nested services. Nothing here touches Django or the database.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec

from . import files

Json = dict[str, Any]

FILES = {
    "organization": "organizations",
    "service": "services",
    "attribute": "attributes",
    "service_at_location": "service_at_location",
    "location": "locations",
    "phone": "phones",
    "contact": "contacts",
    "schedule": "schedules",
    "service_area": "service_areas",
    "required_document": "required_documents",
    "language": "languages",
    "taxonomy_term": "taxonomy_terms",
    "cost_option": "cost_options",
}
"""The tables that a service is spread over, and their files (datapackage.json of the standard)."""
ONE = {"organization": "organization", "location": "location", "taxonomy_term": "taxonomy_term"}
"""A field that holds one thing, named by ``<field>_id`` in its owner's row."""
MANY = {
    "service_at_locations": "service_at_location",
    "contacts": "contact",
    "phones": "phone",
    "schedules": "schedule",
    "service_areas": "service_area",
    "required_documents": "required_document",
    "languages": "language",
    "cost_options": "cost_option",
    "attributes": "attribute",
}
"""A field that holds many things, each of which names its owner."""
NUMBERS = {"timezone", "interval"}
MOST_VALUES = 500_000
"""Cells with something in them that are read at once: 250 for each of the services that may come together."""


def tables(services: list[Json]) -> dict[str, list[Json]]:
    """Nested services as rows by table."""
    found: dict[str, dict[str, Json]] = {}
    for service in services:
        _spread("service", service, found)
    return {FILES[entity]: list(rows.values()) for entity, rows in found.items()}


def _spread(entity: str, data: Json, found: dict[str, dict[str, Json]]) -> None:
    row: Json = {}
    for field, value in data.items():
        if field in ONE:
            row[f"{field}_id"] = value["id"]
            _spread(ONE[field], value, found)
        elif field in MANY:
            owner = {} if field == "attributes" else {f"{entity}_id": data["id"]}
            for each in value:
                _spread(MANY[field], each | owner, found)
        else:
            row[field] = value
    found.setdefault(entity, {})[row["id"]] = row


def package(rows: dict[str, list[Json]]) -> dict[str, str]:
    """Rows by table as the text of each file: the CSV files and ``datapackage.json``."""
    files, resources = {}, []
    for name, found in rows.items():
        columns = list(dict.fromkeys(column for row in found for column in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
        files[f"{name}.csv"] = text.getvalue()
        fields = [{"name": column, "type": "number" if column in NUMBERS else "string"} for column in columns]
        resources.append(
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "schema": {"fields": fields, "primaryKey": "id"},
            }
        )
    described = {"name": "human_services_data", "profile": "tabular-data-package", "resources": resources}
    return files | {"datapackage.json": json.dumps(described, indent=2)}


def nested(rows: dict[str, list[Json]]) -> list[Json]:
    """Rows by table as nested services: the other way round from `tables`."""
    entities = {file: entity for entity, file in FILES.items()}
    found = {entities[name]: [dict(row) for row in table] for name, table in rows.items() if name in entities}
    by_id = {entity: {str(row.get("id")): row for row in table} for entity, table in found.items()}
    for entity, table in found.items():
        for row in table:
            for field, other in ONE.items():
                target = by_id.get(other, {}).get(str(row.get(f"{field}_id")))
                if target and entity != other and entity in ("service", "service_at_location", "attribute"):
                    row[field] = target
    for field, entity in MANY.items():
        for row in found.get(entity, []):
            for owner in _owners(entity, row, by_id):
                owner.setdefault(field, []).append(row)
    return found.get("service", [])


def _owners(entity: str, row: Json, by_id: dict[str, dict[str, Json]]) -> list[Json]:
    """The rows that a row belongs to."""
    links = [("service", "service_id")]
    if entity == "attribute":
        links = [(str(row.get("link_entity")), "link_id")]
    elif entity != "service_at_location":  # which names its location, but is not part of it
        links += [("contact", "contact_id"), ("location", "location_id"), ("phone", "phone_id")]
        links += [("service_at_location", "service_at_location_id")]
    found = (by_id.get(entity, {}).get(str(row[column])) for entity, column in links if row.get(column))
    return [owner for owner in found if owner is not None and owner is not row]


def read(path: Path) -> list[Json]:
    """The services of a JSON file, of a folder of CSV files, or of its ``datapackage.json``.

    Raises ValueError with words that staff can act on.
    """
    if path.is_dir() or path.name == "datapackage.json":
        return nested(_read_package(path if path.is_dir() else path.parent))
    if path.suffix == ".csv":
        raise ValueError(f"{path.name} is one table of many. Give the folder that it stands in.")
    return parse(files.text(path), path.name)


def parse(text: str, name: str) -> list[Json]:
    """The services of a JSON file with this name. Raises ValueError with words that staff can act on."""
    data = _decode(text, name)
    if isinstance(data, dict) and "contents" in data:
        data = data["contents"]
    elif isinstance(data, dict) and ("services.csv" in data or "services" in data):
        data = nested({each.removesuffix(".csv"): _objects(rows, each) for each, rows in data.items()})
    elif isinstance(data, dict) and "id" in data:
        data = [data]
    return _objects(data, name)


def _objects(rows: Any, name: str) -> list[Json]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{name} holds no list of services in the shape of HSDS 3.0.")
    return rows


def _read_package(folder: Path) -> dict[str, list[Json]]:
    names = {f"{file}.csv" for file in FILES.values()}
    paths = [path for path in sorted(folder.iterdir()) if path.name in names]
    if not any(path.name == "services.csv" for path in paths):
        raise ValueError(f"{folder.name} holds no services.csv.")
    if sum(path.stat().st_size for path in paths) > files.LARGEST:
        raise ValueError(f"{folder.name} is too large: at most {files.LARGEST >> 20} MB at once.")
    tables, left = {}, MOST_VALUES
    for path in paths:
        tables[path.stem] = _read_csv(path, left)
        left -= sum(map(len, tables[path.stem]))
    return tables


def _read_csv(path: Path, most: int) -> list[Json]:
    """The rows of a table. Raises ValueError, and for more than so many values."""
    found, values = [], 0
    reader = csv.reader(io.StringIO(files.text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        for cells in reader:
            # A cell beyond the header has no name; an empty one says nothing.
            row = {name: value for name, value in zip(header, cells, strict=False) if name and value}
            values += len(row)
            if values > most:
                raise ValueError(
                    f"{path.name} holds too much: at most {MOST_VALUES:,} values at once. Bring in a part."
                )
            if row:
                found.append(row)
    except csv.Error as error:
        raise ValueError(f"{path.name} is not a sound CSV file: {error}.") from None
    return found


def _decode(text: str, name: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"{name} is not sound JSON: {error}.") from None
