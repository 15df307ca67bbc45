"""Telling people what happens to requests, in the transaction in which it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import Grant, Request
from ..policy import deciders, told
from ..policy.notice import Notice
from ..policy.request import Command, State
from ..policy.told import Audience
from . import notices, offices, requests
from .offices import Holders, Portal

_OWNER = sa.text("SELECT owner_org FROM package WHERE id = :id")
_GIVES_LATER = sa.and_(
    Grant.begins_at > Grant.accepted_at,
    Grant.begins_at <= sa.func.clock_timestamp(),
    Grant.suspended_at.is_(None),
)
_BEGUN = sa.case((_GIVES_LATER, Grant.from_day))
_KNOWN = sa.text("""
    SELECT user_id FROM isp_notice
     WHERE kind = :kind AND about->'request' = to_jsonb(cast(:request AS bigint))
       AND about->>'on' = :on""")


def after(
    session: Session,
    request: Request,
    command: Command,
    by: str | None,
    portal: Portal,
    today: dt.date,
) -> None:
    """Tell of a command that a request has taken.

    :param by: who gave it; None for the portal
    """
    to = State(request.state)
    who = _Who(session, request, portal, today)
    for audience, notice in told.of(command, to, request.round):
        readers = who.of(audience) - {by}
        notices.add(session, notice, readers, request.package_id, request=request.id)


def consulted(session: Session, request: Request, user_id: str) -> None:
    """Tell somebody that their advice is asked for; they are told no more by mail."""
    notices.add(session, Notice.REQUEST_CONSULTED, [user_id], request=request.id)


def passed_on(
    session: Session, request: Request, by: str | None, portal: Portal, today: dt.date
) -> None:
    """Tell focal points, too, that data went further than its terms allow."""
    who = _Who(session, request, portal, today)
    readers = who.of(Audience.FOCAL_POINTS) - who.of(Audience.DECIDERS) - {by}
    notice = Notice.ONWARD_REPORTED
    notices.add(session, notice, readers, request.package_id, request=request.id)


def of_time(session: Session, portal: Portal, today: dt.date) -> int:
    """Tell of days that have come, each reader once.

    :returns: how many notices
    """
    waiting = (State.SUBMITTED.value, State.GRANTED.value, State.DUE.value)
    rows = session.execute(
        sa.select(Request, _BEGUN, Grant.until, Grant.destroy_by)
        .outerjoin(Grant, Grant.request_id == Request.id)
        .where(Request.state.in_(waiting))
        .order_by(Request.id)
    ).all()
    count = 0
    for request, begun, until, destroy_by in rows:
        days = request.answer_by, begun, until, destroy_by
        for audience, notice, on in told.of_time(State(request.state), today, *days):
            readers = _Who(session, request, portal, today).of(audience)
            asked = {"kind": notice.value, "request": request.id, "on": on.isoformat()}
            new = readers - set(session.scalars(_KNOWN, asked))
            facts = {"request": request.id, "on": on}
            count += notices.add(session, notice, new, request.package_id, **facts)
    return count


class _Who:
    """The people that a request has to do with."""

    def __init__(self, session: Session, request: Request, portal: Portal, today: dt.date) -> None:
        self.session, self.request = session, request
        self.portal, self.today = portal, today

    def of(self, audience: Audience) -> set[str]:
        if audience is Audience.ASKER:
            return {one for one in (self.request.requester or self.request.typed_in_by,) if one}
        return self._others(self._held(audience))

    def _held(self, audience: Audience) -> Iterable[str]:
        holders = self._holders()
        if audience is Audience.DEPUTIES:
            return holders.deputies
        if audience is Audience.FOCAL_POINTS:
            return holders.focal
        own = {user for who in holders.own.values() for user in who}
        standing = {one for one, whose in holders.stand_ins.items() if whose & own}
        return own if self.request.third_party else own | standing

    def _holders(self) -> Holders:
        owner = self.session.scalar(_OWNER, {"id": self.request.package_id})
        needed = {key: deciders.of_key(key) for key in self.request.needed}
        return offices.holders(self.session, owner, needed, self.portal, self.today)

    def _others(self, found: Iterable[str]) -> set[str]:
        """Without those who have an interest in it."""
        interested = {self.request.requester, self.request.typed_in_by}
        return set(found) - interested - requests.aside(self.session, self.request.id)
