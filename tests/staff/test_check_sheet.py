"""The sheet of checks: what is due goes out as a spreadsheet, what was checked comes back."""

import csv
import datetime as dt
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from navigator.staff import check_sheet
from services.models import Service

from .accounts import make_staff, sign_in


def run(move, path):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("check_sheet", move, str(path), stdout=out, stderr=err)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return out.getvalue()


def filled(path, rows, columns=check_sheet.COLUMNS, coding="utf-8", delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(coding))
    return path


def check(**changes):
    return {"slug": "rainn", "checked on": "2026-11-24", "how": "its website", "by": "Ana"} | changes


@pytest.fixture
def sheet(tmp_path):
    return tmp_path / "sheet.csv"


def test_what_is_due_goes_out_the_longest_unchecked_first(db, sheet, clock):
    Service.objects.update(recheck=False, assured_date=dt.date(2026, 11, 22), review_days=90)
    Service.objects.filter(slug="rainn").update(assured_date=dt.date(2026, 8, 26))
    Service.objects.filter(slug="nhth").update(assured_date=None)
    Service.objects.filter(slug="ndvh").update(recheck=True)
    Service.objects.filter(slug="dial-211").update(assured_date=None, status="retired")
    run("export", sheet)
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert [row["slug"] for row in rows] == ["nhth", "rainn", "ndvh"]
    assert rows[1]["last checked"] == "2026-08-26" and "1-800-656-4673" in rows[1]["numbers"]
    assert all(row[column] == "" for row in rows for column in check_sheet.FILLED)


def test_nobody_is_told_to_call_a_line(db, sheet):
    Service.objects.update(recheck=True)
    run("export", sheet)
    for row in csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))):
        asked = row["what to check"]
        assert "Do not call the line itself." in asked or not row["numbers"]
        assert "office or" in asked and "agency" in asked


def test_no_cell_runs_as_a_formula(db, sheet):
    service = Service.objects.get(slug="rainn")
    service.name, service.recheck = '=HYPERLINK("https://example.org")', True
    service.save()
    run("export", sheet)
    cells = [cell for row in csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(check_sheet.FORMULA)]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


def test_a_check_is_written_down_and_twice_changes_nothing_twice(db, sheet):
    Service.objects.filter(slug="rainn").update(recheck=True, staff_note="Old note")
    filled(sheet, [check(note="Spoke with\nthe office"), {"slug": "ndvh"}])
    assert "Written down: 1. Already there: 0. Not filled in: 1." in run("import", sheet)
    row = Service.objects.get(slug="rainn")
    assert (row.assured_date, row.assured_how, row.assured_by) == (dt.date(2026, 11, 24), "its website", "Ana")
    assert row.recheck is False
    assert row.staff_note == "Old note\n2026-11-24: Spoke with the office"
    assert "Written down: 0. Already there: 1." in run("import", sheet)
    assert Service.objects.get(slug="rainn").staff_note == row.staff_note


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"checked on": "2026-11-25"}, "future"),
        ({"checked on": "2020-01-01"}, "later than that"),
        ({"checked on": "yesterday"}, "not a day"),
        ({"checked on": "24/11/2026"}, "not a day"),
        ({"slug": "no-such-line"}, "no service"),
        ({"how": ""}, "“how” is empty"),
        ({"by": ""}, "“by” is empty"),
        ({"by": "x" * 201}, "too long"),
        ({"slug": "ndvh"}, "twice"),
    ],
)
def test_a_wrong_row_is_named_and_changes_nothing_at_all(db, sheet, changes, said):
    before = list(Service.objects.values_list("slug", "assured_date", "staff_note"))
    said_now = run("import", filled(sheet, [check(slug="ndvh", note="new"), check(**changes)]))
    assert said in said_now and "Row 3" in said_now and "Nothing was changed." in said_now
    assert list(Service.objects.values_list("slug", "assured_date", "staff_note")) == before


@pytest.mark.parametrize(
    ("coding", "delimiter", "day"),
    [("utf-8-sig", ",", "2026-11-24"), ("utf-16", ",", "11/24/2026"), ("utf-8", ";", "11/24/2026")],
)
def test_a_file_is_read_as_spreadsheets_write_it(db, sheet, coding, delimiter, day):
    row = check(**{"checked on": day, "by": "Íñigo"})
    assert "Written down: 1." in run("import", filled(sheet, [row], coding=coding, delimiter=delimiter))
    assert Service.objects.get(slug="rainn").assured_by == "Íñigo"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "columns"),
        (b"name,phone\nRAINN,1", "missing: slug"),
        ("slug,checked on,how,by,note\nrainn,2026-11-24,sí,Íñigo,".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_line(db, sheet, data, said):
    sheet.write_bytes(data)
    assert said in run("import", sheet) and "\n" not in run("import", sheet)


def brought(client, path):
    with path.open("rb") as file:
        return client.post("/admin/checks/", {"file": file}, follow=True)


def test_staff_take_the_sheet_and_bring_it_back(staff_client, staff, sheet):
    Service.objects.update(recheck=False)
    Service.objects.filter(slug="rainn").update(recheck=True)
    page = staff_client.get("/admin/checks/").content.decode()
    assert "<strong>1</strong> service is due" in page and "Never check by calling a crisis line" in page
    got = staff_client.get("/admin/checks/due.csv")
    assert got["Content-Disposition"] == 'attachment; filename="due.csv"'
    assert [row["slug"] for row in csv.DictReader(io.StringIO(got.content.decode("utf-8-sig")))] == ["rainn"]
    answer = brought(staff_client, filled(sheet, [check()])).content.decode()
    assert "Written down: 1." in answer and "<strong>0</strong> services are due" in answer
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (staff, str(Service.objects.get(slug="rainn")))
    assert "Already there: 1." in brought(staff_client, sheet).content.decode()
    assert LogEntry.objects.count() == 1, "who changed nothing edited nothing"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"slug,checked on,how,by,note\nnobody,2026-11-24,web,Ana,", "there is no service “nobody”"),
        (b"slug,checked on,how,by,note\nrainn,2026-11-24,web,A\x00na,", "not a sound CSV file"),
        ("slug,checked on,how,by,note\nrainn,2026-11-24,sí,Íñigo,".encode("latin-1"), "UTF-8"),
        (b"<script>", "missing: slug"),
        (b"", "must name the columns"),
    ],
)
def test_staff_are_told_what_is_wrong_with_a_sheet(staff_client, sheet, data, said):
    before = list(Service.objects.values_list("slug", "assured_date", "staff_note"))
    sheet.write_bytes(data)
    answer = brought(staff_client, sheet)
    assert answer.status_code == 400 and said in answer.content.decode()
    assert list(Service.objects.values_list("slug", "assured_date", "staff_note")) == before
    assert "Choose the file" in staff_client.post("/admin/checks/").content.decode()


def test_who_may_not_edit_services_may_not_bring_a_sheet(client, db, sheet):
    sign_in(client, make_staff("guest", is_superuser=False))
    assert client.get("/admin/checks/").status_code == 403
    assert brought(client, filled(sheet, [check()])).status_code == 403
    assert client.get("/admin/checks/due.csv").status_code == 403
