"""Asking for data, and what became of it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .. import gate, wording
from ..policy.criteria import Field
from ..policy.destruction import Method
from ..policy.request import Command, State
from ..policy.scale import Exposure, Onward
from .dataset import isp_holds_level
from .time import isp_day

RUNGS = (State.SUBMITTED, State.APPROVED, State.GRANTED, State.DUE, State.ATTESTED)
_STATIONS = {
    **{rung: rung for rung in RUNGS},
    State.RETURNED: State.SUBMITTED,
    State.EXPIRED: State.DUE,
    State.REVOKED: State.DUE,
}
_SPOKE = {
    State.RETURNED: (Command.RETURN,),
    State.APPROVED: (Command.AGREE,),
    State.DECLINED: (Command.DECLINE,),
    State.GRANTED: (Command.SUSPEND, Command.RECONFIRM, Command.EXTEND, Command.REFUSE_LONGER),
    State.REVOKED: (Command.REVOKE,),
    State.DUE: (Command.REVOKE,),
    State.WITHDRAWN: (Command.CLOSE, Command.REVOKE),
}


def isp_ask(package: dict[str, Any]) -> dict[str, Any] | None:
    """How the data of a dataset is asked for by its reader; None where nobody has to ask."""
    if not isp_holds_level(package) or gate.exposure_of(package) is Exposure.OPEN:
        return None
    try:
        return tk.get_action("isp_request_prepare")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def isp_request_url(request: int, **more: Any) -> str:
    """The page of a request."""
    return tk.h.url_for("isp_request.show", number=request, **more)


def isp_request_fields() -> dict[str, str]:
    """What a request says, in words."""
    return {field.value: wording.request.field(field) for field in Field}


def isp_request_state(state: str) -> str:
    """How far a request has come."""
    return wording.request.state(State(state))


def isp_request_command(command: str) -> str:
    """What it is called to do that with a request."""
    return wording.request.command(Command(command))


def isp_request_did(command: str) -> str:
    """What was done with a request."""
    return wording.asking.did(Command(command))


def isp_request_wanted(told: dict[str, Any]) -> str:
    """What is wanted of somebody who asked."""
    return wording.asking.wanted(told, isp_day)


def isp_request_done(command: str, told: dict[str, Any]) -> str:
    """What is said once somebody took their request on."""
    grant = told.get("grant") or {}
    begins = "" if grant.get("begun", True) else isp_day(grant["from"])
    last = told["steps"][-1] if told.get("steps") else {}
    if command == Command.REPORT.value and last.get("case"):
        return wording.asking.done_with_a_case()
    return wording.asking.done(command, begins)


def isp_request_ladder(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The stations of a request that goes well, with the days on which it came there."""
    here = _STATIONS.get(State(told["state"]))
    if here is None:
        return []
    came: dict[State, str] = {}
    for taken in told["steps"]:
        came.setdefault(_STATIONS.get(State(taken["state"]), State.DRAFT), taken["at"])
    sent = told["submitted_at"]
    came[State.SUBMITTED] = sent or told["made_at"]
    done = RUNGS[: RUNGS.index(here)]
    return [
        {
            "label": wording.asking.rung(rung, sent=bool(sent)),
            "here": rung is here,
            "day": came.get(rung) if rung in (*done, here) else None,
        }
        for rung in RUNGS
    ]


def isp_last_word(told: dict[str, Any]) -> dict[str, Any] | None:
    """What was written with the last decision about a request, as long as that stands."""
    spoke = {command.value for command in _SPOKE.get(State(told["state"]), ())}
    said = [one for one in told["steps"] if one["command"] in spoke]
    return said[-1] if said and said[-1]["note"] else None


def isp_onwards() -> list[dict[str, str]]:
    """How far data may be asked to be shared further: never with everybody."""
    offered = [of for of in Onward if of is not Onward.PUBLIC]
    return [{"value": of.slug, "label": wording.asking.onward(of)} for of in offered]


def isp_onward(slug: str | None) -> str:
    """With whom data is shared further, in words."""
    known = {of.slug: of for of in Onward}
    return wording.asking.onward(known[slug]) if slug in known else ""


def isp_receivers() -> list[dict[str, str]]:
    """What somebody can be whom data reached, in words."""
    several = [of for of in Onward if of is not Onward.NOBODY]
    return [{"value": of.slug, "label": wording.asking.receiver(of)} for of in several]


def isp_receiver(slug: str) -> str:
    """What somebody is whom data reached."""
    return next((one["label"] for one in isp_receivers() if one["value"] == slug), "")


def isp_methods() -> list[dict[str, str]]:
    """How data is destroyed, in words."""
    return [{"value": one.value, "label": wording.request.method(one)} for one in Method]


def isp_method(value: str) -> str:
    """How data was destroyed, in words."""
    return wording.request.method(Method(value))
