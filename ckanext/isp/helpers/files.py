"""Restricted files, and what is given beside the portal."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from babel.units import format_unit
from ckan import model

from .. import config, gate, wording
from ..policy.delivery import Channel
from ..policy.scale import Exposure, Level
from ..services import files


def isp_files(package: dict[str, Any]) -> dict[str, Any]:
    """The restricted files of a dataset, as its reader may know of them."""
    nothing = {"files": [], "may_manage": False}
    may_add = tk.current_user.is_authenticated and gate.exposure_of(package) is not Exposure.OPEN
    if not may_add and not files.listed(model.Session, package["id"]):
        return nothing
    try:
        return tk.get_action("isp_file_list")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return nothing


def isp_moving(package: dict[str, Any]) -> bool:
    """Whether a dataset's resources are about to become restricted files."""
    level = gate.level_of(package)
    sensitive = level is not None and level > Level.LOW
    return bool(sensitive and package.get("resources") and config.key_file())


def isp_size(size: int) -> str:
    """How large a file is, as people say it."""
    unit, value = "byte", float(size)
    for larger in ("kilobyte", "megabyte", "gigabyte"):
        if value < 1000:
            break
        unit, value = larger, value / 1000
    named, few = f"digital-{unit}", "#,##0.#"
    # the short word for a byte has no plural
    length: Any = "long" if unit == "byte" else "short"
    return format_unit(value, named, length=length, format=few, locale=wording.language())


def isp_most_megabytes() -> int:
    """How large a restricted file may be."""
    return config.most_bytes() // 1_000_000


def isp_channels() -> list[dict[str, str]]:
    """The ways by which data is given beside the portal, in words."""
    return [{"value": one.value, "label": wording.delivery.channel(one)} for one in Channel]


def isp_channel(value: str) -> str:
    """A way by which data was given, in words."""
    return wording.delivery.channel(Channel(value))
