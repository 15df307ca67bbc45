"""Which rows of a protocol speak of a type of data, and which of them stand.

In a set of rows the highest is the lowest bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .answers import UNLISTED, Answers
from .compiled import Group, Groups

if TYPE_CHECKING:
    from .protocol import Row

NOTHING = -1


class Rows:
    """Rows that are read together, the highest first."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: row.order))
        groups: list[Group] = [row.when for row in self._rows]
        self._excepted = tuple(
            (1 << place, _added(groups, row.unless))
            for place, row in enumerate(self._rows)
            if row.unless
        )
        self._groups = Groups(groups)
        self._all = self.those(lambda row: True)
        self._ranks = (NOTHING, *(row.rank for row in self._rows))
        ranks = range(NOTHING, max(self._ranks) + 1)
        self._above = {rank: self._higher(rank) for rank in ranks}
        facts = dict.fromkeys(fact for row in self._rows for fact in row.facts)
        self._asking = tuple((fact, self._upon(fact)) for fact in facts)

    def read(self, answers: Answers) -> tuple[int, int]:
        """The rows whose conditions are met, and those that could be."""
        contradicted, left = self._groups.tried(answers)
        for row, unless in self._excepted:
            standing = unless & ~contradicted
            if standing & ~left:
                contradicted |= row
            elif standing:
                left |= row
        stand = self._all & ~contradicted
        could = stand & left
        return stand ^ could, could

    def those(self, which: Callable[[Row], bool]) -> int:
        return sum(1 << place for place, row in enumerate(self._rows) if which(row))

    def among(self, some: Sequence[Row]) -> int:
        return self.those(lambda row: any(row is one for one in some))

    def of(self, rows: int) -> list[Row]:
        return [row for place, row in enumerate(self._rows) if rows >> place & 1]

    def rank(self, rows: int) -> int:
        """How high the highest of them is."""
        return self._ranks[(rows & -rows).bit_length()]

    def above(self, rank: int) -> int:
        """Those that are higher than this."""
        return self._above.get(rank, 0)

    def open(self, rows: int, answers: Answers) -> list[str]:
        """What they look at and nobody answered."""
        return [fact for fact, asking in self._asking if asking & rows and fact not in answers]

    def _higher(self, rank: int) -> int:
        return self.those(lambda row: row.rank > rank)

    def _upon(self, fact: str) -> int:
        return self.those(lambda row: fact in row.facts)


class Table:
    """All rows that bear upon data of a type.

    :param own: the rows of the type
    :param general: those of any type
    :param minimums: what a declaration makes the level at least
    :param whole: the own rows are of the type, or of one that it lies under; else they are of types
        under it, and which of them it is has to be asked
    :param highest: how high data can be where there are no own rows
    """

    def __init__(
        self,
        own: Sequence[Row],
        general: Sequence[Row],
        minimums: Sequence[Row],
        *,
        whole: bool = True,
        highest: int = NOTHING,
    ) -> None:
        self.written, self.whole = tuple(own), whole
        self.rows = rows = Rows((*own, *general, *minimums))
        self.own, self.general, self.minimums = map(rows.among, (own, general, minimums))
        self.otherwise = rows.those(lambda row: row.otherwise) & ~self.minimums
        self.declaring = rows.those(lambda row: bool(row.declares)) & ~self.minimums
        self.highest = max((row.rank for row in own), default=highest)
        self.asks_type = not whole and self.highest > NOTHING


class Tables:
    """The tables of a protocol, by type.

    :ivar untold: where nobody said which type it is: it could be the highest
    :ivar typeless: where it was answered that it is of none
    """

    def __init__(
        self,
        by_type: Mapping[str, tuple[Row, ...]],
        general: tuple[Row, ...],
        minimums: tuple[Row, ...],
    ) -> None:
        self._general, self._minimums = general, minimums
        highest = max((row.rank for rows in by_type.values() for row in rows), default=NOTHING)
        self.untold = Table((), (), minimums, whole=False, highest=highest)
        self.typeless = Table((), (), minimums)
        self._unlisted = self._table((), whole=False)
        self._tables = {kind: self._table(rows) for kind, rows in by_type.items()}
        self._tables[UNLISTED] = self._unlisted
        for whole in {whole for kind in by_type for whole in _wholes(kind)}:
            if self.of(whole) is self._unlisted:
                under = [rows for kind, rows in by_type.items() if kind.startswith(f"{whole}.")]
                rows = [row for of in under for row in of]
                self._tables[whole] = self._table(rows, whole=False)

    def of(self, kind: str) -> Table:
        """The table of a type, or of the nearest listed one that it lies under."""
        own = self._tables.get(kind)
        if own:
            return own
        tables = (self._tables.get(whole) for whole in _wholes(kind))
        return next((table for table in tables if table and table.whole), self._unlisted)

    def _table(self, own: Sequence[Row], *, whole: bool = True) -> Table:
        general = () if own is self._general else self._general
        return Table(own, general, self._minimums, whole=whole)


def _wholes(kind: str) -> Iterator[str]:
    """What a type lies under, the nearest first."""
    while kind := kind.rpartition(".")[0]:
        yield kind


def _added(groups: list[Group], more: Sequence[Group]) -> int:
    """The set of those that are added."""
    groups += more
    return (1 << len(groups)) - (1 << len(groups) - len(more))
