"""Deciding about requests, and what follows from a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from .. import config, gate, portal, wording
from ..model.requests import Grant
from ..policy import deciders
from ..policy.criteria import Field, Lack
from ..policy.deciders import Demand
from ..policy.request import Command, State, unticked
from ..services import ending, grants, requests
from ..services import files as store
from . import asking
from .seat import Seat, end_of, start_of


def agree(seat: Seat, door: str, data_dict: Mapping[str, Any]) -> None:
    """Agree to a request, on the terms of whoever agreed first; the last agreement approves it.

    :raises ValidationError: where something is not ticked, or what is offered cannot be
    """
    request, session = seat.request, model.Session
    seat.take(Command.AGREE, complete=False)
    _can_be_given(seat)
    offer = _offer(seat, data_dict) if request.offer is None else request.offer
    given = requests.given(session, request)
    mine = deciders.gives(seat.needed, given, seat.keys, seat.user_id)
    ways = _ways(seat, mine, data_dict.get("bodies") or {})
    if not ways:
        raise tk.ValidationError({"request": [wording.request.agreed_before()]})
    missing = deciders.missing(seat.needed, {**given, **dict.fromkeys(ways, seat.user_id)})
    to = seat.take(Command.AGREE, complete=not missing)
    request.offer = offer
    requests.agree(session, request, seat.user_id, ways)
    told = {"agreements": sorted(ways), "offer": offer}
    seat.step(door, Command.AGREE, to, data_dict.get("reason"), told)
    if to is State.APPROVED:
        assert seat.level
        grants.make(session, request, seat.level.slug, offer, *_lasts(offer))


def _lasts(offer: Mapping[str, Any]) -> tuple[dt.datetime | None, dt.datetime]:
    """When what is offered begins, where a day was named, and when it ends."""
    first, last = offer.get("from"), dt.date.fromisoformat(offer["until"])
    return start_of(dt.date.fromisoformat(first)) if first else None, end_of(last)


def end(seat: Seat, door: str, command: Command, note: str | None = None) -> None:
    """End a grant now: running downloads too, for each asks again while it streams."""
    seat.take(command)
    act, grant = seat.act(door, note), grant_of(seat)
    ending.end(model.Session, act, seat.request, grant, command, portal.world_of_requests())


def _can_be_given(seat: Seat) -> None:
    """Whether the dataset as it is now is given on request, and rests on what it has to.

    :raises ValidationError: where it is gone, open or unclassified, or became such that an
        agreement has to stand behind it (R40)
    """
    if seat.package is None:
        raise tk.ValidationError({"request": [wording.request.no_such_dataset()]})
    if refusal := asking.nothing_to_ask_for(seat.package):
        raise tk.ValidationError({"request": [refusal]})
    if seat.formal and not (seat.request.said or {}).get(Field.AGREEMENT.value):
        lack = wording.request.lack(Field.AGREEMENT, Lack.MISSING, config.longest_days())
        raise tk.ValidationError({"request": [lack]})


def reconfirm(seat: Seat, door: str, note: str | None) -> None:
    """Give again what was suspended, of the dataset as it is now.

    :raises ValidationError: where the dataset as it is now is not given on request
    """
    to = seat.take(Command.RECONFIRM)
    grant = grant_of(seat)
    if seat.package is None or (refusal := asking.nothing_to_ask_for(seat.package)):
        raise tk.ValidationError({"request": [wording.request.cannot_reconfirm()]})
    if refusal is None and grant.suspended_at is None:
        raise tk.ValidationError({"request": [wording.request.not_suspended()]})
    _whole_agreement(seat)
    assert seat.level
    seat.request.level = seat.level.slug
    grants.reconfirm(model.Session, grant, seat.level.slug)
    seat.step(door, Command.RECONFIRM, to, note)


def extend(seat: Seat, door: str, until: dt.date, note: str | None) -> None:
    """Let a grant last longer: no longer than was asked for."""
    to = seat.take(Command.EXTEND)
    asked = seat.request.longer
    grant = grant_of(seat)
    if not asked:
        raise tk.ValidationError({"request": [wording.request.nothing_asked()]})
    _bounded(until, dt.date.fromisoformat(asked["until"]))
    seat.request.longer = None
    grants.extend(model.Session, grant, until, end_of(until))
    seat.step(door, Command.EXTEND, to, note, {"until": until.isoformat()})


def grant_of(seat: Seat) -> Grant:
    """The grant of a request, locked until the commit."""
    grant = grants.of(model.Session, seat.request.id, lock=True)
    if grant is None:
        raise tk.ObjectNotFound(wording.request.no_such_request())
    return grant


def _whole_agreement(seat: Seat) -> None:
    """What became more sensitive needs what its level needs: a new request, where one person's
    word is not enough any more."""
    given = requests.given(model.Session, seat.request)
    missing = deciders.missing(seat.needed, {**given, **dict.fromkeys(seat.keys, seat.user_id)})
    alone = Demand.SECOND.value in seat.needed and not set(given.values()) - {seat.user_id}
    unfounded = seat.formal and not (seat.request.said or {}).get(Field.AGREEMENT.value)
    if missing or alone or unfounded:
        raise tk.ValidationError({"request": [wording.request.ask_anew()]})


def _offer(seat: Seat, data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """What is offered: no more than was asked for, and everything ticked that has to be (R82)."""
    said = seat.request.said or {}
    asked = asking.with_days(said)
    begins = _begins(data_dict.get("from") or asked["from"])
    until = data_dict.get("until") or asked["until"]
    destroy_by = data_dict.get("destroy_by") or asked["destroy_by"]
    wanted, files = said.get(Field.FILES.value) or [], data_dict.get("files")
    errors = {
        **_not_ticked(seat, data_dict),
        **_too_early(begins, _begins(asked["from"])),
        **_wrong_days(begins, until, destroy_by, asked["until"]),
        **_wrong_files(seat, files, wanted),
    }
    if errors:
        raise tk.ValidationError(errors)
    return {
        "files": list(files or wanted) or None,
        "from": begins.isoformat() if begins else None,
        "until": until.isoformat(),
        "destroy_by": destroy_by.isoformat(),
        "safeguards": sorted(set(data_dict.get("safeguards") or ())),
        "checks": sorted(set(data_dict.get("checks") or ())),
        "treatment": data_dict.get("treatment"),
        "conditions": data_dict.get("conditions"),
        "organization": bool(data_dict.get("organization")),
    }


def _not_ticked(seat: Seat, data_dict: Mapping[str, Any]) -> dict[str, list[str]]:
    ticked = frozenset(data_dict.get("checks") or ())
    safeguards = frozenset(data_dict.get("safeguards") or ())
    errors = {}
    if left := unticked(ticked, safeguards, seat.request.third_party):
        errors["checks"] = [wording.request.tick(one) for one in left]
    if "anonymisation" in safeguards and not data_dict.get("treatment"):
        errors["treatment"] = [wording.request.say_how()]
    return errors


def _too_early(begins: dt.date | None, asked: dt.date | None) -> dict[str, list[str]]:
    early = asked is not None and (begins is None or begins < asked)
    return {"from": [wording.request.earlier_than_asked()]} if early else {}


def _wrong_days(begins: Any, until: Any, destroy_by: Any, asked: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        _bounded(until, asked)
    except tk.ValidationError as error:
        errors |= error.error_dict
    if until and destroy_by and destroy_by < until:
        errors["destroy_by"] = [wording.request.destroyed_before()]
    if until and begins and begins > until:
        errors["from"] = [wording.request.begins_after()]
    return errors


def _wrong_files(seat: Seat, files: Any, wanted: list[str]) -> dict[str, list[str]]:
    known = {file.id for file in store.listed(model.Session, seat.request.package_id)}
    if files == []:
        return {"files": [wording.reviewing.no_file()]}
    if files and (set(files) - known or (wanted and set(files) - set(wanted))):
        return {"files": [wording.request.not_asked_for()]}
    return {}


def _begins(day: dt.date | None) -> dt.date | None:
    """The day from which it is given; none where that has come already."""
    return day if day and day > gate.today() else None


def _bounded(until: Any, asked: Any) -> None:
    if not until or until <= gate.today():
        raise tk.ValidationError({"until": [wording.request.past()]})
    longest = gate.today() + dt.timedelta(days=config.longest_days())
    if until > min(asked or until, longest):
        raise tk.ValidationError({"until": [wording.request.longer_than_asked()]})


def _ways(seat: Seat, mine: Mapping[str, Any], bodies: Mapping[str, Any]) -> dict[str, str]:
    """In whose place somebody gives each agreement; of a body, who of it agreed and when."""
    ways = {}
    for key, agreement in mine.items():
        if agreement.demand is not Demand.BODY:
            ways[key] = seat.keys[key]
        elif bodies.get(key):
            ways[key] = str(bodies[key])
    return ways
