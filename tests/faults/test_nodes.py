"""Several web processes share only the database and the key: newer editions, restarts, slow clients."""

import http.client
import re
import signal
import socket
import threading
from pathlib import Path

from tests.server import ROOT, Answer, Server, manage, wait

from .conftest import Load, edition_of, mark


def sent_from(front, address, method, path, body=None, **headers):
    """What a client at another loopback address is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=20, source_address=(address, 0))
    try:
        connection.request(method, path, body, headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def test_behind_nginx_who_guesses_is_stopped_alone(folder, nginx):
    """The site learns the address of whoever signs in, not that of nginx."""
    with Server(folder, BEHIND_PROXY="on") as site:
        front = nginx(site)

        def guess(address, number):
            page = sent_from(front, address, "GET", "/admin/account/login/")
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
            body = f"csrfmiddlewaretoken={token}&login=person{number}&password=wrong"
            form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            return sent_from(front, address, "POST", "/admin/account/login/", body, **form).status

        assert [guess("127.0.0.2", number) for number in range(21)] == [200] * 20 + [429]
        assert guess("127.0.0.3", 99) == 200


def test_where_nginx_answers_itself_the_numbers_are_there(folder, nginx):
    site = Server(folder).start()
    front = nginx(site, rate=1)
    token = front.get("/").token
    forms = [front.post("/", {"t": token, "g": "l"}) for _ in range(210)]
    limited = [answer for answer in forms if answer.status == 429]
    assert {answer.status for answer in forms} == {200, 429}
    assert front.get("/").status == 200
    large = front.ask("POST", "/", b"x" * 70_000, {})
    long = front.get("/", X="a" * 9_000)
    many = front.get("/", **{f"X-{number}": "a" for number in range(300)})
    long_line = front.get("/?" + "a" * 9_000)
    coded = front.ask("POST", "/", b"", {"Transfer-Encoding": "foo"})
    traced = front.ask("TRACE", "/", None, {})
    site.stop()
    gone = front.get("/hsds/services")
    assert (large.status, gone.status) == (413, 502)
    refused = [long, many, long_line, coded, traced]
    assert [answer.status for answer in refused] == [400, 431, 414, 501, 405]
    for answer in (limited[0], large, gone, *refused):
        assert "tel:+18883737888" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_plain_http_leads_to_our_own_name_whatever_was_asked_for(folder, nginx):
    with Server(folder) as site:
        answer = nginx(site).plain.get("/all/?a=b", Host="evil.example")
    assert answer.status == 301
    assert answer.headers["Location"] == "https://help.example.org/all/?a=b"


class OneEdition:
    """Sees that all marks of a page are of one edition."""

    def __init__(self):
        self.seen = set()
        self.mixed = []

    def __call__(self, page):
        found = set(re.findall(r"#(one|two)\b", page))
        if len(found) > 1:
            self.mixed.append(found)
        self.seen |= found


def test_publishing_and_rolling_back_under_load_fails_nobody_and_mixes_nothing(folder, pair, nginx):
    """Each node takes a newer edition within five seconds; people go on from one to the other in mid-flow."""
    url = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
    mark(folder, "one", **url)
    manage(folder, "publish", **url)
    look = OneEdition()
    front = nginx(*pair)
    with Load(front.port, look) as load:
        for number, command in ((3, ("publish",)), (4, ("rollback", "2"))):
            mark(folder, "two", **url)
            manage(folder, *command, **url)
            for server in pair:
                wait(lambda server=server, number=number: edition_of(server) == number, seconds=5)
            load.some()
    assert load.failed == []
    assert look.mixed == []
    assert {"one", "two"} <= look.seen


def test_a_node_on_the_old_edition_and_one_on_the_new_serve_the_same_person(folder, node):
    """The second node is cut off from the database, so it stays on edition 1; tokens go back and forth."""
    new = node(f"sqlite:///{folder}/db.sqlite3").start()
    old = node("postgresql://postgres@127.0.0.1:1/none")
    (old.folder / "edition.json").write_bytes((folder / "edition.json").read_bytes())
    old.start()
    mark(folder, "two")
    manage(folder, "publish")
    wait(lambda: edition_of(new) == 2, seconds=5)
    assert edition_of(old) == 1
    page = old.get("/")
    for step in range(6):
        server = (new, old)[step % 2]
        page = server.post("/", {"t": page.token, "g": "n", "c": "1"})
        assert page.status == 200
        assert ("#two" in page.text) == (server is new)
        assert "we start again" not in page.text
        if "data-service" in page.text:
            break
    assert "data-service" in page.text


def test_a_restart_under_load_fails_nobody(pair, nginx):
    """As docs/hosting.md has it: one web process after the other, behind nginx."""
    front = nginx(*pair)
    with Load(front.port) as load:
        for server in pair:
            server.stop()
            server.start()
            load.some(100)
    assert load.failed == []


def test_a_killed_web_process_fails_nobody(pair, nginx):
    front = nginx(*pair)
    with Load(front.port) as load:
        pair[0].kill()
        load.some(100)
        pair[0].start()
        load.some(100)
    assert load.failed == []


def test_a_thousand_slow_clients_keep_nobody_out(pair, nginx):
    """Each sends a byte of its request now and then; others are served meanwhile."""
    front = nginx(*pair)
    slow = []
    try:
        for _ in range(1000):
            slow.append(socket.create_connection(("127.0.0.1", front.port)))
        head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n"
        stop = threading.Event()

        def drip():
            for place in range(len(head)):
                for each in slow:
                    try:
                        each.send(head[place : place + 1])
                    except OSError:
                        continue
                if stop.wait(0.05):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        with Load(front.port) as load:
            load.some(300)
        stop.set()
        dripping.join()
        assert load.failed == []
    finally:
        for each in slow:
            each.close()


def test_workers_are_replaced_in_place_without_a_failed_request(folder, nginx):
    """One web process: SIGHUP makes granian start new workers before it ends the old ones, with the unit's pause."""
    pause = re.search(r"--respawn-interval \d+", (ROOT / "docs" / "navigator.service").read_text())[0]
    site = Server(folder)
    try:
        site.start(*pause.split())
        front = nginx(site)
        workers = children(site.process.pid)
        with Load(front.port) as load:
            site.process.send_signal(signal.SIGHUP)
            wait(lambda: workers.isdisjoint(children(site.process.pid)))
            load.some(100)
        assert load.failed == []
    finally:
        site.stop()


def children(pid):
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
