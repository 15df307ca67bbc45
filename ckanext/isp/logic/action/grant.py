"""What was granted: accepting its terms, ending it, and destroying what was received."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import jobs
from ...policy.request import Command
from ...services import grants
from .. import deciding, holding, request_told
from .. import request_schema as schema
from ..schema import one_dataset
from ..seat import Seat

__all__ = [
    "isp_grant_accept",
    "isp_grant_ask_longer",
    "isp_grant_attest",
    "isp_grant_extend",
    "isp_grant_give_back",
    "isp_grant_list",
    "isp_grant_reconfirm",
    "isp_grant_refuse_longer",
    "isp_grant_report",
    "isp_grant_revoke",
    "isp_grant_suspend",
    "isp_grant_terms",
]


@tk.side_effect_free
@validate(schema.one)
def isp_grant_terms(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The terms of what was approved, as whoever asked has to accept them.

    :param request: its number
    :returns: ``terms``: a text of numbered lines; those accepted, where they were
    """
    tk.check_access("isp_grant_terms", context, data_dict)
    return {"terms": holding.terms(Seat.find(context, data_dict["request"]))}


@validate(schema.accept)
def isp_grant_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Accept the terms of what was approved; from then on it can be downloaded.

    :param request: its number
    :param accept: true, once you have read ``isp_grant_terms``
    """
    seat = _seat("isp_grant_accept", context, data_dict)
    holding.accept(seat, "isp_grant_accept", accepted=data_dict["accept"])
    return _done(context, seat)


@validate(schema.noted)
def isp_grant_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End a grant at once; downloads that run end within a second.

    :param request: its number
    :param note: why; whoever received it reads it
    """
    seat = _seat("isp_grant_revoke", context, data_dict)
    deciding.end(seat, "isp_grant_revoke", Command.REVOKE, data_dict["note"])
    return _done(context, seat)


@validate(schema.commented)
def isp_grant_give_back(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """End your own grant before its time.

    :param request: its number
    :param note: a remark (optional)
    """
    seat = _seat("isp_grant_give_back", context, data_dict)
    deciding.end(seat, "isp_grant_give_back", Command.GIVE_BACK, data_dict.get("note"))
    return _done(context, seat)


@validate(schema.noted)
def isp_grant_suspend(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give nothing for the time being.

    :param request: its number
    :param note: why
    """
    seat = _seat("isp_grant_suspend", context, data_dict)
    to = seat.take(Command.SUSPEND)
    grants.suspend(model.Session, deciding.grant_of(seat), "person")
    seat.step("isp_grant_suspend", Command.SUSPEND, to, data_dict["note"])
    return _done(context, seat)


@validate(schema.commented)
def isp_grant_reconfirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give again what was suspended, of the dataset as it is now.

    :param request: its number
    :param note: a remark (optional)
    """
    seat = _seat("isp_grant_reconfirm", context, data_dict)
    deciding.reconfirm(seat, "isp_grant_reconfirm", data_dict.get("note"))
    return _done(context, seat)


@validate(schema.longer)
def isp_grant_ask_longer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask for a grant to last longer; until somebody decides it ends as it would.

    :param request: its number
    :param until: the last day on which you need it
    :param note: why
    """
    seat = _seat("isp_grant_ask_longer", context, data_dict)
    holding.ask_longer(seat, "isp_grant_ask_longer", data_dict["until"], data_dict["note"])
    return _done(context, seat)


@validate(schema.extend)
def isp_grant_extend(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let a grant last longer, as was asked.

    :param request: its number
    :param until: its last day, no later than was asked for
    :param note: a remark (optional)
    """
    seat = _seat("isp_grant_extend", context, data_dict)
    deciding.extend(seat, "isp_grant_extend", data_dict["until"], data_dict.get("note"))
    return _done(context, seat)


@validate(schema.noted)
def isp_grant_refuse_longer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let a grant end as it would.

    :param request: its number
    :param note: why
    """
    seat = _seat("isp_grant_refuse_longer", context, data_dict)
    to = seat.take(Command.REFUSE_LONGER)
    seat.request.longer = None
    seat.step("isp_grant_refuse_longer", Command.REFUSE_LONGER, to, data_dict["note"])
    return _done(context, seat)


@validate(schema.report)
def isp_grant_report(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Report that data you received reached somebody else (R85).

    Where the terms do not allow that, it is a case in the register of breaches from then on.

    :param request: its number
    :param to: whom it reached
    :param receiver: what they are: ``sector`` (another organization of the same sector),
        ``humanitarian``, or ``public`` (anybody else; where left out)
    :param meant: ``meant`` or ``accident``
    :param note: what happened
    """
    seat = _seat("isp_grant_report", context, data_dict)
    holding.report(seat, "isp_grant_report", data_dict)
    return _done(context, seat)


@validate(schema.attest)
def isp_grant_attest(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Attest that what you received is destroyed, with every copy (R70, R79).

    :param request: its number
    :param method: ``clear``, ``purge``, ``destroy``, ``crypto_erase`` or ``never_kept``
    :param on: the day
    :param copies: who else has or had copies, and what became of them (optional)
    :param note: a remark (optional)
    """
    seat = _seat("isp_grant_attest", context, data_dict)
    holding.attest(seat, "isp_grant_attest", data_dict)
    return _done(context, seat)


@tk.side_effect_free
@validate(one_dataset)
def isp_grant_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Who holds the data of a dataset, and who ever did, for those who manage it.

    :param id: the dataset
    :returns: ``now`` and ``before``: grants, each with ``request``, ``user``, ``organization``,
        ``until`` and ``attested``; ``downloads``: everybody who downloaded a file, by which right;
        ``may_end``: whether requests for it are yours to look after
    """
    tk.check_access("isp_grant_list", context, data_dict)
    return holding.of_dataset(context, model.Package.get(data_dict["id"]))


def _seat(door: str, context: Context, data_dict: DataDict) -> Seat:
    tk.check_access(door, context, data_dict)
    return Seat.find(context, data_dict["request"], lock=True)


def _done(context: Context, seat: Seat) -> dict[str, Any]:
    model.Session.commit()
    jobs.wake()
    return request_told.whole(Seat(context, seat.request))
