"""Changing which protocols are in force: proposed by one person, decided by another (R22, R31).

Activating or retiring one tightens the catalogue in the same transaction, and loosens nothing.
Undoing gives back what that act itself took, as far as nobody has touched it since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import ProtocolDecision, ProtocolInForce, ProtocolProposal
from ..policy.event import Event
from . import giving_back, impact, protocols, record, tightening
from .act import Act
from .impact import Step
from .protocol_plan import (
    ACTIVATE,
    RETIRE,
    UNDO,
    Plan,
    Stopped,
    Why,
    World,
    activated_by,
    carried_out,
    decision_on,
    last_decider,
    planned,
    simulated,
    speaking,
    version,
)
from .protocols import Kept
from .tightening import Cause

PATIENCE_SECONDS = 10
LOCK_NOT_AVAILABLE = "55P03"

# nobody writes datasets meanwhile, and who read the protocols to write one has written it
_LOCK = "SET LOCAL lock_timeout = {}; LOCK TABLE package IN EXCLUSIVE MODE"
_LOCKED = sa.text("SET LOCAL lock_timeout TO DEFAULT")
_EVENTS = {
    ACTIVATE: Event.PROTOCOL_ACTIVATED,
    RETIRE: Event.PROTOCOL_RETIRED,
    UNDO: Event.PROTOCOL_UNDONE,
}


def propose(
    session: Session, act: Act, kind: str, kept: Kept, world: World, undoes: int | None = None
) -> ProtocolProposal:
    """Ask for a second person's decision; nothing changes until then.

    :param act: who proposes; its reason is what the second person reads
    :param undoes: the proposal that is to be undone
    :raises Stopped: where it cannot be done
    """
    plan = planned(session, kind, kept, undoes, world)
    _not_waiting(session, kind, kept.id, undoes)
    # the second person reads what it comes to on its first day
    step = simulated(session, kept, kind, world) if kind == ACTIVATE else plan.step
    told = impact.count(session, step).told()
    if undoes is not None:
        told["back"] = sum(
            1 for _ in giving_back.backs(session, carried_out(session, undoes), plan.step)
        )
    told["before"] = plan.before.id if plan.before else None
    event = record.add(
        session,
        Event.PROTOCOL_PROPOSED,
        replace(act, protocol=kept.document.protocol),
        details={"act": kind},
    )
    proposal = ProtocolProposal(
        act=kind,
        protocol_id=kept.id,
        undoes=undoes,
        reason=act.reason,
        impact=told,
        requested_by=act.user_id,
        event_id=event.id,
    )
    session.add(proposal)
    session.flush()
    return proposal


def refuse(session: Session, act: Act, proposal_id: int, world: World) -> ProtocolDecision:
    """Decide that nothing changes; with a reason.

    :raises Stopped: where somebody has decided
    """
    proposal = _undecided(session, proposal_id)
    kept = version(session, proposal.protocol_id)
    event = record.add(
        session,
        Event.PROTOCOL_REFUSED,
        replace(act, protocol=kept.document.protocol),
        details={"proposal": proposal.id, "act": proposal.act},
    )
    return _decision(session, act, proposal, event.id, world, approved=False)


def approve(
    session: Session, act: Act, proposal_id: int, world: World, holding: Callable[[], str]
) -> tuple[ProtocolDecision, dict[str, Any]]:
    """Put a proposal into force and tighten the catalogue, all or nothing.

    :param holding: gives the id of the organisation that takes what may not be open and has none
    :returns: the decision, and what changed
    :raises Stopped: where something else came first; the transaction has to be rolled back
    """
    _lock(session)
    proposal = _undecided(session, proposal_id)
    kept = version(session, proposal.protocol_id)
    plan = planned(session, proposal.act, kept, proposal.undoes, world)
    if proposal.impact["before"] != (plan.before.id if plan.before else None):
        raise Stopped(Why.OVERTAKEN, last_decider(session, plan.key))
    by = replace(act, protocol=kept.document.protocol, reason=proposal.reason)
    told = {"proposal": proposal.id, "undoes": proposal.undoes}
    event = record.add(session, _EVENTS[proposal.act], by, details=told)
    before = plan.before.id if plan.before else None
    decision = _decision(session, act, proposal, event.id, world, approved=True, before=before)
    _put(session, plan, world)
    back: frozenset[str] = frozenset()
    if proposal.undoes is not None:
        undone = carried_out(session, proposal.undoes)
        back = giving_back.give_back(session, by, undone, proposal, event.id, plan.step)
    cause = Cause(proposal.id, event.id)
    counts = tightening.tighten(session, by, cause, plan.step, holding, back)
    return decision, {**counts.told(), "back": len(back)}


def begin(
    session: Session, act: Act, world: World, holding: Callable[[], str]
) -> list[tuple[Kept, dict[str, Any]]]:
    """Tighten the catalogue for versions that were activated ahead, once their first day has come.

    :returns: these versions, each with what changed; all but the first find nothing left to do
    :raises Stopped: where somebody else is changing the protocols
    """
    if not due(session, world.today):
        return []
    _lock(session)
    now = speaking(protocols.in_force(session, world.today))
    step = Step(now, now, world.today, world.places)
    begun = []
    for row in due(session, world.today):
        kept = version(session, row.protocol_id)
        by = replace(act, protocol=kept.document.protocol)
        event = record.add(session, Event.PROTOCOL_BEGUN, by)
        cause = Cause(activated_by(session, row.protocol_id), event.id)
        begun.append((kept, tightening.tighten(session, by, cause, step, holding).told()))
        row.begins = row.before_id = None
    session.flush()
    return begun


def due(session: Session, today: dt.date) -> list[ProtocolInForce]:
    """Versions whose first day has come, and for which the catalogue has not been tightened."""
    query = sa.select(ProtocolInForce).where(ProtocolInForce.begins <= today)
    query = query.order_by(ProtocolInForce.key).execution_options(populate_existing=True)
    return list(session.scalars(query))


def listed(session: Session, proposal_id: int | None = None) -> list[tuple[Any, Any]]:
    """Proposals with their decisions, or None for those that wait: these first, then the newest."""
    query = (
        sa.select(ProtocolProposal, ProtocolDecision)
        .outerjoin(ProtocolDecision, ProtocolDecision.proposal_id == ProtocolProposal.id)
        .order_by(ProtocolDecision.proposal_id.is_not(None), ProtocolProposal.id.desc())
    )
    if proposal_id is not None:
        query = query.where(ProtocolProposal.id == proposal_id)
    return [(proposal, decision) for proposal, decision in session.execute(query).tuples()]


def _lock(session: Session) -> None:
    try:
        session.execute(sa.text(_LOCK.format(int(PATIENCE_SECONDS * 1000))))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise Stopped(Why.BUSY) from None
    session.execute(_LOCKED)


def _put(session: Session, plan: Plan, world: World) -> None:
    """Make the chosen version the one in force."""
    session.execute(sa.delete(ProtocolInForce).where(ProtocolInForce.key == plan.key))
    if plan.chosen:
        told = {
            "protocol_id": plan.chosen.id,
            "before_id": plan.until_then.id if plan.until_then else None,
            "begins": None
            if protocols.begun(plan.chosen, world.today)
            else plan.chosen.document.protocol.valid_from,
            "since": world.now,
        }
        session.execute(sa.insert(ProtocolInForce).values(key=plan.key, **told))


def _undecided(session: Session, proposal_id: int) -> ProtocolProposal:
    """A proposal that waits, locked until somebody has decided."""
    proposal = session.get_one(ProtocolProposal, proposal_id, with_for_update=True)
    decision = decision_on(session, proposal_id)
    if decision:
        raise Stopped(Why.DECIDED, decision.decided_by)
    return proposal


def _decision(
    session: Session,
    act: Act,
    proposal: ProtocolProposal,
    event_id: int,
    world: World,
    *,
    approved: bool,
    before: int | None = None,
) -> ProtocolDecision:
    """Keep a decision; the database refuses one by the person who proposed."""
    decision = ProtocolDecision(
        proposal_id=proposal.id,
        requested_by=proposal.requested_by,
        decided_by=act.user_id,
        approved=approved,
        reason=act.reason,
        before_id=before,
        decided_at=world.now,
        event_id=event_id,
    )
    session.add(decision)
    session.flush()
    return decision


def _not_waiting(session: Session, kind: str, protocol_id: int, undoes: int | None) -> None:
    for proposal, decision in listed(session):
        same = (proposal.act, proposal.protocol_id, proposal.undoes) == (kind, protocol_id, undoes)
        if same and decision is None:
            raise Stopped(Why.WAITING, proposal.requested_by)
