"""Draft, edition, rollback: only what passes reaches the public, whole, unchanged, and with no database too."""

import contextlib
import datetime as dt
import json
import threading

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connections

from navigator.editions import content, database, in_force, publish
from navigator.editions.edition import decode
from navigator.models import Edition
from services.models import Service

NHTH = "nhth"


@pytest.fixture(autouse=True)
def own_file(tmp_path, settings):
    """A kept file for each test."""
    settings.EDITION_FILE = tmp_path / "kept" / "edition.json"
    return settings.EDITION_FILE


@pytest.fixture(autouse=True)
def own_edition(edition):
    """What a test puts in force ends with it."""
    yield
    in_force.serve(edition)


def name(number_or_edition):
    """The name of one service in an edition, by which tests tell editions apart."""
    return number_or_edition.services[NHTH].name["en"]


def rename(to):
    """A change by staff."""
    row = Service.objects.get(slug=NHTH)
    row.name.data["en"] = to
    row.save()


def damage(number, **changes):
    """What a broken disk or a hand in the database does; no code of ours changes an edition."""
    assert Edition.objects.filter(number=number).update(**changes) == 1


def test_publishing_makes_a_numbered_hashed_edition_and_puts_it_in_force(db):
    user = get_user_model().objects.create_user("sam")
    rename("A new name")
    row = publish.publish(by=user, note="The name is new")
    assert row.number == Edition.objects.order_by("-number").first().number
    assert (row.note, row.published_by) == ("The name is new", user)
    assert row.published_at == dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC)
    assert row.hash == content.digest(bytes(row.content))
    assert (in_force.current().number, name(in_force.current())) == (row.number, "A new name")


def test_the_public_see_the_draft_only_once_it_is_published(db, client):
    database.refresh()
    rename("A name nobody published")
    assert "A name nobody published" not in client.get("/all/").content.decode()
    publish.publish()
    assert "A name nobody published" in client.get("/all/").content.decode()


def test_an_edition_holds_no_notes_for_staff_and_nothing_that_is_not_live(db):
    assert Service.objects.exclude(staff_note="").exists()
    Service.objects.filter(slug="ice-ocrc").update(status="draft")
    published = json.loads(bytes(publish.publish().content))
    assert not any("staff_note" in service for service in published["services"])
    assert "ice-ocrc" not in {service["slug"] for service in published["services"]}
    assert published["languages"] == ["en", "es"]


def test_a_draft_that_fails_is_refused_and_nothing_changes(db):
    before, served = Edition.objects.count(), in_force.current()
    Service.objects.filter(slug=NHTH).update(status="retired")
    with pytest.raises(publish.Refused) as refused:
        publish.publish()
    assert {problem.code for problem in refused.value.report.problems} >= {"retired"}
    assert Edition.objects.count() == before
    assert in_force.current() is served


def test_rolling_back_publishes_the_earlier_one_again_under_a_new_number(db):
    first = Edition.objects.get()
    rename("A mistake")
    wrong = publish.publish()
    row = publish.rollback(first.number)
    assert row.number > wrong.number
    assert (bytes(row.content), row.hash) == (bytes(first.content), first.hash)
    assert row.note == f"Back to edition {first.number}"
    assert in_force.current().number == row.number
    assert name(in_force.current()) != "A mistake"
    assert Service.objects.get(slug=NHTH).record().name["en"] == "A mistake"  # the draft stays


def test_rolling_back_to_what_is_not_there_or_damaged_changes_nothing(db):
    first, served = Edition.objects.get(), in_force.current()
    with pytest.raises(Edition.DoesNotExist):
        publish.rollback(first.number + 99)
    damage(first.number, content=bytes(first.content).replace(b"911", b"912"))
    with pytest.raises(ValueError, match="is damaged"):
        publish.rollback(first.number)
    assert Edition.objects.count() == 1
    assert in_force.current() is served


def test_an_edition_never_changes_and_is_never_deleted(db):
    row = Edition.objects.get()
    row.note = "changed"
    with pytest.raises(ValidationError):
        row.save()
    with pytest.raises(ValidationError):
        row.delete()
    assert Edition.objects.get().note == "First edition"


def test_an_edition_in_memory_cannot_be_changed(real):
    with pytest.raises(AttributeError):
        real.services[NHTH].main = False
    with pytest.raises(AttributeError):
        real.flow.questions = ()


@pytest.mark.parametrize(
    "changes",
    [{"content": b"{}"}, {"content": b""}, {"hash": "0" * 64}, {"content": b"{}", "hash": content.digest(b"{}")}],
    ids=["content", "empty", "hash", "shape"],
)
def test_where_the_newest_is_damaged_the_newest_sound_one_serves(db, changes, caplog):
    first = Edition.objects.get()
    database.refresh()
    rename("Sound")
    second = publish.publish()
    rename("Damaged")
    third = publish.publish()
    damage(third.number, **changes)
    in_force.serve(decode(first.number, bytes(first.content), first.hash))
    for _look in range(3):
        database.refresh()
    assert (in_force.current().number, name(in_force.current())) == (second.number, "Sound")
    assert caplog.text.count(f"edition {third.number} is damaged") == 1
    assert publish.damaged() == third.number
    rename("Mended")
    assert publish.publish().number == in_force.current().number
    assert publish.damaged() is None


def test_a_newer_edition_made_by_another_process_is_noticed(db):
    database.refresh()
    mine = in_force.current()
    rename("From elsewhere")
    draft, _report = publish.check_draft()
    data = content.encode(draft)
    theirs = Edition.objects.create(content=data, hash=content.digest(data))
    assert in_force.current() is mine
    database.refresh()
    assert (in_force.current().number, name(in_force.current())) == (theirs.number, "From elsewhere")


def test_a_look_with_nothing_new_reads_one_row_and_no_content(db, django_assert_num_queries):
    database.refresh()
    served = in_force.current()
    with django_assert_num_queries(1) as asked:
        database.refresh()
    assert '"content"' not in asked.captured_queries[0]["sql"]
    assert in_force.current() is served


def test_the_kept_file_is_whole_and_alone_in_its_folder(db, own_file):
    rename("Kept")
    row = publish.publish()
    assert [path.name for path in own_file.parent.iterdir()] == ["edition.json"]
    kept = json.loads(own_file.read_bytes())
    assert (kept["number"], kept["hash"]) == (row.number, row.hash)
    in_force._current = None
    in_force.load_kept()
    assert (in_force.current().number, name(in_force.current())) == (row.number, "Kept")


def test_a_reader_never_sees_half_a_file(real, own_file):
    data = content.encode(real.content)
    in_force.keep(real, data)
    stop, seen = threading.Event(), []

    def read():
        while not stop.is_set():
            kept = msgspec.json.decode(own_file.read_bytes(), type=in_force.DiskCopy)
            seen.append(content.digest(bytes(kept.content)))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        in_force.keep(real, data)
    stop.set()
    reader.join()
    assert set(seen) == {real.hash}


def test_a_folder_that_cannot_be_written_stops_nobody(real, tmp_path, settings, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.EDITION_FILE = tmp_path / "file" / "edition.json"
    in_force.keep(real, content.encode(real.content))
    assert "could not be kept" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "{}", '{"number":1,"hash":"0","content":{}}', "\x00"])
def test_a_damaged_kept_file_is_not_served(own_file, text, caplog):
    own_file.parent.mkdir()
    own_file.write_text(text)
    in_force._current = None
    in_force.load_kept()
    with pytest.raises(in_force.NoEdition):
        in_force.current()
    assert "no edition could be taken from disk" in caplog.text


# Without a database: a real one that does not answer


GONE = {"NAME": "/dev/null/db.sqlite3", "HOST": "127.0.0.1", "PORT": "1"}
"""Where no database is: a path that leads through a file, a port on which nobody listens."""


@contextlib.contextmanager
def another_connection(**elsewhere):
    """Another connection to the database, for a while, there or elsewhere."""
    was = connections["default"]
    connections["default"] = other = was.copy()
    other.settings_dict.update(elsewhere)
    try:
        yield other
    finally:
        other.close()
        connections["default"] = was


@pytest.fixture
def broken(db):
    """A database that is not there."""
    with another_connection(**GONE):
        yield


def test_when_the_database_is_gone_what_is_in_force_stays(broken, client, caplog):
    served = in_force.current()
    database.look()
    assert in_force.current() is served
    assert "the database did not answer: OperationalError" in caplog.text
    assert client.get("/").status_code == 200


def test_a_process_that_starts_without_a_database_serves_the_kept_edition(real, broken, client):
    data, published = content.encode(real.content), dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    in_force.keep(decode(41, data, real.hash, published), data)
    in_force._current = None
    database.look()
    assert (in_force.current().number, in_force.current().published) == (41, published)
    assert json.loads(client.get("/healthz").content) == {"edition": 41}
    assert "tel:+18883737888" in client.get("/all/").content.decode()


def test_a_process_with_neither_says_so_and_shows_911(broken, client):
    in_force._current = None
    database.look()
    assert client.get("/healthz").status_code == 503
    for path in ("/", "/all/", "/es/"):
        response = client.get(path)
        assert response.status_code == 503
        assert "tel:911" in response.content.decode()


def test_a_connection_that_broke_is_survived(db, caplog):
    served = in_force.current()
    with another_connection() as other:
        other.ensure_connection()
        other.connection.close()  # as when a server hangs up
        database.look()
    assert in_force.current() is served
    assert "the database did not answer" in caplog.text


def test_when_the_database_is_back_the_newest_edition_is_taken(db):
    newest, served = Edition.objects.get(), in_force.current()
    with another_connection(**GONE):
        database.look()
    assert in_force.current() is served
    database.look()
    assert (in_force.current().number, in_force.current().hash) == (newest.number, newest.hash)
