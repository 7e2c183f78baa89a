"""The staff's pages in the language of whoever reads them: the one they chose, else one that the browser asks for."""

import html
import json
import re
import time

import msgspec
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import gettext, override

from navigator import models
from navigator.editions import database, history, in_force
from navigator.engine import checks
from navigator.templatetags.words import t
from services import hours, phones
from services.messages import Message
from services.models import ContactPoint, Organization, Service
from tests import words
from tests.conftest import NOON
from tests.english import english, learn, shown
from tests.forms import filled, on_one_line

from .accounts import PASSWORD, SECRET, make_staff, sign_in

SPANISH = {"Accept-Language": "es-US,es;q=0.9,en;q=0.5"}
LOGIN, CODE, ENROL, SWITCH = "/admin/account/login/", "/admin/account/code/", "/admin/account/app/", "/admin/language/"
TELLING = re.compile(r"\b(?:the|of|is|are|and|or|to|that|these|with|from|was|not|you|your|its|has|by)\b", re.IGNORECASE)
"""Words that no Spanish sentence has: they give away a sentence that is not in our catalogue."""


@pytest.fixture(scope="module", autouse=True)
def catalogues():
    """As they stand now."""
    learn()


@pytest.fixture
def spanish(staff):
    """Somebody whose browser asks for Spanish, on a draft with something new and something wrong."""
    database.refresh()
    rainn = Service.objects.get(slug="rainn")
    rainn.alert.data |= {"en": "Call.", "es": "Llame."}
    rainn.save()
    looked = {"since": NOON.date(), "checked_at": NOON}
    rainn.link_checks.create(address="https://example.org/", result="gone", reason="404", **looked)
    rainn.link_checks.create(address="https://example.com/", result="unknown", reason="silent", **looked)
    rainn.sources.all().delete()
    return sign_in(Client(headers=SPANISH), staff)


def left(answer):
    """What a page says in English, but for texts for the public in English, boxes to fill in and words of sources."""
    page = re.sub(r"<(textarea|code)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    page = re.sub(r'<(\w+)[^>]* lang="en".*?</\1>', "", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+) class="said".*?</\1>', "", page, flags=re.DOTALL)  # a note, as a colleague wrote it
    page = re.sub(r"</text>\s*<text[^>]*>", " ", page)  # a drawing has one for each line
    page = re.sub(r">\s*https?://\S+\s*<", "><", page)
    public = in_force.current()
    sources = [each for service in public.services.values() for each in service.sources]
    kept = {words for each in sources for words in (each.title, each.grade, each.dated)}
    named = (*Organization.objects.all(), *Service.objects.all())
    kept |= {name for each in named for name in each.name.data.values()}
    for said in sorted((each for each in kept if " " in each), key=len, reverse=True):
        page = page.replace(html.escape(said), " ")
    said = re.sub(r"\b1-\d{3}-[A-Z-]+", " ", shown(page))
    for name in words.NAMES:
        said = said.replace(name, " ")
    return [*english(page), *(said[max(0, found.start() - 40) : found.end() + 40] for found in TELLING.finditer(said))]


def spoken(answer):
    """The language that a page says it is in."""
    return re.search(r'<html lang="(\w+)"', answer.content.decode())[1]


def code():
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def rows(model, page="change", **which):
    """The page of a row of the draft."""
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{model.objects.filter(**which).first().pk}/{page}/"


def addresses(staff):
    """Every kind of staff page, but for those of signing in."""
    type(staff).objects.create_user("bo", is_staff=True)
    yield from ("/admin/", "/admin/services/", "/admin/explain/", "/admin/map/", "/admin/map/?of=edition&zoom=fit")
    yield from ("/admin/publish/", "/admin/publish/fix/", "/admin/publish/fix/?service=rainn")
    yield from ("/admin/checks/", "/admin/links/", "/admin/import/")
    yield from ("/admin/editions/", "/admin/editions/compare/?old=1&new=1", "/admin/editions/1/rollback/")
    for model in (Service, Organization, models.Question, models.Recommendation, models.Guidance):
        at = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        yield from (f"{at}/", f"{at}/add/")
        yield from (rows(model, page) for page in ("change", "history", "delete"))
    yield f"/admin/services/service/checked/?id={Service.objects.get(slug='rainn').pk}"
    yield from (
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        rows(type(staff)),
        rows(type(staff), "password", username="bo"),
    )
    yield from ("/admin/auth/group/", rows(Group), "/admin/activity/", "/admin/translations/")
    yield from ("/admin/account/", "/admin/account/password/", "/admin/account/again/", "/admin/account/code/again/")


@pytest.mark.once
def test_no_staff_page_shows_english_and_each_has_the_switch(spanish, staff):
    found = {}
    for address in addresses(staff):
        answer = spanish.get(address)
        assert (answer.status_code, spoken(answer), answer["Content-Language"]) == (200, "es", "es"), address
        assert 'name="language" value="en"' in on_one_line(answer), address
        assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", ")), address
        found |= {address: said} if (said := left(answer)) else {}
    assert not found


@pytest.mark.once
def test_no_page_of_the_history_shows_english(spanish, staff):
    with history.recorded(staff, "save"):
        Service.objects.filter(slug="rainn").update(assured_by="Ana")
        models.Guidance.objects.last().delete()
    pages = [
        "/admin/history/",
        "/admin/publish/",
        *(f"/admin/history/{row.pk}/" for row in models.Revision.objects.all()),
    ]
    assert len(pages) == 4
    for address in pages:
        answer = spanish.get(address)
        assert (answer.status_code, left(answer)) == (200, []), address


def test_no_page_of_signing_in_shows_english(db):
    client = Client(headers=SPANISH)
    user = make_staff(factor=False)
    seen = [client.get(LOGIN), client.post(LOGIN, {"login": "staff", "password": "wrong"})]
    client.post(LOGIN, {"login": "staff", "password": PASSWORD})
    seen += [client.get(ENROL), client.post(ENROL, {"code": "123"}), client.get("/admin/account/keys/add/")]
    secret = client.get(ENROL).context["form"].secret
    done = client.post(ENROL, {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}, follow=True)
    again = client.get("/admin/account/recovery/"), client.get("/admin/account/recovery/new/")
    seen += [done, *again, client.get("/admin/account/app/remove/"), client.get("/admin/nowhere/")]
    sign_in(client, user).post("/admin/logout/")
    client.post(LOGIN, {"login": "staff", "password": PASSWORD})
    seen += [client.get(CODE), client.post(CODE, {"code": "000000"})]
    seen += [client.post(CODE, {"code": "000000"}) for _try in range(5)]
    assert seen[-1].status_code == 429
    assert {spoken(answer) for answer in seen} == {"es"}
    assert not [said for answer in seen if (said := left(answer))]


@pytest.mark.parametrize("page", ['<input type="submit" value="Publish to everyone">', "<p>All of it</p>"])
def test_english_on_a_staff_page_would_be_seen(db, page):
    assert left(HttpResponse(page))
    assert not left(HttpResponse('<input type="submit" value="Publicar para todos"><p lang="en">All of it</p>'))


# Which language


@pytest.mark.parametrize(
    ("asked", "spoken_then"),
    [("es", "es"), ("es-MX,es;q=0.9", "es"), ("en-US,es;q=0.5", "en"), ("fr", "en"), ("", "en"), ("x" * 9000, "en")],
)
def test_the_browser_is_asked_where_nobody_chose(db, asked, spoken_then):
    assert spoken(Client().get(LOGIN, headers={"Accept-Language": asked})) == spoken_then


def switch(client, page, **headers):
    """Press the button of the other language on a page, as a browser does."""
    form = re.search(r'<form class="language-form".*?</form>', on_one_line(page))[0]
    sent = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    return client.post(SWITCH, sent, headers=headers)


def test_the_switch_leads_back_to_the_page_and_outlasts_what_the_browser_asks_for(staff):
    client = sign_in(Client(enforce_csrf_checks=True), staff)
    there = "/admin/services/service/?q=rainn&status__exact=live"
    answer = switch(client, client.get(there))
    assert (answer.status_code, answer.url) == (302, there)
    assert spoken(client.get("/admin/", headers={"Accept-Language": "en"})) == "es"
    switch(client, client.get("/admin/"))
    assert spoken(client.get("/admin/", headers=SPANISH)) == "en"


def test_whoever_is_signing_in_can_switch_and_goes_on(staff):
    client = Client(enforce_csrf_checks=True)
    assert switch(client, client.get(f"{LOGIN}?next=/admin/map/")).url == f"{LOGIN}?next=/admin/map/"
    page = client.get(LOGIN)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.content.decode())[1]
    client.post(LOGIN, {"login": "staff", "password": PASSWORD, "csrfmiddlewaretoken": token})
    page = client.get(CODE)
    assert spoken(page) == "es"
    assert switch(client, page).url == CODE
    page = client.get(CODE)
    assert spoken(page) == "en"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.content.decode())[1]
    assert client.post(CODE, {"code": code(), "csrfmiddlewaretoken": token}).url == "/admin/"


def test_the_cookie_is_for_the_staff_pages_alone(client, settings):
    answer = client.post(SWITCH, {"language": "es", "next": LOGIN})
    cookie = answer.cookies["django_language"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/admin/", "Lax", True)
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert settings.LANGUAGE_COOKIE_SECURE is settings.SESSION_COOKIE_SECURE
    client.cookies["django_language"]["path"] = "/"
    for address in ("/", "/all/", "/safety/", "/leave/", "/nowhere/", "/healthz"):
        answer = client.get(address, headers=SPANISH)
        assert (answer["Content-Language"], bool(answer.cookies)) == ("en", False), address
        assert not {"Accept-Language", "Cookie"} & set(answer.get("Vary", "").split(", ")), address


@pytest.mark.parametrize("following", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_switch_leads_to_no_other_site(client, following):
    assert client.post(SWITCH, {"language": "es", "next": following}).url == "/es/"


def test_a_language_that_is_not_published_is_not_spoken(client, settings):
    settings.LANGUAGES = [("en", "English")]
    client.post(SWITCH, {"language": "es", "next": LOGIN})
    page = client.get(LOGIN, headers=SPANISH)
    assert spoken(page) == "en"
    assert "language-form" not in page.content.decode()


def test_logging_out_leads_to_the_sign_in(staff_client):
    assert staff_client.post("/admin/logout/").url == LOGIN


# What is wrong, and what was done


def test_a_problem_of_the_checks_reads_in_the_language_at_hand(spanish):
    assert "(RAINN)” no tiene fuente." in spanish.get("/admin/publish/").content.decode()
    assert "(RAINN)” no tiene fuente." in spanish.get("/admin/").content.decode()
    english_page = spanish.get("/admin/publish/", headers={"Accept-Language": "en"}).content.decode()
    assert "(RAINN)” has no source." in english_page


def test_a_problem_is_english_for_commands(spanish, capsys):
    with override("es"), pytest.raises(SystemExit):
        call_command("check_flow", "--json")
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem == {"code": "source", "subject": "rainn", "message": "“rainn” has no source."}


@pytest.mark.parametrize("read", [phones.parse, hours.parse])
def test_a_reason_keeps_its_pattern(read):
    with pytest.raises(ValueError, match="“1-2”") as raised:
        read("1-2")
    (reason,) = raised.value.args
    with override("es"):
        assert reason.translated(gettext) != str(reason) == str(raised.value)
        assert "“1-2”" in reason.translated(gettext)


def test_every_message_is_made_of_its_pattern():
    made = Message("A path asks %(count)s questions; the most is %(most)s.", count=6, most=5)
    assert str(made) == "A path asks 6 questions; the most is 5."
    problem = checks.Problem(code="long", subject="", message=made)
    assert json.loads(msgspec.json.encode(problem, enc_hook=str))["message"] == str(made)
    with override("es"):
        assert made.translated(gettext) == "Un camino hace 6 preguntas; el máximo es 5."


def test_a_number_and_hours_that_are_wrong_are_refused_in_spanish():
    with override("es"), pytest.raises(ValidationError) as refused:
        ContactPoint(kind="call", value="12345678", hours="Monday").clean()
    assert refused.value.message_dict == {
        "value": ["“12345678” no es un número de teléfono que exista. Revise cada dígito."],
        "hours": ["No se entiende “Monday”. Escriba el horario así: “Mo-Fr 08:00-20:00; PH off”, o “24/7”."],
    }


def test_the_history_names_the_fields_in_spanish(spanish):
    address = rows(Service, slug="nhth")
    form = filled(spanish.get(address), "service_form")
    saved = spanish.post(address, {**form, "staff_note": "Nota", "review_days": "30"}, follow=True)
    assert "Se guardó en el borrador." in saved.content.decode()
    page = spanish.get(rows(Service, "history", slug="nhth")).content.decode()
    assert "Días entre revisiones" in page and "Nota para el personal" in page


def test_a_day_means_the_same_whatever_the_language(spanish):
    """A form may be opened in one language and sent in the other."""
    Service.objects.filter(slug="nhth").update(assured_date="2026-11-20")
    address = rows(Service, slug="nhth")
    form = filled(spanish.get(address), "service_form")
    assert form["assured_date"] == [Service.objects.get(slug="nhth").assured_date.isoformat()]
    for language in ("es", "en"):
        spanish.post(address, {**form, "assured_date": "03/04/2026"}, headers={"Accept-Language": language})
        assert Service.objects.get(slug="nhth").assured_date.isoformat() == "2026-03-04"


def test_the_scripts_of_the_staff_pages_speak_spanish(spanish):
    assert "Hoy" in spanish.get("/admin/jsi18n/").content.decode()


def test_words_that_a_draft_lacks_in_spanish_are_shown_in_english(spanish):
    with override("es"):
        assert (t({"en": "Hello", "es": "Hola"}), t({"en": "Hello"}), t({})) == ("Hola", "Hello", "")
    question = models.Question.objects.get(key="who")
    question.title.data.pop("es")
    question.save()
    assert question.title.data["en"] in spanish.get("/admin/map/").content.decode()
