"""What the database says of datasets now, in one round trip.

Every search asks for it. Through the session that would be four round trips (a ping, BEGIN, the
question, ROLLBACK), so it goes over a connection of its own that is never in a transaction; and
it is sent as soon as the index has answered, so that the database works while CKAN reads that
answer. The connection keeps the plan of the question. What cannot be asked that way, for the server
has gone away or a pooler stands before it, the session asks.
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
from psycopg2 import errors, extensions

IDLE, PATIENCE_SECONDS = 2, 5
WAITING = 500
# one text is much quicker to send than a list; an id never holds this sign
_BETWEEN = "\x1f"
_QUESTION = f"""
    SELECT p.id, p.name, p.private, p.state, p.owner_org, p.creator_user_id,
           p.extras->>'sensitivity', p.extras->>'is_requestdata_type', false
      FROM package p WHERE p.id = ANY (string_to_array({{}}, chr(31)))
    UNION ALL
    (SELECT o.package_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true
       FROM isp_outbox o LIMIT {WAITING})
"""
_KEPT = f"PREPARE isp_standing (text) AS {_QUESTION.format('$1')}"
_ASKED = "EXECUTE isp_standing (%s)"


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


# what a pooler answers that gives each question another process of the database
_POOLED = (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement)

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
# those of which a pooler is known: only the session asks there
_pooled: set[Holder] = set()
# a fork keeps its parent's: closing them would end the parent's
_parents: list[Any] = []


def ask(ids: Iterable[str]) -> None:
    """Send the question without waiting for its answer, which ``of`` the same ids gives."""
    asked = list(ids)
    _forget()
    holder = (os.getpid(), model.meta.engine)
    if holder in _pooled:
        return
    try:
        connection = _connection(holder)
        cursor = connection.cursor()
        cursor.execute(_ASKED, (_BETWEEN.join(asked),))
        _here.asked = _Asked(asked, connection, cursor, holder)
    except _POOLED:
        _pooled.add(holder)
    except (psycopg2.Error, sa.exc.SQLAlchemyError, TimeoutError):
        return


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
    except (psycopg2.Error, TimeoutError) as error:
        if isinstance(error, _POOLED):
            _pooled.add(asked.holder)
        asked.connection.close()
        return _by_session(wanted)
    if len(_idle) < IDLE:
        _idle.append((asked.holder, asked.connection))
    return rows


def _by_session(ids: list[str]) -> list[Standing]:
    found = model.Session.execute(sa.text(_QUESTION.format(":ids")), {"ids": _BETWEEN.join(ids)})
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
    cursor = connection.cursor()
    cursor.execute(_KEPT)
    _wait(connection)
    return connection


def _wait(connection: Any) -> None:
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = [connection] if state == extensions.POLL_READ else []
        writing = [connection] if state == extensions.POLL_WRITE else []
        if not any(select.select(reading, writing, [], PATIENCE_SECONDS)):
            raise TimeoutError
