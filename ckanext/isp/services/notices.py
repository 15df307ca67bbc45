"""What people are told: written with what happened, read in the portal, told again by mail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.facts import ACTIVE, ON_REQUEST, SENSITIVITY, TRUE
from ..policy.notice import Mails, Named, Need, Notice, Post, mailed, named, unfit
from ..policy.request import State
from ..policy.scale import Exposure, Level

# what came until then is told in the mail of the day
_NEXT_MORNING = "date_trunc('day', clock_timestamp() - interval '6 hours') + interval '30 hours'"
MANY = 100

_READERS = sa.text(
    """
    SELECT u.id, coalesce(u.email, '') <> '' AS address, coalesce(r.mails, 'at_once') AS mails
      FROM "user" u LEFT JOIN isp_reader r ON r.user_id = u.id
     WHERE u.id = ANY(:ids) AND u.state = 'active'
     ORDER BY u.id"""
)
_ADD = sa.text(
    f"""
    INSERT INTO isp_notice (kind, user_id, package_id, about, mail, daily, next_try_at)
    VALUES (:kind, :user_id, :package_id, cast(:about AS jsonb), :mail, :daily,
            CASE WHEN :daily THEN {_NEXT_MORNING} ELSE clock_timestamp() END)"""
)
_LISTED = sa.text(
    """
    SELECT id, kind, package_id, about, made_at, read_at FROM isp_notice
     WHERE user_id = :user ORDER BY id DESC LIMIT :limit OFFSET :offset"""
)
_GLANCE = sa.text(
    """
    SELECT (SELECT count(*) FROM (SELECT FROM isp_notice
             WHERE user_id = :user AND read_at IS NULL LIMIT :many) waiting) AS unread,
           (SELECT language FROM isp_reader WHERE user_id = :user) AS language"""
)
_READ = sa.text(
    """
    UPDATE isp_notice SET read_at = clock_timestamp(),
           mail = CASE WHEN daily AND mail = 'waiting' THEN 'none' ELSE mail END
     WHERE user_id = :user AND read_at IS NULL
       AND (cast(:id AS bigint) IS NULL OR id = :id)
       AND (cast(:request AS bigint) IS NULL
            OR about->'request' = to_jsonb(cast(:request AS bigint)))"""
)
_STATES = sa.text("SELECT id, state FROM isp_request WHERE id = ANY(:ids)")
_WANTED = sa.text("SELECT mails, language FROM isp_reader WHERE user_id = :user")
_SPEAKS = sa.text(
    "INSERT INTO isp_reader (user_id, language) VALUES (:user, :language) "
    "ON CONFLICT (user_id) DO UPDATE SET language = :language"
)
_WANTS = sa.text(
    "INSERT INTO isp_reader (user_id, mails) VALUES (:user, :mails) "
    "ON CONFLICT (user_id) DO UPDATE SET mails = :mails"
)
_AT_ONCE = sa.text(
    "UPDATE isp_notice SET daily = false, next_try_at = clock_timestamp() "
    "WHERE user_id = :user AND mail = 'waiting' AND daily"
)
_NO_MORE = sa.text(
    "UPDATE isp_notice SET mail = 'none' "
    "WHERE user_id = :user AND mail = 'waiting' AND kind = ANY(:kinds)"
)
_SUBJECTS = sa.text(
    """
    SELECT p.id, coalesce(nullif(p.title, ''), p.name) AS title, p.state, p.private, p.extras,
           coalesce(nullif(o.title, ''), o.name) AS organization
      FROM package p LEFT JOIN "group" o ON o.id = p.owner_org
     WHERE p.id = ANY(:ids)"""
)


class Subject(NamedTuple):
    """A dataset that a notice is about, and how much of it a mail may say."""

    named: Named
    title: str = ""
    organization: str = ""


UNKNOWN = Subject(Named.NOTHING)


class Glance(NamedTuple):
    """What a page asks about its reader: how much is unread, ``MANY`` at most; their language."""

    unread: int
    language: str | None


class Wanted(NamedTuple):
    """How somebody wants to be told."""

    mails: Mails
    language: str | None


def add(
    session: Session,
    kind: Notice,
    recipients: Iterable[str],
    package_id: str | None = None,
    **about: Any,
) -> int:
    """Tell people something, in the caller's transaction; ``jobs.wake`` after the commit.

    Each once, whoever is no active user not at all.

    :param recipients: ids of users
    :param about: facts of ``policy.notice.FACTS``: never words
    :returns: how many are told
    :raises ValueError: where a fact is missing, or none that may be kept
    """
    wrong = unfit(kind, about)
    if wrong:
        raise ValueError(f"a notice {kind.value} cannot be kept with {wrong}: {sorted(about)}")
    readers = session.execute(_READERS, {"ids": list(recipients)}).all()
    told = {"kind": kind.value, "package_id": package_id, "about": json.dumps(about, default=_iso)}
    rows = [{**told, "user_id": reader.id, **_post(kind, reader)} for reader in readers]
    if rows:
        session.execute(_ADD, rows)
    return len(rows)


def listed(session: Session, user_id: str, limit: int, offset: int = 0) -> Sequence[Any]:
    """What somebody was told, newest first."""
    asked = {"user": user_id, "limit": limit, "offset": offset}
    return session.execute(_LISTED, asked).all()


def find(session: Session, user_id: str, notice_id: int) -> Any:
    """One of somebody's notices; None where it is not theirs."""
    one = sa.text(
        "SELECT id, kind, package_id, about, made_at, read_at FROM isp_notice "
        "WHERE user_id = :user AND id = :id"
    )
    return session.execute(one, {"user": user_id, "id": notice_id}).first()


def glance(session: Session, user_id: str) -> Glance:
    """How much somebody has yet to read, and the language that is known of them."""
    return Glance(*session.execute(_GLANCE, {"user": user_id, "many": MANY}).one())


def read(
    session: Session, user_id: str, notice_id: int | None = None, request: int | None = None
) -> int:
    """Somebody has read one notice, those about one request, or all of theirs.

    What was to be told in the mail of the day is not mailed then.
    """
    asked = {"user": user_id, "id": notice_id, "request": request}
    return session.execute(_READ, asked).rowcount  # type: ignore[attr-defined]


def wanted(session: Session, user_id: str) -> Wanted:
    """How somebody wants to be told."""
    row = session.execute(_WANTED, {"user": user_id}).first()
    return Wanted(Mails(row.mails), row.language) if row else Wanted(Mails.AT_ONCE, None)


def want(session: Session, user_id: str, mails: Mails) -> None:
    """Keep how somebody wants to be told from now on; what waits to be mailed follows it."""
    session.execute(_WANTS, {"user": user_id, "mails": mails.value})
    if mails is Mails.AT_ONCE:
        session.execute(_AT_ONCE, {"user": user_id})
    if mails is Mails.NEVER:
        kinds = [kind.value for kind in Notice if kind.need is Need.KNOW]
        session.execute(_NO_MORE, {"user": user_id, "kinds": kinds})


def speaks(connection: sa.Connection | Session, user_id: str, language: str) -> None:
    """Keep the language in which somebody last used the portal."""
    connection.execute(_SPEAKS, {"user": user_id, "language": language})


def subjects(session: Session, package_ids: Iterable[str | None]) -> dict[str, Subject]:
    """Datasets as they are now, by id, with what a mail may say of each."""
    ids = [package_id for package_id in package_ids if package_id]
    if not ids:
        return {}
    rows = session.execute(_SUBJECTS, {"ids": ids}).all()
    return {row.id: Subject(_named(row), _line(row.title), _line(row.organization)) for row in rows}


def states(session: Session, rows: Iterable[Any]) -> dict[int, State]:
    """How far the requests are that notices are about, by their numbers."""
    ids = list({row.about["request"] for row in rows if "request" in row.about})
    found = session.execute(_STATES, {"ids": ids}).all() if ids else []
    return {row.id: State(row.state) for row in found}


def _named(row: Any) -> Named:
    extras = row.extras if isinstance(row.extras, dict) else {}
    exposure = Exposure.of(row.private, extras.get(ON_REQUEST) == TRUE)
    found = named(Level.parse(extras.get(SENSITIVITY)), exposure, active=row.state == ACTIVE)
    return found if row.organization or found is not Named.ORGANIZATION else Named.NOTHING


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _post(kind: Notice, reader: Any) -> dict[str, Any]:
    how = mailed(kind.need, Mails(reader.mails), address=reader.address)
    post = Post.NONE if how is Mails.NEVER else Post.WAITING
    return {"mail": post.value, "daily": how is Mails.DAILY}


def _iso(value: dt.date) -> str:
    return value.isoformat()
