"""How grants end, and what is owed then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import Grant, Request
from ..policy.facts import ON_REQUEST, SENSITIVITY, TRUE
from ..policy.request import OPEN, TABLE, Command, State
from ..policy.scale import Level
from . import grants, receipts, requests, telling
from .act import Act
from .offices import Portal

AT_ONCE = 100
_MEMBERS = sa.text(
    "SELECT table_id FROM member WHERE table_name = 'user' AND group_id = :organization"
)
# grants that were suspended and of which no step tells
_SUSPENDED = sa.text(f"""
    SELECT r.id FROM isp_grant g JOIN isp_request r ON r.id = g.request_id
     WHERE r.state = '{State.GRANTED.value}' AND g.suspended_at IS NOT NULL
       AND g.ended_at IS NULL
       AND NOT EXISTS (SELECT FROM isp_request_step s
             WHERE s.request_id = r.id AND s.command = '{Command.SUSPEND.value}'
               AND s.at >= g.suspended_at)
     ORDER BY r.id LIMIT {AT_ONCE}""")
# requests for what everybody has, or nobody any more
_POINTLESS = sa.text(f"""
    SELECT r.id, coalesce(p.state = 'active', false)
      FROM isp_request r LEFT JOIN package p ON p.id = r.package_id
     WHERE r.state = ANY(:states) AND (cast(:package AS text) IS NULL OR r.package_id = :package)
       AND (p.id IS NULL OR p.state <> 'active'
            OR (p.private IS FALSE AND p.extras->>'{SENSITIVITY}' = '{Level.LOW.slug}'
                AND p.extras->>'{ON_REQUEST}' IS DISTINCT FROM '{TRUE}'))
     ORDER BY r.id LIMIT {AT_ONCE}""")


class World(NamedTuple):
    """What ending something has to know of the portal."""

    offices: Portal
    today: dt.date


def end(
    session: Session, act: Act, request: Request, grant: Grant, command: Command, world: World
) -> None:
    """End a grant now; whoever received something has to destroy it, and say so.

    :param command: one that the request takes in its state
    """
    grants.end(session, grant)
    step(session, act, request, command, world)
    if received(session, grant):
        step(session, Act(None, act.door, act.protocol), request, Command.FALL_DUE, world)


def step(
    session: Session,
    act: Act,
    request: Request,
    command: Command,
    world: World,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Take a request on by a command that its state takes, and tell whom it concerns."""
    to = TABLE[State(request.state)][command].to[-1]
    requests.step(session, act, request, command, to, details)
    telling.after(session, request, command, act.user_id, world.offices, world.today)


def received(session: Session, grant: Grant) -> bool:
    """Whether anything was downloaded since a grant began, by those who hold it."""
    if grant.accepted_at is None:
        return False
    who = [grant.user_id] if grant.user_id else []
    if grant.organization_id:
        who += session.scalars(_MEMBERS, {"organization": grant.organization_id}).all()
    return receipts.received(session, grant.package_id, who, grant.accepted_at)


def expire(session: Session, door: str, world: World) -> list[Request]:
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
        end(session, Act(None, door), request, grant, command, world)
        found.append(request)
    return found


def close_pointless(
    session: Session, door: str, world: World, package_id: str | None = None
) -> list[Request]:
    """Close requests for data that is open, or gone. Call it, and commit, until there is none.

    :param package_id: only those for this dataset
    """
    before = [state.value for state in OPEN - {State.GRANTED}]
    found = []
    asked = {"states": before, "package": package_id}
    for number, is_open in session.execute(_POINTLESS, asked).all():
        request = requests.find(session, number, lock=True)
        if request is None or request.state not in before:
            continue
        grant = grants.of(session, request.id, lock=True)
        if grant is not None:
            grants.end(session, grant)
        if request.state == State.DRAFT.value:
            request.state = State.WITHDRAWN.value
        else:
            told = {"is_open": is_open}
            step(session, Act(None, door), request, Command.CLOSE, world, told)
        found.append(request)
    session.flush()
    return found


def suspended(session: Session, door: str, world: World) -> list[Request]:
    """Put on record what the database suspended by itself, and tell whom it concerns.

    Call it, and commit, until there is none.
    """
    found = []
    for number in session.scalars(_SUSPENDED).all():
        request = requests.find(session, number, lock=True)
        if request is None or request.state != State.GRANTED.value:
            continue
        step(session, Act(None, door), request, Command.SUSPEND, world)
        found.append(request)
    return found
