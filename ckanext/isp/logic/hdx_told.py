"""Requests in HDX Connect's shape."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from .. import config, gate, wording
from ..model.requests import Request
from ..policy.criteria import Field, Lack
from ..policy.hdx import Standing, standing
from ..policy.request import State
from ..services import hdx_connect
from ..services.hdx_connect import Counters
from ..services.queue import Row
from . import people
from .seat import Seat

# what was asked by HDX's form and has no field of ours
SENT = "hdx"
FORM, ONE = "/dataset/{name}/request", "/isp/request/{number}"
EXTRAS = (
    *("country", "organization_id", "organization_name", "organization_member"),
    *("organization_type", "intend"),
)


def link(path: str, **of: Any) -> str:
    """The whole address of a page of ours."""
    return tk.h.url_for(path.format(**of), qualified=True)


def page_of(request: Request) -> str:
    return link(ONE, number=request.id)


def form_of(seat: Seat) -> str:
    """Where a dataset is asked for."""
    name = seat.package.name if seat.package is not None else seat.request.package_id
    return link(FORM, name=name)


def now(request: Request, shared: bool | None = None) -> Standing:
    """How a request reads in HDX's words.

    :param shared: whether its data reached whoever asked, where that is known
    """
    if shared is None:
        shared = request.id in hdx_connect.shared(model.Session, [request.id])
    return standing(State(request.state), shared)


def one(
    request: Request, shared: bool | None = None, requester: str | None = None
) -> dict[str, Any]:
    """A request in HDX's shape; ``extras`` is a text of JSON, as it is there.

    :param requester: what whoever asked is called, where that is known
    """
    said, reads = request.said or {}, now(request, shared)
    sent = said.get(SENT) or {}
    name = requester or (people.name(request.requester) if request.requester else None)
    extras = _extras(request)
    return {
        "id": str(request.id),
        "sender_name": sent.get("sender_name") or name or said.get("requester_words") or "",
        "sender_user_id": request.requester or "",
        "email_address": sent.get("email_address") or "",
        "message_content": sent.get("message_content") or said.get("purpose_words") or "",
        "package_id": request.package_id,
        "state": reads.state.value,
        "data_shared": reads.shared,
        "rejected": reads.rejected,
        "created_at": _moment(request.submitted_at or request.made_at),
        "modified_at": _moment(request.changed_at),
        "extras": json.dumps(extras),
        **extras,
        "isp_state": request.state,
    }


def several(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Requests in HDX's shape, each with its dataset. Three queries, whatever their number."""
    rows = list(rows)
    shared = hdx_connect.shared(model.Session, [row.request.id for row in rows])
    datasets = hdx_connect.datasets(model.Session, {row.request.package_id for row in rows})
    return [
        {
            **one(row.request, row.request.id in shared, row.requester),
            "package_dict": datasets.get(row.request.package_id, {"id": row.request.package_id}),
        }
        for row in rows
    ]


def counters(counted: Counters, package: model.Package) -> dict[str, Any]:
    """Counts of the requests for one dataset."""
    of = {"id": package.id, "package_id": package.id, "org_id": package.owner_org}
    return {**of, **counted._asdict()}


def sums(counted: Counters) -> dict[str, Any]:
    """Counts of the requests for several datasets: each a row with one column, as it is there."""
    return {name: [[number]] for name, number in counted._asdict().items()}


def why_returned(seat: Seat, found: Mapping[Field, Lack]) -> str:
    """Why it went back, what it lacks, and where to say it."""
    longest = config.longest_days()
    said = [wording.request.lack(field, lack, longest) for field, lack in found.items()]
    by = gate.cited(seat.verdict if seat.package is not None else None)
    return wording.hdx.returned(by, seat.level, said, form_of(seat))


def step_words(seat: Seat, details: dict[str, Any]) -> str | None:
    """What the portal says of a step that it took itself, in the reader's language."""
    if "lacks" in details:
        found = {Field(key): Lack(lack) for key, lack in details["lacks"].items()}
        return why_returned(seat, found)
    if details.get(hdx_connect.TOLD_SHARED):
        return wording.hdx.was_shared()
    return wording.hdx.now_open() if details.get(hdx_connect.IS_OPEN) else None


def _extras(request: Request) -> dict[str, Any]:
    said = request.said or {}
    sent = said.get(SENT) or {}
    found = {key: sent.get(key) for key in EXTRAS}
    return {
        **found,
        "organization_id": found["organization_id"] or request.organization_id,
        "organization_name": found["organization_name"] or said.get("organization"),
        "organization_member": bool(request.organization_id or found["organization_member"]),
        "intend": found["intend"] or said.get("purpose"),
    }


def _moment(at: dt.datetime) -> str:
    """As CKAN tells moments: in UTC, without saying so."""
    return at.astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat()
