"""What changed without the index being told, and telling it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Outbox

_LOCK = sa.text("SELECT id FROM package WHERE id = ANY(:ids) ORDER BY id FOR SHARE")

_NOTE = sa.text(
    "INSERT INTO isp_outbox (package_id) SELECT n.id FROM unnest(cast(:ids AS text[])) AS n (id) "
    "WHERE NOT EXISTS (SELECT FROM isp_outbox o WHERE o.package_id = n.id)"
)

_HEARD = sa.text(
    "SELECT count(*) - count(waits.package_id) AS done, count(*) AS of FROM "
    "(SELECT DISTINCT package_id FROM isp_tightened WHERE proposal_id = ANY(:proposals)) changed "
    "LEFT JOIN (SELECT DISTINCT package_id FROM isp_outbox) waits USING (package_id)"
)


def heard(session: Session, proposals: Iterable[int]) -> dict[str, int]:
    """How far the index is after changes of protocols: of the datasets that they made stricter, how
    many there are (``of``) and of how many the index says what the database says (``done``).
    """
    return dict(session.execute(_HEARD, {"proposals": list(proposals)}).one()._mapping)


def note(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Datasets that the index tells wrongly of wait to be indexed, each once."""
    connection.execute(_NOTE, {"ids": list(ids)})


def pending(session: Session, limit: int) -> list[str]:
    """Datasets that the index has yet to be told about."""
    query = sa.select(Outbox.package_id).distinct().limit(limit)
    return list(session.scalars(query))


def drain(
    session: Session,
    index: Callable[[str], bool],
    settle: Callable[[], bool],
    failed: set[str],
    batch: int = 10,
) -> int:
    """Tell the index about one batch; the caller commits. Other workers take other rows.

    :param index: makes the index say of a dataset what the database says; False if it could not
    :param settle: has the index take in what it was told, once for all; False if it could not
    :param failed: datasets that could not be indexed in this run; they wait for the next
    :returns: how many rows were looked at; 0 when none is left
    """
    rows = session.execute(
        sa.select(Outbox.id, Outbox.package_id)
        .where(Outbox.package_id.not_in(failed))
        .order_by(Outbox.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    ).all()
    waiting = list(dict.fromkeys(row.package_id for row in rows))
    # nobody changes a dataset between its being read and its being indexed
    session.execute(_LOCK, {"ids": waiting})
    # and what this session read before is what others have changed since
    session.expire_all()
    for package_id in waiting:
        if not index(package_id):
            failed.add(package_id)
    if waiting and not settle():
        failed.update(waiting)
    done = [row.id for row in rows if row.package_id not in failed]
    session.execute(sa.delete(Outbox).where(Outbox.id.in_(done)))
    return len(rows)
