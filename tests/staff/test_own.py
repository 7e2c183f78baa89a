"""A service of one's own: the form, what it writes, for whom it comes up, and the way back."""

import re

import pytest

from navigator.editions import in_force, publish
from navigator.editions.draft import compile_draft
from navigator.editions.edition import as_edition
from navigator.models import Revision
from services.models import Organization, Service
from services.rows import words
from tests.forms import filled, unescaped

from .publishing import press_publish, text

OWN = {
    "title": "Harris County Victim Office",
    "plain_0": "Help after a crime in Harris County",
    "cost_0": "Free",
    "call": "713 274 5800",
    "website": "victims.example.org",
    "hours-ready": "Mo-Fr 08:00-17:00",
    "timezone": "America/Chicago",
    "languages": ["en", "es"],
    "areas": "harris county, tx",
    "comes": "before",
    "local_of": "victimconnect",
    "how": "Works there",
}
PAGE = "/admin/own/harris-county-victim-office/"


@pytest.fixture
def office(newest, staff_client):
    """A client that is signed in as somebody of the office, with every right."""
    return staff_client


def add(client, **changes):
    return client.post("/admin/own/", filled(client.get("/admin/own/"), "own_form") | OWN | changes, follow=True)


def own():
    return Service.objects.get(slug="harris-county-victim-office")


def test_it_becomes_rows_of_the_draft_and_stays_off_the_public_pages(office, client):
    page = add(office)
    row = own()
    assert page.redirect_chain[-1][0] == PAGE
    assert (row.status, row.areas, row.local_of, row.before, row.category) == (
        "live", "48201", "victimconnect", True, "crime",
    )  # fmt: skip
    assert words(row.name) == {"en": OWN["title"], "es": OWN["title"]} and words(row.plain) == {"en": OWN["plain_0"]}
    assert words(row.cost) == {"en": "Free"}
    assert [(way.kind, way.value, way.hours, way.timezone) for way in row.ways.all()] == [
        ("call", "+17132745800", "Mo-Fr 08:00-17:00", "America/Chicago"),
        ("website", "https://victims.example.org", "", ""),
    ]
    assert row.assured_by == "staff" and row.sources.get().url == "https://victims.example.org"
    assert Organization.objects.get(slug=row.organization.slug).services.count() == 1
    assert set(Revision.objects.filter(how="save").values_list("kind", flat=True)) == {"service", "organization"}
    assert row.slug not in in_force.current().services
    assert OWN["title"] not in client.get("/all/").content.decode()


def test_hours_are_not_kept_without_a_time_zone(office):
    page = add(office, timezone="")
    assert "Choose the time zone of these hours." in text(page)
    assert not Service.objects.filter(slug="harris-county-victim-office").exists()
    assert '<option value="" selected>Choose one</option>' in page.content.decode()


def test_it_says_for_whom_it_comes_first_and_on_how_many_ways(office):
    said = text(add(office))
    found = re.search(r"first on (\d+) of (\d+) ways.*? second on (\d+) .*? further down on (\d+)", said)
    first, paths, second, _later = map(int, found.groups())
    report = publish.check_draft()[1]
    assert paths == report.paths
    # Before VictimConnect: wherever that came first, and nowhere else.
    assert first == report.coverage["victimconnect"].first and second > 0
    assert "For people in Harris County, Texas." in said and "right before “VictimConnect Resource Center”" in said
    assert "when “What kind of harm is or was it?” is" in said


def test_before_after_and_only_on_the_list_are_what_a_person_there_is_shown(office):
    add(office)
    answers = {"danger": "no", "who": "me", "child": "no", "need": "other"}

    def shown(place="48201"):
        edition = as_edition(compile_draft())
        return [service.slug for service, _rule in edition.recommend(answers, place)]

    row = own()
    before = shown()
    assert before.index(row.slug) == before.index("victimconnect") - 1
    assert row.slug not in shown("") and row.slug not in shown("48157")
    office.post(PAGE + "change/", changed(office, comes="after"))
    after = shown()
    assert after.index(row.slug) == after.index("victimconnect") + 1
    page = office.post(PAGE + "change/", changed(office, comes="list"), follow=True)
    assert row.slug not in shown()
    assert "No answer leads to it" in text(page)
    assert own().directory_only and not own().local_of and not own().before


def changed(client, **changes):
    return filled(client.get(PAGE + "change/"), "own_form") | changes


def test_it_warns_where_it_would_be_shown_to_everyone(office):
    add(office)
    rule = Service.objects.get(slug="victimconnect").recommendations.first()
    rule.when.clear()
    assert "It is shown to everyone there, whatever they answer" in text(office.get(PAGE))


@pytest.mark.parametrize(
    ("changes", "field", "words_"),
    [
        ({"areas": "Haris County, TX"}, "areas", "Did you mean: Harris County, Texas"),
        ({"areas": "Washington County"}, "areas", "There is more than one"),
        ({"areas": ""}, "areas", "This field is required."),
        ({"local_of": ""}, "local_of", "Choose the national line"),
        ({"comes": "list", "plain_0": ""}, "plain", "Say in a few words what it does"),
        ({"address": "1 Main Street"}, "public", "Tick this, or empty the address"),
        ({"call": "", "website": ""}, "call", "at least one way"),
        ({"call": "12"}, "call", ""),
        ({"hours-ready": "", "hours": "nine to five"}, "hours", ""),
        ({"email": "office at example.org"}, "email", "not an e-mail address"),
        ({"plain_0": "<b>Help</b>"}, "plain", "Write plain words"),
        ({"title": ""}, "title", "This field is required."),
        ({"title": "<i>x"}, "title", "Write plain words"),
        ({"how": ""}, "how", "This field is required."),
        ({"local_of": "emergency-911"}, "local_of", "Select a valid choice"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_all_that_was_typed_stays(office, changes, field, words_):
    page = add(office, **changes)
    form = page.context["form"]
    assert list(form.errors) == [field] and words_ in unescaped(page)
    assert not Service.objects.filter(name__contains="Harris County Victim").exists()
    typed = filled(page, "own_form")
    for name, value in ({**OWN, **changes}).items():
        if name not in ("hours-ready", "languages"):
            assert typed.get(name, [""]) in ([value], [""] if value == "" else [value], []), name


def test_a_street_address_is_shown_only_where_somebody_said_that_it_may_be(office, client, settings):
    add(office, address="1 Main Street, Houston", public="on")
    press_publish(office)
    settings.HOME_AREA = "48201"
    assert "1 Main Street, Houston" in unescaped(client.get("/all/"))
    # On the service's own page too, a new address is asked about once more.
    page = office.get(f"/admin/services/service/{own().pk}/change/")
    sent = filled(page, "service_form") | {"address": "2 Main Street, Houston"}
    asked = office.post(f"/admin/services/service/{own().pk}/change/", sent)
    assert "May everybody know this address?" in unescaped(asked)
    office.post(f"/admin/services/service/{own().pk}/change/", sent | {"public": "on"})
    assert own().address == "2 Main Street, Houston"


def test_a_change_leaves_what_the_form_does_not_ask_for(office):
    add(office)
    row = own()
    row.name, row.told = {"en": "Victim Office", "es": "Oficina de víctimas"}, {"en": "Nobody."}
    row.save()
    row.ways.create(kind="call", value="+17132745801", order=9)
    office.post(PAGE + "change/", changed(office, call="713-274-5802", email="office@example.org"))
    row = own()
    assert words(row.name)["es"] == "Oficina de víctimas" and words(row.told) == {"en": "Nobody."}
    assert [way.value for way in row.ways.all()] == [
        "+17132745802", "https://victims.example.org", "+17132745801", "office@example.org",
    ]  # fmt: skip
    assert row.recheck, "the check of before does not vouch for a new number"


def test_two_who_change_it_at_once_lose_nothing(office):
    add(office)
    mine = changed(office, serves_0="Anybody")
    office.post(PAGE + "change/", changed(office, call="713-274-5803"))
    page = office.post(PAGE + "change/", mine)
    assert "saved this while you had it open" in unescaped(page)
    assert own().ways.first().value == "+17132745803"


def test_it_can_be_taken_away_and_brought_back(office):
    add(office)
    page = office.post(PAGE, {"away": "1"}, follow=True)
    assert own().status == "retired" and "It is not live" in text(page)
    page = office.post(PAGE, {"back": "1"}, follow=True)
    assert own().status == "live" and "For whom it comes up" in text(page)
    assert Revision.objects.filter(kind="service", name=own().slug).count() == 3


def test_it_can_be_published_in_one_language_and_stands_marked_in_the_other(office, client, settings):
    settings.HOME_AREA = "48201"
    said = text(add(office))
    assert "has words that are missing in: Spanish" in said
    page = office.get("/admin/publish/")
    assert not page.context["faults"] and "has words that are missing in: Spanish" in text(page)
    press_publish(office)
    shown = client.get("/es/all/").content.decode()
    assert f'<span lang="en" dir="auto">{OWN["plain_0"]}</span> (inglés)' in shown
    assert f"<h3>{OWN['plain_0']}</h3>" in client.get("/all/").content.decode()


def test_questions_choices_and_national_services_stay_whole(office):
    Service.objects.filter(slug="rainn").update(plain={"en": "Help"})
    report = publish.check_draft()[1]
    assert [(problem.code, problem.subject) for problem in report.problems] == [("words", "rainn")]
    assert report.warnings == ()


def test_national_services_have_no_form_here_and_editors_need_their_rights(office, editor):
    assert office.get("/admin/own/rainn/change/").status_code == 404
    assert office.post("/admin/own/rainn/", {"away": "1"}).status_code == 404
    assert "It comes first on" in text(office.get("/admin/own/rainn/"))
    assert editor.get("/admin/own/").status_code == 403
    assert office.get("/admin/own/nothing/").status_code == 404
