"""Reading verdicts and the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate
from ...services import record
from .. import explain, hypothesis, log, schema

__all__ = ["isp_timeline", "isp_verdict_show"]


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
    rows = record.timeline(model.Session, package.id, limit, data_dict["offset"])
    return log.reasoned(context, rows)


@tk.side_effect_free
@validate(schema.verdict)
def isp_verdict_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How exposed a dataset may be, and why; what would change if it were otherwise.

    What the form tells while somebody answers, and what explains a dataset that is there.

    :param id: a dataset; left out for one that is not made yet
    :param answers: what is known of the data, by question, an empty object for nothing yet; left
        out, what was answered before
    :param sensitivity: the level; left out, the stored one, or none for a new dataset
    :param holds_resources: whether it holds, or will hold, files
    :param owner_org: the organization that it would belong to
    :param every: also the questions that could matter if some were answered otherwise
    """
    tk.check_access("isp_verdict_show", context, data_dict)
    found = hypothesis.facts(context, data_dict)
    stated = found.level
    verdict = gate.verdict(found)
    if found.asked and found.level is None and verdict.proposed:
        found = replace(found, level=verdict.proposed)
        verdict = gate.verdict(found)
    return explain.told(verdict, stated, found.known, every=bool(data_dict.get("every")))
