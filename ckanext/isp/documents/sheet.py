"""Reading and writing spreadsheets, CSV and XLSX, within bounds."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

import openpyxl

from .problems import Fault, Problem, Refused

MAX_BYTES, MAX_UNZIPPED, MAX_DATA_UNZIPPED = 2_000_000, 20_000_000, 60_000_000
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 2_000, 40, 10_000
_ZIP = b"PK\x03\x04"
_BOMBS = (
    b"<!DOCTYPE",
    b"<!ENTITY",
    "<!DOCTYPE".encode("utf-16-le"),
    "<!DOCTYPE".encode("utf-16-be"),
)
# What a spreadsheet would take for a formula is written, and read, behind an apostrophe.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def read(data: bytes) -> list[list[str]]:
    """The cells of the first sheet, row by row, as texts without space around them.

    :raises Refused: where it is neither CSV in Unicode nor XLSX, or goes beyond the bounds
    """
    if len(data) > MAX_BYTES:
        _refuse(Fault.TOO_LARGE, most=MAX_BYTES // 1000)
    rows = _xlsx(data) if data.startswith(_ZIP) else _csv(data)
    found = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            _refuse(Fault.TOO_MANY, line=number, most=MAX_ROWS)
        if len(row) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in row):
            _refuse(Fault.NOT_A_TABLE, line=number)
        found.append([_plain(cell) for cell in row])
    return found


def header(data: bytes) -> tuple[list[str], int] | None:
    """The first row of the first sheet of an XLSX file, and how many rows follow it.

    :returns: None where it is none, or unpacks to more than is read
    """
    try:
        _unpacks_within_bounds(data, MAX_DATA_UNZIPPED)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        first = ["" if cell is None else str(cell).strip() for cell in next(rows, ())]
        filled = sum(any(cell is not None for cell in row) for row in rows)
    except Exception:  # whatever a library meets in a file that is none
        return None
    while first and not first[-1]:
        first.pop()
    return first, filled


def line(row: Sequence[str]) -> str:
    """One row as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([_safe(cell) for cell in row])
    return text.getvalue()


def to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV, as spreadsheets open it without asking."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a sheet whose first row stays in sight."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("ISP")
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_safe(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _csv(data: bytes) -> Iterator[list[str]]:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(Fault.NOT_UTF8, line=data.count(b"\n", 0, error.start) + 1)
    head = text.partition("\n")[0]
    comma = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    except csv.Error:
        _refuse(Fault.NOT_A_TABLE)


def _xlsx(data: bytes) -> Iterator[list[str]]:
    _unpacks_within_bounds(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
        found = [["" if cell is None else str(cell) for cell in row] for row in rows]
    except Exception:  # whatever a library meets in a file that is none
        _refuse(Fault.NOT_A_TABLE)
    while found and not any(found[-1]):
        found.pop()
    for row in found:
        while row and not row[-1]:
            row.pop()
    yield from found


def _unpacks_within_bounds(data: bytes, most: int = MAX_UNZIPPED) -> None:
    """Look at an archive before anything unpacks it.

    :param most: bytes that it may unpack to
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > most:
                _refuse(Fault.TOO_LARGE, most=most // 1000)
            bombs = any(
                bomb in archive.read(entry) for entry in archive.infolist() for bomb in _BOMBS
            )
    except Refused:
        raise
    except Exception:
        _refuse(Fault.NOT_A_TABLE)
    if bombs:
        _refuse(Fault.NOT_A_TABLE)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _refuse(code: Fault, line: int = 0, **values: object) -> NoReturn:
    raise Refused((Problem(code, line=line, values=values),))
