"""Mails about notices: taken one by one to be sent, and what became of each.

A mail is ``leaving`` before it leaves, and that is committed. Whatever stops in between leaves it
so: it is listed, and not sent again by itself, for nobody knows whether it arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.notice import Post, wait

LATE = "mail = 'waiting' AND made_at < clock_timestamp() - interval '1 hour' AND " + (
    "(attempts > 0 OR next_try_at < clock_timestamp() - interval '1 hour')"
)
# longer than a job of the worker lasts
LEFT_BEHIND = "mail = 'leaving' AND tried_at < clock_timestamp() - interval '15 minutes'"
UNSURE = f"(mail = 'unsure' OR {LEFT_BEHIND})"
STUCK = f"({LATE}) OR {UNSURE} OR mail = 'failed'"

# of somebody's mail of the day, one row is taken for all: two workers never share it
_CLAIM = sa.text(
    """
    WITH due AS (
      SELECT n.id, n.user_id, n.daily FROM isp_notice n
       WHERE n.mail = 'waiting' AND n.next_try_at <= clock_timestamp()
         AND NOT (n.daily AND EXISTS (
               SELECT FROM isp_notice e
                WHERE e.user_id = n.user_id AND e.daily AND e.mail = 'waiting'
                  AND e.next_try_at <= clock_timestamp() AND e.id < n.id))
       ORDER BY n.next_try_at, n.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE isp_notice n
       SET mail = 'leaving', attempts = n.attempts + 1, tried_at = clock_timestamp()
      FROM due
     WHERE n.id = due.id
        OR (due.daily AND n.daily AND n.user_id = due.user_id AND n.mail = 'waiting'
            AND n.next_try_at <= clock_timestamp())
    RETURNING n.id, n.kind, n.user_id, n.package_id, n.about, n.attempts, n.daily"""
)
_READER = sa.text(
    """
    SELECT u.email, coalesce(nullif(u.fullname, ''), u.name) AS name, u.state, r.language
      FROM "user" u LEFT JOIN isp_reader r ON r.user_id = u.id WHERE u.id = :id"""
)
_CAME = sa.text(
    "UPDATE isp_notice SET mail = :mail, last_error = :error, "
    "sent_at = CASE WHEN :mail = 'sent' THEN clock_timestamp() END, "
    "next_try_at = coalesce(clock_timestamp() + cast(:wait AS interval), next_try_at) "
    "WHERE id = :id"
)
_DUE = sa.text(
    "SELECT EXISTS (SELECT FROM isp_notice "
    "WHERE mail = 'waiting' AND next_try_at <= clock_timestamp())"
)
_COUNTS = sa.text(
    f"SELECT count(*) FILTER (WHERE {LATE}) AS late, count(*) FILTER (WHERE {UNSURE}) AS unsure, "
    "count(*) FILTER (WHERE mail = 'failed') AS failed FROM isp_notice "
    "WHERE mail IN ('waiting', 'leaving', 'unsure', 'failed')"
)
_LISTED = """
    SELECT n.id, CASE WHEN n.mail = 'leaving' AND {unsure} THEN 'unsure' ELSE n.mail END AS mail,
           n.kind, u.name AS reader, n.made_at, n.attempts, n.next_try_at, n.last_error
      FROM isp_notice n LEFT JOIN "user" u ON u.id = n.user_id
     WHERE (cast(:user AS text) IS NULL OR n.user_id = :user) AND ({which})
     ORDER BY n.id DESC LIMIT :limit"""
_RETRY = """
    UPDATE isp_notice SET mail = 'waiting', attempts = 0, next_try_at = clock_timestamp()
     WHERE {which} RETURNING id"""


class Letter(NamedTuple):
    """A mail that is about to leave: one notice, or all of somebody's day.

    :param notices: rows with ``id``, ``kind``, ``package_id``, ``about`` and ``attempts``
    :param address: empty where there is nobody to write to
    :param language: the reader's, where it is known
    """

    notices: tuple[Any, ...]
    daily: bool
    address: str
    name: str
    language: str | None

    @property
    def key(self) -> str:
        """The same each time that it is sent, so that a second copy is known for one."""
        return "-".join(["isp-notice", str(self.notices[0].id), *["daily"] * self.daily])


def due(session: Session) -> bool:
    """Whether a mail is to leave now."""
    return bool(session.execute(_DUE).scalar_one())


def claim(session: Session) -> Letter | None:
    """Take the mail that has waited longest, and that nobody else took. Commit before it leaves."""
    rows = sorted(session.execute(_CLAIM).all(), key=lambda row: row.id)
    if not rows:
        return None
    reader = session.execute(_READER, {"id": rows[0].user_id}).first()
    there = reader is not None and reader.state == "active"
    return Letter(
        tuple(rows),
        rows[0].daily,
        (reader.email or "") if reader and there else "",
        reader.name if reader else "",
        reader.language if reader else None,
    )


def came(session: Session, letter: Letter, post: Post, error: str | None = None) -> None:
    """Keep how far a mail came; one that nobody took waits, or is given up."""
    for row in letter.notices:
        again = wait(row.attempts) if post is Post.WAITING else None
        given_up = post is Post.WAITING and again is None
        how = Post.FAILED if given_up else post
        told = {"id": row.id, "mail": how.value, "error": error, "wait": again}
        session.execute(_CAME, told)


def counts(session: Session) -> dict[str, int]:
    """How many mails wait for longer than an hour, are given up, or have perhaps left."""
    return dict(session.execute(_COUNTS).mappings().one())


def listed(
    session: Session, *, stuck: bool = False, user_id: str | None = None, limit: int = 500
) -> Sequence[Any]:
    """Notices with how their mails fare, newest first.

    :param stuck: only mails that wait for longer than an hour, are given up, or perhaps left
    """
    query = _LISTED.format(which=STUCK if stuck else "true", unsure=UNSURE)
    return session.execute(sa.text(query), {"user": user_id, "limit": limit}).all()


def retry(session: Session, ids: Sequence[int] | None = None) -> list[int]:
    """Let mails leave that are given up; of those that perhaps left, only what is named.

    :param ids: of notices; all that are given up where left out
    """
    named = f"id = ANY(:ids) AND (mail IN ('failed', 'waiting') OR {UNSURE})"
    query = _RETRY.format(which="mail = 'failed'" if ids is None else named)
    return list(session.scalars(sa.text(query), {} if ids is None else {"ids": list(ids)}))
