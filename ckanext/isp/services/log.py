"""The record as it is read: newest first in pages, or from its beginning in pieces."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session, aliased

from ..model.tables import Event, EventLink, Person
from ..policy import event

# of a note, in its details: the id of the event that it is about
ABOUT = "event"
_NOTES = sa.text(
    f"SELECT n.id, n.at, n.reason, n.actor, n.details->>'{ABOUT}' AS about, p.user_id "
    "FROM isp_event n LEFT JOIN isp_person p ON p.digest = n.actor "
    f"WHERE n.kind = '{event.Event.ANNOTATED.value}' AND n.details->>'{ABOUT}' = ANY(:ids) "
    "ORDER BY n.id"
)


class Asked(NamedTuple):
    """Which events are asked for; all where nothing is said.

    :param since: the first day, in UTC
    :param until: the last day, in UTC
    :param package_id: of a dataset, which may be gone
    :param person: whoever acted or was concerned: ids or words that a person is kept by
    """

    since: dt.date | None = None
    until: dt.date | None = None
    kind: str | None = None
    package_id: str | None = None
    person: frozenset[str] | None = None


def newest(session: Session, asked: Asked, limit: int, offset: int) -> list[dict[str, Any]]:
    """A page of what was asked for, with the notes on each."""
    query = _found(session, asked).order_by(Event.id.desc()).limit(limit).offset(offset)
    return _with_notes(session, _told(session, query))


def oldest(session: Session, asked: Asked, after: int, limit: int) -> list[dict[str, Any]]:
    """What was asked for and comes after an event, by id."""
    query = _found(session, asked).where(Event.id > after).order_by(Event.id).limit(limit)
    return _told(session, query)


def one(session: Session, event_id: int) -> dict[str, Any] | None:
    """An event with its notes."""
    query = _found(session, Asked()).where(Event.id == event_id)
    return next(iter(_with_notes(session, _told(session, query))), None)


def names(session: Session, users: Iterable[str]) -> dict[str, str]:
    """What users are called, by their ids; those who are gone are left out."""
    user = model.User
    called = sa.func.coalesce(sa.func.nullif(sa.func.btrim(user.fullname), ""), user.name)
    rows = session.execute(sa.select(user.id, called).where(user.id.in_(set(users))))
    return {row[0]: row[1] for row in rows}


def _found(session: Session, asked: Asked) -> Any:
    who, whom, package = aliased(Person), aliased(Person), model.Package
    query = (
        sa.select(
            *Event.__table__.columns,
            who.user_id.label("who"),
            whom.user_id.label("whom"),
            package.name.label("dataset_name"),
            package.title.label("dataset_title"),
            EventLink.number,
            EventLink.hash,
        )
        .outerjoin(who, who.digest == Event.actor)
        .outerjoin(whom, whom.digest == Event.subject)
        .outerjoin(package, package.id == Event.package_id)
        .outerjoin(EventLink, EventLink.event_id == Event.id)
    )
    return query.where(*_conditions(session, asked))


def _conditions(session: Session, asked: Asked) -> Iterator[Any]:
    if asked.since:
        yield Event.at >= _midnight(asked.since)
    if asked.until:
        yield Event.at < _midnight(asked.until + dt.timedelta(days=1))
    if asked.kind:
        yield Event.kind == asked.kind
    if asked.package_id:
        yield Event.package_id == asked.package_id
    if asked.person is not None:
        known = sa.select(Person.digest).where(Person.user_id.in_(asked.person))
        digests = session.scalars(known).all()
        yield Event.actor.in_(digests) | Event.subject.in_(digests)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.timezone.utc)


def _told(session: Session, query: Any) -> list[dict[str, Any]]:
    return [_row(row) for row in session.execute(query).mappings()]


def _row(row: Any) -> dict[str, Any]:
    told = {key: row[key] for key in row if key not in ("who", "whom")}
    return {
        **told,
        "at": row["at"].isoformat(),
        "actor": row["who"],
        "actor_erased": bool(row["actor"] and not row["who"]),
        "subject": row["whom"],
        "subject_erased": bool(row["subject"] and not row["whom"]),
    }


def _with_notes(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    of = defaultdict(list)
    for note in session.execute(_NOTES, {"ids": [str(row["id"]) for row in rows]}).mappings():
        of[note["about"]].append(_note(note))
    return [{**row, "notes": of[str(row["id"])]} for row in rows]


def _note(note: Any) -> dict[str, Any]:
    return {
        "id": note["id"],
        "at": note["at"].isoformat(),
        "actor": note["user_id"],
        "actor_erased": bool(note["actor"] and not note["user_id"]),
        "note": note["reason"],
    }
