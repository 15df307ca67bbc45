"""The queue of requests: what needs somebody today, as a page and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, stream_with_context

from .. import wording
from ..documents import sheet
from ..logic import queue as listing
from ..policy.queue import Tray
from .asking import form, messages, reader

queue = Blueprint("isp_queue", __name__)

ASKED = ("state", "q", "dataset", "organization", "sort")
ALL = "all"
FIRST = "first"
PER_PAGE = 50


@queue.get("/isp/requests")
def index(errors: Any = None, name: str = "") -> Any:
    """What somebody looks after; without a tray, what is overdue, or else new."""
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.h.full_current_url())
    asked, page = _asked(), tk.h.get_page_number(tk.request.args)
    told = _told(asked, page)
    # what the head of the page would ask again
    tk.g.isp_waiting = sum(told["trays"][one.value] for one in (Tray.NEW, Tray.OVERDUE))
    tray = next((one for one in Tray if one.value == asked["state"]), None)
    return tk.render(
        "isp/request/queue.html",
        extra_vars={
            **told,
            "asked": {key: value for key, value in asked.items() if value},
            "questions": told["asked"],
            "tray": asked["state"],
            "tabs": _tabs(told["trays"]),
            "sorts": list(wording.reviewing.sorts().items()),
            "nothing": wording.reviewing.nothing_in(tray),
            "filters": tk.get_action("isp_filter_list")(reader(), {}),
            "page": page,
            "more": told["count"] > page * PER_PAGE,
            "errors": errors or {},
            "name": name,
        },
    )


@queue.post("/isp/requests")
def keep() -> Any:
    """Keep the filters of the address under a name, or keep them no longer."""
    name = form("name", "drop")
    try:
        if name["drop"]:
            tk.get_action("isp_filter_drop")({}, {"name": name["drop"]})
        else:
            tk.get_action("isp_filter_keep")({}, {"name": name["name"].strip(), **_asked()})
    except tk.ValidationError as error:
        return index(messages(error), name["name"])
    except tk.NotAuthorized:
        return tk.abort(404)
    return tk.redirect_to("isp_queue.index", **{key: v for key, v in _asked().items() if v})


@queue.get("/isp/requests.csv")
def table() -> Any:
    """All that the page would list, as a table, sent as it is read."""
    if not tk.current_user.is_authenticated:
        return tk.abort(404)
    tk.check_access("isp_request_list", {"user": tk.current_user.name}, {})
    rows = listing.exported({"user": tk.current_user.name}, _asked())
    return csv("requests.csv", _lines(rows))


def csv(name: str, lines: Iterator[list[str]]) -> Response:
    """A table that is sent while it is read."""
    text = (sheet.line(cells) for cells in lines)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(_marked(text)), mimetype="text/csv", headers=headers)


def _marked(text: Iterator[str]) -> Iterator[bytes]:
    # spreadsheets read the first bytes to know that it is UTF-8
    yield b"\xef\xbb\xbf"
    for line in text:
        yield line.encode()


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[list[str]]:
    columns = wording.reviewing.columns()
    said = {answer: wording.reviewing.yes_or_no(answer) for answer in (True, False)}
    yield list(columns.values())
    for row in map(_flat, rows):
        yield [_cell(row[name], said) for name in columns]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "title": row["dataset"]["title"],
        "organization": row["organization_title"] or row["organization"],
    }


def _cell(value: Any, said: dict[bool, str]) -> str:
    if isinstance(value, bool):
        return said[value]
    return "" if value is None else str(value)


def _told(asked: dict[str, str], page: int) -> dict[str, Any]:
    """A part of the queue; names the tray that is shown where none was asked for."""
    part = {"of": "queue", "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    wanted = {**asked, "state": asked["state"] or FIRST}
    told: dict[str, Any] = tk.get_action("isp_request_list")(reader(), {**part, **wanted})
    asked["state"] = told["state"]
    return told


def _asked() -> dict[str, str]:
    return {key: tk.request.args.get(key, "") for key in ASKED}


def _tabs(trays: dict[str, int]) -> list[dict[str, Any]]:
    words = [(tray.value, wording.reviewing.tray(tray), trays[tray.value]) for tray in Tray]
    return [
        {"tray": tray, "label": label, "count": count}
        for tray, label, count in (*words, (ALL, tk._("All"), None))
    ]
