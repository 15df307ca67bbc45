"""Lists of requests: a few queries, whatever their number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from ..model.requests import (
    Consultation,
    Grant,
    Request,
    RequestAgreement,
    RequestAside,
    RequestNote,
    RequestStep,
)
from ..policy.facts import SENSITIVITY
from ..policy.queue import STATES, Tray
from ..policy.request import Command, State
from ..policy.scale import Level

PART = 500
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
    """What is looked for.

    :param unnamed: ids of datasets that are not found by what they are called, or whose they are
    """

    tray: Tray | None = None
    state: State | None = None
    text: str = ""
    dataset: str | None = None
    organization: str | None = None
    sort: str = "due"
    unnamed: frozenset[str] = frozenset()


class Row(NamedTuple):
    """A request in a list."""

    request: Request
    title: str | None
    name: str | None
    owner: str | None
    requester: str | None
    typist: str | None
    asking: str | None
    agreed: int
    suspended: bool
    from_day: dt.date | None
    until: dt.date | None
    destroy_by: dt.date | None


class Tally(NamedTuple):
    """How many requests somebody looks after.

    :param trays: in each tray
    :param found: of those, how many fit what is looked for; under None, of all
    :param apart: how many wait that others answer: they have an interest
    :param owners: whose data they are about: ids and titles of organisations
    """

    trays: dict[Tray, int]
    found: dict[Tray | None, int]
    apart: int
    owners: list[tuple[str, str]]


def listed(
    session: Session, reader: Reader, wanted: Filter, today: dt.date, limit: int, offset: int
) -> list[Row]:
    """A part of the requests that somebody looks after."""
    found = [*_theirs(reader, today), *_wanted(wanted, today)]
    return _rows(session, found, wanted, limit, offset)


def every(session: Session, reader: Reader, wanted: Filter, today: dt.date) -> Iterator[Row]:
    """All that ``listed`` gives parts of, as it was when the first was asked for. One query, of
    which no more is fetched at a time than is read."""
    found = [*_theirs(reader, today), *_wanted(wanted, today)]
    query = _query(found, wanted).execution_options(yield_per=PART)
    with session.execute(query) as rows:
        for row in rows:
            yield Row(*row)


def own(
    session: Session, user_id: str, wanted: Filter, today: dt.date, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """Somebody's own requests, drafts and those they typed in for others too."""
    found = [_own(user_id), *_wanted(wanted, today)]
    return count_of(session, found), _rows(session, found, wanted, limit, offset)


def asked_of(session: Session, user_id: str) -> set[str]:
    """The datasets that somebody's own requests are about."""
    return set(session.scalars(sa.select(Request.package_id).where(_own(user_id)).distinct()))


def _own(user_id: str) -> ColumnElement[bool]:
    """Somebody's own requests, and those they typed in for others."""
    return sa.or_(Request.requester == user_id, Request.typed_in_by == user_id)


def count_of(session: Session, found: list[ColumnElement[bool]]) -> int:
    """How many requests there are of that kind."""
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    return session.scalar(sa.select(sa.func.count()).select_from(packages).where(*found)) or 0


def _rows(
    session: Session, found: list[ColumnElement[bool]], wanted: Filter, limit: int, offset: int
) -> list[Row]:
    query = _query(found, wanted).limit(limit).offset(offset)
    return [Row(*row) for row in session.execute(query)]


def _query(found: list[ColumnElement[bool]], wanted: Filter) -> sa.Select[Any]:
    owner, asking = sa.orm.aliased(model.Group), sa.orm.aliased(model.Group)
    asker, typist = sa.orm.aliased(model.User), sa.orm.aliased(model.User)
    agreed = (
        sa.select(sa.func.count())
        .where(RequestAgreement.request_id == Request.id, RequestAgreement.round == Request.round)
        .scalar_subquery()
    )
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    return (
        sa.select(
            Request,
            model.Package.title,
            model.Package.name,
            owner.title,
            _called(asker, Request.requester),
            _called(typist, Request.typed_in_by),
            asking.title,
            agreed,
            Grant.suspended_at.is_not(None),
            Grant.from_day,
            Grant.until,
            Grant.destroy_by,
        )
        .select_from(packages)
        .outerjoin(owner, owner.id == model.Package.owner_org)
        .outerjoin(asking, asking.id == Request.organization_id)
        .outerjoin(asker, asker.id == Request.requester)
        .outerjoin(typist, typist.id == Request.typed_in_by)
        .outerjoin(Grant, Grant.request_id == Request.id)
        .where(*found)
        .order_by(*_sorted(wanted))
    )


def _sorted(wanted: Filter) -> Any:
    return SORTS.get(wanted.sort, SORTS["due"])


def _called(user: Any, user_id: Any) -> ColumnElement[str | None]:
    """What a user is called; the id of one who is gone."""
    return sa.func.coalesce(sa.func.nullif(sa.func.trim(user.fullname), ""), user.name, user_id)


def tally(session: Session, reader: Reader, wanted: Filter, today: dt.date) -> Tally:
    """Counts what somebody looks after; of what is looked for, the tray is left out. One query."""
    rows = session.execute(_counted(reader, wanted._replace(tray=None), today)).all()
    theirs = [row for row in rows if not row.apart]
    fitting = [row for row in theirs if row.fits]
    found: dict[Tray | None, int] = {None: _sum(fitting)}
    for tray in Tray:
        found[tray] = _sum(row for row in fitting if row.tray == tray.value)
    return Tally(
        {tray: _sum(row for row in theirs if row.tray == tray.value) for tray in Tray},
        found,
        _sum(row for row in rows if row.apart and row.waits),
        list(dict.fromkeys((row.id, row.title) for row in theirs if row.id)),
    )


def _sum(rows: Iterable[Any]) -> int:
    return sum(row.number for row in rows)


def _counted(reader: Reader, wanted: Filter, today: dt.date) -> sa.Select[Any]:
    """How many requests of each organisation's data are alike in all that is counted."""
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    one = (
        sa.select(
            model.Package.owner_org,
            (sa.false() if reader.everything else _interest(reader)).label("apart"),
            (Request.state == State.SUBMITTED.value).label("waits"),
            sa.case(*((sa.and_(*_in(tray, today)), tray.value) for tray in Tray)).label("tray"),
            sa.and_(sa.true(), *_wanted(wanted, today)).label("fits"),
        )
        .select_from(packages)
        .where(*_looked_after(reader, today))
        .subquery()
    )
    title = sa.func.coalesce(model.Group.title, model.Group.name).label("title")
    alike = (model.Group.id, title, one.c.apart, one.c.waits, one.c.tray, one.c.fits)
    return (
        sa.select(*alike, sa.func.count().label("number"))
        .select_from(sa.outerjoin(one, model.Group, model.Group.id == one.c.owner_org))
        .group_by(*alike[:1], *alike[2:])
        .order_by(title)
    )


def waiting(session: Session, reader: Reader, today: dt.date) -> int:
    """How many are new or overdue."""
    either = sa.or_(*(sa.and_(*_in(tray, today)) for tray in (Tray.NEW, Tray.OVERDUE)))
    return count_of(session, [*_theirs(reader, today), either])


def asked_for_advice(session: Session, user_id: str) -> list[Consultation]:
    """The questions that wait for somebody's advice, the first first."""
    query = (
        sa.select(Consultation)
        .join(Request, Request.id == Consultation.request_id)
        .where(
            Consultation.user_id == user_id,
            Consultation.advice.is_(None),
            Request.state == State.SUBMITTED.value,
        )
        .order_by(Consultation.id)
    )
    return list(session.scalars(query))


def _theirs(reader: Reader, today: dt.date) -> list[ColumnElement[bool]]:
    found = _looked_after(reader, today)
    return found if reader.everything else [*found, sa.not_(_interest(reader))]


def _interest(reader: Reader) -> ColumnElement[bool]:
    """Whether somebody has an interest in a request, as ``Seat`` says of one."""
    package, user = model.Package, reader.user_id
    aside = sa.select(RequestAside.request_id).where(RequestAside.user_id == user)
    member = sa.select(model.Member.group_id).where(
        model.Member.table_name == "user",
        model.Member.table_id == user,
        model.Member.state == "active",
    )
    severe = Level.SEVERE.slug
    formal = sa.func.coalesce(package.extras[SENSITIVITY].astext, severe) == severe
    own = sa.or_(Request.requester == user, Request.typed_in_by == user)
    return sa.or_(
        sa.func.coalesce(own, sa.false()),
        Request.id.in_(aside),
        sa.func.coalesce(sa.and_(formal, package.creator_user_id == user), sa.false()),
        sa.and_(
            Request.organization_id.is_not(None),
            Request.organization_id.is_distinct_from(package.owner_org),
            sa.func.coalesce(Request.organization_id.in_(member), sa.false()),
        ),
    )


def reasons(
    session: Session, reader: Reader, events: Iterable[int], today: dt.date
) -> dict[int, str]:
    """What was written with steps of requests, by the events that tell of them.

    Only of requests that somebody looks after and has no interest in; what was erased is gone.
    """
    packages = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id)
    query = (
        sa.select(RequestStep.event_id, RequestNote.note)
        .select_from(packages)
        .join(RequestStep, RequestStep.request_id == Request.id)
        .join(RequestNote, RequestNote.step_id == RequestStep.id)
        .where(RequestStep.event_id.in_(list(events)), RequestNote.note.is_not(None))
        .where(*_looked_after(reader, today), sa.not_(_interest(reader)))
    )
    return {row.event_id: row.note for row in session.execute(query)}


def last_sent(session: Session, reader: Reader, today: dt.date) -> int:
    """The number of the step by which the latest of those that wait was sent; 0 for none."""
    sent = sa.outerjoin(Request, model.Package, model.Package.id == Request.package_id).join(
        RequestStep, RequestStep.request_id == Request.id
    )
    query = sa.select(sa.func.max(RequestStep.id)).select_from(sent)
    waiting = [
        Request.state == State.SUBMITTED.value,
        RequestStep.command == Command.SUBMIT.value,
    ]
    return session.scalar(query.where(*_theirs(reader, today), *waiting)) or 0


def _looked_after(reader: Reader, today: dt.date) -> list[ColumnElement[bool]]:
    sent = Request.submitted_at.is_not(None)
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
    named = Request.package_id.not_in(sorted(wanted.unnamed))
    if wanted.tray:
        found += _in(wanted.tray, today)
    if wanted.state:
        found.append(Request.state == wanted.state.value)
    if wanted.dataset:
        of = model.Package
        by_name = sa.and_(of.name == wanted.dataset, named)
        found.append(sa.or_(of.id == wanted.dataset, by_name))
    if wanted.organization:
        found += [model.Package.owner_org == wanted.organization, named]
    if wanted.text:
        like = f"%{wanted.text}%"
        asker = sa.select(model.User.id).where(
            sa.or_(model.User.fullname.ilike(like), model.User.name.ilike(like))
        )
        found.append(
            sa.or_(
                sa.and_(model.Package.title.ilike(like), named),
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
