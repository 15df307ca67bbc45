"""The record: adding to it, and reading it as a timeline."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Event, Person
from ..policy import event
from .act import Act


def add(session: Session, kind: event.Event, act: Act, **columns: Any) -> Event:
    """Add a row in the transaction of the act that it tells of.

    :param columns: further columns of the row, ``package_id`` and levels for example
    """
    row = Event(
        kind=kind.value,
        door=act.door,
        reason=act.reason,
        actor=sa.func.isp_person_of(act.user_id or ""),
        protocol=act.protocol.key if act.protocol else None,
        protocol_version=act.protocol.version if act.protocol else None,
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def timeline(session: Session, package_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """What happened to a dataset, newest first, with the user ids of those not erased."""
    who, whom = sa.orm.aliased(Person), sa.orm.aliased(Person)
    rows = session.execute(
        sa.select(Event, who.user_id, whom.user_id)
        .outerjoin(who, who.digest == Event.actor)
        .outerjoin(whom, whom.digest == Event.subject)
        .where(Event.package_id == package_id)
        .order_by(Event.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_told(row, actor, subject) for row, actor, subject in rows]


def _told(row: Event, actor: str | None, subject: str | None) -> dict[str, Any]:
    told = {column.name: getattr(row, column.name) for column in Event.__table__.columns}
    return {**told, "at": row.at.isoformat(), "actor": actor, "subject": subject}
