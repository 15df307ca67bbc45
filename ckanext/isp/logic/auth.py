"""Who may call the plugin's own actions. Invariants never live here: sysadmins pass before."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from .. import config


def isp_lowering_request(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may edit the dataset may propose to lower its level."""
    return authz.is_authorized("package_update", context, {"id": data_dict.get("id")})


def isp_lowering_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may edit a dataset see its proposals; the list of all is for sysadmins."""
    if not data_dict.get("id"):
        return {"success": _user(context) is not None}
    return isp_lowering_request(context, data_dict)


def isp_lowering_approve(context: Context, data_dict: DataDict) -> AuthResult:
    """An administrator of the dataset's organization decides; never the one who proposed."""
    package = model.Package.get(data_dict.get("package_id"))
    user = _user(context)
    if package is None or user is None:
        return {"success": False}
    allowed = authz.has_user_permission_for_group_or_org(package.owner_org, user.name, "admin")
    return {"success": bool(package.owner_org and allowed)}


def isp_lowering_refuse(context: Context, data_dict: DataDict) -> AuthResult:
    """As for approving."""
    return isp_lowering_approve(context, data_dict)


def isp_classify(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may edit a dataset answer for it."""
    return isp_lowering_request(context, data_dict)


def isp_classification_show(context: Context, data_dict: DataDict) -> AuthResult:
    """What was answered about a dataset is for those who may edit it."""
    return isp_lowering_request(context, data_dict)


def isp_classify_many(context: Context, data_dict: DataDict) -> AuthResult:
    """Each dataset asks for itself."""
    return {"success": _user(context) is not None}


def isp_classification_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody's own: it lists what the user may edit."""
    return {"success": _user(context) is not None}


def isp_answers_recent(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody's own."""
    return {"success": _user(context) is not None}


def isp_timeline(context: Context, data_dict: DataDict) -> AuthResult:
    """What happened to a dataset is for those who manage it."""
    return isp_lowering_request(context, data_dict)


@tk.auth_allow_anonymous_access
def isp_verdict_show(context: Context, data_dict: DataDict) -> AuthResult:
    """What a level means is no secret; what a dataset's means, for those who see the dataset."""
    if not data_dict.get("id"):
        return {"success": True}
    return authz.is_authorized("package_show", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def isp_protocol_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Which protocols a portal keeps is for everybody to know."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def isp_protocol_show(context: Context, data_dict: DataDict) -> AuthResult:
    """As for the list; drafts are for those who may load them."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def isp_protocol_compare(context: Context, data_dict: DataDict) -> AuthResult:
    """As for the list."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def isp_protocol_export(context: Context, data_dict: DataDict) -> AuthResult:
    """As for the list."""
    return {"success": True}


def isp_protocol_load(context: Context, data_dict: DataDict) -> AuthResult:
    """Focal points, by name in the portal's configuration."""
    user = _user(context)
    return {"success": user is not None and user.name in config.focal_points()}


def isp_protocol_validate(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_import(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_simulate(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_simulate_csv(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_propose(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_proposals(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading."""
    return isp_protocol_load(context, data_dict)


def isp_protocol_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """As for loading; never the one who proposed, which the action and the database see to."""
    return isp_protocol_load(context, data_dict)


def isp_review_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody's own: datasets that they may edit; all for focal points."""
    return {"success": _user(context) is not None}


def isp_review_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    """Each dataset asks for itself."""
    return {"success": _user(context) is not None}


def isp_acknowledge(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody who has logged in, for themselves."""
    return {"success": _user(context) is not None}


def isp_to_acknowledge(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody's own."""
    return {"success": _user(context) is not None}


def isp_acknowledgement_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has read a protocol is for focal points."""
    return isp_protocol_load(context, data_dict)


def _user(context: Context) -> Any:
    return model.User.get(context.get("user"))
