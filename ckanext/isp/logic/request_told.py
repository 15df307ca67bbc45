"""A request as pages and scripts read it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from ckan import model

from .. import config, gate, wording
from ..model.requests import Grant, Request
from ..policy.access import May
from ..policy.criteria import Field
from ..policy.deciders import gives, of_key
from ..policy.request import Command, State
from ..policy.verdict import Verdict
from ..services import cases as registered
from ..services import files as store
from ..services import requests
from . import asking, before_asking, hdx_told, people, restricted
from . import cases as case_readers
from .seat import Seat

UNNAMED = frozenset({"bodies", "case"})
# what of a level's words says how its data is shared
SHARING = ("audience", "rule", "treatment", "retention")
FEW = 5


def whole(seat: Seat) -> dict[str, Any]:
    """A request with all that its reader is to know of it.

    Whoever only advises is told neither who asks nor for what: the question says what it needs.
    Whoever has an interest in it is told that, and no more.
    """
    if seat.advises:
        return _advising(seat)
    return _apart(seat) if seat.person.conflict and not seat.person.requester else _all(seat)


def _apart(seat: Seat) -> dict[str, Any]:
    nothing: dict[str, Any] = {"moves": [], "roles": [], "reviews": False, "advises": False}
    return {"request": seat.request.id, "state": seat.request.state, **nothing, "conflict": True}


def _advising(seat: Seat) -> dict[str, Any]:
    request = seat.request
    return {
        "request": request.id,
        "state": request.state,
        "moves": sorted(command.value for command in seat.moves),
        "roles": sorted(role.value for role in seat.roles),
        "reviews": False,
        "advises": True,
        "dataset": _dataset(seat),
        "level": request.level,
        "level_now": seat.level.slug if seat.level else None,
        "protocol": request.protocol,
        "protocol_version": request.protocol_version,
        "sharing": _sharing(seat),
        "consulting": request.consulting,
        "consultations": _consultations(seat),
    }


def _all(seat: Seat) -> dict[str, Any]:
    request = seat.request
    agreed = requests.given(model.Session, request)
    return {
        **short(request),
        "moves": sorted(command.value for command in seat.moves),
        "roles": sorted(role.value for role in seat.roles),
        "reviews": seat.reviews,
        "advises": False,
        "person": asdict(seat.person),
        "in_place_of": [people.name(one) for one in seat.holders.stand_ins.get(seat.user_id, ())],
        "asks_for": _organization(request.organization_id),
        "sharing": _sharing(seat),
        "dataset": _dataset(seat),
        "level": request.level,
        "level_now": seat.level.slug if seat.level else None,
        "formal": seat.formal,
        "protocol": request.protocol,
        "protocol_version": request.protocol_version,
        "said": request.said or {},
        "from": before_asking.to_come(asking.with_days(request.said or {})[Field.FROM.value]),
        "purpose": _purpose(seat, request),
        "erased": request.said is None,
        "offer": request.offer,
        "longer": request.longer,
        "late": seat.late,
        "conflict": seat.person.conflict,
        "agreements": _agreements(seat, agreed),
        "mine_to_give": sorted(gives(seat.needed, agreed, seat.keys, seat.user_id)),
        "consultations": _consultations(seat),
        "steps": _steps(seat),
        "files": _files(seat),
        "grant": granted(seat.grant, seat.state) if seat.grant else None,
        "seen": request.round,
        **(_to_write(seat) if asking.editable(seat) else {}),
        **(_of_what_was_seen(seat) if seat.estranged else {}),
    }


def _of_what_was_seen(seat: Seat) -> dict[str, Any]:
    """What is kept back of a dataset that whoever asked does not see any more: how it is now."""
    formal = seat.formal and asking.editable(seat)
    return {"level_now": None, "sharing": [], "agreements": [], "files": [], "formal": formal}


def short(
    request: Request, requester: str | None = None, typist: str | None = None
) -> dict[str, Any]:
    """A request as a list tells it to somebody who may read it.

    :param requester: what whoever asked is called, where that is known
    :param typist: what whoever typed it in is called, where that is known
    """
    asked = request.requester and (requester or people.name(request.requester))
    return {
        "request": request.id,
        "state": request.state,
        "origin": request.origin,
        "package_id": request.package_id,
        "requester": asked or (request.said or {}).get("requester_words"),
        "requester_id": request.requester,
        "typed_in_by": request.typed_in_by and (typist or people.name(request.typed_in_by)),
        "organization": (request.said or {}).get("organization"),
        "organization_id": request.organization_id,
        "third_party": request.third_party,
        "consulting": request.consulting,
        "answer_by": request.answer_by.isoformat() if request.answer_by else None,
        "made_at": request.made_at.isoformat(),
        "submitted_at": request.submitted_at.isoformat() if request.submitted_at else None,
        "changed_at": request.changed_at.isoformat(),
    }


def similar(seat: Seat) -> list[dict[str, Any]]:
    """Other requests for the same dataset, with what was said and what came of them (R80)."""
    return [
        {
            **short(other),
            "said": other.said or {},
            "purpose": _purpose(seat, other),
            "asks_for": _organization(other.organization_id),
            "offer": other.offer,
            "answer": _answer(other),
        }
        for other in requests.alike(model.Session, seat.request)
    ]


def _answer(request: Request) -> dict[str, Any] | None:
    """The last word of those who decided."""
    words = {Command.AGREE.value, Command.DECLINE.value, Command.RETURN.value}
    found = [one for one in requests.steps(model.Session, request.id) if one.row.command in words]
    if not found:
        return None
    row, note, _details = found[-1]
    by = people.name(row.by) if row.by else None
    return {"command": row.command, "by": by, "at": row.at.isoformat(), "note": note}


def granted(grant: Grant, state: State | None = None) -> dict[str, Any]:
    """A grant as lists and pages tell it."""
    now = dt.datetime.now(dt.timezone.utc)
    over = grant.ended_at is not None or grant.ends_at <= now
    begun = grant.begins_at is None or grant.begins_at <= now
    return {
        "grant": grant.id,
        "request": grant.request_id,
        "package_id": grant.package_id,
        "user": people.name(grant.user_id) if grant.user_id else None,
        "organization": _organization(grant.organization_id),
        "files": grant.files,
        "level": grant.level,
        "from": grant.from_day.isoformat() if grant.from_day else None,
        "until": grant.until.isoformat(),
        "destroy_by": grant.destroy_by.isoformat(),
        "terms": grant.terms,
        "accepted_at": grant.accepted_at.isoformat() if grant.accepted_at else None,
        "suspended_at": grant.suspended_at.isoformat() if grant.suspended_at else None,
        "suspended_why": grant.suspended_why,
        "ended_at": grant.ended_at.isoformat() if grant.ended_at else None,
        "begun": begun,
        "over": over,
        "live": bool(grant.accepted_at) and begun and not over and grant.suspended_at is None,
        "overdue": state is State.DUE and grant.destroy_by < gate.today(),
    }


def _dataset(seat: Seat) -> dict[str, Any]:
    """The dataset by name: for those who decide, and for those who asked and see it now."""
    package = seat.package
    told: dict[str, Any] = {"id": seat.request.package_id, "name": None, "title": None}
    if seat.advises:
        return {**told, "id": None}
    if package is None or seat.estranged:
        return told
    return {
        **told,
        "name": package.name,
        "title": package.title or package.name,
        "organization": _organization(package.owner_org),
        "state": package.state,
    }


def _purpose(seat: Seat, request: Request) -> str:
    """The purpose of a request for the same dataset, as its reader reads it."""
    verdict = seat.verdict if seat.package else Verdict(())
    return before_asking.purpose(verdict, request.said or {})


def _to_write(seat: Seat) -> dict[str, Any]:
    """What the form offers, and what is still missing before it can be sent."""
    said = seat.request.said or {}
    verdict = seat.verdict if seat.package else Verdict(())
    chosen = said.get(Field.PURPOSE.value)
    return {
        **before_asking.form(verdict, seat.user_id, chosen),
        "days": config.answer_days(),
        "lacks": asking.lacks(seat, said),
    }


def _agreements(seat: Seat, agreed: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "words": before_asking.agreement(agreement),
            "body": key.startswith("body:"),
            "given_by": people.name(agreed[key]) if key in agreed else None,
            "theirs": _whose(seat, key, agreed),
        }
        for key, agreement in seat.needed.items()
    ]


def _whose(seat: Seat, key: str, agreed: dict[str, str]) -> list[str]:
    """Some of those who can give an agreement, for those who look after the request."""
    if not seat.reviews or key.startswith("body:"):
        return []
    own = seat.holders.own.get(key, frozenset())
    if seat.needed[key].owners and key not in agreed:
        own -= {agreed[other] for other in agreed if of_key(other).owners}
    return sorted(people.name(one) for one in sorted(own)[:FEW])


def _sharing(seat: Seat) -> list[dict[str, Any]]:
    """What each protocol says of how data of this level is shared, as it is now."""
    if seat.package is None:
        return []
    return [
        {
            "key": reason.protocol.key,
            "protocol": wording.title(reason.protocol),
            "version": reason.protocol.version,
            "methods": [wording.pick(method.name) for method in reason.rule.methods],
            **{
                name: wording.pick(reason.rule.words[name])
                for name in SHARING
                if reason.rule.words.get(name)
            },
        }
        for reason in seat.verdict.reasons
        if reason.rule and reason.protocol
    ]


def _consultations(seat: Seat) -> list[dict[str, Any]]:
    """Those that are theirs to read: all for those who decide; of others only what they advise."""
    if seat.person.requester:
        return []
    return [
        {
            "consultation": one.id,
            "body": one.body,
            "user": people.name(one.user_id) if one.user_id else None,
            "question": one.question,
            "asked_by": people.name(one.asked_by),
            "asked_at": one.asked_at.isoformat(),
            "advice": one.advice,
            "advised_at": one.advised_at.isoformat() if one.advised_at else None,
        }
        for one in seat.consultations
        if seat.reviews or one.user_id == seat.user_id
    ]


def _steps(seat: Seat) -> list[dict[str, Any]]:
    """What happened; those who asked are not told who was consulted, nor who stepped aside."""
    kept = {"consult", "advise", "step_aside"} if not seat.reviews else set()
    cases = _cases(seat)
    return [
        {
            "command": row.command,
            "state": row.state,
            "by": people.name(row.by) if row.by else None,
            "at": row.at.isoformat(),
            "note": note or (None if seat.estranged else hdx_told.step_words(seat, details)),
            **{key: value for key, value in details.items() if key not in UNNAMED},
            **({"case": details["case"]} if details.get("case") in cases else {}),
        }
        for row, note, details in requests.steps(model.Session, seat.request.id)
        if row.command not in kept
    ]


def _cases(seat: Seat) -> set[int]:
    """The cases about what was granted that are theirs to read."""
    if seat.grant is None:
        return set()
    found = registered.of_request(model.Session, seat.request.id)
    reader = case_readers.Reader(seat.context)
    return {one.id for one in found if reader.role(one)}


def _files(seat: Seat) -> list[dict[str, Any]]:
    """The files that can be asked for, as far as the reader is told of them."""
    if seat.package is None:
        return []
    reader = restricted.reader(seat.context)
    if seat.person.requester and gate.may(reader, seat.package, May.FIND) is None:
        return []
    view = restricted.how(reader, seat.package)
    return [restricted.told(file, view) for file in store.listed(model.Session, seat.package.id)]


def _organization(reference: str | None) -> str | None:
    found = model.Group.get(reference) if reference else None
    return found.display_name if found else None
