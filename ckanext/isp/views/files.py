"""Restricted files: the one door that they leave by, and the page to keep them on."""

from __future__ import annotations

import contextlib
import unicodedata
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, request, stream_with_context
from flask.views import MethodView
from werkzeug.http import dump_options_header

from ..logic import opening, unsealing
from ..services.files import Part
from .asking import ask, form, messages

files = Blueprint("isp_file", __name__)

SAID = ("name", "description", "name_withheld")


class Cannot(Exception):
    """A part of a file that there is not."""


@files.get("/isp/file/<id>")
def download(id: str) -> Any:
    """Send a file, or one part of it, to somebody who may have it."""
    if request.method == "HEAD":
        told = ask("isp_file_show", file=id)
        known = {"Content-Length": str(told["size"])} if told["may_have"] else {}
        return Response(status=200 if told["may_have"] else 403, headers=known)
    try:
        opened = opening.opened({"user": tk.current_user.name}, id, _asked(id))
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        return _not_yours(error, id)
    except opening.NotNow as error:
        said = [word for words in messages(error).values() for word in words]
        shown = {"messages": said, "title": tk._("Not now")}
        return tk.render("isp/refusal.html", extra_vars=shown), 503
    except Cannot as cannot:
        return Response(status=416, headers={"Content-Range": f"bytes */{cannot}"})
    file, part = opened.file, opened.part
    headers = {
        "Content-Length": str(part.length),
        "Content-Disposition": _attached(file.name),
        "Accept-Ranges": "bytes",
        "ETag": f'"{id}"',
        "X-Content-Type-Options": "nosniff",
        # nginx would put aside on its disk, in the clear, what its client is too slow for
        "X-Accel-Buffering": "no",
    }
    if not opened.whole:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size}"
    return Response(
        stream_with_context(opened.bytes),
        status=200 if opened.whole else 206,
        mimetype=file.media_type,
        headers=headers,
    )


class Files(MethodView):
    """The restricted files of a dataset, for those who manage them."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> Any:
        told = ask("isp_file_list", id=id)
        if not told["may_manage"]:
            return tk.abort(404)
        package = ask("package_show", id=id)
        return tk.render(
            "isp/files.html",
            extra_vars={
                "pkg_dict": package,
                "data": data or {},
                "errors": errors or {},
                "may_unseal": unsealing.why_not(model.Package.get(package["id"])) is None,
                "was_open": bool(ask("isp_exposure_before_seal", id=id)["open"]),
                **told,
            },
        )

    def post(self, id: str) -> Any:
        """A file from a form, without a script."""
        data: dict[str, Any] = {**form(*SAID), "id": id}
        data["upload"] = request.files.get("upload") or None
        try:
            tk.get_action("isp_file_create")({}, {key: v for key, v in data.items() if v})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("The file is kept, encrypted."))
        return tk.redirect_to("isp_file.files", id=id)


@files.post("/dataset/<id>/files/stream")
def stream(id: str) -> Any:
    """A file as the body of a request, its name in the query: read as it comes, of any size."""
    sent = {key: request.args[key] for key in SAID if request.args.get(key)}
    try:
        told = tk.get_action("isp_file_create")({}, {"id": id, "upload": request.stream, **sent})
    except tk.ValidationError as error:
        return {"errors": messages(error)}, 409
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return {"errors": {"id": [tk._("You may not add files to this dataset.")]}}, 404
    return told


class Destroy(MethodView):
    """Destroy a file, once somebody said why."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> Any:
        file = ask("isp_file_show", file=id)
        package = ask("package_show", id=file["dataset"])
        if not ask("isp_file_list", id=package["id"])["may_manage"]:
            return tk.abort(404)
        return tk.render(
            "isp/file_destroy.html",
            extra_vars={
                "pkg_dict": package,
                "file": file,
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: str) -> Any:
        file = ask("isp_file_show", file=id)
        data = form("reason")
        try:
            tk.get_action("isp_file_destroy")({}, {"file": id, **data})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("The file is destroyed."))
        return tk.redirect_to("isp_file.files", id=file["dataset"])


class Unseal(MethodView):
    """Turn a file into a resource, once somebody has read what follows."""

    def get(self, id: str, errors: Any = None) -> Any:
        file = ask("isp_file_show", file=id)
        package = ask("package_show", id=file["dataset"])
        if not ask("isp_file_list", id=package["id"])["may_manage"]:
            return tk.abort(404)
        shown = {
            "pkg_dict": package,
            "file": file,
            "why_not": unsealing.why_not(model.Package.get(package["id"])),
            "errors": errors or {},
        }
        return tk.render("isp/file_unseal.html", extra_vars=shown)

    def post(self, id: str) -> Any:
        file = ask("isp_file_show", file=id)
        try:
            told = tk.get_action("isp_file_unseal")({}, {"file": id})
        except tk.ValidationError as error:
            return self.get(id, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("The file is a resource now: whoever sees the dataset has it."))
        kind = model.Package.get(file["dataset"]).type
        resource_id = told["resource"]["id"]
        return tk.redirect_to(f"{kind}_resource.read", id=file["dataset"], resource_id=resource_id)


def _asked(id: str) -> Any:
    """What part is asked for: one range, or else all of it; all where the file is another now."""

    def asked(size: int) -> Part | None:
        wanted = request.range
        if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
            return None
        if request.if_range.etag not in (None, id) or request.if_range.date:
            return None
        found = wanted.range_for_length(size)
        if found is None:
            raise Cannot(size)
        return Part(found[0], found[1] - 1)

    return asked


def _not_yours(error: tk.NotAuthorized, id: str) -> Any:
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=request.full_path)
    shown = {"messages": [str(error)], "title": tk._("No access to this file")}
    with contextlib.suppress(tk.NotAuthorized, tk.ObjectNotFound):
        shown["dataset"] = tk.get_action("isp_file_show")({}, {"file": id})["dataset"]
    return tk.render("isp/refusal.html", extra_vars=shown), 403


def _attached(name: str) -> str:
    """A name in any script, and one for what reads ASCII only."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    names = {"filename": plain}
    if plain != name:
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    return dump_options_header("attachment", names)


files.add_url_rule("/dataset/<id>/files", view_func=Files.as_view("files"))
files.add_url_rule("/isp/file/<id>/unseal", view_func=Unseal.as_view("unseal"))
files.add_url_rule("/isp/file/<id>/destroy", view_func=Destroy.as_view("destroy"))
