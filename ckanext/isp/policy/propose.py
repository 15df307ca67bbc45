"""From answers to a level, under one protocol: reading its table as its authors wrote it.

Among the rows of one protocol the highest wins, and all are shown. What was not answered counts
as the highest level that an answer could still give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .answers import TYPE, Answers
from .protocol import LevelRule, Protocol, Row
from .tables import NOTHING, Table

REMEMBERED = 4096
NO_FACTS: frozenset[str] = frozenset()


@dataclass(slots=True)
class Play:
    """What the rows of a table say.

    :param holding: the set of those that hold
    :param could: the set of those that could
    :param gap: the rank that counts because no row of the type holds
    """

    table: Table
    holding: int
    could: int
    gap: int

    @property
    def rows(self) -> list[Row]:
        return self.table.rows.of(self.holding | self.could)


class Finding(NamedTuple):
    """What one protocol says of the answers.

    :param rule: the level that it gives; None where it says nothing of this type
    :param plays: what its rows say of each type that was answered
    :param open: the facts that could still change the level
    :param gap: the type is listed, none of its rows holds: the highest of them counts
    """

    protocol: Protocol
    rule: LevelRule | None
    plays: tuple[Play, ...] = ()
    open: frozenset[str] = NO_FACTS
    gap: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in play, the highest first: those that hold, or still could."""
        once = {id(row): row for play in self.plays for row in play.rows}
        return tuple(sorted(once.values(), key=lambda row: row.order))


def propose(protocol: Protocol, answers: Answers) -> Finding:
    """The level that a protocol gives to data of which this is known.

    :param answers: what was answered; a fact left out counts as the worst that it could be
    """
    # the same answers come back with every dataset of a kind: read the table once for them
    known = tuple(map(answers.get, protocol.facts))
    finding = protocol.found.get(known)
    if finding is None:
        if len(protocol.found) >= REMEMBERED:
            protocol.found.clear()
        finding = protocol.found[known] = _propose(protocol, answers)
    return finding


def _propose(protocol: Protocol, answers: Answers) -> Finding:
    kinds, tables = answers.get(TYPE), protocol.tables
    if kinds:
        plays = [_play(tables.of(kind), answers) for kind in kinds]
    else:
        plays = [_play(tables.untold if kinds is None else tables.typeless, answers)]
    _answer_for(plays, answers)
    least = most = NOTHING
    for play in plays:
        rank = play.table.rows.rank
        sure, possible = rank(play.holding), rank(play.holding | play.could)
        if sure > least:
            least = sure
        if possible > most:
            most = possible
        if play.gap > most:
            most = play.gap
    if most == NOTHING:
        return Finding(protocol, None)
    open = _open(plays, answers, least) if most > least else NO_FACTS
    return Finding(protocol, protocol.levels[most], tuple(plays), open, _gap(plays, most))


def _gap(plays: list[Play], most: int) -> bool:
    """Whether rows of a type count of which none holds or could."""
    for play in plays:
        if play.gap == most:
            own = play.table.own
            if own and not own & play.could:
                return True
    return False


def _open(plays: list[Play], answers: Answers, least: int) -> frozenset[str]:
    """The facts that decide about what could come above the least."""
    facts: list[str] = []
    for play in plays:
        table = play.table
        counts = table.rows.above(least) | (table.own if play.gap > least else 0)
        facts += table.rows.open(play.could & counts, answers)
        if table.asks_type:
            facts.append(TYPE)
    return frozenset(facts)


def _play(table: Table, answers: Answers) -> Play:
    """Which rows hold, and which could."""
    holding, could = table.rows.read(answers)
    play = Play(table, holding, could, NOTHING if holding & table.own else table.highest)
    if table.otherwise or not table.whole:
        _last(play, table.own, table.own)
        if not table.whole:
            play.could |= play.holding & table.own
            play.holding &= ~table.own
        _last(play, table.general, table.own | table.general)
    return play


def _last(play: Play, rows: int, others: int) -> None:
    """Let a row hold "otherwise" only where no other one does."""
    last = rows & play.table.otherwise
    others &= ~last
    if play.holding & others:
        play.holding, play.could = play.holding & ~last, play.could & ~last
    elif play.could & others:
        play.holding, play.could = play.holding & ~last, play.could | play.holding & last


def _answer_for(plays: list[Play], answers: Answers) -> None:
    """Take out the minimums for which rows answer.

    A row that names a declared fact itself answers for it, in its own protocol.
    """
    declaring = [play for play in plays if play.holding & play.table.declaring]
    if not declaring:
        return
    answered: dict[str, frozenset[str]] = {}
    for play in declaring:
        for row in play.table.rows.of(play.holding & play.table.declaring):
            for condition in row.declares:
                known = answered.get(condition.fact, NO_FACTS)
                answered[condition.fact] = known | condition.values
    for play in plays:
        rows = play.table.rows
        spare = rows.those(lambda row: _answered_for(row, answered, answers)) & play.table.minimums
        play.holding, play.could = play.holding & ~spare, play.could & ~spare


def _answered_for(row: Row, answered: dict[str, frozenset[str]], answers: Answers) -> bool:
    return any(
        condition.fact in answered
        and condition.values & answers.get(condition.fact, NO_FACTS) <= answered[condition.fact]
        for condition in row.when
    )
