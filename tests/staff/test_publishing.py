"""The staff page on which the draft is published, and who may press the button."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import content, database, in_force, publish
from services.models import Organization, Service

from .publishing import CONFLICT, FORBIDDEN, RAINN, account, edit, number, press_publish, shown, signed_in, text

pytestmark = pytest.mark.usefixtures("newest")


def test_the_page_shows_what_differs_and_one_button(publisher):
    edit(assured_by="Ana")
    page = publisher.get("/admin/publish/")
    assert RAINN in text(page)
    assert "Checked by" in text(page)
    assert page.content.decode().count("Publish to everyone") == 1
    assert "paths walked" in text(page)


@pytest.mark.parametrize("address", ["/admin/publish/", "/admin/"])
def test_what_differs_leads_to_its_page(publisher, ana, address):
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
    page = publisher.get(address).content.decode()
    for row in rows:
        where = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        assert f'<a href="{where}">' in page


def test_a_rule_that_is_gone_has_no_page(publisher):
    rule = models.Recommendation.objects.filter(service__slug="rainn").first()
    rule.delete()
    groups = publisher.get("/admin/publish/").context["groups"]
    assert [(group.where, group.link) for group in groups] == [(f"Rule for {RAINN}", "")]


def test_nothing_to_publish_has_no_button(publisher):
    page = publisher.get("/admin/publish/")
    assert "Nothing to publish" in text(page)
    assert "Publish to everyone" not in text(page)


def test_publishing_puts_the_draft_in_force_with_who_and_why(publisher, ana):
    edit(assured_by="Ana")
    page = publisher.get("/admin/publish/")
    answer = publisher.post("/admin/publish/", {"draft": shown(page, "draft"), "note": "Checked by phone"}, follow=True)
    row = models.Edition.objects.first()
    assert (row.published_by, row.note) == (ana, "Checked by phone")
    assert in_force.current().number == row.number
    assert in_force.current().services["rainn"].assured_by == "Ana"
    assert f"Edition {row.number} is published" in text(answer)
    entry = LogEntry.objects.get(content_type__model="edition")
    assert (entry.user, entry.object_id) == (ana, str(row.number))


def test_a_second_click_publishes_nothing_more(publisher):
    edit(assured_by="Ana")
    draft = shown(publisher.get("/admin/publish/"), "draft")
    publisher.post("/admin/publish/", {"draft": draft})
    before = number()
    assert publisher.post("/admin/publish/", {"draft": draft}).status_code == CONFLICT
    assert number() == before


def test_a_failing_check_takes_the_button_away_and_names_the_shortest_path(publisher):
    edit("emergency-911", status="retired")
    page = publisher.get("/admin/publish/")
    assert "Publish to everyone" not in text(page)
    assert "Shortest path: Is someone in danger right now? Yes" in text(page)


@pytest.mark.parametrize("address", ["/admin/publish/", "/admin/"])
def test_a_problem_leads_to_its_record_and_its_path_to_explain(publisher, ana, address):
    ana.is_superuser = True
    ana.save()
    edit("childhelp", status="retired")
    page = publisher.get(address).content.decode()
    pk = Service.objects.get(slug="childhelp").pk
    assert f'href="/admin/services/service/{pk}/change/"' in page
    assert 'href="/admin/navigator/recommendation/?q=childhelp"' in page
    form = page[page.index('action="/admin/explain/"') :]
    data = dict(re.findall(r'name="(of|q-\w+)" value="(\w+)"', form[: form.index("</form>")]))
    assert data["of"] == "draft"
    assert "What the person sees" in text(publisher.post("/admin/explain/", data))


@pytest.mark.parametrize("address", ["/admin/", "/admin/map/", "/admin/services/service/", "/admin/editions/"])
def test_every_page_leads_to_ours(publisher, ana, address):
    ana.is_superuser = True
    ana.save()
    page = publisher.get(address).content.decode()
    for name in ("publish", "quick-fix", "editions", "preview", "explain", "map"):
        assert page.count(f'<li><a href="{reverse(f"admin:{name}")}">') == 1


def test_a_crafted_post_is_refused_while_a_check_fails_and_told_why(publisher):
    edit("emergency-911", status="retired")
    before = number()
    draft = content.digest(content.encode(publish.check_draft()[0]))
    answer = publisher.post("/admin/publish/", {"draft": draft})
    assert answer.status_code == CONFLICT
    assert "the draft does not pass the checks" in text(answer)
    assert "Shortest path" in text(answer)
    assert number() == before


def test_a_draft_that_changed_since_is_refused_and_shown_anew(publisher):
    edit(assured_by="Ana")
    draft = shown(publisher.get("/admin/publish/"), "draft")
    edit(assured_by="Bob")
    before = number()
    answer = publisher.post("/admin/publish/", {"draft": draft})
    assert answer.status_code == CONFLICT
    assert "Bob" in text(answer)
    assert shown(answer, "draft") != draft
    assert number() == before


@pytest.mark.parametrize("draft", ["", "none", None])
def test_a_post_that_names_no_draft_publishes_nothing(publisher, draft):
    edit(assured_by="Ana")
    before = number()
    assert publisher.post("/admin/publish/", {} if draft is None else {"draft": draft}).status_code == CONFLICT
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
    publisher = signed_in(ana, enforce_csrf_checks=True)
    edit(assured_by="Ana")
    before = number()
    draft = shown(publisher.get("/admin/publish/"), "draft")
    assert publisher.post("/admin/publish/", {"draft": draft}).status_code == FORBIDDEN
    assert number() == before


def test_publishing_killed_half_way_leaves_the_edition_in_force(publisher):
    edit(assured_by="Ana")
    draft, before = shown(publisher.get("/admin/publish/"), "draft"), number()

    def killed(sender, instance, **kwargs):
        if instance.content_type.model == "edition":
            raise KeyboardInterrupt

    post_save.connect(killed, sender=LogEntry)
    try:
        with pytest.raises(KeyboardInterrupt):
            publisher.post("/admin/publish/", {"draft": draft})
    finally:
        post_save.disconnect(killed, sender=LogEntry)
    database.refresh()
    assert number() == before == in_force.current().number
    assert in_force.current().services["rainn"].assured_by != "Ana"


# Four eyes


def test_with_four_eyes_an_editor_may_not_publish_and_another_may(publisher, ana, four_eyes):
    bob = account("bob", publishes=True)
    edit(assured_by="Ana", by=ana)
    before = number()
    page = publisher.get("/admin/publish/")
    assert "Publish to everyone" not in text(page)
    assert "Bob" in text(page)
    draft = content.digest(content.encode(publish.check_draft()[0]))
    assert publisher.post("/admin/publish/", {"draft": draft}).status_code == FORBIDDEN
    assert number() == before
    press_publish(signed_in(bob))
    assert number() > before


def test_with_four_eyes_whoever_edited_any_part_may_not_publish(publisher, ana, four_eyes, clock):
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
    assert "Publish to everyone" in text(publisher.get("/admin/publish/")), "what was published counts no more"


@pytest.mark.parametrize("draft", [False, True])
def test_with_four_eyes_a_rollback_past_the_draft_frees_nobody(publisher, ana, four_eyes, clock, draft):
    edit(assured_by="Ana", by=ana)
    clock.shift(60)
    publish.rollback(number(), ana, draft=draft)
    clock.shift(60)
    edit("nhth", assured_by="Bob", by=account("bob", publishes=True))
    assert ("somebody who did not must" in text(publisher.get("/admin/publish/"))) != draft


def test_without_four_eyes_the_editor_publishes(publisher, ana):
    edit(assured_by="Ana", by=ana)
    before = number()
    press_publish(publisher)
    assert number() > before


def test_what_the_checks_say_names_things_as_staff_know_them(publisher):
    row = models.Choice.objects.filter(question__key="harm").exclude(key="skip").first()
    row.label = {"en": "Being followed"}
    row.save()
    page = text(publisher.get("/admin/publish/"))
    assert "“Being followed”: the text “words” is missing in: Spanish" in page
    assert f"harm.{row.key}" not in page
