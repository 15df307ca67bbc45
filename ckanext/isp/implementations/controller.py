"""What is indexed and shown of a dataset."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
from ckan.types import Context

from .. import gate
from ..logic import fields, save

UNCLASSIFIED = "unclassified"


class PackageController(p.SingletonPlugin):
    """Fields kept as extras read like fields; level and exposure can be searched by."""

    p.implements(p.IPackageController, inherit=True)

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        """In the transaction that makes the dataset: what was answered about it is kept."""
        keep: Any = context.pop(save.ANSWERED, None)
        if keep:
            keep(pkg_dict["id"])

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        fields.lift(pkg_dict)
        return pkg_dict

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        level = gate.level_of(pkg_dict)
        pkg_dict["isp_level"] = level.slug if level else UNCLASSIFIED
        pkg_dict["isp_exposure"] = gate.exposure_of(pkg_dict).slug
        return pkg_dict
