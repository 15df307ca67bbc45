"""Protocols as OCHA keeps them: one rule a row, in six columns.

What the columns cannot say stands in the instructions as the format of documents writes it, a key
a line; a table that somebody else wrote has plain text there, which is kept as a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..policy.answers import GRANULARITY
from . import sheet
from .compile import Document
from .problems import Fault, Problem, Refused
from .vocabulary import fold
from .write import flow

COLUMNS = (
    "Country",
    "Data/Information Type",
    "Category",
    "Lowest Disaggregation",
    "Sensitivity (Level)",
    "Rule Interpretation Instructions",
)
_HEADS = (
    ("country", "countries", "pays", "location"),
    ("data information type", "data type", "type", "information type", "type de donnees"),
    ("category", "categorie"),
    ("lowest disaggregation", "disaggregation", "granularity", "granularite"),
    ("sensitivity level", "sensitivity", "level", "niveau de sensibilite", "niveau"),
    ("rule interpretation instructions", "instructions", "interpretation"),
)
_WRITTEN = ("level", "type", "words")
SIDES = {"finer": "finer", "lower": "finer", "coarser": "coarser", "higher": "coarser"}


class Rule(NamedTuple):
    """A row of the table, in the order of its columns."""

    country: str
    type: str
    category: str
    disaggregation: str
    level: str
    instructions: str


# out


def export(document: Document, language: str) -> list[Rule]:
    """The rows of a protocol as rules, in a language where the protocol has it."""
    country = ", ".join(sorted(document.protocol.scope.places))
    return [_rule(document, row, country, language) for row in document.told.get("rows", ())]


def to_csv(rules: Iterable[Rule]) -> bytes:
    return sheet.to_csv([COLUMNS, *rules])


def to_xlsx(rules: Iterable[Rule]) -> bytes:
    return sheet.to_xlsx([COLUMNS, *rules])


def _rule(document: Document, row: Mapping[str, Any], country: str, language: str) -> Rule:
    said = document.words(row["words"])
    more = {key: value for key, value in row.items() if key not in _WRITTEN}
    for key in {"when", "except"} & set(more):
        more[key] = _conditions(document, more[key])
    if "instead" in more:
        when = _conditions(document, more["instead"]["when"])
        more["instead"] = {"level": _level(document, more["instead"]["level"]), "when": when}
    detail: list[str] = []
    when = more.get("when")
    if isinstance(when, dict) and isinstance(when.get(GRANULARITY), list):
        detail = when.pop(GRANULARITY)
    return Rule(
        country,
        said.get(language) or next(iter(said.values())),
        ", ".join(document.kinds(row)),
        ", ".join(detail),
        _level(document, row["level"]).capitalize(),
        "\n".join(f"{key}: {flow(value)}" for key, value in more.items() if value != {}),
    )


def _level(document: Document, key: str) -> str:
    return next(rule.level.slug for rule in document.protocol.levels if rule.key == key)


def _conditions(document: Document, told: Any) -> Any:
    """Conditions in which places are named as everybody names them."""
    if isinstance(told, list):
        return [_conditions(document, group) for group in told]
    detail = told.get(GRANULARITY)
    if detail is None:
        return dict(told)
    if isinstance(detail, dict):
        named: Any = {sign: _steps(document, words) for sign, words in detail.items()}
    else:
        named = _steps(document, detail)
    return {**told, GRANULARITY: named}


def _steps(document: Document, detail: str | list[str]) -> list[str]:
    """Steps as everybody names them; a place's own name stays where it is none of them."""
    found: list[str] = []
    for word in [detail] if isinstance(detail, str) else detail:
        name, _or, side = word.partition(" or ")
        steps = [*(document.places.get(name) or (name,))]
        found += [f"{step} or {SIDES[side]}" for step in steps] if side else steps
    return list(dict.fromkeys(found))


# in


def rules(data: bytes) -> list[Rule]:
    """The rules of a table.

    :raises Refused: where it lacks the columns for type or level
    """
    head, *rows = sheet.read(data) or [[]]
    places = [_column([" ".join(fold(cell).split()) for cell in head], names) for names in _HEADS]
    lacking = [COLUMNS[n] for n in (1, 4) if places[n] is None]
    if lacking:
        told = {"value": ", ".join(lacking), "meant": list(COLUMNS)}
        raise Refused((Problem(Fault.NOT_A_TABLE, line=1, values=told),))
    found = [Rule(*(_cell(row, place) for place in places)) for row in rows]
    return [rule for rule in found if rule.type or rule.level]


def _column(head: list[str], names: tuple[str, ...]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)


def _cell(row: list[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""
