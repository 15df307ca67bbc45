"""Changing which protocols are in force, with a second person."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate, jobs, portal, wording
from ...services import protocol_change
from .. import changes, protocols, schema, sealing

__all__ = [
    "isp_protocol_decide",
    "isp_protocol_proposals",
    "isp_protocol_propose",
    "isp_protocol_simulate",
    "isp_protocol_simulate_csv",
]


@tk.side_effect_free
@validate(schema.protocol_simulate)
def isp_protocol_simulate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What activating or retiring a version would change, on its first day; nothing is changed.

    :param id: the version; or
    :param key: the protocol; or
    :param source: a text that is not kept
    :param act: ``activate`` or ``retire``
    :param effect: list those that ``tighten`` or ``loosen`` only
    :param organization: list those of the organisation of this name only
    :param limit: how many datasets are listed at most (100, never more than 1000)
    :param offset: how many of them to skip (0)
    """
    tk.check_access("isp_protocol_simulate", context, data_dict)
    step = changes.step(context, data_dict)
    limit, offset = min(data_dict["limit"], 1000), data_dict["offset"]
    listed = changes.Listed.asked(data_dict, limit, offset)
    told = changes.simulated(context, step, listed)
    return {**told, "limit": limit, "offset": offset}


@tk.side_effect_free
@validate(schema.protocol_simulate)
def isp_protocol_simulate_csv(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """All datasets that activating or retiring a version would change, as a table.

    Takes what ``isp_protocol_simulate`` takes, but for ``limit`` and ``offset``.

    :returns: ``name``, ``type`` and ``text``
    """
    tk.check_access("isp_protocol_simulate", context, data_dict)
    step = changes.step(context, data_dict)
    told = changes.simulated(context, step, changes.Listed.asked(data_dict))
    return changes.as_csv(told["datasets"])


@validate(schema.protocol_propose)
def isp_protocol_propose(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Propose to activate or retire a version, or to undo that. Nothing changes until somebody
    else approves.

    :param act: ``activate``, ``retire`` or ``undo``
    :param id: the version
    :param proposal: with ``undo``: the proposal whose consequences are to go
    :param reason: why; the second person reads it
    """
    tk.check_access("isp_protocol_propose", context, data_dict)
    kept, undoes = changes.about(context, data_dict)
    act = protocols.act(context, "isp_protocol_propose", data_dict["reason"])
    with changes.in_words(kept.document.protocol):
        told = (data_dict["act"], kept, portal.world(), undoes)
        proposal = protocol_change.propose(model.Session, act, *told)
    model.Session.commit()
    return changes.told(proposal.id)


@validate(schema.protocol_decide)
def isp_protocol_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Decide about a proposal as the second person. An approval is carried out at once: what the
    protocols ask for is raised and narrowed, all or nothing, and the answer tells how much.

    :param proposal: the proposal
    :param approve: whether it is approved
    :param reason: needed to refuse
    """
    tk.check_access("isp_protocol_decide", context, data_dict)
    proposal, protocol = changes.waiting(context, data_dict["proposal"])
    act = protocols.act(context, "isp_protocol_decide", data_dict.get("reason"))
    if act.user_id == proposal.requested_by:
        raise tk.ValidationError({"decided_by": [wording.floor("isp_guard_second_person")[1]]})
    with changes.in_words(protocol):
        changed = changes.decide(act, proposal.id, approve=data_dict["approve"])
    model.Session.commit()
    gate.forget()
    jobs.wake()
    sealing.ask_tightened()
    return {**changes.told(proposal.id), "changed": changed}


@tk.side_effect_free
@validate(schema.protocol_proposals)
def isp_protocol_proposals(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Proposals to change the protocols in force: those that wait first, then the newest.

    :param proposal: this proposal only; where it was carried out, ``indexed`` tells of how many of
        the datasets that it changed the search has heard (``done``, ``of``)
    """
    tk.check_access("isp_protocol_proposals", context, data_dict)
    found = changes.listed(data_dict.get("proposal"))
    if changes.unheard(found):
        jobs.wake()
    return found
