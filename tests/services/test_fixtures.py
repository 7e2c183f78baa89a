"""The content that ships: every contact was seen somewhere, and nothing is shown that must not be."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from navigator import models
from navigator.editions import content, draft
from services import hours, phones
from services.models import NUMBERED, ContactPoint, Organization, Service

ROOT = Path(__file__).resolve().parent.parent.parent
REFERENCE = ROOT.parent / "shared" / "reference"
"""What was researched, where it is at hand; it is no part of the project."""
REVIEWED = {
    "reportefraude.ftc.gov",
    "robodeidentidad.gov",
    "consumer.ftc.gov/articles/what-do-if-you-were-scammed",
}
"""Addresses that the review of the content named, beside those of the research."""
NEVER = {
    "8773472423": "the ICE tip line from abroad, as an old catalogue prints it",
    "8333831465": "VESL, which VOICE replaced",
    "8663119474": "love is respect, misprinted",
    "8008281120": "the Virginia relay, printed for immigration courts",
    "2027323300": "ICE privacy, 2010",
    "2027324242": "ICE public affairs, 2010",
    "7034148600": "ICE gang unit, 2010",
    "2027323765": "Project Shield America, 2010",
    "2027323764": "Project Shield America, 2010",
}
FIRST_TO_CALL = {
    "hsi-tip-line",
    "victimconnect",
    "ice-victim-assistance-program",
    "madd-victim-line",
    "cbp-be-alert",
    "dhs-vine",
    "nhth",
    "rainn",
    "ftc-identity-theft",
    "ftc-report-fraud",
    "fbi-tips",
    "know2protect",
    "ndvh",
    "ice-voice",
}
"""Services that were to be called or opened before release: their review is due from the start. (The second part of the
research confirmed the ways of the DoD Safe Helpline.)"""
CONFLICTING = {
    "ice-tip-line",
    "ice-forced-labor",
    "ice-hrvwcc",
    "love-is-respect",
    "victimconnect",
    "ice-ocrc",
    "ice-privacy",
}
"""Services whose sources disagreed."""
RETIRED = {"ice-vesl"}
LEFT_OUT = {"+18002738255", "711", "+18772275511", "+14422983263", "+14437877678"}
"""The number before 988, a fallback from 2022; 711, said once on every card with a voice number; that of CBP, which
stands on one old page of others alone; and two of WhatsApp: as text messages they would reach nobody."""


@pytest.fixture(scope="module")
def reference():
    """The researched services by key; none where the research is not at hand."""
    if not REFERENCE.exists():
        return {}
    found = {}
    for name in ("services.yaml", "services-2.yaml"):
        read = yaml.load((REFERENCE / name).read_text(encoding="utf-8"), yaml.CSafeLoader)
        for service in read["services"]:
            completes = service.get("adds_to")
            found.setdefault(completes if completes in found else service["key"], []).append(service)
    return found


def national(content):
    """The services of the whole country."""
    return [service for service in content.services if not getattr(service, "areas", ())]


def digits(text):
    """All runs of digits in a text, letters of a number in letters read as keys, separators left out."""
    keys = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
    spelled = re.sub(r"\b1?[-. ]?\(?8\d\d\)?[-. ][A-Z0-9-]{7,}", lambda found: found[0].translate(keys), text)
    return set(re.findall(r"\d{10,}", re.sub(r"(?<=\d)[\s().+-]+(?=\d)", "", spelled)))


def bare(address):
    """An address as people write it: without scheme, www and final slash."""
    return re.sub(r"^(https?://)?(www\.)?", "", address).rstrip("/").casefold()


def seen(entries):
    """Every number, code and address that the research gives for a service, and those it says not to show."""
    shown, hidden = set(), set()
    for entry in entries:
        for phone in entry.get("phones") or []:
            (hidden if "do not show" in phone.get("note", "").lower() else shown).add(phone["number"])
        shown |= {text["shortcode"] for text in entry.get("text") or []}
        shown |= {bare(entry[key]) for key in ("website", "form_url", "chat_url", "email") if entry.get(key)}
    return shown, hidden


def test_every_contact_was_seen_by_the_research(fixtures, reference):
    for service in national(fixtures):
        if not reference:
            assert service.sources
            continue
        shown, _hidden = seen(reference[service.slug])
        given = {way.value if way.kind in NUMBERED else bare(way.value) for way in service.ways}
        assert given <= shown | REVIEWED, service.slug


def test_no_number_of_the_research_is_lost(fixtures, reference):
    shown = {service.slug: {way.value for way in service.ways} for service in national(fixtures)}
    assert {"911", "+18883737888"} <= shown["emergency-911"] | shown["nhth"]
    for slug, values in shown.items():
        numbers = (
            {value for value in seen(reference[slug])[0] if re.fullmatch(r"\+?\d+", value)} if reference else set()
        )
        assert numbers - LEFT_OUT <= values, slug


def test_every_number_is_kept_as_it_parses_and_has_a_source(fixtures):
    for service in fixtures.services:
        assert service.sources, service.slug
        assert all(source.title and (source.seed or source.grade) for source in service.sources), service.slug
        for way in service.ways:
            if way.kind in NUMBERED:
                assert phones.parse(way.value) == way.value, service.slug
            if way.vanity:
                assert phones.spells(way.vanity, way.value), service.slug
            if way.hours and way.hours != hours.ALWAYS:
                assert hours.parse(way.hours).spans, service.slug


def test_no_service_of_the_release_claims_a_check_that_no_person_made(fixtures):
    for service in fixtures.services:
        assert (service.assured_date, service.assured_how, service.assured_by) == (None, "", ""), service.slug


def test_every_service_is_there_but_those_retired(fixtures, reference):
    slugs = {service.slug for service in national(fixtures)}
    assert not slugs & RETIRED
    assert len(slugs) == 128
    if reference:
        retired = {key for key, entries in reference.items() if entries[0]["navigator_use"] == "retired"}
        assert retired == RETIRED
        assert slugs == set(reference) - retired


def test_where_sources_disagree_or_a_call_is_due_the_review_is_due(fixtures, reference):
    recheck = {service.slug for service in national(fixtures) if service.recheck}
    assert recheck >= CONFLICTING | FIRST_TO_CALL
    for key, entries in reference.items():
        if any(entry["verified"] in ("conflict", "one source") for entry in entries):
            service = next((each for each in fixtures.services if each.slug == key), None)
            assert service is None or key in recheck or service.status != "live", key


def test_services_of_police_and_immigration_enforcement_say_so(fixtures, reference):
    neither = {service.slug for service in national(fixtures) if service.answered_by in ("neither", "unknown")}
    for slug in neither:
        assert not reference or reference[slug][0]["law_enforcement"] != "yes", slug
    assert {s.slug for s in fixtures.services if s.answered_by == "immigration"} >= {"ice-tip-line", "ice-voice"}


def test_outdated_numbers_stand_nowhere_in_the_content(reference):
    never = set(NEVER)
    for entries in reference.values():
        never |= {number.removeprefix("+1") for number in seen(entries)[1]}
    for path in sorted((ROOT / "fixtures").rglob("*.yaml")):
        found = {run for run in digits(path.read_text(encoding="utf-8")) if any(number in run for number in never)}
        assert not found, path.name


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("name", ["all", "question", "safety", "privacy", "accessibility", "about"])
def test_outdated_numbers_stand_on_no_page(client, name, language):
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    text = client.get(prefix + reverse(name)).content.decode()
    assert "tel:911" in text
    if name == "all":
        assert "+18028726199" in text  # the page does list every number
    assert not [run for run in digits(text) if any(number in run for number in NEVER)]
    assert "VESL" not in text


def test_an_outdated_number_is_found_however_it_is_written():
    for text in ("(877) 347-2423", "+18773472423", "1-877-DHS-2-ICE", "877.347.2423", "877 347 2423"):
        assert any("8773472423" in run for run in digits(f"call {text} now")), text


def test_the_main_numbers_begin_with_911(real):
    assert real.main[0].slug == "emergency-911"
    assert {"nhth", "988-lifeline"} <= {service.slug for service in real.main}
    assert all(service.ways and service.ways[0].kind == "call" for service in real.main)


def by_rank(flow):
    """A flow as the draft keeps it: rules and guidance by rank."""
    return msgspec.structs.replace(
        flow,
        recommendations=tuple(sorted(flow.recommendations, key=lambda rule: rule.rank)),
        guidance=tuple(sorted(flow.guidance, key=lambda text: text.rank)),
    )


def test_the_draft_reads_back_as_it_was_written(db, fixtures):
    by_slug = {service.slug: service for service in fixtures.services}
    found = Service.objects.select_related("organization").prefetch_related("ways", "sources")
    assert {service.slug: service.record() for service in found} == by_slug
    assert any(service.staff_note for service in by_slug.values())
    assert tuple(row.record() for row in Organization.objects.all()) == fixtures.organizations
    assert draft.draft_flow() == by_rank(fixtures.flow)


def test_what_is_compiled_has_no_notes_for_staff(db, fixtures):
    compiled = draft.compile_draft()
    assert len(compiled.services) == sum(service.status == "live" for service in fixtures.services)
    assert not any(service.staff_note for service in compiled.services)


def test_writing_the_draft_twice_changes_nothing(db, fixtures):
    draft.write_draft(fixtures)
    assert draft.draft_flow() == by_rank(fixtures.flow)
    assert Service.objects.get(slug="nhth").record() == next(s for s in fixtures.services if s.slug == "nhth")


def test_every_row_passes_the_checks_that_staff_meet(db):
    for model in (Organization, Service, ContactPoint, models.Question, models.Choice, models.Recommendation):
        for row in model.objects.all():
            row.full_clean()
    for row in models.Guidance.objects.all():
        row.full_clean()


def test_fixtures_that_do_not_fit_say_which_file(tmp_path):
    with pytest.raises(ValueError, match=r"flow\.yaml is missing"):
        content.read_fixtures(tmp_path)
    (tmp_path / "flow.yaml").write_text("questions: []\nrecommendations: []\n")
    (tmp_path / "one.yaml").write_text("services: [{slug: a, colour: red}]\n")
    with pytest.raises(ValueError, match=r"one\.yaml: "):
        content.read_fixtures(tmp_path)
    (tmp_path / "one.yaml").write_text("organizations: [{slug: a, name: {}}, {slug: a, name: {}}]\n")
    with pytest.raises(ValueError, match="organizations: a named twice"):
        content.read_fixtures(tmp_path)
