"""Deleting means gone: what a removed resource would leave behind."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files, uploader
from ckan.types import DataDict

from ..policy.save import Settlement
from ..policy.scale import Exposure

log = logging.getLogger(__name__)

# what CKAN adds to the name of a file while it comes
HALF = "~"


def goes_on_request(data_dict: DataDict, settled: Settlement) -> bool:
    """Whether a save leaves a dataset on request, and without its resources."""
    return settled.exposure is Exposure.ON_REQUEST and data_dict.get("resources") == []


def drop_rows_before_on_request(
    package: model.Package, data_dict: DataDict, settled: Settlement
) -> None:
    """Take resources out before the dataset goes on request; the guard looks at every statement."""
    if goes_on_request(data_dict, settled):
        for resource in package.resources_all:
            resource.state = "deleted"
        model.Session.flush()


@contextlib.contextmanager
def no_orphans(original: Mapping[str, Any], saved: Mapping[str, Any]) -> Iterator[None]:
    """Let a save that fails leave no file of a resource that it would have made."""
    own = {resource["id"] for resource in original.get("resources") or ()}
    try:
        yield
    except BaseException:
        for resource in saved.get("resources") or ():
            if isinstance(resource, dict) and resource.get("id") not in own | {None, ""}:
                remove_file(resource["id"])
        raise


def sweep(original: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
    """Remove what the resources that a save took away, or turned into links, leave behind."""
    if "resources" not in saved:
        return
    now = {r.get("id"): r for r in saved["resources"] if isinstance(r, dict)}
    for resource in original.get("resources") or ():
        kept = now.get(resource["id"])
        if kept is None:
            destroy([resource["id"]])
        elif resource.get("url_type") == "upload" and kept.get("url_type") != "upload":
            remove_file(resource["id"])


def destroy(resource_ids: Iterable[str]) -> None:
    """Remove file, DataStore table and views of resources that are no longer part of a dataset, and
    what loaders said of them."""
    for resource_id in resource_ids:
        remove_file(resource_id)
        drop_table(resource_id)
        model.Session.query(model.ResourceView).filter_by(resource_id=resource_id).delete()
        model.Session.query(model.TaskStatus).filter_by(entity_id=resource_id).delete()
    model.Session.commit()


def left(resource_ids: Iterable[str]) -> set[str]:
    """Those of the resources of which a file or a DataStore table is still there."""
    asked = set(resource_ids)
    if not asked:
        return set()
    tables: set[str] = set()
    if p.plugin_loaded("datastore"):
        from ckanext.datastore.backend import get_all_resources_ids_in_datastore

        tables = set(get_all_resources_ids_in_datastore())
    return {one for one in asked if one in tables or lies(one)}


def remove_file(resource_id: str) -> None:
    """Remove the uploaded file of a resource, wherever the portal's uploader keeps it."""
    upload = uploader.get_resource_uploader({"id": resource_id, "url_type": "upload"})
    storage = getattr(upload, "storage", None)
    with contextlib.suppress(OSError, TypeError, files.exc.MissingFileError):
        location = upload.get_path(resource_id)
        if storage is not None:
            storage.remove(files.FileData(location))
            return
        for path in (location, location + HALF):
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)


def lies(resource_id: str) -> bool:
    """Whether an uploaded file of a resource is there, half of one included."""
    upload = uploader.get_resource_uploader({"id": resource_id, "url_type": "upload"})
    storage = getattr(upload, "storage", None)
    try:
        location = upload.get_path(resource_id)
        if storage is not None:
            return bool(storage.exists(files.FileData(location)))
        return any(os.path.exists(path) for path in (location, location + HALF))
    except (OSError, TypeError, files.exc.FilesError):
        return False


def drop_table(resource_id: str) -> None:
    """Drop the DataStore table of a resource, if there is one."""
    if not p.plugin_loaded("datastore"):
        return
    context: Any = {"ignore_auth": True, "user": ""}
    with contextlib.suppress(tk.ObjectNotFound, tk.ValidationError):
        from ckanext.datastore.backend import DatastoreBackend

        backend = DatastoreBackend.get_active_backend()
        if backend.resource_exists(resource_id):
            backend.delete(context, {"resource_id": resource_id})
