"""Two versions of a protocol side by side, in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ..documents.write import flow
from .document import day, level_in_words, row_in_words, said

_ = tk._
Told = dict[str, Any]
SAME = "same"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PARTY = {"name", "role"}


def compared(told: Told, a: Told, b: Told) -> Told:
    """What ``isp_protocol_compare`` answers, in words; what is the same is counted apart.

    :param a: the one, as ``isp_protocol_show`` answers
    :param b: the other
    """
    rows = _rows(told["rows"], a, b)
    levels = [_pair(p["change"], p["before"], p["after"], level_in_words) for p in told["levels"]]
    return {
        "levels": levels,
        "levels_differ": any(pair["change"] != SAME for pair in levels),
        "changed": [pair for pair in rows if pair["change"] != SAME],
        "same": [pair for pair in rows if pair["change"] == SAME],
        "other": [{**one, **_other(one, a, b)} for one in told["other"]],
    }


def change(of: str) -> str:
    """What became of a row, a level or a part."""
    return {
        "added": _("Added"),
        "removed": _("Removed"),
        "changed": _("Changed"),
        "same": _("The same"),
    }[of]


def _rows(pairs: list[Told], a: Told, b: Told) -> list[Told]:
    """Pairs of rows, those together that were written as one row on either side."""
    groups: dict[Any, tuple[list[Told], list[Told]]] = {}
    for pair in pairs:
        before, after = pair["before"], pair["after"]
        at = (pair["change"], *(_place(row) for row in (before, after)))
        sides = groups.setdefault(at, ([], []))
        for row, side in zip((before, after), sides, strict=True):
            if row:
                side.append(row)
    return [
        {
            "change": at[0],
            "words": change(at[0]),
            "before": row_in_words(a, before) if before else None,
            "after": row_in_words(b, after) if after else None,
        }
        for at, (before, after) in groups.items()
    ]


def _place(row: Told | None) -> tuple[Any, ...] | None:
    return (row["number"], row["level"]) if row else None


def _pair(of: str, before: Told | None, after: Told | None, words: Callable[[Told], Told]) -> Told:
    return {
        "change": of,
        "words": change(of),
        "before": words(before) if before else None,
        "after": words(after) if after else None,
    }


def _other(one: Told, a: Told, b: Told) -> Told:
    label = _PARTS.get(one["key"])
    return {
        "label": label() if label else one["key"],
        "words": change(one["change"]),
        "before": _plain(one["before"], a["languages"]),
        "after": _plain(one["after"], b["languages"]),
    }


def _plain(value: Any, languages: list[str]) -> Any:
    """A value of a document as it can be shown: a text, several, or as it is written."""
    if value is None:
        return ""
    if isinstance(value, dict) and value and set(value) <= {*languages}:
        return said(value)
    if isinstance(value, list):
        return [_plain(item, languages) for item in value]
    if isinstance(value, dict):
        return _whole(value, languages)
    return day(value) if DAY.fullmatch(str(value)) else str(value)


def _whole(value: Told, languages: list[str]) -> str:
    """Days between which something holds, or somebody with what is told of them, in one line."""
    if value and set(value) <= {"from", "until"}:
        said_of = {"from": _("from {day}"), "until": _("until {day}")}
        return " ".join(said_of[end].format(day=day(value[end])) for end in said_of if end in value)
    if PARTY.isdisjoint(value) or any(isinstance(part, list) for part in value.values()):
        return flow(value)
    return Markup(", ").join(_plain(part, languages) for part in value.values())


_PARTS = {
    "title": lambda: _("Title"),
    "version": lambda: _("Version"),
    "date": lambda: _("Date"),
    "status": lambda: _("Status"),
    "languages": lambda: _("Languages"),
    "scope": lambda: _("What it covers"),
    "in_force": lambda: _("In force"),
    "reviews": lambda: _("Reviews"),
    "methods": lambda: _("How it is shared"),
    "minimums": lambda: _("Minimums"),
    "questions": lambda: _("Questions"),
    "geography": lambda: _("Names of places"),
    "contacts": lambda: _("Contacts"),
    "developed_by": lambda: _("Developed by"),
    "consulted": lambda: _("Consulted"),
    "endorsed_by": lambda: _("Endorsed by"),
    "presented_to": lambda: _("Presented to"),
    "purposes": lambda: _("Purposes"),
    "actions": lambda: _("Actions"),
    "supplements": lambda: _("Supplements"),
    "other_protocols": lambda: _("Other protocols"),
    "notes": lambda: _("Notes"),
    "escalation": lambda: _("Whom to turn to"),
    "based_on": lambda: _("Source"),
    "enforcement": lambda: _("How it binds"),
    "supersedes": lambda: _("Takes the place of"),
}
