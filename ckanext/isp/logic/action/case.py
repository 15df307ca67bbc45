"""Registering breaches and disputes, and taking each up its own ladder (R54-R57)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import wording
from ...policy.case import Kind, Stage
from ...services import cases
from .. import cases as shared
from .. import people, schema

__all__ = ["isp_case_list", "isp_case_move", "isp_case_open", "isp_case_show"]


@validate(schema.case_open)
def isp_case_open(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Register a breach of a protocol, or a dispute about it.

    :param kind: ``breach`` or ``dispute``
    :param title: one line
    :param note: what happened
    :param organizations: those concerned, by name or id; that of the dataset is always one
    :param id: the dataset that it is about (optional)
    :param due: the day by which the first stage is to settle it (optional)
    """
    tk.check_access("isp_case_open", context, data_dict)
    package = shared.dataset(data_dict.get("id"))
    found = cases.open_case(
        model.Session,
        shared.act(context, "isp_case_open", data_dict["note"]),
        Kind(data_dict["kind"]),
        data_dict["title"],
        shared.parties(data_dict.get("organizations"), package),
        due=data_dict.get("due"),
        package_id=package.id if package else None,
    )
    model.Session.commit()
    return shared.Reader(context).told(found, steps=True)


@validate(schema.case_move)
def isp_case_move(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a case on: one rung further, or settle it; or add a remark to the rung it is at.

    :param case: its number
    :param to: ``bilateral`` or ``meeting`` of a breach, ``mechanism`` or ``hct`` of a dispute,
        ``settled`` of either; it never skips one
    :param note: what was agreed, or why it goes on
    :param seen: the stage that you decided at; refused where somebody else took it on meanwhile
    :param due: the day by which that stage is to settle it (optional)
    """
    tk.check_access("isp_case_move", context, data_dict)
    reader = shared.Reader(context)
    found = reader.find(data_dict["case"], lock=True)
    seen, to = data_dict.get("seen"), Stage(data_dict["to"])
    if seen and seen != found.stage.value:
        name = people.name(found.last.taken_by)
        raise tk.ValidationError({"to": [wording.case.overtaken(name, found.stage)]})
    if to not in reader.onward(found):
        raise tk.ValidationError({"to": [wording.case.cannot_go(found.kind, found.stage)]})
    act = shared.act(context, "isp_case_move", data_dict["note"])
    taken = cases.take(model.Session, act, found, to, data_dict.get("due"))
    model.Session.commit()
    return reader.told(taken, steps=True)


@tk.side_effect_free
@validate(schema.case_show)
def isp_case_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A case with what happened in it, for those concerned and for focal points.

    :param case: its number
    :returns: ``case``, ``kind``, ``title``, ``organizations``, ``stage``, ``due``, ``overdue``,
        ``request`` (by which data was granted that went further), ``dataset``, ``opened_by``,
        ``opened_at``, ``onward`` (where you may take it), and
        ``steps``, each with ``stage``, ``note``, ``due``, ``taken_by``, ``at``
    """
    tk.check_access("isp_case_show", context, data_dict)
    reader = shared.Reader(context)
    return reader.told(reader.find(data_dict["case"]), steps=True)


@tk.side_effect_free
@validate(schema.case_list)
def isp_case_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Cases that you have to do with, all for focal points; of all others only how many.

    :returns: ``cases`` as ``isp_case_show`` gives them, without steps; ``counts`` of all, by
        ``kind`` and ``stage``
    """
    tk.check_access("isp_case_list", context, data_dict)
    reader = shared.Reader(context)
    return {
        "cases": [reader.told(one) for one in reader.listed()],
        "counts": cases.counts(model.Session),
    }
