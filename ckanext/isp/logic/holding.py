"""Holding granted data: its terms, asking for longer, and how it ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from .. import config, gate, portal, wording
from ..model.requests import Grant, Request
from ..policy import case
from ..policy.access import Standing
from ..policy.criteria import Field
from ..policy.request import Command, State
from ..policy.scale import Onward
from ..services import cases, grants, receipts, telling
from ..services import files as store
from ..wording.document import day
from . import asking, deciding, people, queue, request_told, save
from .seat import Seat

_ONWARD = {of.slug: of for of in Onward}


def terms(seat: Seat) -> str:
    """The terms that were accepted, or those to accept."""
    grant, offer = seat.grant, seat.request.offer or {}
    if grant is not None and grant.terms:
        return grant.terms
    said = seat.request.said or {}
    purpose = said.get(Field.PURPOSE_WORDS.value) or said.get(Field.PURPOSE.value) or ""
    more = [wording.request.onward(_onward(seat).slug)]
    if offer.get("conditions"):
        more.append(offer["conditions"])
    named = ("from", "until", "destroy_by")
    begins, until, destroy_by = (day(offer[name]) if offer.get(name) else "" for name in named)
    return wording.request.terms(begins, until, destroy_by, purpose, more)


def accept(seat: Seat, door: str, *, accepted: bool) -> None:
    """Begin a grant, on the terms that were shown; they are kept word for word.

    :raises ValidationError: where they are not accepted
    """
    to = seat.take(Command.ACCEPT)
    if not accepted:
        raise tk.ValidationError({"accept": [wording.request.accept_first()]})
    grants.accept(model.Session, deciding.grant_of(seat), terms(seat))
    seat.step(door, Command.ACCEPT, to)


def ask_longer(seat: Seat, door: str, until: dt.date, note: str) -> None:
    """Ask for longer; nothing changes until somebody decides."""
    to = seat.take(Command.ASK_LONGER)
    grant = deciding.grant_of(seat)
    longest = gate.today() + dt.timedelta(days=config.longest_days())
    if until <= grant.until:
        raise tk.ValidationError({"until": [wording.request.no_longer()]})
    if until > longest:
        lack = wording.request.too_long(config.longest_days())
        raise tk.ValidationError({"until": [lack]})
    seat.request.longer = {"until": until.isoformat(), "note": note}
    seat.step(door, Command.ASK_LONGER, to, note, {"until": until.isoformat()})


def report(seat: Seat, door: str, data_dict: Mapping[str, Any]) -> None:
    """Put on record that data went further; those who look after it are told.

    What its terms do not allow is a case from then on, so that somebody has to look at it.
    """
    to = seat.take(Command.REPORT)
    said: dict[str, Any] = {name: data_dict[name] for name in ("to", "receiver", "meant")}
    if case.breaks_terms(_onward(seat), _ONWARD[data_dict["receiver"]]):
        said["case"] = _register(seat, door)
    seat.step(door, Command.REPORT, to, data_dict["note"], said)


def _onward(seat: Seat) -> Onward:
    """How far the terms let data be shared further: with nobody where that is not known, and
    never with everybody."""
    asked = _ONWARD.get((seat.request.said or {}).get(Field.ONWARD.value) or "", Onward.NOBODY)
    return Onward.NOBODY if asked is Onward.PUBLIC else asked


def _register(seat: Seat, door: str) -> int:
    request, owner = seat.request, seat.package and seat.package.owner_org
    parties = [one for one in (owner, request.organization_id) if one]
    act, due = seat.act(door), asking.answer_by()
    found = cases.passed_on(model.Session, act, request, parties, due)
    telling.passed_on(model.Session, request, act.user_id, portal.offices(), gate.today())
    return found.case.id


def attest(seat: Seat, door: str, data_dict: Mapping[str, Any]) -> None:
    """Put on record that data is destroyed, how and when."""
    to = seat.take(Command.ATTEST)
    told = {"method": data_dict["method"], "on": data_dict["on"].isoformat()}
    if data_dict.get("copies"):
        told["copies"] = data_dict["copies"]
    seat.step(door, Command.ATTEST, to, data_dict.get("note"), told)


def of_dataset(context: Context, package: model.Package) -> dict[str, Any]:
    """Who holds the data of a dataset now, who did before, and who downloaded what."""
    files = {file.id: file.name for file in store.all_of(model.Session, package.id)}
    query = (
        sa.select(Grant, Request.state)
        .join(Request, Request.id == Grant.request_id)
        .where(Grant.package_id == package.id)
        .order_by(Grant.id.desc())
    )
    every = []
    for grant, state in model.Session.execute(query):
        told = request_told.granted(grant, State(state))
        named = None if grant.files is None else [files.get(one, one) for one in grant.files]
        more = {"state": state, "state_words": wording.request.state(State(state)), "names": named}
        every.append({**told, **more, "attested": state == State.ATTESTED.value})
    downloads = receipts.of_dataset(model.Session, package.id)
    return {
        "now": [one for one in every if one["live"]],
        "before": [one for one in every if not one["live"]],
        "may_end": _may_end(context, package),
        "downloads": [
            {
                "user": people.name(row["user_id"]) if row["user_id"] else None,
                "file": row["file"],
                "name": files.get(row["file"]),
                "right": row["right"],
                "right_words": _right(row["right"]),
                "first": row["first"].isoformat(),
                "last": row["last"].isoformat(),
                "times": row["times"],
            }
            for row in downloads
        ],
    }


def _may_end(context: Context, package: model.Package) -> bool:
    """Whether somebody looks after requests for a dataset; of each, the request itself says."""
    user = people.who(context)
    if user is None or user.name in config.focal_points():
        return user is not None
    found = queue.looked_after(save.user_id(context) or "")
    return package.owner_org in {one.id for one in found}


def _right(slug: str | None) -> str:
    """By which right somebody received a file, in words."""
    rights = {right.slug: right for right in Standing}
    return wording.file.right(rights[slug]) if slug in rights else slug or ""
