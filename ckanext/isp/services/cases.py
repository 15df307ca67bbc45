"""The register of breaches and disputes (R54-R57): steps are added, none is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import Request
from ..model.tables import Case, CaseStep
from ..policy import case
from ..policy.case import Kind, Stage
from ..policy.event import Event
from . import record
from .act import Act

# what stands in a case that a report began, for its title and its words: those are the request's
REPORTED = "onward_reported"
_NEWEST = (
    sa.select(CaseStep.case_id, sa.func.max(CaseStep.id).label("id"))
    .group_by(CaseStep.case_id)
    .subquery()
)


class Found(NamedTuple):
    """A case, and the step that it stands at."""

    case: Case
    last: CaseStep

    @property
    def kind(self) -> Kind:
        return Kind(self.case.kind)

    @property
    def stage(self) -> Stage:
        return Stage(self.last.stage)


def open_case(
    session: Session,
    act: Act,
    kind: Kind,
    title: str,
    parties: Iterable[str],
    *,
    due: dt.date | None = None,
    package_id: str | None = None,
    request_id: int | None = None,
) -> Found:
    """Begin a case on the first rung of its ladder.

    :param act: who begins it; its reason says what happened
    :param parties: ids of the organisations concerned
    :param due: the day by which this stage is to settle it
    """
    # what happened is told in the case, not to all who manage the dataset
    told = replace(act, reason=None)
    event = record.add(session, Event.CASE_OPENED, told, package_id=package_id)
    found = Case(
        kind=kind.value,
        title=title,
        parties=sorted(set(parties)),
        package_id=package_id,
        request_id=request_id,
        opened_by=act.user_id,
        event_id=event.id,
    )
    session.add(found)
    session.flush()
    return Found(found, _step(session, act, found, case.begins(kind), due, event.id))


def take(session: Session, act: Act, found: Found, to: Stage, due: dt.date | None) -> Found:
    """Take a case to a stage that ``policy.case.onward`` gives, or remark on the one it is at.

    :param act: who does; its reason says what was agreed, or why it goes on
    """
    told = replace(act, reason=None)
    kind = Event.CASE_SETTLED if to is Stage.SETTLED else Event.CASE_TAKEN_ON
    details = {"case": found.case.id, "stage": to.value}
    event = record.add(session, kind, told, package_id=found.case.package_id, details=details)
    return Found(found.case, _step(session, act, found.case, to, due, event.id))


def passed_on(
    session: Session, act: Act, request: Request, parties: Iterable[str], due: dt.date
) -> Found:
    """Put on the register that data went further than its terms allow: a remark on the case of
    that request that is not settled, or a new one."""
    told = replace(act, reason=REPORTED)
    for known in of_request(session, request.id):
        found = find(session, known.id, lock=True)
        if found and found.stage is not Stage.SETTLED:
            return take(session, told, found, found.stage, found.last.due)
    about, package_id = (told, Kind.BREACH, REPORTED, parties), request.package_id
    return open_case(session, *about, due=due, package_id=package_id, request_id=request.id)


def of_request(session: Session, request_id: int) -> list[Case]:
    """The cases about what was granted by a request, the first first."""
    query = sa.select(Case).where(Case.request_id == request_id).order_by(Case.id)
    return list(session.scalars(query))


def find(session: Session, case_id: int, *, lock: bool = False) -> Found | None:
    """A case at the step that it stands at.

    :param lock: nobody else takes it on until the commit
    """
    found = session.get(Case, case_id, with_for_update=lock, populate_existing=lock)
    return Found(found, steps(session, case_id)[-1]) if found else None


def steps(session: Session, case_id: int) -> list[CaseStep]:
    """What happened in a case, the first step first."""
    query = sa.select(CaseStep).where(CaseStep.case_id == case_id).order_by(CaseStep.id)
    return list(session.scalars(query))


def listed(
    session: Session, user_id: str, parties: Iterable[str], *, all_of_them: bool
) -> list[Found]:
    """Cases that somebody has to do with: open ones first, those due soonest on top.

    :param parties: ids of the organisations that the user speaks for
    """
    query = (
        sa.select(Case, CaseStep)
        .join(_NEWEST, _NEWEST.c.case_id == Case.id)
        .join(CaseStep, CaseStep.id == _NEWEST.c.id)
        .order_by(CaseStep.stage == Stage.SETTLED.value, CaseStep.due.nulls_last(), Case.id.desc())
    )
    if not all_of_them:
        own = Case.parties.overlap(sa.cast(list(parties), Case.parties.type))
        query = query.where(sa.or_(Case.opened_by == user_id, own))
    return [Found(*row) for row in session.execute(query)]


def counts(session: Session) -> list[dict[str, Any]]:
    """How many cases of each kind stand at each stage: all that others are told (R51)."""
    query = (
        sa.select(Case.kind, CaseStep.stage, sa.func.count())
        .join(_NEWEST, _NEWEST.c.case_id == Case.id)
        .join(CaseStep, CaseStep.id == _NEWEST.c.id)
        .group_by(Case.kind, CaseStep.stage)
        .order_by(Case.kind, CaseStep.stage)
    )
    return [
        {"kind": kind, "stage": stage, "count": count}
        for kind, stage, count in session.execute(query)
    ]


def _step(
    session: Session, act: Act, of: Case, stage: Stage, due: dt.date | None, event_id: int
) -> CaseStep:
    step = CaseStep(
        case_id=of.id,
        stage=stage.value,
        note=act.reason,
        due=None if stage is Stage.SETTLED else due,
        taken_by=act.user_id,
        event_id=event_id,
    )
    session.add(step)
    session.flush()
    return step
