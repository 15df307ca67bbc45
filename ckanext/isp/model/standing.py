"""What the database says of datasets now, in one round trip.

Every search asks for it. Through the session that would be four round trips (a ping, BEGIN, the
question, ROLLBACK), so it goes over a connection of its own that is never in a transaction; and
it is sent as soon as the index has answered, so that the database works while CKAN reads that
answer. What cannot be asked that way, for the server has gone away, the session asks.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg2
import sqlalchemy as sa
from ckan import model
from psycopg2 import extensions

IDLE, PATIENCE_SECONDS = 2, 5
WAITING = 500
_QUESTION = "SELECT * FROM isp_standing(%s, %s)"


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


# the process and the engine whose database a connection leads to
Holder = tuple[int, sa.Engine]


class _Asked(NamedTuple):
    """A question that is under way."""

    ids: list[str]
    connection: Any
    cursor: Any
    holder: Holder


class _Here(threading.local):
    """What this thread has asked and not heard yet."""

    asked: _Asked | None = None


_here = _Here()
_idle: list[tuple[Holder, Any]] = []
# a fork keeps its parent's: closing them would end the parent's
_parents: list[Any] = []


def ask(ids: Iterable[str]) -> None:
    """Send the question without waiting for its answer, which ``of`` the same ids gives."""
    asked = list(ids)
    _forget()
    holder = (os.getpid(), model.meta.engine)
    try:
        connection = _connection(holder)
        cursor = connection.cursor()
        cursor.execute(_QUESTION, (asked, WAITING))
        _here.asked = _Asked(asked, connection, cursor, holder)
    except (psycopg2.Error, sa.exc.SQLAlchemyError, TimeoutError):
        _here.asked = None


def of(ids: Iterable[str]) -> list[Standing]:
    """The rows of the datasets of these ids, and of those that wait to be indexed.

    :param ids: of datasets; what does not exist is left out
    """
    wanted = list(ids)
    if _here.asked is None or _here.asked.ids != wanted:
        ask(wanted)
    asked, _here.asked = _here.asked, None
    if asked is None:
        return _by_session(wanted)
    try:
        _wait(asked.connection)
        rows = [Standing._make(row) for row in asked.cursor.fetchall()]
    except (psycopg2.Error, TimeoutError):
        asked.connection.close()
        return _by_session(wanted)
    if len(_idle) < IDLE:
        _idle.append((asked.holder, asked.connection))
    return rows


def _by_session(ids: list[str]) -> list[Standing]:
    found = model.Session.execute(
        sa.text("SELECT * FROM isp_standing(:ids, :most)"), {"ids": ids, "most": WAITING}
    )
    return [Standing._make(row) for row in found]


def _forget() -> None:
    """Drop a question that nobody waits for any more, with its connection."""
    asked, _here.asked = _here.asked, None
    if asked is not None:
        asked.connection.close()


def _connection(holder: Holder) -> Any:
    """An idle connection of this process to this database, or a new one."""
    while _idle:
        owner, connection = _idle.pop()
        if owner == holder and not connection.closed:
            return connection
        if owner[0] == holder[0]:
            connection.close()
        else:
            _parents.append(connection)
    engine = model.meta.engine
    words, named = engine.dialect.create_connect_args(engine.url)
    connection = psycopg2.connect(*words, **named, async_=True)
    _wait(connection)
    return connection


def _wait(connection: Any) -> None:
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = [connection] if state == extensions.POLL_READ else []
        writing = [connection] if state == extensions.POLL_WRITE else []
        if not any(select.select(reading, writing, [], PATIENCE_SECONDS)):
            raise TimeoutError
