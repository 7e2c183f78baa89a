"""The commands: what they print, and how they fail."""

import io
import json
import os
import re
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from navigator.editions import in_force
from navigator.models import Edition
from services.models import Service
from tests.conftest import ROOT

DETENTION = ["danger=no", "who=close", "child=no", "need=crime", "custody=ice"]


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def own_edition(edition, tmp_path, settings):
    """What a test puts in force or keeps on disk ends with it."""
    settings.EDITION_FILE = tmp_path / "edition.json"
    with translation.override("en"):
        yield
    in_force.serve(edition)


def test_explain_says_in_words_what_a_person_sees_and_why(db):
    text = run("explain", *DETENTION)
    assert text.startswith("Answers: Is someone in danger right now? No → ")
    assert re.search(r"^1\. .*VOICE.* \(ice-voice\)\n   Reason shown: .+\n   Rule: rank \d+, when “", text, re.M)
    assert text.index("(ice-voice)") < text.index("(dhs-vine)")
    assert re.search(r"^Guidance: .+", text, re.M)
    assert "“What would help most now?” is “" in text


def test_explain_gives_json_of_one_shape(db):
    found = json.loads(run("explain", *DETENTION, "--json"))
    assert set(found) == {"question", "services", "guidance"}
    assert found["question"] is None
    assert found["services"][0]["slug"] == "ice-voice"
    assert all(set(service) == {"slug", "rank", "reason"} and service["reason"] for service in found["services"])
    assert found["guidance"]


@pytest.mark.parametrize(
    ("given", "question"),
    [
        ([], "danger"),
        (["danger=no"], "who"),
        (["who=me", "need=hurt"], "danger"),
        (["danger=no", "who=me", "child=no", "need=child"], "need"),
        (["danger=no", "who=me", "child=no", "need=crime"], "custody"),
        (["custody=ice"], "danger"),
    ],
)
def test_explain_gives_the_next_question_for_answers_in_part(db, given, question):
    assert json.loads(run("explain", *given, "--json")) == {"question": question, "services": [], "guidance": []}
    text = run("explain", *given)
    assert f"Next question: {in_force.current().flow.question(question).title['en']} ({question})" in text


@pytest.mark.parametrize("wrong", ["danger", "danger=", "danger=maybe", "mood=bad", "=", "DANGER=yes", "danger=yes=no"])
def test_explain_says_which_answer_is_wrong(db, wrong):
    with pytest.raises(CommandError, match=f"“{re.escape(wrong)}” is not an answer.*danger, who, child"):
        run("explain", "who=me", wrong)


def test_explain_tells_the_draft_from_the_edition(db):
    row = Service.objects.get(slug="ice-voice")
    row.name.data["en"] = "A draft of a name"
    row.save()
    assert "A draft of a name" not in run("explain", *DETENTION)
    assert "A draft of a name" in run("explain", *DETENTION, "--draft")


def test_explain_takes_a_day(db):
    Service.objects.filter(slug="ice-voice").update(off_from="2027-01-01")
    assert "(ice-voice)" in run("explain", *DETENTION, "--draft", "--day", "2026-12-31")
    assert "(ice-voice)" not in run("explain", *DETENTION, "--draft", "--day", "2027-01-01")
    for wrong in ("soon", "2027-02-30", "9999-12-31"):
        with pytest.raises(CommandError, match=f"“{wrong}” is no day"):
            run("explain", "--day", wrong)


def test_explain_without_an_edition_says_so(db):
    Edition.objects.all().delete()
    in_force._current = None
    with pytest.raises(CommandError, match="Nothing is published yet"):
        run("explain")
    assert "Next question" in run("explain", "--draft")


def test_publish_says_the_number_and_keeps_the_note(db):
    text = run("publish", "--note", "From the command line")
    row = Edition.objects.first()
    assert text == f"Published edition {row.number}.\n"
    assert row.note == "From the command line"
    assert row.published_by is None


def test_publish_says_every_problem_and_publishes_nothing(db):
    Service.objects.filter(slug="stronghearts-native-helpline").update(status="retired")
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was published"):
        call_command("publish", stderr=out)
    assert "“stronghearts-native-helpline” is recommended but is not live. Is someone in danger" in out.getvalue()
    assert Edition.objects.count() == 1


def test_rollback_publishes_again(db):
    first = Edition.objects.get()
    run("publish")
    text = run("rollback", str(first.number), "--note", "Back")
    row = Edition.objects.first()
    assert text == f"Published edition {first.number} again, as edition {row.number}.\n"
    assert (row.hash, row.note) == (first.hash, "Back")


def test_rollback_says_why_not(db):
    first = Edition.objects.get()
    with pytest.raises(CommandError, match=r"There is no edition 9999\."):
        run("rollback", "9999")
    Edition.objects.update(content=b"{}")
    with pytest.raises(CommandError, match="is damaged"):
        run("rollback", str(first.number))


def test_editions_lists_them_the_newest_first(db):
    first = Edition.objects.get()
    run("publish", "--note", "Second")
    lines = run("editions").splitlines()
    assert [line.split()[0] for line in lines] == [str(Edition.objects.first().number), str(first.number)]
    assert lines[0].endswith("by the command line  " + Edition.objects.first().hash[:12] + "  Second")
    assert "Nov. 24, 2026, noon" in lines[0]


# The site set up from nothing, in processes of its own

SERVE = """
import sys, time
from navigator.wsgi import application
from django.test import Client
client = Client()
number = client.get("/healthz").json()["edition"]
print(number, client.get("/").status_code, flush=True)
for _ in range(100):
    if client.get("/healthz").json()["edition"] != number: break
    time.sleep(0.1)
print(client.get("/healthz").json()["edition"], flush=True)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A data folder of its own, and what starts a process on it."""
    folder = tmp_path_factory.mktemp("house")

    def start(*arguments, **more):
        ours = {"DATA_DIR": str(folder), "TLS": "off", "DJANGO_SETTINGS_MODULE": "navigator.settings"}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **ours, "ALLOWED_HOSTS": "testserver", **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(*arguments):
        process = start("manage.py", *arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    manage("setup")
    return folder, start, manage


def test_setup_makes_a_working_site_and_loses_nothing_when_run_again(house):
    folder, _start, manage = house
    change = (
        "from services.models import Service; row = Service.objects.get(slug='nhth');"
        "row.name.data['en'] = 'Changed by staff'; row.save();"
        "Service.objects.filter(slug='ice-ocrc').update(status='retired')"
    )
    manage("shell", "--no-imports", "-c", change)
    manifest = folder / "static" / "staticfiles.json"
    collected = manifest.stat().st_mtime_ns
    assert manage("setup") == ""
    assert manifest.stat().st_mtime_ns == collected  # or every start would take seconds longer
    text = manage("explain", "--draft", *["danger=no", "who=me", "child=no", "need=controlled", "aim=help"])
    assert "1. Changed by staff (nhth)" in text
    assert len(manage("editions").splitlines()) == 1


def test_a_process_notices_an_edition_within_seconds_and_starts_without_a_database(house):
    folder, start, manage = house
    serving = start("-c", SERVE)
    assert serving.stdout.readline() == "1 200\n"
    manage("publish")
    out, err = serving.communicate(timeout=60)
    assert out == "2\n", err
    alone = start("-c", SERVE.replace("range(100)", "range(0)"), DATABASE_URL=f"sqlite:///{folder}/secret-key/none")
    out, err = alone.communicate(timeout=60)
    assert out == "2 200\n2\n"
    assert "the database did not answer" in err
