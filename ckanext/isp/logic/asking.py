"""Asking for data: drafting a request, sending it, and what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context

from .. import config, gate, wording
from ..model.requests import Request
from ..policy import calendar, criteria
from ..policy.access import May
from ..policy.criteria import DAYS, Field, Lack
from ..policy.request import Command, State
from ..policy.scale import Exposure
from ..services import files as store
from ..services import requests
from . import people, save
from .seat import Seat, about, organizations

# what a person's next request begins with; the data and the reason are each request's own
KEPT = (Field.FORMAT, Field.PURPOSE, Field.ORGANIZATION, Field.ONWARD)


def dataset(context: Context, reference: str) -> model.Package:
    """A dataset that somebody can ask for: they see it, and do not have it.

    :raises ObjectNotFound: where they do not see it
    :raises ValidationError: where there is nothing to ask for
    """
    package = model.Package.get(reference)
    if package is None:
        raise tk.ObjectNotFound(wording.request.no_such_dataset())
    try:
        tk.check_access("package_show", fresh_context(context), {"id": package.id})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(wording.request.no_such_dataset()) from None
    why_not = refusal(people.who(context), package)
    if why_not:
        raise tk.ValidationError({"id": [why_not]})
    return package


def refusal(user: model.User | None, package: model.Package) -> str | None:
    """Why somebody cannot ask for a dataset that they see, or need not; None where they can."""
    why_not = nothing_to_ask_for(package)
    if why_not is None and gate.may(user, package, May.GET) and not gate.granted(user, package):
        return wording.request.have_it()
    return why_not


def nothing_to_ask_for(package: model.Package) -> str | None:
    """Why nobody has to ask for a dataset, or can; None where they can."""
    stored, _verdict = about(package)
    if package.state != "active" or stored.facts.level is None:
        return wording.request.not_classified()
    if stored.exposure is Exposure.OPEN:
        return wording.request.is_open()
    return None


def draft(context: Context, package: model.Package, origin: str = "portal") -> Request:
    """A person's request for a dataset that is not over, or a new draft.

    It begins with what their last one said.
    """
    user_id = save.user_id(context) or ""
    found = requests.open_of(model.Session, user_id, package.id)
    if found is not None:
        return found
    last = requests.last_said(model.Session, user_id)
    said = {field.value: last[field.value] for field in KEPT if last.get(field.value)}
    try:
        return requests.begin(model.Session, package.id, user_id, said, origin=origin)
    except requests.AlreadyOpen:
        # the same page saved twice at once
        return requests.open_of(model.Session, user_id, package.id) or draft(
            context, package, origin
        )


def sendable(seat: Seat, said: Mapping[str, Any]) -> None:
    """Whether a request meets the criteria (R76-R80).

    :raises ValidationError: by field, what it lacks
    """
    package = seat.package
    if package is None or (refusal := nothing_to_ask_for(package)):
        words = refusal if package is not None else wording.request.no_such_dataset()
        raise tk.ValidationError({"id": [words or ""]})
    if errors := lacks(seat, said):
        raise tk.ValidationError(errors)


def unmet(seat: Seat, said: Mapping[str, Any]) -> dict[Field, Lack]:
    """What of the criteria a request does not meet."""
    days, longest = with_days(said), config.longest_days()
    return criteria.lacks(days, gate.today(), formal=seat.formal, longest=longest)


def lacks(seat: Seat, said: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a request lacks before it can be sent, a sentence by field."""
    longest, found = config.longest_days(), unmet(seat, said)
    errors = {f.value: [wording.request.lack(f, lack, longest)] for f, lack in found.items()}
    known = {file.id for file in store.listed(model.Session, seat.request.package_id)}
    if set(said.get(Field.FILES.value) or ()) - known:
        errors[Field.FILES.value] = [wording.request.no_such_file()]
    return errors


def send(seat: Seat, door: str) -> None:
    """Send a request to those who decide; what was agreed to before counts no more."""
    request = seat.request
    to = seat.take(Command.SUBMIT)
    sendable(seat, request.said or {})
    request.round += 1
    request.offer = None
    request.level = seat.level.slug if seat.level else None
    protocol = gate.cited(seat.verdict)
    request.protocol, request.protocol_version = protocol.key, protocol.version
    request.organization_id, request.third_party = party(request)
    request.needed = sorted(seat.needed)
    request.submitted_at = dt.datetime.now(dt.timezone.utc)
    request.answer_by = answer_by()
    seat.step(door, Command.SUBMIT, to)


def answer_by() -> dt.date:
    """The day by which a request that is sent today is to be answered."""
    return calendar.answer_by(
        gate.today(), config.answer_days(), config.weekend(), config.holidays()
    )


def party(request: Request) -> tuple[str | None, bool]:
    """The organisation that asks, where the person belongs to it, and whether it is a third party.

    Whoever does not belong to an organisation of the portal is one (R72).
    """
    named = (request.said or {}).get(Field.ORGANIZATION.value)
    for own in organizations(request.requester):
        if named in (own.id, own.name, own.title):
            return own.id, own.name in config.third_parties()
    return None, True


def with_days(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a request says, its days as dates."""
    days = {f.value: _day(said.get(f.value)) for f in DAYS}
    return {**said, **days}


def editable(seat: Seat) -> bool:
    """Whether it can still be written."""
    return seat.state in (State.DRAFT, State.RETURNED) and Command.WRITE in seat.moves


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def said(data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request was sent, as it is kept; what was not sent stays as it is."""
    kept = {field.value: data_dict[field.value] for field in Field if field.value in data_dict}
    for field in DAYS:
        if isinstance(kept.get(field.value), dt.date):
            kept[field.value] = kept[field.value].isoformat()
    return kept


def user_named(name: str | None) -> str | None:
    """The id of a user of that name.

    :raises ValidationError: where there is none
    """
    user = model.User.get(name) if name else None
    if name and (user is None or user.state != "active"):
        raise tk.ValidationError({"user": [wording.request.no_such_user()]})
    return user.id if user else None


def type_in(context: Context, data_dict: Mapping[str, Any]) -> Seat:
    """A request that came by another way, as its receiver writes it down (R81).

    :raises ValidationError: where nobody is named, or the person has one that is not over
    """
    package = model.Package.get(data_dict["id"])
    if package is None or (refusal := nothing_to_ask_for(package)):
        raise tk.ValidationError(
            {"id": [refusal if package else wording.request.no_such_dataset()]}
        )
    requester = user_named(data_dict.get("requester"))
    if requester is None and not data_dict.get("requester_words"):
        raise tk.ValidationError({"requester": [wording.request.name_who_asks()]})
    told = {**said(data_dict), "requester_words": data_dict.get("requester_words")}
    told["received_on"] = data_dict["received_on"].isoformat()
    told["received_by"] = data_dict["received_by"]
    by = save.user_id(context)
    try:
        made = requests.begin(
            model.Session, package.id, requester, told, origin="offline", typed_in_by=by
        )
    except requests.AlreadyOpen:
        raise tk.ValidationError({"requester": [wording.request.has_one()]}) from None
    return Seat(context, made)
