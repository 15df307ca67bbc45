"""Asking for data, and answering those who ask (R75-R86)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import gate, jobs, wording
from ...policy.request import Command
from ...services import requests, telling
from .. import asking, before_asking, deciding, people, queue, request_told, save
from .. import request_schema as schema
from ..schema import one_dataset
from ..seat import Seat

__all__ = [
    "isp_request_advise",
    "isp_request_agree",
    "isp_request_consult",
    "isp_request_decline",
    "isp_request_draft",
    "isp_request_earlier",
    "isp_request_list",
    "isp_request_prepare",
    "isp_request_reasons",
    "isp_request_return",
    "isp_request_say",
    "isp_request_show",
    "isp_request_similar",
    "isp_request_standing",
    "isp_request_step_aside",
    "isp_request_submit",
    "isp_request_type_in",
    "isp_request_withdraw",
    "isp_request_write",
]


REASONS = 5


@tk.side_effect_free
@validate(one_dataset)
def isp_request_prepare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What somebody is to know before they ask for the data of a dataset.

    :param id: the dataset
    :returns: ``why_not`` (nothing where you can ask), ``have``, ``formal`` (it takes an agreement),
        ``days`` and ``answer_by``, ``deciders``, ``purposes`` that the protocols list, ``latest``,
        ``organizations`` (yours), ``last`` (what your last request said), and ``mine``: your
        request for it that is not over
    """
    tk.check_access("isp_request_prepare", context, data_dict)
    return before_asking.told(context, model.Package.get(data_dict["id"]))


@tk.side_effect_free
@validate(one_dataset)
def isp_request_earlier(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What came of earlier requests for a dataset, so that nobody asks twice.

    :param id: the dataset
    :returns: ``mine``: yours that are over, the latest first; of others, where everybody finds the
        dataset, how many were ``approved`` and ``declined``
    """
    tk.check_access("isp_request_earlier", context, data_dict)
    package = model.Package.get(data_dict["id"])
    return before_asking.earlier(save.user_id(context) or "", package)


@validate(schema.draft)
def isp_request_draft(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin to ask for the data of a dataset; nobody else sees it until it is sent.

    A person has one request at a time for a dataset: the one that is not over is given back.

    :param id: the dataset
    :param data: which data, of which places and time
    :param files: ids of restricted files; all where left out
    :param format: in which format
    :param purpose: one that the protocols list, or another, in a few words
    :param purpose_words: what exactly it is for
    :param why_not_less: why less would not do
    :param from: the first day on which it is needed; at once where left out
    :param until: the last day on which it is needed
    :param destroy_by: the day by which it is destroyed
    :param organization: for which organization you ask: its name on the portal, or its own words
    :param onward: ``nobody``, ``sector``, ``humanitarian`` or ``public``
    :param agreement: the agreement that it rests on; needed for Strictly Confidential data
    :param joint: the joint exercise that it is for (optional)
    :returns: as ``isp_request_show``
    """
    tk.check_access("isp_request_draft", context, data_dict)
    package = asking.dataset(context, data_dict["id"])
    request = asking.draft(context, package)
    seat = Seat(context, request)
    if asking.editable(seat):
        requests.write(model.Session, request, asking.said(data_dict))
    model.Session.commit()
    return request_told.whole(seat)


@validate(schema.write)
def isp_request_write(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep what you have written of a request so far.

    :param request: its number; what else: as ``isp_request_draft``
    :returns: as ``isp_request_show``
    """
    seat = _seat("isp_request_write", context, data_dict)
    seat.take(Command.WRITE)
    requests.write(model.Session, seat.request, asking.said(data_dict))
    model.Session.commit()
    return request_told.whole(seat)


@validate(schema.write)
def isp_request_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a request to those who decide.

    :param request: its number; what else is sent is kept first, as ``isp_request_write`` keeps it
    :returns: as ``isp_request_show``
    """
    seat = _seat("isp_request_submit", context, data_dict)
    seat.take(Command.SUBMIT)
    requests.write(model.Session, seat.request, asking.said(data_dict))
    asking.send(seat, "isp_request_submit")
    return _done(context, seat)


@validate(schema.type_in)
def isp_request_type_in(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put a request on record that came by another way (R81); whoever does never decides it.

    :param id: the dataset
    :param requester: name of the user who asks, where they have an account
    :param requester_words: who asks, where they have none
    :param received_on: the day on which it came
    :param received_by: how it came: by letter, in a meeting
    :returns: as ``isp_request_show``; what else: as ``isp_request_draft``
    """
    tk.check_access("isp_request_type_in", context, data_dict)
    seat = asking.type_in(context, data_dict)
    asking.send(seat, "isp_request_type_in")
    return _done(context, seat)


@tk.side_effect_free
@validate(schema.one)
def isp_request_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A request, for those who asked, those who decide, and focal points.

    :param request: its number
    :returns: ``request``, ``state``, ``said``, ``dataset``, ``moves`` (what you can do with it),
        ``agreements``, ``consultations``, ``offer``, ``grant``, ``steps``, and more; while you can
        write it ``lacks`` (by field, what is missing before it can be sent)
    """
    tk.check_access("isp_request_show", context, data_dict)
    return request_told.whole(Seat.find(context, data_dict["request"]))


@tk.side_effect_free
@validate(schema.one)
def isp_request_similar(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Other requests for the same dataset, and what came of them, for those who decide (R80).

    :param request: its number
    :returns: each as in a list, with ``said``, ``offer`` and ``answer`` (what was written with it)
    """
    tk.check_access("isp_request_similar", context, data_dict)
    seat = Seat.find(context, data_dict["request"])
    return request_told.similar(seat) if seat.reviews else []


@tk.side_effect_free
@validate(schema.one)
def isp_request_standing(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How whoever asked stands with the portal, for those who decide: numbers, and no names.

    :param request: its number
    :returns: ``asked``, ``holds``, ``owes`` (to be destroyed), ``late`` (of these, overdue),
        ``attested`` and ``declined``; empty where somebody without an account asked
    """
    tk.check_access("isp_request_standing", context, data_dict)
    seat = Seat.find(context, data_dict["request"])
    if not seat.reviews or not seat.request.requester:
        return {}
    return requests.standing(model.Session, seat.request.requester, gate.today())


@tk.side_effect_free
def isp_request_reasons(context: Context, data_dict: DataDict) -> dict[str, list[str]]:
    """What you wrote when you returned and declined requests last, to be used again.

    :returns: ``return`` and ``decline``: texts, the latest first
    """
    tk.check_access("isp_request_reasons", context, data_dict)
    user_id = save.user_id(context) or ""
    commands = Command.RETURN, Command.DECLINE
    return {
        one.value: requests.own_reasons(model.Session, user_id, one, REASONS) for one in commands
    }


@tk.side_effect_free
@validate(schema.listed)
def isp_request_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Requests: your own, or those that you look after.

    :param of: ``mine``, or ``queue`` (what you look after; everything for focal points)
    :param state: a state, or a tray: ``new``, ``overdue``, ``waiting``, ``held``, ``due``,
        ``archive``; ``first`` for what is overdue, or else new
    :param q: words of a dataset's title, or of who asks
    :param dataset: id or name; of your own that you do not see now, id
    :param organization: id of the one that the data belongs to
    :param sort: ``due``, ``newest``, ``oldest``, ``changed``, ``ends`` (of what is granted) or
        ``destroyed`` (by when it is to be)
    :returns: ``count``, ``requests``, and of a queue ``trays``: how many lie in each, ``apart``:
        how many wait that others decide because you have an interest, ``asked``: questions that
        wait for your advice, ``owners`` and ``administers``: organizations. A dataset of your own
        requests that you do not see now is not named: ``data`` is what you called it
    """
    tk.check_access("isp_request_list", context, data_dict)
    if data_dict.get("of") == "queue":
        return queue.page(context, data_dict)
    count, told = queue.own(context, data_dict)
    return {"count": count, "requests": told, "trays": {}}


@validate(schema.noted)
def isp_request_say(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a message that belongs to a request; it stays with it.

    :param request: its number
    :param note: the message
    """
    return _command("isp_request_say", context, data_dict, Command.SAY)


@validate(schema.commented)
def isp_request_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a request back.

    :param request: its number
    :param note: why (optional)
    """
    return _command("isp_request_withdraw", context, data_dict, Command.WITHDRAW)


@validate(schema.noted)
def isp_request_return(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a request back to whoever asked, for something is missing.

    :param request: its number
    :param note: what is missing
    """
    return _command("isp_request_return", context, data_dict, Command.RETURN)


@validate(schema.noted)
def isp_request_decline(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Refuse what is asked for.

    :param request: its number
    :param note: why; whoever asked reads it
    """
    return _command("isp_request_decline", context, data_dict, Command.DECLINE)


@validate(schema.noted)
def isp_request_step_aside(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that you have an interest in a request, and decide nothing about it from now on.

    :param request: its number
    :param note: which interest
    """
    seat = _seat("isp_request_step_aside", context, data_dict)
    to = seat.take(Command.STEP_ASIDE)
    requests.step_aside(model.Session, seat.request, seat.user_id)
    seat.step("isp_request_step_aside", Command.STEP_ASIDE, to, data_dict["note"])
    model.Session.commit()
    jobs.wake()
    return {"request": seat.request.id, "stepped_aside": True}


@validate(schema.consult)
def isp_request_consult(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask a body for advice (R86): the ICCM, the HCT, a cluster. It is told only what you write.

    :param request: its number
    :param body: whom you ask
    :param user: a user of the portal who speaks for it (optional)
    :param question: what you ask, without who it is about where that is not needed
    """
    seat = _seat("isp_request_consult", context, data_dict)
    to = seat.take(Command.CONSULT)
    user_id = asking.user_named(data_dict.get("user"))
    said = data_dict["body"], user_id, data_dict["question"]
    requests.consult(model.Session, seat.request, seat.user_id, *said)
    seat.step("isp_request_consult", Command.CONSULT, to, details={"body": data_dict["body"]})
    if user_id:
        telling.consulted(model.Session, seat.request, user_id)
    return _done(context, seat)


@validate(schema.advise)
def isp_request_advise(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put on record what a body advises; it decides nothing.

    :param request: its number
    :param consultation: the number of the question
    :param advice: what it says
    """
    seat = _seat("isp_request_advise", context, data_dict)
    to = seat.take(Command.ADVISE)
    found = [one for one in seat.consultations if one.id == data_dict["consultation"]]
    if not found or not (seat.reviews or found[0].user_id == seat.user_id):
        raise tk.ValidationError({"consultation": [wording.request.no_such_request()]})
    requests.advise(model.Session, seat.request, found[0], data_dict["advice"])
    seat.step("isp_request_advise", Command.ADVISE, to, details={"body": found[0].body})
    return _done(context, seat)


@validate(schema.agree)
def isp_request_agree(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve a request, or give one of the agreements that it needs.

    :param request: its number
    :param checks: ``criteria`` and ``own_policy``; of a third party all four considerations too
    :param safeguards: ``transfer``, and ``anonymisation`` or ``confidentiality`` as needed
    :param treatment: how it was anonymised
    :param files: ids of those that are given; those asked for where left out
    :param from: the first day, where it is given later than whoever asked accepts; that asked for
        where left out
    :param until: the last day; that asked for where left out
    :param destroy_by: the day by which it is destroyed; that asked for where left out
    :param conditions: further terms
    :param organization: whether all of the organization that asks receives it
    :param bodies: who agreed outside of the portal, and when, by the key of the agreement
    :param seen: the round that you read; refused where it was sent anew since
    :param reason: a word to whoever asked (optional)
    """
    seat = _seat("isp_request_agree", context, data_dict)
    if data_dict.get("seen") not in (None, seat.request.round):
        last = requests.steps(model.Session, seat.request.id)[-1].row
        name = people.name(last.by) if last.by else None
        raise tk.ValidationError({"request": [wording.request.not_now(seat.state, name)]})
    deciding.agree(seat, "isp_request_agree", data_dict)
    return _done(context, seat)


def _seat(door: str, context: Context, data_dict: DataDict) -> Seat:
    tk.check_access(door, context, data_dict)
    return Seat.find(context, data_dict["request"], lock=True)


def _command(door: str, context: Context, data_dict: DataDict, command: Command) -> dict[str, Any]:
    seat = _seat(door, context, data_dict)
    to = seat.take(command)
    seat.step(door, command, to, data_dict.get("note"))
    return _done(context, seat)


def _done(context: Context, seat: Seat) -> dict[str, Any]:
    """Commit, and tell the request as it is now."""
    model.Session.commit()
    jobs.wake()
    return request_told.whole(Seat(context, seat.request))
