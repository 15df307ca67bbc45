"""A document while it is compiled: its values, its languages, and the faults found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..policy.protocol import Words
from .check import close
from .problems import Fault, Path, Problem, Refused
from .source import Source
from .vocabulary import shared

MOST = 300


@dataclass
class Reading:
    """What is read, and what is wrong with it.

    :param source: a document that has the form of a protocol
    """

    source: Source
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told: dict[str, Any] = self.source.value
        self.key: str = self.told["key"]
        self.languages: tuple[str, ...] = tuple(self.told["languages"])
        self.methods: Mapping[str, Any] = {**shared().methods, **self.told.get("methods", {})}

    def words(self, value: Any) -> Words:
        """A text by language; one that stands alone is in the first."""
        return words(value, self.languages[0])

    def fault(self, code: Fault, *path: str | int, **values: Any) -> None:
        """Note a fault; goes on to find the others, up to a few hundred."""
        self.problems.append(self.source.problem(code, path, **values))
        if len(self.problems) >= MOST:
            self.refuse()

    def unknown(self, code: Fault, path: Path, value: Any, known: list[str]) -> None:
        """Note a name that means nothing, with the one that was probably meant."""
        self.fault(code, *path, value=value, meant=close(value, known), choices=known)

    def refuse(self) -> None:
        """Refuse the document with all that was found, if anything was."""
        if self.problems:
            raise Refused(tuple(sorted(self.problems, key=lambda p: (p.line, p.column))))


def words(value: Any, language: str) -> Words:
    return {language: value} if isinstance(value, str) else value


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
