"""HSDS files: JSON as its API gives it, and the tabular package of CSV files with ``datapackage.json``.

Both hold the same nested services. Nothing here touches Django or the database.
"""

import csv
import io
import json
from collections import Counter
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
    "url": "url",
}
"""The tables that a service is spread over, and their files (datapackage.json of the standard; urls are in 3.1)."""
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
    "additional_urls": "url",
}
"""A field that holds many things, each of which names its owner."""
OWNERS = ("contact", "location", "phone", "service_at_location", "organization")
"""What has things of its own beside a service."""
NUMBERS = {"timezone", "interval"}
LARGEST = 48 * 1024 * 1024
"""Bytes of files read at once: 5,000 services with all about them take some 30 MB as JSON."""
MOST_VALUES = 1_500_000
"""Cells with something in them that are read at once: 150 for each of the services that may come together."""


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


def nested(rows: dict[str, list[Json]], left: Counter[str] | None = None) -> list[Json]:
    """Rows by table as nested services: the other way round from `tables`.

    Rows that belong to no service, and tables that are not known, are counted in ``left`` by table.
    """
    left = Counter() if left is None else left
    entities = {file: entity for entity, file in FILES.items()}
    found = {entities[name]: [dict(row) for row in table] for name, table in rows.items() if name in entities}
    by_id = {entity: {str(row.get("id")): row for row in table} for entity, table in found.items()}
    used = {id(row) for row in found.get("service", [])}
    for entity in ("service", "service_at_location", "attribute"):
        for row in found.get(entity, []):
            for field, other in ONE.items():
                target = by_id.get(other, {}).get(str(row.get(f"{field}_id")))
                if target and entity != other:
                    row[field] = target
                    used.add(id(target))
    for field, entity in MANY.items():
        for row in found.get(entity, []):
            owners = _owners(entity, row, by_id)
            used.update(id(row) for _owner in owners[:1])
            for owner in owners:
                owner.setdefault(field, []).append(row)
    for entity, table in found.items():
        left[f"{FILES[entity]}: rows of no service"] += sum(id(row) not in used for row in table)
    for name in rows.keys() - entities.keys():
        left[name] += len(rows[name])
    return found.get("service", [])


def _owners(entity: str, row: Json, by_id: dict[str, dict[str, Json]]) -> list[Json]:
    """The rows that a row belongs to."""
    links = [("service", "service_id")]
    if entity == "attribute":
        links = [(str(row.get("link_entity")), "link_id")]
    elif entity != "service_at_location":  # which names its location, but is not part of it
        links += [(owner, f"{owner}_id") for owner in OWNERS]
    found = (by_id.get(owner, {}).get(str(row[column])) for owner, column in links if row.get(column))
    return [owner for owner in found if owner is not None and owner is not row]


def read(path: Path, left: Counter[str] | None = None) -> list[Json]:
    """The services of a JSON file, of a folder of CSV files, or of its ``datapackage.json``.

    What of a package is not read is counted in ``left``. Raises ValueError with words that staff can act on.
    """
    if path.is_dir() or path.name == "datapackage.json":
        return nested(_read_package(path if path.is_dir() else path.parent), left)
    if path.suffix == ".csv":
        raise ValueError(f"{path.name} is one table of many. Give the folder that it stands in.")
    return parse(files.text(path, LARGEST), path.name, left)


def parse(text: str, name: str, left: Counter[str] | None = None) -> list[Json]:
    """The services of a JSON file with this name. Raises ValueError with words that staff can act on."""
    data = _decode(text, name)
    if isinstance(data, dict) and "contents" in data:
        data = data["contents"]
    elif isinstance(data, dict) and ("services.csv" in data or "services" in data):
        data = nested({each.removesuffix(".csv"): _objects(rows, each) for each, rows in data.items()}, left)
    elif isinstance(data, dict) and "id" in data:
        data = [data]
    return _objects(data, name)


def _objects(rows: Any, name: str) -> list[Json]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{name} holds no list of services in the shape of HSDS 3.")
    return rows


def _read_package(folder: Path) -> dict[str, list[Json]]:
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".csv")
    if not any(path.name == "services.csv" for path in paths):
        raise ValueError(f"{folder.name} holds no services.csv.")
    if sum(path.stat().st_size for path in paths) > LARGEST:
        raise ValueError(f"{folder.name} is too large: at most {LARGEST >> 20} MB at once.")
    tables, left = {}, MOST_VALUES
    for path in paths:
        tables[path.stem] = _read_csv(path, left)
        left -= sum(map(len, tables[path.stem]))
    return tables


def _read_csv(path: Path, most: int) -> list[Json]:
    """The rows of a table. Raises ValueError, and for more than so many values."""
    found, values = [], 0
    reader = csv.reader(io.StringIO(files.text(path, LARGEST), newline=""), strict=True)
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
