"""The history of the draft: who changed what from what to what and when; putting back one field or one record."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import publish
from navigator.models import Guidance, Question, Recommendation, Revision
from services.models import Organization, Service
from tests.forms import filled, page_of, save, unescaped

from .accounts import in_role, sign_in
from .publishing import CONFLICT, FORBIDDEN, RAINN, shown, text

pytestmark = pytest.mark.usefixtures("newest")
NUMBER, OTHER = "+18006564673", "+18883737888"


@pytest.fixture
def ana(client, newest):
    """A client signed in as Ana, a publisher."""
    return sign_in(client, in_role("Publisher", "ana", first_name="Ana", last_name="Ruiz"))


@pytest.fixture
def bob(newest):
    """A client signed in as Bob, an editor."""
    return sign_in(Client(), in_role("Editor", "bob", first_name="Bob"))


def rainn():
    return Service.objects.get(slug="rainn")


def history_of(client, row):
    return client.get(page_of(row, "history"), follow=True)


def newest_of(name):
    return Revision.objects.filter(name=name).first()


def put_back(client, revision, only=None, **more):
    """Open the page, tick what names one of these words or leave the ticks, press the button."""
    address = reverse("admin:put-back", args=[revision.pk])
    page = client.get(address, more)
    data = filled(page, "put-back")
    if only is not None:
        rows = re.findall(r'(?s)<tr data-key="(\w+)">(.*?)</tr>', unescaped(page))
        data["take"] = [key for key, row in rows if any(words in row for words in only)]
        assert data["take"], unescaped(page)
    return client.post(address, data, follow=True)


def test_a_save_says_who_changed_what_from_what_to_what_and_when(ana):
    before = str(rainn().cost)
    assert save(ana, rainn(), cost_0="Costs nothing at all").status_code == 302
    page = text(history_of(ana, rainn()))
    assert f"History of {RAINN}" in page
    assert "Nov. 24, 2026, noon, Ana Ruiz" in page
    assert before in page
    assert "Costs nothing at all" in page
    assert "Saved" in page


def test_a_save_that_changes_nothing_leaves_no_line(ana):
    save(ana, rainn())
    assert not Revision.objects.exists()
    assert "Nothing was changed since it came with the program" in text(history_of(ana, rainn()))


# Putting back


def test_one_field_is_put_back_and_the_rest_of_the_change_stays(ana, bob, clock):
    before = str(rainn().cost)
    save(ana, rainn(), cost_0="Costs nothing at all", told_0="Nobody hears of it.", told_1="Nadie lo sabe.")
    clock.shift(60)
    answer = put_back(bob, newest_of("rainn"), only=["Costs nothing at all"])
    assert "Put back in the draft. The public does not see it yet." in text(answer)
    assert (str(rainn().cost), str(rainn().told)) == (before, "Nobody hears of it.")
    assert "12:01 p.m., Bob Put back What It was It became" in text(answer)
    put_back(ana, newest_of("rainn"))
    assert str(rainn().cost) == "Costs nothing at all"


def test_what_somebody_wrote_since_stays_unless_it_is_chosen_and_is_never_lost(ana, bob):
    before = rainn().record()
    save(ana, rainn(), cost_0="Costs nothing at all", told_0="Nobody hears of it.", told_1="Nadie lo sabe.")
    mine = newest_of("rainn")
    save(bob, rainn(), cost_0="Free, says Bob", opening_0="Hello, says Bob", opening_1="Hola")
    page = text(ana.get(reverse("admin:put-back", args=[mine.pk])))
    assert "It was changed again since" in page
    assert "Free, says Bob" in page
    put_back(ana, mine)
    assert (str(rainn().cost), rainn().record().told) == ("Free, says Bob", before.told)
    put_back(ana, mine, only=["Free, says Bob"])
    assert (str(rainn().cost), str(rainn().opening)) == (before.cost["en"], "Hello, says Bob")
    assert "Free, says Bob" in text(history_of(bob, rainn()))
    put_back(bob, newest_of("rainn"))
    assert str(rainn().cost) == "Free, says Bob"


def test_the_whole_record_goes_back_to_how_it_was_once(ana, bob):
    before = rainn().record()
    save(ana, rainn(), cost_0="Costs nothing at all", staff_note="Call on Monday")
    first = newest_of("rainn")
    save(bob, rainn(), opening_0="Hello, says Bob", opening_1="Hola", status="draft", **{"ways-0-DELETE": "on"})
    assert rainn().record() != before
    save(bob, rainn(), opening_0="Hello, says Bob", opening_1="Hola", **{"ways-0-DELETE": "on"})
    put_back(ana, first, whole="1")
    assert rainn().record() == before


def test_a_number_that_is_put_back_was_checked_by_nobody(ana, bob):
    assert rainn().ways.first().value == NUMBER
    assert save(ana, rainn(), **{"ways-0-value": OTHER, "ways-0-vanity": ""}).status_code == 302
    changed = newest_of("rainn")
    address = f"/admin/services/service/checked/?id={rainn().pk}"
    bob.post(address, {"how": "Read its website", "seen": shown(bob.get(address), "seen")})
    assert newest_of("rainn").how == "check"
    assert "A person checked this since." in text(put_back(ana, changed))
    assert NUMBER not in [each.value for each in rainn().ways.all()], "unasked, a checked number stays"
    put_back(ana, changed, only=["1-888-373-7888"])
    assert NUMBER in [each.value for each in rainn().ways.all()]
    assert (rainn().assured_date, rainn().recheck) == (None, True)


def test_what_was_shown_must_still_be_there(ana, bob):
    save(ana, rainn(), cost_0="Costs nothing at all")
    address = reverse("admin:put-back", args=[newest_of("rainn").pk])
    opened = filled(ana.get(address), "put-back")
    save(bob, rainn(), opening_0="Hello, says Bob", opening_1="Hola")
    assert ana.post(address, opened).status_code == CONFLICT
    assert str(rainn().cost) == "Costs nothing at all"


def test_nothing_ticked_puts_nothing_back(ana):
    save(ana, rainn(), cost_0="Costs nothing at all")
    address = reverse("admin:put-back", args=[newest_of("rainn").pk])
    answer = ana.post(address, {**filled(ana.get(address), "put-back"), "take": []})
    assert answer.status_code == CONFLICT
    assert "tick what you want to put back" in text(answer)


def test_putting_back_is_checked_as_saving_is(ana):
    models.Recommendation.objects.filter(service=rainn()).delete()
    assert save(ana, rainn(), status="draft", cost_1="").status_code == 302
    assert save(ana, rainn(), status="live", cost_1="Nada").status_code == 302
    answer = put_back(ana, newest_of("rainn"), only=["Nada"])
    assert "Nothing was changed: the draft could not stand with this." in text(answer)
    assert "A live service needs this in every language. Missing: Spanish." in text(answer)
    assert rainn().record().cost["es"] == "Nada"


def test_what_could_not_stand_is_held_back(ana):
    rule = Recommendation.objects.filter(service__slug="rainn").first()
    asked = Question.objects.get(key="danger")
    asked.choices.create(key="spare", order=9, label={"en": "Spare", "es": "Otra"})
    spare = asked.choices.get(key="spare").pk
    assert save(ana, rule, when=[str(spare)]).status_code == 302
    other = asked.choices.get(key="no").pk
    assert save(ana, rule, when=[str(other)]).status_code == 302
    asked.choices.filter(key="spare").delete()
    page = text(ana.get(reverse("admin:put-back", args=[newest_of(str(rule.pk)).pk])))
    assert "This cannot be put back now" in page
    assert "a choice or a live service that your draft does not have" in page
    assert "Put back what is ticked" not in page


# What went and what came


@pytest.mark.parametrize(("model", "many"), [(Recommendation, False), (Guidance, True)])
def test_what_was_deleted_comes_back(ana, model, many):
    row = model.objects.last()
    before, name = row.record(), str(row.pk if model is Recommendation else row.key)
    if many:
        address = reverse(f"admin:navigator_{model._meta.model_name}_changelist")
        ana.post(address, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    else:
        ana.post(page_of(row, "delete"), {"post": "yes"})
    assert not model.objects.filter(pk=row.pk).exists()
    page = text(ana.get("/admin/history/"))
    assert "taken off" in page
    put_back(ana, newest_of(name))
    again = model.objects.get(**{"pk" if model is Recommendation else "key": name})
    assert again.record() == before
    assert "Ana Ruiz Put back" in text(history_of(ana, again))


def test_a_question_comes_back_with_its_choices(ana):
    asked = Question.objects.create(key="spare", order=99, title={"en": "Spare?", "es": "¿Otra?"}, why="So")
    asked.choices.create(key="yes", order=1, label={"en": "Yes", "es": "Sí"})
    before = asked.record()
    ana.post(page_of(asked, "delete"), {"post": "yes"})
    assert not Question.objects.filter(key="spare").exists()
    put_back(ana, newest_of("spare"))
    assert Question.objects.get(key="spare").record() == before


def test_what_was_added_is_taken_off_again(ana):
    service = Service.objects.get(slug="rainn")
    data = filled(ana.get(reverse("admin:navigator_recommendation_add")), "recommendation_form")
    data |= {"service": str(service.pk), "rank": "70", "reason_0": "because", "reason_1": "porque"}
    assert ana.post(reverse("admin:navigator_recommendation_add"), data).status_code == 302
    made = Recommendation.objects.get(rank=70, service=service, reason__contains="porque")
    assert "Ana Ruiz Saved" in text(history_of(ana, made))
    put_back(ana, newest_of(str(made.pk)))
    assert not Recommendation.objects.filter(pk=made.pk).exists()
    assert "taken off" in text(ana.get("/admin/history/"))


def test_the_order_of_the_questions_is_put_back(ana):
    before = [question.key for question in Question.objects.all()]
    last = Question.objects.filter(kind="one").last()
    free = Question.objects.filter(kind="one").exclude(pk=last.pk).last()
    save(ana, free, order=str(last.order + 1))
    after = [question.key for question in Question.objects.all()]
    assert after != before
    page = text(history_of(ana, free))
    assert "The questions Order" in page
    put_back(ana, Revision.objects.get(kind="order"))
    assert [question.key for question in Question.objects.all()] == before


# Every way into the draft


def test_what_a_rollback_takes_from_the_draft_is_in_the_history(ana):
    rule = Recommendation.objects.filter(service__slug="rainn").first()
    save(ana, rule, reason_0="because of Monday")
    publish.rollback(1, draft=True)
    assert str(Recommendation.objects.get(pk=rule.pk).reason) != "because of Monday"
    page = text(history_of(ana, rule))
    assert "from the command line Set back to an edition Edition 1" in page
    put_back(ana, newest_of(str(rule.pk)))
    assert str(Recommendation.objects.get(pk=rule.pk).reason) == "because of Monday"


def test_a_quick_fix_is_in_the_history_with_its_rules(ana):
    rules = Recommendation.objects.filter(service__slug="childhelp").count()
    data = {"service": "childhelp", "what": "off", "note": "The line is dead"}
    page = ana.post("/admin/publish/fix/", data)
    edition = re.search(r'name="edition" value="(\d+)"', page.content.decode())[1]
    ana.post("/admin/publish/fix/", {**data, "edition": edition, "publish": "1"})
    page = text(history_of(ana, Service.objects.get(slug="childhelp")))
    assert "Urgent fix The line is dead" in page
    gone = Revision.objects.filter(kind="recommendation", after=None)
    assert len(gone) == rules > 0
    assert "This cannot be put back now" in text(ana.get(reverse("admin:put-back", args=[gone[0].pk])))
    put_back(ana, newest_of("childhelp"))
    put_back(ana, gone[0])
    assert Recommendation.objects.filter(service__slug="childhelp").count() == 1


def test_checks_by_the_spreadsheet_are_in_the_history(ana, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("slug,checked on,result,how,by,note\nrainn,2026-11-24,right,its website,Ana,\n", encoding="utf-8")
    call_command("check_sheet", "import", str(sheet))
    assert (newest_of("rainn").how, newest_of("rainn").by) == ("check", None)


def test_a_revision_that_this_program_cannot_read_is_told_as_such(ana):
    Revision.objects.create(kind="service", name="rainn", before=b'{"slug": 1}', how="save")
    assert "this one cannot read it" in text(history_of(ana, rainn()))
    assert ana.get(reverse("admin:put-back", args=[newest_of("rainn").pk])).status_code == 404


# Who may


def test_who_may_not_change_a_record_cannot_put_it_back(ana):
    save(ana, rainn(), cost_0="Costs nothing at all")
    revision = newest_of("rainn")
    plain = sign_in(Client(), in_role("Editor", "carl"))
    assert plain.get(reverse("admin:put-back", args=[revision.pk])).status_code == 200
    for right in plain_role().permissions.filter(codename="change_service"):
        plain_role().permissions.remove(right)
    plain = sign_in(Client(), in_role("Editor", "dora"))
    assert plain.get(reverse("admin:put-back", args=[revision.pk])).status_code == FORBIDDEN
    assert "Put back…" not in text(history_of(plain, rainn()))


def plain_role():
    from django.contrib.auth.models import Group

    return Group.objects.get(name="Editor")


@pytest.mark.parametrize(
    "address",
    [
        "history/none/rainn/",
        "history/service/none/",
        "history/recommendation/none/",
        f"history/guidance/{'9' * 40}/",
        f"history/recommendation/{'9' * 40}/",
        "history/999999/",
        f"history/{'9' * 40}/",
    ],
)
def test_an_address_of_nothing_is_not_found(ana, address):
    assert ana.get(f"/admin/{address}").status_code == 404


def test_organizations_have_a_history_too(ana):
    row = Organization.objects.first()
    before = str(row)
    save(ana, row, name_0="Another name")
    put_back(ana, newest_of(row.slug))
    assert str(Organization.objects.get(pk=row.pk)) == before
