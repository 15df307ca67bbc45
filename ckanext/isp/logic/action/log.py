"""The whole record: read, taken along, annotated, and people erased from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import wording
from ...services import forgetting, record, requests
from ...services import log as kept
from .. import log, save, schema

__all__ = [
    "isp_log_annotate",
    "isp_log_export",
    "isp_log_forget",
    "isp_log_list",
    "isp_log_show",
]


@tk.side_effect_free
@validate(schema.log_list)
def isp_log_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What is on record, the newest first: for focal points; of one dataset for its editors.

    What a dataset is called, reasons and details are for those who may see the dataset.

    :param from: the first day, as 2026-11-27, in UTC
    :param to: the last day
    :param kind: of event, ``file_downloaded`` for example
    :param dataset: by name or id; by id one that is gone, too
    :param person: who acted or was concerned: a user by name or id
    :param limit: how many at most (50, never more than 1000)
    :param offset: how many to skip (0)
    :returns: ``events``, each with its ``notes``, and ``more``: whether there are others after them
    """
    tk.check_access("isp_log_list", context, data_dict)
    return log.page(context, data_dict)


@tk.side_effect_free
@validate(schema.log_export)
def isp_log_export(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What is on record as a table or as lines of JSON, from the beginning, in pieces of 1000.

    Takes ``from``, ``to``, ``kind``, ``dataset`` and ``person`` as ``isp_log_list`` does.

    :param format: ``csv`` (the default) or ``json``: an object a line
    :param after: ``next`` of the piece before
    :returns: ``name``, ``type`` and ``text``; ``count`` of events in it, and ``next``, none once
        there is no other piece
    """
    tk.check_access("isp_log_export", context, data_dict)
    return log.piece(context, data_dict)


@tk.side_effect_free
@validate(schema.one_event)
def isp_log_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One event with its notes.

    :param event: its id
    """
    tk.check_access("isp_log_show", context, data_dict)
    return log.shown(context, [_found(data_dict["event"])])[0]


@validate(schema.log_annotate)
def isp_log_annotate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say something beside an event; the event stays as it is.

    :param event: its id
    :param note: what is to be said
    :returns: as ``isp_log_show``
    """
    tk.check_access("isp_log_annotate", context, data_dict)
    act = replace(save.door(context, "isp_log_annotate"), reason=data_dict["note"])
    record.annotate(model.Session, act, _found(data_dict["event"]))
    model.Session.commit()
    return log.shown(context, [_found(data_dict["event"])])[0]


@validate(schema.log_forget)
def isp_log_forget(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Erase from the record who somebody is. What they did stays, done by nobody that is known.

    What they wrote when they asked for data goes, too; refused while they hold or owe something.

    :param person: a user by name or id; somebody else by the words that a delivery names them by
    :returns: ``erased``: under how many digests they were kept
    """
    tk.check_access("isp_log_forget", context, data_dict)
    person = log.persons(data_dict["person"])
    if requests.owing(model.Session, person):
        raise tk.ValidationError({"person": [wording.log.still_owes()]})
    forgetting.forget_requests(model.Session, person)
    done = forgetting.forget(model.Session, save.door(context, "isp_log_forget"), person)
    if not done:
        raise tk.ValidationError({"person": [wording.log.nobody(data_dict["person"])]})
    model.Session.commit()
    return {"erased": done}


def _found(event_id: int) -> dict[str, Any]:
    found = kept.one(model.Session, event_id)
    if found is None:
        raise tk.ObjectNotFound(wording.log.no_event())
    return found
