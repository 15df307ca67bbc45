"""Chaining the record by hash, after it was written, and reading whether it is still whole.

Those who write do not wait for it: a batch reads committed rows, in one transaction under a lock
that only those who chain take. Ids are given before their rows are committed, so the next to be
linked are all that are not, and not those after the last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Event
from ..model.tables import EventLink as Row
from ..policy.chain import LATE, Fault, Link, Reading, What, linked

BATCH = 1000
# how far behind the last an event is looked for that was committed late; a whole run looks at all
NEAR = 10_000

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('isp_event_link'))")
_NOW = sa.select(sa.func.clock_timestamp())
_COLUMNS = list(Event.__table__.columns)
_LINK = [Row.number, Row.event_id, Row.event_hash, Row.hash, Row.at]
_LATE = (
    "SELECT {} FROM isp_event e WHERE e.at < clock_timestamp() - cast(:late AS interval) "
    "AND NOT EXISTS (SELECT FROM isp_event_link l WHERE l.event_id = e.id)"
)


class Batch(NamedTuple):
    """What was linked at once: up to which event, and how many."""

    last: int
    events: int


def link(session: Session, after: int = 0) -> Batch | None:
    """Link a batch of events that are committed and not linked yet; the caller commits.

    :param after: id of an event; those up to it are not looked at
    :returns: None where all are linked
    """
    session.execute(_LOCK)
    events: Any = session.execute(_waiting(after)).mappings().all()
    if not events:
        return None
    links = linked(head(session), events, session.execute(_NOW).scalar_one())
    session.execute(sa.insert(Row.__table__), [one._asdict() for one in links])
    return Batch(links[-1].event_id, len(links))


def near(session: Session) -> int:
    """From where on an event that is not linked is likely to be found."""
    return (session.execute(sa.select(sa.func.max(Row.event_id))).scalar() or 0) - NEAR


def head(session: Session) -> Link | None:
    """The last link, which stands for everything before it."""
    found = session.execute(sa.select(*_LINK).order_by(Row.number.desc()).limit(1)).first()
    return Link._make(found) if found else None


def length(session: Session) -> int:
    """How many links there are."""
    return session.execute(sa.select(sa.func.count()).select_from(Row)).scalar_one()


def waiting(session: Session) -> int:
    """How many events are not linked."""
    return _older(session, dt.timedelta(0))


def late(session: Session) -> int:
    """How many events are not linked though they are older than an hour."""
    return _older(session, LATE)


def verify(
    session: Session, kept: str | None = None, looked: Callable[[int], None] = lambda _count: None
) -> Iterator[Fault]:
    """What is wrong with the record, read from its beginning to its end in little memory.

    :param kept: hash of a head that somebody kept: the chain has to hold it still
    :param looked: told how many links were looked at since it was told last
    """
    reading, held, number = Reading(), kept is None, 0
    for number, (told, event) in enumerate(_chain(session), start=1):
        held = held or told.hash == kept
        yield from reading.faults(told, event)
        if number % BATCH == 0:
            looked(BATCH)
    looked(number % BATCH)
    if not held:
        yield Fault(What.HEAD, None, None)
    late = sa.text(_LATE.format("e.id") + " ORDER BY 1")
    for event_id in session.scalars(late, {"late": LATE}):
        yield Fault(What.UNLINKED, None, event_id)


def _older(session: Session, age: dt.timedelta) -> int:
    return session.execute(sa.text(_LATE.format("count(*)")), {"late": age}).scalar_one()


def _waiting(after: int) -> Any:
    there = sa.exists().where(Row.event_id == Event.id, Row.event_id > after)
    query = sa.select(*_COLUMNS).where(Event.id > after, ~there)
    return query.order_by(Event.id).limit(BATCH)


def _chain(session: Session) -> Iterator[tuple[Link, dict[str, Any] | None]]:
    """Each link with the columns of its event."""
    query = sa.select(*_LINK, *_COLUMNS).outerjoin_from(Row, Event, Event.id == Row.event_id)
    options = {"yield_per": BATCH}
    names = [column.name for column in _COLUMNS]
    for row in session.execute(query.order_by(Row.number), execution_options=options):
        columns = dict(zip(names, row[len(_LINK) :], strict=True))
        told = None if columns["id"] is None else columns
        yield Link._make(row[: len(_LINK)]), told
