"""Every dataset beside what its level allows, and beside what was answered about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.review import Outcome
from ..policy.scale import Level
from . import review
from .review import NEWEST, Now

CONFORMING, VIOLATING, UNCLASSIFIED = "conforming", "violating", "unclassified"
BELOW_ANSWERS, CORPORATE = "below answers", "corporate"
STANDINGS = (CONFORMING, VIOLATING, BELOW_ANSWERS, UNCLASSIFIED, CORPORATE)
WRONG = (VIOLATING, BELOW_ANSWERS)

VIOLATION = (
    "isp_violation(p.type, p.state, p.private, p.owner_org, p.extras, isp_holds_resources(p.id))"
)
_DATASETS = sa.text(
    f"SELECT p.id, p.name, p.title, p.state, p.type, g.name AS organization, "
    f"       p.extras->>'sensitivity' AS sensitivity, "
    f"       isp_exposure(p.private, p.extras) AS exposure, {VIOLATION} AS rule, "
    f"       isp_exempt(p.type, p.extras, isp_holds_resources(p.id)) AS exempt "
    f'  FROM package p LEFT JOIN "group" g ON g.id = p.owner_org '
    f" ORDER BY g.name NULLS FIRST, p.name"
)


_CORPORATE = sa.text(f"SELECT c.package_id, c.reason FROM ({NEWEST}) c WHERE c.corporate")


def datasets(session: Session, now: Now) -> Iterator[dict[str, Any]]:
    """Each dataset with its standing, in the order of organisations and names.

    *Below answers*: the protocols bind it to more than its level, and no second person lowered it.
    *Corporate*: somebody claimed that no protocol applies (R23); ``reason`` says why.
    """
    higher = (Outcome.RAISE, Outcome.ASK)
    below = {one.row.id for one in review.every(session, now) if one.outcome in higher}
    corporate = {row.package_id: row.reason for row in session.execute(_CORPORATE)}
    for row in session.execute(_DATASETS.execution_options(yield_per=1000)).mappings():
        told = {key: row[key] for key in row if key != "exempt"}
        standing = _standing(row, below, corporate)
        reason = corporate.get(row["id"]) if standing == CORPORATE else None
        yield {**told, "reason": reason, "standing": standing}


def counts(found: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many datasets stand how; the numbers add up to the total."""
    counted = Counter(row["standing"] for row in found)
    return {standing: counted[standing] for standing in STANDINGS}


def _standing(row: Any, below: set[str], corporate: dict[str, str]) -> str:
    if row["rule"] is not None:
        return VIOLATING
    if Level.parse(row["sensitivity"]) is None and not row["exempt"]:
        return CORPORATE if row["id"] in corporate else UNCLASSIFIED
    return BELOW_ANSWERS if row["id"] in below else CONFORMING
