"""The texts of a document, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .problems import Path

# Keys of the format that hold a text, or several, in the languages of the document.
KEYS = frozenset(
    (
        *("title", "name", "words", "text", "note", "notes", "examples", "ask", "hint", "answers"),
        *("classification", "definition", "audience", "rule", "treatment", "needs", "purposes"),
        *("decides", "every", "decided_by", "by", "role", "owner", "why", "actions"),
    )
)

_CONDITIONS = ("when", "except")


def texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a document, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, (*path, number))


def worded(value: Any, path: Path = (), text: bool = False) -> Iterator[tuple[Path, Any]]:
    """Every text that is written for people, as a text alone or by language, with its place."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from worded(inner, (*path, number), text)
    elif isinstance(value, dict):
        languages = text and all(isinstance(inner, str) for inner in value.values())
        if languages and path[-1] != "answers" and not set(value) & KEYS:
            yield path, value
            return
        named = path[-1:] in (("answers",), ("exercises",))
        for key, inner in value.items():
            if key not in _CONDITIONS:
                yield from worded(inner, (*path, key), key in KEYS or named)
    elif text and isinstance(value, str):
        yield path, value
