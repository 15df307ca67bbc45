"""Two versions of a protocol side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from . import tell
from .compile import Document

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
APART = ("levels", "rows", "types", "isp", "key")

Told = dict[str, Any]
# what makes two rows the same row, the surest first: nothing differs, the same data, the same words
_LIKE: tuple[Callable[[Told], Any], ...] = (
    lambda row: repr({k: v for k, v in row.items() if k != "number"}),
    lambda row: repr((row["type"], row["when"], row["except"], row["otherwise"])),
    lambda row: repr((row["type"], row["words"])),
)


def compare(before: Document, after: Document) -> Told:
    """What differs: levels and rows, each with what it was and is, and all other keys.

    :returns: ``levels`` and ``rows`` in the order of the later version, what was removed last, and
        ``other``
    """
    return {
        "levels": _pairs(_levels(before), _levels(after), (lambda level: level["key"],)),
        "rows": _pairs(_rows(before), _rows(after), _LIKE),
        "other": list(_others(before.told, after.told)),
    }


def _levels(document: Document) -> list[Told]:
    return [tell.level(rule) for rule in document.protocol.levels]


def _rows(document: Document) -> list[Told]:
    return [tell.row(document, row) for row in document.protocol.rows]


def _pairs(
    was: list[Told], now: list[Told], alike: tuple[Callable[[Told], Any], ...]
) -> list[Told]:
    found: dict[int, Told] = {}
    left = list(was)
    for like in alike:
        by_likeness: dict[Any, list[Told]] = {}
        for one in left:
            by_likeness.setdefault(like(one), []).append(one)
        for place, one in enumerate(now):
            same = by_likeness.get(like(one))
            if place not in found and same:
                found[place] = same.pop(0)
        taken = [id(one) for one in found.values()]
        left = [one for one in left if id(one) not in taken]
    pairs = [_pair(found.get(place), one) for place, one in enumerate(now)]
    return [*pairs, *(_pair(one, None) for one in left)]


def _pair(before: Told | None, after: Told | None) -> Told:
    if before is None or after is None:
        change = REMOVED if after is None else ADDED
    else:
        differ = any(before.get(k) != after.get(k) for k in {*before, *after} - {"number"})
        change = CHANGED if differ else SAME
    return {"change": change, "before": before, "after": after}


def _others(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Told]:
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if key not in APART and was != now:
            change = ADDED if key not in before else REMOVED if key not in after else CHANGED
            yield {"key": key, "change": change, "before": was, "after": now}
