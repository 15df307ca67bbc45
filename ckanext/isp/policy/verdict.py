"""What a verdict is made of: reasons, each with the exposures that it leaves."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from .propose import Finding
from .protocol import Behaviour, LevelRule, Method, Protocol, Row
from .scale import Enforcement, Exposure, Level, Storage


class Code(enum.Enum):
    """Why an exposure is allowed or not. Every code has a sentence in each language."""

    UNCLASSIFIED = "unclassified"
    NOT_PUBLISHED = "not_published"
    EXEMPT = "exempt"
    LEVEL = "level"
    HOLDS_RESOURCES = "holds_resources"
    NEEDS_OWNER = "needs_owner"


@dataclass(frozen=True)
class Reason:
    """One ground of a verdict.

    :param code: which rule speaks
    :param allows: the exposures that this rule leaves
    :param level: the level that it speaks of, if any
    :param protocol: the protocol that it cites; None where the portal's own floor speaks
    :param rule: what that protocol says of the level
    """

    code: Code
    allows: frozenset[Exposure]
    level: Level | None = None
    protocol: Protocol | None = None
    rule: LevelRule | None = None


@dataclass(frozen=True)
class Verdict:
    """The exposures that a dataset may have, and why. No reason means members only.

    :param findings: what each protocol says of the answers; empty where nobody was asked
    :param protocols: those that apply
    """

    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...] = ()
    protocols: tuple[Protocol, ...] = ()

    @property
    def allowed(self) -> frozenset[Exposure]:
        if not self.reasons:
            return frozenset({Exposure.MEMBERS})
        return frozenset.intersection(*(reason.allows for reason in self.reasons))

    def allows(self, exposure: Exposure) -> bool:
        return exposure in self.allowed

    def against(self, exposure: Exposure) -> tuple[Reason, ...]:
        """The reasons that stand against an exposure."""
        return tuple(reason for reason in self.reasons if exposure not in reason.allows)

    @property
    def default(self) -> Exposure:
        """The exposure of a dataset for which nobody asked for one: the narrowest default."""
        return min((rule.default for rule in self.rules), default=Exposure.MEMBERS)

    @property
    def rules(self) -> tuple[LevelRule, ...]:
        """What each protocol says of the level."""
        return tuple(reason.rule for reason in self.reasons if reason.rule)

    @property
    def storage(self) -> Storage:
        """Where files may lie: the strictest of what the protocols say."""
        return min((rule.storage for rule in self.rules), default=Storage.RESTRICTED)

    @property
    def open(self) -> frozenset[str]:
        """The facts that could still change the level that the answers give."""
        return frozenset().union(*(finding.open for finding in self.findings))

    @property
    def proposed(self) -> Level | None:
        """The level that the answers give; None where no protocol lists what they describe.

        The highest that is still possible, and never the public one while a fact is open.
        """
        found = [finding.rule.level for finding in self.findings if finding.rule]
        if self.open:
            found.append(Level.MODERATE)
        return max(found, default=None)

    @property
    def bound(self) -> Level | None:
        """The level below which the answers may not be classified; None where they bind to none."""
        below = [level for level in Level if self.binding(level) is Enforcement.BLOCK]
        return Level(max(below) + 1) if below else None

    @property
    def cited(self) -> Protocol | None:
        """The protocol to name first: the one that gives the level, else the strictest about it,
        else the first that applies."""
        level = next((reason.level for reason in self.reasons if reason.protocol), None)
        deciding = next(self.deciding(), None)
        if deciding and level in (None, self.proposed):
            return deciding.protocol
        spoken = [reason for reason in self.reasons if reason.protocol]
        strictest = min(spoken, key=lambda reason: len(reason.allows), default=None)
        return strictest.protocol if strictest else next(iter(self.protocols), None)

    def binding(self, level: Level) -> Enforcement | None:
        """How binding the answers are against a level; None where they do not ask for more."""
        asking = (f.rule for f in self.findings if f.rule and f.rule.level > level)
        strictest = max((rule.enforcement for rule in asking), default=None)
        if strictest is None and self.open and level is Level.LOW:
            return Enforcement.BLOCK
        return strictest

    def deciding(self) -> Iterator[Finding]:
        """The findings that give the proposed level."""
        return (f for f in self.findings if f.rule and f.rule.level is self.proposed)

    def methods(self) -> Iterator[tuple[Protocol, Method]]:
        """The dissemination methods that all protocols allow, as each of them words them."""
        spoken = [reason for reason in self.reasons if reason.rule and reason.rule.methods]
        forbidden = frozenset().union(*(row.without for row in self._rows()))
        common = set(Behaviour)
        for reason in spoken:
            common &= {m.behaviour for m in (reason.rule.methods if reason.rule else ())}
        for reason in spoken:
            for method in reason.rule.methods if reason.rule else ():
                banned = {method.key, method.behaviour.value} & forbidden
                if method.behaviour in common and not banned and reason.protocol:
                    yield reason.protocol, method

    def _rows(self) -> Iterator[Row]:
        return (row for finding in self.findings for row in finding.rows)
