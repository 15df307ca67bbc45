"""Whether two rows can hold of the same data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod

from ..policy.answers import Condition
from ..policy.protocol import Row
from .vocabulary import Question

_MOST = 256


def together(one: Row, other: Row, questions: Mapping[str, Question]) -> bool:
    """Whether answers exist under which both rows hold.

    :param questions: what can be answered, by fact; other facts can be answered with anything
    """
    groups = (*one.unless, *other.unless)
    if prod(map(len, groups)) > _MOST:
        return True
    whens = (*one.when, *other.when)
    return any(_answerable((*whens, *map(_not, broken)), questions) for broken in product(*groups))


def same(one: Row, other: Row) -> bool:
    """Whether two rows ask the same of the data."""
    return set(one.when) == set(other.when) and _sets(one) == _sets(other)


def _sets(row: Row) -> set[frozenset[Condition]]:
    return {frozenset(group) for group in row.unless}


def _not(condition: Condition) -> Condition:
    return Condition(condition.fact, condition.values, condition.every, not condition.negated)


def _answerable(conditions: Iterable[Condition], questions: Mapping[str, Question]) -> bool:
    """Whether all conditions can be met at once; each fact is answered by itself."""
    by_fact: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_fact.setdefault(condition.fact, []).append(condition)
    return all(_fits(of, questions.get(fact)) for fact, of in by_fact.items())


def _fits(conditions: list[Condition], question: Question | None) -> bool:
    """Whether one answer meets all conditions on a fact."""
    named = frozenset[str]().union(*(condition.values for condition in conditions))
    choices = named | frozenset(question.answers if question else {"anything else"})
    banned = frozenset[str]().union(*(c.values for c in conditions if c.negated and not c.every))
    if question and not question.many:
        answers = [frozenset({choice}) for choice in choices]
        answers += [frozenset()] if question.none else []
    else:
        # the most that can be answered, and that without one of what must not come together
        most = choices - banned
        parts = [c.values for c in conditions if c.negated and c.every]
        if prod(map(len, parts)) > _MOST:
            return True
        answers = [most - frozenset(left) for left in product(*parts)] if parts else [most]
    return any(all(c.met_by(answer) for c in conditions) for answer in answers)
