"""Classifications that are to be looked at again (R33): which, and what became of their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..documents import library
from ..model.tables import Classification
from ..policy.decide import decide
from ..policy.event import Event
from ..policy.propose import Finding
from ..policy.protocol import Protocol, Words
from ..policy.review import SOON_DAYS, Outcome, When, outcome, when
from ..policy.scale import Level
from ..policy.verdict import Verdict
from . import classification, impact, protocols, record
from .act import Act
from .datasets import PLACES

NEWEST = "SELECT DISTINCT ON (package_id) * FROM isp_classification ORDER BY package_id, id DESC"
_FROM = f"""
      FROM ({NEWEST}) c
      JOIN package p ON p.id = c.package_id AND p.state = 'active'
      LEFT JOIN "group" o ON o.id = p.owner_org
     WHERE NOT c.corporate AND p.extras->>'sensitivity' IS NOT NULL
       AND (cast(:owners AS text[]) IS NULL OR p.owner_org = ANY(:owners))
       AND (cast(:organization AS text) IS NULL OR o.name = :organization)
       AND (cast(:protocol AS text) IS NULL
            OR c.protocols @> jsonb_build_array(jsonb_build_object('key', :protocol)))
       AND (cast(:id AS text) IS NULL OR p.id = :id)"""
_REVIEWS = sa.text(
    f"""
    SELECT p.id, p.name, p.title, p.state, p.private, p.owner_org, o.name AS organization,
           p.extras->>'sensitivity' AS level, isp_exposure(p.private, p.extras) AS exposure,
           isp_holds_resources(p.id) AS resources, false AS exempt,
           (SELECT w.places FROM ({PLACES} AND m.table_id = p.id GROUP BY 1) w) AS places,
           c.answers::text AS answers, c.answers AS given, c.proposed, c.protocols, c.review_on,
           c.at,
           EXISTS (SELECT 1 FROM isp_lowering n JOIN isp_lowering_use u ON u.lowering_id = n.id
                    WHERE n.package_id = p.id
                      AND n.to_level = p.extras->>'sensitivity') AS lowered
      {_FROM}
       AND (c.review_on <= :horizon OR c.at < :changed OR cast(:id AS text) IS NOT NULL)
     ORDER BY c.review_on <= :horizon DESC, c.review_on NULLS LAST, o.name, p.name"""
)
_COUNTS = sa.text(
    f"SELECT count(*) FILTER (WHERE c.review_on < :today) AS overdue, "
    f"count(*) FILTER (WHERE c.review_on BETWEEN :today AND :horizon) AS soon {_FROM}"
)
_DECIDED = sa.text("SELECT max(decided_at) FROM isp_protocol_decision WHERE approved")


class Scope(NamedTuple):
    """Which reviews are asked for.

    :param owners: ids of organisations; None for all
    :param organization: the name of one of them
    :param protocol: the key of one that spoke then
    :param id: this dataset only, whether it is due or not
    """

    owners: list[str] | None = None
    organization: str | None = None
    protocol: str | None = None
    id: str | None = None


class Now(NamedTuple):
    """What answers are read by: the protocols that speak on a day.

    :param places: what a dataset is about that names no place itself
    """

    protocols: Sequence[Protocol]
    day: dt.date
    places: frozenset[str]


@dataclass(frozen=True)
class Change:
    """What one protocol says otherwise than it did; ``gone`` and ``new`` are words of rows."""

    key: str
    version_before: str | None
    version: str | None
    gone: tuple[Words, ...] = ()
    new: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Review:
    """A dataset whose classification is to be looked at again."""

    row: Any
    when: When
    verdict: Verdict
    outcome: Outcome
    changes: tuple[Change, ...]


def due(session: Session, scope: Scope, now: Now) -> Iterator[Review]:
    """Those that are due within 30 days, the longest overdue first; then those that protocols
    speak of otherwise than when they were classified."""
    for one in _each(session, scope, now, _changed_at(session, now)):
        if one.changes or one.when is not When.CHANGED or scope.id:
            yield one


def every(session: Session, now: Now) -> Iterator[Review]:
    """All datasets that somebody answered for, due or not."""
    return _each(session, Scope(), now, dt.datetime.max)


def counts(session: Session, scope: Scope, now: Now) -> dict[str, int]:
    """How many are overdue, and due within 30 days."""
    return dict(session.execute(_COUNTS, _asked(scope, now)).mappings().one())


def find(session: Session, package_id: str, now: Now) -> Review | None:
    """The review of one dataset, due or not; None where nobody answered for it."""
    return next(due(session, Scope(id=package_id), now), None)


def confirm(session: Session, act: Act, of: Review, review_on: dt.date | None) -> None:
    """Keep that somebody looked again and left the level: the same answers, under a new date."""
    before = classification.newest(session, of.row.id)
    assert before
    session.add(
        Classification(
            package_id=of.row.id,
            answers=before.answers,
            level=of.row.level,
            proposed=impact.slug(of.verdict.proposed),
            protocols=classification.spoken(of.verdict),
            reason=before.reason,
            review_on=review_on,
            actor=sa.func.isp_person_of(act.user_id or ""),
        )
    )
    reviewed(session, act, of)


def reviewed(session: Session, act: Act, of: Review) -> None:
    """Put on record that somebody looked again."""
    levels = {"level_before": of.row.level, "level_after": of.row.level}
    exposure = {"exposure_before": of.row.exposure}
    told = {"outcome": of.outcome.value}
    record.add(
        session, Event.REVIEWED, act, package_id=of.row.id, details=told, **levels, **exposure
    )


def _each(session: Session, scope: Scope, now: Now, before: dt.datetime) -> Iterator[Review]:
    """Those that are due, or were classified before a moment; alike ones are decided once."""
    versions: dict[tuple[str, str], Protocol | None] = {}
    read: dict[Any, tuple[Verdict, tuple[Change, ...]]] = {}
    for row in session.execute(_REVIEWS, {**_asked(scope, now), "changed": before}).all():
        alike = (row.answers, row.organization, tuple(row.places or ()), row.level, row.resources)
        told = (alike, str(row.protocols))
        if told not in read:
            verdict = decide(now.protocols, impact.stored_of(row, now.places).facts, now.day)
            read[told] = verdict, tuple(_changes(session, row.protocols, verdict, versions))
        verdict, changes = read[told]
        stands = when(row.review_on, now.day)
        yield Review(row, stands, verdict, _outcome(row, verdict), changes)


def _asked(scope: Scope, now: Now) -> dict[str, Any]:
    horizon = now.day + dt.timedelta(days=SOON_DAYS)
    return {**scope._asdict(), "today": now.day, "horizon": horizon}


def _changed_at(session: Session, now: Now) -> dt.datetime:
    """When other protocols began to speak last: by a decision, or by the first day of one."""
    begun = [p.valid_from for p in now.protocols if p.valid_from and p.valid_from <= now.day]
    moments = [dt.datetime.combine(day, dt.time(), dt.timezone.utc) for day in begun]
    decided = session.scalar(_DECIDED)
    return max([*moments, *([decided] if decided else [])], default=dt.datetime.min)


def _outcome(row: Any, verdict: Verdict) -> Outcome:
    level = Level.parse(row.level)
    assert level
    return outcome(level, Level.parse(row.proposed), verdict, lowered=row.lowered)


def _changes(
    session: Session,
    spoken: list[dict[str, Any]],
    verdict: Verdict,
    versions: dict[tuple[str, str], Protocol | None],
) -> Iterator[Change]:
    """What protocols say otherwise; a new version that says the same of these answers says
    nothing new."""
    before = {told["key"]: told for told in spoken}
    now = {finding.protocol.key: finding for finding in verdict.findings}
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        was = _rows_then(session, old, versions) if old else {}
        rows = _rows_now(new) if new else {}
        same = (old or {}).get("level") == _level(new)
        if not same or was is None or was.keys() != rows.keys():
            gone = tuple(words for row, words in (was or {}).items() if row not in rows)
            fresh = tuple(words for row, words in rows.items() if row not in (was or {}))
            version = new.protocol.version if new else None
            yield Change(key, old["version"] if old else None, version, gone, fresh)


def _level(finding: Finding | None) -> str | None:
    return finding.rule.key if finding and finding.rule else None


def _rows_now(finding: Finding) -> dict[str, Words]:
    return {str(sorted(row.words.items())): row.words for row in finding.rows if row.number}


def _rows_then(
    session: Session, told: dict[str, Any], versions: dict[tuple[str, str], Protocol | None]
) -> dict[str, Words] | None:
    """The rows that were in play then; None where that version cannot be read any more."""
    named = (told["key"], told["version"])
    if named not in versions:
        versions[named] = _version(session, *named)
    protocol = versions[named]
    if protocol is None:
        return None
    played = [row for row in protocol.rows if row.number in told["rows"]]
    return {str(sorted(row.words.items())): row.words for row in played}


def _version(session: Session, key: str, version: str) -> Protocol | None:
    shipped = library.template().protocol
    try:
        kept = protocols.find(session, key, version)
    except protocols.Unreadable:
        return None
    if kept:
        return kept.document.protocol
    return shipped if (key, version) == (shipped.key, shipped.version) else None
