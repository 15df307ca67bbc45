"""Naming those who answer requests for others."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import StandIn
from ..policy.event import Event
from . import record
from .act import Act


def name(
    session: Session,
    act: Act,
    organization_id: str,
    stands_in: str,
    *,
    deputy: bool,
    from_day: dt.date,
    until_day: dt.date | None,
) -> StandIn:
    """Let somebody answer in the place of whoever names them, or as the organisation's deputy.

    :param act: who names them
    """
    row = StandIn(
        organization_id=organization_id,
        user_id=None if deputy else act.user_id,
        stands_in=stands_in,
        from_day=from_day,
        until_day=until_day,
        made_by=act.user_id,
    )
    session.add(row)
    session.flush()
    _record(session, Event.STAND_IN_NAMED, act, row)
    return row


def end(session: Session, act: Act, row: StandIn) -> None:
    """Let somebody answer for nobody any more."""
    row.ended_at = sa.func.clock_timestamp()
    session.flush()
    _record(session, Event.STAND_IN_ENDED, act, row)


def find(session: Session, number: int) -> StandIn | None:
    """One that is not ended."""
    row = session.get(StandIn, number, with_for_update=True, populate_existing=True)
    return row if row is not None and row.ended_at is None else None


def _record(session: Session, kind: Event, act: Act, row: StandIn) -> None:
    record.add(
        session,
        kind,
        act,
        subject=sa.func.isp_person_of(row.stands_in),
        details={"organization": row.organization_id, "deputy": row.user_id is None},
    )
