"""What was open before it was closed: who had it, and what is done about it (R20, R60)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ...policy.exposed import Check
from ...services import exposed as kept
from .. import exposed, save, schema

__all__ = ["isp_exposure_before_seal", "isp_exposure_check"]


@tk.side_effect_free
@validate(schema.one_dataset)
def isp_exposure_before_seal(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What the portal knows of who had a dataset while it was open to everybody.

    It keeps no list of anonymous downloads, and the DataStore none of its queries.

    :param id: the dataset
    :returns: ``open`` (each time, ``since`` and ``until``), ``open_now``; of that time
        ``tracking`` (``on``, and of ``pages`` and ``files`` how many visitors were counted, in all
        and by ``days``), ``followers`` and ``writers`` (``user``, ``name``, ``at``, ``times``);
        ``mirrors`` from the configuration, ``addresses`` under which copies may lie, and
        ``checks``: what to look after, whether it is ``done``, ``by`` whom, ``at`` and ``note``
    """
    tk.check_access("isp_exposure_before_seal", context, data_dict)
    return exposed.told(model.Package.get(data_dict["id"]))


@validate(schema.exposure_check)
def isp_exposure_check(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that something was looked after, or was not after all; each time is put on record.

    :param id: the dataset
    :param check: ``caches``, ``mirrors``, ``search_engines``, ``people`` or ``products``
    :param done: false where it was not after all (true)
    :param note: what was done, and what came of it (optional)
    :returns: as ``isp_exposure_before_seal``
    """
    tk.check_access("isp_exposure_check", context, data_dict)
    package = model.Package.get(data_dict["id"])
    act = save.door(context, "isp_exposure_check")
    act = replace(act, reason=data_dict.get("note") or None)
    what, done = Check(data_dict["check"]), data_dict.get("done", True)
    kept.check(model.Session, act, package.id, what, done=done)
    model.Session.commit()
    return exposed.told(package)
