"""Whose agreement a request needs: that of the data's organisation, and what protocols add (R82).

Each demand of each protocol that applies has to be met: of one, and of the other (GBVIMS: of all).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .protocol import Decider, Protocol, Words
from .scale import Level
from .verdict import Verdict


class Demand(enum.Enum):
    """What kind of agreement is asked for."""

    OWNER = "owner"
    SECOND = "second"
    OFFICE = "office"
    ORGANISATION = "organisation"
    BODY = "body"


@dataclass(frozen=True)
class Agreement:
    """One agreement that is needed.

    :param of: the office's key, the organisation's name, or the protocol's words for a body
    :param words: as the protocol words it; empty for what holds everywhere
    :param protocol: the protocol that asks for it
    """

    demand: Demand
    of: str = ""
    words: Words | None = None
    protocol: Protocol | None = None

    @property
    def key(self) -> str:
        return f"{self.demand.value}:{self.of}" if self.of else self.demand.value

    @property
    def owners(self) -> bool:
        """Whether it is an administrator of the data's organisation who gives it."""
        return self.demand in (Demand.OWNER, Demand.SECOND)


def needed(verdict: Verdict, level: Level | None) -> dict[str, Agreement]:
    """The agreements that a request for a dataset needs, by key.

    An administrator of the organisation always; two of them for data that is Strictly Confidential
    (R40). A body that the protocol only describes gives its agreement outside of the portal, and
    whoever decides records it.
    """
    every = [Agreement(Demand.OWNER)]
    if level is None or level is Level.SEVERE:
        every.append(Agreement(Demand.SECOND))
    for reason in verdict.reasons:
        if reason.rule and reason.protocol:
            every += _of_protocol(reason.rule.deciders, reason.protocol)
    return {agreement.key: agreement for agreement in every}


def of_key(key: str) -> Agreement:
    """The agreement of that key, without the words of a protocol."""
    demand, _colon, of = key.partition(":")
    return Agreement(Demand(demand), of)


def missing(needed: Iterable[str], given: Mapping[str, str]) -> frozenset[str]:
    """The agreements that nobody gave yet.

    :param given: who gave which, by key
    """
    return frozenset(needed) - given.keys()


def gives(
    needed: Mapping[str, Agreement], given: Mapping[str, str], offices: Mapping[str, str], by: str
) -> dict[str, Agreement]:
    """What an agreement of somebody stands for.

    :param given: who gave which, by key
    :param offices: the keys that are theirs to give
    :returns: those that are still missing; of the organisation's two only one, by two people
    """
    owners = any(by == who for key, who in given.items() if key in needed and needed[key].owners)
    found: dict[str, Agreement] = {}
    for key, agreement in needed.items():
        if key in given or key not in offices or (agreement.owners and owners):
            continue
        found[key] = agreement
        owners = owners or agreement.owners
    return found


def _of_protocol(deciders: Iterable[Decider], protocol: Protocol) -> Iterator[Agreement]:
    for decider in deciders:
        if decider.office:
            yield Agreement(Demand.OFFICE, decider.office, decider.words, protocol)
        elif decider.of:
            for name in decider.of:
                yield Agreement(Demand.ORGANISATION, name, decider.words, protocol)
        else:
            said = next(iter(decider.words.values()))
            yield Agreement(Demand.BODY, said, decider.words, protocol)
