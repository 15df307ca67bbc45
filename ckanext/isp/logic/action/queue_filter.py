"""Filters of the queue that a person keeps under a name."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from .. import filters, people, save
from .. import request_schema as schema

__all__ = ["isp_filter_drop", "isp_filter_keep", "isp_filter_list"]


@tk.side_effect_free
def isp_filter_list(context: Context, data_dict: DataDict) -> list[dict[str, str]]:
    """Your own filters of the queue, by name.

    :returns: each with ``name``, and what of ``state``, ``q``, ``dataset``, ``organization`` and
        ``sort`` it holds, as ``isp_request_list`` takes them
    """
    tk.check_access("isp_filter_list", context, data_dict)
    return filters.of(people.who(context))


@validate(schema.filter_kept)
def isp_filter_keep(context: Context, data_dict: DataDict) -> list[dict[str, str]]:
    """Keep a filter of the queue under a name; one of that name is replaced.

    :param name: what it is called
    :param state, q, dataset, organization, sort: as ``isp_request_list`` takes them
    :returns: as ``isp_filter_list``
    """
    tk.check_access("isp_filter_keep", context, data_dict)
    kept = filters.keep(save.user_id(context) or "", data_dict)
    model.Session.commit()
    return kept


@validate(schema.filter_dropped)
def isp_filter_drop(context: Context, data_dict: DataDict) -> list[dict[str, str]]:
    """Keep a filter no longer.

    :param name: what it is called
    :returns: as ``isp_filter_list``
    """
    tk.check_access("isp_filter_drop", context, data_dict)
    kept = filters.drop(save.user_id(context) or "", data_dict["name"])
    model.Session.commit()
    return kept
