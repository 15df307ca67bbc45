"""Who received what: read from the record of downloads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.event import Event

_RECEIVED = sa.text("""
    SELECT EXISTS (
        SELECT 1 FROM isp_event e JOIN isp_person p ON p.digest = e.actor
         WHERE e.kind = :kind AND e.package_id = :package AND p.user_id = ANY(:users)
           AND e.at >= :since)
""")
_HOLDERS = sa.text("""
    SELECT p.user_id, e.details->>'file' AS file, e.details->>'right' AS right,
           min(e.at) AS first, max(e.at) AS last, count(*) AS times
      FROM isp_event e LEFT JOIN isp_person p ON p.digest = e.actor
     WHERE e.kind = :kind AND e.package_id = :package
     GROUP BY 1, 2, 3 ORDER BY last DESC, file
""")


def received(session: Session, package_id: str, users: list[str], since: dt.datetime) -> bool:
    """Whether any of these people downloaded anything of a dataset since then."""
    asked = {
        "kind": Event.FILE_DOWNLOADED.value,
        "package": package_id,
        "users": users,
        "since": since,
    }
    return bool(session.scalar(_RECEIVED, asked))


def of_dataset(session: Session, package_id: str) -> list[dict[str, Any]]:
    """Everybody who ever downloaded a file of a dataset, each file once, the latest first."""
    asked = {"kind": Event.FILE_DOWNLOADED.value, "package": package_id}
    return [dict(row) for row in session.execute(_HOLDERS, asked).mappings()]
