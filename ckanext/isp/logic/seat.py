"""Somebody before a request: who they are to it, and what they can do with it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import Context

from .. import config, gate, portal, wording
from ..model.requests import Grant, Request
from ..policy import deciders
from ..policy.deciders import Agreement
from ..policy.facts import Stored
from ..policy.request import (
    Case,
    Command,
    Move,
    Person,
    Refused,
    Role,
    State,
    move,
    moves,
    roles,
)
from ..policy.scale import Level
from ..policy.verdict import Verdict
from ..services import datasets, grants, offices, requests, telling
from ..services.act import Act
from ..services.offices import Holders
from . import fresh, people, save


@dataclass(frozen=True)
class Seat:
    """Somebody before a request, as both are now."""

    context: Context
    request: Request

    @classmethod
    def find(cls, context: Context, request_id: int, *, lock: bool = False) -> Seat:
        """A request for somebody who has to do with it.

        :param lock: nobody else takes it on until the commit
        :raises ObjectNotFound: where there is none, or it is not theirs to know
        """
        found = requests.find(model.Session, request_id, lock=lock)
        seat = cls(context, found) if found else None
        if seat is None or not seat.reads:
            raise tk.ObjectNotFound(wording.request.no_such_request())
        return seat

    @cached_property
    def user_id(self) -> str:
        return save.user_id(self.context) or ""

    @property
    def state(self) -> State:
        return State(self.request.state)

    @cached_property
    def package(self) -> Any:
        """The dataset as it is now; None where it is gone."""
        return model.Package.get(self.request.package_id)

    @cached_property
    def stored(self) -> tuple[Stored, Verdict]:
        return about(self.package)

    @property
    def verdict(self) -> Verdict:
        return self.stored[1]

    @property
    def level(self) -> Level | None:
        """The level of the dataset as it is now."""
        return self.stored[0].facts.level if self.package is not None else None

    @property
    def formal(self) -> bool:
        """Whether an agreement has to stand behind it (R40)."""
        return self.level in (None, Level.SEVERE)

    @cached_property
    def needed(self) -> dict[str, Agreement]:
        """The agreements that it needs under the protocols as they are now (R83)."""
        if self.package is None:
            return deciders.needed(Verdict(()), None)
        return deciders.needed(self.verdict, self.level)

    @cached_property
    def holders(self) -> Holders:
        owner = self.package.owner_org if self.package is not None else None
        return offices.holders(model.Session, owner, self.needed, portal.offices(), gate.today())

    @property
    def late(self) -> bool:
        """Whether the time that the portal promises to answer in is over."""
        by = self.request.answer_by
        return self.state is State.SUBMITTED and by is not None and by < gate.today()

    @cached_property
    def keys(self) -> dict[str, str]:
        """The agreements that are theirs to give, and in whose place."""
        found = self.holders.by(self.user_id, late=self.late)
        if not self.request.third_party:
            return found
        # a stand-in does not give data to those who are not subject to the protocol
        return {key: whose for key, whose in found.items() if whose in (self.user_id, "")}

    @cached_property
    def person(self) -> Person:
        user, holders = self.user_id, self.holders
        return Person(
            requester=user in (self.request.requester, self.request.typed_in_by),
            meets=any(user in who for who in holders.own.values()),
            stands_in=bool(holders.stand_ins.get(user)),
            deputy=user in holders.deputies,
            focal=user in holders.focal,
            conflict=self._conflict,
            consulted=any(one.user_id == user for one in self.consultations),
        )

    @cached_property
    def roles(self) -> frozenset[Role]:
        if not self.user_id:
            return frozenset()
        return roles(self.person, Case(self.request.third_party, self.late))

    @cached_property
    def moves(self) -> dict[Command, Move]:
        return moves(self.state, self.roles)

    @cached_property
    def consultations(self) -> list[Any]:
        return requests.consultations(model.Session, self.request.id)

    @property
    def reads(self) -> bool:
        """Whether it is theirs to read; what was never sent is its writer's alone."""
        if self.person.requester:
            return bool(self.user_id)
        if self.request.submitted_at is None or not self.user_id:
            return False
        person = self.person
        office = person.meets or person.stands_in or person.deputy or person.focal
        return bool(self.roles) or office or authz.is_sysadmin(self.context.get("user"))

    @cached_property
    def sees(self) -> bool:
        """Whether they see the dataset as it is now: a request gives nobody sight of it."""
        package = self.package
        return package is not None and bool(fresh.seen(self.context, [package.id]))

    @property
    def estranged(self) -> bool:
        """Whether they asked for a dataset that they do not see now: they know what they wrote."""
        return self.person.requester and not self.sees

    @property
    def reviews(self) -> bool:
        """Whether they read it as one of those who look after it, and have no interest in it."""
        interest = self.person.requester or self.person.conflict
        return self.reads and not interest and not self.advises

    @property
    def advises(self) -> bool:
        """Whether they are asked for advice and nothing else: what they read is their question."""
        return self._only_consulted and not self.person.requester

    @property
    def grant(self) -> Grant | None:
        return grants.of(model.Session, self.request.id)

    def act(self, door: str, note: str | None = None) -> Act:
        """Their act, under the protocol that speaks for the dataset now."""
        verdict = self.verdict if self.package is not None else None
        return replace(save.door(self.context, door, verdict), reason=note or None)

    def take(self, command: Command, *, complete: bool = True) -> State:
        """The state that a command of theirs leads to.

        :raises ValidationError: where it is not for them, or somebody was there before
        """
        try:
            return move(self.state, command, self.roles, complete=complete)
        except Refused:
            raise tk.ValidationError({"request": [self._why_not(command)]}) from None

    def step(
        self,
        door: str,
        command: Command,
        to: State,
        note: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the request on by a command that was allowed, and tell whom it concerns.

        :param note: what they say; it can be erased
        """
        session, act = model.Session, self.act(door, note)
        requests.step(session, act, self.request, command, to, details)
        by, named = act.user_id, portal.offices()
        telling.after(session, self.request, command, by, named, gate.today())

    def _why_not(self, command: Command) -> str:
        elsewhere = any(command in moves(state, self.roles) for state in State)
        if elsewhere:
            last = requests.steps(model.Session, self.request.id)
            by = last[-1].row.by if last else None
            return wording.request.not_now(self.state, people.name(by) if by else None)
        if self.person.conflict:
            return wording.request.conflict()
        if self.request.third_party and self.person.stands_in and not self.person.meets:
            return wording.request.not_a_stand_ins()
        return wording.request.not_yours()

    @cached_property
    def _conflict(self) -> bool:
        """Whether they have an interest in it: they stepped aside, belong to those who ask, or
        made the dataset that two others are to decide about."""
        asking, package = self.request.organization_id, self.package
        if self.user_id in requests.aside(model.Session, self.request.id):
            return True
        if package is not None and self.formal and package.creator_user_id == self.user_id:
            return True
        owner = package.owner_org if package is not None else None
        return asking not in (None, owner) and belongs(self.user_id, asking)

    @property
    def _only_consulted(self) -> bool:
        return self.roles == frozenset({Role.CONSULTED}) and not self.person.focal


def about(package: model.Package) -> tuple[Stored, Verdict]:
    """A dataset with all that is known of it, and the verdict of today."""
    stored = datasets.whole(model.Session, package, config.places())
    return stored, gate.verdict(stored.facts)


def belongs(user_id: str, organization: str | None) -> bool:
    """Whether somebody is a member of an organisation."""
    if not organization:
        return False
    of = model.Session.query(model.Member).filter_by(
        table_name="user", table_id=user_id, group_id=organization, state="active"
    )
    return of.first() is not None


def organizations(user_id: str | None) -> list[model.Group]:
    """The organisations that somebody is a member of, by title."""
    if not user_id:
        return []
    query = (
        model.Session.query(model.Group)
        .join(model.Member, model.Member.group_id == model.Group.id)
        .filter(model.Group.is_organization, model.Group.state == "active")
        .filter_by(table_name="user", table_id=user_id, state="active")
    )
    return list(query.order_by(model.Group.title, model.Group.name))


def end_of(day: dt.date) -> dt.datetime:
    """The moment in which a day is over, where the portal stands."""
    return start_of(day + dt.timedelta(days=1))


def start_of(day: dt.date) -> dt.datetime:
    """The moment in which a day begins, where the portal stands."""
    name = tk.config.get("ckan.display_timezone") or "utc"
    try:
        zone: dt.tzinfo = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = dt.timezone.utc
    return dt.datetime.combine(day, dt.time(), zone)
