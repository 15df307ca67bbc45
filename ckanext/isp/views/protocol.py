"""Pages of the protocols, for everybody: which there are, what one says, what two differ in."""

from __future__ import annotations

import base64
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from .asking import ask, messages, only_for, referred, shown

isp_protocol = Blueprint("isp_protocol", __name__, url_prefix="/protocol")

ORDER = ("endorsed", "draft", "superseded", "listed")


@isp_protocol.get("")
def index() -> str:
    """The protocols of the portal, those in force first."""
    every = ask("isp_protocol_list")
    every.sort(key=lambda one: (not one["in_force"], ORDER.index(one["status"]), one["key"]))
    return tk.render("isp/protocols.html", extra_vars={"protocols": every})


@isp_protocol.get("/<key>")
@isp_protocol.get("/<key>/<int:id>", endpoint="version")
def read(key: str, id: int | None = None) -> str:
    """A protocol as its readers know it: what it covers, its table, who keeps it."""
    told = shown(key, id, q=tk.request.args.get("q", "").strip())
    versions = [one for one in ask("isp_protocol_list") if one["key"] == key]
    return tk.render(
        "isp/protocol.html",
        extra_vars={
            "protocol": told,
            "versions": versions,
            "mine": {one["id"]: one for one in tk.h.isp_to_acknowledge()},
            "q": tk.request.args.get("q", ""),
        },
    )


@isp_protocol.get("/<key>/print")
@isp_protocol.get("/<key>/<int:id>/print", endpoint="print_version")
def print_page(key: str, id: int | None = None) -> str:
    """A protocol for paper."""
    return tk.render("isp/protocol_print.html", extra_vars={"protocol": shown(key, id)})


@isp_protocol.get("/<key>/download/<any(yaml, csv, xlsx):form>")
@isp_protocol.get("/<key>/<int:id>/download/<any(yaml, csv, xlsx):form>", endpoint="download_id")
def download(key: str, form: str, id: int | None = None) -> Response:
    """A protocol as a file."""
    which = {"id": id} if id else {"key": key}
    return as_file(ask("isp_protocol_export", **which, format=form))


@isp_protocol.get("/<key>/compare")
def compare(key: str) -> str:
    """Two versions side by side; those that can be chosen where none are."""
    versions = [one for one in ask("isp_protocol_list") if one["key"] == key]
    if not versions:
        tk.abort(404)
    names = [tk.request.args.get(side, "") for side in ("a", "b")]
    found = _compared(*names) if all(names) else {}
    told = {"key": key, "versions": versions, "a": names[0], "b": names[1], **found}
    return tk.render("isp/protocol_compare.html", extra_vars=told)


@isp_protocol.post("/<key>/<int:id>/acknowledge")
def acknowledge(key: str, id: int) -> Any:
    """Somebody has read it."""
    try:
        ask("isp_acknowledge", id=id)
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(messages(error)["id"]))
    else:
        tk.h.flash_success(tk._("Thank you. It is kept that you have read it."))
    return tk.redirect_to("isp_protocol.version", key=key, id=id)


@isp_protocol.get("/<key>/<int:id>/readers")
def readers(key: str, id: int) -> str:
    """Who has read it, and who has not."""
    only_for("isp_acknowledgement_list")
    told = {"protocol": shown(key, id), "readers": ask("isp_acknowledgement_list", id=id)}
    return tk.render("isp/protocol_readers.html", extra_vars=told)


def as_file(told: dict[str, str]) -> Response:
    """A file that an action gave."""
    content = base64.b64decode(told["base64"]) if "base64" in told else told["text"].encode()
    if told["type"] == "text/csv":
        content = b"\xef\xbb\xbf" + content
    response = Response(content, mimetype=told["type"])
    response.headers.set("Content-Disposition", "attachment", filename=told["name"])
    return response


def _compared(a: str, b: str) -> dict[str, Any]:
    before, after = referred(a), referred(b)
    told = ask("isp_protocol_compare", a=a, b=b)
    return {"told": told, "before": before, "after": after, "protocol": after}
