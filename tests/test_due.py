"""`manage.py due`: the list of services to check, fit for an e-mail."""

import datetime as dt
import io

from django.core.management import call_command

from services.models import Service
from tests.conftest import NOON


def said():
    out = io.StringIO()
    call_command("due", stdout=out)
    return out.getvalue()


def test_one_line_if_nothing_is_due(db):
    Service.objects.update(recheck=False, assured_date=NOON.date())
    assert said() == "No service is due for a check.\n"


def test_what_is_due_stands_there_oldest_first(db):
    Service.objects.update(recheck=False, assured_date=NOON.date(), review_days=90)
    Service.objects.filter(slug="rainn").update(assured_date=NOON.date() - dt.timedelta(days=91))
    Service.objects.filter(slug="nhth").update(recheck=True, assured_date=NOON.date() - dt.timedelta(days=3))
    Service.objects.filter(slug="childhelp").update(assured_date=None)
    lines = said().splitlines()
    assert lines[0] == "3 services are due for a check."
    assert "Never call a crisis line" in lines[1]
    assert [line.split("(")[-1].split(")")[0] for line in lines[3:]] == ["childhelp", "rainn", "nhth"]
    assert lines[3].endswith("never checked")
    assert lines[4].endswith("checked on August 25, 2026")
    assert lines[5].endswith("marked to be checked again")
