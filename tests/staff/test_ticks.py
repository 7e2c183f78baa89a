"""Ticks and the second wording on the staff's pages."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from navigator import models
from navigator.editions import draft
from tests.editions.test_ticks import same, ticked  # noqa: F401
from tests.forms import filled, page_of, save, unescaped

from .accounts import in_role, sign_in


@pytest.fixture
def publisher(client, db, ticked):  # noqa: F811
    draft.write_draft(ticked)
    return sign_in(client, in_role("Publisher", "ana"))


def about():
    return models.Question.objects.get(key="about")


def test_saving_ticks_as_they_are_changes_nothing(publisher, ticked):  # noqa: F811
    rows = [
        about(),
        models.Guidance.objects.get(key="ticked"),
        models.Recommendation.objects.get(service__slug="ic3", rank=2000),
    ]
    for row in rows:
        assert save(publisher, row).status_code == 302
    assert same(draft.draft_flow(), ticked)
    assert not models.Choice.objects.filter(question=about(), key="skip").exists()


def test_the_second_wording_stands_below_the_first_with_a_word_on_it(publisher):
    page = unescaped(publisher.get(page_of(about())))
    assert page.index('name="title_0"') < page.index('name="title_you_0"') < page.index('name="hint_0"')
    assert "Shown instead when the person said that they need help themselves." in page
    assert re.search(r'name="choices-0-label_you_0"[^>]*value="My papers"', page)
    assert "visa, green card" in page
    assert 'name="kind"' not in page  # it never changes


def test_rules_and_guidance_may_name_ticks_but_questions_and_choices_may_not(publisher):
    ticks = set(models.Choice.objects.filter(question__key="about"))
    for model in (models.Recommendation, models.Guidance):
        form = publisher.get(page_of(model.objects.first())).context["adminform"].form
        assert ticks <= set(form.fields["when"].queryset)
    new = reverse("admin:navigator_question_add")
    for page in (*map(page_of, models.Question.objects.all()), new):
        context = publisher.get(page).context
        forms = [context["adminform"].form, *context["inline_admin_formsets"][0].formset.forms]
        assert not any(ticks & set(form.fields["when"].queryset) for form in forms)


def test_ticks_may_depend_on_every_question_whatever_their_order(publisher):
    models.Question.objects.filter(key="about").update(order=0)
    form = publisher.get(page_of(about())).context["adminform"].form
    asked = {choice.question.key for choice in form.fields["when"].queryset}
    assert asked == {row.key for row in models.Question.objects.filter(kind="one")}
    assert save(publisher, about()).status_code == 302


def test_explain_has_a_box_for_each_tick_that_is_offered(publisher):
    answers = {"of": "draft", "q-danger": "no", "q-who": "me"}
    page = unescaped(publisher.post("/admin/explain/", answers))
    assert len(re.findall(r'type="checkbox" name="q-about"', page)) == 2
    assert "Why you" not in page
    page = unescaped(publisher.post("/admin/explain/", {**answers, "q-about": ["papers", "nobody"]}))
    assert re.search(r'name="q-about"\s+value="papers"\s+checked', page)
    assert "Why you" in page
    page = unescaped(publisher.post("/admin/explain/", {**answers, "q-danger": "yes"}))
    assert re.findall(r'name="q-about"\s+value="(\w+)"', page) == ["papers"]


def test_the_map_says_what_ticks_add_and_counts_what_only_they_show(publisher):
    page = publisher.get("/admin/map/").context
    papers = page["ticks"][0]
    assert (papers.words, papers.when) == ("Papers", "")
    assert [slug for slug, _words, _when in papers.adds] == ["ic3", ""]
    assert "“No”" in papers.adds[1][2]
    assert "“No”" in page["ticks"][1].when
    assert next(row for row in page["coverage"] if row["slug"] == "ic3")["ticked"] > 0
    assert "about" not in {stop.key for stop in page["stops"]}


def test_the_preview_shows_ticks_of_the_draft(publisher):
    page = publisher.get("/admin/preview/")
    for more in ({"g": "r"}, {"a": "0", "g": "f"}):
        body = urlencode({**filled(page, "step"), **more}, doseq=True)
        page = publisher.post("/admin/preview/", body, content_type="application/x-www-form-urlencoded")
        assert 'data-choice="papers"' in page.content.decode()
    assert re.search(r'data-choice="papers"\s+checked', page.content.decode())
    assert 'data-service="ic3"' in page.content.decode()
