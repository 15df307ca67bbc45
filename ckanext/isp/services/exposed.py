"""What the portal knows of who had a dataset while it was open, and what was done since."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Event, Person, RestrictedFile
from ..policy import event
from ..policy.exposed import Change, Check
from ..policy.scale import Exposure
from . import record
from .act import Act
from .files import State

CHECK, DONE = "check", "done"
PAGE, RESOURCE = "page", "resource"
# the format of what was a link
LINK = "URL"

# what was counted is summed up each day, and the counts themselves may be thrown away then
_VISITS = sa.text(
    """
    SELECT day, kind, sum(visits) AS visits FROM (
      SELECT url, day, kind, max(visits) AS visits FROM (
        SELECT url, CAST(access_timestamp AS date) AS day, tracking_type AS kind,
               count(DISTINCT user_key) AS visits
          FROM tracking_raw WHERE url = ANY(:urls) GROUP BY 1, 2, 3
        UNION ALL
        SELECT url, tracking_date, tracking_type, count FROM tracking_summary WHERE url = ANY(:urls)
      ) counted GROUP BY 1, 2, 3
    ) each_url WHERE kind IN ('page', 'resource') GROUP BY 1, 2 ORDER BY 1"""
)
_FOLLOWERS = sa.text(
    "SELECT f.follower_id AS user, f.datetime AT TIME ZONE 'UTC' AS at "
    'FROM user_following_dataset f JOIN "user" u ON u.id = f.follower_id '
    "WHERE f.object_id = :id AND f.datetime AT TIME ZONE 'UTC' < :before ORDER BY f.datetime"
)
_WRITERS = sa.text(
    "SELECT user_id AS user, count(*) AS times, max(timestamp) AT TIME ZONE 'UTC' AS at "
    "FROM activity WHERE object_id = :id AND user_id IS NOT NULL "
    "AND activity_type IN ('new package', 'changed package') "
    "AND timestamp AT TIME ZONE 'UTC' < :before GROUP BY 1 ORDER BY 3 DESC"
)


class Known(NamedTuple):
    """Somebody with an account who had to do with a dataset.

    :param at: since when, or when last
    :param times: how often they changed it
    """

    user_id: str
    at: dt.datetime
    times: int = 0


class Former(NamedTuple):
    """A resource that was taken into the restricted store.

    :param name: of its file; empty where it was a link, or is destroyed
    """

    resource_id: str
    name: str


class Checked(NamedTuple):
    """What was last said of something to look after.

    :param user_id: None where that person is erased, or the portal itself said it
    """

    done: bool
    user_id: str | None
    at: dt.datetime
    note: str | None


def changes(session: Session, package_id: str) -> list[Change]:
    """What the record tells of a dataset's exposure, the oldest first."""
    query = sa.select(Event).where(
        Event.package_id == package_id, Event.exposure_after.is_not(None)
    )
    return [
        Change(
            row.at,
            _exposure(row.exposure_before),
            _exposure(row.exposure_after),
            row.kind == event.Event.DELETED.value,
        )
        for row in session.scalars(query.order_by(Event.id))
    ]


def visits(session: Session, urls: Iterable[str]) -> dict[dt.date, dict[str, int]]:
    """How many different visitors CKAN's tracking counted of these addresses, by day: of pages,
    and of files."""
    found: dict[dt.date, dict[str, int]] = defaultdict(lambda: {PAGE: 0, RESOURCE: 0})
    if _has(session, "tracking_raw"):
        for row in session.execute(_VISITS, {"urls": list(urls)}):
            found[row.day][row.kind] = int(row.visits)
    return dict(found)


def followers(session: Session, package_id: str, before: dt.datetime) -> list[Known]:
    """Who followed a dataset before a moment, and still does."""
    rows = session.execute(_FOLLOWERS, {"id": package_id, "before": before})
    return [Known(row.user, row.at) for row in rows]


def writers(session: Session, package_id: str, before: dt.datetime) -> list[Known]:
    """Who made or changed a dataset before a moment, as far as its activities tell."""
    if not _has(session, "activity"):
        return []
    rows = session.execute(_WRITERS, {"id": package_id, "before": before})
    return [Known(row.user, row.at, row.times) for row in rows]


def former(session: Session, package_id: str) -> list[Former]:
    """The resources of a dataset that were sealed, the first first."""
    query = (
        sa.select(Event.details, RestrictedFile)
        .join(RestrictedFile, RestrictedFile.id == Event.details["file"].astext)
        .where(Event.package_id == package_id, Event.kind == event.Event.FILE_SEALED.value)
        .order_by(Event.id)
    )
    rows = session.execute(query)
    told = []
    for details, file in rows:
        resource_id = details.get("resource") or file.resource_id
        if resource_id:
            nameless = file.state == State.DESTROYED.value or file.format == LINK
            name = "" if nameless else file.name
            told.append(Former(resource_id, name))
    return told


def checks(session: Session, package_id: str) -> dict[Check, Checked]:
    """What was last said of each thing to look after; those of which nobody said anything are not
    in it."""
    query = (
        sa.select(Event, Person.user_id)
        .outerjoin(Person, Person.digest == Event.actor)
        .where(Event.package_id == package_id, Event.kind == event.Event.EXPOSURE_CHECKED.value)
        .order_by(Event.id)
    )
    return {
        Check(row.details[CHECK]): Checked(row.details[DONE], user_id, row.at, row.reason)
        for row, user_id in session.execute(query)
    }


def check(session: Session, act: Act, package_id: str, what: Check, *, done: bool) -> None:
    """Put on record that something was looked after, or was not after all.

    :param act: its reason is what was said about it
    """
    told = {CHECK: what.value, DONE: done}
    record.add(session, event.Event.EXPOSURE_CHECKED, act, package_id=package_id, details=told)


def _exposure(slug: str | None) -> Exposure | None:
    return Exposure[slug.upper()] if slug else None


def _has(session: Session, table: str) -> bool:
    return sa.inspect(session.connection()).has_table(table)
