"""Doors through which datasets and resources go; what goes is gone."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Action, Context, DataDict

from ... import wording
from ...policy.event import Event
from ...services import act as acts
from ...services import files, record
from .. import remains, restricted, save

__all__ = ["dataset_purge", "package_delete", "resource_delete"]


@tk.chained_action
def package_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete a dataset, its collaborators and memberships, whether named or by id."""
    package = model.Package.get(data_dict.get("id"))
    if package is not None:
        data_dict = {**data_dict, "id": package.id}
        tk.check_access("package_delete", context, data_dict)
        _announce(context, "package_delete")
    return up(context, data_dict)


@tk.chained_action
def dataset_purge(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Purge a dataset with every file, table, view and follower of it."""
    package = model.Package.get(data_dict.get("id"))
    if package is None:
        return up(context, data_dict)
    context["package"] = package
    tk.check_access("dataset_purge", context, data_dict)
    package_id, resource_ids = package.id, _all_resources(package.id)
    act = save.door(context, "dataset_purge")
    level = (package.extras or {}).get("sensitivity")
    record.add(model.Session, Event.PURGED, act, package_id=package_id, level_before=level)
    _drop_links(package_id, resource_ids)
    kept = files.all_of(model.Session, package_id)
    reason = wording.file.purged()
    gone = restricted.destroy(context, kept, "dataset_purge", reason)
    result = up(context, {**data_dict, "id": package_id})
    remains.destroy(resource_ids)
    restricted.clear(gone)
    return result


@tk.chained_action
def resource_delete(up: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete a resource with its file, table and views."""
    try:
        return save.named(context, (), up, data_dict)
    except KeyError as error:
        # the action reads a refusal as if it always spoke of resources
        if isinstance(error.__context__, tk.ValidationError):
            raise error.__context__ from None
        raise


def _announce(context: Context, name: str) -> None:
    acts.announce(model.Session, save.door(context, name))


def _all_resources(package_id: str) -> list[str]:
    query = sa.select(model.Resource.id).where(model.Resource.package_id == package_id)
    return list(model.Session.scalars(query))


def _drop_links(package_id: str, resource_ids: list[str]) -> None:
    session = model.Session
    session.query(model.ResourceView).filter(
        model.ResourceView.resource_id.in_(resource_ids)
    ).delete(synchronize_session=False)
    session.query(model.UserFollowingDataset).filter_by(object_id=package_id).delete()
    session.query(model.PackageMember).filter_by(package_id=package_id).delete()
