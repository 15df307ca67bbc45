"""Protocols as the portal keeps them: each version word for word, and which are in force."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..documents import library
from ..documents.compile import Document, load
from ..documents.problems import Refused
from ..model.tables import ProtocolText
from ..policy.event import Event
from . import record
from .act import Act

MOST_COMPILED = 256

_COLUMNS = "p.id, p.key, p.version, p.digest, p.loaded_at, f.since, p.id = f.protocol_id AS chosen"
_IN_FORCE = (
    f"SELECT {_COLUMNS} FROM isp_protocol_in_force f "
    "JOIN isp_protocol p ON p.id IN (f.protocol_id, f.before_id) "
    "ORDER BY p.key, chosen DESC"
)
_ASK = sa.text(_IN_FORCE)
# whoever saves a dataset holds this lock already, or takes it here; a change of protocols waits
# for all who do, and they for it (services/protocol_change.py)
_HOLD = sa.text(f"LOCK TABLE package IN ROW SHARE MODE; {_IN_FORCE}")
_KEPT = (
    f"SELECT {_COLUMNS} FROM isp_protocol p "
    "LEFT JOIN isp_protocol_in_force f ON f.protocol_id = p.id "
)
_SOURCES = sa.text("SELECT id, source FROM isp_protocol WHERE id = ANY(:ids)")


class Unreadable(RuntimeError):
    """A version in force that this release cannot read: nothing may be decided without it."""

    def __init__(self, key: str, version: str, why: Refused) -> None:
        super().__init__(f"protocol {key}, {version} cannot be read: {why}")
        self.key, self.version, self.problems = key, version, why.problems


@dataclass(frozen=True)
class Kept:
    """A version of a protocol in the database.

    :param since: when it was activated; None where it is not the activated one
    """

    id: int
    key: str
    version: str
    digest: str
    loaded_at: dt.datetime
    since: dt.datetime | None
    document: Document


def keep(session: Session, act: Act, source: bytes) -> int:
    """Keep a version, word for word; the same text is kept once.

    :param source: YAML in UTF-8
    :returns: its id
    :raises Refused: with every problem, where it cannot be used
    """
    protocol = load(source).protocol
    digest = hashlib.sha256(source).hexdigest()
    session.execute(sa.text("LOCK TABLE isp_protocol IN SHARE ROW EXCLUSIVE MODE"))
    same = sa.select(ProtocolText.id).filter_by(key=protocol.key, digest=digest)
    found = session.scalar(same)
    if found is not None:
        return found
    about = replace(act, protocol=protocol)
    event = record.add(session, Event.PROTOCOL_LOADED, about, details={"digest": digest})
    text = ProtocolText(
        key=protocol.key,
        version=protocol.version,
        source=source.decode("utf-8-sig"),
        digest=digest,
        event_id=event.id,
    )
    session.add(text)
    session.flush()
    return text.id


def in_force(session: Session, today: dt.date, *, hold: bool = False) -> tuple[Kept, ...]:
    """The versions that speak on a day, by key: those activated, and until the first day of one
    of these the version before it.

    :param hold: they stay in force until this transaction ends
    :raises Unreadable: where one of them cannot be read
    """
    rows = session.execute(_HOLD if hold else _ASK).all()
    chosen = _read(session, [row for row in rows if row.chosen])
    waiting = {kept.key for kept in chosen if not begun(kept, today)}
    until_then = [row for row in rows if not row.chosen and row.key in waiting]
    return (*chosen, *_read(session, until_then))


def with_template(kept: Iterable[Kept]) -> tuple[Document, ...]:
    """Documents that speak: the shipped template first, unless a version of its own is kept."""
    template = library.template()
    found = tuple(one.document for one in kept)
    own = any(document.protocol.key == template.protocol.key for document in found)
    return found if own else (template, *found)


def every(session: Session) -> list[Kept]:
    """Every version, by key, the newest first; those that cannot be read left out."""
    kept: list[Kept] = []
    for row in session.execute(sa.text(f"{_KEPT} ORDER BY p.key, p.id DESC")).all():
        with contextlib.suppress(Unreadable):
            kept += _read(session, [row])
    return kept


def find(session: Session, reference: int | str, version: str | None = None) -> Kept | None:
    """A version by its id; or by its key the activated one, else the newest.

    :param version: with a key: the newest text of this version
    :raises Unreadable: where it cannot be read
    """
    if isinstance(reference, int):
        query = sa.text(f"{_KEPT} WHERE p.id = :reference")
    else:
        which = "AND p.version = :version" if version else ""
        first = "ORDER BY chosen NULLS LAST, p.id DESC LIMIT 1"
        query = sa.text(f"{_KEPT} WHERE p.key = :reference {which} {first}")
    told = {"reference": reference, **({"version": version} if version else {})}
    found = _read(session, session.execute(query, told).all())
    return found[0] if found else None


def source(session: Session, protocol_id: int) -> str:
    """The text of a version as it was loaded."""
    return session.scalars(sa.select(ProtocolText.source).filter_by(id=protocol_id)).one()


# texts never change: what was read once under a digest is read for good
_documents: dict[str, Document] = {}


def _read(session: Session, rows: Sequence[Any]) -> list[Kept]:
    known = {row.digest: _documents[row.digest] for row in rows if row.digest in _documents}
    missing = {row.id: row for row in rows if row.digest not in known}
    for text in session.execute(_SOURCES, {"ids": [*missing]}).all() if missing else ():
        row = missing[text.id]
        known[row.digest] = _compiled(row, text.source)
    return [_kept(row, known[row.digest]) for row in rows]


def _compiled(row: Any, text: str) -> Document:
    if len(_documents) >= MOST_COMPILED:
        _documents.clear()
    try:
        found = _documents[row.digest] = load(text.encode())
    except Refused as refused:
        raise Unreadable(row.key, row.version, refused) from None
    return found


def _kept(row: Any, document: Document) -> Kept:
    since = row.since if row.chosen else None
    return Kept(row.id, row.key, row.version, row.digest, row.loaded_at, since, document)


def begun(kept: Kept, today: dt.date) -> bool:
    """Whether the first day of a version has come."""
    first = kept.document.protocol.valid_from
    return first is None or first <= today
