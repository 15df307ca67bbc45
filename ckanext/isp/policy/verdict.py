"""What a verdict is made of: reasons, each with the exposures that it leaves."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .protocol import Protocol
from .scale import Exposure, Level


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
    """

    code: Code
    allows: frozenset[Exposure]
    level: Level | None = None
    protocol: Protocol | None = None


@dataclass(frozen=True)
class Verdict:
    """The exposures that a dataset may have, and why. No reason means members only."""

    reasons: tuple[Reason, ...]

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
