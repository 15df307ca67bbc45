"""Bringing a living catalogue under the guard, and arming it when nothing violates it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.event import Event
from ..policy.facts import SENSITIVITY
from ..policy.scale import Level
from . import act as acts
from . import record
from .act import Act
from .audit import VIOLATION

UNCLASSIFIED = "isp_guard_unclassified"

_FOUND = sa.text(
    f"SELECT coalesce(g.name, '') AS organization, v.rule, count(*) AS datasets "
    f"  FROM (SELECT p.owner_org, {VIOLATION} AS rule FROM package p) v "
    f'  LEFT JOIN "group" g ON g.id = v.owner_org '
    f" WHERE v.rule IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
)
_BATCH = (
    f"SELECT p.id FROM package p WHERE {VIOLATION} {{which}} "
    f"ORDER BY p.id LIMIT :batch FOR UPDATE OF p SKIP LOCKED"
)
_CLOSE = sa.text(
    "UPDATE package SET private = true, owner_org = coalesce(nullif(owner_org, ''), :holding) "
    f" WHERE id IN ({_BATCH.format(which='IS NOT NULL')})"
)
_CLASSIFY = sa.text(
    "UPDATE package SET extras = coalesce(extras, '{}'::jsonb) || cast(:level AS jsonb) "
    f" WHERE id IN ({_BATCH.format(which='= :rule')})"
)


def found(session: Session) -> list[dict[str, Any]]:
    """What stands against the guard: datasets per organisation and rule."""
    return [dict(row) for row in session.execute(_FOUND).mappings()]


def total(rows: list[dict[str, Any]]) -> Counter[str]:
    """Datasets per rule."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row["rule"]] += row["datasets"]
    return counted


def classify(session: Session, act: Act, level: Level, batch: int) -> int:
    """Give unclassified public datasets a level by the portal's explicit decision; one batch.

    :param act: who decides; its reason goes into every row of the record
    :returns: how many; the caller commits
    """
    acts.announce(session, replace(act, kind=Event.ADOPTED.value))
    chosen = json.dumps({SENSITIVITY: level.slug})
    done: Any = session.execute(_CLASSIFY, {"level": chosen, "rule": UNCLASSIFIED, "batch": batch})
    return done.rowcount


def close(session: Session, act: Act, holding: str, batch: int) -> int:
    """Make datasets that may not be open members only; one batch.

    :param holding: id of the organisation that takes those without an owner
    :returns: how many; the caller commits
    """
    acts.announce(session, replace(act, kind=Event.ADOPTED.value))
    done: Any = session.execute(_CLOSE, {"holding": holding, "batch": batch})
    return done.rowcount


def arm(session: Session, act: Act) -> bool:
    """Arm the guard if no dataset violates it; nobody writes datasets meanwhile.

    :returns: whether it is armed now; the caller commits
    """
    session.execute(sa.text("LOCK TABLE package IN SHARE ROW EXCLUSIVE MODE"))
    if found(session):
        return False
    armed: Any = session.execute(
        sa.text("UPDATE isp_guard SET mode = 'armed', armed_at = now() WHERE mode <> 'armed'")
    )
    if armed.rowcount:
        record.add(session, Event.GUARD_ARMED, act)
    return True
