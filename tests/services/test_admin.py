"""The staff's pages for the directory."""

import datetime as dt
import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import formats

from services.models import ContactPoint, Organization, Service, Source
from tests.conftest import NOON
from tests.forms import filled, on_one_line, page_of, save, unescaped
from tests.shapes import of_every_shape
from tests.staff.accounts import in_role, sign_in

TODAY = NOON.date()
FORM = "service_form"


@pytest.fixture
def ana(db):
    return in_role("Editor", "ana", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def editor(client, ana):
    return sign_in(client, ana)


@pytest.fixture
def nhth(db):
    return Service.objects.get(slug="nhth")


def lonely(**values):
    """A live service that no question leads to."""
    words = {"en": "A line", "es": "Una línea"}
    service = Service.objects.create(
        slug="lonely",
        organization=Organization.objects.first(),
        category="local",
        status="live",
        name=words,
        plain=words,
        assured_date=TODAY,
        **values,
    )
    ContactPoint.objects.create(service=service, kind="call", value="+18883737888", order=1)
    Source.objects.create(service=service, title="Its page", order=1)
    return service


@pytest.mark.once
def test_saving_a_service_of_any_shape_as_it_is_changes_nothing(editor):
    for service in of_every_shape(Service.objects.all()):
        before = service.record()
        response = save(editor, service)
        assert response.status_code == 302, (service.slug, response.context["errors"])
        assert Service.objects.get(pk=service.pk).record() == before


def test_a_number_is_changed_on_the_page_of_its_service(editor, nhth):
    assert save(editor, nhth, **{"ways-0-value": "(888) 373-7889"}).status_code == 302
    assert nhth.ways.first().value == "+18883737889"


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("ways-0-value", "888-373-788", "is not a phone number"),
        ("ways-0-hours", "Mo-Fr 08:00-20:00; Fr 19:00-21:00", "Two opening times overlap"),
        ("ways-0-hours", "Mo-Fr 8 to 5", "is not understood"),
        ("ways-0-hours", "Mo-Fr 20:00-20:00", "starts and ends at the same time"),
        ("assured_date", "2027-01-01", "This day is in the future"),
        ("serves_0", "Anyone <script>alert(1)</script>", "Write plain words"),
        ("serves_1", "a" * 4001, "the most is 4000"),
        ("plain_0", "b" * 1601, "at most 1600 characters"),
        ("sources-0-url", "javascript:alert(1)", "Write the whole web address"),
    ],
)
def test_what_cannot_be_right_is_refused_and_stays_on_the_page(editor, nhth, field, typed, message):
    before = nhth.record()
    response = save(editor, nhth, **{field: typed, "staff_note": "Typed a while ago"})
    assert response.status_code == 200
    assert message in unescaped(response)
    again = filled(response, FORM)
    assert again[field] == [typed]
    assert again["staff_note"] == ["Typed a while ago"]
    assert Service.objects.get(pk=nhth.pk).record() == before


def test_a_half_made_service_does_not_go_live_and_says_what_is_missing(editor):
    service = lonely()
    service.ways.all().delete()
    service.sources.all().delete()
    changes = {"name_0": "", "name_1": "", "plain_1": "", "cost_0": "Free"}
    response = save(editor, service, **changes)
    assert response.status_code == 200
    text = unescaped(response)
    form = response.context["adminform"].form
    assert set(form.errors) == {"name", "plain", "cost"}
    assert "Missing: Spanish" in form.errors["plain"][0]
    assert "at least one way to reach it" in text
    assert "at least one source" in text
    assert save(editor, service, **changes | {"status": "draft", "name_0": "A line"}).status_code == 302


def new(editor, **values):
    """Fill in the empty page of a service, save."""
    add = reverse("admin:services_service_add")
    return editor.post(add, filled(editor.get(add), FORM) | values)


def test_a_draft_needs_a_name_and_who_runs_it(editor):
    runs = str(Organization.objects.first().pk)
    assert new(editor, name_1="Línea de ayuda", organization=runs).status_code == 302
    draft = Service.objects.get(slug="linea-de-ayuda")
    assert (draft.status, draft.category) == ("draft", "")
    assert save(editor, draft, staff_note="Ask Bo").status_code == 302
    assert editor.get(reverse("admin:services_service_changelist"), {"q": "linea"}).status_code == 200
    assert set(new(editor, organization=runs).context["adminform"].form.errors) == {"name"}
    assert set(new(editor, organization=runs, name_0="帮助").context["adminform"].form.errors) == {"slug"}
    assert set(new(editor, organization=runs, name_0="Linea de ayuda").context["adminform"].form.errors) == {"slug"}


def test_a_new_live_service_is_told_at_once_all_that_it_lacks(editor):
    response = new(editor, status="live", cost_0="Free")
    form = response.context["adminform"].form
    lacking = {"name", "plain", "cost", "organization", "category"}
    assert {name: len(errors) for name, errors in form.errors.items()} == dict.fromkeys(lacking, 1)
    formsets = [each.formset for each in response.context["inline_admin_formsets"]]
    assert [len(each.non_form_errors()) for each in formsets] == [1, 1]
    row = {"order": "0", "kind": "call", "value": "888-373-7888", "title": "Its page"}
    complete = {
        "status": "live",
        **{f"{name}_{place}": "Words" for name in ("name", "plain", "cost") for place in range(2)},
        "organization": str(Organization.objects.first().pk),
        "category": "local",
        **{f"{rows}-TOTAL_FORMS": "1" for rows in ("ways", "sources")},
        **{f"{rows}-0-{name}": value for rows in ("ways", "sources") for name, value in row.items()},
    }
    assert new(editor, **complete).status_code == 302
    made = Service.objects.get(slug="words")
    assert (made.status, made.assured_date) == ("live", None)
    assert made in Service.objects.due()


def test_an_urgent_note_may_stand_in_for_a_way_to_reach(editor):
    service = lonely()
    data = {"ways-0-DELETE": "on", "alert_0": "Call 911 instead.", "alert_1": "Llame al 911."}
    assert save(editor, service, **data).status_code == 302
    assert not service.ways.exists()


def test_a_live_service_needs_the_words_beside_a_number_in_every_language(editor, nhth):
    response = save(editor, nhth, **{"ways-0-label_0": "For work", "ways-0-label_1": ""})
    assert response.status_code == 200
    assert "Missing: Spanish" in unescaped(response)


@pytest.mark.parametrize("status", ["retired", "draft"])
def test_a_recommended_service_stays_live_and_the_refusal_names_the_rules(editor, nhth, status):
    response = save(editor, nhth, status=status)
    assert response.status_code == 200
    errors = response.context["adminform"].form.errors["status"]
    assert len(errors) == 2 + nhth.recommendations.count()
    assert "“What is going on?” is" in " ".join(errors) or "” is “" in errors[1]
    assert Service.objects.get(pk=nhth.pk).status == "live"
    assert save(editor, lonely(), status=status).status_code == 302


def test_a_recommended_service_is_not_deleted(client, admin_user, nhth):
    sign_in(client, admin_user)
    address = reverse("admin:services_service_delete", args=[nhth.pk])
    response = client.post(address, {"post": "yes"})
    assert "Recommendation with rank" in unescaped(response)
    listed = reverse("admin:services_service_changelist")
    response = client.post(listed, {"action": "delete_selected", "_selected_action": [nhth.pk], "post": "yes"})
    assert "Recommendation with rank" in unescaped(response)
    assert Service.objects.filter(pk=nhth.pk).exists()


def test_the_short_name_is_not_editable_once_saved(editor, nhth):
    assert "slug" not in filled(editor.get(page_of(nhth)), FORM)
    save(editor, nhth, slug="other")
    assert Service.objects.get(pk=nhth.pk).slug == "nhth"


def test_each_language_has_a_labelled_box_and_an_empty_one_is_marked(editor):
    service = lonely(cost={"en": "Free"})
    text = unescaped(editor.get(page_of(service)))
    assert '<label for="id_cost_0">English</label>' in text
    assert '<label for="id_cost_1">Spanish <b class="missing">missing</b></label>' in text
    assert '<label for="id_told_1">Spanish</label>' in text


def test_a_new_way_comes_last(editor):
    service = lonely()
    new = {
        "ways-TOTAL_FORMS": "2",
        "ways-1-kind": "text",
        "ways-1-value": "233733",
        "ways-1-order": "0",
        "ways-1-service": str(service.pk),
    }
    assert save(editor, service, **new).status_code == 302
    assert [way.value for way in service.ways.all()] == ["+18883737888", "233733"]


def test_the_saved_hours_stand_there_in_words(editor):
    service = lonely()
    service.ways.update(hours="Mo-Fr 08:00-20:00", timezone="America/New_York")
    assert "Monday to Friday, 8 a.m. to 8 p.m., Eastern time" in unescaped(editor.get(page_of(service)))


def test_after_saving_one_reads_that_it_is_not_public_yet(editor):
    data = filled(editor.get(page_of(lonely())), FORM)
    answer = editor.post(page_of(Service.objects.get(slug="lonely")), data, follow=True)
    assert "Saved in the draft. The public does not see it yet." in unescaped(answer)
    assert reverse("admin:preview") in unescaped(answer)


def test_a_refusal_to_retire_leads_to_the_recommendations(editor, nhth):
    text = unescaped(save(editor, nhth, status="retired"))
    for rule in nhth.recommendations.all():
        assert f'<a href="{reverse("admin:navigator_recommendation_change", args=[rule.pk])}">' in text
    assert "To take it off at once" in text


def test_a_refused_page_lists_on_top_what_is_wrong_and_leads_there(editor):
    service = lonely()
    new = {
        "sources-TOTAL_FORMS": "2",
        "sources-1-service": str(service.pk),
        "sources-1-url": "nowhere",
        "sources-1-order": "0",
    }
    changes = {"plain_1": "", "review_days": "0", "ways-0-value": "12", "ways-0-label_0": "For work"}
    text = html.unescape(on_one_line(save(editor, service, **changes, **new)))
    summary = text[text.index('<section class="wrong"') : text.index("</section>")]
    assert re.match(r'<section class="wrong" tabindex="-1" autofocus', summary)
    ways = re.findall(r'<a href="#([^"]+)">([^<]+)</a>: (\S.*?)</li>', summary)
    assert [(target, name) for target, name, _why in ways] == [
        ("id_plain", "What it is, in plain words"),
        ("id_review_days", "Days between checks"),
        ("id_ways-0-value", "Way to reach 1, Number or address"),
        ("id_ways-0-label", "Way to reach 1, For whom or what"),
        ("id_sources-1-title", "Source 2, Title"),
        ("id_sources-1-url", "Source 2, Web address"),
    ]
    for target, _name, why in ways:
        assert f'id="{target}"' in text
        assert why.strip() in text.replace(summary, "")


def parts_of(page):
    """The parts of the form: the line of each by its title, and the titles of those that are open."""
    found = re.findall(
        r'<details class="part" id="[^"]*"( open)?>\s*<summary>(.*?)</summary>', html.unescape(page), re.S
    )
    lines = [" ".join(re.sub("<[^>]+>", " ", line).split()) for _opened, line in found]
    return lines, [line for line, (opened, _line) in zip(lines, found, strict=True) if opened]


def test_the_parts_of_the_form_are_folded_and_say_what_they_lack(editor):
    both = {"en": "Words", "es": "Palabras"}
    service = lonely(
        serves=both, told=both, what_happens={"en": "They ask"}, opening={"en": "Hello"}, answered_by="police"
    )
    lines, opened = parts_of(editor.get(page_of(service)).content.decode())
    assert opened == ["What it is live", "Ways to reach 1 · 1 without hours"]
    assert "Urgent note, days off none" in lines
    assert "Where it helps the whole country" in lines
    assert "Sources 1 · 1 without a date" in lines
    assert f"Checked {formats.date_format(TODAY, 'DATE_FORMAT')}" in lines
    assert "Who answers empty: is a name needed?; who answers, in words; languages; 1 more" in lines
    happens = next(line for line in lines if line.startswith("What happens"))
    assert happens.endswith("Spanish: 2 texts missing")
    service.areas = "US-TX"
    service.save()
    lines, _opened = parts_of(editor.get(page_of(service)).content.decode())
    assert "Where it helps Texas" in lines
    assert not [line for line in lines if "missing" in line], "one language is enough for a local service"


def test_a_part_opens_where_a_day_stands_in_it_or_something_is_to_be_corrected(editor):
    service = lonely(off_to=TODAY)
    service.ways.update(valid_to=TODAY)
    page = editor.get(page_of(service)).content.decode()
    assert "Urgent note, days off off for some days" in parts_of(page)[1]
    assert '<details class="more" open>' in page
    service.ways.update(valid_to=None)
    assert '<details class="more" open>' not in editor.get(page_of(service)).content.decode()
    answer = save(editor, service, told_0="<b>", **{"sources-0-title": "", "ways-0-label_0": "<b>"})
    page = answer.content.decode()
    lines, opened = parts_of(page)
    assert next(line for line in lines if line.startswith("Who answers")) in opened
    assert "Who answers" in " ".join(opened) and "1 to correct" in " ".join(opened)
    assert "Sources 1 · 1 without a date · 1 to correct" in opened
    assert '<details class="more" open>' in page
    assert not [line for line in opened if line.startswith("What happens")]


def test_a_new_service_has_the_parts_open_that_most_need(editor):
    lines, opened = parts_of(editor.get(reverse("admin:services_service_add")).content.decode())
    assert [line for line in lines if line not in opened] == [
        "Urgent note, days off none",
        "Where it helps the whole country",
        "What happens empty: what happens first; what they ask first; a sentence to open with; 3 more",
    ]


def test_a_refused_page_names_rows_that_lack_altogether(editor):
    text = unescaped(save(editor, lonely(), **{"ways-0-DELETE": "on", "sources-0-DELETE": "on"}))
    summary = text[text.index('<section class="wrong"') : text.index("</section>")]
    assert '<a href="#ways-group">Ways to reach</a>: A live service needs at least one way' in summary
    assert '<a href="#sources-group">Sources</a>: A live service needs at least one source' in summary
    assert 'id="ways-heading"' in text


def test_the_focus_goes_to_what_is_wrong_on_a_new_page_too(editor):
    add = reverse("admin:services_service_add")
    opened = editor.get(add)
    assert "django-admin-form-add-constants" in unescaped(opened)
    assert "autofocus" not in unescaped(opened)
    refused = unescaped(editor.post(add, filled(opened, FORM)))
    assert refused.count("autofocus") == 1
    assert "django-admin-form-add-constants" not in refused


# Two people


def test_the_second_to_save_is_told_who_saved_and_keeps_what_was_typed(editor, nhth, client):
    opened = filled(editor.get(page_of(nhth)), FORM)
    save(editor, nhth, **{"ways-0-value": "888-373-7889"})
    response = editor.post(page_of(nhth), opened | {"staff_note": "Mine"})
    assert response.status_code == 200
    text = unescaped(response)
    assert "Ana Ruiz saved this while you had it open (Nov. 24, 2026, noon)" in text
    assert "(as saved now; you did not change it)" in text
    assert nhth.ways.first().value == "+18883737889"
    assert Service.objects.get(pk=nhth.pk).staff_note != "Mine"
    again = filled(response, FORM)
    assert again["staff_note"] == ["Mine"]
    assert again["ways-0-value"] == ["1-888-373-7889"]
    assert editor.post(page_of(nhth), again).status_code == 302
    nhth.refresh_from_db()
    assert (nhth.staff_note, nhth.ways.first().value) == ("Mine", "+18883737889")


def test_the_second_save_undoes_nothing_that_the_first_person_changed(editor, nhth):
    Service.objects.update(recheck=False)
    opened = filled(editor.get(page_of(nhth)), FORM)
    theirs = {
        "cost_0": "Free, always",
        "cost_1": "Gratis",
        "recheck": "on",
        "answered_by": "police",
        "keywords_0": "theirs",
    }
    theirs["assured_date"] = "2026-11-20"
    assert save(editor, nhth, **theirs).status_code == 302
    response = editor.post(page_of(nhth), opened | {"staff_note": "Mine", "keywords_0": "mine"})
    rows = {row.field: row for row in response.context["differences"]}
    assert {name for name, row in rows.items() if row.mine} == {"Note for staff", "Other words people use for it"}
    assert "theirs" in rows["Other words people use for it"].saved
    assert "mine" in rows["Other words people use for it"].shown
    assert {"Cost", "Check it now", "Who answers", "Checked on"} <= rows.keys()
    done = editor.post(page_of(nhth), filled(response, FORM))
    assert done.status_code == 302, done.context["errors"]
    nhth.refresh_from_db()
    assert (nhth.staff_note, nhth.keywords.data["en"], nhth.cost.data["en"]) == ("Mine", "mine", "Free, always")
    assert (nhth.recheck, nhth.answered_by, nhth.assured_date) == (True, "police", dt.date(2026, 11, 20))


# Finding


@pytest.mark.parametrize("word", ["888-373-7888", "(888) 373 7888", "+1 888 373 7888", "trafficking HOTLINE", "nhth"])
def test_a_service_is_found_by_a_number_or_a_word(editor, nhth, word):
    response = editor.get(reverse("admin:services_service_changelist"), {"q": word})
    assert nhth in list(response.context["cl"].queryset)


def test_a_service_is_found_with_and_without_accents(editor):
    lonely()
    for word in ("línea", "linea"):
        response = editor.get(reverse("admin:services_service_changelist"), {"q": word})
        assert "lonely" in [service.slug for service in response.context["cl"].queryset]


def test_the_list_shows_number_check_and_next_check(editor):
    Service.objects.update(recheck=False)
    lonely()
    text = unescaped(editor.get(reverse("admin:services_service_changelist"), {"q": "lonely"}))
    assert 'call: <span class="whole">1-888-373-7888</span>' in text
    assert "November 24, 2026" in text
    assert "February 22, 2027" in text


def test_the_list_of_services_asks_the_database_little(editor, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        editor.get(reverse("admin:services_service_changelist"))


def test_the_list_can_show_what_is_due_alone(editor, nhth):
    Service.objects.update(recheck=False, assured_date=TODAY)
    Service.objects.filter(pk=nhth.pk).update(assured_date=TODAY - dt.timedelta(days=90))
    address = reverse("admin:services_service_changelist")
    assert [row.slug for row in editor.get(address, {"due": "yes"}).context["cl"].queryset] == ["nhth"]
    assert nhth not in editor.get(address, {"due": "no"}).context["cl"].queryset


# Checks


def test_what_is_due_comes_oldest_first(db):
    Service.objects.update(recheck=False, assured_date=TODAY, review_days=90)
    slugs = list(Service.objects.filter(status="live").values_list("slug", flat=True)[:5])
    ago = [None, 200, 91, 90, 89]
    for slug, days in zip(slugs, ago, strict=True):
        Service.objects.filter(slug=slug).update(assured_date=days and TODAY - dt.timedelta(days=days))
    marked = Service.objects.filter(status="live").exclude(slug__in=slugs).first()
    Service.objects.filter(pk=marked.pk).update(recheck=True)
    Service.objects.filter(slug=slugs[1]).update(status="retired")
    assert [service.slug for service in Service.objects.due()] == [slugs[0], slugs[2], slugs[3], marked.slug]


def confirm(editor, ask, how):
    """Press the button on the page of a check, as it is shown now."""
    seen = re.search(r'name="seen" value="([^"]*)"', editor.get(ask).content.decode())[1]
    return editor.post(ask, {"how": how, "seen": seen})


def test_checked_today_records_how_when_and_by_whom(editor, nhth):
    Service.objects.filter(pk=nhth.pk).update(recheck=True, assured_date=dt.date(2026, 1, 1))
    ask = reverse("admin:services_service_checked") + f"?id={nhth.pk}"
    assert html.escape(ask) in editor.get(page_of(nhth)).content.decode()
    assert "Never check by calling a crisis line" in unescaped(editor.get(ask))
    assert editor.post(ask).status_code == 200
    nhth.refresh_from_db()
    assert nhth.recheck
    assert confirm(editor, ask, "Called its office").url == page_of(nhth)
    nhth.refresh_from_db()
    assert (nhth.assured_date, nhth.assured_how, nhth.assured_by, nhth.recheck) == (
        TODAY,
        "Called its office",
        "Ana Ruiz",
        False,
    )
    assert "Ana Ruiz" in unescaped(editor.get(reverse("admin:services_service_history", args=[nhth.pk])))


def test_a_check_shows_all_that_it_vouches_for(editor):
    service = lonely(languages="en, so", languages_note={"en": "Ask for others"}, alert={"en": "Busy this week"})
    service.ways.update(hours="Mo-Fr 08:00-20:00", timezone="America/New_York", label={"en": "For work"})
    service.ways.create(kind="text", value="233733", keyword="HELP", languages="es", order=2)
    service.ways.create(kind="chat", value="https://example.org/chat", hours_note={"en": "By day"}, order=3)
    text = unescaped(editor.get(reverse("admin:services_service_checked"), {"id": service.pk}))
    for fact in (
        "Urgent note: Busy this week",
        "Languages: English, Somali",
        "Languages, in words: Ask for others",
        "Call: 1-888-373-7888",
        "For whom or what: For work",
        "Hours: Monday to Friday, 8 a.m. to 8 p.m., Eastern time",
        "Text message: 233733",
        "Word to text: HELP",
        "Languages: Spanish",
        "Hours: not known",
        "Chat: https://example.org/chat",
        "Hours: By day",
    ):
        assert fact in text


def test_several_services_are_checked_from_the_list(editor):
    two = list(Service.objects.filter(status="live")[:2])
    listed = reverse("admin:services_service_changelist")
    asked = editor.post(listed, {"action": "check_today", "_selected_action": [service.pk for service in two]})
    assert confirm(editor, asked.url, "Read its website").url == listed
    assert {row.assured_how for row in Service.objects.filter(pk__in=[service.pk for service in two])} == {
        "Read its website"
    }


def test_a_number_that_no_service_can_have_is_ignored(editor, nhth):
    for absurd in ("9" * 30, "9" * 5000):
        response = editor.get(reverse("admin:services_service_checked"), {"id": [absurd, nhth.pk]})
        assert response.context["services"] == [nhth]


def test_who_may_not_change_services_may_not_check_them(client, nhth, db):
    sign_in(client, User.objects.create_user("guest", is_staff=True))
    address = reverse("admin:services_service_checked") + f"?id={nhth.pk}"
    assert client.post(address, {"how": "Read its website"}).status_code == 403


def test_who_may_only_look_sees_the_page_without_boxes(client, nhth):
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_service"))
    sign_in(client, user)
    response = client.get(page_of(nhth))
    assert "National Human Trafficking Hotline" in unescaped(response)
    assert set(filled(response, FORM)) <= {"csrfmiddlewaretoken", "loaded"}
    assert client.post(page_of(nhth), {"status": "retired"}).status_code == 403


def test_a_new_day_of_a_check_is_by_the_person_who_writes_it(editor, nhth):
    Service.objects.filter(pk=nhth.pk).update(assured_by="Someone else", assured_date=dt.date(2026, 1, 1))
    save(editor, nhth, assured_date="2026-11-24")
    nhth.refresh_from_db()
    assert nhth.assured_by == "Ana Ruiz"


def test_a_day_in_the_future_that_is_kept_already_does_not_stop_a_change(editor, nhth):
    Service.objects.filter(pk=nhth.pk).update(assured_date=dt.date(2026, 11, 25))
    assert save(editor, nhth, staff_note="Mended").status_code == 302
    nhth.refresh_from_db()
    nhth.assured_date = dt.date(2026, 11, 26)
    with pytest.raises(ValidationError, match="future"):
        nhth.full_clean()


@pytest.mark.parametrize(
    ("typed", "kept"), [("1 (800) 555-0199 ext. 4", "+18005550199;ext=4"), ("800.555.0199", "+18005550199")]
)
def test_a_number_is_taken_as_anybody_writes_it_and_shown_as_people_read_it(editor, nhth, typed, kept):
    assert filled(editor.get(page_of(nhth)), FORM)["ways-0-value"] == ["1-888-373-7888"]
    assert save(editor, nhth, **{"ways-0-value": typed, "ways-0-vanity": ""}).status_code == 302
    assert nhth.ways.first().value == kept


def test_languages_and_time_zones_are_chosen_by_name_in_the_language_of_the_staff(editor, nhth):
    editor.cookies["django_language"] = "es"
    page = unescaped(editor.get(page_of(nhth)))
    assert "vietnamita" in page
    assert "Este (Nueva York)" in page
    changes = {"languages": ["vi", "en"], "ways-0-timezone": "America/Chicago", "ways-0-languages": ["ht"]}
    before = nhth.languages
    assert save(editor, nhth, **changes).status_code == 302
    nhth.refresh_from_db()
    assert (before, nhth.languages) == ("en, es, mul", "en, vi")
    assert (nhth.ways.first().timezone, nhth.ways.first().languages) == ("America/Chicago", "ht")


def test_ready_hours_go_before_what_is_written(editor, nhth):
    assert save(editor, nhth, **{"ways-0-hours-ready": "Mo-Fr 08:00-17:00", "ways-0-hours": "24/7"}).status_code == 302
    assert nhth.ways.first().hours == "Mo-Fr 08:00-17:00"
    assert save(editor, nhth, **{"ways-0-hours": "Sa 09:00-12:00"}).status_code == 302
    assert nhth.ways.first().hours == "Sa 09:00-12:00"


def test_what_a_person_is_to_check_stands_above_the_form_with_its_sources(editor, nhth):
    nhth.staff_note = "See whether the chat is still there."
    nhth.save()
    page = unescaped(editor.get(page_of(nhth)))
    form = page.index('name="status"')
    assert page.index("never checked by a person") < form
    assert page.index("See whether the chat is still there.") < form
    assert page.index(f'href="{next(each.url for each in nhth.sources.all() if each.url)}"') < form
    assert form < page.index('name="ways-0-value"') < page.index('name="serves_0"')


def test_a_number_that_changed_since_it_was_shown_is_not_confirmed(editor):
    service = lonely()
    ask = reverse("admin:services_service_checked") + f"?id={service.pk}"
    seen = re.search(r'name="seen" value="([^"]*)"', editor.get(ask).content.decode())[1]
    service.ways.update(value="+18883737889")
    Service.objects.filter(pk=service.pk).update(assured_date=None)
    answer = editor.post(ask, {"how": "Called its office", "seen": seen})
    assert "something changed since you looked" in unescaped(answer)
    assert "1-888-373-7889" in unescaped(answer)
    service.refresh_from_db()
    assert service.assured_date is None


def test_a_new_number_is_to_be_checked_whatever_was_checked_before(editor):
    service = lonely()
    answer = editor.post(
        page_of(service), filled(editor.get(page_of(service)), FORM) | {"plain_0": "Words"}, follow=True
    )
    service.refresh_from_db()
    assert not service.recheck
    data = filled(editor.get(page_of(service)), FORM) | {"ways-0-value": "888-373-7889"}
    answer = editor.post(page_of(service), data, follow=True)
    assert "does not vouch for the new number" in unescaped(answer)
    service.refresh_from_db()
    assert service.recheck


def test_an_organization_needs_no_short_name(editor, client, admin_user):
    sign_in(client, admin_user)
    data = {"name_0": "Casa Clara of Travis", "name_1": "Casa Clara de Travis", "slug": "", "website": ""}
    assert client.post(reverse("admin:services_organization_add"), data).status_code == 302
    assert Organization.objects.filter(slug="casa-clara-of-travis").exists()
