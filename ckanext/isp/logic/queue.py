"""Whose queue it is, and its rows as pages and scripts read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.types import Context

from .. import config, gate, wording
from ..model.requests import StandIn
from ..policy.deciders import Demand
from ..policy.queue import Tray
from ..policy.request import State
from ..services.queue import Filter, Reader, Row
from . import request_told, save
from .mine import organizations


def reader(context: Context) -> Reader:
    """What somebody looks after, by their offices as they are today."""
    user_id = save.user_id(context) or ""
    user = model.User.get(user_id)
    if user is None:
        return Reader(user_id)
    everything = user.name in config.focal_points() or authz.is_sysadmin(user.name)
    if everything:
        return Reader(user_id, everything=True)
    own = organizations(context, "admin") or set()
    today = gate.today()
    standing = model.Session.scalars(
        sa.select(StandIn).where(
            StandIn.stands_in == user_id,
            StandIn.ended_at.is_(None),
            StandIn.from_day <= today,
            sa.or_(StandIn.until_day.is_(None), StandIn.until_day >= today),
        )
    ).all()
    named = model.Session.scalars(
        sa.select(model.Group.name).where(model.Group.id.in_(sorted(own)))
    ).all()
    offices = (key for key, who in config.offices().items() if user.name in who)
    keys = {f"{Demand.OFFICE.value}:{key}" for key in offices}
    keys |= {f"{Demand.ORGANISATION.value}:{name}" for name in named}
    return Reader(
        user_id,
        frozenset(own | {row.organization_id for row in standing if row.user_id}),
        frozenset(keys),
        frozenset(row.organization_id for row in standing if not row.user_id),
    )


def wanted(data_dict: Mapping[str, Any]) -> Filter:
    """What is looked for; a word that is neither a tray nor a state looks for nothing less."""
    state = data_dict.get("state") or ""
    trays = {tray.value: tray for tray in Tray}
    states = {one.value: one for one in State}
    tray = trays.get(state)
    return Filter(
        tray,
        None if tray else states.get(state),
        data_dict.get("q") or "",
        data_dict.get("dataset"),
        data_dict.get("organization"),
        data_dict.get("sort") or "due",
    )


def told(row: Row) -> dict[str, Any]:
    """A row of a list."""
    request = row.request
    late = (
        request.state == State.SUBMITTED.value
        and request.answer_by is not None
        and request.answer_by < gate.today()
    )
    return {
        **request_told.short(request, row.requester),
        "dataset": {"id": request.package_id, "name": row.name, "title": row.title or row.name},
        "owner": row.owner,
        "late": late,
        "overdue": (
            request.state == State.DUE.value
            and row.destroy_by is not None
            and row.destroy_by < gate.today()
        ),
        "agreed": row.agreed,
        "needed": len(request.needed),
        "suspended": bool(row.suspended),
        "until": row.until.isoformat() if row.until else None,
        "destroy_by": row.destroy_by.isoformat() if row.destroy_by else None,
        "purpose": (request.said or {}).get("purpose"),
        "state_words": wording.request.state(State(request.state)),
        "longer": bool(request.longer),
    }
