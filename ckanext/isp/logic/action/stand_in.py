"""Who answers requests for another, or for those who are late."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate, portal, wording
from ...model.requests import StandIn
from ...services import offices, stand_ins
from .. import asking, people, save
from .. import request_schema as schema

__all__ = ["isp_stand_in_end", "isp_stand_in_list", "isp_stand_in_name"]


@validate(schema.stand_in)
def isp_stand_in_name(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let somebody answer requests in your place for some days, or be your organization's deputy.

    A deputy answers once nobody did in time. A stand-in never answers a third party.

    :param organization: one that you administer
    :param stands_in: name of the user
    :param deputy: true for a deputy (optional)
    :param from: the first day; today where left out
    :param until: the last day; needed of a stand-in
    """
    tk.check_access("isp_stand_in_name", context, data_dict)
    organization, user_id = _own(context, data_dict["organization"]), save.user_id(context)
    who, deputy = asking.user_named(data_dict["stands_in"]), bool(data_dict.get("deputy"))
    if who is None or who == user_id:
        raise tk.ValidationError({"stands_in": [wording.request.somebody_else()]})
    if not deputy and not data_dict.get("until"):
        raise tk.ValidationError({"until": [wording.request.until_when()]})
    days = {"from_day": data_dict.get("from") or gate.today(), "until_day": data_dict.get("until")}
    act = save.door(context, "isp_stand_in_name")
    row = stand_ins.name(model.Session, act, organization, who, deputy=deputy, **days)
    model.Session.commit()
    return _told(row)


@validate(schema.one_stand_in)
def isp_stand_in_end(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let somebody answer for nobody any more.

    :param stand_in: its number
    """
    tk.check_access("isp_stand_in_end", context, data_dict)
    row = stand_ins.find(model.Session, data_dict["stand_in"])
    if row is None:
        raise tk.ObjectNotFound()
    _own(context, row.organization_id)
    stand_ins.end(model.Session, save.door(context, "isp_stand_in_end"), row)
    model.Session.commit()
    return _told(row)


@tk.side_effect_free
@validate(schema.one_organization)
def isp_stand_in_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Who answers for others in an organization that you administer, today or later.

    :param organization: its name or id
    """
    tk.check_access("isp_stand_in_list", context, data_dict)
    organization = _own(context, data_dict["organization"])
    return [_told(row) for row in offices.stand_ins(model.Session, [organization], gate.today())]


def _own(context: Context, reference: str) -> str:
    """The id of an organisation that the user administers.

    :raises NotAuthorized: of any other
    """
    group = model.Group.get(reference)
    if group is None or not group.is_organization:
        raise tk.ObjectNotFound()
    cascades = portal.offices().cascades
    holders = offices.administrators(model.Session, group.id, cascades=cascades)
    if save.user_id(context) not in holders:
        raise tk.NotAuthorized(wording.request.not_yours())
    return group.id


def _told(row: StandIn) -> dict[str, Any]:
    return {
        "stand_in": row.id,
        "organization": row.organization_id,
        "for": people.name(row.user_id) if row.user_id else None,
        "stands_in": people.name(row.stands_in),
        "deputy": row.user_id is None,
        "from": row.from_day.isoformat(),
        "until": row.until_day.isoformat() if row.until_day else None,
        "ended": row.ended_at is not None,
    }
