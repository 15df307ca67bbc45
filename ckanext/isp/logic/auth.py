"""Who may call the plugin's own actions. Invariants never live here: sysadmins pass before."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from .. import config
from ..model.tables import Event
from . import hdx_names, people, queue


@tk.auth_allow_anonymous_access
def everybody(context: Context, data_dict: DataDict) -> AuthResult:
    """Which protocols a portal keeps is for everybody to know; drafts, the actions keep back."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def who_sees_the_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    """What a level means is no secret; what a dataset's means, for those who see the dataset."""
    if not data_dict.get("id"):
        return {"success": True}
    return authz.is_authorized("package_show", context, {"id": data_dict["id"]})


def who_is_known(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody's own, or what each dataset then asks for itself."""
    return {"success": people.who(context) is not None}


def who_sees_the_dataset_and_is_known(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody who has logged in may register what they know of."""
    known = who_is_known(context, data_dict)
    return who_sees_the_dataset(context, data_dict) if known["success"] else known


def who_edits_the_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    """What is proposed and answered about a dataset, and what happened to it."""
    return authz.is_authorized("package_update", context, {"id": data_dict.get("id")})


def who_edits_it_or_lists_their_own(context: Context, data_dict: DataDict) -> AuthResult:
    """One dataset's proposals, or those that the user has to do with."""
    one = data_dict.get("id")
    return (who_edits_the_dataset if one else who_is_known)(context, data_dict)


def who_runs_its_organization(context: Context, data_dict: DataDict) -> AuthResult:
    """An administrator of the dataset's organization decides; never the one who proposed."""
    package = model.Package.get(data_dict.get("package_id"))
    user = people.who(context)
    if package is None or user is None:
        return {"success": False}
    allowed = authz.has_user_permission_for_group_or_org(package.owner_org, user.name, "admin")
    return {"success": bool(package.owner_org and allowed)}


def who_sees_its_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    """As ``who_sees_the_dataset_and_is_known``, by HDX's name for a dataset's id."""
    of = {"id": data_dict.get("package_id") or ""}
    known = who_is_known(context, data_dict)
    return authz.is_authorized("package_show", context, of) if known["success"] else known


def who_edits_its_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    """As ``who_edits_the_dataset``, by HDX's name for a dataset's id."""
    return who_edits_the_dataset(context, {"id": data_dict.get("package_id")})


def who_deletes_its_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    """As on HDX; which of its requests are theirs to close, each is asked for itself."""
    return authz.is_authorized("package_delete", context, {"id": data_dict.get("package_id")})


def who_answers_for_the_organization(context: Context, data_dict: DataDict) -> AuthResult:
    """Its administrators, those who stand in for them, and focal points."""
    found = model.Group.get(data_dict.get("org_id"))
    reader = queue.reader(context)
    answers = found is not None and (reader.everything or found.id in reader.organizations)
    return {"success": answers}


def focal_points(context: Context, data_dict: DataDict) -> AuthResult:
    """By name in the portal's configuration; of two that are needed, the database sees to it."""
    user = people.who(context)
    return {"success": user is not None and user.name in config.focal_points()}


def who_reads_the_record(context: Context, data_dict: DataDict) -> AuthResult:
    """All of it, focal points; that of one dataset, those who edit it."""
    known = focal_points(context, data_dict)
    dataset = data_dict.get("dataset")
    if known["success"] or not dataset:
        return known
    try:
        return who_edits_the_dataset(context, {"id": dataset})
    except tk.ObjectNotFound:
        return {"success": False}


def who_reads_the_event(context: Context, data_dict: DataDict) -> AuthResult:
    """As of the dataset that it is about; of one about none, focal points."""
    about = model.Session.get(Event, data_dict["event"]) if data_dict.get("event") else None
    return who_reads_the_record(context, {"dataset": about and about.package_id})


def nobody_else(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the portal, who are not asked."""
    return {"success": False}


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def without_ids(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As CKAN's; a refusal does not say which id a name stands for, or which resource a table."""
    answer = next_auth(context, data_dict)
    return answer if answer["success"] else {"success": False}


@tk.chained_auth_function
def of_a_dataset(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As CKAN's, which fails where nobody asks, or of nothing."""
    known = who_is_known(context, data_dict)
    if known["success"] and model.Package.get(data_dict.get("id")) is None:
        raise tk.ObjectNotFound()
    return next_auth(context, data_dict) if known["success"] else known


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def task_status_show(next_auth: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """What a loader says of a resource may quote it: for those who may have the resource."""
    task = context.get("task_status")
    if task is None or task.entity_type != "resource":
        return next_auth(context, data_dict)
    if model.Resource.get(task.entity_id) is None:
        return {"success": False}
    return authz.is_authorized("resource_show", fresh_context(context), {"id": task.entity_id})


# whose each request is, and what it takes from whom, policy/request.py says
REQUESTS = (
    *(f"isp_request_{command}" for command in ("draft", "write", "submit", "show", "similar")),
    *(f"isp_request_{command}" for command in ("say", "withdraw", "return", "decline", "agree")),
    *(f"isp_request_{command}" for command in ("consult", "advise", "step_aside", "list")),
    *(f"isp_grant_{command}" for command in ("terms", "accept", "revoke", "give_back", "suspend")),
    *(f"isp_grant_{command}" for command in ("reconfirm", "ask_longer", "extend")),
    *(f"isp_grant_{command}" for command in ("refuse_longer", "report", "attest")),
    *(f"isp_stand_in_{command}" for command in ("name", "end", "list")),
    *(f"isp_request_{what}" for what in ("standing", "reasons")),
    *(f"isp_filter_{command}" for command in ("keep", "drop", "list")),
)

# by HDX Connect's names; those of a request, policy/request.py says here too
HDX: dict[str, AuthFunction] = {
    "hdx_request_access": who_is_known,
    "hdx_request_data_admin_list": focal_points,
    "hdx_send_request_data_auto_approval": who_edits_its_dataset,
    "requestdata_request_create": who_is_known,
    "requestdata_request_show": who_is_known,
    "requestdata_request_patch": who_is_known,
    "requestdata_request_update": who_is_known,
    "requestdata_request_list_for_current_user": who_is_known,
    "requestdata_request_list_for_organization": who_answers_for_the_organization,
    "requestdata_request_list_for_sysadmin": focal_points,
    "requestdata_notification_create": who_is_known,
    "requestdata_notification_for_current_user": who_is_known,
    "requestdata_notification_change": who_is_known,
    "requestdata_increment_request_data_counters": who_sees_its_dataset,
    "requestdata_request_data_counters_get": who_sees_its_dataset,
    "requestdata_request_data_counters_get_all": focal_points,
    "requestdata_request_data_counters_get_by_org": who_answers_for_the_organization,
    "requestdata_request_delete_by_package_id": who_deletes_its_dataset,
    "requestdata_request_archive_by_package_id": who_edits_its_dataset,
}

COLLABORATORS = ("create", "delete", "list")
FUNCTIONS: dict[str, AuthFunction] = {
    "package_show": without_ids,
    "package_update": without_ids,
    **dict.fromkeys((f"package_collaborator_{what}" for what in COLLABORATORS), of_a_dataset),
    "resource_show": without_ids,
    "task_status_show": task_status_show,
    "isp_verdict_show": who_sees_the_dataset,
    "isp_classify": who_edits_the_dataset,
    "isp_classify_many": who_is_known,
    "isp_classification_show": who_edits_the_dataset,
    "isp_classification_list": who_is_known,
    "isp_answers_recent": who_is_known,
    "isp_timeline": who_edits_the_dataset,
    "isp_log_list": who_reads_the_record,
    "isp_log_export": who_reads_the_record,
    "isp_log_show": who_reads_the_event,
    "isp_log_annotate": who_reads_the_event,
    "isp_log_forget": nobody_else,
    "isp_review_list": who_is_known,
    "isp_review_confirm": who_is_known,
    "isp_lowering_request": who_edits_the_dataset,
    "isp_lowering_list": who_edits_it_or_lists_their_own,
    "isp_lowering_approve": who_runs_its_organization,
    "isp_lowering_refuse": who_runs_its_organization,
    "isp_delivery_create": who_edits_the_dataset,
    "isp_delivery_list": who_edits_the_dataset,
    "isp_file_create": who_edits_the_dataset,
    "isp_file_unseal": who_edits_the_dataset,
    "isp_exposure_before_seal": who_edits_the_dataset,
    "isp_exposure_check": who_edits_the_dataset,
    "isp_file_list": who_sees_the_dataset,
    # who may not know of a file does not find it
    "isp_file_show": everybody,
    "isp_case_open": who_sees_the_dataset_and_is_known,
    "isp_case_move": who_is_known,
    "isp_case_show": who_is_known,
    "isp_case_list": who_is_known,
    **dict.fromkeys(REQUESTS, who_is_known),
    "isp_request_type_in": who_edits_the_dataset,
    "isp_request_prepare": who_sees_the_dataset,
    "isp_request_earlier": who_sees_the_dataset_and_is_known,
    "isp_grant_list": who_edits_the_dataset,
    "isp_notice_list": who_is_known,
    "isp_notice_read": who_is_known,
    "isp_notice_settings": who_is_known,
    "isp_protocol_list": everybody,
    "isp_protocol_show": everybody,
    "isp_protocol_compare": everybody,
    "isp_protocol_export": everybody,
    "isp_protocol_load": focal_points,
    "isp_protocol_validate": focal_points,
    "isp_protocol_import": focal_points,
    "isp_protocol_simulate": focal_points,
    "isp_protocol_simulate_csv": focal_points,
    "isp_protocol_propose": focal_points,
    "isp_protocol_proposals": focal_points,
    "isp_protocol_decide": focal_points,
    "isp_acknowledge": who_is_known,
    "isp_to_acknowledge": who_is_known,
    "isp_acknowledgement_list": focal_points,
}


def offered() -> dict[str, AuthFunction]:
    """What the plugin decides on this portal."""
    tables = ("datastore_info", "datastore_search") if p.plugin_loaded("datastore") else ()
    return {**FUNCTIONS, **dict.fromkeys(tables, without_ids), **hdx_names.auth(HDX)}
