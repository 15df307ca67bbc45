"""What nobody is to know of is answered, to those who do not see it, like a name that is not taken.

That a dataset is there tells of it already where no protocol lets it be found. Whoever is refused
something about such a dataset is asked once more, of a dataset that there is not: so both are
answered in the same words, whatever the action. Nothing is looked up before somebody is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Action, Context, DataDict

from . import fresh
from .seat import about

# the id of no dataset
NOTHING = "00000000-0000-0000-0000-000000000000"
# by which names an action refers to a dataset
ID, PACKAGE, LOG = ("id",), ("package_id",), ("dataset",)
ENDS = ("subject", "object")
CKANS: Mapping[str, tuple[str, ...]] = {
    "dataset_purge": ID,
    "file_owner_scan": ("owner_id",),
    "file_ownership_transfer": ("owner_id",),
    "follow_dataset": ID,
    "package_activity_list": ID,
    "package_collaborator_create": ID,
    "package_collaborator_delete": ID,
    "package_collaborator_list": ID,
    "package_delete": ID,
    "package_patch": ID,
    "package_relationship_create": ENDS,
    "package_relationship_delete": ENDS,
    "package_relationship_update": ENDS,
    "package_relationships_list": ("id", "id2"),
    "package_show": ("id", "name_or_id"),
    "package_update": ("id", "name"),
    "resource_create": PACKAGE,
}
OURS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("isp_case_open", "isp_classify", "isp_classification_show"), ID),
    **dict.fromkeys(("isp_delivery_create", "isp_delivery_list", "isp_exposure_before_seal"), ID),
    **dict.fromkeys(("isp_exposure_check", "isp_file_create", "isp_file_list"), ID),
    **dict.fromkeys(("isp_grant_list", "isp_lowering_list", "isp_lowering_request"), ID),
    **dict.fromkeys(("isp_request_draft", "isp_request_prepare", "isp_request_type_in"), ID),
    "isp_request_earlier": ID,
    **dict.fromkeys(("isp_timeline", "isp_verdict_show"), ID),
    **dict.fromkeys(("isp_log_export", "isp_log_list"), LOG),
    "hdx_send_request_data_auto_approval": PACKAGE,
    "requestdata_increment_request_data_counters": PACKAGE,
    "requestdata_request_archive_by_package_id": PACKAGE,
    "requestdata_request_create": PACKAGE,
    "requestdata_request_data_counters_get": PACKAGE,
    "requestdata_request_delete_by_package_id": PACKAGE,
}
REFERENCES = {**CKANS, **OURS}
READ = ("file_owner_scan", "package_collaborator_list", "package_show")
OF_ACTIVITIES = "package_activity_list"


def answered(actions: Mapping[str, Action]) -> dict[str, Action]:
    """These actions, and those of CKAN's that are asked of one dataset: none tells that it is."""
    here = {name for name in CKANS if name != OF_ACTIVITIES or p.plugin_loaded("activity")}
    every = {**{name: _plain(name) for name in here}, **actions}
    return {
        name: _as_none(action, REFERENCES[name]) if name in REFERENCES else action
        for name, action in every.items()
    }


def or_missing(context: Context, reference: str) -> bool:
    """Whether there is no dataset of that name or id, as far as the user is to know."""
    if fresh.seen(context, [reference]):
        return False
    package = model.Package.get(reference)
    return package is None or not about(package)[1].found


def of_a_seen_dataset(context: Context, data_dict: DataDict) -> DataDict:
    """What was asked; of a dataset that the user may not see, as of one that there is not."""
    asked = data_dict.get("id")
    if not isinstance(asked, str) or fresh.seen(context, [asked]):
        return data_dict
    return {**data_dict, "id": NOTHING}


def _plain(name: str) -> Action:
    """An action of CKAN's as it is."""

    @tk.chained_action
    def door(up: Action, context: Context, data_dict: DataDict) -> Any:
        return up(context, data_dict)

    door.__name__ = name
    return tk.side_effect_free(door) if name in READ else door


def _as_none(action: Action, keys: Iterable[str]) -> Any:
    @functools.wraps(action)
    def door(*args: Any) -> Any:
        *up, context, data_dict = args
        asked = dict(data_dict)
        try:
            return action(*args)
        except (tk.NotAuthorized, tk.ObjectNotFound):
            for key in keys:
                if _hidden(context, asked.get(key)):
                    _refuse(functools.partial(action, *up), context, asked, key)
            raise

    return door


def _refuse(action: Action, context: Context, asked: DataDict, key: str) -> None:
    """Ask for what there is not instead; what a refusal quotes is what was asked for."""
    try:
        action(fresh_context(context), {**asked, key: NOTHING})
    except tk.ObjectNotFound as error:
        raise tk.ObjectNotFound(str(error).replace(NOTHING, asked[key])) from None


def _hidden(context: Context, reference: Any) -> bool:
    """Whether it names a dataset of which the user is not to know."""
    if not isinstance(reference, str) or model.Package.get(reference) is None:
        return False
    return or_missing(context, reference)
