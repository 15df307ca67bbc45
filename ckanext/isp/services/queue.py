"""Lists of requests: a few queries, whatever their number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from ..model.requests import Grant, Request, RequestAgreement
from ..policy.queue import STATES, Tray
from ..policy.request import State

SORTS: Mapping[str, Any] = {
    "due": (Request.answer_by.asc().nulls_last(), Request.id),
    "newest": (Request.id.desc(),),
    "oldest": (Request.id,),
    "changed": (Request.changed_at.desc(), Request.id),
    "ends": (Grant.until.asc().nulls_last(), Request.id),
    "destroyed": (Grant.destroy_by.asc().nulls_last(), Request.id),
}


@dataclass(frozen=True)
class Reader:
    """Whose list it is.

    :param organizations: ids of those that they answer for, their own and as a stand-in
    :param keys: further agreements that are theirs to give
    :param late_only: ids of organisations whose deputy they are: what is late there
    :param everything: they look after all of the portal's
    """

    user_id: str
    organizations: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    late_only: frozenset[str] = frozenset()
    everything: bool = False


class Filter(NamedTuple):
    """What is looked for."""

    tray: Tray | None = None
    state: State | None = None
    text: str = ""
    dataset: str | None = None
    organization: str | None = None
    sort: str = "due"


class Row(NamedTuple):
    """A request in a list."""

    request: Request
    title: str | None
    name: str | None
    owner: str | None
    requester: str | None
    agreed: int
    suspended: bool
    until: dt.date | None
    destroy_by: dt.date | None


def listed(
    session: Session, reader: Reader, wanted: Filter, today: dt.date, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """Requests that somebody looks after: how many there are, and a part of them."""
    return _part(session, [*_theirs(reader, today), *_wanted(wanted, today)], wanted, limit, offset)


def own(
    session: Session, user_id: str, wanted: Filter, today: dt.date, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """Somebody's own requests, drafts and those they typed in for others too."""
    theirs = sa.or_(Request.requester == user_id, Request.typed_in_by == user_id)
    return _part(session, [theirs, *_wanted(wanted, today)], wanted, limit, offset)


def _part(
    session: Session, found: list[ColumnElement[bool]], wanted: Filter, limit: int, offset: int
) -> tuple[int, list[Row]]:
    owner, asker = sa.orm.aliased(model.Group), sa.orm.aliased(model.User)
    agreed = (
        sa.select(sa.func.count())
        .where(RequestAgreement.request_id == Request.id, RequestAgreement.round == Request.round)
        .scalar_subquery()
    )
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    count = session.scalar(sa.select(sa.func.count()).select_from(packages).where(*found)) or 0
    query = (
        sa.select(
            Request,
            model.Package.title,
            model.Package.name,
            owner.title,
            sa.func.coalesce(asker.fullname, asker.name),
            agreed,
            Grant.suspended_at.is_not(None),
            Grant.until,
            Grant.destroy_by,
        )
        .select_from(packages)
        .outerjoin(owner, owner.id == model.Package.owner_org)
        .outerjoin(asker, asker.id == Request.requester)
        .outerjoin(Grant, Grant.request_id == Request.id)
        .where(*found)
        .order_by(*SORTS.get(wanted.sort, SORTS["due"]))
        .limit(limit)
        .offset(offset)
    )
    return count, [Row(*row) for row in session.execute(query)]


def trays(session: Session, reader: Reader, today: dt.date) -> dict[Tray, int]:
    """How many requests lie in each tray. One query."""
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    counted = [sa.func.count().filter(*_in(tray, today)) for tray in Tray]
    query = sa.select(*counted).select_from(packages).where(*_theirs(reader, today))
    return dict(zip(Tray, session.execute(query).one(), strict=True))


def _theirs(reader: Reader, today: dt.date) -> list[ColumnElement[bool]]:
    sent = Request.state != State.DRAFT.value
    if reader.everything:
        return [sent]
    late = sa.and_(Request.state == State.SUBMITTED.value, Request.answer_by < today)
    return [
        sent,
        sa.or_(
            model.Package.owner_org.in_(sorted(reader.organizations)),
            Request.needed.overlap(sa.cast(sorted(reader.keys), Request.needed.type)),
            sa.and_(late, model.Package.owner_org.in_(sorted(reader.late_only))),
        ),
    ]


def _wanted(wanted: Filter, today: dt.date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.tray:
        found += _in(wanted.tray, today)
    if wanted.state:
        found.append(Request.state == wanted.state.value)
    if wanted.dataset:
        found.append(sa.or_(*(c == wanted.dataset for c in (model.Package.id, model.Package.name))))
    if wanted.organization:
        found.append(model.Package.owner_org == wanted.organization)
    if wanted.text:
        like = f"%{wanted.text}%"
        asker = sa.select(model.User.id).where(
            sa.or_(model.User.fullname.ilike(like), model.User.name.ilike(like))
        )
        found.append(
            sa.or_(
                model.Package.title.ilike(like),
                Request.said["organization"].astext.ilike(like),
                Request.requester.in_(asker),
            )
        )
    return found


def _in(tray: Tray, today: dt.date) -> list[ColumnElement[bool]]:
    """What lies in a tray: each request in one of them."""
    states = Request.state.in_([state.value for state in STATES[tray]])
    submitted = Request.state == State.SUBMITTED.value
    late = sa.and_(submitted, Request.answer_by < today)
    if tray is Tray.OVERDUE:
        return [late]
    if tray is Tray.NEW:
        return [submitted, sa.not_(Request.consulting), Request.answer_by >= today]
    if tray is Tray.WAITING:
        return [states, sa.or_(sa.not_(submitted), sa.and_(Request.consulting, sa.not_(late)))]
    return [states]
