"""What a change of the protocols in force would do to the catalogue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.change import Change, Effect, change
from ..policy.facts import Facts, Stored
from ..policy.protocol import Protocol
from ..policy.scale import Exposure, Level
from .datasets import HOLDING, NEWEST, PLACES, facts_of

FETCHED = 2000

_DATASETS = sa.text(
    f"""
    SELECT p.id, p.name, p.title, p.state, p.owner_org, o.name AS organization,
           p.extras->>'sensitivity' AS level, isp_exposure(p.private, p.extras) AS exposure,
           r.package_id IS NOT NULL AS resources, w.places, a.answers::text AS answers,
           coalesce(p.type, 'dataset') IN (SELECT type FROM isp_exempt_type) AS exempt,
           l.package_id IS NOT NULL AS lowered
      FROM package p LEFT JOIN "group" o ON o.id = p.owner_org
      LEFT JOIN ({HOLDING}) r ON r.package_id = p.id
      LEFT JOIN ({PLACES} GROUP BY 1) w ON w.package_id = p.id
      LEFT JOIN ({NEWEST} ORDER BY 1, c.id DESC) a ON a.package_id = p.id
      LEFT JOIN (SELECT DISTINCT n.package_id, n.to_level
                   FROM isp_lowering n JOIN isp_lowering_use u ON u.lowering_id = n.id) l
             ON l.package_id = p.id AND l.to_level = p.extras->>'sensitivity'
     ORDER BY o.name NULLS FIRST, p.name"""
)


class Step(NamedTuple):
    """From which protocols to which others, and the day for which both are read.

    :param places: what a dataset is about that names no place itself
    """

    before: Sequence[Protocol]
    after: Sequence[Protocol]
    day: date
    places: frozenset[str] = frozenset()


@dataclass
class Counts:
    """How many datasets would change how, in all and by organisation."""

    effects: Counter[str] = field(default_factory=Counter)
    organizations: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, organization: str | None, effect: Effect) -> None:
        self.effects[effect.value] += 1
        self.organizations.setdefault(organization or "", Counter())[effect.value] += 1

    def told(self) -> dict[str, Any]:
        rows = sorted(self.organizations.items())
        each = [{"organization": name or None, **_all(counted)} for name, counted in rows]
        return {**_all(self.effects), "by_organization": each}


def datasets(session: Session) -> Iterator[Any]:
    """Every dataset with all that a verdict depends on, in the order of organisations and names.

    Rows are streamed: end it before the next commit.
    """
    yield from session.execute(_DATASETS.execution_options(yield_per=FETCHED))


def changes(session: Session, step: Step) -> Iterator[tuple[Any, Change]]:
    """Every dataset with what would become of it; those that are alike are decided once."""
    decided: dict[Any, Change] = {}
    for row in datasets(session):
        key = alike(row)
        if key not in decided:
            told = (stored_of(row, step.places), step.before, step.after, step.day)
            decided[key] = change(*told, lowered=row.lowered)
        yield row, decided[key]


def alike(row: Any) -> tuple[Any, ...]:
    """What a verdict about a row depends on: rows with the same get the same."""
    stored = (row.level, row.exposure, row.resources, row.state, row.exempt, row.lowered)
    return *stored, row.organization, bool(row.owner_org), tuple(row.places or ()), row.answers


def count(session: Session, step: Step) -> Counts:
    """How many datasets would change how."""
    counts = Counts()
    for row, found in changes(session, step):
        counts.add(row.organization, found.effect)
    return counts


def told(row: Any, found: Change) -> dict[str, Any]:
    """A dataset beside what would become of it."""
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title or row.name,
        "state": row.state,
        "organization": row.organization,
        "effect": found.effect.value,
        "level": row.level,
        "proposed": slug(found.level if found.effect is Effect.TIGHTEN else found.proposed),
        "exposure": row.exposure,
        "becomes": found.exposure.slug,
    }


def slug(level: Level | None) -> str | None:
    """How an absent level is told."""
    return level.slug if level else None


def stored_of(row: Any, places: frozenset[str]) -> Stored:
    """A row as the core reads it.

    :param places: what it is about where it does not say
    """
    level = Level.parse(row.level)
    answers = json.loads(row.answers) if row.answers else {}
    exposure = Exposure[row.exposure.upper()]
    facts = Facts(
        level=level,
        active=row.state in (None, "active"),
        owned=bool(row.owner_org),
        holds_resources=row.resources,
        exempt=row.exempt and row.level is None and not row.resources,
        known=facts_of(row.organization, row.places or (), answers, places),
        asked=bool(answers),
    )
    return Stored(facts, not exposure.public, exposure is Exposure.ON_REQUEST)


def _all(counted: Counter[str]) -> dict[str, int]:
    return {"total": counted.total(), **{effect.value: counted[effect.value] for effect in Effect}}
