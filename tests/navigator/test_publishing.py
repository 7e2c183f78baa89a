"""The staff pages: publish, the fast lane, editions, rolling back, explain."""

import json
import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import content, database, in_force, publish
from services.models import Organization, Service, words
from tests.navigator.staff import sign_in

FORBIDDEN, CONFLICT = 403, 409
RAINN = "National Sexual Assault Hotline (RAINN)"


@pytest.fixture(autouse=True)
def newest(db):
    """The edition of the database in force, as in a running process."""
    database.refresh()
    return in_force.current()


def account(name, publishes):
    user = User.objects.create_user(name, password="x", is_staff=True, first_name=name.title())
    if publishes:
        user.user_permissions.add(Permission.objects.get(codename="publish_edition"))
    return user


def signed_in(user, **kwargs):
    client = Client(**kwargs)
    sign_in(client, user)
    return client


@pytest.fixture
def ana(newest):
    return account("ana", publishes=True)


@pytest.fixture
def client(ana):
    """Ana, who may publish."""
    return signed_in(ana)


@pytest.fixture
def editor(newest):
    """Eve, who may edit but not publish."""
    return signed_in(account("eve", publishes=False))


def edit(slug="rainn", by=None, **values):
    """Change a service in the draft, as the admin does."""
    row = Service.objects.get(slug=slug)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if by:
        LogEntry.objects.log_actions(by.pk, [row], CHANGE, "", single_object=True)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def shown(response, name):
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return found and found[1]


def press_publish(client, **data):
    page = client.get("/admin/publish/")
    return client.post("/admin/publish/", {"draft": shown(page, "draft") or "", "note": "A note", **data})


def number():
    return models.Edition.objects.values_list("number", flat=True).first()


# Publish


def test_the_page_shows_what_differs_and_one_button(client):
    edit(assured_by="Ana")
    page = client.get("/admin/publish/")
    assert RAINN in text(page)
    assert "Checked by" in text(page)
    assert page.content.decode().count("Publish to everyone") == 1
    assert "paths walked" in text(page)


@pytest.mark.parametrize("address", ["/admin/publish/", "/admin/"])
def test_what_differs_leads_to_its_page(client, ana, address):
    ana.is_superuser = True
    ana.save()
    edit(assured_by="Ana")
    rows = [
        Service.objects.get(slug="rainn"),
        Organization.objects.get(slug="vibrant"),
        *(model.objects.first() for model in (models.Question, models.Recommendation, models.Guidance)),
    ]
    Organization.objects.filter(slug="vibrant").update(name={"en": "Other", "es": "Otra"})
    models.Question.objects.filter(pk=rows[2].pk).update(title={"en": "Other?", "es": "¿Otra?"})
    models.Recommendation.objects.filter(pk=rows[3].pk).update(reason={"en": "because", "es": "porque"})
    models.Guidance.objects.filter(pk=rows[4].pk).update(title={"en": "Other", "es": "Otra"})
    page = client.get(address).content.decode()
    for row in rows:
        where = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        assert f'<a href="{where}">' in page


def test_a_rule_that_is_gone_has_no_page(client):
    rule = models.Recommendation.objects.filter(service__slug="rainn").first()
    rule.delete()
    groups = client.get("/admin/publish/").context["groups"]
    assert [(group.where, group.link) for group in groups] == [(f"Rule for {RAINN}", "")]


def test_nothing_to_publish_has_no_button(client):
    page = client.get("/admin/publish/")
    assert "Nothing to publish" in text(page)
    assert "Publish to everyone" not in text(page)


def test_publishing_puts_the_draft_in_force_with_who_and_why(client, ana):
    edit(assured_by="Ana")
    page = client.get("/admin/publish/")
    answer = client.post("/admin/publish/", {"draft": shown(page, "draft"), "note": "Checked by phone"}, follow=True)
    row = models.Edition.objects.first()
    assert (row.published_by, row.note) == (ana, "Checked by phone")
    assert in_force.current().number == row.number
    assert in_force.current().services["rainn"].assured_by == "Ana"
    assert f"Edition {row.number} is published" in text(answer)
    entry = LogEntry.objects.get(content_type__model="edition")
    assert (entry.user, entry.object_id) == (ana, str(row.number))


def test_a_second_click_publishes_nothing_more(client):
    edit(assured_by="Ana")
    draft = shown(client.get("/admin/publish/"), "draft")
    client.post("/admin/publish/", {"draft": draft})
    before = number()
    assert client.post("/admin/publish/", {"draft": draft}).status_code == CONFLICT
    assert number() == before


def test_a_failing_check_takes_the_button_away_and_names_the_shortest_path(client):
    edit("emergency-911", status="retired")
    page = client.get("/admin/publish/")
    assert "Publish to everyone" not in text(page)
    assert "Shortest path: Is someone in danger right now? Yes" in text(page)


@pytest.mark.parametrize("address", ["/admin/publish/", "/admin/"])
def test_a_problem_leads_to_its_record_and_its_path_to_explain(client, ana, address):
    ana.is_superuser = True
    ana.save()
    edit("childhelp", status="retired")
    page = client.get(address).content.decode()
    pk = Service.objects.get(slug="childhelp").pk
    assert f'href="/admin/services/service/{pk}/change/"' in page
    assert 'href="/admin/navigator/recommendation/?q=childhelp"' in page
    form = page[page.index('action="/admin/explain/"') :]
    data = dict(re.findall(r'name="(of|q-\w+)" value="(\w+)"', form[: form.index("</form>")]))
    assert data["of"] == "draft"
    assert "What the person sees" in text(client.post("/admin/explain/", data))


@pytest.mark.parametrize("address", ["/admin/", "/admin/map/", "/admin/services/service/", "/admin/editions/"])
def test_every_page_leads_to_ours(client, ana, address):
    ana.is_superuser = True
    ana.save()
    page = client.get(address).content.decode()
    for name in ("publish", "quick-fix", "editions", "preview", "explain", "map"):
        assert page.count(f'<li><a href="{reverse(f"admin:{name}")}">') == 1


def test_a_crafted_post_is_refused_while_a_check_fails_and_told_why(client):
    edit("emergency-911", status="retired")
    before = number()
    draft = content.digest(content.encode(publish.check_draft()[0]))
    answer = client.post("/admin/publish/", {"draft": draft})
    assert answer.status_code == CONFLICT
    assert "the draft does not pass the checks" in text(answer)
    assert "Shortest path" in text(answer)
    assert number() == before


def test_a_draft_that_changed_since_is_refused_and_shown_anew(client):
    edit(assured_by="Ana")
    draft = shown(client.get("/admin/publish/"), "draft")
    edit(assured_by="Bob")
    before = number()
    answer = client.post("/admin/publish/", {"draft": draft})
    assert answer.status_code == CONFLICT
    assert "Bob" in text(answer)
    assert shown(answer, "draft") != draft
    assert number() == before


@pytest.mark.parametrize("draft", ["", "none", None])
def test_a_post_that_names_no_draft_publishes_nothing(client, draft):
    edit(assured_by="Ana")
    before = number()
    assert client.post("/admin/publish/", {} if draft is None else {"draft": draft}).status_code == CONFLICT
    assert number() == before


@pytest.mark.parametrize(
    "path", ["/admin/publish/", "/admin/publish/fix/?service=rainn", "/admin/editions/{}/rollback/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_permission_the_page_says_who_may(editor, ana, path, method):
    edit(assured_by="Ana")
    before = number()
    data = {"draft": content.digest(content.encode(publish.check_draft()[0])), "edition": str(before)}
    answer = getattr(editor, method)(path.format(before), data)
    assert answer.status_code == FORBIDDEN
    assert "Ana" in text(answer)
    assert number() == before


@pytest.mark.parametrize("name", ["publish", "quick-fix", "editions", "explain", "preview"])
def test_who_is_not_signed_in_is_sent_to_sign_in(newest, name):
    answer = Client().get(reverse(f"admin:{name}"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/account/login/")


def test_a_post_without_the_token_of_the_page_is_refused(ana):
    client = signed_in(ana, enforce_csrf_checks=True)
    edit(assured_by="Ana")
    before = number()
    draft = shown(client.get("/admin/publish/"), "draft")
    assert client.post("/admin/publish/", {"draft": draft}).status_code == FORBIDDEN
    assert number() == before


def test_publishing_killed_half_way_leaves_the_edition_in_force(client):
    edit(assured_by="Ana")
    draft, before = shown(client.get("/admin/publish/"), "draft"), number()

    def killed(sender, instance, **kwargs):
        if instance.content_type.model == "edition":
            raise KeyboardInterrupt

    post_save.connect(killed, sender=LogEntry)
    try:
        with pytest.raises(KeyboardInterrupt):
            client.post("/admin/publish/", {"draft": draft})
    finally:
        post_save.disconnect(killed, sender=LogEntry)
    database.refresh()
    assert number() == before == in_force.current().number
    assert in_force.current().services["rainn"].assured_by != "Ana"


# Four eyes


@pytest.fixture
def four_eyes(settings, newest, clock):
    """The setting, on a draft that was published a minute ago."""
    settings.FOUR_EYES = True
    publish.publish()
    clock.shift(60)


def test_with_four_eyes_an_editor_may_not_publish_and_another_may(client, ana, four_eyes):
    bob = account("bob", publishes=True)
    edit(assured_by="Ana", by=ana)
    before = number()
    page = client.get("/admin/publish/")
    assert "Publish to everyone" not in text(page)
    assert "Bob" in text(page)
    draft = content.digest(content.encode(publish.check_draft()[0]))
    assert client.post("/admin/publish/", {"draft": draft}).status_code == FORBIDDEN
    assert number() == before
    press_publish(signed_in(bob))
    assert number() > before


def test_with_four_eyes_whoever_edited_any_part_may_not_publish(client, ana, four_eyes, clock):
    bob, carl = account("bob", publishes=True), account("carl", publishes=True)
    edit(assured_by="Ana", by=ana)
    edit("nhth", assured_by="Bob", by=bob)
    before = number()
    for editor in (ana, bob):
        page = text(signed_in(editor).get("/admin/publish/"))
        assert "somebody who did not must publish it: Carl" in page
        press_publish(signed_in(editor), draft=content.digest(content.encode(publish.check_draft()[0])))
        assert number() == before
    clock.shift(60)
    press_publish(signed_in(carl))
    assert number() > before
    clock.shift(60)
    edit(assured_by="Bob", by=bob)
    assert "Publish to everyone" in text(client.get("/admin/publish/")), "what was published counts no more"


@pytest.mark.parametrize("draft", [False, True])
def test_with_four_eyes_a_rollback_past_the_draft_frees_nobody(client, ana, four_eyes, clock, draft):
    edit(assured_by="Ana", by=ana)
    clock.shift(60)
    publish.rollback(number(), ana, draft=draft)
    clock.shift(60)
    edit("nhth", assured_by="Bob", by=account("bob", publishes=True))
    assert ("somebody who did not must" in text(client.get("/admin/publish/"))) != draft


def test_with_four_eyes_a_fix_past_the_draft_frees_nobody(client, ana, four_eyes, clock):
    edit(assured_by="Ana", by=ana)
    clock.shift(60)
    fix(signed_in(account("bob", publishes=True)), OFF)
    clock.shift(60)
    assert "somebody who did not must" in text(client.get("/admin/publish/"))


def test_with_four_eyes_the_fast_lane_only_switches_off(client, settings):
    settings.FOUR_EYES = True
    page = client.get("/admin/publish/fix/?service=rainn").content.decode()
    assert 'value="off"' in page
    assert 'value="number"' not in page
    before = number()
    client.post("/admin/publish/fix/", {**NUMBER, "edition": before, "publish": "1"})
    assert number() == before


def test_without_four_eyes_the_editor_publishes(client, ana):
    edit(assured_by="Ana", by=ana)
    before = number()
    press_publish(client)
    assert number() > before


# The fast lane

NUMBER = {"service": "rainn", "what": "number", "way": "0", "value": "888-373-7888", "note": "Called it"}
OFF = {"service": "childhelp", "what": "off", "note": "The line is dead"}
ALERT = {"service": "rainn", "what": "alert", "alert_en": "Busy today", "alert_es": "Hoy hay demora", "note": "Told us"}


def fix(client, data):
    """Show what a fix changes, then publish what was shown; both answers."""
    page = client.post("/admin/publish/fix/", data)
    return page, client.post("/admin/publish/fix/", {**data, "edition": shown(page, "edition") or "", "publish": "1"})


def test_a_fixed_number_is_shown_then_public_and_in_the_draft_without_the_rest_of_it(client):
    edit("ncmec-hotline", assured_by="Somebody at work")
    before = number()
    page, _done = fix(client, NUMBER)
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


def test_letters_that_no_longer_give_the_number_go(client):
    slug, place, way = next(
        (slug, place, way)
        for slug, service in in_force.current().services.items()
        for place, way in enumerate(service.ways)
        if way.vanity
    )
    fix(client, {**NUMBER, "service": slug, "way": str(place)})
    assert in_force.current().services[slug].ways[place].vanity == ""
    assert way.value != in_force.current().services[slug].ways[place].value


def test_a_fix_is_not_published_before_it_was_shown(client):
    before = number()
    client.post("/admin/publish/fix/", NUMBER)
    client.post("/admin/publish/fix/", {**NUMBER, "publish": "1"})
    assert number() == before


def test_a_fix_of_an_edition_no_longer_in_force_is_refused(client):
    seen = number()
    edit("ncmec-hotline", assured_by="Bob")
    publish.publish()
    before = number()
    answer = client.post("/admin/publish/fix/", {**NUMBER, "edition": seen, "publish": "1"})
    assert answer.status_code == CONFLICT
    assert number() == before


@pytest.mark.parametrize("value", ["", "12", "888-373-78", "1-800-656-4673"])
def test_a_number_that_cannot_be_or_is_there_already_is_refused(client, value):
    before = number()
    page, _done = fix(client, {**NUMBER, "value": value})
    assert "errorlist" in page.content.decode()
    assert number() == before


def test_a_number_that_differs_in_the_draft_already_is_left_there_and_said(client):
    Service.objects.get(slug="rainn").ways.filter(kind="call").update(value="+12025550123")
    page, _done = fix(client, NUMBER)
    assert "The draft differs here already" in text(page)
    assert in_force.current().services["rainn"].ways[0].value == "+18883737888"
    assert "+12025550123" in {way.value for way in Service.objects.get(slug="rainn").ways.all()}


def test_a_service_switched_off_leaves_the_public_and_the_draft_with_its_rules(client):
    page, _done = fix(client, OFF)
    assert "taken off" in text(page)
    edition = in_force.current()
    assert "childhelp" not in edition.services
    assert all(rule.service != "childhelp" for rule in edition.flow.recommendations)
    assert Service.objects.get(slug="childhelp").status == "retired"
    assert publish.check_draft()[1].problems == ()


def test_a_service_switched_off_comes_back_with_its_rules(client):
    before = in_force.current()
    rules = [rule for rule in before.flow.recommendations if rule.service == "childhelp"]
    page, _done = fix(client, OFF)
    assert f"{len(rules)} recommendations go with it" in text(page)
    assert '<option value="childhelp">' in client.get("/admin/publish/fix/").content.decode()
    assert "Switch it on again" in text(client.get("/admin/publish/fix/?service=childhelp"))
    page, _done = fix(client, {**OFF, "what": "on"})
    assert f"{len(rules)} recommendations come back with it" in text(page)
    edition, draft = in_force.current(), publish.check_draft()[0]
    assert edition.services == before.services
    for flow in (edition.flow, draft.flow):
        assert [rule for rule in flow.recommendations if rule.service == "childhelp"] == rules
    assert Service.objects.get(slug="childhelp").status == "live"
    assert "Nothing to publish" in text(client.get("/admin/publish/"))


def test_a_rule_whose_choice_is_gone_does_not_come_back_as_one_that_always_holds(client):
    fix(client, OFF)
    rule = next(r for r in publish.last_with("childhelp").flow.recommendations if r.service == "childhelp" and r.when)
    models.Question.objects.get(key=next(iter(rule.when))).delete()
    page, _done = fix(client, {**OFF, "what": "on"})
    assert "The draft differs here already" in text(page)
    assert not models.Recommendation.objects.filter(service__slug="childhelp").exists()


def test_a_service_that_is_public_is_not_switched_on(client):
    before = number()
    fix(client, {**OFF, "what": "on"})
    assert number() == before


def test_switching_off_what_a_path_needs_is_refused_with_the_path(client):
    before = number()
    page, done = fix(client, {**OFF, "service": "emergency-911"})
    assert "Publish to everyone" not in text(page)
    assert "Shortest path: Is someone in danger right now? Yes" in text(page)
    assert done.status_code == CONFLICT
    assert number() == before
    assert Service.objects.get(slug="emergency-911").status == "live"


@pytest.mark.parametrize("wrong", ["<b>Busy</b>", "x" * 4_001])
def test_an_alert_that_the_draft_would_refuse_is_refused(client, wrong):
    before = number()
    page, _done = fix(client, {**ALERT, "alert_es": wrong})
    assert set(page.context["form"].errors) == {"alert_es"}
    assert number() == before


def test_an_alert_is_set_and_cleared(client):
    fix(client, ALERT)
    expected = {"en": "Busy today", "es": "Hoy hay demora"}
    assert in_force.current().services["rainn"].alert == expected
    assert words(Service.objects.get(slug="rainn").alert) == expected
    fix(client, {**ALERT, "alert_en": "", "alert_es": ""})
    assert in_force.current().services["rainn"].alert == {}
    assert words(Service.objects.get(slug="rainn").alert) == {}


def test_an_alert_in_one_language_alone_is_refused(client):
    before = number()
    page, _done = fix(client, {**ALERT, "alert_es": ""})
    assert "in every language" in text(page)
    assert number() == before


def test_a_fix_needs_a_note(client):
    before = number()
    fix(client, {**NUMBER, "note": ""})
    assert number() == before


def test_a_fix_killed_half_way_changes_neither_the_public_nor_the_draft(client):
    page, before = client.post("/admin/publish/fix/", NUMBER), number()

    def killed(sender, **kwargs):
        raise KeyboardInterrupt

    post_save.connect(killed, sender=models.Edition)
    try:
        with pytest.raises(KeyboardInterrupt):
            client.post("/admin/publish/fix/", {**NUMBER, "edition": shown(page, "edition"), "publish": "1"})
    finally:
        post_save.disconnect(killed, sender=models.Edition)
    assert number() == before
    assert Service.objects.get(slug="rainn").ways.first().value == "+18006564673"


def test_a_fix_stands_in_the_history_of_the_service(client, ana):
    fix(client, NUMBER)
    entry = LogEntry.objects.get(content_type__model="service")
    assert (entry.user, entry.object_repr) == (ana, RAINN)
    assert "Called it" in entry.change_message


@pytest.mark.parametrize("slug", ["", "no-such-service"])
def test_without_a_service_the_fast_lane_asks_for_one(client, slug):
    page = client.get(f"/admin/publish/fix/?service={slug}")
    assert '<option value="rainn">' in page.content.decode()


# Editions


def test_the_list_says_who_when_why_and_which_is_in_force(client):
    edit(assured_by="Ana")
    press_publish(client, note="After a call")
    page = text(client.get("/admin/editions/"))
    row = models.Edition.objects.first()
    assert f"Edition {row.number} in force Nov. 24, 2026, noon, Ana After a call {row.hash}" in page
    assert page.count("in force") == 1


def test_two_editions_are_compared(client):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(client)
    page = text(client.get(f"/admin/editions/compare/?old={first}&new={number()}"))
    assert "Ana from the county" in page
    assert "They are the same" in text(client.get(f"/admin/editions/compare/?old={first}&new={first}"))


@pytest.mark.parametrize("query", ["", "?old=1", "?old=x&new=y", "?old=99999&new=99999", "?old=²&new=1"])
def test_editions_that_are_not_there_are_not_compared(client, query):
    assert client.get(f"/admin/editions/compare/{query}").status_code == 404


def test_an_edition_downloads_as_it_is_kept(client):
    answer = client.get(f"/admin/editions/{number()}.json")
    assert answer["Content-Type"] == "application/json"
    assert content.digest(answer.content) == models.Edition.objects.first().hash
    assert "flow" in json.loads(answer.content)


def test_rolling_back_takes_two_clicks_and_shows_what_it_changes(client, ana):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(client)
    assert f"/admin/editions/{first}/rollback/" in client.get("/admin/editions/").content.decode()
    page = client.get(f"/admin/editions/{first}/rollback/")
    assert "Ana from the county" in text(page)
    client.post(f"/admin/editions/{first}/rollback/", {"edition": shown(page, "edition")})
    row = models.Edition.objects.first()
    assert in_force.current().number == row.number
    assert row.hash == models.Edition.objects.get(number=first).hash
    assert row.note == f"Back to edition {first}"
    entry = LogEntry.objects.filter(content_type__model="edition").latest("pk")
    assert (entry.user, entry.object_id) == (ana, str(row.number))


def test_rolling_back_sets_the_draft_back_too_but_for_notes_and_drafts(client):
    first = number()
    edit(assured_by="Ana from the county", staff_note="Ask Bo first")
    models.Recommendation.objects.filter(service__slug="childhelp").delete()
    edit("childhelp", status="retired")
    press_publish(client)
    new = Service.objects.get(slug="rainn")
    new.pk, new.slug, new.status = None, "new-one", "draft"
    new.save()
    page = client.get(f"/admin/editions/{first}/rollback/")
    assert re.search(r'name="draft"[^>]* checked', page.content.decode())
    data = {"edition": shown(page, "edition"), "draft": "1"}
    answer = client.post(f"/admin/editions/{first}/rollback/", data, follow=True)
    assert "The draft is set back to it too" in text(answer)
    assert content.digest(content.encode(publish.check_draft()[0])) == in_force.current().hash
    assert Service.objects.get(slug="rainn").staff_note == "Ask Bo first"
    assert Service.objects.get(slug="childhelp").status == "live"
    assert Service.objects.get(slug="new-one").status == "draft"


def test_rolling_back_leaves_the_draft_where_that_is_not_ticked(client):
    first = number()
    edit(assured_by="Ana from the county")
    press_publish(client)
    page = client.get(f"/admin/editions/{first}/rollback/")
    answer = client.post(f"/admin/editions/{first}/rollback/", {"edition": shown(page, "edition")}, follow=True)
    assert "The draft stays as it is" in text(answer)
    assert Service.objects.get(slug="rainn").assured_by == "Ana from the county"


@pytest.mark.parametrize("seen", ["", "0", "00", "99999", "²", "9" * 30, "9" * 5000])
def test_a_rollback_of_what_was_not_seen_is_refused(client, seen):
    first = number()
    edit(assured_by="Ana")
    press_publish(client)
    before = number()
    assert client.post(f"/admin/editions/{first}/rollback/", {"edition": seen}).status_code == CONFLICT
    assert number() == before


def test_a_damaged_edition_is_marked_and_neither_compared_nor_rolled_back_to(client):
    first = number()
    edit(assured_by="Ana")
    press_publish(client)
    row = models.Edition.objects.get(number=first)
    models.Edition.objects.filter(number=first).update(content=bytes(row.content)[:-1] + b" ")
    before = number()
    page = client.get("/admin/editions/")
    assert text(page).count("damaged") == 1
    assert f"/admin/editions/{first}/rollback/" not in page.content.decode()
    assert "is damaged" in text(client.get(f"/admin/editions/compare/?old={first}&new={before}"))
    assert client.get(f"/admin/editions/{first}.json").status_code == 302
    assert client.post(f"/admin/editions/{first}/rollback/", {"edition": before}).status_code == 302
    assert number() == before


@pytest.fixture(params=["in memory", "started anew"])
def damaged(request, newest):
    """The number of the newest edition, damaged in the database; a process may still have it whole."""
    before = in_force.current()
    edit(assured_by="Ana")
    row = publish.publish()
    models.Edition.objects.filter(number=row.number).update(content=bytes(row.content)[:-1] + b" ")
    if request.param == "started anew":
        in_force.serve(before)
        database.refresh()
    return row.number


def test_staff_are_told_of_a_damaged_newest_edition_and_publish_again(client, ana, damaged):
    ana.is_superuser = True
    ana.save()
    assert f"Edition {damaged} is damaged" in text(client.get("/admin/"))
    assert "Publish again" in text(client.get("/admin/"))
    assert "Publish to everyone" in text(client.get("/admin/publish/"))
    press_publish(client)
    assert in_force.current().number == number() > damaged
    assert in_force.current().services["rainn"].assured_by == "Ana"
    assert "is damaged" not in text(client.get("/admin/"))
    assert "Nothing to publish" in text(client.get("/admin/publish/"))


def test_a_damaged_newest_edition_is_rolled_back_from(client, damaged):
    sound = models.Edition.objects.filter(number__lt=damaged).first().number
    assert f"/admin/editions/{sound}/rollback/" in client.get("/admin/editions/").content.decode()
    page = client.get(f"/admin/editions/{sound}/rollback/")
    client.post(f"/admin/editions/{sound}/rollback/", {"edition": shown(page, "edition")})
    assert in_force.current().number == number() > damaged
    assert in_force.current().hash == models.Edition.objects.get(number=sound).hash


# Explain


def test_explain_shows_the_services_in_order_with_their_rules(client):
    answers = {"q-danger": "yes", "q-who": "me", "q-child": "no", "q-need": "controlled", "q-aim": "help"}
    page = text(client.post("/admin/explain/", {"of": "edition", **answers}))
    assert page.index("911 emergency number") < page.index("National Human Trafficking Hotline")
    assert "Rule of rank" in page
    assert "“Is someone in danger right now?” is “Yes”" in page


def test_explain_asks_the_next_question_and_counts_the_rest_as_skipped(client):
    page = client.post("/admin/explain/", {"of": "edition", "q-danger": "no"}).content.decode()
    assert 'name="q-danger"' in page
    assert 'name="q-who"' in page
    assert 'name="q-need"' not in page
    assert "counted as" in page


def test_explain_reads_the_draft_when_asked(client):
    question = models.Question.objects.get(key="danger")
    question.title.data["en"] = "Is it dangerous?"
    question.save()
    assert "Is it dangerous?" in text(client.post("/admin/explain/", {"of": "draft"}))
    assert "Is it dangerous?" not in text(client.post("/admin/explain/", {"of": "edition"}))
