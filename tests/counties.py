"""Services of one county, of which the content has none; made for tests."""

from msgspec.structs import replace

from services import areas
from services.records import ContactPoint

HARRIS, TRAVIS = "48201", "48453"


def with_shelters(content, *counties):
    """The content with a shelter for each county, beside the national line on domestic violence."""
    like = next(each for each in content.services if each.slug == "tx-child-abuse")
    shelters = tuple(
        replace(
            like,
            slug=f"shelter-{county}",
            category="abuse",
            local_of="ndvh",
            areas=(county,),
            name={key: f"{name} 555" for key, name in areas.county_name(county).items()},
            plain={"en": "A safe place to stay tonight", "es": "Un lugar seguro para esta noche"},
            ways=(ContactPoint(kind="call", value=f"+171355501{number % 100:02}"),),
        )
        for number, county in enumerate(counties)
    )
    return replace(content, services=(*content.services, *shelters))


def publish(*counties):
    """Publish an edition with such shelters; for a site in a folder of its own, by `manage.py shell`."""
    from django.conf import settings

    from navigator.editions import content, draft
    from navigator.editions.publish import publish as publish_draft
    from navigator.public.measure import too_large

    draft.write_draft(with_shelters(content.read_fixtures(settings.CONTENT_DIR), *counties))
    publish_draft(note="With shelters", measure=too_large)
