"""What a change of the protocols in force comes to, and whether it can be made (R22, R31)."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import ProtocolDecision, ProtocolProposal
from ..policy.protocol import Status
from . import protocols
from .impact import Step
from .protocols import Kept

ACTIVATE, RETIRE, UNDO = "activate", "retire", "undo"
UNDO_DAYS = 14


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


def planned(session: Session, kind: str, kept: Kept, undoes: int | None, world: World) -> Plan:
    """What an act comes to, where it can be done.

    :raises Stopped: where it cannot
    """
    if kind == UNDO:
        assert undoes is not None
        return _undoing(session, kept, carried_out(session, undoes), world)
    plan = _plan(session, kept.key, kept if kind == ACTIVATE else None, world)
    activated = plan.before is not None and plan.before.id == kept.id
    if kind == RETIRE and not activated:
        raise Stopped(Why.NOT_IN_FORCE, last_decider(session, kept.key))
    if kind == ACTIVATE:
        if activated:
            raise Stopped(Why.IN_FORCE, last_decider(session, kept.key))
        _can_bind(session, kept)
    return plan


def _can_bind(session: Session, kept: Kept) -> None:
    status = kept.document.protocol.status
    if status is not Status.ENDORSED:
        raise Stopped(Why(status.value))
    for other in protocols.every(session):
        same = (other.key, other.version) == (kept.key, kept.version) and other.id != kept.id
        if same and activated_by(session, other.id):
            raise Stopped(Why.SAME_VERSION)


def _plan(session: Session, key: str, chosen: Kept | None, world: World) -> Plan:
    now = protocols.in_force(session, world.today)
    own = [kept for kept in now if kept.key == key]
    before = next((kept for kept in own if kept.since), None)
    until_then = None
    if chosen and not protocols.begun(chosen, world.today):
        until_then = next((kept for kept in own if protocols.begun(kept, world.today)), None)
    then = [*(kept for kept in now if kept.key != key), *filter(None, (chosen, until_then))]
    step = Step(speaking(now), speaking(then), world.today, world.places)
    return Plan(key, chosen, until_then, before, step)


def _undoing(session: Session, kept: Kept, done: ProtocolDecision, world: World) -> Plan:
    if done.decided_at + dt.timedelta(days=UNDO_DAYS) < world.now:
        raise Stopped(Why.TOO_LATE)
    if done.proposal_id in undone(session):
        raise Stopped(Why.UNDONE, last_decider(session, kept.key))
    plan = _plan(
        session, kept.key, version(session, done.before_id) if done.before_id else None, world
    )
    act = session.get_one(ProtocolProposal, done.proposal_id).act
    left = kept.id if act == ACTIVATE else None
    if (plan.before.id if plan.before else None) != left:
        raise Stopped(Why.OVERTAKEN, last_decider(session, kept.key))
    return plan


def speaking(kept: list[Kept] | tuple[Kept, ...]) -> tuple[Any, ...]:
    return tuple(document.protocol for document in protocols.with_template(kept))


def undone(session: Session) -> set[int]:
    """The proposals whose consequences were undone."""
    query = (
        sa.select(ProtocolProposal.undoes)
        .join(ProtocolDecision, ProtocolDecision.proposal_id == ProtocolProposal.id)
        .where(ProtocolDecision.approved, ProtocolProposal.undoes.is_not(None))
    )
    return set(session.scalars(query))


def decision_on(session: Session, proposal_id: int) -> ProtocolDecision | None:
    query = sa.select(ProtocolDecision).filter_by(proposal_id=proposal_id)
    return session.scalar(query.execution_options(populate_existing=True))


def carried_out(session: Session, proposal_id: int) -> ProtocolDecision:
    """The decision by which a proposal was carried out."""
    decision = decision_on(session, proposal_id)
    if decision is None or not decision.approved:
        raise Stopped(Why.NOT_DONE)
    return decision


def version(session: Session, protocol_id: int) -> Kept:
    kept = protocols.find(session, protocol_id)
    assert kept
    return kept


def activated_by(session: Session, protocol_id: int) -> int:
    """The last proposal by which a version came into force; 0 where it never did."""
    query = (
        sa.select(ProtocolDecision.proposal_id)
        .join(ProtocolProposal, ProtocolProposal.id == ProtocolDecision.proposal_id)
        .where(ProtocolProposal.protocol_id == protocol_id, ProtocolProposal.act == ACTIVATE)
        .where(ProtocolDecision.approved)
        .order_by(ProtocolDecision.event_id.desc())
    )
    return session.scalar(query.limit(1)) or 0


def last_decider(session: Session, key: str) -> str | None:
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
