"""Requests for data: every command is one step, one row of the record, one state (R75-R86)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import (
    Consultation,
    Grant,
    Request,
    RequestAgreement,
    RequestAside,
    RequestNote,
    RequestStep,
)
from ..policy.event import Event
from ..policy.request import OPEN, OVER, Command, State
from . import record
from .act import Act

_NOW = sa.func.clock_timestamp()
EVENTS: Mapping[Command, Event] = {
    Command.SUBMIT: Event.REQUEST_SUBMITTED,
    Command.WITHDRAW: Event.REQUEST_WITHDRAWN,
    Command.CLOSE: Event.REQUEST_WITHDRAWN,
    Command.SAY: Event.REQUEST_SAID,
    Command.RETURN: Event.REQUEST_RETURNED,
    Command.CONSULT: Event.REQUEST_CONSULTED,
    Command.ADVISE: Event.REQUEST_ADVISED,
    Command.STEP_ASIDE: Event.REQUEST_ASIDE,
    Command.AGREE: Event.REQUEST_AGREED,
    Command.DECLINE: Event.REQUEST_DECLINED,
    Command.ACCEPT: Event.GRANT_ACCEPTED,
    Command.SUSPEND: Event.GRANT_SUSPENDED,
    Command.RECONFIRM: Event.GRANT_RECONFIRMED,
    Command.ASK_LONGER: Event.GRANT_LONGER_ASKED,
    Command.EXTEND: Event.GRANT_EXTENDED,
    Command.REFUSE_LONGER: Event.GRANT_NOT_EXTENDED,
    Command.REVOKE: Event.GRANT_REVOKED,
    Command.EXPIRE: Event.GRANT_EXPIRED,
    Command.GIVE_BACK: Event.GRANT_GIVEN_BACK,
    Command.FALL_DUE: Event.DESTRUCTION_DUE,
    Command.REPORT: Event.ONWARD_REPORTED,
    Command.ATTEST: Event.DESTRUCTION_ATTESTED,
}


class AlreadyOpen(Exception):
    """The person has a request for this dataset that is not over."""


class Step(NamedTuple):
    """A step with its words, those that were not erased."""

    row: RequestStep
    note: str | None
    details: dict[str, Any]


def begin(
    session: Session,
    package_id: str,
    requester: str | None,
    said: dict[str, Any],
    *,
    origin: str = "portal",
    typed_in_by: str | None = None,
) -> Request:
    """A draft; nobody but its writer sees it.

    :raises AlreadyOpen: where the person has one that is not over
    """
    row = Request(
        package_id=package_id,
        requester=requester,
        typed_in_by=typed_in_by,
        origin=origin,
        state=State.DRAFT.value,
        said=said,
        round=0,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except sa.exc.IntegrityError as error:
        raise AlreadyOpen from error
    return row


def write(session: Session, request: Request, said: dict[str, Any]) -> None:
    """Keep what somebody has written so far."""
    request.said, request.changed_at = {**(request.said or {}), **said}, _NOW
    session.flush()


def step(
    session: Session,
    act: Act,
    request: Request,
    command: Command,
    to: State,
    details: Mapping[str, Any] | None = None,
) -> RequestStep:
    """Take a request on by one command: its state, the step with its words, and the record.

    :param act: who does it; its reason is what they say, kept where it can be erased
    :param details: what else there is to say of it
    """
    told = Act(act.user_id, act.door, act.protocol)
    event = record.add(
        session,
        EVENTS[command],
        told,
        package_id=request.package_id,
        level_after=request.level,
        # what was never sent is its writer's alone
        subject=sa.func.isp_person_of((request.submitted_at and request.requester) or ""),
        details={"request": request.id, "state": to.value, "round": request.round},
    )
    row = RequestStep(
        request_id=request.id,
        command=command.value,
        state=to.value,
        by=act.user_id,
        event_id=event.id,
    )
    session.add(row)
    session.flush()
    if act.reason or details:
        session.add(RequestNote(step_id=row.id, note=act.reason, details=details or {}))
    request.state, request.changed_at = to.value, _NOW
    session.flush()
    return row


def find(session: Session, request_id: int, *, lock: bool = False) -> Request | None:
    """A request.

    :param lock: nobody else takes it on until the commit
    """
    return session.get(Request, request_id, with_for_update=lock, populate_existing=lock)


def open_of(session: Session, user_id: str, package_id: str) -> Request | None:
    """The request of somebody for a dataset that is not over."""
    query = sa.select(Request).where(
        Request.requester == user_id,
        Request.package_id == package_id,
        Request.state.in_([state.value for state in OPEN]),
    )
    return session.scalars(query).one_or_none()


def last_said(session: Session, user_id: str) -> dict[str, Any]:
    """What somebody's last request said."""
    query = (
        sa.select(Request.said)
        .where(Request.requester == user_id, Request.said.is_not(None))
        .order_by(Request.id.desc())
    )
    return session.scalars(query.limit(1)).one_or_none() or {}


def steps(session: Session, request_id: int) -> list[Step]:
    """What happened to a request, the first step first."""
    query = (
        sa.select(RequestStep, RequestNote)
        .outerjoin(RequestNote, RequestNote.step_id == RequestStep.id)
        .where(RequestStep.request_id == request_id)
        .order_by(RequestStep.id)
    )
    return [
        Step(row, words.note if words else None, words.details if words else {})
        for row, words in session.execute(query)
    ]


def given(session: Session, request: Request) -> dict[str, str]:
    """The agreements to a request as it was sent last: who gave which, by key."""
    query = sa.select(RequestAgreement.key, RequestAgreement.by).where(
        RequestAgreement.request_id == request.id, RequestAgreement.round == request.round
    )
    return {row.key: row.by for row in session.execute(query)}


def agree(session: Session, request: Request, by: str, ways: Mapping[str, str]) -> None:
    """Put agreements on record.

    :param ways: for each key, in whose place, or what a body said
    """
    for key, way in ways.items():
        session.add(
            RequestAgreement(request_id=request.id, round=request.round, key=key, by=by, way=way)
        )
    session.flush()


def step_aside(session: Session, request: Request, user_id: str) -> None:
    """Somebody has an interest in a request, and decides nothing about it."""
    session.merge(RequestAside(request_id=request.id, user_id=user_id))
    session.flush()


def aside(session: Session, request_id: int) -> frozenset[str]:
    """Who stepped aside."""
    query = sa.select(RequestAside.user_id).where(RequestAside.request_id == request_id)
    return frozenset(session.scalars(query))


def consult(
    session: Session, request: Request, by: str, body: str, user_id: str | None, question: str
) -> Consultation:
    """Ask a body for advice; it is told no more of who asks than the question says (R86)."""
    row = Consultation(
        request_id=request.id, body=body, user_id=user_id, question=question, asked_by=by
    )
    session.add(row)
    request.consulting = True
    session.flush()
    return row


def advise(session: Session, request: Request, consultation: Consultation, advice: str) -> None:
    """Put advice on record."""
    consultation.advice, consultation.advised_at = advice, _NOW
    session.flush()
    request.consulting = any(one.advice is None for one in consultations(session, request.id))
    session.flush()


def consultations(session: Session, request_id: int) -> list[Consultation]:
    """Who was asked for advice, the first first."""
    query = sa.select(Consultation).where(Consultation.request_id == request_id)
    return list(session.scalars(query.order_by(Consultation.id)))


def alike(session: Session, request: Request, limit: int = 20) -> list[Request]:
    """Other requests for the same dataset that were sent: open ones first, then the latest."""
    query = (
        sa.select(Request)
        .where(
            Request.package_id == request.package_id,
            Request.id != request.id,
            Request.submitted_at.is_not(None),
        )
        .order_by(Request.state != State.SUBMITTED.value, Request.id.desc())
    )
    return list(session.scalars(query.limit(limit)))


def before(session: Session, user_id: str, package_id: str, limit: int) -> list[Request]:
    """Somebody's own requests for a dataset that were sent and are not open, the latest first."""
    query = (
        sa.select(Request)
        .where(
            Request.requester == user_id,
            Request.package_id == package_id,
            Request.submitted_at.is_not(None),
            Request.state.not_in([state.value for state in OPEN]),
        )
        .order_by(Request.id.desc())
    )
    return list(session.scalars(query.limit(limit)))


def of_others(session: Session, user_id: str, package_id: str) -> dict[State, int]:
    """How many requests of others for a dataset are in each state; drafts count for nobody."""
    query = (
        sa.select(Request.state, sa.func.count())
        .where(
            Request.package_id == package_id,
            Request.requester.is_distinct_from(user_id),
            Request.submitted_at.is_not(None),
        )
        .group_by(Request.state)
    )
    return {State(state): count for state, count in session.execute(query)}


def open_for(session: Session, package_id: str) -> list[Request]:
    """Requests for a dataset that are not granted and not over, locked."""
    before = [s.value for s in OPEN - {State.GRANTED}]
    query = sa.select(Request).where(Request.package_id == package_id, Request.state.in_(before))
    return list(session.scalars(query.order_by(Request.id).with_for_update()))


def of_requester(session: Session, user_id: str) -> list[Request]:
    """Somebody's own requests, the latest first."""
    query = sa.select(Request).where(Request.requester == user_id).order_by(Request.id.desc())
    return list(session.scalars(query))


def standing(session: Session, user_id: str, today: dt.date) -> dict[str, int]:
    """How somebody stands with what they asked for and received: numbers, by what they count."""
    states = Request.state
    owes = states == State.DUE.value
    late = sa.and_(owes, Grant.destroy_by < today)
    counted = {
        "asked": Request.submitted_at.is_not(None),
        "holds": states == State.GRANTED.value,
        "owes": owes,
        "late": late,
        "attested": states == State.ATTESTED.value,
        "declined": states == State.DECLINED.value,
    }
    columns = [sa.func.count().filter(what).label(name) for name, what in counted.items()]
    query = sa.select(*columns).select_from(Request)
    query = query.outerjoin(Grant, Grant.request_id == Request.id)
    found = session.execute(query.where(Request.requester == user_id)).mappings().one()
    return dict(found)


def own_reasons(session: Session, user_id: str, command: Command, limit: int) -> list[str]:
    """What somebody wrote with their last steps of a kind, each text once, the latest first."""
    query = (
        sa.select(RequestNote.note)
        .join(RequestStep, RequestStep.id == RequestNote.step_id)
        .where(
            RequestStep.by == user_id,
            RequestStep.command == command.value,
            RequestNote.note.is_not(None),
        )
        .group_by(RequestNote.note)
        .order_by(sa.func.max(RequestStep.id).desc())
    )
    return [note for note in session.scalars(query.limit(limit)) if note]


def owing(session: Session, person: Iterable[str]) -> bool:
    """Whether somebody has a request that is not over, or has not attested destruction."""
    over = [state.value for state in OVER]
    query = sa.select(Request.id).where(Request.requester.in_(person), Request.state.not_in(over))
    return session.scalar(sa.select(query.exists())) or False
