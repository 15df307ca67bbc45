"""Answering for datasets: one, or many in one table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context, validate
from ckan.types import Context, DataDict

from ... import wording
from ...services import classification
from .. import answers, bulk, listing, people, save, schema

__all__ = [
    "isp_answers_recent",
    "isp_classification_list",
    "isp_classification_show",
    "isp_classify",
    "isp_classify_csv",
    "isp_classify_many",
]


@validate(schema.classify)
def isp_classify(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Classify a dataset by what is known of it.

    :param id: the dataset
    :param answers: an answer for each question, as ``isp_verdict_show`` asks them; several as a
        list, none of them as "none"
    :param sensitivity: the level, where it is to be another than the answers give: a stricter one,
        or a lower one where the protocol only advises
    :param reason: why; needed for a lower level, and for data that no protocol lists
    :param lower: where ``sensitivity`` needs a second person: save it at the level that the answers
        give, and propose ``sensitivity``
    :param exposure: who is to see it: ``open``, ``on_request`` or ``members``; left out, it stays,
        or the level decides
    :param corporate: it is no operational data, and no protocol applies (R23); needs a reason
    """
    tk.check_access("isp_classify", context, data_dict)
    if data_dict.get("corporate"):
        return _claim_corporate(context, data_dict)
    patch = answers.as_patch(data_dict)
    return tk.get_action("package_patch")(fresh_context(context), patch)


@tk.side_effect_free
@validate(schema.one_dataset)
def isp_classification_show(context: Context, data_dict: DataDict) -> dict[str, Any] | None:
    """What was answered about a dataset last, and what came of it; nothing where nobody did.

    :param id: the dataset
    """
    tk.check_access("isp_classification_show", context, data_dict)
    package: Any = model.Package.get(data_dict["id"])
    return classification.told(model.Session, package.id)


@tk.side_effect_free
@validate(schema.answers_recent)
def isp_answers_recent(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What you answered lately, the newest first and each set of answers once, to use it again.

    :param limit: how many at most (20)
    :param offset: how many to skip (0)
    """
    tk.check_access("isp_answers_recent", context, data_dict)
    me: Any = people.who(context)
    limit = min(data_dict["limit"], 100)
    return classification.recent(model.Session, me.id, limit, data_dict["offset"])


@tk.side_effect_free
@validate(schema.classification_list)
def isp_classification_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The datasets that you may edit and whose classification asks for something.

    :param what: ``unclassified``, ``incomplete`` (a question is open), ``looser`` or ``stricter``
        (than the answers give); left out, all of these
    :param organization: of this one only, by name or id
    :param q: words that name or title holds
    :param limit: how many at most (50, never more than 1000)
    :param offset: how many to skip (0)
    :returns: ``datasets``, and ``more``: whether there are others after them
    """
    tk.check_access("isp_classification_list", context, data_dict)
    return listing.page(context, data_dict)


@validate(schema.classify_many)
def isp_classify_many(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Classify many datasets, each on its own: one that is refused leaves the others.

    :param rows: for each what ``isp_classify`` takes
    :param dry_run: say what would come of it, change nothing
    """
    tk.check_access("isp_classify_many", context, data_dict)
    rows = data_dict["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise tk.ValidationError({"rows": [wording.answers.not_rows()]})
    return bulk.classify(context, rows, dry_run=bool(data_dict.get("dry_run")))


@validate(schema.classify_csv)
def isp_classify_csv(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Classify the datasets of a table.

    :param csv: columns ``dataset``, ``sensitivity`` and ``reason``, and one for each question;
        several answers are parted by semicolons
    :param dry_run: say what would come of it, change nothing
    """
    tk.check_access("isp_classify_many", context, data_dict)
    rows = bulk.rows(data_dict["csv"])
    return bulk.classify(context, rows, dry_run=bool(data_dict.get("dry_run")))


def _claim_corporate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    package: Any = model.Package.get(data_dict["id"])
    reason = (data_dict.get("reason") or "").strip()
    if not reason:
        raise tk.ValidationError({"reason": [wording.answers.say_why_corporate()]})
    if (package.extras or {}).get("sensitivity"):
        raise tk.ValidationError({"corporate": [wording.answers.classified_already()]})
    patch = {"id": package.id, "private": True}
    saved = tk.get_action("package_patch")(fresh_context(context), patch)
    act = replace(save.door(context, "isp_classify"), reason=reason)
    classification.claim_corporate(model.Session, act, package.id)
    model.Session.commit()
    return saved
