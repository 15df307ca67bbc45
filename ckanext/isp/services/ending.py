"""How grants end, and what is owed then."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import Grant, Request
from ..policy.facts import ON_REQUEST, SENSITIVITY, TRUE
from ..policy.request import OPEN, TABLE, Command, State
from ..policy.scale import Level
from . import grants, receipts, requests
from .act import Act

AT_ONCE = 100
_MEMBERS = sa.text(
    "SELECT table_id FROM member WHERE table_name = 'user' AND group_id = :organization"
)
# requests for what everybody has, or nobody any more
_POINTLESS = sa.text(f"""
    SELECT r.id FROM isp_request r LEFT JOIN package p ON p.id = r.package_id
     WHERE r.state = ANY(:states)
       AND (p.id IS NULL OR p.state <> 'active'
            OR (p.private IS FALSE AND p.extras->>'{SENSITIVITY}' = '{Level.LOW.slug}'
                AND p.extras->>'{ON_REQUEST}' IS DISTINCT FROM '{TRUE}'))
     ORDER BY r.id LIMIT {AT_ONCE}""")


def end(session: Session, act: Act, request: Request, grant: Grant, command: Command) -> None:
    """End a grant now; whoever received something has to destroy it, and say so.

    :param command: one that the request takes in its state
    """
    grants.end(session, grant)
    to = TABLE[State(request.state)][command].to[-1]
    requests.step(session, act, request, command, to)
    if received(session, grant):
        portal = Act(None, act.door, act.protocol)
        requests.step(session, portal, request, Command.FALL_DUE, State.DUE)


def received(session: Session, grant: Grant) -> bool:
    """Whether anything was downloaded since a grant began, by those who hold it."""
    if grant.accepted_at is None:
        return False
    who = [grant.user_id] if grant.user_id else []
    if grant.organization_id:
        who += session.scalars(_MEMBERS, {"organization": grant.organization_id}).all()
    return receipts.received(session, grant.package_id, who, grant.accepted_at)


def expire(session: Session, door: str) -> list[Request]:
    """End what is over by time. Call it, and commit, until there is none.

    An approval whose terms nobody accepted in time lapses.
    """
    found = []
    for grant in grants.over(session, [State.GRANTED.value, State.APPROVED.value], AT_ONCE):
        request = requests.find(session, grant.request_id, lock=True)
        if request is None or request.state not in (State.GRANTED.value, State.APPROVED.value):
            continue
        granted = request.state == State.GRANTED.value
        command = Command.EXPIRE if granted else Command.CLOSE
        end(session, Act(None, door), request, grant, command)
        found.append(request)
    return found


def close_pointless(session: Session, door: str) -> list[Request]:
    """Close requests for data that is open, or gone. Call it, and commit, until there is none."""
    before = [state.value for state in OPEN - {State.GRANTED}]
    found = []
    for number in session.scalars(_POINTLESS, {"states": before}).all():
        request = requests.find(session, number, lock=True)
        if request is None or request.state not in before:
            continue
        grant = grants.of(session, request.id, lock=True)
        if grant is not None:
            grants.end(session, grant)
        to = TABLE[State(request.state)][Command.CLOSE].to[-1]
        if request.state == State.DRAFT.value:
            request.state = to.value
        else:
            requests.step(session, Act(None, door), request, Command.CLOSE, to)
        found.append(request)
    session.flush()
    return found
