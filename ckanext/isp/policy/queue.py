"""How a reviewer's requests are sorted, and how HDX names the same states."""

from __future__ import annotations

import enum

from .request import State


class Tray(enum.Enum):
    """Where a request lies for those who look after it."""

    NEW = "new"
    OVERDUE = "overdue"
    WAITING = "waiting"
    HELD = "held"
    DUE = "due"
    ARCHIVE = "archive"


# the states of each; what is new and what is overdue are both submitted
STATES = {
    Tray.NEW: (State.SUBMITTED,),
    Tray.OVERDUE: (State.SUBMITTED,),
    Tray.WAITING: (State.SUBMITTED, State.RETURNED, State.APPROVED),
    Tray.HELD: (State.GRANTED,),
    Tray.DUE: (State.DUE,),
    # what stays expired or revoked was never received: nothing has to be destroyed
    Tray.ARCHIVE: (
        State.DECLINED,
        State.WITHDRAWN,
        State.EXPIRED,
        State.REVOKED,
        State.ATTESTED,
    ),
}


class Hdx(enum.Enum):
    """HDX Connect's names for how far a request is."""

    NEW = "new"
    OPEN = "open"
    ARCHIVE = "archive"


def hdx(state: State) -> Hdx:
    """The name that HDX has for a state; one that is not sent has none there and counts as new."""
    if state in (State.DRAFT, State.SUBMITTED, State.RETURNED):
        return Hdx.NEW
    return Hdx.OPEN if state is State.APPROVED else Hdx.ARCHIVE
