"""Every dataset beside what its level allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.scale import Level

CONFORMING, VIOLATING, UNCLASSIFIED = "conforming", "violating", "unclassified"
STANDINGS = (CONFORMING, VIOLATING, UNCLASSIFIED)

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


def datasets(session: Session) -> Iterator[dict[str, Any]]:
    """Each dataset with its standing, in the order of organisations and names."""
    for row in session.execute(_DATASETS.execution_options(yield_per=1000)).mappings():
        told = {key: row[key] for key in row if key != "exempt"}
        yield {**told, "standing": _standing(row)}


def counts(session: Session) -> dict[str, int]:
    """How many datasets stand how; the numbers add up to the total."""
    found = Counter(row["standing"] for row in datasets(session))
    return {standing: found[standing] for standing in STANDINGS}


def _standing(row: Any) -> str:
    if row["rule"] is not None:
        return VIOLATING
    if Level.parse(row["sensitivity"]) is None and not row["exempt"]:
        return UNCLASSIFIED
    return CONFORMING
