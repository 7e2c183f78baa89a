"""`manage.py update_content` and its page: a newer release comes into an edited draft; nothing is lost or published."""

import io
import re
import shutil

import pytest
import yaml
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db.models.signals import post_save

from navigator import models
from navigator.editions import publish, update
from navigator.editions.draft import compile_draft, whole_draft
from navigator.staff import pages
from services.models import ContactPoint, Organization, Service
from tests.conftest import ROOT

ADDRESS = "/admin/update-content/"
NUMBER, OTHER = "+18006564673", "+18883737888"


@pytest.fixture
def release(tmp_path, settings):
    """The folder of the release that the program came with: a copy, to be edited."""
    settings.CONTENT_DIR = tmp_path / "fixtures"
    shutil.copytree(ROOT / "fixtures", settings.CONTENT_DIR)
    return settings.CONTENT_DIR


@pytest.fixture(autouse=True)
def on_the_newest(newest):
    """Every test begins with the edition of the database in force."""


def rewrite(release, old, new):
    """Change the text of the release wherever it stands, and see that it stood there."""
    found = 0
    for path in release.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        found += text.count(old)
        path.write_text(text.replace(old, new), encoding="utf-8")
    assert found


def newer(release):
    """A release with another number for RAINN and other words for a question."""
    rewrite(release, f"'{NUMBER}'", f"'{OTHER}'")
    rewrite(release, "Who needs help?", "Who is it that needs help?")


def run(*arguments):
    out = io.StringIO()
    call_command("update_content", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def rainn():
    return Service.objects.get(slug="rainn").ways.first().value


def edit(**values):
    ContactPoint.objects.filter(pk=Service.objects.get(slug="rainn").ways.first().pk).update(**values)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def seen(response):
    return re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1]


def keys(response, *, safety=False):
    """The keys of what may be ticked, or only of what is marked as safety."""
    rows = re.findall(r'<tr data-key="(\w+)">(.*?)</tr>', response.content.decode(), re.DOTALL)
    return [key for key, row in rows if 'name="take"' in row and (not safety or "Safety" in row)]


# The command


def test_a_newer_release_comes_into_the_draft_and_is_not_published(release):
    newer(release)
    editions = models.Edition.objects.count()
    said = run()
    assert rainn() == OTHER
    assert str(models.Question.objects.get(key="who").title) == "Who is it that needs help?"
    assert models.Edition.objects.count() == editions
    assert said.index("! National Sexual Assault") < said.index("Question “Who")
    assert "until you publish" in said
    assert not publish.check_draft()[1].problems


def test_twice_changes_nothing_twice(release):
    newer(release)
    run()
    before, releases = whole_draft(), models.Release.objects.count()
    pks = list(models.Recommendation.objects.values_list("pk", flat=True))
    assert run() == "Nothing was changed: there is nothing new to take.\n"
    assert (whole_draft(), models.Release.objects.count()) == (before, releases)
    assert list(models.Recommendation.objects.values_list("pk", flat=True)) == pks


def test_a_dry_run_says_the_same_and_changes_nothing(release):
    newer(release)
    before = whole_draft()
    said = run("--dry-run")
    assert "National Sexual Assault" in said
    assert said.endswith("Nothing was changed: this was a dry run.\n")
    assert (whole_draft(), models.Release.objects.count()) == (before, 0)


def test_what_staff_wrote_stays_and_can_be_given_up_one_by_one_even_later(release):
    newer(release)
    edit(value="+18007997233")
    Service.objects.filter(slug="nhth").update(staff_note="Ours", review_days=7)
    said = run()
    assert rainn() == "+18007997233"
    assert (nhth := Service.objects.get(slug="nhth")).review_days == 7
    assert "Ours" in nhth.staff_note
    for words in ("you have: 1-800-799-7233", "it was: 1-800-656-4673", "new: 1-888-373-7888"):
        assert words in said
    key = re.search(r"key: (\w+)", said)[1]
    assert "Nothing was changed" in run()  # it is shown again, not taken
    assert "There is no change nonsense" in run("--take", "nonsense")
    assert rainn() == "+18007997233"
    run("--take", key)
    assert rainn() == OTHER


def test_what_is_not_published_yet_is_not_lost(release):
    newer(release)
    Service.objects.create(
        slug="ours", organization=Service.objects.get(slug="rainn").organization, name={"en": "Our own"}
    )
    Service.objects.filter(slug="womenslaw").update(cost={"en": "Ours", "es": "Lo nuestro"})
    rule = models.Recommendation.objects.create(
        service=Service.objects.get(slug="nhth"), rank=7, reason={"en": "Ours", "es": "Nuestra"}
    )
    rule.when.set([models.Choice.objects.get(question__key="who", key="me")])
    question = models.Question.objects.get(key="who")
    run()
    draft = whole_draft()
    assert next(row for row in draft.services if row.slug == "ours").name["en"] == "Our own"
    assert next(row for row in draft.services if row.slug == "womenslaw").cost["en"] == "Ours"
    (kept,) = [each for each in draft.flow.recommendations if each.reason["en"] == "Ours"]
    assert (kept.rank, kept.when) == (7, {"who": ("me",)})
    # The page on which somebody has the question open is still its page.
    assert models.Question.objects.get(key="who").pk == question.pk


def test_a_site_that_was_set_up_before_compares_with_its_first_edition(release):
    assert not models.Release.objects.exists()
    edit(value="+18007997233")
    publish.publish(note="Ours")
    newer(release)
    assert "it was: 1-800-656-4673" in run()
    assert rainn() == "+18007997233"
    assert models.Release.objects.count() == 2


def test_setting_up_keeps_the_release_that_it_loads(release):
    for model in (models.Recommendation, Service, Organization, models.Question, models.Guidance):
        model.objects.all().delete()
    call_command("setup", stdout=io.StringIO())
    assert models.Release.objects.count() == 1
    newer(release)
    run()
    assert rainn() == OTHER
    assert models.Release.objects.count() == 2


def test_editions_from_before_still_open_and_roll_back(release):
    newer(release)
    run()
    made = publish.publish(note="Newer").number
    first = models.Edition.objects.order_by("number").first().number
    assert publish.rollback(first, draft=True).number == made + 1
    assert rainn() == NUMBER
    # Rolled back is what you chose: the release does not come in again by itself.
    assert "Nothing was changed" in run()
    assert rainn() == NUMBER


# What cannot be


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "flow.yaml").unlink(), "flow.yaml is missing"),
        (lambda folder: (folder / "flow.yaml").write_text("questions: ["), "flow.yaml: "),
        (lambda folder: (folder / "organizations.yaml").write_text(""), "organizations.yaml: "),
        (lambda folder: (folder / "organizations.yaml").write_text("[1, 2]"), "organizations.yaml: "),
        (lambda folder: (folder / "organizations.yaml").write_bytes(b"\xff\xfe\xfa"), "organizations.yaml: "),
        (lambda folder: (folder / "organizations.yaml").write_text("organizations: []"), "there is no organization"),
        (lambda folder: rewrite(folder, f"'{NUMBER}'", "'+18006'"), "not a phone number"),
        (lambda folder: rewrite(folder, "service: nhth", "service: nowhere"), "nowhere"),
        (shutil.rmtree, "flow.yaml is missing"),
    ],
)
def test_a_broken_release_changes_nothing_and_says_why(release, publisher, spoil, said):
    before = whole_draft()
    spoil(release)
    with pytest.raises(CommandError, match=f"Nothing was changed.*{re.escape(said)}"):
        run()
    page = publisher.get(ADDRESS)
    assert page.status_code == 409
    assert "this release cannot be brought in" in text(page)
    assert publisher.post(ADDRESS, {"seen": "x"}).status_code == 409
    assert (whole_draft(), models.Release.objects.count()) == (before, 0)


def test_killed_half_way_changes_nothing(release):
    newer(release)
    before = whole_draft()

    def fail(sender, **_values):
        raise KeyboardInterrupt

    post_save.connect(fail, sender=models.Guidance)
    try:
        with pytest.raises(KeyboardInterrupt):
            run()
    finally:
        post_save.disconnect(fail, sender=models.Guidance)
    assert (whole_draft(), models.Release.objects.count()) == (before, 0)
    run()
    assert rainn() == OTHER


def test_what_is_kept_of_the_last_release_is_not_used_if_it_is_damaged(release):
    update.remember(update.read_release())
    models.Release.objects.update(content=b"{}")
    newer(release)
    before = whole_draft()
    with pytest.raises(CommandError, match="damaged"):
        run()
    assert whole_draft() == before


# The page


def test_the_page_shows_three_sides_with_what_bears_on_safety_first(release, publisher):
    newer(release)
    rewrite(release, "Who is it that needs help?", "Who could need help?")
    edit(value="+18007997233")
    question = models.Question.objects.get(key="who")
    question.title.data["en"] = "Our own words?"
    question.save()
    page = publisher.get(ADDRESS)
    said = text(page)
    assert "2 places where your words stay" in said
    assert said.index("1-800-799-7233") < said.index("1-800-656-4673") < said.index("1-888-373-7888")
    assert said.index("1-888-373-7888") < said.index("Our own words?")
    assert len(keys(page)) == 2
    assert keys(page, safety=True) == keys(page)[:1]
    assert rainn() == "+18007997233"

    done = publisher.post(ADDRESS, {"seen": seen(page), "take": keys(page, safety=True)}, follow=True)
    assert "until you publish" in text(done)
    assert rainn() == OTHER
    assert str(models.Question.objects.get(key="who").title) == "Our own words?"
    # What was kept can still be taken.
    (left,) = keys(done)
    publisher.post(ADDRESS, {"seen": seen(done), "take": [left]})
    assert str(models.Question.objects.get(key="who").title) == "Who could need help?"
    assert "nothing to bring in" in text(publisher.get(ADDRESS))


def test_what_was_shown_is_what_is_brought_in(release, publisher):
    newer(release)
    page = publisher.get(ADDRESS)
    edit(value="+18007997233")
    answer = publisher.post(ADDRESS, {"seen": seen(page)})
    assert answer.status_code == 409
    assert "Look again" in text(answer)
    assert publisher.post(ADDRESS, {}).status_code == 409
    assert models.Release.objects.count() == 0
    assert publisher.post(ADDRESS, {"seen": seen(answer), "take": ["nonsense", "<b>"] * 500}).status_code == 302
    assert rainn() == "+18007997233"


def test_only_who_may_publish_brings_a_release_in(release, editor):
    newer(release)
    assert editor.get(ADDRESS).status_code == editor.post(ADDRESS, {"seen": "x"}).status_code == 403
    assert "admin/update-content" not in editor.get("/admin/publish/").content.decode()
    assert rainn() == NUMBER


def test_who_brings_a_release_in_edited_the_draft(release, publisher, ana):
    newer(release)
    assert ana.pk not in pages.editors()
    publisher.post(ADDRESS, {"seen": seen(publisher.get(ADDRESS))})
    assert ana.pk in pages.editors()
    entry = LogEntry.objects.get(object_id=Service.objects.get(slug="rainn").pk, content_type__model="service")
    assert entry.get_change_message() == "Brought in with a newer release"


def test_a_rule_of_yours_that_needs_what_the_release_drops_is_said(release, publisher):
    rule = models.Recommendation.objects.filter(service__slug="womenslaw").first()
    rule.reason = {"en": "Our reason", "es": "Nuestra razón"}
    rule.save()
    before = compile_draft()
    for path in release.rglob("*.yaml"):
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, key in (("services", "slug"), ("recommendations", "service")):
            if name in read:
                read[name] = [row for row in read[name] if row[key] != "womenslaw"]
        path.write_text(yaml.safe_dump(read, allow_unicode=True), encoding="utf-8")
    said = text(publisher.get(ADDRESS))
    assert "held back" in said
    assert "needs what you have here" in said
    run()
    assert Service.objects.get(slug="womenslaw").status == "live"
    assert {row.slug for row in compile_draft().services} == {row.slug for row in before.services}
