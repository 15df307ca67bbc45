"""Data that is given by another way than the portal: recorded with a manifest (R19)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import config, gate, wording
from ...policy.delivery import Channel
from ...services import datasets, deliveries
from ...services.deliveries import Manifest
from .. import people, save, schema

__all__ = ["isp_delivery_create", "isp_delivery_list"]

SHA256 = re.compile(r"[0-9a-f]{64}")


@validate(schema.delivery_create)
def isp_delivery_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Record that data of a dataset was given by another way than the portal.

    :param id: the dataset
    :param files: what was given: a list of ``name``, ``sha256`` and ``size`` in bytes
    :param channel: ``encrypted_mail``, ``secure_transfer``, ``device``, ``paper``, ``shown`` or
        ``other``
    :param to: the person who received it
    :param organization: of that person
    :param on: the day, as 2026-11-27; today where left out
    :param note: a remark
    :returns: as ``isp_delivery_list`` gives it
    """
    tk.check_access("isp_delivery_create", context, data_dict)
    package = model.Package.get(data_dict["id"])
    facts = datasets.whole(model.Session, package, config.places()).facts
    if facts.level is None:
        raise tk.ValidationError({"id": [wording.delivery.classify_first()]})
    files = [_file(told) for told in _listed(data_dict["files"])]
    if not files:
        raise tk.ValidationError({"files": [wording.delivery.no_files()]})
    given = Manifest(
        files,
        Channel(data_dict["channel"]),
        data_dict["to"],
        data_dict["organization"],
        data_dict.get("on") or gate.today(),
    )
    act = save.door(context, "isp_delivery_create", gate.verdict(facts))
    act = replace(act, reason=data_dict.get("note"))
    number = deliveries.add(model.Session, act, package.id, facts.level.slug, given)
    model.Session.commit()
    return next(one for one in _told(package.id) if one["id"] == number)


@tk.side_effect_free
@validate(schema.one_dataset)
def isp_delivery_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What was given of a dataset by another way than the portal, the latest first.

    :param id: the dataset
    :returns: ``id``, ``files``, ``channel``, ``to``, ``organization``, ``on``, ``by``, ``note``,
        ``level``, ``protocol``, ``protocol_version``, ``recorded_at`` of each
    """
    tk.check_access("isp_delivery_list", context, data_dict)
    return _told(model.Package.get(data_dict["id"]).id)


def _told(package_id: str) -> list[dict[str, Any]]:
    found = deliveries.listed(model.Session, package_id)
    return [{**one, "by": people.name(one["by"]) if one["by"] else None} for one in found]


def _listed(files: Any) -> list[Any]:
    if isinstance(files, dict):
        files = [files]
    return files if isinstance(files, list) else []


def _file(told: Any) -> dict[str, Any]:
    """A row of a manifest.

    :raises ValidationError: where it has no name, or what is no checksum
    """
    name = str(told.get("name") or "").strip() if isinstance(told, dict) else ""
    if not name:
        raise tk.ValidationError({"files": [wording.delivery.no_files()]})
    digest = str(told.get("sha256") or "").strip().lower()
    if digest and not SHA256.fullmatch(digest):
        raise tk.ValidationError({"files": [wording.delivery.no_checksum(name)]})
    size = told.get("size")
    known = size if isinstance(size, int) and size >= 0 else None
    return {"name": name, "sha256": digest or None, "size": known}
