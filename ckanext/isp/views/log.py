"""The record: for those who answer for all of it, and for those who manage a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, stream_with_context
from flask.views import MethodView

from .asking import ask, messages, only_for

log = Blueprint("isp_log", __name__)

PER_PAGE = 50
FILTERS = ("from", "to", "kind", "dataset", "person")
BOM = "\ufeff"


@log.get("/isp/log")
def index() -> str:
    """What is on record, the newest first."""
    only_for("isp_log_list")
    page, asked = tk.h.get_page_number(tk.request.args), _filters()
    errors: dict[str, list[str]] = {}
    try:
        told = ask("isp_log_list", **asked, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except tk.ValidationError as error:
        told, errors = {"events": [], "more": False}, messages(error)
    shown = {**told, "asked": asked, "page": page, "errors": errors}
    return tk.render("isp/log.html", extra_vars=shown)


@log.get("/isp/log.<any(csv, json):form>")
def download(form: str) -> Response:
    """All that the page lists, as a file."""
    return _sent("log", form, **_filters())


@log.get("/dataset/<id>/sensitivity/timeline.<any(csv, json):form>")
def of_dataset(id: str, form: str) -> Response:
    """What happened to a dataset, as a file."""
    package = ask("package_show", id=id)
    return _sent(package["name"], form, dataset=package["id"])


class Event(MethodView):
    """One event, and what is said beside it."""

    def get(self, id: int, data: Any = None, errors: Any = None) -> str:
        told = {"event": ask("isp_log_show", event=id), "data": data or {}, "errors": errors or {}}
        return tk.render("isp/log_event.html", extra_vars=told)

    def post(self, id: int) -> Any:
        data = {"note": tk.request.form.get("note", "")}
        try:
            ask("isp_log_annotate", event=id, **data)
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        tk.h.flash_success(tk._("The note is on record."))
        return tk.redirect_to("isp_log.event", id=id)


def _filters() -> dict[str, str]:
    """What the address bar asks to see."""
    sent = {key: tk.request.args.get(key, "").strip() for key in FILTERS}
    return {key: value for key, value in sent.items() if value}


def _sent(name: str, form: str, **asked: Any) -> Response:
    """A download that is written while it is sent; nothing is sent of what is refused."""
    try:
        first = ask("isp_log_export", **asked, format=form)
    except tk.ValidationError:
        return tk.abort(404)
    parts = stream_with_context(_parts(first, {**asked, "format": form}))
    response = Response(parts, mimetype=first["type"])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{_ending(form)}")
    return response


def _parts(told: dict[str, Any], asked: dict[str, Any]) -> Iterator[str]:
    if asked["format"] == "csv":
        yield BOM
    yield told["text"]
    while told["next"] is not None:
        told = tk.get_action("isp_log_export")({}, {**asked, "after": told["next"]})
        yield told["text"]


def _ending(form: str) -> str:
    return "jsonl" if form == "json" else form


log.add_url_rule("/isp/log/<int:id>", view_func=Event.as_view("event"))
