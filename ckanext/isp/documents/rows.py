"""The table of a document: its rows and minimums, as the core reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..policy import answers as facts
from ..policy.answers import Condition
from ..policy.protocol import ANY_TYPE, Behaviour, LevelRule, Row
from .conditions import Conditions
from .levels import LEVELS
from .problems import Fault, Path
from .reading import Reading, as_list
from .vocabulary import Question, shared


@dataclass
class Rows:
    """Reads rows.

    :param levels: those of the document, least sensitive first
    :param decisions: what bodies have to have decided, as questions by fact; filled while reading
    """

    reading: Reading
    conditions: Conditions
    levels: tuple[LevelRule, ...]
    decisions: dict[str, Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = [rule.key for rule in self.levels]
        self.kinds = {ANY_TYPE, *shared().types, *self.reading.told.get("types", ())}
        behaviours = (behaviour.value for behaviour in Behaviour)
        self.channels = [*self.reading.methods, *behaviours]

    def table(self) -> Iterator[Row]:
        """The rows, and the rules by which levels are told."""
        for place, entry in enumerate(self.reading.told.get("rows", ())):
            yield from self._written(place, entry)
        for place, entry in enumerate(self.reading.told.get("levels", ())):
            for when in self.conditions.groups(entry, "when", ("levels", place)):
                words = self.reading.words(entry["rule"]) if "rule" in entry else {}
                yield Row(0, ANY_TYPE, place, words, when, otherwise=True)

    def _written(self, place: int, entry: dict[str, Any]) -> Iterator[Row]:
        """A row as it is written: one of the core's for each of its types and alternatives."""
        path: Path = ("rows", place)
        self._channels(entry, path)
        rank = self._rank(entry["level"], (*path, "level"))
        unless = self.conditions.groups(entry, "except", path)
        groups = self.conditions.groups(entry, "when", path) or ((),)
        if "decided_by" in entry:
            groups = tuple((*group, self._decision(place + 1, entry)) for group in groups)
        instead = entry.get("instead", {})
        turned = self.conditions.groups(instead, "when", (*path, "instead"))
        for kind in self._kinds(entry["type"], path):
            for group in groups:
                yield self._row(place + 1, entry, kind, rank, group, (*unless, *turned))
                for more in turned:
                    other = self._rank(instead["level"], (*path, "instead", "level"))
                    yield self._row(place + 1, entry, kind, other, (*group, *more), unless)

    def _row(
        self,
        number: int,
        entry: dict[str, Any],
        kind: str,
        rank: int,
        when: tuple[Condition, ...],
        unless: tuple[tuple[Condition, ...], ...],
    ) -> Row:
        return Row(
            number,
            kind,
            rank,
            self.reading.words(entry["words"]),
            when,
            unless,
            entry.get("otherwise", False),
            entry.get("undecided", False),
            tuple(map(self.reading.words, entry.get("audience", ()))),
            frozenset(entry.get("without", ())),
            self.reading.words(entry["treatment"]) if "treatment" in entry else None,
            tuple(map(self.reading.words, entry.get("needs", ()))),
            self.reading.words(entry["note"]) if "note" in entry else None,
        )

    def _kinds(self, told: Any, path: Path) -> Iterator[str]:
        for kind in as_list(told):
            if kind not in self.kinds:
                known = sorted(self.kinds)
                self.reading.unknown(Fault.UNKNOWN_TYPE, (*path, "type"), kind, known)
            yield kind

    def _channels(self, entry: dict[str, Any], path: Path) -> None:
        for at, key in enumerate(entry.get("without", ())):
            if key not in self.channels:
                at_key = (*path, "without", at)
                self.reading.unknown(Fault.UNKNOWN_METHOD, at_key, key, self.channels)

    def minimums(self) -> Iterator[Row]:
        """What a declaration makes the level at least."""
        if not self.levels:
            return
        own = "minimums" in self.reading.told
        for place, entry in enumerate(self.reading.told["minimums"] if own else shared().minimums):
            path = ("minimums", place)
            yield Row(
                0,
                ANY_TYPE,
                self._reaching(entry["level"], (*path, "level")),
                self.reading.words(entry["words"]) if "words" in entry else {},
                self.conditions.group(entry["when"], (*path, "when")),
                self.conditions.groups(entry, "except", path),
            )

    def _decision(self, number: int, entry: dict[str, Any]) -> Condition:
        """A row that a body has to have decided is a question of yes or no."""
        fact = f"{self.reading.key}.decision_{number}"
        body = self.reading.words(entry["decided_by"])
        self.decisions[fact] = Question(
            fact,
            body,
            shared().questions[facts.HOUSEHOLD].answers,
            hint=self.reading.words(entry["words"]),
        )
        return Condition(fact, frozenset({facts.YES}))

    def _rank(self, key: str, path: Path) -> int:
        if key in self.keys:
            return self.keys.index(key)
        self.reading.unknown(Fault.UNKNOWN_LEVEL, path, key, self.keys)
        return 0

    def _reaching(self, key: str, path: Path) -> int:
        """An own level, or for one of the four the lowest own one that reaches it."""
        if key in self.keys or key not in LEVELS:
            return self._rank(key, path)
        reach = (n for n, rule in enumerate(self.levels) if rule.level >= LEVELS[key])
        return next(reach, len(self.keys) - 1)
