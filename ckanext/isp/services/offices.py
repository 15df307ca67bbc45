"""Who holds which office: whose agreement is theirs to give, and who answers in their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model.requests import StandIn
from ..policy.deciders import Agreement, Demand

_ADMINISTRATORS = sa.text("""
    WITH RECURSIVE above (id) AS (
        SELECT id FROM "group" WHERE (id = :organization OR name = :organization)
           AND is_organization AND state = 'active'
        UNION
        SELECT m.table_id FROM member m JOIN above ON m.group_id = above.id
         WHERE m.table_name = 'group' AND m.state = 'active' AND :cascades
    )
    SELECT DISTINCT u.id FROM above JOIN member m ON m.group_id = above.id
      JOIN "user" u ON u.id = m.table_id AND u.state = 'active'
     WHERE m.table_name = 'user' AND m.state = 'active' AND m.capacity = 'admin'
""")
_LOOKED_AFTER = sa.text("""
    WITH RECURSIVE below (id) AS (
        SELECT group_id FROM member
         WHERE table_name = 'user' AND table_id = :user AND state = 'active' AND capacity = 'admin'
        UNION
        SELECT m.group_id FROM member m JOIN below ON m.table_id = below.id
         WHERE m.table_name = 'group' AND m.state = 'active' AND :cascades
    )
    SELECT 'own' AS role, g.id, g.name, g.title FROM below JOIN "group" g ON g.id = below.id
     WHERE g.is_organization AND g.state = 'active'
    UNION ALL
    SELECT CASE WHEN s.user_id IS NULL THEN 'deputy' ELSE 'stand_in' END, g.id, g.name, g.title
      FROM isp_stand_in s JOIN "group" g ON g.id = s.organization_id
     WHERE s.stands_in = :user AND s.ended_at IS NULL AND s.from_day <= :today
       AND (s.until_day IS NULL OR s.until_day >= :today)
     ORDER BY title, name
""")
_NAMED = sa.text("""SELECT id FROM "user" WHERE name = ANY(:names) AND state = 'active'""")


class Portal(NamedTuple):
    """What a portal has set about offices.

    :param offices: names of the users that hold each office
    :param focal_points: names of users; they hold what nobody was named for
    :param cascades: whether administrators also speak for the organisations below theirs
    """

    offices: Mapping[str, frozenset[str]]
    focal_points: frozenset[str]
    cascades: bool


class Holders(NamedTuple):
    """Who can give the agreements that a request needs.

    :param own: by key, the ids of those whose office it is
    :param stand_ins: by id of somebody, the ids of those in whose place they answer today
    :param deputies: ids of those who answer once it is late
    :param focal: ids of the portal's focal points
    """

    own: Mapping[str, frozenset[str]]
    stand_ins: Mapping[str, frozenset[str]]
    deputies: frozenset[str]
    focal: frozenset[str]

    def by(self, user_id: str, *, late: bool) -> dict[str, str]:
        """The keys that somebody can give, and in whose place where it is not their own."""
        found = {key: user_id for key, who in self.own.items() if user_id in who}
        for other in sorted(self.stand_ins.get(user_id, ())):
            found = {**{key: other for key, who in self.own.items() if other in who}, **found}
        if late and user_id in self.deputies:
            found |= {key: "" for key in self.own if key not in found}
        return found


def holders(
    session: Session,
    organization: str | None,
    needed: Mapping[str, Agreement],
    portal: Portal,
    today: dt.date,
) -> Holders:
    """Who can give these agreements about data of an organisation."""
    focal = _named(session, portal.focal_points)
    own = {
        key: _holds(session, organization, agreement, portal, focal)
        for key, agreement in needed.items()
    }
    standing = _standing_in(session, organization, today)
    stand_ins: dict[str, frozenset[str]] = {}
    for row in standing:
        if row.user_id:
            stand_ins[row.stands_in] = stand_ins.get(row.stands_in, frozenset()) | {row.user_id}
    deputies = frozenset(row.stands_in for row in standing if row.user_id is None)
    return Holders(own, stand_ins, deputies or focal, focal)


class LookedAfter(NamedTuple):
    """An organisation whose requests somebody answers.

    :param role: ``own``, ``stand_in`` or ``deputy``
    """

    role: str
    id: str
    name: str
    title: str | None


def looked_after(
    session: Session, user_id: str, today: dt.date, *, cascades: bool
) -> list[LookedAfter]:
    """The organisations whose requests somebody answers today, and how. One query."""
    asked = {"user": user_id, "today": today, "cascades": cascades}
    return [LookedAfter(*row) for row in session.execute(_LOOKED_AFTER, asked)]


def administrators(session: Session, organization: str | None, *, cascades: bool) -> frozenset[str]:
    """The ids of those who administer an organisation, by its id or name."""
    asked = {"organization": organization, "cascades": cascades}
    return frozenset(session.scalars(_ADMINISTRATORS, asked)) if organization else frozenset()


def stand_ins(session: Session, organizations: Iterable[str], today: dt.date) -> list[StandIn]:
    """Who answers for others in these organisations, today or later."""
    query = sa.select(StandIn).where(
        StandIn.organization_id.in_(list(organizations)),
        StandIn.ended_at.is_(None),
        sa.or_(StandIn.until_day.is_(None), StandIn.until_day >= today),
    )
    return list(session.scalars(query.order_by(StandIn.from_day, StandIn.id)))


def _holds(
    session: Session,
    organization: str | None,
    agreement: Agreement,
    portal: Portal,
    focal: frozenset[str],
) -> frozenset[str]:
    if agreement.demand is Demand.OFFICE:
        return _named(session, portal.offices.get(agreement.of, frozenset())) or focal
    if agreement.demand is Demand.ORGANISATION:
        found = administrators(session, agreement.of, cascades=portal.cascades)
        return found or focal
    return administrators(session, organization, cascades=portal.cascades)


def _named(session: Session, names: frozenset[str]) -> frozenset[str]:
    return frozenset(session.scalars(_NAMED, {"names": list(names)})) if names else frozenset()


def _standing_in(session: Session, organization: str | None, today: dt.date) -> list[StandIn]:
    found = stand_ins(session, [organization] if organization else [], today)
    return [row for row in found if row.from_day <= today]
