"""A directory as somebody else would make it: thousands of services, with gaps and oddities. The same each time."""

import random
import uuid

from services import areas

COUNTIES = sorted(areas.COUNTIES)
ODDITIES = 20
"""Of so many services one is of each odd kind."""


def key(kind, number):
    """An id, as another program would give it."""
    return str(uuid.UUID(int=random.Random(f"{kind}/{number}").getrandbits(128), version=4))


def tables(count):
    """A package of so many services, each with a location, by table; two of three share their organization."""
    found = {
        name: []
        for name in (
            "organizations", "services", "service_at_location", "locations", "addresses", "phones", "schedules",
            "service_areas", "languages", "contacts", "url", "funding",
        )
    }  # fmt: skip

    def add(table, which, /, **row):
        found[table].append({"id": key(table, which), **row})

    for number in range(count):
        odd = number % ODDITIES
        county = COUNTIES[number * 7 % len(COUNTIES)]
        own = {"service_id": key("services", number)}
        if number % 3 == 0:
            add(
                "organizations",
                number,
                name="" if odd == 1 else f"Helping Hands of {areas.name(county)['en']}",
                description="A charity",
                website=f"https://hands-{number}.example.org",
                year_incorporated="1987",
            )
        add(
            "services",
            number,
            organization_id=key("organizations", 999_999 if odd == 2 else number // 3 * 3),
            name="" if odd == 3 else f"Shelter {number}",
            status=["active", "active", "temporarily closed", ""][number % 4],
            description=f"<p>Rooms for {number % 40} people &amp; their children.</p>",
            eligibility_description="Women and children",
            application_process="Call first",
            fees_description="None",
            minimum_age="18",
            last_modified="2026-01-02T03:04:05Z",
            wait_time="unknown" if odd == 4 else "",
            assured_date="spring" if odd == 5 else "2026-03-01",
        )
        add("locations", number, location_type="physical", name=f"House {number}", latitude="29.7", longitude="-95.3")
        add("addresses", number, location_id=key("locations", number), address_1=f"{number} Elm Street", country="US")
        add("service_at_location", number, **own, location_id=key("locations", number))
        phone = f"({212 + number % 3}) 555-{number % 10_000:04}" if odd == 6 else f"713-2{number % 100:02}-{number:04}"
        add("phones", number, **own, number=f"{phone} x{number % 90 + 10}" if odd == 7 else phone, type="Voice")
        if odd == 8:
            add("phones", f"{number}/fax", **own, number="713-222-3333", type="Fax")
        if odd == 9:
            add("phones", f"{number}/lost", service_id=key("services", "gone"), number="713-222-3334")
        opens, closes = ("8am", "late") if odd == 10 else ("9:00 AM", "5:00 PM") if odd == 11 else ("09:00", "17:00")
        at = {"service_at_location_id": key("service_at_location", number)} if odd == 12 else own
        add(
            "schedules", number, **at, freq="WEEKLY", byday="MO,TU,WE,TH,FR", opens_at=opens, closes_at=closes,
            timezone="America/Chicago" if odd == 13 else "-6", wkst="MO",
        )  # fmt: skip
        names = {
            14: {"name": "Greater Houston and beyond"},
            15: {},
            16: {"extent": county[:4] + "O", "extent_type": "text"},
            17: {"extent": "us-tx", "extent_type": "text"},
        }
        if odd != 18:
            add("service_areas", number, **own, **names.get(odd, {"name": areas.name(county)["en"]}))
        if odd == 17:
            add("service_areas", f"{number}/inside", **own, extent="48201", name="Harris County, Texas")
        add("languages", number, **own, name="Spanish", code="es")
        if odd == 19:
            add("contacts", number, **own, name="Ann Persona", email="nobody at example.org")
            add("url", number, **own, label="Ask us", url=f"https://ask-{number}.example.org")
        add("funding", number, **own, source="Gifts")
    return {
        name: [{field: value for field, value in row.items() if value} for row in rows] for name, rows in found.items()
    }
