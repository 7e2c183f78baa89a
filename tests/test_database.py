"""The database behind it all: embedded for a start, PostgreSQL where DATABASE_URL says so."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.server import ROOT, environment


def test_the_tests_run_on_the_database_that_was_named(db):
    named = os.environ.get("DATABASE_URL", "sqlite")
    assert named.startswith(connection.vendor)


def test_the_embedded_database_lets_readers_and_a_writer_work_side_by_side(tmp_path):
    """WAL on disk, and a writer who takes the lock when it begins."""
    code = """
import django; django.setup()
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous", "busy_timeout"):
        print(cursor.execute(f"PRAGMA {name}").fetchone()[0])
    other = __import__("sqlite3").connect(connection.settings_dict["NAME"], timeout=0)
    try:
        other.execute("BEGIN IMMEDIATE")
    except __import__("sqlite3").OperationalError as error:
        print(error)
"""
    place = environment(tmp_path, DJANGO_SETTINGS_MODULE="navigator.settings")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=place, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:4] == ["wal", "1", "20000", "database is locked"]
    assert sqlite3.connect(tmp_path / "db.sqlite3").execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://a@db/navigator", {"connect_timeout": 5, "tcp_user_timeout": 10_000}),
        ("postgresql://a@db/navigator?connect_timeout=2&sslmode=verify-full", {"connect_timeout": "2"}),
    ],
)
def test_a_postgresql_that_is_gone_is_noticed_soon(tmp_path, url, expected):
    """A host may set the time-outs in the URL."""
    code = "from navigator import settings; import json; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"
    place = environment(tmp_path, DATABASE_URL=url)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=place, capture_output=True, text=True, check=True)
    options = json.loads(done.stdout)
    assert {name: type(value)(options[name]) for name, value in expected.items()} == expected
    assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"]
