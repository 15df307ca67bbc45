"""What is granted: asked of the database each time, never remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import Grant, Request

_LIVE = sa.text("SELECT files FROM isp_live_grants(:user) WHERE package_id = :package")
_NOW = sa.func.clock_timestamp()


class Files(NamedTuple):
    """Which files of a dataset somebody was granted.

    :param every: all of them, later ones included
    """

    every: bool
    ids: frozenset[str]

    def __contains__(self, file_id: object) -> bool:
        return self.every or file_id in self.ids


def live(session: Session, user_id: str, package_id: str) -> Files | None:
    """What somebody was granted of a dataset and holds now; None where nothing."""
    found = session.scalars(_LIVE, {"user": user_id, "package": package_id}).all()
    if not found:
        return None
    ids = frozenset(one for files in found for one in files or ())
    return Files(any(files is None for files in found), ids)


def make(
    session: Session,
    request: Request,
    level: str,
    offer: dict[str, Any],
    begins_at: dt.datetime | None,
    ends_at: dt.datetime,
) -> Grant:
    """What an approved request gives, once its terms are accepted.

    :param offer: ``files``, ``from``, ``until``, ``destroy_by`` and ``organization``, whether all
        of the organisation that asked has it
    :param begins_at: when ``from`` begins, where it is named
    """
    from_day = offer.get("from")
    row = Grant(
        request_id=request.id,
        package_id=request.package_id,
        user_id=request.requester,
        organization_id=request.organization_id if offer.get("organization") else None,
        files=offer.get("files") or None,
        level=level,
        from_day=dt.date.fromisoformat(from_day) if from_day else None,
        begins_at=begins_at,
        until=dt.date.fromisoformat(offer["until"]),
        ends_at=ends_at,
        destroy_by=dt.date.fromisoformat(offer["destroy_by"]),
    )
    session.add(row)
    session.flush()
    return row


def of(session: Session, request_id: int, *, lock: bool = False) -> Grant | None:
    """The grant of a request."""
    query = sa.select(Grant).where(Grant.request_id == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def accept(session: Session, grant: Grant, terms: str) -> None:
    """Begin a grant: its terms were shown, and accepted."""
    grant.terms, grant.accepted_at = terms, _NOW
    session.flush()


def end(session: Session, grant: Grant) -> None:
    """Give nothing from now on."""
    grant.ended_at = grant.ended_at or _NOW
    session.flush()


def suspend(session: Session, grant: Grant, why: str) -> None:
    """Give nothing until it is reconfirmed."""
    grant.suspended_at, grant.suspended_why = _NOW, why
    session.flush()


def reconfirm(session: Session, grant: Grant, level: str) -> None:
    """Give again, of the dataset as it is now."""
    grant.suspended_at = grant.suspended_why = None
    grant.level = level
    session.flush()


def extend(session: Session, grant: Grant, until: dt.date, ends_at: dt.datetime) -> None:
    """Give for longer; destruction is due no earlier than that."""
    grant.until, grant.ends_at = until, ends_at
    grant.destroy_by = max(grant.destroy_by, until)
    session.flush()


def suspend_all(session: Session, package_id: str, why: str) -> None:
    """Give nothing of a dataset until each grant is reconfirmed."""
    rows = sa.update(Grant).where(
        Grant.package_id == package_id, Grant.ended_at.is_(None), Grant.suspended_at.is_(None)
    )
    session.execute(
        rows.values(suspended_at=_NOW, suspended_why=why),
        execution_options={"synchronize_session": "fetch"},
    )


def over(session: Session, states: Iterable[str], limit: int) -> list[Grant]:
    """Grants whose time is over and that nobody ended, locked; those that others end are left."""
    query = (
        sa.select(Grant)
        .join(Request, Request.id == Grant.request_id)
        .where(Grant.ends_at <= _NOW, Grant.ended_at.is_(None), Request.state.in_(list(states)))
        .order_by(Grant.id)
        .limit(limit)
        .with_for_update(of=Grant, skip_locked=True)
    )
    return list(session.scalars(query))
