"""Rows that are written to tables of the DataStore: none is lost when a table is sealed."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, ChainedAction, Context, DataDict

from .. import sealing

PLUGIN = "datastore"
WRITES = ("datastore_create", "datastore_upsert")


def doors() -> dict[str, Action]:
    """Those ways of writing, where the portal keeps tables."""
    return {name: _written(name) for name in WRITES} if p.plugin_loaded(PLUGIN) else {}


def _written(name: str) -> ChainedAction:
    @tk.chained_action
    def door(up: Action, context: Context, data_dict: DataDict) -> Any:
        package_id = _package_of(data_dict)
        if package_id is None:
            return up(context, data_dict)
        # the DataStore writes another id into what it is asked about
        tk.check_access(name, context, {**data_dict})
        with sealing.writing(package_id):
            return up(context, data_dict)

    door.__name__ = name
    door.__doc__ = f"As CKAN's ``{name}``; the tables of what is closed become restricted files."
    return door


def _package_of(data_dict: DataDict) -> str | None:
    """The id of the dataset whose table it is, or is to be."""
    new = data_dict.get("resource")
    if isinstance(new, dict):
        package = model.Package.get(new.get("package_id"))
        return package.id if package else None
    resource = model.Resource.get(data_dict.get("resource_id"))
    return resource.package_id if resource else None
