"""Writing what a change of protocols takes: levels raised, exposures narrowed, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.tables import Tightened
from ..policy.change import Change, Effect
from ..policy.event import Event
from ..policy.protocol import Protocol
from . import act as acts
from . import impact
from .act import Act
from .impact import Counts, Step, slug

WRITTEN_AT_ONCE = 5000

_ANALYZE = sa.text("ANALYZE isp_tightened")
_TIGHTEN = sa.text(
    """
    UPDATE package p
       SET extras = coalesce(p.extras, '{}'::jsonb)
                    || CASE WHEN t.level_after IS NULL THEN '{}'::jsonb
                            ELSE jsonb_build_object('sensitivity', t.level_after) END
                    || CASE WHEN t.exposure_after = 'on_request'
                            THEN '{"is_requestdata_type": "true"}'::jsonb ELSE '{}'::jsonb END,
           private = t.exposure_after = 'members',
           owner_org = CASE WHEN t.exposure_after = 'members'
                            THEN coalesce(nullif(p.owner_org, ''), :holding)
                            ELSE p.owner_org END
      FROM isp_tightened t
     WHERE t.event_id = :event AND t.protocol IS NOT DISTINCT FROM :protocol
       AND p.id = t.package_id"""
)


class Cause(NamedTuple):
    """Why datasets are tightened: a proposal, and the row of the record that tells of it."""

    proposal_id: int
    event_id: int


def tighten(
    session: Session,
    act: Act,
    cause: Cause,
    step: Step,
    holding: Callable[[], str],
    leave: frozenset[str] = frozenset(),
) -> Counts:
    """Raise and narrow what the protocols of a step ask for; each dataset gets its row of the
    record, which names the protocol that asks.

    :param holding: gives the id of the organisation that takes what may not be open and has none
    :param leave: datasets that stay as they are
    """
    counts = Counts()
    cited: dict[str | None, Protocol | None] = {}
    homeless = False
    for rows in _batches(_tightened(session, cause, step, counts, leave)):
        session.execute(sa.insert(Tightened), [told for told, _found in rows])
        cited.update((told["protocol"], found.cited) for told, found in rows)
        homeless = homeless or any(found.to_holding for _told, found in rows)
    session.execute(_ANALYZE)
    owner = holding() if homeless else None
    changed = 0
    for key, protocol in cited.items():
        by = replace(act, protocol=protocol, kind=Event.TIGHTENED.value)
        acts.announce(session, by)
        told = {"event": cause.event_id, "protocol": key, "holding": owner}
        done: Any = session.execute(_TIGHTEN, told)
        changed += done.rowcount
    if changed != counts.effects[Effect.TIGHTEN.value]:
        raise RuntimeError(f"{changed} datasets were tightened, others changed meanwhile")
    return counts


def _tightened(
    session: Session, cause: Cause, step: Step, counts: Counts, leave: frozenset[str]
) -> Iterator[tuple[dict[str, Any], Change]]:
    for row, found in impact.changes(session, step):
        if row.id in leave:
            found = replace(found, effect=Effect.SAME)
        counts.add(row.organization, found.effect)
        if found.effect is Effect.TIGHTEN:
            yield {**cause._asdict(), **_told(row, found)}, found


def _told(row: Any, found: Change) -> dict[str, Any]:
    return {
        "package_id": row.id,
        "level_before": row.level,
        "level_after": slug(found.level),
        "exposure_before": row.exposure,
        "exposure_after": found.exposure.slug,
        "owner_before": row.owner_org,
        "bound_before": slug(found.bound_before),
        "protocol": found.cited.key if found.cited else None,
    }


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == WRITTEN_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
