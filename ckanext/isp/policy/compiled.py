"""Conditions compiled, so that a table of rows is read in a microsecond.

Rows ask the same few things again and again. What an answer does to everything that looks at its
fact is worked out once, when a protocol is loaded: some of it is contradicted, some stays open.
Sets are numbers, with one bit for each that can be in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from .answers import Answers, Condition

Group = Sequence[Condition]


class Groups:
    """Groups of conditions that have to be met together, tried all at once.

    The effect of an answer is one number: the set of groups that it contradicts, and above it the
    set of those that it leaves open.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self._number = len(groups)
        self._every = (1 << self._number) - 1
        self._part_of: dict[Condition, int] = {}
        for place, group in enumerate(groups):
            for condition in group:
                self._part_of[condition] = self._part_of.get(condition, 0) | 1 << place
        facts = dict.fromkeys(condition.fact for condition in self._part_of)
        self._effects = tuple((fact, self._foreseen(fact)) for fact in facts)

    def tried(self, answers: Answers) -> tuple[int, int]:
        """The groups of which something is contradicted, and those of which something is open.

        What is in neither set is met.
        """
        effects = 0
        for fact, foreseen in self._effects:
            given = answers.get(fact)
            effect = foreseen.get(given)
            effects |= self._effect(fact, given) if effect is None else effect
        return effects & self._every, effects >> self._number

    def _foreseen(self, fact: str) -> dict[frozenset[str] | None, int]:
        """The effects of no answer, of "none of them", and of each value that is named."""
        values = {value for c in self._part_of if c.fact == fact for value in c.values}
        usual = (None, frozenset[str](), *(frozenset({value}) for value in values))
        return {given: self._effect(fact, given) for given in usual}

    def _effect(self, fact: str, given: frozenset[str] | None) -> int:
        effect = 0
        for condition, groups in self._part_of.items():
            if condition.fact == fact:
                met = None if given is None else condition.met_by(given)
                if met is None:
                    effect |= groups << self._number
                elif not met:
                    effect |= groups
        return effect
