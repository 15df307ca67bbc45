"""Undoing what a change of protocols took, as far as nobody has touched it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import ProtocolDecision, ProtocolProposal
from ..policy.decide import decide
from ..policy.event import WRITTEN_BY_THE_DATABASE, Event
from ..policy.scale import Exposure, Level, rank
from . import act as acts
from . import impact
from .act import Act
from .impact import Step, slug

MINUTES = 10

_CHANGES = sorted(kind.value for kind in {*WRITTEN_BY_THE_DATABASE, Event.ADOPTED, Event.TIGHTENED})
# its own row of the record is the only one since
_UNTOUCHED = sa.text(
    """
    SELECT t.* FROM isp_tightened t JOIN package p ON p.id = t.package_id
     WHERE t.proposal_id = :proposal
       AND p.extras->>'sensitivity' IS NOT DISTINCT FROM t.level_after
       AND isp_exposure(p.private, p.extras) = t.exposure_after
       AND (SELECT count(*) FROM isp_event e
             WHERE e.package_id = t.package_id AND e.id > :since AND e.kind = ANY(:changes)) = 1
       AND NOT EXISTS (SELECT 1 FROM isp_classification c
                        WHERE c.package_id = t.package_id AND c.at > :at)"""
)
_BACK = sa.text(
    "CREATE TEMPORARY TABLE isp_back (package_id text PRIMARY KEY, level_now text, level text, "
    "exposure text NOT NULL, owner text) ON COMMIT DROP"
)
_FILL = sa.insert(
    sa.table(
        "isp_back",
        *(sa.column(name) for name in ("package_id", "level_now", "level", "exposure", "owner")),
    )
)
_APPROVE = sa.text(
    """
    WITH asked AS (
      INSERT INTO isp_lowering (package_id, from_level, to_level, reason, requested_by, event_id)
      SELECT package_id, level_now, coalesce(level, ''), :reason, :asked_by, :event
        FROM isp_back WHERE level IS DISTINCT FROM level_now
      RETURNING id, requested_by)
    INSERT INTO isp_lowering_decision (lowering_id, requested_by, decided_by, approved, reason,
                                       expires_at, event_id)
    SELECT id, requested_by, :decided_by, true, :reason,
           clock_timestamp() + make_interval(mins => :minutes), :event FROM asked"""
)
_ANALYZE = sa.text("ANALYZE isp_lowering, isp_lowering_decision, isp_back")
_GIVE = sa.text(
    """
    UPDATE package p
       SET extras = (p.extras - 'sensitivity')
                    || CASE WHEN b.level IS NULL THEN '{}'::jsonb
                            ELSE jsonb_build_object('sensitivity', b.level) END
                    || CASE WHEN b.exposure = 'on_request'
                            THEN '{"is_requestdata_type": "true"}'::jsonb
                            WHEN b.exposure = 'open' AND p.extras ? 'is_requestdata_type'
                            THEN '{"is_requestdata_type": "false"}'::jsonb
                            ELSE '{}'::jsonb END,
           private = b.exposure = 'members',
           owner_org = CASE WHEN b.exposure = 'members' THEN p.owner_org ELSE b.owner END
      FROM isp_back b WHERE p.id = b.package_id"""
)


def give_back(
    session: Session,
    act: Act,
    undone: ProtocolDecision,
    by: ProtocolProposal,
    event: int,
    step: Step,
) -> frozenset[str]:
    """Put levels and exposures back where they were before an act, as one batch.

    :param act: who decides
    :param undone: the decision whose consequences go
    :param by: the proposal to undo it, whose author asks for the lowering of each level
    :param event: the row of the record that tells of it
    :param step: the protocols before and after the undoing
    :returns: the datasets
    """
    rows = list(backs(session, undone, step))
    if not rows:
        return frozenset()
    session.execute(_BACK)
    session.execute(_FILL, rows)
    told = {"asked_by": by.requested_by, "decided_by": act.user_id, "reason": by.reason}
    session.execute(_APPROVE, {**told, "event": event, "minutes": MINUTES})
    # the guard looks for each approval among as many as there are datasets
    session.execute(_ANALYZE)
    acts.announce(session, act)
    session.execute(_GIVE)
    return frozenset(row["package_id"] for row in rows)


def backs(session: Session, undone: ProtocolDecision, step: Step) -> Iterator[dict[str, Any]]:
    """Datasets that nobody touched since, each with what it goes back to."""
    told = {"proposal": undone.proposal_id, "since": undone.event_id, "at": undone.decided_at}
    taken = {
        row.package_id: row for row in session.execute(_UNTOUCHED, {**told, "changes": _CHANGES})
    }
    which = "WHERE p.id IN (SELECT package_id FROM isp_tightened WHERE proposal_id = :undone)"
    decided: dict[Any, tuple[Level | None, Exposure]] = {}
    for row in impact.datasets(session, which, undone=undone.proposal_id):
        was = taken.get(row.id)
        if was is None:
            continue
        key = (impact.alike(row), was.level_before, was.exposure_before, was.bound_before)
        if key not in decided:
            decided[key] = _back(row, was, step)
        level, exposure = decided[key]
        if (slug(level), exposure.slug) != (row.level, row.exposure):
            told = {"package_id": row.id, "level_now": row.level, "owner": was.owner_before}
            yield {**told, "level": slug(level), "exposure": exposure.slug}


def _back(row: Any, taken: Any, step: Step) -> tuple[Level | None, Exposure]:
    """What a dataset goes back to: never below what the protocols ask for after the undoing, and
    to no exposure that they do not leave."""
    stored = impact.stored_of(row, step.places)
    facts = replace(stored.facts, level=Level.parse(taken.level_before), owned=True)
    verdict = decide(step.after, facts, step.day)
    before = max(rank(facts.level), rank(Level.parse(taken.bound_before)))
    if rank(verdict.bound) > before:
        facts = stored.facts
        verdict = decide(step.after, replace(facts, owned=True), step.day)
    was = Exposure[taken.exposure_before.upper()]
    exposure = was if verdict.allows(was) else stored.exposure
    return facts.level, exposure
