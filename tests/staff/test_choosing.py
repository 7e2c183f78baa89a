"""Publishing only some of what differs: the rest stays in the draft, and the whole is checked as ever."""

import re

import pytest
from django.utils.html import strip_tags

from navigator import models
from navigator.editions import history, in_force
from services.models import Service

from .publishing import CONFLICT, FORBIDDEN, RAINN, account, number, shown, signed_in, text

pytestmark = pytest.mark.usefixtures("newest")
CHILDHELP = "Childhelp"


def change(slug, by=None, **values):
    """Change a service in the draft, as its page does."""
    row = Service.objects.get(slug=slug)
    with history.recorded(by, "save", rows=[Service.objects.filter(pk=row.pk)]):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def ticks(page):
    """What can be left out: its key by what it is about, and the keys that are ticked."""
    groups = re.findall(r'(?s)<tr class="where">(.*?)</tr>', page.content.decode())
    boxes = {}
    for group in groups:
        if found := re.search(r'name="leave" value="(\w+)"( checked)?', group):
            boxes[" ".join(strip_tags(group).split())] = found[1], bool(found[2])
    return boxes


def key_of(page, words):
    return next(key for where, (key, _ticked) in ticks(page).items() if words in where)


def press(client, page, *leave, **more):
    data = {name: shown(page, name) for name in ("draft", "edition")}
    return client.post("/admin/publish/", {**data, "note": "A note", "leave": leave, **more})


def test_what_is_left_out_stays_in_the_draft_and_the_rest_is_public(publisher, ana):
    change("rainn", ana, assured_by="Ana")
    change("nhth", account("bob", publishes=True), assured_by="Bob")
    page = publisher.get("/admin/publish/")
    assert "Edited by Ana Leave this out for now" in text(page)
    assert "Edited by Bob Leave this out for now" in text(page)
    assert press(publisher, page, key_of(page, RAINN)).status_code == 302
    assert in_force.current().services["nhth"].assured_by == "Bob"
    assert in_force.current().services["rainn"].assured_by != "Ana"
    page = publisher.get("/admin/publish/")
    assert list(ticks(page)) == [f"{RAINN} Edited by Ana Leave this out for now"]
    assert press(publisher, page).status_code == 302
    assert in_force.current().services["rainn"].assured_by == "Ana"


def test_the_note_that_was_suggested_names_only_what_goes(publisher):
    change("rainn", assured_by="Ana")
    change("nhth", assured_by="Ana")
    page = publisher.get("/admin/publish/")
    suggested = shown(page, "note")
    assert RAINN in suggested
    press(publisher, page, key_of(page, RAINN), note=suggested)
    assert RAINN not in models.Edition.objects.first().note
    assert models.Edition.objects.first().note in suggested


def test_everything_left_out_publishes_nothing(publisher):
    change("rainn", assured_by="Ana")
    before, page = number(), publisher.get("/admin/publish/")
    assert press(publisher, page, key_of(page, RAINN)).status_code == CONFLICT
    assert number() == before


def test_a_change_that_does_not_pass_is_named_and_keeps_nothing_else_back(publisher):
    change("childhelp", status="retired")
    change("rainn", assured_by="Ana")
    page = publisher.get("/admin/publish/")
    wrong = [where for where in ticks(page) if "Does not pass" in where]
    assert len(wrong) == 1 and CHILDHELP in wrong[0]
    before = number()
    assert press(publisher, page).status_code == CONFLICT
    assert number() == before
    assert press(publisher, page, key_of(page, CHILDHELP)).status_code == 302
    assert in_force.current().services["rainn"].assured_by == "Ana"
    assert "childhelp" in in_force.current().services


def test_what_depends_on_what_is_left_out_does_not_pass(publisher):
    asked = models.Question.objects.get(key="danger")
    spare = asked.choices.create(key="spare", order=9, label={"en": "Spare", "es": "Otra"})
    rule = models.Recommendation.objects.filter(service__slug="rainn").first()
    rule.when.add(spare)
    page = publisher.get("/admin/publish/")
    answer = press(publisher, page, key_of(page, "Question"))
    assert answer.status_code == CONFLICT
    assert "the draft does not pass the checks" in text(answer)


@pytest.mark.parametrize("wrong", [{"leave": "0" * 20}, {"edition": "999999"}, {"draft": "0" * 64}])
def test_what_was_not_shown_is_not_published(publisher, wrong):
    change("rainn", assured_by="Ana")
    change("nhth", assured_by="Bob")
    before, page = number(), publisher.get("/admin/publish/")
    assert press(publisher, page, key_of(page, RAINN), **wrong).status_code == CONFLICT
    assert number() == before


def test_with_four_eyes_only_the_editors_of_what_goes_count(publisher, ana, four_eyes):
    change("rainn", ana, assured_by="Ana")
    change("nhth", account("bob", publishes=True), assured_by="Bob")
    page = publisher.get("/admin/publish/")
    boxes = {where: ticked for where, (_key, ticked) in ticks(page).items()}
    assert [where for where, ticked in boxes.items() if ticked] == [
        f"{RAINN} Edited by Ana You edited this: somebody else must publish it. Leave this out for now"
    ]
    before = number()
    assert press(publisher, page).status_code == FORBIDDEN
    assert number() == before
    assert press(publisher, page, key_of(page, RAINN)).status_code == 302
    assert in_force.current().services["nhth"].assured_by == "Bob"
    page = publisher.get("/admin/publish/")
    assert "somebody who did not must publish it: Bob" in text(page)
    assert press(signed_in(models.Edition.objects.first().published_by), page).status_code == FORBIDDEN
