"""Lowering a level with a second person's approval."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context, validate
from ckan.types import Context, DataDict

from ... import config, wording
from ...model.tables import Lowering
from ...policy.scale import Level, lowers
from ...services import datasets, lowering
from ...services.act import Act
from .. import save, schema
from ..mine import organizations

__all__ = [
    "isp_lowering_approve",
    "isp_lowering_list",
    "isp_lowering_refuse",
    "isp_lowering_request",
]


@validate(schema.lowering_request)
def isp_lowering_request(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Propose to lower the level of a dataset (R31). Nothing changes until it is approved.

    :param id: the dataset
    :param to: the level proposed; empty for none
    :param reason: why less protection is enough
    """
    tk.check_access("isp_lowering_request", context, data_dict)
    package: Any = datasets.lock(model.Session, data_dict["id"])
    before, after = _pair(package, data_dict.get("to"))
    act = _act(context, "isp_lowering_request", data_dict["reason"])
    if lowering.waiting(model.Session, package.id, before, after):
        raise tk.ValidationError({"to": [wording.already_proposed()]})
    proposal = lowering.propose(model.Session, act, package.id, before, after)
    model.Session.commit()
    return _told(proposal)


@validate(schema.lowering_approve)
def isp_lowering_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve a proposal as the second person, and lower the level unless told to wait.

    :param id: the proposal
    :param reason: what convinced you (optional)
    :param apply: lower the level now; otherwise the next save that asks for it does
    """
    proposal = _decide(context, data_dict, "isp_lowering_approve", approve=True)
    answer = _told(proposal)
    if data_dict.get("apply", True):
        answer.update(_apply(context, proposal))
    return answer


@validate(schema.lowering_refuse)
def isp_lowering_refuse(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Refuse a proposal with a reason; the level stays.

    :param id: the proposal
    :param reason: why the level has to stay
    """
    return _told(_decide(context, data_dict, "isp_lowering_refuse", approve=False))


@tk.side_effect_free
@validate(schema.lowering_list)
def isp_lowering_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Proposals to lower a level: those that wait first, then the newest.

    :param id: of this dataset; left out, of every dataset that you may edit
    :param proposal: this proposal only
    :param limit: how many at most (100, never more than 1000)
    :param offset: how many to skip (0)
    """
    tk.check_access("isp_lowering_list", context, data_dict)
    dataset = model.Package.get(data_dict.get("id"))
    ids = [dataset.id] if dataset else _editable(context)
    return lowering.listed(
        model.Session,
        ids,
        _now(),
        proposal_id=data_dict.get("proposal"),
        limit=min(data_dict["limit"], 1000),
        offset=data_dict["offset"],
    )


def _pair(package: Any, to: str | None) -> tuple[Level, Level | None]:
    stored = datasets.read(model.Session, package).stored
    before, after = stored.facts.level, Level.parse(to)
    if (to and after is None) or before is None or not lowers(before, after):
        below = [level for level in Level if before and lowers(before, level)]
        raise tk.ValidationError({"to": [wording.bad_lower_level(below)]})
    return before, after


def _decide(context: Context, data_dict: DataDict, name: str, *, approve: bool) -> Lowering:
    proposal = lowering.find(model.Session, data_dict["id"])
    if proposal is None:
        raise tk.ObjectNotFound()
    tk.check_access(name, context, {**data_dict, "package_id": proposal.package_id})
    act = _act(context, name, data_dict.get("reason"))
    if act.user_id == proposal.requested_by:
        raise tk.ValidationError({"decided_by": [wording.floor("isp_guard_second_person")[1]]})
    state = _told(proposal)["state"]
    if state != "pending":
        raise tk.ValidationError({"id": [wording.already_decided(state)]})
    days = config.lowering_valid_days()
    lowering.decide(model.Session, act, proposal, approve=approve, now=_now(), days=days)
    model.Session.commit()
    return proposal


def _apply(context: Context, proposal: Lowering) -> dict[str, Any]:
    patch = {"id": proposal.package_id, "sensitivity": proposal.to_level}
    try:
        tk.get_action("package_patch")(fresh_context(context, ignore_auth=True), patch)
    except tk.ValidationError as error:
        return {"applied": False, "why": error.error_summary}
    return {"applied": True, **_told(proposal)}


def _told(proposal: Lowering) -> dict[str, Any]:
    return lowering.listed(model.Session, None, _now(), proposal_id=proposal.id)[0]


def _editable(context: Context) -> list[str] | None:
    mine = organizations(context, "update_dataset")
    if mine is None:
        return None
    query = model.Session.query(model.Package.id).filter(model.Package.owner_org.in_(mine))
    return [row[0] for row in query]


def _act(context: Context, name: str, reason: str | None) -> Act:
    return replace(save.door(context, name), reason=reason)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
