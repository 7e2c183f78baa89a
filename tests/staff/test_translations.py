"""Stale translations: marked when the original changes alone, shown where they are edited, asked about once."""

import re

import pytest
from django.test import Client

from navigator import models
from navigator.editions import history, in_force, translations
from navigator.editions.choosing import parts, without
from navigator.editions.draft import compile_draft, whole_draft
from navigator.editions.put_back import plan, put_back
from navigator.staff.translations import to_ask_about
from services.models import ContactPoint, Service
from tests.forms import on_one_line, page_of, save

from .accounts import in_role, sign_in
from .publishing import CONFLICT, FORBIDDEN, shown, text

LIST = "/admin/translations/"


@pytest.fixture
def ana(newest):
    """A client signed in as Ana, an editor who may publish too."""
    return sign_in(Client(), in_role("Publisher", "ana", first_name="Ana"))


def rainn():
    return Service.objects.get(slug="rainn")


def change(**words):
    """Change texts of RAINN in some languages, as anything does that writes to the draft."""
    with history.recorded(None, "save", rows=[Service.objects.filter(slug="rainn")]):
        row = rainn()
        for name, said in words.items():
            getattr(row, name).data.update(said)
        row.save()


def marked():
    """What is on the list: translation, original then, original now."""
    return [(each.text, each.was, each.now) for each in translations.stale(whole_draft())]


def original(name="cost"):
    return getattr(rainn(), name).data["en"], getattr(rainn(), name).data["es"]


def test_a_translation_is_marked_when_its_original_changes_alone(ana):
    english, spanish = original()
    saved = save(ana, rainn(), cost_0="It costs nothing at all.")
    assert saved.status_code == 302
    said = text(ana.get(saved.url))
    assert "The original was changed since these translations were written: Cost (Spanish)." in said
    assert marked() == [(spanish, english, "It costs nothing at all.")]
    assert f"{spanish} {english} It costs nothing at all." in text(ana.get(LIST))
    form = on_one_line(ana.get(page_of(rainn())))
    assert form.count("original changed since") == 1
    assert form.count("Spanish: original of 1 text changed since") == 1, "on the line of the folded part too"
    box = form.split("original changed since")[0].rsplit("<label", 1)[1]
    assert 'for="id_cost_1"' in box
    assert "Spanish" in box


def test_what_is_not_marked(newest):
    english, spanish = original()
    change(cost={"en": "Free.", "es": "Gratis del todo."})  # both
    change(serves={"es": "Otra cosa."})  # the translation alone
    change(keywords={"en": "other words"})  # words to find it by: each language has its own
    change(told={"en": "New."})  # no translation yet: the checks say so
    change(told={"en": "Newer."})
    assert marked() == []
    assert (english, spanish) != original()


def test_a_mark_goes_when_the_translation_follows_or_the_original_comes_back(newest):
    english, spanish = original()
    change(cost={"en": "One"})
    change(cost={"en": "Two"})
    assert marked() == [(spanish, english, "Two")], "it was written for the first one"
    change(cost={"es": "Dos"})
    assert marked() == []
    change(cost={"en": "Three"})
    assert marked() == [("Dos", "Two", "Three")]
    change(cost={"en": "Two"})
    assert marked() == []


def test_still_right_takes_the_mark_away(ana):
    change(cost={"en": "One"}, serves={"en": "Anyone."})
    keys = re.findall(r'name="right" value="(\w+)"', ana.get(LIST).content.decode())
    assert len(keys) == 2
    ana.post(LIST, {"right": keys[:1]})
    assert [each.key for each in translations.stale(whole_draft())] == keys[1:]
    ana.post(LIST, {"right": [keys[0], "x", "\0"]})
    page = text(ana.get(LIST))
    assert "1 translation is still right" in page
    assert "Nothing was changed: tick the translations" in page


def test_the_texts_of_choices_and_ways_are_marked_wherever_they_move(newest):
    question = models.Question.objects.get(key="danger")
    with history.recorded(None, "save"):
        choice = question.choices.get(key="yes")
        spanish = choice.label.data["es"]
        choice.label.data["en"], choice.order = "Yes, this minute", 99
        choice.save()
        way = ContactPoint.objects.filter(service__slug="rainn").first()
        way.label.data = {"en": "Day", "es": "Día"}
        way.save()
    with history.recorded(None, "save"):
        way.label.data = {"en": "Daytime", "es": "Día"}
        way.value = "+18005550199"
        way.save()
    assert {row[0] for row in marked()} == {spanish, "Día"}
    fields = {each.field for each in translations.stale(whole_draft())}
    assert fields == {"Choice “Yes, this minute”: words", "Call 1-800-555-0199 (Daytime): for whom or what"}


def test_what_is_put_back_brings_no_mark_and_takes_the_old_one_away(newest):
    change(cost={"en": "One"})
    revision = models.Revision.objects.first()
    found = plan(revision)
    put_back(revision, [each.key for each in found.merged.changes], in_role("Editor", "eve"), found.seen)
    assert marked() == []


def test_publishing_asks_once_and_goes_on(ana):
    change(cost={"en": "It costs nothing."})
    before = models.Edition.objects.count()
    page = ana.get("/admin/publish/")
    assert "1 translation was written before its original was changed" in text(page)
    assert "National Sexual Assault Hotline (RAINN), cost (Spanish)" in text(page)
    data = {"draft": shown(page, "draft"), "note": "A note"}
    refused = ana.post("/admin/publish/", data)
    assert (refused.status_code, models.Edition.objects.count()) == (CONFLICT, before)
    assert "say whether these translations may go" in text(refused)
    assert ana.post("/admin/publish/", data | {"stale": "on"}).status_code == 302
    assert models.Edition.objects.count() == before + 1
    assert len(marked()) == 1
    assert to_ask_about(compile_draft(), in_force.current().content) == [], "the public sees it as it is already"


def test_what_stays_in_the_draft_is_not_asked_about(newest):
    change(cost={"en": "It costs nothing."})
    public, draft = newest.content, compile_draft()
    assert len(to_ask_about(draft, public)) == 1
    assert to_ask_about(without(public, draft, [part.key for part in parts(public, draft)]), public) == []


def test_who_may_look_and_who_may_mark(ana):
    guest = sign_in(Client(), in_role("Editor", "gus"))
    change(cost={"en": "It costs nothing."})
    assert "Still right" in text(guest.get(LIST))
    nobody = sign_in(Client(), type(in_role("Editor", "x")).objects.create_user("nobody", is_staff=True))
    assert nobody.get(LIST).status_code == FORBIDDEN
    assert nobody.post(LIST, {"right": "x"}).status_code == FORBIDDEN
