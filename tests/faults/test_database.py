"""The database goes, is full of holes, or is killed in the middle: the public pages go on."""

import re
import resource
import signal
import sqlite3
import subprocess
import sys
import threading

from tests.server import ROOT, Server, environment, manage, wait

from .conftest import FILL, SECONDS, Load, edition_of, mark, run


def test_postgresql_stops_under_load_and_comes_back(postgres, node, tmp_path):
    """No public request fails; a process that starts meanwhile serves; a newer edition is seen after it."""
    first = node(postgres.url)
    run(first.folder, FILL, DATABASE_URL=postgres.url)
    first.start()
    assert edition_of(first) == 1
    with Load(first.port) as load:
        postgres.stop()
        threading.Event().wait(SECONDS)
        late = node(postgres.url)
        (late.folder / "edition.json").write_bytes((first.folder / "edition.json").read_bytes())
        late.start()
        assert edition_of(late) == 1
        assert late.get("/").status == 200
        load.some()
        postgres.start()
        # After a crash a PostgreSQL sequence may leave numbers out: ask which one it is.
        code = "from navigator.editions import publish; print(publish.publish().number)"
        number = int(run(tmp_path, code, DATABASE_URL=postgres.url))
        for server in (first, late):
            wait(lambda server=server: edition_of(server) == number, server.log.read_text, seconds=5)
        load.some()
    assert load.failed == []
    assert first.get("/admin/account/login/").status == 200
    assert "the database did not answer" in first.log.read_text()


def test_a_process_killed_while_it_publishes_leaves_the_edition_before(folder):
    """SIGKILL within the transaction, seen by its lock; publishing works again at once."""
    database = folder / "db.sqlite3"
    before = run(folder, "from navigator.models import Edition; print(Edition.objects.count())")
    publish = subprocess.Popen(
        [sys.executable, "manage.py", "publish"], cwd=ROOT, env=environment(folder), stdout=subprocess.DEVNULL
    )

    def locked():
        other = sqlite3.connect(database, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        finally:
            other.close()
        assert publish.poll() is None, "it was too quick for us"
        return False

    while not locked():
        pass
    publish.kill()
    assert publish.wait() == -signal.SIGKILL
    assert run(folder, "from navigator.models import Edition; print(Edition.objects.count())") == before
    assert "Published edition 2" in manage(folder, "publish")
    with Server(folder) as site:
        assert edition_of(site) == 2


def test_a_full_disk_stops_the_keeping_not_the_serving(folder, node):
    """No file may grow past 64 KB in the web process, as on a full disk: it serves what it cannot keep."""
    url = f"sqlite:///{folder}/db.sqlite3"
    site = node(url)
    kept = site.folder / "edition.json"
    kept.write_bytes((folder / "edition.json").read_bytes())
    site.start(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536)))
    mark(folder, "two")
    manage(folder, "publish")
    wait(lambda: edition_of(site) == 2, seconds=5)
    assert "#two" in site.get("/").text
    wait(lambda: "edition 2 could not be kept on disk" in site.log.read_text())
    assert (
        kept.read_bytes() == (folder / "edition.json").read_bytes().replace(b"", b"")
        or b'"number":1' in (kept.read_bytes()[:40])
    )
    assert [path.name for path in site.folder.iterdir() if path.name.startswith("edition.json")] == ["edition.json"]


def test_a_damaged_edition_in_the_database_is_not_served(folder):
    """The last sound one serves, also after a start; the log says so."""
    mark(folder, "two")
    with Server(folder) as site:
        manage(folder, "publish")
        wait(lambda: edition_of(site) == 2, seconds=5)
        mark(folder, "three")
        manage(folder, "publish")
        with sqlite3.connect(folder / "db.sqlite3", timeout=20) as database:
            changed = "CAST(replace(content, '#three', '#trees') AS BLOB)"
            database.execute(f"UPDATE navigator_edition SET content = {changed} WHERE number = 3")
        database.close()
        assert edition_of(site) in (2, 3)
    with Server(folder) as site:
        assert edition_of(site) == 2
        assert "#two" in site.get("/").text
        assert "edition 3 is damaged and is not served" in site.log.read_text()


def test_a_damaged_file_and_no_database_say_so_and_show_911(folder, node):
    """Nothing to serve: 503 with the emergency number, and the log says why."""
    site = node("postgresql://postgres@127.0.0.1:1/none")
    (site.folder / "edition.json").write_bytes((folder / "edition.json").read_bytes().replace(b"911", b"912"))
    site.alive = "/leave/"
    site.start()
    page = site.get("/")
    assert page.status == 503
    for number in ("911", "988", "+18883737888", "+18008435678", "+18007997233"):
        assert f'"tel:{number}"' in page.text
    assert site.get("/healthz").status == 503
    assert "no edition could be taken from disk" in site.log.read_text()


def try_to_sign_in(site, name="staff"):
    """What a try to sign in is answered."""
    page = site.get("/admin/account/login/")
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    body = f"csrfmiddlewaretoken={token}&login={name}&password=wrong"
    return site.ask("POST", "/admin/account/login/", body, form)


def test_a_sign_in_while_the_database_is_locked_says_so(folder, node):
    """Nobody is told of “too many tries” because another program holds the database."""
    site = node(f"sqlite:///{folder}/db.sqlite3?timeout=1").start()
    other = sqlite3.connect(folder / "db.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = try_to_sign_in(site)
    other.execute("ROLLBACK")
    other.close()
    assert answer.status == 503
    assert "is busy with something else" in answer.text
    assert "Too many tries" not in answer.text
    assert "tel:911" in answer.text
    assert try_to_sign_in(site).status == 200


def test_a_sign_in_on_a_full_disk_says_so(folder, node):
    site = node(f"sqlite:///{folder}/db.sqlite3")
    site.start(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)))
    answers = [try_to_sign_in(site, f"person{number}") for number in range(8)]
    assert {answer.status for answer in answers} <= {200, 503}
    assert answers[-1].status == 503
    assert "is full, or cannot be written" in answers[-1].text
    assert site.get("/").status == 200


def test_publishing_on_a_full_disk_says_so_in_one_line(folder):
    full = subprocess.run(
        [sys.executable, "manage.py", "publish"],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert full.stderr.startswith("Stopped: the database could not be read or written")
    assert "Published edition 2" in manage(folder, "publish")
