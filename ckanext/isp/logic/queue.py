"""Whose queue it is, and its rows as pages and scripts read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ckan import authz, model
from ckan.types import Context
from flask import g, has_request_context

from .. import config, gate, portal, wording
from ..policy.criteria import OTHER, Field
from ..policy.deciders import Demand
from ..policy.queue import Tray
from ..policy.request import State
from ..services import offices
from ..services import queue as listing
from ..services.offices import LookedAfter
from ..services.queue import Filter, Reader, Row
from . import before_asking, fresh, people, request_told, save

FIRST = "first"


def reader(context: Context) -> Reader:
    """What somebody looks after, by their offices as they are today. One query."""
    user = people.who(context)
    if user is None:
        return Reader("")
    if user.name in config.focal_points() or authz.is_sysadmin(user.name):
        return Reader(user.id, everything=True)
    found = looked_after(user.id)
    keys = {
        f"{Demand.OFFICE.value}:{key}" for key, who in config.offices().items() if user.name in who
    }
    keys |= {f"{Demand.ORGANISATION.value}:{one.name}" for one in found if one.role == "own"}
    return Reader(
        user.id,
        frozenset(one.id for one in found if one.role != "deputy"),
        frozenset(keys),
        frozenset(one.id for one in found if one.role == "deputy"),
    )


def looked_after(user_id: str) -> list[LookedAfter]:
    """The organisations whose requests somebody answers today. Asked once per request for a page;
    what somebody may do with one request, ``Seat`` asks anew."""
    known: dict[str, list[LookedAfter]] = (
        g.setdefault("isp_looked_after", {}) if has_request_context() else {}
    )
    if user_id not in known:
        cascades = portal.offices().cascades
        found = offices.looked_after(model.Session, user_id, gate.today(), cascades=cascades)
        known[user_id] = found
    return known[user_id]


def first(state: str | None, trays: Mapping[str, int]) -> str:
    """What was asked for; where that is the first, what is overdue, or else new."""
    if state != FIRST:
        return state or ""
    return (Tray.OVERDUE if trays[Tray.OVERDUE.value] else Tray.NEW).value


def waiting(context: Context) -> int | None:
    """How many requests wait for somebody; None for those who look after nothing."""
    of = reader(context)
    if not (of.everything or of.organizations or of.keys or of.late_only):
        return None
    return listing.waiting(model.Session, of, gate.today())


def page(context: Context, data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """A part of what somebody looks after, and what a page of it tells beside."""
    of, today, session = reader(context), gate.today(), model.Session
    tally = listing.tally(session, of, wanted(data_dict), today)
    trays = {tray.value: count for tray, count in tally.trays.items()}
    state = first(data_dict.get("state"), trays)
    looked_for = wanted({**data_dict, "state": state})
    part = data_dict["limit"], data_dict["offset"]
    rows, words = listing.listed(session, of, looked_for, today, *part), _words()
    return {
        "count": tally.found[looked_for.tray],
        "requests": [told(row, words) for row in rows],
        "state": state,
        "trays": trays,
        "apart": tally.apart,
        "owners": [{"id": id, "title": title} for id, title in tally.owners],
        **_beside(of),
    }


def _beside(of: Reader) -> dict[str, Any]:
    administered = [one for one in looked_after(of.user_id) if one.role == "own"]
    asked = listing.asked_for_advice(model.Session, of.user_id)
    return {
        "administers": [{"name": one.name, "title": one.title} for one in administered],
        "asked": [{"request": one.request_id, "question": one.question} for one in asked],
    }


def exported(context: Context, data_dict: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All that a page of the queue finds, read as it is sent."""
    of, today = reader(context), gate.today()
    words = _words()
    for row in listing.every(model.Session, of, wanted(data_dict), today):
        yield told(row, words)


def own(context: Context, data_dict: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """How many requests of their own somebody finds, and a part of them.

    Datasets that they do not see now are neither named nor found by what they are called.
    """
    user_id, today = save.user_id(context) or "", gate.today()
    asked = listing.asked_of(model.Session, user_id)
    unnamed = asked - fresh.seen(context, asked)
    looked_for = wanted(data_dict)._replace(unnamed=frozenset(unnamed))
    part = data_dict["limit"], data_dict["offset"]
    count, rows = listing.own(model.Session, user_id, looked_for, today, *part)
    words = _words()
    return count, [
        _unnamed(row, words) if row.request.package_id in unnamed else told(row, words)
        for row in rows
    ]


def wanted(data_dict: Mapping[str, Any]) -> Filter:
    """What is looked for; a word that is neither a tray nor a state looks for nothing less."""
    state = data_dict.get("state") or ""
    trays = {tray.value: tray for tray in Tray}
    states = {one.value: one for one in State}
    tray = trays.get(state)
    return Filter(
        tray,
        None if tray else states.get(state),
        data_dict.get("q") or "",
        data_dict.get("dataset"),
        data_dict.get("organization"),
        data_dict.get("sort") or "due",
    )


class Words(NamedTuple):
    """What rows are worded by, looked up once for a list of them."""

    states: dict[str, str]
    purposes: dict[str, str]


def _words() -> Words:
    states = {state.value: wording.request.state(state) for state in State}
    return Words(states, before_asking.every_purpose())


def told(row: Row, words: Words) -> dict[str, Any]:
    """A row of a list."""
    request = row.request
    late = (
        request.state == State.SUBMITTED.value
        and request.answer_by is not None
        and request.answer_by < gate.today()
    )
    return {
        **request_told.short(request, row.requester, row.typist),
        "organization_title": row.asking,
        "level": request.level,
        "dataset": {"id": request.package_id, "name": row.name, "title": row.title or row.name},
        "owner": row.owner,
        "late": late,
        "overdue": (
            request.state == State.DUE.value
            and row.destroy_by is not None
            and row.destroy_by < gate.today()
        ),
        "agreed": row.agreed,
        "needed": len(request.needed),
        "suspended": bool(row.suspended),
        "from": before_asking.to_come(row.from_day),
        "until": row.until.isoformat() if row.until else None,
        "destroy_by": row.destroy_by.isoformat() if row.destroy_by else None,
        "purpose": _purpose(request.said or {}, words.purposes),
        "state_words": words.states[request.state],
        "longer": bool(request.longer),
    }


def _unnamed(row: Row, words: Words) -> dict[str, Any]:
    """A row of a dataset that whoever asked does not see now, with what they called it."""
    data = (row.request.said or {}).get(Field.DATA.value)
    return {**told(row._replace(title=None, name=None, owner=None), words), "data": data}


def _purpose(said: Mapping[str, Any], purposes: Mapping[str, str]) -> str | None:
    """The purpose as it was chosen, or in whoever asked's own words where it is another."""
    chosen = said.get(Field.PURPOSE.value)
    if chosen == OTHER:
        return said.get(Field.PURPOSE_WORDS.value)
    return purposes.get(chosen, chosen) if chosen else None
