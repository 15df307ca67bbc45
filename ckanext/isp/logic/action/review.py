"""Looking at classifications again, every six months or as protocols ask (R33)."""

from __future__ import annotations

from itertools import islice
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context, validate
from ckan.types import Context, DataDict

from ... import jobs, wording
from ...services import review
from ...wording import review as words
from .. import reviews, schema
from ..mine import organizations

__all__ = ["isp_review_confirm", "isp_review_list"]


@tk.side_effect_free
@validate(schema.review_list)
def isp_review_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Datasets whose classification is to be looked at again: overdue, due within 30 days, or of
    which the protocols in force say something else than when it was classified.

    Those that you may edit; all for focal points, who confirm those that are ``editable``, and to
    whom datasets that they do not find are told without a name.

    :param protocol: key of a protocol that spoke when they were classified
    :param organization: name of their organization
    :param limit: how many at most (50, never more than 500)
    :param offset: how many to skip (0)
    :returns: ``counts`` (``overdue``, ``soon``), ``reviews`` and whether there are ``more``
    """
    tk.check_access("isp_review_list", context, data_dict)
    scope, now = reviews.scope(context, data_dict), reviews.now()
    limit, offset = min(data_dict["limit"], reviews.MOST), data_dict["offset"]
    found = list(islice(review.due(model.Session, scope, now), offset, offset + limit + 1))
    mine = organizations(context, "read")
    editable = organizations(context, "update_dataset")
    return {
        "counts": review.counts(model.Session, scope, now),
        "reviews": [reviews.told(one, mine, editable) for one in found[:limit]],
        "more": len(found) > limit,
    }


@validate(schema.review_confirm)
def isp_review_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm classifications with the answers that they have, each dataset on its own.

    The level stays and the next review is set; where the same answers ask for more today, it is
    raised. A lower level is only offered: propose it with ``isp_lowering_request``.

    :param ids: ids or names of the datasets
    :returns: how many were ``confirmed``, ``raised`` and ``refused``; ``rows``, what came of each
    """
    tk.check_access("isp_review_confirm", context, data_dict)
    ids = data_dict["ids"]
    if not isinstance(ids, list):
        raise tk.ValidationError({"ids": [wording.list_of_ids()]})
    if len(ids) > reviews.MOST:
        raise tk.ValidationError({"ids": [words.too_many(reviews.MOST)]})
    rows = [reviews.confirm(fresh_context(context), one) for one in ids]
    jobs.wake()
    refused = sum("errors" in row for row in rows)
    raised = sum(row.get("outcome") == "raise" for row in rows)
    done = len(rows) - refused - raised
    return {"confirmed": done, "raised": raised, "refused": refused, "rows": rows}
