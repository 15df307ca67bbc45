"""Erasing who people are from the record; what they did stays, under a digest of nobody."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Person
from ..policy.event import Event
from . import record
from .act import Act

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


def forget_older(session: Session, act: Act, days: int) -> int:
    """Erase who people are of whom nothing was recorded for so many days."""
    return _recorded(session, act, list(session.scalars(_OLDER, {"days": days})))


def _recorded(session: Session, act: Act, digests: list[str]) -> int:
    for digest in digests:
        record.add(session, Event.FORGOTTEN, act, subject=digest)
    return len(digests)
