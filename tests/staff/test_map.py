"""The map shows what happens, and the table what leads to each service."""

import re
from itertools import pairwise

import msgspec
import pytest
from django.contrib import admin
from django.urls import include, path

from navigator import models, urls
from navigator.editions import in_force, wording
from navigator.engine import flow, walk
from navigator.staff import map as flow_map
from navigator.staff import map_layout
from navigator.templatetags.words import t
from services.models import Service
from tests.forms import on_one_line

MAP = "/admin/map/"


def names(shown):
    return {service.slug: t(service.name) for service in shown.services}


@pytest.fixture
def stops(real):
    return map_layout.stops(real.flow, names(real.content))


@pytest.fixture
def sheet(stops):
    return map_layout.draw(stops)


def stop(found, key):
    return next(stop for stop in found if stop.key == key)


# What leads where


def test_every_path_ends_where_the_map_says(real, stops):
    """Follow each path on the map, its conditions by the rules, and arrive at what the walk recommends first."""
    labels = {
        each.key: {wording.label(real.flow, each.key, key): key for key in keys(each)} for each in real.flow.questions
    }
    branches = {(each.key, labels[each.key][one.words]): one for each in stops for one in each.branches}
    always = {each.key: each.always for each in stops}
    for outcome in walk.walk(real.flow):
        given = list(outcome.answers.items())
        for (key, choice), (after, _) in pairwise(given):
            assert after in branches[key, choice].to
        key, choice = given[-1]
        firsts = (*always[key], *branches[key, choice].firsts)
        assert outcome.recommendations[0].service in {first.service for first in firsts}


def keys(question):
    return [*(choice.key for choice in question.choices), flow.SKIP]


def test_the_last_of_several_needs_no_condition_and_one_alone_has_none(stops):
    for each in stops:
        for one in each.branches:
            whens = [first.when for first in one.firsts]
            assert all(whens[:-1])
            assert not whens or whens[-1] == ("otherwise" if len(whens) > 1 else "")


def test_danger_is_said_once_for_a_question_where_it_always_comes_first(stops):
    assert [(first.service, first.when) for first in stop(stops, "aim").always] == [
        ("emergency-911", "when “Is someone in danger right now?” is “Yes”")
    ]
    assert stop(stops, "danger").only == "who"
    assert stop(stops, "need").only == ""


def test_a_path_without_a_service_is_shown(real):
    live = {slug: name for slug, name in names(real.content).items() if slug not in ("dial-211", "emergency-911")}
    few = msgspec.structs.replace(
        real.flow, recommendations=tuple(rule for rule in real.flow.recommendations if rule.service == "dial-211")
    )
    found = map_layout.stops(few, live)
    assert {first.service for each in found for one in each.branches for first in one.firsts} == {""}


# Where it stands


def test_boxes_never_overlap(sheet):
    boxes = sheet.boxes
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
            assert apart, (one.words, other.words)


def test_words_stay_inside_their_box(sheet):
    for box in sheet.boxes:
        for row in box.rows:
            assert box.x < row.x
            assert row.x + len(row.words) * map_layout.LETTER <= box.right
            assert box.y < row.y < box.bottom


def test_every_question_and_every_first_service_is_drawn(real, sheet):
    first = {outcome.recommendations[0].service for outcome in walk.walk(real.flow)}
    assert {box.key for box in sheet.boxes if box.kind == "outcome"} == first
    asked = {each.key for each in real.flow.questions if each.kind == "one"}
    assert {box.key for box in sheet.boxes if box.kind == "question"} == asked


def test_it_prints_on_few_pages_and_cuts_no_box(sheet):
    ends = [top + height for top, height in sheet.pages]
    assert [top for top, _height in sheet.pages] == [0, *ends[:-1]] and ends[-1] == sheet.height
    assert not any(box.y < cut < box.bottom for box in sheet.boxes for cut in ends)
    assert all(height <= map_layout.PAPER * sheet.width for _top, height in sheet.pages)
    assert len(sheet.pages) <= sheet.height / sheet.width


def test_a_flow_of_one_question_and_an_empty_one_can_be_drawn():
    choice = flow.Choice(key="a", label={"en": "A"})
    one = flow.Question(key="q", title={"en": "Q?"}, why={"en": "Why"}, choices=(choice,))
    found = map_layout.stops(flow.Flow(questions=(one,), recommendations=()), {})
    assert [branch.words for branch in found[0].branches] == ["A", "I'd rather not say"]
    assert len(map_layout.draw(found).pages) == 1
    assert map_layout.draw(map_layout.stops(flow.Flow(questions=(), recommendations=()), {})).boxes == []


# The page


def test_the_page_is_for_staff_alone(client, db):
    assert client.get(MAP).url.startswith("/admin/account/login/")


def test_the_page_shows_the_draft_and_on_request_the_edition(staff_client):
    models.Question.objects.filter(key="who").update(title={"en": "Who <b>is</b> it & why?"})
    draft = staff_client.get(MAP).content.decode()
    assert "Who &lt;b&gt;is&lt;/b&gt; it &amp; why?" in draft
    assert "<b>is</b>" not in draft
    edition = staff_client.get(MAP, {"of": "edition"}).content.decode()
    assert "Who &lt;b&gt;" not in edition
    assert "Who needs help?" in edition


def test_the_size_is_chosen_by_a_link(staff_client):
    def width(zoom):
        page = on_one_line(staff_client.get(MAP, {"zoom": zoom}))
        return re.search(r'<svg xmlns="[^"]+" width="([^"]+)"', page)[1]

    assert int(width("50")) < int(width("100")) == int(width("200")) / 2
    assert width("fit") == "100%"
    assert width("<script>") == width("fit")


staff_site = admin.AdminSite(name="admin")
staff_site.register((models.Question, Service))
urlpatterns = [path("admin/", include(flow_map.urls(staff_site))), path("admin/", staff_site.urls), *urls.urlpatterns]


@pytest.mark.urls(__name__)
def test_each_box_links_to_its_record(staff_client):
    page = staff_client.get(MAP).content.decode()
    service, question = Service.objects.get(slug="nhth"), models.Question.objects.get(key="who")
    assert f'<a href="/admin/services/service/{service.pk}/change/" aria-label="{service.name}"' in page
    assert f'<a href="/admin/navigator/question/{question.pk}/change/" aria-label="{question.title}"' in page


def test_the_table_counts_paths_and_marks_what_none_reaches(staff_client, real):
    models.Recommendation.objects.filter(service__slug="rainn").delete()
    page = staff_client.get(MAP)
    rows = {row["slug"]: row for row in page.context["coverage"]}
    assert page.context["coverage"][0]["slug"] == "rainn"
    assert (rows["rainn"]["first"], rows["rainn"]["also"], rows["rainn"]["shortest"]) == (0, 0, "")
    assert page.content.decode().count('class="unreached"') == 1
    assert "The checks find" in page.content.decode()
    first = [outcome.recommendations[0].service for outcome in walk.walk(real.flow)]
    assert rows["988-lifeline"]["first"] == first.count("988-lifeline") > 0
    assert rows["988-lifeline"]["shortest"].startswith("Is someone in danger right now? I'd rather not say → Who")


def test_the_page_works_without_an_edition(staff_client, monkeypatch):
    monkeypatch.setattr(in_force, "_current", None)
    page = staff_client.get(MAP, {"of": "edition"})
    assert page.status_code == 200
    assert page.context["of"] == "draft"


def test_the_page_has_nothing_inline(staff_client):
    page = staff_client.get(MAP).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
