"""Datasets beside what was answered about them, in the order of their titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .datasets import HOLDING, PLACES

AT_ONCE = 500
_ROWS = sa.text(
    f"""
    SELECT p.id, p.name, coalesce(nullif(p.title, ''), p.name) AS title, p.state, p.owner_org,
           p.extras->>'sensitivity' AS level, isp_exposure(p.private, p.extras) AS exposure,
           r.package_id IS NOT NULL AS resources, false AS lowered,
           coalesce(p.type, 'dataset') IN (SELECT type FROM isp_exempt_type) AS exempt,
           o.name AS organization, o.title AS organization_title, w.places,
           a.answers::text AS answers, coalesce(a.corporate, false) AS corporate
      FROM package p LEFT JOIN "group" o ON o.id = p.owner_org
      LEFT JOIN ({HOLDING}) r ON r.package_id = p.id
      LEFT JOIN ({PLACES} GROUP BY 1) w ON w.package_id = p.id
      LEFT JOIN (SELECT DISTINCT ON (c.package_id) c.package_id, c.answers, c.corporate
                   FROM isp_classification c ORDER BY 1, c.id DESC) a ON a.package_id = p.id
     WHERE p.state = 'active'
       AND (a.answers IS NOT NULL OR isp_rank(p.extras->>'sensitivity') = 0)
       AND (:all OR p.owner_org = ANY(:organizations) OR p.id = ANY(:shared))
       AND (CAST(:organization AS text) IS NULL OR :organization IN (o.id, o.name))
       AND (CAST(:text AS text) IS NULL
            OR strpos(lower(p.name || ' ' || coalesce(p.title, '')), lower(:text)) > 0)
     ORDER BY lower(coalesce(nullif(p.title, ''), p.name)), p.id"""
)


@dataclass(frozen=True)
class Editable:
    """Which datasets somebody may edit.

    :param organizations: ids; None for every dataset
    :param shared: ids of single datasets beside them
    """

    organizations: Sequence[str] | None
    shared: Sequence[str] = ()


def find(
    session: Session,
    of: Editable,
    *,
    organization: str | None = None,
    text: str | None = None,
) -> Iterator[Any]:
    """The datasets somebody may edit that nobody classified, or that answers were given for.

    Rows by title, as ``impact`` reads them; one query, read as far as it is needed.

    :param organization: of this one only, by name or id
    :param text: what name or title hold
    """
    told = {
        "all": of.organizations is None,
        "organizations": list(of.organizations or ()),
        "shared": list(of.shared),
        "organization": organization,
        "text": text,
    }
    options = {"yield_per": AT_ONCE}
    with session.execute(_ROWS, told, execution_options=options) as rows:
        yield from rows
