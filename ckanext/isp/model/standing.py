"""What the database says of datasets now, in one round trip.

Every search asks for it. Through the session that would be four round trips (a ping, BEGIN, the
question, ROLLBACK), so it goes over a connection of its own that is never in a transaction. What
cannot be asked that way, for the server has gone away, the session asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from ckan import model

POOL, PATIENCE_SECONDS = 2, 1
WAITING = 500


class Standing(NamedTuple):
    """A dataset's row, or one that waits to be indexed: then all but ``id`` is empty."""

    id: str
    name: str | None
    private: bool | None
    state: str | None
    owner_org: str | None
    creator_user_id: str | None
    sensitivity: str | None
    flag: str | None
    waiting: bool


def of(ids: Iterable[str]) -> list[Standing]:
    """The rows of the datasets of these ids, and of those that wait to be indexed.

    :param ids: of datasets; what does not exist is left out
    """
    asked = list(ids)
    engine = _engine(os.getpid(), model.meta.engine)
    broken = engine.dialect.loaded_dbapi.Error
    try:
        connection = engine.raw_connection()
    except (broken, sa.exc.SQLAlchemyError):
        return _by_session(asked)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM isp_standing(%s, %s)", (asked, WAITING))
        return [Standing._make(row) for row in cursor.fetchall()]
    except broken:
        connection.invalidate()
        return _by_session(asked)
    finally:
        connection.close()


def _by_session(ids: list[str]) -> list[Standing]:
    found = model.Session.execute(
        sa.text("SELECT * FROM isp_standing(:ids, :most)"), {"ids": ids, "most": WAITING}
    )
    return [Standing._make(row) for row in found]


_held: dict[int, tuple[sa.Engine, sa.Engine]] = {}


def _engine(process: int, portal: sa.Engine) -> sa.Engine:
    """One per process, and as long as the portal's own lives.

    A fork keeps its parent's unused, for dropping it would end the parent's connections.
    """
    before, own = _held.get(process, (None, None))
    if own is None or before is not portal:
        if own is not None:
            own.dispose()
        own = sa.create_engine(
            portal.url,
            isolation_level="AUTOCOMMIT",
            pool_size=POOL,
            max_overflow=0,
            pool_timeout=PATIENCE_SECONDS,
            pool_reset_on_return=None,
        )
        _held[process] = portal, own
    return own
