"""The sheet of checks: what is due goes out as a spreadsheet, what was checked comes back."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.utils import translation

from navigator.staff import check_sheet, spreadsheets
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
    return {"slug": "rainn", "checked on": "2026-11-24", "result": "right", "how": "its website", "by": "Ana"} | changes


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
    assert not [cell for cell in cells if cell.startswith(spreadsheets.FORMULA)]
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
        ({"checked on": ""}, "“checked on” is empty"),
        ({"result": ""}, "“result” is empty"),
        ({"result": "fine"}, "“fine” is not a result. Write one of these: right, wrong, moved, could not tell."),
        ({"numbers": "call 1-800-555-0199"}, "“numbers” is not what the directory says"),
        ({"name": "RAIN"}, "“name” is not what the directory says"),
        ({"website": "https://example.org/"}, "“website” is not what"),
        ({"what to check": "Call it"}, "“what to check” is not what"),
        ({"last checked": "2026-11-24"}, "“last checked” is not what"),
        ({"numbers": "x", "checked on": "", "result": "", "how": "", "by": ""}, "“numbers” is not what"),
        ({"how": ""}, "“how” is empty"),
        ({"by": ""}, "“by” is empty"),
        ({"by": "x" * 201}, "too long"),
        ({"slug": "ndvh"}, "twice"),
    ],
)
def test_a_wrong_row_is_named_and_changes_nothing_at_all(db, sheet, changes, said):
    Service.objects.filter(slug="rainn").update(assured_date=dt.date(2026, 11, 20))
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
        ("slug,checked on,result,how,by,note\nrainn,2026-11-24,right,sí,Íñigo,".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_line(db, sheet, data, said):
    sheet.write_bytes(data)
    assert said in run("import", sheet) and "\n" not in run("import", sheet)


def brought(client, path):
    with path.open("rb") as file:
        return client.post("/admin/checks/", {"file": file}, follow=True)


def test_staff_take_the_sheet_and_bring_it_back(staff_client, staff, sheet):
    Service.objects.update(recheck=False, assured_date=dt.date(2026, 11, 20))
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
        (b"slug,checked on,result,how,by,note\nnobody,2026-11-24,right,web,Ana,", "there is no service “nobody”"),
        (b"slug,checked on,result,how,by,note\nrainn,2026-11-24,right,web,A\x00na,", "not a sound CSV file"),
        ("slug,checked on,result,how,by,note\nrainn,2026-11-24,right,sí,Íñigo,".encode("latin-1"), "UTF-8"),
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


def due(*slugs):
    """Only these are due, never checked."""
    Service.objects.update(recheck=False, assured_date=dt.date(2026, 11, 20))
    Service.objects.filter(slug__in=slugs).update(assured_date=None)


def taken_out(sheet, **filled_in):
    """The sheet as it goes out, filled in: a dict for each service, in the order of the sheet."""
    run("export", sheet)
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))))
    return [row | check(slug=row["slug"], **filled_in) for row in rows]


@pytest.mark.parametrize("result", ["wrong", "moved", "Wrong", "incorrecto", "se mudó"])
def test_what_was_found_wrong_comes_first_with_its_reason(staff_client, sheet, result):
    due("childhelp", "ndvh", "rainn")
    rows = taken_out(sheet)[1:]
    rows[1] |= {"result": result, "note": "The office says 1-800-555-0199"}
    answer = brought(staff_client, filled(sheet, rows)).content.decode()
    row = Service.objects.get(slug="rainn")
    assert row.assured_date is None and row.recheck and "(its website, Ana): The office says" in row.why
    assert Service.objects.get(slug="ndvh").assured_date == dt.date(2026, 11, 24)
    assert Service.objects.due()[0] == row
    assert "Some were found wrong" in answer and "Found wrong: mend these first" in answer and "555-0199" in answer
    assert f"/admin/services/service/{row.pk}/change/" in answer and "?service=rainn" in answer
    assert "Already there: 2." in brought(staff_client, sheet).content.decode()
    assert Service.objects.get(slug="rainn").why == row.why
    filled(sheet, [check()])
    assert "Found wrong: mend" not in brought(staff_client, sheet).content.decode()
    assert Service.objects.get(slug="rainn").why == "", "who found it right has settled it"


def test_what_could_not_be_told_changes_no_date_and_no_mark(db, sheet):
    due("rainn")
    filled(sheet, taken_out(sheet, result="could not tell", note="Nobody in the office"))
    assert "Written down: 1." in run("import", sheet)
    row = Service.objects.get(slug="rainn")
    assert (row.assured_date, row.recheck) == (None, False)
    assert row.staff_note.endswith("2026-11-24: could not tell (its website, Ana): Nobody in the office")
    assert "Already there: 1." in run("import", sheet)


def test_a_sheet_may_have_gone_out_in_another_language_and_before_another_check(db, sheet):
    due("rainn")
    with translation.override("es"):
        check_sheet.export(Service.objects.due())
        rows = [dict(zip(check_sheet.COLUMNS, row, strict=True)) for row in check_sheet.table(Service.objects.due())]
    assert rows[1]["last checked"] == "nunca"
    Service.objects.filter(slug="rainn").update(assured_date=dt.date(2026, 11, 22))
    row = {**rows[1], **check(result="correcto")}
    assert "Written down: 1." in run("import", filled(sheet, [row]))
    for written in ("11/24/2026", "24/11/2026", "24.11.2026", "2026-11-22"):
        assert "Already there: 1." in run("import", filled(sheet, [row | {"last checked": written}]))


def test_a_number_that_was_mended_meanwhile_was_not_checked(db, sheet):
    due("rainn")
    rows = taken_out(sheet)
    way = Service.objects.get(slug="rainn").ways.filter(kind="call").first()
    way.value = "+18005550199"
    way.save()
    assert "Row 2 (rainn): “numbers” is not what" in run("import", filled(sheet, rows))


# XLSX


def workbook(path, rows, **cells):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in cells.items():
        book.active[name] = value
    book.save(path)
    return path


@pytest.fixture
def workbook_file(tmp_path):
    return tmp_path / "sheet.xlsx"


def test_the_sheet_goes_out_and_comes_back_as_a_workbook(staff_client, workbook_file):
    due("rainn")
    service = Service.objects.get(slug="rainn")
    service.name = "=1+1"
    service.save()
    got = staff_client.get("/admin/checks/due.xlsx")
    assert got["Content-Disposition"] == 'attachment; filename="due.xlsx"'
    workbook_file.write_bytes(got.content)
    book = openpyxl.load_workbook(workbook_file)
    cells = dict(zip(check_sheet.COLUMNS, book.active[2], strict=True))
    assert cells["name"].value == "=1+1" and cells["name"].data_type == "s"
    assert book.active.protection.sheet and cells["numbers"].protection.locked
    assert not any(cells[name].protection.locked for name in check_sheet.FILLED)
    cells["checked on"].value = dt.datetime(2026, 11, 24)
    cells["result"].value, cells["how"].value, cells["by"].value, cells["note"].value = "right", "web", "Íñigo", 7.0
    book.save(workbook_file)
    assert "Written down: 1." in brought(staff_client, workbook_file).content.decode()
    row = Service.objects.get(slug="rainn")
    assert (row.assured_date, row.assured_by, row.staff_note[-13:]) == (dt.date(2026, 11, 24), "Íñigo", "2026-11-24: 7")
    assert "Already there: 1." in run("import", workbook_file)
    run("export", workbook_file)
    assert openpyxl.load_workbook(workbook_file).active.max_row == 1


HEADER = ["slug", *check_sheet.FILLED]
ROW = ["rainn", "2026-11-24", "right", "web", "Ana", ""]


def test_of_a_formula_only_its_value_counts(db, workbook_file):
    workbook(workbook_file, [HEADER, ["rainn", "2026-11-24", "right", "web", "=1+1", ""]])
    assert "“by” is empty" in run("import", workbook_file), "it was never worked out"


@pytest.mark.parametrize(
    ("sheet_of", "said"),
    [
        (lambda path: workbook(path, [HEADER], **{f"A{spreadsheets.MOST_ROWS + 9}": "x"}), "more than 5000 rows"),
        (lambda path: workbook(path, [HEADER, [*ROW[:5], "x" * 5001]]), "a cell has more than 5000 letters"),
        (lambda path: workbook(path, [[*["x"] * 200, *HEADER]]), "missing: slug"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "not a sound XLSX file"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0 old"), "an old Excel file"),
        (lambda path: zipped(path, {"a.txt": b"x"}), "not a sound XLSX file"),
        (lambda path: zipped(path, {"bomb.xml": b" " * 9_000_000}), "too large"),
        (lambda path: zipped(path, {f"{n}.xml": b"" for n in range(201)}), "too large"),
        (lambda path: zipped(path, {"x.xml": b" "}, zipfile.ZIP_LZMA), "too large"),
        (lambda path: laughing(path), "not a sound XLSX file"),
    ],
)
def test_a_workbook_that_is_something_else_is_refused(staff_client, workbook_file, sheet_of, said):
    sheet_of(workbook_file)
    answer = brought(staff_client, workbook_file)
    assert answer.status_code == 400 and said in answer.content.decode()
    assert not LogEntry.objects.exists()


def zipped(path, parts, packing=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, data in parts.items():
            file.writestr(name, data)


def laughing(path):
    """A sound workbook but for entities in its sheet."""
    with zipfile.ZipFile(workbook(path, [HEADER, ROW])) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = b'<!DOCTYPE x [<!ENTITY a "rainn">]>' + parts[name].replace(b"<v>", b"<v>&a;", 1)
    zipped(path, parts)
