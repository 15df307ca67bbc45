"""Writes tables and features as CSV, XLSX or GeoJSON; the same content gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Row = Sequence[Any]
EPOCH = (2026, 11, 2, 8, 0, 0)


class Table:
    """Rows under a header, with the row of HXL hashtags between them if there is one."""

    def __init__(self, header: Row, rows: Iterable[Row], hxl: Row = ()) -> None:
        self.head = [list(header), *([list(hxl)] if hxl else [])]
        self.rows = [list(row) for row in rows]
        for row in self.lines:
            if len(row) != len(header):
                raise ValueError(f"{len(row)} cells under {len(header)} headings: {row}")

    @property
    def lines(self) -> list[list[Any]]:
        return [*self.head, *self.rows]

    def features(self) -> Features:
        """Its rows as points, by their columns `latitude` and `longitude`."""
        points = []
        for cells in self.rows:
            row = dict(zip(self.head[0], cells, strict=True))
            place = [row.pop("longitude"), row.pop("latitude")]
            points.append(("Point", place, _plain(row)))
        return Features(points)


@dataclass
class Features:
    """GeoJSON to be: geometry type, coordinates and properties of each feature."""

    items: list[tuple[str, list[Any], dict[str, Any]]]

    def dump(self) -> str:
        features = [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": shape, "coordinates": coordinates},
            }
            for shape, coordinates, properties in self.items
        ]
        lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
        return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


Content = Table | Features | dict[str, Table]


def write(path: Path, content: Content) -> None:
    """Write in the format of the path's suffix; several tables are the sheets of a workbook."""
    if path.suffix == ".xlsx":
        path.write_bytes(_workbook(content if isinstance(content, dict) else {"Data": content}))
        return
    if path.suffix == ".geojson" and isinstance(content, Table):
        content = content.features()
    if path.suffix == ".geojson" and isinstance(content, Features):
        path.write_text(content.dump(), encoding="utf-8")
    elif path.suffix == ".csv" and isinstance(content, Table):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(content.lines)
    else:
        raise ValueError(
            f"{type(content).__name__} cannot be written as {path.suffix}: {path.name}"
        )


def _workbook(sheets: dict[str, Any]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        _fill(book.create_sheet(name), table)
    stream = io.BytesIO()
    book.save(stream)
    return _timeless(stream.getvalue())


def _fill(sheet: Worksheet, table: Table) -> None:
    for line in table.lines:
        sheet.append(line)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = f"A{len(table.head) + 1}"
    for number, column in enumerate(zip(*table.lines[:40], strict=True), 1):
        width = max(len(str(value)) for value in column if value is not None)
        sheet.column_dimensions[get_column_letter(number)].width = min(width + 2, 60)


def _timeless(workbook: bytes) -> bytes:
    """The same workbook without the hour at which it was saved."""
    stream = io.BytesIO()
    stamp = b"%04d-%02d-%02dT%02d:%02d:%02dZ" % EPOCH
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(?<=>)[-0-9]+T[:0-9]+Z(?=<)", stamp, content)
            new.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, date) else value for key, value in row.items()}
