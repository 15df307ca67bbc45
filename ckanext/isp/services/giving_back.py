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
# three questions, each over one table: how many rows they find is news to the planner
_TAKEN = sa.text("SELECT * FROM isp_tightened WHERE proposal_id = :proposal")
_ONCE = sa.text(
    "SELECT package_id FROM isp_event WHERE id > :since AND kind = ANY(:changes) "
    "GROUP BY package_id HAVING count(*) = 1"
)
_ANSWERED = sa.text("SELECT package_id FROM isp_classification WHERE at > :at")
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
# each is looked up for every dataset afterwards: by its index, once it is known to be large
_ASK = sa.text(
    """
    INSERT INTO isp_lowering (package_id, from_level, to_level, reason, requested_by, event_id)
    SELECT package_id, level_now, coalesce(level, ''), :reason, :asked_by, :event
      FROM isp_back WHERE level IS DISTINCT FROM level_now"""
)
_ASKED = sa.text("ANALYZE isp_lowering, isp_back")
_APPROVE = sa.text(
    """
    INSERT INTO isp_lowering_decision (lowering_id, requested_by, decided_by, approved, reason,
                                       expires_at, event_id)
    SELECT id, requested_by, :decided_by, true, :reason,
           clock_timestamp() + make_interval(mins => :minutes), :event
      FROM isp_lowering WHERE event_id = :event"""
)
_APPROVED = sa.text("ANALYZE isp_lowering_decision")
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
    told = {"reason": by.reason, "event": event}
    session.execute(_ASK, {**told, "asked_by": by.requested_by})
    session.execute(_ASKED)
    session.execute(_APPROVE, {**told, "decided_by": act.user_id, "minutes": MINUTES})
    session.execute(_APPROVED)
    acts.announce(session, act)
    session.execute(_GIVE)
    return frozenset(row["package_id"] for row in rows)


def backs(session: Session, undone: ProtocolDecision, step: Step) -> Iterator[dict[str, Any]]:
    """Datasets that nobody touched since, each with what it goes back to."""
    taken = _untouched(session, undone)
    decided: dict[Any, tuple[Level | None, Exposure]] = {}
    for row in impact.datasets(session):
        was = taken.get(row.id)
        if was is None or (was.level_after, was.exposure_after) != (row.level, row.exposure):
            continue
        key = (impact.alike(row), was.level_before, was.exposure_before, was.bound_before)
        if key not in decided:
            decided[key] = _back(row, was, step)
        level, exposure = decided[key]
        if (slug(level), exposure.slug) != (row.level, row.exposure):
            told = {"package_id": row.id, "level_now": row.level, "owner": was.owner_before}
            yield {**told, "level": slug(level), "exposure": exposure.slug}


def _untouched(session: Session, undone: ProtocolDecision) -> dict[str, Any]:
    """What an act took from datasets whose only row of the record since is its own."""
    since = {"since": undone.event_id, "changes": _CHANGES}
    once = set(session.scalars(_ONCE, since))
    once.difference_update(session.scalars(_ANSWERED, {"at": undone.decided_at}))
    rows = session.execute(_TAKEN, {"proposal": undone.proposal_id})
    return {row.package_id: row for row in rows if row.package_id in once}


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
