"""What the tests share: the real content, a fixed clock, and no network."""

import datetime as dt
import fcntl
import functools
import gc
import itertools
import os
import shutil
from pathlib import Path

import msgspec
import pytest
import pytest_socket
import time_machine
from django.test import client as test_client
from django.utils import translation

from navigator.editions import content, draft, in_force, publish
from navigator.editions.edition import decode

from .server import Server, manage
from .staff.accounts import make_staff, sign_in

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
"""Tuesday, 24 November 2026, noon in New York."""


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: runs a real browser against the real server")
    config.addinivalue_line("markers", "served: asks the site as it is served, with a database of its own")
    config.addinivalue_line(
        "markers", "once: walks through forms and pages, whatever the database: not on PostgreSQL again"
    )
    config.addinivalue_line("markers", "faults: breaks a running site on purpose, on the real clock")


def settle():
    """What is there now stays: the garbage collector need not look at it again and again, a third of the time."""
    gc.collect()
    gc.freeze()


def pytest_collection_finish():
    gc.set_threshold(20_000, 20, 20)
    settle()


def keep_first(store, signal, sender, template, context, keep=test_client.store_rendered_templates, **kwargs):
    """Keep the context of the first use of each template, which tests ask for as ``response.context``.

    Django keeps a copy for each use: a form of staff has three thousand, of its widgets.
    """
    if template.name not in (each.name for each in store.get("templates", ())):
        keep(store, signal, sender, template, context, **kwargs)


test_client.store_rendered_templates = keep_first

# What checks say of a content depends on its bytes alone, and many tests make the same change to the same draft.
for name in ("proven", "walked"):
    setattr(publish, name, functools.lru_cache(maxsize=64)(getattr(publish, name).__wrapped__))


@pytest.fixture(autouse=True)
def no_network():
    """No test reaches the network; browsers and servers of ours are on loopback."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def clock(request):
    """Noon on a working day, for every test but those of a real browser."""
    if request.node.get_closest_marker("browser"):
        yield None
        return
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def english():
    """Each test begins in English, whatever language a page before it spoke."""
    translation.activate("en")


@pytest.fixture(scope="session")
def fixtures():
    """The content of the fixtures."""
    return content.read_fixtures(ROOT / "fixtures")


@pytest.fixture(scope="session")
def real(fixtures):
    """The edition made from the fixtures: what is live in them."""
    live = tuple(service for service in fixtures.services if service.status == "live")
    used = {service.organization for service in live}
    owners = tuple(owner for owner in fixtures.organizations if owner.slug in used)
    data = content.encode(msgspec.structs.replace(fixtures, services=live, organizations=owners))
    return decode(1, data, content.digest(data))


@pytest.fixture(autouse=True)
def edition(real):
    """The real edition in force, for every test."""
    in_force.serve(real)
    return real


@pytest.fixture(scope="session")
def ready(tmp_path_factory):
    """The folder of a site that is set up, made once for all workers and kept as it is."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "ready").exists():
            manage(shared / "making", "setup")
            (shared / "making").rename(shared / "ready")
    return shared / "ready"


@pytest.fixture(scope="session")
def another(ready, tmp_path_factory):
    """Makes the folder of another site: a copy."""
    return lambda: shutil.copytree(ready, tmp_path_factory.mktemp("site"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def site(another):
    """The site as it is served."""
    with Server(another()) as server:
        yield server


@pytest.fixture
def staff(db):
    """A staff member of full power."""
    return make_staff()


@pytest.fixture
def staff_client(client, staff):
    """A client that is signed in as ``staff``."""
    return sign_in(client, staff)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, fixtures):
    """A database with the real content as its draft, and one edition published from it."""
    with django_db_blocker.unblock(), time_machine.travel(NOON - dt.timedelta(days=1), tick=False):
        draft.write_draft(fixtures)
        publish.publish(note="First edition")
    settle()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """With DATABASE_URL, only what touches the database: the rest was run on the embedded one and does not change."""
    if "DATABASE_URL" in os.environ:
        here = [
            item
            for item in items
            if {"db", "transactional_db"} & set(item.fixturenames) and not item.get_closest_marker("once")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in here])
        items[:] = here
    items[:] = waiting_among_working(items)


def waiting_among_working(items):
    """File by file, one of those that wait for browsers and servers after each of those that keep a core busy.

    So that there is work while one waits, and that no long file is left for the end, when a worker has nothing to do.
    """
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waits = [any(map(each[0].get_closest_marker, ("browser", "served", "faults"))) for each in files.values()]
    waiting = [each for each, slow in zip(files.values(), waits, strict=True) if slow]
    working = [each for each, slow in zip(files.values(), waits, strict=True) if not slow]
    return [item for pair in itertools.zip_longest(waiting, working, fillvalue=()) for each in pair for item in each]
