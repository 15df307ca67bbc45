"""What a table tells of itself as it arrives: its columns and how many rows. Never a value."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from ..documents import sheet

MOST_COLUMNS, LONGEST = 500, 200
MOST_XLSX = 10_000_000
TEXTS = {"CSV": ",;\t|", "TSV": "\t"}


@dataclass
class Table:
    """A file that passes by, segment after segment.

    :param format: as CKAN writes formats, ``CSV`` for example
    """

    format: str
    _first: bytes = b""
    _held: bytearray = field(default_factory=bytearray)
    _lines: int = 0
    _quoted: bool = False
    _ends: bool = True

    def pass_by(self, data: bytes) -> None:
        """Look at the next segment."""
        if self.format in TEXTS:
            self._first = self._first or data
            self._count(data)
        elif self.format == "XLSX" and len(self._held) <= MOST_XLSX:
            self._held += data

    def told(self) -> tuple[list[str] | None, int | None]:
        """Its columns, and how many rows stand below them; None where that cannot be read."""
        if self.format in TEXTS:
            columns = self._columns()
            rows = self._lines + (not self._ends) - 1
            return columns, max(rows, 0) if columns else None
        if self.format == "XLSX" and 0 < len(self._held) <= MOST_XLSX:
            found = sheet.header(bytes(self._held))
            columns = _bounded(found[0]) if found else None
            return columns, found[1] if found and columns else None
        return None, None

    def _columns(self) -> list[str] | None:
        try:
            text = self._first.decode("utf-8-sig", errors="ignore")
            head = text.partition("\n")[0]
            comma = max(TEXTS[self.format], key=head.count)
            found = next(csv.reader(io.StringIO(text, newline=""), delimiter=comma), [])
        except csv.Error:
            return None
        return _bounded([cell.strip() for cell in found])

    def _count(self, data: bytes) -> None:
        """Lines, but not those within quotes."""
        for part in data.split(b'"'):
            if not self._quoted:
                self._lines += part.count(b"\n")
            self._quoted = not self._quoted
        # between two parts stands one quote: one part more than quotes
        self._quoted = not self._quoted
        if data:
            self._ends = data.endswith(b"\n")


def _bounded(columns: list[str] | None) -> list[str] | None:
    """Column names, where they can be: a first row of many or long cells is not a heading, nor one
    that is no text in UTF-8."""
    if not columns or len(columns) > MOST_COLUMNS:
        return None
    if any(len(name) > LONGEST or "\0" in name for name in columns):
        return None
    return columns
