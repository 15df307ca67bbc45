"""Changing which protocols are in force: proposed by one person, decided by another (R22, R31).

Activating or retiring one tightens the catalogue in the same transaction, and loosens nothing.
Undoing gives back what that act itself took, as far as nobody has touched it since.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import ProtocolDecision, ProtocolInForce, ProtocolProposal
from ..policy.event import Event
from ..policy.protocol import Status
from . import giving_back, impact, protocols, record, tightening
from .act import Act
from .impact import Step
from .protocols import Kept
from .tightening import Cause

ACTIVATE, RETIRE, UNDO = "activate", "retire", "undo"
ACTS = (ACTIVATE, RETIRE, UNDO)
UNDO_DAYS = 14
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


class Why(enum.Enum):
    """Why a change is not proposed or decided. Every one has a sentence in each language."""

    DRAFT = "draft"
    LISTED = "listed"
    SUPERSEDED = "superseded"
    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"
    SAME_VERSION = "same_version"
    WAITING = "waiting"
    DECIDED = "decided"
    OVERTAKEN = "overtaken"
    NOT_DONE = "not_done"
    UNDONE = "undone"
    TOO_LATE = "too_late"
    BUSY = "busy"


class Stopped(Exception):
    """A change that cannot be made now.

    :param by: the user who made it so, where somebody did
    """

    def __init__(self, why: Why, by: str | None = None) -> None:
        super().__init__(why.value)
        self.why, self.by = why, by


@dataclass(frozen=True)
class World:
    """What a portal knows beside its database.

    :param now: with its time zone
    :param places: what a dataset is about that names no place itself
    """

    now: dt.datetime
    today: dt.date
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """A change of the protocols in force, worked out.

    :param chosen: the version that is activated then; None where none is
    :param until_then: the version that speaks until the first day of the chosen one
    :param before: the version that is activated now
    """

    key: str
    chosen: Kept | None
    until_then: Kept | None
    before: Kept | None
    step: Step


def simulated(session: Session, kept: Kept, act: str, world: World) -> Step:
    """What a version would come to on its first day, as if it were endorsed."""
    first = kept.document.protocol.valid_from
    day = max(first, world.today) if first else world.today
    protocol = replace(kept.document.protocol, status=Status.ENDORSED)
    document = replace(kept.document, protocol=protocol)
    chosen = replace(kept, document=document) if act == ACTIVATE else None
    return _plan(session, kept.key, chosen, replace(world, today=day)).step


def propose(
    session: Session, act: Act, kind: str, kept: Kept, world: World, undoes: int | None = None
) -> ProtocolProposal:
    """Ask for a second person's decision; nothing changes until then.

    :param act: who proposes; its reason is what the second person reads
    :param undoes: the proposal that is to be undone
    :raises Stopped: where it cannot be done
    """
    plan = _planned(session, kind, kept, undoes, world)
    _not_waiting(session, kind, kept.id, undoes)
    # the second person reads what it comes to on its first day
    step = simulated(session, kept, kind, world) if kind == ACTIVATE else plan.step
    told = impact.count(session, step).told()
    if undoes is not None:
        told["back"] = sum(1 for _ in giving_back.backs(session, _done(session, undoes), plan.step))
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
    kept = _kept(session, proposal.protocol_id)
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
    kept = _kept(session, proposal.protocol_id)
    plan = _planned(session, proposal.act, kept, proposal.undoes, world)
    if proposal.impact["before"] != (plan.before.id if plan.before else None):
        raise Stopped(Why.OVERTAKEN, _last(session, plan.key))
    by = replace(act, protocol=kept.document.protocol, reason=proposal.reason)
    told = {"proposal": proposal.id, "undoes": proposal.undoes}
    event = record.add(session, _EVENTS[proposal.act], by, details=told)
    before = plan.before.id if plan.before else None
    decision = _decision(session, act, proposal, event.id, world, approved=True, before=before)
    _put(session, plan, world)
    back: frozenset[str] = frozenset()
    if proposal.undoes is not None:
        undone = _done(session, proposal.undoes)
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
    now = _spoken(protocols.in_force(session, world.today))
    step = Step(now, now, world.today, world.places)
    begun = []
    for row in due(session, world.today):
        kept = _kept(session, row.protocol_id)
        by = replace(act, protocol=kept.document.protocol)
        event = record.add(session, Event.PROTOCOL_BEGUN, by)
        cause = Cause(_activated_by(session, row.protocol_id), event.id)
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


def undone(session: Session) -> set[int]:
    """The proposals whose consequences were undone."""
    query = (
        sa.select(ProtocolProposal.undoes)
        .join(ProtocolDecision, ProtocolDecision.proposal_id == ProtocolProposal.id)
        .where(ProtocolDecision.approved, ProtocolProposal.undoes.is_not(None))
    )
    return set(session.scalars(query))


def _lock(session: Session) -> None:
    try:
        session.execute(sa.text(_LOCK.format(int(PATIENCE_SECONDS * 1000))))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise Stopped(Why.BUSY) from None
    session.execute(_LOCKED)


def _planned(session: Session, kind: str, kept: Kept, undoes: int | None, world: World) -> Plan:
    """What an act comes to, where it can be done.

    :raises Stopped: where it cannot
    """
    if kind == UNDO:
        assert undoes is not None
        return _undoing(session, kept, _done(session, undoes), world)
    plan = _plan(session, kept.key, kept if kind == ACTIVATE else None, world)
    activated = plan.before is not None and plan.before.id == kept.id
    if kind == RETIRE and not activated:
        raise Stopped(Why.NOT_IN_FORCE, _last(session, kept.key))
    if kind == ACTIVATE:
        if activated:
            raise Stopped(Why.IN_FORCE, _last(session, kept.key))
        _can_bind(session, kept)
    return plan


def _can_bind(session: Session, kept: Kept) -> None:
    status = kept.document.protocol.status
    if status is not Status.ENDORSED:
        raise Stopped(Why(status.value))
    for other in protocols.every(session):
        same = (other.key, other.version) == (kept.key, kept.version) and other.id != kept.id
        if same and _activated_by(session, other.id):
            raise Stopped(Why.SAME_VERSION)


def _plan(session: Session, key: str, chosen: Kept | None, world: World) -> Plan:
    now = protocols.in_force(session, world.today)
    own = [kept for kept in now if kept.key == key]
    before = next((kept for kept in own if kept.since), None)
    until_then = None
    if chosen and not protocols.begun(chosen, world.today):
        until_then = next((kept for kept in own if protocols.begun(kept, world.today)), None)
    then = [*(kept for kept in now if kept.key != key), *filter(None, (chosen, until_then))]
    step = Step(_spoken(now), _spoken(then), world.today, world.places)
    return Plan(key, chosen, until_then, before, step)


def _undoing(session: Session, kept: Kept, done: ProtocolDecision, world: World) -> Plan:
    if done.decided_at + dt.timedelta(days=UNDO_DAYS) < world.now:
        raise Stopped(Why.TOO_LATE)
    if done.proposal_id in undone(session):
        raise Stopped(Why.UNDONE, _last(session, kept.key))
    plan = _plan(
        session, kept.key, _kept(session, done.before_id) if done.before_id else None, world
    )
    act = session.get_one(ProtocolProposal, done.proposal_id).act
    left = kept.id if act == ACTIVATE else None
    if (plan.before.id if plan.before else None) != left:
        raise Stopped(Why.OVERTAKEN, _last(session, kept.key))
    return plan


def _spoken(kept: list[Kept] | tuple[Kept, ...]) -> tuple[Any, ...]:
    return tuple(document.protocol for document in protocols.with_template(kept))


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
    decision = _decided(session, proposal_id)
    if decision:
        raise Stopped(Why.DECIDED, decision.decided_by)
    return proposal


def _decided(session: Session, proposal_id: int) -> ProtocolDecision | None:
    query = sa.select(ProtocolDecision).filter_by(proposal_id=proposal_id)
    return session.scalar(query.execution_options(populate_existing=True))


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


def _done(session: Session, proposal_id: int) -> ProtocolDecision:
    """The decision by which a proposal was carried out."""
    decision = _decided(session, proposal_id)
    if decision is None or not decision.approved:
        raise Stopped(Why.NOT_DONE)
    return decision


def _kept(session: Session, protocol_id: int) -> Kept:
    kept = protocols.find(session, protocol_id)
    assert kept
    return kept


def _activated_by(session: Session, protocol_id: int) -> int:
    """The last proposal by which a version came into force; 0 where it never did."""
    query = (
        sa.select(ProtocolDecision.proposal_id)
        .join(ProtocolProposal, ProtocolProposal.id == ProtocolDecision.proposal_id)
        .where(ProtocolProposal.protocol_id == protocol_id, ProtocolProposal.act == ACTIVATE)
        .where(ProtocolDecision.approved)
        .order_by(ProtocolDecision.event_id.desc())
    )
    return session.scalar(query.limit(1)) or 0


def _last(session: Session, key: str) -> str | None:
    """Who decided the last change of a protocol."""
    versions = sa.text("SELECT id FROM isp_protocol WHERE key = :key")
    ids = list(session.scalars(versions, {"key": key}))
    query = (
        sa.select(ProtocolDecision.decided_by)
        .join(ProtocolProposal, ProtocolProposal.id == ProtocolDecision.proposal_id)
        .where(ProtocolProposal.protocol_id.in_(ids), ProtocolDecision.approved)
        .order_by(ProtocolDecision.event_id.desc())
    )
    return session.scalar(query.limit(1))
