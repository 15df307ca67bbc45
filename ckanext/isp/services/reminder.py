"""Reminders: who is to be told of what is due, each once.

A row of ``isp_reminder`` is written before its mail leaves, and says when it left. A mail that
could not be sent gives its rows back. Whatever stops in between leaves rows that say it never left:
those are listed, and not sent again by themselves, for nobody knows whether they arrived.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..documents import tell
from ..policy.protocol import Protocol
from ..policy.review import SOON_DAYS, reminder_day
from .protocols import Kept
from .review import NEWEST

CLASSIFICATION, REVIEW, END = "classification", "protocol review", "protocol end"
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)

_DUE = sa.text(
    f"""
    SELECT p.id, p.owner_org, c.review_on, who.user_id
      FROM ({NEWEST}) c
      JOIN package p ON p.id = c.package_id AND p.state = 'active'
      LEFT JOIN isp_person who ON who.digest = c.actor
     WHERE NOT c.corporate AND c.review_on <= :horizon"""
)
_EDITORS = sa.text(
    """
    SELECT m.group_id, u.id, m.capacity FROM member m JOIN "user" u ON u.id = m.table_id
     WHERE m.table_name = 'user' AND m.state = 'active' AND u.state = 'active'
       AND m.capacity IN ('admin', 'editor')"""
)
_KNOWN = sa.text("SELECT kind, subject, due FROM isp_reminder")
_CLAIM = sa.text(
    "INSERT INTO isp_reminder (kind, subject, due, sent_at) VALUES (:kind, :subject, :due, :never) "
    "ON CONFLICT DO NOTHING RETURNING subject"
)
_SENT = sa.text(
    "UPDATE isp_reminder SET sent_at = clock_timestamp() "
    "WHERE kind = :kind AND subject = :subject AND due = :due"
)
_BACK = sa.text(
    "DELETE FROM isp_reminder "
    "WHERE kind = :kind AND subject = :subject AND due = :due AND sent_at = :never"
)
_UNSURE = sa.text(
    "SELECT kind, subject, due FROM isp_reminder WHERE sent_at = :never ORDER BY due, subject"
)


class Reminder(NamedTuple):
    """Something of which one reader is to be told.

    :param due: the day that calls for it
    :param reader: id of a user, or a mail address
    :param about: id of a dataset, or key and version of a protocol
    :param on: the day on which the thing itself is due
    :param language: the reader's, where it is known
    """

    kind: str
    due: dt.date
    reader: str
    about: str
    on: dt.date
    protocol: Protocol | None = None
    language: str | None = None

    @property
    def subject(self) -> str:
        return f"{self.about} {self.reader}"

    def row(self) -> dict[str, Any]:
        told = {"kind": self.kind, "subject": self.subject, "due": self.due}
        return {**told, "never": NEVER}


class Deadline(NamedTuple):
    """A day by which somebody has to do something about a protocol."""

    kind: str
    kept: Kept
    on: dt.date


def deadlines(kept: Iterable[Kept]) -> Iterator[Deadline]:
    """When protocols end, and when they are to be reviewed (R15)."""
    for one in kept:
        if one.since is None:
            continue
        last = one.document.protocol.valid_until
        review = tell.review_due(one.document, one.since.date(), tell.CLOCKS[0])
        if last:
            yield Deadline(END, one, last)
        if review:
            yield Deadline(REVIEW, one, review)


def overdue(kept: Iterable[Kept], today: dt.date) -> list[Deadline]:
    """The deadlines that have passed."""
    return [deadline for deadline in deadlines(kept) if deadline.on < today]


def pending(
    session: Session, kept: Sequence[Kept], focal_points: Mapping[str, str], today: dt.date
) -> dict[str, list[Reminder]]:
    """What is to be told and has not been, by reader.

    :param kept: the protocols in force
    :param focal_points: the users who look after protocols: mail addresses by id
    """
    known = {tuple(row) for row in session.execute(_KNOWN)}
    found: dict[str, list[Reminder]] = defaultdict(list)
    for one in (*_classifications(session, today), *_protocols(kept, focal_points, today)):
        if (one.kind, one.subject, one.due) not in known:
            found[one.reader].append(one)
    return dict(found)


def claim(session: Session, of: Iterable[Reminder]) -> list[Reminder]:
    """Take reminders to send them: those that nobody else took. Commit before they leave."""
    return [one for one in of if session.execute(_CLAIM, one.row()).first()]


def sent(session: Session, of: Iterable[Reminder]) -> None:
    """Keep that they left."""
    for one in of:
        session.execute(_SENT, one.row())


def give_back(session: Session, of: Iterable[Reminder]) -> None:
    """They could not be sent: the next run tries again."""
    for one in of:
        session.execute(_BACK, one.row())


def unsure(session: Session) -> list[dict[str, Any]]:
    """Reminders that were taken, and of which nobody knows whether they left."""
    return [dict(row) for row in session.execute(_UNSURE, {"never": NEVER}).mappings()]


def _classifications(session: Session, today: dt.date) -> Iterator[Reminder]:
    editors = _editors(session)
    horizon = today + dt.timedelta(days=SOON_DAYS)
    for row in session.execute(_DUE, {"horizon": horizon}):
        day = reminder_day(row.review_on, today)
        if day:
            for reader in _readers(editors.get(row.owner_org, {}), row.user_id):
                yield Reminder(CLASSIFICATION, day, reader, row.id, row.review_on)


def _readers(editors: Mapping[str, str], answered: str | None) -> list[str]:
    """Who answered, while they still may; else those who administer the organisation."""
    if answered and answered in editors:
        return [answered]
    return sorted(user for user, capacity in editors.items() if capacity == "admin")


def _editors(session: Session) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in session.execute(_EDITORS):
        found[row.group_id][row.id] = row.capacity
    return found


def _protocols(
    kept: Iterable[Kept], focal_points: Mapping[str, str], today: dt.date
) -> Iterator[Reminder]:
    """To the contacts that a protocol names, and to the portal's focal points; to each once."""
    users = {address.lower() for address in focal_points.values()}
    for kind, one, on in deadlines(kept):
        day = reminder_day(on, today)
        if day is None:
            continue
        document = one.document
        addresses = [contact.get("email", "") for contact in document.told.get("contacts", ())]
        named = [a for a in addresses if a and a.lower() not in users]
        spoken = {**dict.fromkeys(named, document.languages[0]), **dict.fromkeys(focal_points)}
        for reader, language in spoken.items():
            about = f"{one.key} {one.version}"
            yield Reminder(kind, day, reader, about, on, document.protocol, language)
