"""The staff's pages for questions and rules, and the roles."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from navigator.editions import draft, wording
from navigator.models import Choice, Guidance, Question, Recommendation
from navigator.staff import icons
from navigator.staff.conditions import contradiction
from services.models import Service
from tests.forms import filled, page_of, save, unescaped
from tests.shapes import of_every_shape

from .accounts import in_role, sign_in


@pytest.fixture
def publisher(client, db):
    return sign_in(client, in_role("Publisher", "ana", first_name="Ana", last_name="Ruiz"))


def question(key):
    return Question.objects.get(key=key)


def choice(asked, key):
    return Choice.objects.get(question__key=asked, key=key)


@pytest.mark.parametrize("model", [Question, Guidance, Recommendation])
@pytest.mark.once
def test_saving_a_row_of_any_shape_as_it_is_changes_nothing(publisher, model):
    for row in of_every_shape(model.objects.all()):
        before = row.record()
        response = save(publisher, row)
        assert response.status_code == 302, (row, response.context["errors"])
        assert model.objects.get(pk=row.pk).record() == before


# Conditions


def test_lists_say_conditions_as_sentences(publisher):
    rule = next(row for row in Recommendation.objects.all() if row.when.exists())
    sentence = wording.describe_condition(draft.draft_flow(), rule.condition())
    assert sentence.startswith("when “")
    assert sentence in unescaped(publisher.get(reverse("admin:navigator_recommendation_changelist")))
    assert sentence in unescaped(publisher.get(page_of(rule)))


def test_the_lists_ask_the_database_little(publisher, django_assert_max_num_queries):
    for name in ("question", "recommendation", "guidance"):
        with django_assert_max_num_queries(35):
            publisher.get(reverse(f"admin:navigator_{name}_changelist"))


def test_rules_are_filtered_by_a_question_of_their_condition(publisher):
    address = reverse("admin:navigator_recommendation_changelist")
    found = publisher.get(address, {"question": "childneed"}).context["cl"].queryset
    assert {row.pk for row in found} == {
        row.pk for row in Recommendation.objects.all() if "childneed" in row.condition()
    }


def test_a_question_offers_only_earlier_questions_for_its_condition(publisher):
    third = Question.objects.all()[2]
    form = publisher.get(page_of(third)).context["adminform"].form
    assert {choice.question.order for choice in form.fields["when"].queryset} == {1, 2}
    rows = publisher.get(page_of(third)).context["inline_admin_formsets"][0].formset.forms
    assert all({c.question.order for c in row.fields["when"].queryset} == {1, 2} for row in rows)


def test_a_rule_may_depend_on_a_skipped_question(publisher):
    rule = Recommendation.objects.first()
    skipped = choice("need", "skip")
    assert save(publisher, rule, when=[str(skipped.pk)]).status_code == 302
    assert rule.condition() == {"need": ("skip",)}


def test_the_choice_to_skip_is_not_edited(publisher):
    response = publisher.get(page_of(question("danger")))
    rows = response.context["inline_admin_formsets"][0].formset.forms
    assert [row.instance.key for row in rows] == ["yes", "no", "unsure"]
    response = save(
        publisher,
        question("danger"),
        **{"choices-TOTAL_FORMS": "4", "choices-3-key": "skip", "choices-3-order": "9", "choices-3-label_0": "Skip"},
    )
    assert "Every question has this choice already" in unescaped(response)


def test_a_condition_that_nobody_can_meet_is_refused(publisher):
    asked = question("childneed")
    need = dict(asked.condition())["need"]
    other = Choice.objects.filter(question__key="need").exclude(key__in=[*need, "skip"]).first()
    both = [asked.choices.first().pk, other.pk]
    rule = Recommendation.objects.first()
    response = save(publisher, rule, when=[str(pk) for pk in both])
    assert response.status_code == 200
    assert "No answers meet this condition" in response.context["adminform"].form.errors["when"][0]


def test_the_conditions_in_force_can_all_be_met(fixtures):
    for part in (*fixtures.flow.questions, *fixtures.flow.recommendations, *fixtures.flow.guidance):
        assert contradiction(fixtures.flow, part.when) == ""


# Order and keys


def test_a_question_does_not_move_before_what_it_depends_on(publisher):
    asked = question("childneed")
    response = save(publisher, asked, order="0")
    assert "before a question that it depends on" in unescaped(response)
    assert question("childneed").order == asked.order


def test_a_question_does_not_move_after_what_depends_on_it(publisher):
    response = save(publisher, question("need"), order="99")
    text = response.context["adminform"].form.errors["order"][0]
    assert str(question("childneed").title) in text


def test_keys_stay(publisher):
    asked = question("danger")
    save(publisher, asked, key="other", **{"choices-0-key": "other"})
    asked.refresh_from_db()
    assert asked.key == "danger"
    assert [row.key for row in asked.choices.all()][:1] == ["yes"]


def test_a_new_question_comes_last_and_can_be_skipped(publisher):
    address = reverse("admin:navigator_question_add")
    data = filled(publisher.get(address), "question_form") | {
        "key": "last",
        "title_0": "Anything else?",
        "why_0": "To know more.",
        "choices-TOTAL_FORMS": "2",
        "choices-0-key": "yes",
        "choices-0-order": "0",
        "choices-0-label_0": "Yes",
        "choices-1-key": "no",
        "choices-1-order": "0",
        "choices-1-label_0": "No",
    }
    response = publisher.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    last = Question.objects.filter(kind="one").last()
    assert last.key == "last"
    assert [row.key for row in last.choices.all()] == ["yes", "no", "skip"]


# Deleting what others need


def test_a_question_that_others_depend_on_is_not_deleted(publisher):
    asked = question("need")
    response = publisher.post(page_of(asked, "delete"), {"post": "yes"})
    assert response.status_code == 200
    assert f"question: {question('childneed')}" in unescaped(response)
    listed = reverse("admin:navigator_question_changelist")
    publisher.post(listed, {"action": "delete_selected", "_selected_action": [asked.pk], "post": "yes"})
    assert Question.objects.filter(key="need").exists()


def test_a_choice_that_others_depend_on_is_not_deleted(publisher):
    response = save(publisher, question("danger"), **{"choices-0-DELETE": "on"})
    assert response.status_code == 200
    text = unescaped(response)
    assert "A choice that you ticked to delete is needed" in text
    assert "recommendation: " in text
    assert choice("danger", "yes")


def test_a_choice_that_nothing_needs_is_deleted(publisher):
    asked = question("danger")
    asked.choices.create(key="spare", order=9, label={"en": "Spare", "es": "Otra"})
    assert save(publisher, asked, **{"choices-3-DELETE": "on"}).status_code == 302
    assert not asked.choices.filter(key="spare").exists()


# Two people


def test_the_second_to_save_a_question_is_told(publisher):
    asked = question("danger")
    opened = filled(publisher.get(page_of(asked)), "question_form")
    save(publisher, asked, **{"choices-0-label_0": "Yes, now"})
    response = publisher.post(page_of(asked), opened | {"title_0": "In danger?"})
    assert response.status_code == 200
    assert "Ana Ruiz saved this while you had it open" in unescaped(response)
    assert filled(response, "question_form")["title_0"] == ["In danger?"]
    assert choice("danger", "yes").name == "Yes, now"


# Roles


def test_the_roles_give_what_they_say(db):
    editor, publisher, administrator = (
        in_role(role, role.lower()) for role in ("Editor", "Publisher", "Administrator")
    )
    for model in ("services.%s_service", "services.%s_contactpoint", "navigator.%s_choice", "navigator.%s_guidance"):
        assert all(user.has_perm(model % "change") for user in (editor, publisher, administrator))
    assert editor.has_perm("navigator.delete_question")
    assert not editor.has_perm("services.delete_service")
    assert not editor.has_perm("navigator.publish_edition")
    assert publisher.has_perm("navigator.publish_edition")
    assert not publisher.has_perm("auth.change_user")
    assert administrator.has_perms(["auth.change_user", "navigator.publish_edition", "services.delete_service"])


def test_an_administrator_makes_no_superuser(client, db):
    sign_in(client, in_role("Administrator", "administrator"))
    plain = User.objects.create_user("plain")
    address = reverse("admin:auth_user_change", args=[plain.pk])
    data = filled(client.get(address), "user_form") | {"is_superuser": "on", "is_staff": "on"}
    assert client.post(address, data).status_code == 302
    plain.refresh_from_db()
    assert (plain.is_staff, plain.is_superuser) == (True, False)
    root = User.objects.create_superuser("root")
    assert client.post(reverse("admin:auth_user_change", args=[root.pk]), data).status_code == 403
    assert client.post(reverse("admin:auth_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), {}).status_code == 403


def test_a_rule_that_would_come_first_for_everyone_is_asked_about_once_more(publisher):
    service = Service.objects.get(slug="childhelp")
    add = reverse("admin:navigator_recommendation_add")
    words = {"reason_0": "For all", "reason_1": "Para todas las personas"}
    data = {"service": service.pk, "rank": "0", **words}
    before = Recommendation.objects.count()
    asked = publisher.post(add, data)
    assert re.search(r"comes first on \d+ of 6240 paths", unescaped(asked))
    assert 'type="checkbox" name="everyone"' in asked.content.decode()
    assert Recommendation.objects.count() == before
    assert publisher.post(add, data | {"rank": "999"}).status_code == 302, "behind all others it needs no question"
    assert publisher.post(add, data | {"everyone": "on"}).status_code == 302
    assert Recommendation.objects.count() == before + 2


def test_a_service_that_is_set_live_again_is_said_to_lack_its_rules(publisher, newest):
    service = Service.objects.get(slug="childhelp")
    service.recommendations.all().delete()
    Service.objects.filter(pk=service.pk).update(status="retired")
    data = filled(publisher.get(page_of(service)), "service_form") | {"status": "live"}
    assert "no question leads to it" in unescaped(publisher.post(page_of(service), data, follow=True))


def test_an_icon_that_does_not_exist_is_refused(publisher):
    asked = question("danger")
    page = unescaped(save(publisher, asked, **{"choices-0-icon": "telefono"}))
    assert "There is no icon “telefono”" in page


def test_an_icon_is_chosen_by_its_picture_and_by_name_in_the_language_of_the_staff(publisher):
    asked = question("who")
    page = publisher.get(page_of(asked), headers={"Accept-Language": "es"}).content.decode()
    assert re.search(r'value="house"> <svg [^>]*>.*?</svg> casa</label>', page, re.DOTALL)
    assert save(publisher, asked, **{"choices-0-icon": "house"}).status_code == 302
    first = asked.choices.first()
    assert first.icon == "house"
    # One that is kept already stays, though it is not among those that are offered.
    Choice.objects.filter(pk=first.pk).update(icon="anchor")
    assert save(publisher, asked).status_code == 302
    assert Choice.objects.get(pk=first.pk).icon == "anchor"


def test_every_icon_that_is_offered_has_a_picture_and_every_one_in_use_a_name(db):
    assert all(map(icons.picture, icons.NAMES))
    assert {*Choice.objects.values_list("icon", flat=True)} <= {*icons.NAMES, ""}
