"""From facts to verdict: the only path.

Each rule is one function that gives reasons or none; the verdict leaves what all of them leave.
The floor is what the database guard enforces too; a protocol can take from it, never add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from .answers import ONWARD, PLACE
from .facts import Facts
from .propose import Finding, propose
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
    spoken = (rule(facts) for rule in FLOOR)
    reasons = [reason for reason in spoken if reason]
    apply = applying(protocols, facts, today)
    findings = tuple(_find(protocol, facts) for protocol in apply) if facts.asked else ()
    reasons.extend(_protocol_reasons(apply, findings, facts))
    reasons.extend(_sender_reasons(apply, facts))
    return Verdict(tuple(reasons), findings, _unsaid(apply, facts), apply)


def applying(protocols: Iterable[Protocol], facts: Facts, today: date) -> tuple[Protocol, ...]:
    """The protocols that bind a dataset on that day.

    Where somebody was asked, those that could cover it count too; a level that was stated outright
    is bound by those that do. The stand-in fills the place of a response's own protocol.
    """
    covering, own = [], []
    for protocol in protocols:
        if not protocol.in_force(today):
            continue
        covers = protocol.scope.covers(facts.known)
        if covers or (covers is None and facts.asked):
            covering.append(protocol)
        if covers and protocol.scope.kind.system_wide:
            own.append(protocol)
    if own and _everywhere(own, facts):
        covering = [protocol for protocol in covering if not protocol.stand_in]
    return tuple(covering)


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
    if facts.level is None:
        return
    found = {id(finding.protocol): finding.rule for finding in findings}
    for protocol in protocols:
        rule = protocol.rule(facts.level, found.get(id(protocol)))
        if rule:
            yield Reason(Code.LEVEL, rule.exposures, facts.level, protocol, rule)


def _find(protocol: Protocol, facts: Facts) -> Finding:
    """What a protocol says; whether it covers the dataset at all is an open question too."""
    finding = propose(protocol, facts.known)
    unknown = protocol.scope.open(facts.known)
    return replace(finding, open=finding.open | unknown) if unknown else finding


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
    asks = facts.asked and ONWARD not in facts.known
    return frozenset({ONWARD} if asks and any(p.sender_decides for p in protocols) else ())


def _everywhere(own: list[Protocol], facts: Facts) -> bool:
    """Whether every place of a dataset lies in one of these protocols."""
    places = facts.known.get(PLACE)
    if places is None:
        return any(not protocol.scope.places for protocol in own)
    each = ({**facts.known, PLACE: frozenset({place})} for place in places)
    return all(any(protocol.scope.covers(one) for protocol in own) for one in each)
