"""Tables that leave the portal for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

FORMULA = "=+-@\t\r\n"


def harmless(cell: Any) -> Any:
    """A text that no spreadsheet takes for a formula; anything else as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] and cell[0] in FORMULA else cell


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows of cells as CSV, each cell harmless."""
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
