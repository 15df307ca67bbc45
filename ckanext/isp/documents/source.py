"""Reading YAML that somebody wrote by hand: values with the places where they stand.

Read event by event within bounds, so that no document takes more time or memory than its size:
no anchors, aliases or tags. ``yes``, ``no`` and dates stay the text that was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .problems import Fault, Path, Problem, Refused

MAX_BYTES, MAX_NODES, MAX_DEPTH = 1_000_000, 50_000, 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,8})")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Source:
    """A document as plain values, and the line and column (from 1) of every key and value."""

    value: Any = None
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: Any, path: Path, **values: Any) -> Problem:
        """A problem at a path, or at the nearest place above it that stands in the document."""
        at = path
        while at and at not in self.marks:
            at = at[:-1]
        line, column = self.marks.get(at, (0, 0))
        return Problem(code, path, line, column, values)


def read(data: bytes) -> Source:
    """Read a document.

    :param data: YAML in UTF-8
    :raises Refused: where it is none, or goes beyond the bounds
    """
    if len(data) > MAX_BYTES:
        raise Refused((Problem(Fault.TOO_LARGE, values={"most": MAX_BYTES // 1000}),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused((Problem(Fault.NOT_UTF8, line=line),)) from None
    source = Source()
    try:
        _Reader(yaml.parse(text, Loader=_LOADER), source).read()
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        told = {"value": str(error.problem or error.context or "")}
        found = Problem(Fault.SYNTAX, (), line, column, told)
        raise Refused((*source.problems, found)) from None
    except yaml.YAMLError as error:
        told = {"value": str(error).splitlines()[0]}
        raise Refused((*source.problems, Problem(Fault.SYNTAX, values=told))) from None
    if source.problems:
        raise Refused(tuple(source.problems))
    return source


class _Reader:
    """Builds plain values from events, and stops at the first thing out of bounds."""

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self.events, self.source, self.nodes = events, source, 0

    def read(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            return
        first = next(self.events)
        self.source.value = self.node(first, ())

    def node(self, event: Any, path: Path) -> Any:
        self.count(event, path)
        if isinstance(event, yaml.AliasEvent):
            self.stop(Fault.ALIAS, event, path)
        if event.anchor is not None:
            self.stop(Fault.ALIAS, event, path)
        if event.tag not in (None, "!"):
            self.stop(Fault.TAG, event, path, value=str(event.tag))
        self.source.marks.setdefault(path, _place(event))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.stop(Fault.BAD_KEY, event, path)
            self.count(event, path)
            key = event.value
            here = (*path, key)
            if key in found:
                place = _place(event)
                told = {"value": key, "first": self.source.marks[here][0]}
                self.source.problems.append(Problem(Fault.DUPLICATE_KEY, here, *place, told))
                here = (*here, "again")
            self.source.marks[here] = _place(event)
            value = self.node(next(self.events), here)
            found.setdefault(key, value)
        return found

    def count(self, event: Any, path: Path) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop(Fault.TOO_MANY, event, path, most=MAX_NODES)
        if len(path) > MAX_DEPTH:
            self.stop(Fault.TOO_DEEP, event, path, most=MAX_DEPTH)

    def stop(self, code: Fault, event: Any, path: Path, **values: Any) -> None:
        found = Problem(code, path, *_place(event), values)
        raise Refused((*self.source.problems, found))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: Any) -> Any:
    """A text, unless it was written plainly and is a whole number, true, false or nothing."""
    if event.style not in (None, ""):
        return event.value
    if event.value in _WORDS:
        return _WORDS[event.value]
    return int(event.value) if _NUMBER.fullmatch(event.value) else event.value
