"""Deliveries: data that was given by another way than the portal, with a manifest (R19)."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ..model.tables import Event as Row
from ..model.tables import Person
from ..policy.delivery import Channel
from ..policy.event import Event
from . import record
from .act import Act


class Manifest(NamedTuple):
    """What was given, how, and to whom.

    :param files: ``name``, ``sha256`` and ``size`` in bytes of each; the last two where known
    :param to: the person who received it; kept where a person can be erased from the record
    """

    files: list[dict[str, Any]]
    channel: Channel
    to: str
    organisation: str
    on: dt.date


def add(session: Session, act: Act, package_id: str, level: str, given: Manifest) -> int:
    """Put a delivery on record; nobody changes it afterwards.

    :param act: who gave it; its reason is a remark
    :returns: its number
    """
    details = {
        "files": given.files,
        "channel": given.channel.value,
        "organization": given.organisation,
        "on": given.on.isoformat(),
    }
    row = record.add(
        session,
        Event.DELIVERED,
        act,
        package_id=package_id,
        level_after=level,
        subject=sa.func.isp_person_of(given.to),
        details=details,
    )
    return row.id


def listed(session: Session, package_id: str) -> list[dict[str, Any]]:
    """The deliveries of a dataset, the latest first; a person who was erased is nobody."""
    who, whom = aliased(Person), aliased(Person)
    rows = session.execute(
        sa.select(Row, who.user_id, whom.user_id)
        .outerjoin(who, who.digest == Row.actor)
        .outerjoin(whom, whom.digest == Row.subject)
        .where(Row.package_id == package_id, Row.kind == Event.DELIVERED.value)
        .order_by(Row.id.desc())
    )
    return [
        {
            **(row.details or {}),
            "id": row.id,
            "by": by,
            "to": to,
            "note": row.reason,
            "level": row.level_after,
            "protocol": row.protocol,
            "protocol_version": row.protocol_version,
            "recorded_at": row.at.isoformat(),
        }
        for row, by, to in rows
    ]
