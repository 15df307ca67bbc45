"""What somebody who asks may know of those who asked before: numbers, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .request import State
from .scale import Exposure

_APPROVED = frozenset(
    {
        State.APPROVED,
        State.GRANTED,
        State.EXPIRED,
        State.REVOKED,
        State.DUE,
        State.ATTESTED,
    }
)


class Outcomes(NamedTuple):
    """How many requests for a dataset were approved, whatever came of it then, and declined."""

    approved: int = 0
    declined: int = 0


def outcomes(others: Mapping[State, int], exposure: Exposure) -> Outcomes:
    """What came of the requests of others, for somebody who asks for the same dataset.

    Nothing is told where not everybody finds the dataset: that it was asked for is then for those
    who look after it.

    :param others: how many requests that were sent are in each state
    """
    if not exposure.public:
        return Outcomes()
    approved = sum(others.get(state, 0) for state in _APPROVED)
    return Outcomes(approved, others.get(State.DECLINED, 0))
