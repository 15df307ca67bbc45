"""The record as a chain of hashes, by which everybody can tell that none of it was changed.

Both hashes are SHA-256 of JSON in one canonical form: keys sorted, no spaces, ASCII, moments in UTC
with microseconds. A column without a value is left out, so that one that is added later changes
no hash. Persons stand in the record as digests: erasing who they are changes none either.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

LATE = dt.timedelta(hours=1)
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


class What(Enum):
    """What is wrong with the record."""

    CHANGED = "changed"
    MISSING = "missing"
    LINK = "link"
    GAP = "gap"
    UNLINKED = "unlinked"
    HEAD = "head"


class Fault(NamedTuple):
    """Something that is not as it was recorded.

    :param number: of the link; None where there is none
    :param event: id of the event; None where none is known
    """

    what: What
    number: int | None
    event: int | None


class Link(NamedTuple):
    """One link, as it is kept.

    :param event_hash: of the event as it was when it was linked
    :param hash: of this link, and so of everything before it
    """

    number: int
    event_id: int
    event_hash: str
    hash: str
    at: dt.datetime


def canonical(columns: Mapping[str, Any]) -> bytes:
    """Columns of a row as they are hashed."""
    told = {key: _plain(value) for key, value in columns.items() if value is not None}
    return _JSON.encode(told).encode()


def hash_of(columns: Mapping[str, Any]) -> str:
    """The hash of an event: of every column that it has."""
    return hashlib.sha256(canonical(columns)).hexdigest()


def link_hash(before: str | None, event_hash: str, at: dt.datetime) -> str:
    """The hash of a link.

    :param before: the hash of the link before it; None for the first
    :param at: when it was linked
    """
    return hash_of({"before": before, "event": event_hash, "at": at})


def linked(head: Link | None, events: Iterable[Mapping[str, Any]], at: dt.datetime) -> list[Link]:
    """Events as links after a head, in their order."""
    found = []
    for event in events:
        told = hash_of(event)
        number = head.number + 1 if head else 1
        head = Link(number, event["id"], told, link_hash(head and head.hash, told, at), at)
        found.append(head)
    return found


@dataclass
class Reading:
    """A chain while it is read from its beginning, link by link.

    ``hash`` is what the last link says of itself, ``ought`` what follows from those before it: a
    link that only says something else of itself is named, and not the one after it.
    """

    number: int = 0
    hash: str | None = None
    ought: str | None = None

    def faults(self, link: Link, event: Mapping[str, Any] | None) -> Iterator[Fault]:
        """What is wrong with the next link.

        :param event: the columns of its event; None where there is none any more
        """
        gap = link.number != self.number + 1
        befores = {self.hash, self.ought}
        holds = gap or link.hash in {link_hash(b, link.event_hash, link.at) for b in befores}
        now = hash_of(event) if event else link.event_hash
        if gap:
            yield Fault(What.GAP, self.number + 1, None)
        if event is None:
            yield Fault(What.MISSING, link.number, link.event_id)
        if not holds:
            yield Fault(What.LINK, link.number, link.event_id)
        elif now != link.event_hash:
            yield Fault(What.CHANGED, link.number, link.event_id)
        self.number, self.hash = link.number, link.hash
        self.ought = link.hash if holds else link_hash(self.ought, now, link.at)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.timezone.utc).isoformat(timespec="microseconds")
    return value
