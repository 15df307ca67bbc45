"""From facts to verdict: the only path.

Each rule is one function that gives reasons or none; the verdict leaves what all of them leave.
The floor is what the database guard enforces too; a protocol can take from it, never add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from .facts import Facts
from .protocol import Protocol
from .scale import ALL, Exposure, Level
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


def decide(protocols: Iterable[Protocol], facts: Facts, today: date) -> Verdict:
    """How exposed a dataset may be.

    :param protocols: those that apply to it, in any order; none leaves the floor alone
    :param facts: what is known of it; what is unknown counts as the strictest
    :param today: the day the verdict is for
    """
    spoken = (rule(facts) for rule in FLOOR)
    reasons = [reason for reason in spoken if reason]
    reasons.extend(_protocol_reasons(protocols, facts, today))
    return Verdict(tuple(reasons))


def default_exposure(protocols: Iterable[Protocol], facts: Facts, today: date) -> Exposure:
    """The exposure of a dataset for which nobody asked for one: the narrowest default."""
    if facts.level is None:
        return Exposure.MEMBERS
    of_level = facts.level
    defaults = [p.rule(of_level).default for p in protocols if _in_force(p, today)]
    return min(defaults, default=Exposure.MEMBERS)


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


def _protocol_reasons(protocols: Iterable[Protocol], facts: Facts, today: date) -> Iterator[Reason]:
    if facts.level is None:
        return
    for protocol in protocols:
        if _in_force(protocol, today):
            rule = protocol.rule(facts.level)
            yield Reason(Code.LEVEL, rule.exposures, facts.level, protocol)


def _in_force(protocol: Protocol, today: date) -> bool:
    return protocol.valid_from is None or protocol.valid_from <= today
