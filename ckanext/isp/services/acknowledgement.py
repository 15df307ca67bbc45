"""Who has read which version of a protocol (R6). It is asked for, and never stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ..model.tables import Acknowledgement
from ..policy.answers import Answers
from ..policy.protocol import Protocol

_UNREAD = sa.text(
    "SELECT f.protocol_id AS id, f.key, p.version FROM isp_protocol_in_force f "
    "JOIN isp_protocol p ON p.id = f.protocol_id "
    "WHERE NOT EXISTS (SELECT FROM isp_acknowledgement a "
    "                   WHERE a.protocol_id = f.protocol_id AND a.user_id = :user) "
    "ORDER BY f.key"
)
_EDITORS = sa.text(
    "SELECT u.id AS user, coalesce(nullif(u.fullname, ''), u.name) AS name, "
    "       array_agg(DISTINCT o.title ORDER BY o.title) AS organizations, a.at "
    "  FROM member m JOIN \"user\" u ON u.id = m.table_id AND m.table_name = 'user' "
    "  JOIN \"group\" o ON o.id = m.group_id AND o.is_organization AND o.state = 'active' "
    "  LEFT JOIN isp_acknowledgement a ON a.user_id = u.id AND a.protocol_id = :id "
    " WHERE m.state = 'active' AND m.capacity IN ('admin', 'editor') AND u.state = 'active' "
    "   AND (:everywhere OR o.name = ANY(:organisations)) "
    " GROUP BY u.id, u.name, u.fullname, a.at ORDER BY a.at DESC NULLS FIRST, u.name"
)


class Unread(NamedTuple):
    """A version in force that somebody has not said to have read."""

    id: int
    protocol: Protocol


def acknowledge(session: Session, user_id: str, protocol_ids: Iterable[int]) -> None:
    """Keep that somebody has read versions of protocols; once each."""
    for protocol_id in protocol_ids:
        row = insert(Acknowledgement).values(protocol_id=protocol_id, user_id=user_id)
        session.execute(row.on_conflict_do_nothing())


def unread(
    session: Session, user_id: str, spoken: Iterable[Protocol], known: Answers
) -> list[Unread]:
    """Versions in force that a user has not read, of those that cover all of a place.

    :param spoken: the protocols that speak today
    :param known: what is known of every dataset of the portal
    """
    covering = {(of.key, of.version): of for of in spoken if of.scope.covers(known)}
    rows = session.execute(_UNREAD, {"user": user_id}).all() if covering else []
    found = ((row.id, covering.get((row.key, row.version))) for row in rows)
    return [Unread(number, protocol) for number, protocol in found if protocol]


def when(session: Session, user_id: str, protocol_id: int) -> Any:
    """When a user said to have read a version; None where that has not happened."""
    row = session.get(Acknowledgement, (protocol_id, user_id))
    return row.at if row else None


def editors(session: Session, protocol_id: int, organisations: Iterable[str]) -> list[Any]:
    """Those who may save data, with when they read a version: those who have not first.

    :param organisations: the names of those that the protocol covers; empty for all
    """
    names = list(organisations)
    told = {"id": protocol_id, "organisations": names, "everywhere": not names}
    return list(session.execute(_EDITORS, told).all())
