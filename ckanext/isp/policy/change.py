"""What a change of the protocols in force does to a dataset. It takes, and never gives."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from .decide import decide
from .facts import Stored
from .protocol import Protocol
from .scale import Exposure, Level, rank
from .verdict import Verdict


class Effect(enum.Enum):
    """What becomes of a dataset. Loosening is only told: what is stored stays."""

    TIGHTEN = "tighten"
    LOOSEN = "loosen"
    SAME = "same"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True)
class Change:
    """A dataset once the protocols have changed.

    :param level: what is stored then
    :param exposure: what is stored then
    :param proposed: what its answers give then; None where nobody answered
    :param bound_before: what the protocols that block asked for before
    :param to_holding: it may not be open, and has no organisation
    :param cited: the protocol to name
    """

    effect: Effect
    level: Level | None
    exposure: Exposure
    proposed: Level | None = None
    bound_before: Level | None = None
    to_holding: bool = False
    cited: Protocol | None = None


def change(
    stored: Stored,
    before: Sequence[Protocol],
    after: Sequence[Protocol],
    today: date,
    *,
    lowered: bool = False,
) -> Change:
    """What becomes of a dataset when other protocols speak.

    Its level rises to what the answers give under those that block. Its exposure narrows to what
    the verdict leaves, as a raise would narrow it.

    :param before: those that speak now
    :param after: those that will
    :param lowered: a second person lowered it to its level: it stays there until more is asked for
        than before
    """
    facts = replace(stored.facts, owned=True)
    was, now = decide(before, facts, today), decide(after, facts, today)
    level = facts.level
    enough = max(rank(was.bound), rank(level)) if lowered else rank(level)
    if rank(now.bound) > enough:
        level = now.bound
    seen = Change(Effect.SAME, level, stored.exposure, now.proposed, was.bound, cited=now.cited)
    if level is None:
        return seen if facts.exempt else replace(seen, effect=Effect.UNCLASSIFIED)
    verdict = now if level is facts.level else decide(after, replace(facts, level=level), today)
    exposure = narrowed(stored.exposure, verdict)
    if (level, exposure) == (facts.level, stored.exposure):
        return replace(seen, effect=Effect.LOOSEN) if _loosened(level, was, now) else seen
    return replace(
        seen,
        effect=Effect.TIGHTEN,
        exposure=exposure,
        to_holding=not stored.facts.owned and not exposure.public,
        cited=verdict.cited,
    )


def narrowed(exposure: Exposure, verdict: Verdict) -> Exposure:
    """The exposure that is left: the same, the level's default, or members only; never wider."""
    if verdict.allows(exposure):
        return exposure
    least = min(exposure, verdict.default)
    return least if verdict.allows(least) else Exposure.MEMBERS


def _loosened(level: Level, was: Verdict, now: Verdict) -> bool:
    """Whether its level could be lowered, or its exposure widened, and could not before."""
    if now.proposed and now.proposed < level and now.proposed < (was.proposed or level):
        return True
    return max(now.allowed, default=Exposure.MEMBERS) > max(was.allowed, default=Exposure.MEMBERS)
