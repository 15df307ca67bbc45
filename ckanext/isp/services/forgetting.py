"""Erasing who people are from the record; what they did stays, under a digest of nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from ..model.requests import Consultation, Request, RequestNote, RequestStep
from ..model.tables import Person
from ..policy.event import Event
from ..policy.request import OVER
from . import record
from .act import Act

_OVER = Request.state.in_([state.value for state in OVER])
_OLDER = sa.text(
    """
    WITH last AS (
        SELECT who, max(at) AS at FROM (
            SELECT actor AS who, at FROM isp_event UNION ALL SELECT subject, at FROM isp_event) e
         GROUP BY who)
    DELETE FROM isp_person p USING last
     WHERE last.who = p.digest AND last.at < clock_timestamp() - make_interval(days => :days)
    RETURNING p.digest"""
)

_OLD_NOTICES = sa.text(
    "DELETE FROM isp_notice WHERE mail NOT IN ('waiting', 'leaving') "
    "AND made_at < clock_timestamp() - make_interval(days => :days)"
)


def forget(session: Session, act: Act, person: frozenset[str]) -> int:
    """Erase who somebody is; each erasure is on record.

    :param person: ids or words that the person is kept by
    :returns: how many digests stand for nobody now
    """
    if act.user_id in person:
        # or they would be kept again by the very row that tells of it
        act = replace(act, user_id=None)
    gone = sa.delete(Person).where(Person.user_id.in_(person)).returning(Person.digest)
    return _recorded(session, act, list(session.scalars(gone)))


def forget_requests(session: Session, person: frozenset[str]) -> int:
    """Erase what somebody wrote when they asked for data; that they asked, and what came of it,
    stays.

    :returns: of how many requests
    """
    return _unsaid(session, sa.and_(Request.requester.in_(person), _OVER))


def forget_older_requests(session: Session, days: int) -> int:
    """Erase what was written in requests that were over so many days ago (R66)."""
    before = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, days)
    return _unsaid(session, sa.and_(Request.changed_at < before, _OVER))


def forget_older_notices(session: Session, days: int) -> None:
    """Erase notices that were made so many days ago, but for those whose mail is still to leave."""
    session.execute(_OLD_NOTICES, {"days": days})


def _unsaid(session: Session, which: ColumnElement[bool]) -> int:
    """Take the words from requests, their steps and the questions about them."""
    said = sa.or_(Request.said.is_not(None), Request.offer.is_not(None))
    query = sa.select(Request.id).where(which, said).order_by(Request.id).with_for_update()
    ids = list(session.scalars(query))
    if not ids:
        return 0
    steps = sa.select(RequestStep.id).where(RequestStep.request_id.in_(ids))
    whole: dict[str, Any] = {"execution_options": {"synchronize_session": False}}
    session.execute(sa.delete(RequestNote).where(RequestNote.step_id.in_(steps)), **whole)
    about = sa.update(Consultation).where(Consultation.request_id.in_(ids))
    session.execute(about.values(question="", advice=None), **whole)
    session.execute(
        sa.update(Request)
        .where(Request.id.in_(ids))
        .values(said=None, offer=None, longer=None, changed_at=Request.changed_at),
        **whole,
    )
    return len(ids)


def forget_older(session: Session, act: Act, days: int) -> int:
    """Erase who people are of whom nothing was recorded for so many days."""
    return _recorded(session, act, list(session.scalars(_OLDER, {"days": days})))


def _recorded(session: Session, act: Act, digests: list[str]) -> int:
    for digest in digests:
        record.add(session, Event.FORGOTTEN, act, subject=digest)
    return len(digests)
