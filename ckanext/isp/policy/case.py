"""Breaches of a protocol and disputes about it: two ladders, never mixed (R54-R57)."""

from __future__ import annotations

import enum

from .scale import Onward


class Kind(enum.Enum):
    """What a case is about."""

    BREACH = "breach"
    DISPUTE = "dispute"


class Stage(enum.Enum):
    """Who deals with a case now."""

    BILATERAL = "bilateral"
    MEETING = "meeting"
    MECHANISM = "mechanism"
    HCT = "hct"
    SETTLED = "settled"


class By(enum.Enum):
    """In what role somebody has to do with a case."""

    HOLDER = "holder"
    PARTY = "party"
    MECHANISM = "mechanism"


LADDERS: dict[Kind, tuple[Stage, ...]] = {
    Kind.BREACH: (Stage.BILATERAL, Stage.MEETING),
    Kind.DISPUTE: (Stage.MECHANISM, Stage.HCT),
}
# whoever holds data and reported what went further tells and takes further, and settles nothing;
# what those concerned settle among themselves, or take further
OWN = frozenset({Stage.BILATERAL})


def begins(kind: Kind) -> Stage:
    """The first rung of a ladder."""
    return LADDERS[kind][0]


def onward(kind: Kind, stage: Stage, by: By) -> tuple[Stage, ...]:
    """Where somebody may take a case; empty where nowhere.

    The stage itself means a remark or another day; a rung is never skipped, and none is gone back.
    """
    if stage is Stage.SETTLED or (by is not By.MECHANISM and stage not in OWN):
        return ()
    ladder = LADDERS[kind]
    further = (stage, *ladder[ladder.index(stage) + 1 :][:1])
    return further if by is By.HOLDER else (*further, Stage.SETTLED)


def breaks_terms(agreed: Onward, receiver: Onward) -> bool:
    """Whether data went on to somebody whom the terms of its grant do not name (R85)."""
    return receiver > agreed
