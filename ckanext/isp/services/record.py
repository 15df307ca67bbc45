"""The record: adding to it, and reading it as a timeline."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Event
from ..policy import event
from . import log
from .act import ACTED, Act
from .log import Asked


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
    session.info[ACTED] = True
    return row


def timeline(session: Session, package_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """What happened to a dataset, newest first, with the user ids of those not erased."""
    return log.newest(session, Asked(package_id=package_id), limit, offset)


def annotate(session: Session, act: Act, about: dict[str, Any]) -> Event:
    """Say something beside an event; the event stays as it is.

    :param act: its reason is what is said
    :param about: the event, as ``log.one`` gives it
    """
    return add(
        session,
        event.Event.ANNOTATED,
        act,
        package_id=about["package_id"],
        details={log.ABOUT: about["id"]},
    )
