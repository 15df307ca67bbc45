"""Asking by HDX Connect's names: what meets the criteria is sent, the rest goes back at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import wording
from ..policy.criteria import Field
from ..policy.request import Command, Role, State, move
from ..policy.scale import Exposure
from ..services import requests
from ..services.act import Act
from . import asking, hdx_told, save
from .seat import Seat, about, belongs

DOOR, ORIGIN = "requestdata_request_create", "hdx"


def create(context: Context, data_dict: Mapping[str, Any]) -> Seat:
    """Ask for a dataset as HDX's form does, in a draft of one's own where there is one.

    :raises ValidationError: where there is nothing to ask for, or somebody waits already
    """
    package = _dataset(context, data_dict["package_id"])
    _nothing_pending(context, package)
    try:
        request = asking.draft(context, package, origin=ORIGIN)
    except requests.AlreadyOpen:
        raise tk.ValidationError({"package_id": [wording.hdx.pending()]}) from None
    seat = Seat(context, request)
    said = {**_said(seat, data_dict), **asking.said(data_dict)}
    requests.write(model.Session, request, said)
    if asking.unmet(seat, said):
        _send_back(seat)
    else:
        asking.send(seat, DOOR)
    return seat


def notices(seat: Seat) -> list[dict[str, str]]:
    """What became of a request that was asked so."""
    if seat.state is State.RETURNED:
        said = hdx_told.why_returned(seat, asking.unmet(seat, seat.request.said or {}))
        return [{"code": "returned", "message": said}]
    day = seat.request.answer_by.isoformat() if seat.request.answer_by else ""
    said = wording.hdx.sent(day, hdx_told.page_of(seat.request))
    return [{"code": "submitted", "message": said}]


def _dataset(context: Context, reference: str) -> model.Package:
    """A dataset on request; what is not seen is answered like what there is not."""
    try:
        package = asking.dataset(context, reference)
    except tk.ObjectNotFound as error:
        raise tk.ValidationError({"package_id": [str(error)]}) from None
    except tk.ValidationError as error:
        package = model.Package.get(reference)
        if about(package)[0].exposure is Exposure.ON_REQUEST:
            raise tk.ValidationError({"package_id": error.error_dict["id"]}) from None
        raise tk.ValidationError(wording.hdx.not_on_request()) from None
    if about(package)[0].exposure is not Exposure.ON_REQUEST:
        raise tk.ValidationError(wording.hdx.not_on_request())
    return package


def _nothing_pending(context: Context, package: model.Package) -> None:
    """Nobody asks twice; a draft that is nobody's but theirs is no request yet."""
    found = requests.open_of(model.Session, save.user_id(context) or "", package.id)
    if found is None or found.state == State.DRAFT.value:
        return
    granted = found.state == State.GRANTED.value
    said = [wording.request.have_it() if granted else wording.hdx.pending()]
    if found.state == State.RETURNED.value:
        said.append(wording.hdx.with_you(hdx_told.link(hdx_told.FORM, name=package.name)))
    raise tk.ValidationError({"package_id": said})


def _said(seat: Seat, data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """What HDX's form says, by our names as far as there are any, and by its own."""
    sent = {name: data_dict.get(name) for name in ("sender_name", "email_address")}
    named = {
        "organization_id": _or_other(data_dict, "sender_organization_id"),
        "organization_type": _or_other(data_dict, "sender_organization_type"),
        "intend": _or_other(data_dict, "sender_intend"),
    }
    group = model.Group.get(named["organization_id"]) if named["organization_id"] else None
    known = group if group is not None and group.is_organization else None
    told = {
        Field.PURPOSE_WORDS.value: data_dict["message_content"],
        Field.PURPOSE.value: named["intend"],
        Field.ORGANIZATION.value: known.name if known else named["organization_id"],
    }
    member = known is not None and belongs(seat.user_id, known.id)
    kept = {
        **sent,
        **named,
        "message_content": data_dict["message_content"],
        "country": data_dict.get("sender_country"),
        "organization_name": known.display_name if known else named["organization_id"],
        "organization_member": member,
    }
    return {**{key: value for key, value in told.items() if value}, hdx_told.SENT: kept}


def _or_other(data_dict: Mapping[str, Any], name: str) -> str | None:
    return data_dict.get(f"{name}_other") or data_dict.get(name)


def _send_back(seat: Seat) -> None:
    """Return it to whoever asks, before anybody else sees it."""
    to = move(State.DRAFT, Command.RETURN, frozenset({Role.PORTAL}))
    act = seat.act(DOOR)
    found = asking.unmet(seat, seat.request.said or {})
    told = {field.value: lack.value for field, lack in found.items()}
    portal = Act(None, act.door, act.protocol)
    requests.step(model.Session, portal, seat.request, Command.RETURN, to, {"lacks": told})
