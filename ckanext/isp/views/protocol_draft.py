"""Pages where a focal point writes a protocol: checked line by line, then loaded."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask.views import MethodView

from .asking import ask, messages, only_for, referred
from .protocol import isp_protocol

TABLES = (".csv", ".xlsx")
MOST_BYTES = 1_000_001


class Draft(MethodView):
    """The text of a protocol, with what is wrong with it. Nothing that was typed is lost."""

    def get(self) -> str:
        only_for("isp_protocol_load")
        base = tk.request.args.get("from")
        return _page(referred(base)["source"] if base else "")

    def post(self) -> Any:
        only_for("isp_protocol_load")
        upload = tk.request.files.get("upload")
        source = tk.request.form.get("source", "").replace("\r\n", "\n")
        if upload and upload.filename:
            return _uploaded(upload, source)
        if tk.request.form.get("act") == "load":
            return _load(source)
        return _page(source, problems=_problems(source))


def _uploaded(upload: Any, typed: str) -> str:
    """A file in the place of what was typed; a table becomes drafts."""
    name = upload.filename
    try:
        if name.lower().endswith(TABLES):
            drafts = ask("isp_protocol_import", file=upload)["drafts"]
        else:
            drafts = [{"source": _text(upload)}]
    except tk.ValidationError as error:
        return _page(typed, errors={"upload": messages(error).get("file", [])})
    except UnicodeDecodeError:
        said = tk._("This is not UTF-8. Save the file as text in UTF-8.")
        return _page(typed, errors={"upload": [said]})
    if len(drafts) != 1:
        return _page(typed, drafts=drafts)
    source = drafts[0]["source"]
    unclear = drafts[0].get("problems", [])
    return _page(source, problems=[*_problems(source), *unclear], name=name)


def _load(source: str) -> Any:
    try:
        kept = ask("isp_protocol_load", source=source)
    except tk.ValidationError:
        return _page(source, problems=_problems(source))
    loaded = tk._("Loaded. It binds nobody yet: see what it would change, then propose it.")
    tk.h.flash_success(loaded)
    return tk.redirect_to("isp_protocol.version", key=kept["key"], id=kept["id"])


def _problems(source: str) -> list[dict[str, Any]]:
    try:
        return ask("isp_protocol_validate", source=source)["problems"]
    except tk.ValidationError as error:
        said = messages(error).get("source", [])
        return [{"line": 0, "fatal": True, "message": message} for message in said]


def _text(upload: Any) -> str:
    return upload.read(MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")


def _page(source: str, problems: Any = None, **more: Any) -> str:
    told = {"source": source, "problems": problems, "drafts": [], "errors": {}, "name": "", **more}
    return tk.render("isp/protocol_draft.html", extra_vars=told)


isp_protocol.add_url_rule("/new", view_func=Draft.as_view("new"))
