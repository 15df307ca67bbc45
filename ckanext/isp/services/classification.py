"""What people answered about datasets: kept word for word, the newest of each counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Classification, Person
from ..policy.save import Settlement
from ..policy.verdict import Verdict
from .act import Act


def add(
    session: Session,
    act: Act,
    package_id: str,
    given: dict[str, list[str]],
    settled: Settlement,
    review_on: dt.date | None,
) -> None:
    """Keep what was answered, and what came of it, in the transaction of the save.

    :param given: the answers, by fact
    :param settled: what the save got
    :param review_on: when the classification is to be looked at again (R33)
    """
    proposed = settled.verdict.proposed
    session.add(
        Classification(
            package_id=package_id,
            answers=given,
            level=settled.level.slug if settled.level else None,
            proposed=proposed.slug if proposed else None,
            protocols=spoken(settled.verdict),
            reason=act.reason,
            corporate=False,
            review_on=review_on,
            actor=sa.func.isp_person_of(act.user_id or ""),
        )
    )
    session.flush()


def claim_corporate(session: Session, act: Act, package_id: str) -> None:
    """Keep the claim that data is corporate, outside of any protocol (R23); the act says why."""
    session.add(
        Classification(
            package_id=package_id,
            answers={},
            protocols=[],
            reason=act.reason,
            corporate=True,
            actor=sa.func.isp_person_of(act.user_id or ""),
        )
    )
    session.flush()


def newest(session: Session, package_id: str) -> Classification | None:
    """The classification of a dataset that counts; None where nobody answered."""
    query = sa.select(Classification).filter_by(package_id=package_id)
    return session.scalars(query.order_by(Classification.id.desc()).limit(1)).first()


def spoken(verdict: Verdict) -> list[dict[str, Any]]:
    """What each protocol said: its own level, and the rows in play."""
    return [
        {
            "key": finding.protocol.key,
            "version": finding.protocol.version,
            "level": finding.rule.key if finding.rule else None,
            "rows": [row.number for row in finding.rows],
        }
        for finding in verdict.findings
    ]


def told(session: Session, package_id: str) -> dict[str, Any] | None:
    """The classification of a dataset that counts, as scripts and pages read it."""
    row = newest(session, package_id)
    if row is None:
        return None
    person = session.get(Person, row.actor) if row.actor else None
    return {
        "answers": row.answers,
        "level": row.level,
        "proposed": row.proposed,
        "protocols": row.protocols,
        "reason": row.reason,
        "corporate": row.corporate,
        "review_on": row.review_on.isoformat() if row.review_on else None,
        "by": person.user_id if person else None,
        "at": row.at.isoformat(),
    }


def recent(session: Session, user_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """What somebody answered lately: the newest dataset of each set of answers."""
    rows = session.execute(_RECENT, {"user": user_id, "limit": limit, "offset": offset})
    return [{**row, "at": row["at"].isoformat()} for row in rows.mappings()]


_RECENT = sa.text(
    """
    SELECT * FROM (
      SELECT DISTINCT ON (c.answers) p.id, p.name, coalesce(nullif(p.title, ''), p.name) AS title,
             c.answers, c.level, c.at
        FROM isp_classification c
        JOIN isp_person who ON who.digest = c.actor AND who.user_id = :user
        JOIN package p ON p.id = c.package_id AND p.state = 'active'
       WHERE NOT c.corporate
       ORDER BY c.answers, c.id DESC) newest
    ORDER BY at DESC LIMIT :limit OFFSET :offset"""
)
