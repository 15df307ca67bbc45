"""Conditions as a document writes them: facts by name, answers, steps of granularity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..policy import answers as facts
from ..policy.answers import GRANULARITIES, GRANULARITY, Condition
from .problems import Fault, Path
from .reading import Reading, as_list
from .vocabulary import NONE, YES_NO, Question, shared

Group = tuple[Condition, ...]


@dataclass
class Conditions:
    """Reads conditions.

    :param questions: what the document asks itself, by fact
    :param places: what places are called here: granularities by local name
    """

    reading: Reading
    questions: Mapping[str, Question]
    places: Mapping[str, tuple[str, ...]]

    def groups(self, entry: dict[str, Any], key: str, path: Path) -> tuple[Group, ...]:
        """Conditions, or a list of groups of them."""
        groups, path = entry.get(key, []), (*path, key)
        if isinstance(groups, dict):
            return (self.group(groups, path),)
        return tuple(self.group(group, (*path, n)) for n, group in enumerate(groups))

    def group(self, told: dict[str, Any], path: Path) -> Group:
        """Conditions that have to be met together."""
        return tuple(self._each(told, path))

    def _each(self, told: dict[str, Any], path: Path) -> Iterator[Condition]:
        for name, asked in told.items():
            here = (*path, name)
            fact = self._fact(name, here)
            if fact is None:
                continue
            every = isinstance(asked, dict) and "all" in asked
            negated = isinstance(asked, dict) and "not" in asked
            values = next(iter(asked.values())) if isinstance(asked, dict) else asked
            chosen = {v for one in as_list(values) for v in self._values(fact, one, here)}
            if NONE in chosen:
                # "none" is answered by giving no answer: met where none of the others was given
                others = frozenset(self._question(fact).answers) - chosen  # type: ignore[union-attr]
                yield Condition(fact, others, negated=not negated)
            elif chosen:
                yield Condition(fact, frozenset(chosen), every, negated)

    def _question(self, fact: str) -> Question | None:
        return self.questions.get(fact) or shared().questions.get(fact)

    def _fact(self, name: str, path: Path) -> str | None:
        own = f"{self.reading.key}.{name}"
        if own in self.questions:
            return own
        if name in facts.SHARED and name != facts.TYPE:
            return name
        known = [f.removeprefix(f"{self.reading.key}.") for f in self.questions]
        known += [fact for fact in facts.SHARED if fact != facts.TYPE]
        self.reading.unknown(Fault.UNKNOWN_FACT, path, name, known)
        return None

    def _values(self, fact: str, value: Any, path: Path) -> Iterable[str]:
        if isinstance(value, bool):
            value = YES_NO[0] if value else YES_NO[1]
        if fact == GRANULARITY:
            found = self._granularity(value)
            if found:
                return found
        question = self._question(fact)
        free = fact in (facts.PLACE, facts.ORGANISATION) or question is None
        known = list(question.answers) if question else []
        if free or value in known or (value == NONE and question and question.none):
            return (value,)
        known += [*self.places] if fact == GRANULARITY else []
        self.reading.unknown(Fault.UNKNOWN_ANSWER, path, value, known)
        return ()

    def _granularity(self, value: str) -> tuple[str, ...]:
        """The steps of the ladder that a word means: ``raion``, ``adm2 or finer``."""
        word, _space, side = value.partition(" or ")
        if word in GRANULARITIES:
            steps: tuple[str, ...] = (word,)
        elif word in self.places:
            steps = self.places[word] or (f"{self.reading.key}.{word}",)
        else:
            return ()
        if not side:
            return steps
        ladder = [GRANULARITIES.index(step) for step in steps if step in GRANULARITIES]
        if side in ("finer", "lower") and ladder:
            return GRANULARITIES[min(ladder) :]
        if side in ("coarser", "higher") and ladder:
            return GRANULARITIES[: max(ladder) + 1]
        return ()
