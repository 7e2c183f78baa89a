"""Spreadsheets in and out, as CSV and as XLSX, within limits that no honest sheet comes near.

What comes in was written by others: it is read as plain cells, never run, and never unpacked beyond a measure.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from services import files

MOST_ROWS = 5_000
MOST_COLUMNS = 100
LONGEST = 5_000
"""Letters of a cell."""
MOST_PARTS = 200
UNPACKED = 8_000_000
"""Bytes of all parts of an XLSX file, which is a ZIP file; a sheet of a thousand services has a tenth of it."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell of CSV that starts with one of these runs as a formula; an apostrophe makes it words."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def read(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of a file, each with the number that a spreadsheet shows beside it. Raises ValueError."""
    if data.startswith(OLE):
        raise ValueError(_("This is an old Excel file, or one with a password. Save it as XLSX or CSV and try again."))
    rows = _xlsx(data) if data.startswith(ZIP) else _csv(data)
    for number, cells in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise ValueError(_("This file has more than %(most)s rows. Bring in a part of it.") % {"most": MOST_ROWS})
        if any(len(cell) > LONGEST for cell in cells):
            words = _("Row %(line)s: a cell has more than %(most)s letters.")
            raise ValueError(words % {"line": number, "most": LONGEST})
        yield number, cells


def _csv(data: bytes) -> Iterator[Sequence[str]]:
    try:
        text = files.decoded(data)
    except UnicodeDecodeError:
        raise ValueError(_("The file is not in UTF-8. Save it as “CSV UTF-8” and try again.")) from None
    if "\0" in text:
        raise ValueError(_("This is not a sound CSV file: %s.") % "NUL")
    first = text.split("\n", 1)[0]
    # Where the comma is the decimal sign, spreadsheets write semicolons.
    delimiter = ";" if ";" in first and "," not in first else ","
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [cell.strip().removeprefix("'") for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        raise ValueError(_("This is not a sound CSV file: %s.") % error) from None


def _xlsx(data: bytes) -> list[Sequence[str]]:
    """The first sheet of a workbook: values alone, of a formula the one that was last worked out."""
    import openpyxl  # only where somebody brings one: it takes memory that public processes need

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
        # Other ways of packing may unpack without end from a few bytes, before their size is looked at.
        known = all(part.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts)
        if known and len(parts) <= MOST_PARTS and sum(part.file_size for part in parts) <= UNPACKED:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size need not be true
            rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
            return [[_words(value) for value in row] for row in rows]
    except Exception:  # whatever a file that is not sound makes of the library
        raise ValueError(_("This is not a sound XLSX file. Open it, save it anew and try again.")) from None
    raise ValueError(_("This XLSX file is too large. Take out pictures and other sheets, or save it as CSV."))


def _words(value: Any) -> str:
    """The value of a cell, as it would stand in CSV."""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file; the mark at its start tells spreadsheets that it is UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Sequence[Sequence[str]], free: int, choices: tuple[int, Sequence[str]]) -> bytes:
    """A workbook of words in which only the columns from ``free`` on can be written in.

    ``choices`` are the words to choose from in one of them. The lock is against slips alone: there is no password.
    """
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    sheet: Any = book.active
    for line, row in enumerate(rows, start=1):
        for column, words in enumerate(row, start=1):
            cell = sheet.cell(line, column)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", words) or None
            if words:
                cell.data_type = "s"  # never a formula
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=line == 1)
            cell.protection = Protection(locked=line == 1 or column <= free)
    column, offered = choices
    letter = get_column_letter(column + 1)
    pick = DataValidation(type="list", formula1=f'"{",".join(offered)}"', allow_blank=True)
    sheet.add_data_validation(pick)
    pick.add(f"{letter}2:{letter}{max(len(rows), 2)}")
    for number in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24
    sheet.freeze_panes = "C2"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
