"""From answers to a level, under one protocol: reading its table as its authors wrote it.

Among the rows of one protocol the highest wins, and all are shown. What was not answered counts
as the highest level that an answer could still give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .answers import TYPE, UNLISTED, Answers
from .protocol import ANY_TYPE, LevelRule, Protocol, Row

NOTHING = -1
REMEMBERED = 4096
NO_FACTS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one protocol says of the answers.

    :param rule: the level that it gives; None where it says nothing of this type
    :param rows: the rows in play, the highest first: those that hold, or still could
    :param open: the facts that could still change the level
    :param gap: the type is listed, none of its rows holds: the highest of them counts
    """

    protocol: Protocol
    rule: LevelRule | None
    rows: tuple[Row, ...] = ()
    open: frozenset[str] = NO_FACTS
    gap: bool = False


@dataclass(slots=True)
class _Play:
    """Rows that hold, rows that could, and how high they are at least and at most."""

    holding: list[Row] = field(default_factory=list)
    could: list[Row] = field(default_factory=list)
    least: int = NOTHING
    most: int = NOTHING
    gap: int = NOTHING

    def hold(self, row: Row) -> None:
        self.holding.append(row)
        if row.rank > self.least:
            self.least = row.rank
        if row.rank > self.most:
            self.most = row.rank

    def doubt(self, row: Row) -> None:
        self.could.append(row)
        if row.rank > self.most:
            self.most = row.rank

    def fill(self, rows: Sequence[Row]) -> None:
        """Let the highest of all rows count, for none of them holds."""
        self.gap = max(row.rank for row in rows)
        self.most = max(self.most, self.gap)


def propose(protocol: Protocol, answers: Answers) -> Finding:
    """The level that a protocol gives to data of which this is known.

    :param answers: what was answered; a fact left out counts as the worst that it could be
    """
    # the same answers come back with every dataset of a kind: read the table once for them
    known = tuple([answers.get(fact) for fact in protocol.facts])
    finding = protocol.found.get(known)
    if finding is None:
        _make_room(protocol.found)
        finding = protocol.found[known] = _propose(protocol, answers)
    return finding


def _make_room(remembered: dict[Any, Any]) -> None:
    if len(remembered) >= REMEMBERED:
        remembered.clear()


def _propose(protocol: Protocol, answers: Answers) -> Finding:
    kinds = answers.get(TYPE)
    asked = False
    plays = []
    if kinds is None:
        unknown = _Play(most=protocol.highest)
        asked = unknown.most > NOTHING
        plays.append(unknown)
    else:
        for kind in kinds:
            rows, listed = protocol.listed(kind) if kind != UNLISTED else ((), False)
            asked = asked or (bool(rows) and not listed)
            plays += _of_type(protocol, rows, listed, answers)
    if protocol.minimums:
        plays.append(_minimums(protocol, plays, answers))
    least = most = NOTHING
    for play in plays:
        least, most = max(least, play.least), max(most, play.most)
    if most == NOTHING:
        return Finding(protocol, None)
    return _finding(protocol, plays, answers, least, most, asked)


def _finding(
    protocol: Protocol, plays: list[_Play], answers: Answers, least: int, most: int, asked: bool
) -> Finding:
    facts = NO_FACTS
    if most > least:
        doubtful = {TYPE} if asked else set()
        for play in plays:
            for row in play.could:
                if row.rank > least or play.gap > least:
                    doubtful |= row.facts
        facts = frozenset(doubtful.difference(answers))
        if asked:
            facts |= {TYPE}
    rows = [row for play in plays for row in (*play.holding, *play.could)]
    if len(rows) > 1:
        rows.sort(key=lambda row: row.order)
    gap = any(play.gap == most > play.least and not play.could for play in plays)
    return Finding(protocol, protocol.levels[most], tuple(rows), facts, gap)


def _of_type(
    protocol: Protocol, rows: Sequence[Row], listed: bool, answers: Answers
) -> tuple[_Play, ...]:
    """The rows of a type, and those of any type."""
    own = _play(rows, answers)
    if not listed:
        for row in own.holding:
            own.doubt(row)
        own.holding, own.least = [], NOTHING
    general = protocol.by_type.get(ANY_TYPE)
    if not general:
        return (own,)
    return own, _play(general, answers, own, gap=False)


def _play(
    rows: Sequence[Row], answers: Answers, beside: _Play | None = None, *, gap: bool = True
) -> _Play:
    """Which rows hold, and which could.

    :param beside: other rows, that have to fail too before one of these holds "otherwise"
    :param gap: where none holds, the highest of all counts
    """
    play = _Play()
    otherwise = []
    for row in rows:
        if row.otherwise:
            otherwise.append(row)
            continue
        stands = row.stands(answers)
        if stands:
            play.hold(row)
        elif stands is None:
            play.doubt(row)
    caught = bool(play.holding)
    if otherwise and not caught and not (beside and beside.holding):
        in_doubt = bool(play.could or (beside and beside.could))
        for row in otherwise:
            stands = row.stands(answers)
            caught = caught or stands is True
            if stands and not in_doubt:
                play.hold(row)
            elif stands is not False:
                play.doubt(row)
    if gap and rows and not caught:
        play.fill(rows)
    return play


def _minimums(protocol: Protocol, plays: list[_Play], answers: Answers) -> _Play:
    """What declarations make the level at least.

    A row that names a declared fact itself answers for it, in its own protocol.
    """
    answered: dict[str, frozenset[str]] = {}
    for play in plays:
        for row in play.holding:
            for condition in row.declares:
                known = answered.get(condition.fact, NO_FACTS)
                answered[condition.fact] = known | condition.values
    if answered:
        binding = [row for row in protocol.minimums if not _answered_for(row, answered, answers)]
        return _play(binding, answers, gap=False)
    said = tuple([answers.get(fact) for fact in protocol.declared])
    least: _Play | None = protocol.least.get(said)
    if least is None:
        _make_room(protocol.least)
        least = protocol.least[said] = _play(protocol.minimums, answers, gap=False)
    return least


def _answered_for(row: Row, answered: dict[str, frozenset[str]], answers: Answers) -> bool:
    return any(
        condition.fact in answered
        and condition.values & answers.get(condition.fact, NO_FACTS) <= answered[condition.fact]
        for condition in row.when
    )
