"""Answering by HDX Connect's names: with the same roles as ours, and never with an approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import gate, portal, wording
from ..model.requests import Request
from ..policy.hdx import Meaning, meaning
from ..policy.request import Command, State
from ..policy.scale import Exposure
from ..services import ending, requests
from ..services.hdx_connect import TOLD_SHARED
from . import deciding, hdx_told
from .seat import Seat, about

Notices = list[dict[str, str]]

PATCH, DELETE = "requestdata_request_patch", "requestdata_request_delete_by_package_id"
ARCHIVE = "requestdata_request_archive_by_package_id"
AT_ONCE = ("state", "data_shared", "rejected")


def find(context: Context, data_dict: Mapping[str, Any], *, lock: bool = False) -> Seat:
    """A request for those who asked, or look after it.

    :raises ObjectNotFound: where there is none, or it is not theirs to know
    """
    seat = Seat.find(context, data_dict["id"], lock=lock)
    of = data_dict.get("package_id")
    called = None if seat.estranged else seat.package and seat.package.name
    named = of in (None, "", seat.request.package_id, called)
    if not named or not (seat.reviews or seat.person.requester):
        raise tk.ObjectNotFound(wording.request.no_such_request())
    return seat


def patch(seat: Seat, data_dict: Mapping[str, Any]) -> Notices:
    """Answer a request by setting HDX's words on it.

    :returns: what came of it, where that is not what HDX's words say
    :raises NotAuthorized: for those who do not look after it
    :raises ValidationError: where it is not for them, needs a reason, or an approval first
    """
    if not seat.reviews:
        raise tk.NotAuthorized(wording.hdx.no_access())
    now = hdx_told.now(seat.request)
    asked = {key: data_dict[key] for key in AT_ONCE if data_dict.get(key) is not None}
    meant, note = meaning(seat.state, now, asked), data_dict.get("message_content")
    if meant is Meaning.REFUSE:
        refuse(seat, PATCH, note)
    elif meant is Meaning.SHARED:
        _say(seat, note, **{TOLD_SHARED: True})
    elif meant in (Meaning.APPROVE_FIRST, Meaning.UNCLEAR):
        _not_so(seat, meant)
    elif note:
        _say(seat, note)
    return _notices(seat, meant, replied=bool(note))


def refuse(seat: Seat, door: str, note: str | None) -> None:
    """Refuse a request, or end what was approved, with a reason.

    :raises ValidationError: without a reason, or where it is not theirs to refuse
    """
    given = seat.state in (State.APPROVED, State.GRANTED)
    command = Command.REVOKE if given else Command.DECLINE
    to = seat.take(command)
    if not note:
        raise tk.ValidationError({"message_content": [wording.hdx.say_why()]})
    if command is Command.REVOKE:
        deciding.end(seat, door, command, note)
    else:
        seat.step(door, command, to, note)


def close_all(context: Context, package_id: str, note: str | None) -> list[int]:
    """Refuse what waits for an answer, or for terms to be accepted, as one who decides about it.

    :raises ValidationError: where one of them is not theirs to refuse; none is then
    """
    waiting = [one for one in requests.open_for(model.Session, package_id) if one.submitted_at]
    for request in waiting:
        reason = note or wording.hdx.closed_with_the_dataset()
        refuse(Seat(context, request), DELETE, reason)
    return [request.id for request in waiting]


def close_open(package: model.Package) -> list[int]:
    """Close the requests for a dataset that is open to everybody.

    :raises ValidationError: where it is not
    """
    stored, verdict = about(package)
    if package.state != "active" or stored.exposure is not Exposure.OPEN:
        link = hdx_told.link("/isp/requests?dataset={name}", name=package.name)
        said = wording.hdx.not_open(gate.cited(verdict), stored.facts.level, link)
        raise tk.ValidationError({"package_id": [said]})
    found: list[Request] = []
    world = portal.world_of_requests()
    while some := ending.close_pointless(model.Session, ARCHIVE, world, package.id):
        found += some
    return [request.id for request in found]


def closed(numbers: list[int]) -> dict[str, Any]:
    """What closing several requests answers."""
    said = {"code": "closed", "message": wording.hdx.closed(len(numbers))}
    return {"closed": [str(number) for number in numbers], "isp_notices": [said]}


def _say(seat: Seat, note: str | None, **told: Any) -> None:
    to = seat.take(Command.SAY)
    seat.step(PATCH, Command.SAY, to, note, told)


def _not_so(seat: Seat, meant: Meaning) -> None:
    page = hdx_told.page_of(seat.request)
    if meant is Meaning.UNCLEAR:
        raise tk.ValidationError({"state": [wording.hdx.unclear(seat.state, page)]})
    by = gate.cited(seat.verdict if seat.package is not None else None)
    first = wording.hdx.approve_first(by, seat.level, page)
    raise tk.ValidationError({"data_shared": [first]})


def _notices(seat: Seat, meant: Meaning, *, replied: bool) -> Notices:
    page = hdx_told.page_of(seat.request)
    if meant is Meaning.SHARED:
        return [{"code": "told_shared", "message": wording.hdx.told_shared()}]
    if meant is not Meaning.REPLY:
        return []
    said = wording.hdx.only_replied(page) if replied else wording.hdx.not_approved(page)
    return [{"code": "not_approved", "message": said}]
