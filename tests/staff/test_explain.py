"""The staff page that explains what a person with some answers would see."""

import pytest

from navigator import models

from .publishing import text

pytestmark = pytest.mark.usefixtures("newest")


def test_explain_shows_the_services_in_order_with_their_rules(publisher):
    answers = {"q-danger": "yes", "q-who": "me", "q-child": "no", "q-need": "controlled", "q-aim": "help"}
    page = text(publisher.post("/admin/explain/", {"of": "edition", **answers}))
    assert page.index("911 emergency number") < page.index("National Human Trafficking Hotline")
    assert "Rule of rank" in page
    assert "“Is someone in danger right now?” is “Yes”" in page


def test_explain_asks_the_next_question_and_counts_the_rest_as_skipped(publisher):
    page = publisher.post("/admin/explain/", {"of": "edition", "q-danger": "no"}).content.decode()
    assert 'name="q-danger"' in page
    assert 'name="q-who"' in page
    assert 'name="q-need"' not in page
    assert "counted as" in page


def test_explain_reads_the_draft_when_asked(publisher):
    question = models.Question.objects.get(key="danger")
    question.title.data["en"] = "Is it dangerous?"
    question.save()
    assert "Is it dangerous?" in text(publisher.post("/admin/explain/", {"of": "draft"}))
    assert "Is it dangerous?" not in text(publisher.post("/admin/explain/", {"of": "edition"}))
