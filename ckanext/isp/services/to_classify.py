"""Datasets beside what was answered about them, in the order of their titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.facts import Facts, read
from .datasets import PLACES, facts_of

AT_ONCE = 500
_ROWS = sa.text(
    f"""
    SELECT p.id, p.name, coalesce(nullif(p.title, ''), p.name) AS title, p.type, p.state,
           p.private, p.owner_org, p.extras, isp_exposure(p.private, p.extras) AS exposure,
           isp_holds_resources(p.id) AS resources,
           ARRAY(SELECT type FROM isp_exempt_type) AS exempt,
           o.name AS organization, o.title AS organization_title, w.places, a.answers, a.corporate
      FROM package p LEFT JOIN "group" o ON o.id = p.owner_org
      LEFT JOIN ({PLACES} GROUP BY 1) w ON w.package_id = p.id
      LEFT JOIN (SELECT DISTINCT ON (c.package_id) c.package_id, c.answers, c.corporate
                   FROM isp_classification c ORDER BY 1, c.id DESC) a ON a.package_id = p.id
     WHERE p.state = 'active'
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


@dataclass(frozen=True)
class Found:
    """A dataset as a list shows it.

    :param corporate: claimed to be outside of any protocol
    """

    id: str
    name: str
    title: str
    organization: str | None
    organization_title: str | None
    exposure: str
    facts: Facts
    answers: dict[str, list[str]] | None
    corporate: bool


def find(
    session: Session,
    of: Editable,
    places: frozenset[str],
    *,
    organization: str | None = None,
    text: str | None = None,
) -> Iterator[Found]:
    """The datasets somebody may edit, by title. One query, read as far as it is needed.

    :param places: what a dataset is about that names no place itself
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
        for row in rows.mappings():
            yield _found(row, places)


def _found(row: Any, places: frozenset[str]) -> Found:
    stored = read(row, resources=row["resources"], exempt_types=set(row["exempt"]))
    known = facts_of(row["organization"], row["places"] or (), row["answers"] or {}, places)
    asked = bool(row["answers"])
    plain = {key: row[key] for key in ("id", "name", "title", "organization", "exposure")}
    return Found(
        **plain,
        organization_title=row["organization_title"],
        facts=replace(stored.facts, known=known, asked=asked),
        answers=row["answers"],
        corporate=bool(row["corporate"]),
    )
