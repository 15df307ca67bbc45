"""From facts to verdict: the only path.

Each rule is one function that gives reasons or none; the verdict leaves what all of them leave.
The floor is what the database guard enforces too; a protocol can take from it, never add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from .answers import ONWARD, PLACE
from .facts import Facts
from .propose import NO_FACTS, Finding, propose
from .protocol import Protocol
from .scale import ALL, Exposure, Level, Onward
from .verdict import Code, Reason, Verdict

Rule = Callable[[Facts], Reason | None]

MEMBERS_ONLY = frozenset({Exposure.MEMBERS})
FOUND_NOT_OPEN = MEMBERS_ONLY | {Exposure.ON_REQUEST}
FLOOR_OF = {
    Level.LOW: ALL,
    Level.MODERATE: FOUND_NOT_OPEN,
    Level.HIGH: FOUND_NOT_OPEN,
    Level.SEVERE: MEMBERS_ONLY,
}
_ONWARD = frozenset({ONWARD})
ONWARD_OF = {
    Onward.NOBODY: MEMBERS_ONLY,
    Onward.SECTOR: FOUND_NOT_OPEN,
    Onward.HUMANITARIAN: FOUND_NOT_OPEN,
    Onward.PUBLIC: ALL,
}


def decide(protocols: Iterable[Protocol], facts: Facts, today: date) -> Verdict:
    """How exposed a dataset may be.

    :param protocols: those of the portal, in any order; which of them apply follows from the facts
    :param facts: what is known of it; what is unknown counts as the strictest
    :param today: the day the verdict is for
    """
    reasons = [reason for rule in FLOOR if (reason := rule(facts))]
    bound = _bound(protocols, facts, today)
    apply = tuple([protocol for protocol, _covers in bound])
    findings = tuple([_find(*one, facts) for one in bound]) if facts.asked else ()
    reasons += _protocol_reasons(apply, findings, facts)
    reasons += _sender_reasons(apply, facts)
    return Verdict(tuple(reasons), findings, _unsaid(apply, facts), apply)


def applying(protocols: Iterable[Protocol], facts: Facts, today: date) -> tuple[Protocol, ...]:
    """The protocols that bind a dataset on that day.

    Where somebody was asked, those that could cover it count too; a level that was stated outright
    is bound by those that do. The stand-in fills the place of a response's own protocol.
    """
    return tuple([protocol for protocol, _covers in _bound(protocols, facts, today)])


def _bound(
    protocols: Iterable[Protocol], facts: Facts, today: date
) -> list[tuple[Protocol, bool | None]]:
    """The protocols that apply, and whether they cover the dataset or only could."""
    bound: list[tuple[Protocol, bool | None]] = []
    for protocol in protocols:
        if protocol.in_force(today):
            covers = protocol.scope.covers(facts.known)
            if covers or (covers is None and facts.asked):
                bound.append((protocol, covers))
    if any(protocol.stand_in for protocol, _covers in bound):
        own = [p for p, covers in bound if covers and p.scope.kind.system_wide]
        if own and _everywhere(own, facts):
            return [one for one in bound if not one[0].stand_in]
    return bound


def unclassified(facts: Facts) -> Reason | None:
    """Data that nobody classified stays with its organisation (R61)."""
    if facts.level is not None or facts.exempt:
        return None
    if not facts.active:
        return Reason(Code.NOT_PUBLISHED, ALL)
    return Reason(Code.UNCLASSIFIED, MEMBERS_ONLY)


def exempt(facts: Facts) -> Reason | None:
    """A page about data that holds none (a showcase) is no dataset."""
    return Reason(Code.EXEMPT, ALL) if facts.exempt else None


def level(facts: Facts) -> Reason | None:
    """Public, Restricted, Confidential, Strictly Confidential (R37-R40)."""
    if facts.level is None:
        return None
    return Reason(Code.LEVEL, FLOOR_OF[facts.level], facts.level)


def holds_resources(facts: Facts) -> Reason | None:
    """A resource of a dataset that everyone finds is everyone's: on request holds none (R20)."""
    if not facts.holds_resources:
        return None
    return Reason(Code.HOLDS_RESOURCES, ALL - {Exposure.ON_REQUEST})


def needs_owner(facts: Facts) -> Reason | None:
    """Strictly Confidential data has somebody who answers for it."""
    if facts.level is Level.SEVERE and not facts.owned:
        return Reason(Code.NEEDS_OWNER, frozenset(), Level.SEVERE)
    return None


FLOOR: tuple[Rule, ...] = (unclassified, exempt, level, holds_resources, needs_owner)


def _protocol_reasons(
    protocols: tuple[Protocol, ...], findings: tuple[Finding, ...], facts: Facts
) -> Iterator[Reason]:
    level = facts.level
    if level is None:
        return
    found = [finding.rule for finding in findings] or [None] * len(protocols)
    for protocol, its in zip(protocols, found, strict=True):
        rule = protocol.rule(level, its)
        if rule:
            yield Reason(Code.LEVEL, rule.exposures, level, protocol, rule)


def _find(protocol: Protocol, covers: bool | None, facts: Facts) -> Finding:
    """What a protocol says; whether it covers the dataset at all is an open question too."""
    finding = propose(protocol, facts.known)
    if covers:
        return finding
    return finding._replace(open=finding.open | protocol.scope.open(facts.known))


def _sender_reasons(protocols: tuple[Protocol, ...], facts: Facts) -> Iterator[Reason]:
    """Who gave the data says how far it may be shared further (Niger, Protection)."""
    said = facts.known.get(ONWARD)
    if said is None:
        return
    onward = Onward.said(said)
    for protocol in protocols:
        if protocol.sender_decides:
            yield Reason(Code.ONWARD, ONWARD_OF[onward], None, protocol, onward=onward)


def _unsaid(protocols: tuple[Protocol, ...], facts: Facts) -> frozenset[str]:
    """What those who gave the data have to be asked, where a protocol lets them decide."""
    if facts.asked and ONWARD not in facts.known:
        for protocol in protocols:
            if protocol.sender_decides:
                return _ONWARD
    return NO_FACTS


def _everywhere(own: list[Protocol], facts: Facts) -> bool:
    """Whether every place of a dataset lies in one of these protocols."""
    places = facts.known.get(PLACE)
    if places and len(places) == 1:
        return True
    if places is None:
        return any(not protocol.scope.places for protocol in own)
    each = ({**facts.known, PLACE: frozenset({place})} for place in places)
    return all(any(protocol.scope.covers(one) for protocol in own) for one in each)
