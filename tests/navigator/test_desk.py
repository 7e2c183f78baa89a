"""The staff's pages for questions and rules, the start page and the roles."""

import html

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from navigator import models
from navigator.editions import draft, in_force, publish, wording
from navigator.models import Choice, Guidance, Question, Recommendation
from navigator.staff.conditions import contradiction
from services.models import Service
from tests.conftest import NOON
from tests.forms import filled
from tests.navigator.staff import sign_in


@pytest.fixture
def ana(db):
    user = User.objects.create_user("ana", first_name="Ana", last_name="Ruiz", is_staff=True)
    user.groups.add(Group.objects.get(name="Publisher"))
    return user


@pytest.fixture
def desk(client, ana):
    sign_in(client, ana)
    return client


def page(row, what="change"):
    return reverse(f"admin:navigator_{row._meta.model_name}_{what}", args=[row.pk])


def said(response):
    return html.unescape(response.content.decode())


def save(desk, row, **changes):
    """Open the page of a row, change fields, save."""
    data = filled(desk.get(page(row)), f"{row._meta.model_name}_form") | changes
    return desk.post(page(row), data)


def question(key):
    return Question.objects.get(key=key)


def choice(asked, key):
    return Choice.objects.get(question__key=asked, key=key)


@pytest.mark.parametrize("model", [Question, Guidance])
@pytest.mark.once
def test_saving_every_row_as_it_is_changes_nothing(desk, model):
    for row in model.objects.all():
        before = row.record()
        response = save(desk, row)
        assert response.status_code == 302, (row, response.context["errors"])
        assert model.objects.get(pk=row.pk).record() == before


@pytest.mark.once
def test_saving_recommendations_as_they_are_changes_nothing(desk):
    for row in list(Recommendation.objects.all())[::10]:
        before = row.record()
        assert save(desk, row).status_code == 302
        assert Recommendation.objects.get(pk=row.pk).record() == before


# Conditions


def test_lists_say_conditions_as_sentences(desk):
    rule = next(row for row in Recommendation.objects.all() if row.when.exists())
    sentence = wording.describe_condition(draft.draft_flow(), rule.condition())
    assert sentence.startswith("when “")
    assert sentence in said(desk.get(reverse("admin:navigator_recommendation_changelist")))
    assert sentence in said(desk.get(page(rule)))


def test_the_lists_ask_the_database_little(desk, django_assert_max_num_queries):
    for name in ("question", "recommendation", "guidance"):
        with django_assert_max_num_queries(35):
            desk.get(reverse(f"admin:navigator_{name}_changelist"))


def test_rules_are_filtered_by_a_question_of_their_condition(desk):
    address = reverse("admin:navigator_recommendation_changelist")
    found = desk.get(address, {"question": "childneed"}).context["cl"].queryset
    assert {row.pk for row in found} == {
        row.pk for row in Recommendation.objects.all() if "childneed" in row.condition()
    }


def test_a_question_offers_only_earlier_questions_for_its_condition(desk):
    third = Question.objects.all()[2]
    form = desk.get(page(third)).context["adminform"].form
    assert {choice.question.order for choice in form.fields["when"].queryset} == {1, 2}
    rows = desk.get(page(third)).context["inline_admin_formsets"][0].formset.forms
    assert all({c.question.order for c in row.fields["when"].queryset} == {1, 2} for row in rows)


def test_a_rule_may_depend_on_a_skipped_question(desk):
    rule = Recommendation.objects.first()
    skipped = choice("need", "skip")
    assert save(desk, rule, when=[str(skipped.pk)]).status_code == 302
    assert rule.condition() == {"need": ("skip",)}


def test_the_choice_to_skip_is_not_edited(desk):
    response = desk.get(page(question("danger")))
    rows = response.context["inline_admin_formsets"][0].formset.forms
    assert [row.instance.key for row in rows] == ["yes", "no", "unsure"]
    response = save(
        desk,
        question("danger"),
        **{"choices-TOTAL_FORMS": "4", "choices-3-key": "skip", "choices-3-order": "9", "choices-3-label_0": "Skip"},
    )
    assert "Every question has this choice already" in said(response)


def test_a_condition_that_nobody_can_meet_is_refused(desk):
    asked = question("childneed")
    need = dict(asked.condition())["need"]
    other = Choice.objects.filter(question__key="need").exclude(key__in=[*need, "skip"]).first()
    both = [asked.choices.first().pk, other.pk]
    rule = Recommendation.objects.first()
    response = save(desk, rule, when=[str(pk) for pk in both])
    assert response.status_code == 200
    assert "No answers meet this condition" in response.context["adminform"].form.errors["when"][0]


def test_the_conditions_in_force_can_all_be_met(fixtures):
    for part in (*fixtures.flow.questions, *fixtures.flow.recommendations, *fixtures.flow.guidance):
        assert contradiction(fixtures.flow, part.when) == ""


# Order and keys


def test_a_question_does_not_move_before_what_it_depends_on(desk):
    asked = question("childneed")
    response = save(desk, asked, order="0")
    assert "before a question that it depends on" in said(response)
    assert question("childneed").order == asked.order


def test_a_question_does_not_move_after_what_depends_on_it(desk):
    response = save(desk, question("need"), order="99")
    text = response.context["adminform"].form.errors["order"][0]
    assert str(question("childneed").title) in text


def test_keys_stay(desk):
    asked = question("danger")
    save(desk, asked, key="other", **{"choices-0-key": "other"})
    asked.refresh_from_db()
    assert asked.key == "danger"
    assert [row.key for row in asked.choices.all()][:1] == ["yes"]


def test_a_new_question_comes_last_and_can_be_skipped(desk):
    address = reverse("admin:navigator_question_add")
    data = filled(desk.get(address), "question_form") | {
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
    response = desk.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    assert Question.objects.last().key == "last"
    assert [row.key for row in Question.objects.last().choices.all()] == ["yes", "no", "skip"]


# Deleting what others need


def test_a_question_that_others_depend_on_is_not_deleted(desk):
    asked = question("need")
    response = desk.post(page(asked, "delete"), {"post": "yes"})
    assert response.status_code == 200
    assert f"question: {question('childneed')}" in said(response)
    listed = reverse("admin:navigator_question_changelist")
    desk.post(listed, {"action": "delete_selected", "_selected_action": [asked.pk], "post": "yes"})
    assert Question.objects.filter(key="need").exists()


def test_a_choice_that_others_depend_on_is_not_deleted(desk):
    response = save(desk, question("danger"), **{"choices-0-DELETE": "on"})
    assert response.status_code == 200
    text = said(response)
    assert "A choice that you ticked to delete is needed" in text
    assert "recommendation: " in text
    assert choice("danger", "yes")


def test_a_choice_that_nothing_needs_is_deleted(desk):
    asked = question("danger")
    asked.choices.create(key="spare", order=9, label={"en": "Spare", "es": "Otra"})
    assert save(desk, asked, **{"choices-3-DELETE": "on"}).status_code == 302
    assert not asked.choices.filter(key="spare").exists()


# Two people


def test_the_second_to_save_a_question_is_told(desk):
    asked = question("danger")
    opened = filled(desk.get(page(asked)), "question_form")
    save(desk, asked, **{"choices-0-label_0": "Yes, now"})
    response = desk.post(page(asked), opened | {"title_0": "In danger?"})
    assert response.status_code == 200
    assert "Ana Ruiz saved this while you had it open" in said(response)
    assert filled(response, "question_form")["title_0"] == ["In danger?"]
    assert choice("danger", "yes").name == "Yes, now"


# The start page


def start(client):
    return client.get(reverse("admin:index"))


def test_the_start_page_of_a_quiet_day(desk):
    Service.objects.update(recheck=False, assured_date=NOON.date())
    publish.publish(note="All checked")
    text = said(start(desk))
    assert "Every live service was checked in time" in text
    assert "The public sees everything as it stands here" in text
    assert "No problem: all" in text
    assert "All checked" in text


def test_the_start_page_says_what_wants_attention(desk):
    publish.publish(note="Before")
    Service.objects.update(recheck=True)
    Recommendation.objects.filter(service__slug="emergency-911").delete()
    response = start(desk)
    text = said(response)
    assert f"<strong>{Service.objects.filter(status='live').count()}</strong> services are due" in text
    assert len(response.context["due"]) == 10
    assert "See all that are due" in text
    assert "things differ from what the public sees" in text
    assert "Someone is in danger, but 911 does not come first." in text
    assert "Shortest path: Is someone in danger right now? Yes" in " ".join(text.split())


def test_a_changed_title_is_one_difference_a_language(desk):
    publish.publish()
    Guidance.objects.filter(pk=Guidance.objects.first().pk).update(title={"en": "Other", "es": "Otro"})
    assert len(start(desk).context["changed"]) == 2


def test_the_start_page_before_the_first_edition(desk, monkeypatch):
    models.Edition.objects.all()._raw_delete("default")
    monkeypatch.setattr(in_force, "_current", None)
    assert "Nothing is published yet" in said(start(desk))


def test_an_account_without_rights_sees_no_news(client, db):
    sign_in(client, User.objects.create_user("guest", is_staff=True))
    assert "To check" not in said(start(client))


# Roles


def rights(name):
    user = User.objects.create_user(name.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    return user


def test_the_roles_give_what_they_say(db):
    editor, publisher, administrator = map(rights, ("Editor", "Publisher", "Administrator"))
    for model in ("services.%s_service", "services.%s_contactpoint", "navigator.%s_choice", "navigator.%s_guidance"):
        assert all(user.has_perm(model % "change") for user in (editor, publisher, administrator))
    assert editor.has_perm("navigator.delete_question")
    assert not editor.has_perm("services.delete_service")
    assert not editor.has_perm("navigator.publish_edition")
    assert publisher.has_perm("navigator.publish_edition")
    assert not publisher.has_perm("auth.change_user")
    assert administrator.has_perms(["auth.change_user", "navigator.publish_edition", "services.delete_service"])


def test_an_administrator_makes_no_superuser(client, db):
    sign_in(client, rights("Administrator"))
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


# Errors


MISSING, BARRED = "/admin/nowhere/", "/admin/auth/user/"


@pytest.mark.parametrize(("address", "status"), [(MISSING, 404), (BARRED, 403)])
def test_staff_read_of_an_error_in_their_own_pages(desk, address, status):
    response = desk.get(address)
    assert response.status_code == status
    assert "tel:911" not in said(response)
    assert 'id="user-tools"' in said(response)
    assert f'<a href="{reverse("admin:index")}">Back to the start page</a>' in said(response)


def test_staff_whose_page_was_open_too_long_read_what_to_do(ana):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, ana)
    response = client.post(reverse("admin:publish"))
    assert response.status_code == 403
    assert "load it anew" in said(response)


def test_anybody_else_sees_the_numbers(desk):
    for address in ("/nowhere/", "/es/nowhere/"):
        for someone in (Client(), desk):
            response = someone.get(address)
            assert response.status_code == 404
            assert "tel:911" in said(response)
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"))
    assert response.status_code == 403
    assert "tel:911" in said(response)
