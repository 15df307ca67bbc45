"""Reading verdicts and the record."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate, wording
from ...policy.facts import Facts
from ...policy.scale import Exposure, Level
from ...services import record
from .. import schema

__all__ = ["isp_timeline", "isp_verdict"]


@tk.side_effect_free
@validate(schema.timeline)
def isp_timeline(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What happened to a dataset, newest first.

    :param id: the dataset
    :param limit: how many rows at most (100)
    :param offset: how many to skip (0)
    """
    tk.check_access("isp_timeline", context, data_dict)
    package = model.Package.get(data_dict["id"])
    limit = min(data_dict["limit"], 1000)
    return record.timeline(model.Session, package.id, limit, data_dict["offset"])


@tk.side_effect_free
@validate(schema.verdict)
def isp_verdict(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How exposed a dataset of a level may be, and why: what the form tells while choosing.

    :param sensitivity: the level; left out for none
    :param holds_resources: whether it holds, or will hold, files
    """
    tk.check_access("isp_verdict", context, data_dict)
    level = Level.parse(data_dict.get("sensitivity"))
    facts = Facts(level, holds_resources=bool(data_dict.get("holds_resources")))
    verdict = gate.verdict(facts)
    default = verdict.default
    if not verdict.allows(default):
        default = Exposure.MEMBERS
    return {
        "level": level.slug if level else None,
        "words": wording.level_and_class(level),
        "allowed": sorted(exposure.slug for exposure in verdict.allowed),
        "default": default.slug,
        "reasons": wording.reasons(verdict.reasons),
    }
