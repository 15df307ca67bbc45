"""Requests as HDX Connect counts them: read from requests and their steps, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.facts import ON_REQUEST, TRUE
from ..policy.request import Command, State

# what a step says beside its words
TOLD_SHARED, IS_OPEN = "data_shared", "is_open"
# accepted, and on the day from which it gives or later
_BEGUN = """
    EXISTS (SELECT FROM isp_grant g WHERE g.request_id = r.id AND g.accepted_at IS NOT NULL
               AND coalesce(g.begins_at <= coalesce(g.ended_at, clock_timestamp()), true))"""
_SHARED = f"""
    ({_BEGUN} OR EXISTS (
        SELECT FROM isp_request_step s JOIN isp_request_note n ON n.step_id = s.id
         WHERE s.request_id = r.id
           AND (n.details @> '{{"{TOLD_SHARED}": true}}'
                OR n.details @> '{{"{IS_OPEN}": true}}')))"""
_ANSWERS = (Command.SAY, Command.RETURN, Command.AGREE)
# a word of those who look after it, that is no refusal
_REPLIED = f"""
    EXISTS (SELECT FROM isp_request_step s
             WHERE s.request_id = r.id AND s.by IS NOT NULL
               AND s.by IS DISTINCT FROM r.requester AND s.by IS DISTINCT FROM r.typed_in_by
               AND s.command IN ({", ".join(f"'{one.value}'" for one in _ANSWERS)}))"""
_DECLINED = f"""
    (r.state = '{State.DECLINED.value}'
     OR (r.state = '{State.REVOKED.value}' AND NOT {_BEGUN}))"""
_COUNTED = sa.text(f"""
    SELECT count(*), count(*) FILTER (WHERE {_REPLIED} OR {_SHARED}),
           count(*) FILTER (WHERE {_DECLINED}), count(*) FILTER (WHERE {_SHARED})
      FROM isp_request r LEFT JOIN package p ON p.id = r.package_id
     WHERE r.submitted_at IS NOT NULL
       AND (cast(:package AS text) IS NULL OR r.package_id = :package)
       AND (cast(:organization AS text) IS NULL OR p.owner_org = :organization)""")
_WHICH_SHARED = sa.text(f"SELECT r.id FROM isp_request r WHERE r.id = ANY(:ids) AND {_SHARED}")
_DATASETS = sa.text(f"""
    SELECT id, name, title, maintainer, owner_org, private,
           coalesce(extras->>'{ON_REQUEST}' = '{TRUE}', false) AS is_requestdata_type
      FROM package WHERE id = ANY(:ids)""")


class Counters(NamedTuple):
    """How many requests were sent, and what came of them.

    :param replied: those who look after it wrote, or agreed
    :param declined: refused, or ended before it began
    :param shared: its data reached whoever asked
    """

    requests: int
    replied: int
    declined: int
    shared: int


def counted(
    session: Session, package_id: str | None = None, organization_id: str | None = None
) -> Counters:
    """Counts of the requests for a dataset, for the data of an organisation, or of all."""
    asked = {"package": package_id, "organization": organization_id}
    return Counters(*session.execute(_COUNTED, asked).one())


def shared(session: Session, ids: Iterable[int]) -> frozenset[int]:
    """Which of these requests ended with the data reaching whoever asked."""
    return frozenset(session.scalars(_WHICH_SHARED, {"ids": list(ids)}))


def datasets(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What HDX's lists tell of the datasets that requests are for, by id."""
    found = session.execute(_DATASETS, {"ids": list(ids)}).mappings()
    return {
        row["id"]: {**row, "is_requestdata_type": bool(row["is_requestdata_type"])} for row in found
    }
