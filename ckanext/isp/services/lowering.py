"""Lowering a level: proposed by one person, decided by another, used once, within days (R31)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ..model.tables import Lowering, LoweringDecision, LoweringUse
from ..policy.event import Event
from ..policy.scale import Level
from . import record
from .act import Act

MAX_DAYS = 30


def slug(level: Level | None) -> str:
    """How an absent level is stored in a proposal: as an empty text."""
    return level.slug if level else ""


def approved(session: Session, package_id: str, before: Level, after: Level | None) -> bool:
    """Whether an unused approval for exactly this lowering exists."""
    unused = (
        sa.select(Lowering.id)
        .join(LoweringDecision, LoweringDecision.lowering_id == Lowering.id)
        .outerjoin(LoweringUse, LoweringUse.lowering_id == Lowering.id)
        .where(
            Lowering.package_id == package_id,
            Lowering.from_level == slug(before),
            Lowering.to_level == slug(after),
            LoweringDecision.approved,
            LoweringDecision.expires_at > sa.func.clock_timestamp(),
            LoweringUse.lowering_id.is_(None),
        )
    )
    return session.execute(unused.limit(1)).first() is not None


def rests_on(session: Session, package_id: str, level: Level) -> int | None:
    """The approved proposal by which a dataset came down to a level; None where none is known."""
    query = (
        sa.select(LoweringUse.lowering_id)
        .join(Lowering, Lowering.id == LoweringUse.lowering_id)
        .where(Lowering.package_id == package_id, Lowering.to_level == level.slug)
        .order_by(LoweringUse.used_at.desc())
    )
    return session.scalar(query.limit(1))


def waiting(session: Session, package_id: str, before: Level, after: Level | None) -> bool:
    """Whether exactly this lowering has been proposed and nobody has decided."""
    undecided = (
        sa.select(Lowering.id)
        .outerjoin(LoweringDecision, LoweringDecision.lowering_id == Lowering.id)
        .where(
            Lowering.package_id == package_id,
            Lowering.from_level == slug(before),
            Lowering.to_level == slug(after),
            LoweringDecision.lowering_id.is_(None),
        )
    )
    return session.execute(undecided.limit(1)).first() is not None


def propose(
    session: Session, act: Act, package_id: str, before: Level, after: Level | None
) -> Lowering:
    """Ask for a second person's approval; nothing changes until then.

    :param act: who proposes; its reason is what the second person reads
    """
    event = record.add(
        session,
        Event.LOWERING_REQUESTED,
        act,
        package_id=package_id,
        level_before=before.slug,
        level_after=slug(after) or None,
    )
    proposal = Lowering(
        package_id=package_id,
        from_level=before.slug,
        to_level=slug(after),
        reason=act.reason,
        requested_by=act.user_id,
        event_id=event.id,
    )
    session.add(proposal)
    session.flush()
    return proposal


def decide(
    session: Session, act: Act, proposal: Lowering, *, approve: bool, now: dt.datetime, days: int
) -> LoweringDecision:
    """Record the second person's decision; the database refuses one by the same person.

    :param days: how long an approval can be used; at most 30
    """
    event = record.add(
        session,
        Event.LOWERING_APPROVED if approve else Event.LOWERING_REFUSED,
        act,
        package_id=proposal.package_id,
        level_before=proposal.from_level,
        level_after=proposal.to_level or None,
    )
    decision = LoweringDecision(
        lowering_id=proposal.id,
        requested_by=proposal.requested_by,
        decided_by=act.user_id,
        approved=approve,
        reason=act.reason,
        decided_at=now,
        expires_at=now + dt.timedelta(days=min(days, MAX_DAYS)),
        event_id=event.id,
    )
    session.add(decision)
    session.flush()
    return decision


def find(session: Session, proposal_id: int) -> Lowering | None:
    """A proposal, locked until the decision about it is committed."""
    return session.get(Lowering, proposal_id, with_for_update=True)


def listed(
    session: Session,
    package_ids: list[str] | None,
    now: dt.datetime,
    *,
    proposal_id: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Any]:
    """Proposals with their decisions: those that wait first, then the newest.

    :param package_ids: of these datasets; None for all
    :param proposal_id: this one only
    """
    query = (
        sa.select(Lowering, LoweringDecision, LoweringUse, model.Package)
        .outerjoin(LoweringDecision, LoweringDecision.lowering_id == Lowering.id)
        .outerjoin(LoweringUse, LoweringUse.lowering_id == Lowering.id)
        .outerjoin(model.Package, model.Package.id == Lowering.package_id)
        .order_by(LoweringDecision.lowering_id.is_not(None), Lowering.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if package_ids is not None:
        query = query.where(Lowering.package_id.in_(package_ids))
    if proposal_id is not None:
        query = query.where(Lowering.id == proposal_id)
    return [told(p, d, u, k, now) for p, d, u, k in session.execute(query).tuples()]


def told(
    proposal: Lowering,
    decision: LoweringDecision | None,
    use: LoweringUse | None,
    package: Any,
    now: dt.datetime,
) -> dict[str, Any]:
    """A proposal as scripts and pages read it; its state follows from its rows."""
    return {
        "id": proposal.id,
        "package_id": proposal.package_id,
        "package": _told_of(package) if package else None,
        "from": proposal.from_level,
        "to": proposal.to_level or None,
        "reason": proposal.reason,
        "requested_by": proposal.requested_by,
        "requested_at": proposal.requested_at.isoformat(),
        "state": _state(decision, use, now),
        "decided_by": decision.decided_by if decision else None,
        "decided_at": decision.decided_at.isoformat() if decision else None,
        "decision_reason": decision.reason if decision else None,
        "expires_at": decision.expires_at.isoformat() if decision and decision.approved else None,
    }


def _told_of(package: Any) -> dict[str, str]:
    return {"name": package.name, "title": package.title or package.name}


def _state(decision: LoweringDecision | None, use: LoweringUse | None, now: dt.datetime) -> str:
    if decision is None:
        return "pending"
    if not decision.approved:
        return "refused"
    if use is not None:
        return "used"
    return "approved" if decision.expires_at > now else "expired"
