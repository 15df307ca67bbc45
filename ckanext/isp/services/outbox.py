"""What changed without the index being told, and telling it."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Outbox


def pending(session: Session, limit: int) -> list[str]:
    """Datasets that the index has yet to be told about."""
    query = sa.select(Outbox.package_id).distinct().limit(limit)
    return list(session.scalars(query))


def drain(session: Session, index: Callable[[str], None], batch: int = 100) -> int:
    """Tell the index about one batch; the caller commits. Other workers take other rows.

    :param index: makes the index say of a dataset what the database says
    :returns: how many rows were dealt with; 0 when none is left
    """
    rows = session.execute(
        sa.select(Outbox.id, Outbox.package_id)
        .order_by(Outbox.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    ).all()
    for package_id in dict.fromkeys(row.package_id for row in rows):
        index(package_id)
    if rows:
        session.execute(sa.delete(Outbox).where(Outbox.id.in_([row.id for row in rows])))
    return len(rows)
