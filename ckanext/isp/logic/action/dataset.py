"""Doors through which datasets are saved."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import auth_audit_exempt
from ckan.types import Action, Context, DataDict

from ... import gate, notify, wording
from ...services import act as acts
from ...services import datasets as stored_datasets
from .. import answers, brought, fields, save, taking_in

__all__ = [
    "bulk_update_public",
    "package_create",
    "package_owner_org_update",
    "package_patch",
    "package_resource_reorder",
    "package_revise",
    "package_update",
    "resource_create",
    "resource_patch",
    "resource_update",
]


@tk.chained_action
def package_create(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Create a dataset, as exposed as its level allows; its uploads may become restricted files."""
    with answers.kept_on_refusal(data_dict):
        aside = brought.set_aside(context, data_dict)
        return brought.take_in(context, save.create(up, context, data_dict), aside)


@tk.chained_action
def package_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Update a dataset; patches, revisions and resources come this way too."""
    with answers.kept_on_refusal(data_dict):
        aside = brought.set_aside(context, data_dict, data_dict.get("id") or data_dict.get("name"))
        return brought.take_in(context, save.update(up, context, data_dict), aside)


@tk.chained_action
def package_patch(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Patch a dataset: what is not named stays as it is."""
    fields.expand_form_choice(data_dict)
    return save.named(context, data_dict, up, data_dict)


@tk.chained_action
def package_revise(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Revise a dataset: what the update does not name stays as it is."""
    return save.named(context, _named_in_revision(data_dict), up, data_dict)


@tk.chained_action
def package_resource_reorder(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Reorder resources."""
    return save.named(context, (), up, data_dict)


@tk.chained_action
def resource_create(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Add a resource to a dataset whose level lets it hold one; a file of another is restricted."""
    diverted = taking_in.divert(context, data_dict)
    return _resource(up, context, data_dict) if diverted is None else diverted


# the right to a restricted file is asked of its dataset: CKAN's own looks for a resource
@auth_audit_exempt
@tk.chained_action
def resource_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Update a resource; a new file for a restricted one stands in its place."""
    diverted = taking_in.divert(context, data_dict)
    return _resource(up, context, data_dict) if diverted is None else diverted


@tk.chained_action
def resource_patch(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Patch a resource."""
    return _resource(up, context, data_dict)


@tk.chained_action
def bulk_update_public(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Publish all of the named datasets, or none."""
    tk.check_access("bulk_update_public", context, data_dict)
    refused = []
    datasets = data_dict.get("datasets")
    if not isinstance(datasets, list) or not all(isinstance(d, str) for d in datasets):
        raise tk.ValidationError({"datasets": [wording.list_of_ids()]})
    for dataset in datasets:
        package = model.Package.get(dataset)
        if package is None or package.owner_org != data_dict.get("org_id"):
            continue
        settled = save.would_settle(context, {"id": package.id, "private": False})
        if settled.refusal:
            by = gate.cited(settled.verdict)
            words = wording.refusal(settled, settled.level, by, "")
            refused.append(f"{package.title or package.name}: {words}")
    if refused:
        raise tk.ValidationError({"datasets": refused})
    return up(context, data_dict)


@tk.chained_action
def package_owner_org_update(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Give a dataset to another organization; one that is not open is never left without."""
    package = model.Package.get(data_dict.get("id"))
    if package and not context.get("defer_commit"):
        tk.check_access("package_owner_org_update", context, data_dict)
        stored = stored_datasets.read(model.Session, package).stored
        if package.private and not data_dict.get("organization_id"):
            raise tk.ValidationError({"organization_id": [wording.needs_owner(stored.facts.level)]})
        acts.announce(model.Session, save.door(context, "package_owner_org_update"))
    return up(context, data_dict)


def _named_in_revision(data_dict: DataDict) -> set[str]:
    prefix = "update__"
    keys = {key[len(prefix) :].split("__")[0] for key in data_dict if key.startswith(prefix)}
    update = data_dict.get("update") or {}
    with contextlib.suppress(ValueError):
        update = json.loads(update) if isinstance(update, str) else update
    return keys | set(update if isinstance(update, dict) else (*fields.FIELDS, "private"))


def _resource(up: Action, context: Context, data_dict: DataDict) -> Any:
    notices = notify.collect(context)
    result = save.named(context, (), up, data_dict)
    return {**result, fields.NOTICES: notices} if notices else result
