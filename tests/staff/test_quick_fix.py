"""The staff page that changes one thing of one service at once, past a draft that is not ready."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_save

from navigator import models
from navigator.editions import in_force, publish
from services.models import Service
from services.rows import words

from .publishing import CONFLICT, RAINN, account, edit, number, shown, signed_in, text

pytestmark = pytest.mark.usefixtures("newest")

NUMBER = {"service": "rainn", "what": "number", "way": "0", "value": "888-373-7888", "note": "Called it"}
OFF = {"service": "childhelp", "what": "off", "note": "The line is dead"}
ALERT = {"service": "rainn", "what": "alert", "alert_en": "Busy today", "alert_es": "Hoy hay demora", "note": "Told us"}


def fix(publisher, data):
    """Show what a fix changes, then publish what was shown; both answers."""
    page = publisher.post("/admin/publish/fix/", data)
    return page, publisher.post(
        "/admin/publish/fix/", {**data, "edition": shown(page, "edition") or "", "publish": "1"}
    )


def test_a_fixed_number_is_shown_then_public_and_in_the_draft_without_the_rest_of_it(publisher):
    edit("ncmec-hotline", assured_by="Somebody at work")
    before = number()
    page, _done = fix(publisher, NUMBER)
    assert "1-800-656-4673" in text(page)
    assert "1-888-373-7888" in text(page)
    rainn = in_force.current().services["rainn"]
    assert rainn.ways[0].value == "+18883737888"
    assert (rainn.assured_by, rainn.assured_how, str(rainn.assured_date)) == ("Ana", "Called it", "2026-11-24")
    assert in_force.current().services["ncmec-hotline"].assured_by != "Somebody at work"
    draft = Service.objects.get(slug="rainn").record()
    assert (draft.ways, draft.assured_by) == (rainn.ways, "Ana")
    assert number() > before
    assert models.Edition.objects.first().note == f"{RAINN}: Called it"


def test_letters_that_no_longer_give_the_number_go(publisher):
    slug, place, way = next(
        (slug, place, way)
        for slug, service in in_force.current().services.items()
        for place, way in enumerate(service.ways)
        if way.vanity
    )
    fix(publisher, {**NUMBER, "service": slug, "way": str(place)})
    assert in_force.current().services[slug].ways[place].vanity == ""
    assert way.value != in_force.current().services[slug].ways[place].value


def test_a_fix_is_not_published_before_it_was_shown(publisher):
    before = number()
    publisher.post("/admin/publish/fix/", NUMBER)
    publisher.post("/admin/publish/fix/", {**NUMBER, "publish": "1"})
    assert number() == before


def test_a_fix_of_an_edition_no_longer_in_force_is_refused(publisher):
    seen = number()
    edit("ncmec-hotline", assured_by="Bob")
    publish.publish()
    before = number()
    answer = publisher.post("/admin/publish/fix/", {**NUMBER, "edition": seen, "publish": "1"})
    assert answer.status_code == CONFLICT
    assert number() == before


@pytest.mark.parametrize("value", ["", "12", "888-373-78", "1-800-656-4673"])
def test_a_number_that_cannot_be_or_is_there_already_is_refused(publisher, value):
    before = number()
    page, _done = fix(publisher, {**NUMBER, "value": value})
    assert "errorlist" in page.content.decode()
    assert number() == before


def test_a_number_that_differs_in_the_draft_already_is_left_there_and_said(publisher):
    Service.objects.get(slug="rainn").ways.filter(kind="call").update(value="+12025550123")
    page, _done = fix(publisher, NUMBER)
    assert "The draft differs here already" in text(page)
    assert in_force.current().services["rainn"].ways[0].value == "+18883737888"
    assert "+12025550123" in {way.value for way in Service.objects.get(slug="rainn").ways.all()}


def test_a_service_switched_off_leaves_the_public_and_the_draft_with_its_rules(publisher):
    local = in_force.current().local["childhelp"]
    page, _done = fix(publisher, OFF)
    assert "taken off" in text(page)
    assert f"So do {len(local)} local services of it." in text(page)
    edition = in_force.current()
    assert not {"childhelp", *(each.slug for each in local)} & edition.services.keys()
    assert all(rule.service != "childhelp" for rule in edition.flow.recommendations)
    assert Service.objects.get(slug="childhelp").status == "retired"
    assert publish.check_draft()[1].problems == ()


def test_a_service_switched_off_comes_back_with_its_rules(publisher):
    before = in_force.current()
    rules = [rule for rule in before.flow.recommendations if rule.service == "childhelp"]
    page, _done = fix(publisher, OFF)
    assert f"{len(rules)} recommendations go with it" in text(page)
    assert '<option value="childhelp">' in publisher.get("/admin/publish/fix/").content.decode()
    assert "Switch it on again" in text(publisher.get("/admin/publish/fix/?service=childhelp"))
    page, _done = fix(publisher, {**OFF, "what": "on"})
    assert f"{len(rules)} recommendations come back with it" in text(page)
    edition, draft = in_force.current(), publish.check_draft()[0]
    assert edition.services == before.services
    for flow in (edition.flow, draft.flow):
        assert [rule for rule in flow.recommendations if rule.service == "childhelp"] == rules
    assert Service.objects.get(slug="childhelp").status == "live"
    assert "Nothing to publish" in text(publisher.get("/admin/publish/"))


def test_a_rule_whose_choice_is_gone_does_not_come_back_as_one_that_always_holds(publisher):
    fix(publisher, OFF)
    rule = next(r for r in publish.last_with("childhelp").flow.recommendations if r.service == "childhelp" and r.when)
    models.Question.objects.get(key=next(iter(rule.when))).delete()
    page, _done = fix(publisher, {**OFF, "what": "on"})
    assert "The draft differs here already" in text(page)
    assert not models.Recommendation.objects.filter(service__slug="childhelp").exists()


def test_a_service_that_is_public_is_not_switched_on(publisher):
    before = number()
    fix(publisher, {**OFF, "what": "on"})
    assert number() == before


def test_switching_off_what_a_path_needs_is_refused_with_the_path(publisher):
    before = number()
    page, done = fix(publisher, {**OFF, "service": "emergency-911"})
    assert "Publish to everyone" not in text(page)
    assert "Shortest path: Is someone in danger right now? Yes" in text(page)
    assert done.status_code == CONFLICT
    assert number() == before
    assert Service.objects.get(slug="emergency-911").status == "live"


@pytest.mark.parametrize("wrong", ["<b>Busy</b>", "x" * 4_001])
def test_an_alert_that_the_draft_would_refuse_is_refused(publisher, wrong):
    before = number()
    page, _done = fix(publisher, {**ALERT, "alert_es": wrong})
    assert set(page.context["form"].errors) == {"alert_es"}
    assert number() == before


def test_an_alert_that_makes_an_outcome_stand_out_is_refused_in_words(publisher):
    before = number()
    page, done = fix(publisher, {**ALERT, "alert_en": " ".join(f"{n * 2654435761 % 2**32:x}" for n in range(400))})
    assert "An outcome in English takes" in text(page)
    assert done.status_code == CONFLICT and number() == before


def test_an_alert_is_set_and_cleared(publisher):
    fix(publisher, ALERT)
    expected = {"en": "Busy today", "es": "Hoy hay demora"}
    assert in_force.current().services["rainn"].alert == expected
    assert words(Service.objects.get(slug="rainn").alert) == expected
    fix(publisher, {**ALERT, "alert_en": "", "alert_es": ""})
    assert in_force.current().services["rainn"].alert == {}
    assert words(Service.objects.get(slug="rainn").alert) == {}


def test_an_alert_in_one_language_is_enough_and_stands_marked_elsewhere(publisher, client):
    page, _done = fix(publisher, {**ALERT, "alert_es": ""})
    assert "has words that are missing in: Spanish" in text(page)
    assert in_force.current().services["rainn"].alert == {"en": "Busy today"}
    assert '<span lang="en" dir="auto">Busy today</span> (inglés)' in client.get("/es/all/").content.decode()
    assert "Busy today</p>" in client.get("/all/").content.decode()


def test_a_fix_needs_a_note(publisher):
    before = number()
    fix(publisher, {**NUMBER, "note": ""})
    assert number() == before


def test_a_fix_killed_half_way_changes_neither_the_public_nor_the_draft(publisher):
    page, before = publisher.post("/admin/publish/fix/", NUMBER), number()

    def killed(sender, **kwargs):
        raise KeyboardInterrupt

    post_save.connect(killed, sender=models.Edition)
    try:
        with pytest.raises(KeyboardInterrupt):
            publisher.post("/admin/publish/fix/", {**NUMBER, "edition": shown(page, "edition"), "publish": "1"})
    finally:
        post_save.disconnect(killed, sender=models.Edition)
    assert number() == before
    assert Service.objects.get(slug="rainn").ways.first().value == "+18006564673"


def test_a_fix_stands_in_the_history_of_the_service(publisher, ana):
    fix(publisher, NUMBER)
    entry = LogEntry.objects.get(content_type__model="service")
    assert (entry.user, entry.object_repr) == (ana, RAINN)
    assert "Called it" in entry.change_message


@pytest.mark.parametrize("slug", ["", "no-such-service"])
def test_without_a_service_the_quick_fix_asks_for_one(publisher, slug):
    page = publisher.get(f"/admin/publish/fix/?service={slug}")
    assert '<option value="rainn">' in page.content.decode()


# Four eyes


def test_with_four_eyes_a_fix_past_the_draft_frees_nobody(publisher, ana, four_eyes, clock):
    edit(assured_by="Ana", by=ana)
    clock.shift(60)
    fix(signed_in(account("bob", publishes=True)), OFF)
    clock.shift(60)
    assert "somebody who did not must" in text(publisher.get("/admin/publish/"))


def test_with_four_eyes_the_quick_fix_only_switches_off(publisher, settings):
    settings.FOUR_EYES = True
    page = publisher.get("/admin/publish/fix/?service=rainn").content.decode()
    assert 'value="off"' in page
    assert 'value="number"' not in page
    before = number()
    publisher.post("/admin/publish/fix/", {**NUMBER, "edition": before, "publish": "1"})
    assert number() == before


def test_services_of_one_name_are_told_apart_and_none_is_chosen_beforehand(publisher):
    page = publisher.get("/admin/publish/fix/").content.decode()
    offered = re.findall(r'<option value="([^"]*)">([^<]*)<', page)
    assert offered[0][0] == ""
    words = [name for slug, name in offered if slug]
    assert len(set(words)) == len(words) > 300
    assert any("(Texas). Call 1-" in name for name in words)


def test_a_number_that_is_another_services_is_said(publisher):
    page = publisher.post("/admin/publish/fix/", {**NUMBER, "service": "childhelp", "value": "1-800-656-4673"})
    said = text(page).partition("This is also the number or address of:")[2].partition("Note:")[0]
    assert RAINN in said and "Childhelp" not in said
