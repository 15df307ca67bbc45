"""Asking for data, and holding it: the pages of those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, request
from flask.views import MethodView

from .. import wording
from ..policy.criteria import Field
from ..policy.request import Command, Role, State
from .asking import ask, form, messages
from .review_requests import review_page

requests = Blueprint("isp_request", __name__)

WRITTEN = tuple(field.value for field in Field if field is not Field.FILES)
# what those who asked do on the page of their request: the action, and what it takes
DOES: Mapping[Command, tuple[str, tuple[str, ...]]] = {
    Command.SAY: ("isp_request_say", ("note",)),
    Command.WITHDRAW: ("isp_request_withdraw", ("note",)),
    Command.ACCEPT: ("isp_grant_accept", ("accept",)),
    Command.ASK_LONGER: ("isp_grant_ask_longer", ("until", "note")),
    Command.GIVE_BACK: ("isp_grant_give_back", ("note",)),
    Command.REPORT: ("isp_grant_report", ("to", "receiver", "meant", "note")),
    Command.ATTEST: ("isp_grant_attest", ("method", "on", "copies", "note")),
}
KEEPING = frozenset({"isp_request.keep_first", "isp_request.keep"})
PAGE = 20
# the parts of "My access": what of one's requests is in each, and what comes first
PARTS = {
    "due": ("due", "destroyed"),
    "returned": ("returned", "changed"),
    "approved": ("approved", "changed"),
    "held": ("held", "ends"),
    "draft": ("draft", "changed"),
    "submitted": ("submitted", "due"),
    "past": ("archive", "changed"),
}


@requests.before_request
def known() -> Any:
    """Whoever asks is known: a visitor logs in, and comes back."""
    if tk.current_user.is_authenticated:
        return None
    if request.endpoint in KEEPING:
        return {"errors": {"request": [tk._("You are logged out. Log in again.")]}}, 401
    here = {**(request.view_args or {}), **request.args}
    there = request.endpoint
    if there == "isp_request.do":
        there = "isp_request.show"
        here.pop("command")
    return tk.redirect_to("user.login", came_from=tk.h.url_for(there, **here))


class Ask(MethodView):
    """Begin to ask for a dataset."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> Any:
        package = ask("package_show", id=id)
        about = ask("isp_request_prepare", id=id)
        if about["mine"] and not errors:
            return tk.redirect_to("isp_request.show", number=about["mine"]["request"])
        if about["why_not"]:
            return tk.render(
                "isp/request/cannot.html", extra_vars={"pkg_dict": package, "about": about}
            )
        return _form(
            {**about, "files": ask("isp_file_list", id=id)["files"]},
            data or about["last"],
            errors,
            pkg_dict=package,
            keep=tk.h.url_for("isp_request.keep_first", id=id),
        )

    def post(self, id: str) -> Any:
        data = _said()
        try:
            told = tk.get_action("isp_request_draft")({}, {"id": id, **data})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        return _onwards(told)


class Write(MethodView):
    """Go on writing a request."""

    def get(self, number: int, data: Any = None, errors: Any = None) -> Any:
        told = ask("isp_request_show", request=number)
        if Command.WRITE.value not in told["moves"]:
            return tk.redirect_to("isp_request.show", number=number)
        return _written(told, data, errors)

    def post(self, number: int) -> Any:
        data = _said()
        try:
            told = tk.get_action("isp_request_write")({}, {"request": number, **data})
        except tk.ValidationError as error:
            return self.get(number, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        return _onwards(told)


class Check(MethodView):
    """Read once more what was written, and send it."""

    def get(self, number: int) -> Any:
        told = ask("isp_request_show", request=number)
        if Command.SUBMIT.value not in told["moves"]:
            return tk.redirect_to("isp_request.show", number=number)
        if told["lacks"]:
            return _written(told, None, told["lacks"])
        return tk.render(
            "isp/request/check.html",
            extra_vars={"told": told, "pkg_dict": _dataset(told)},
        )

    def post(self, number: int) -> Any:
        try:
            told = tk.get_action("isp_request_submit")({}, {"request": number})
        except tk.ValidationError as error:
            told = ask("isp_request_show", request=number)
            if Command.WRITE.value in told["moves"]:
                return _written(told, None, messages(error))
            return page(number, errors=messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(
            tk._("Sent. An answer is due by {day}.").format(day=tk.h.isp_day(told["answer_by"]))
        )
        return tk.redirect_to("isp_request.show", number=number)


@requests.post("/dataset/<id>/request/keep")
def keep_first(id: str) -> Any:
    """Keep what somebody typed so far, while they type."""
    return _keep("isp_request_draft", id=id)


@requests.post("/isp/request/<int:number>/keep")
def keep(number: int) -> Any:
    """Keep what somebody typed so far, while they type."""
    return _keep("isp_request_write", request=number)


@requests.get("/isp/request/<int:number>")
def show(number: int) -> Any:
    """A request, for those who asked and for those who look after it."""
    return page(number)


@requests.post("/isp/request/<int:number>/do/<command>")
def do(number: int, command: str) -> Any:
    """Take a request of one's own on by a command."""
    known = {one.value: of for one, of in DOES.items()}
    if command not in known:
        return tk.abort(404)
    action, names = known[command]
    data = form(*names)
    sent = {key: value for key, value in data.items() if value}
    if Command.ACCEPT.value == command:
        sent = {"accept": data["accept"] or "false"}
    try:
        told = tk.get_action(action)({}, {"request": number, **sent})
    except tk.ValidationError as error:
        return page(number, command, data, messages(error))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    tk.h.flash_success(tk.h.isp_request_done(command, told))
    return tk.redirect_to("isp_request.show", number=number)


@requests.get("/isp/access")
def access() -> Any:
    """What somebody holds, owes and waits for."""
    part = request.args.get("show", "")
    if part in PARTS:
        number = tk.h.get_page_number(request.args)
        found = _part(part, PAGE, (number - 1) * PAGE)
        parts, more = {part: found}, found["count"] > number * PAGE
    else:
        number, part, more = 1, "", False
        parts = {name: _part(name, PAGE) for name in PARTS}
    shown = {name: one for name, one in parts.items() if one["count"]}
    return tk.render(
        "isp/request/access.html",
        extra_vars={"parts": shown, "only": part, "page": number, "more": more},
    )


def page(number: int, command: str = "", data: Any = None, errors: Any = None) -> Any:
    """A request as its reader reads it: one of their own, or one that they look after.

    :param command: what was refused, with what was typed for it and what is wrong
    """
    told = ask("isp_request_show", request=number)
    if told.get("conflict") and Role.REQUESTER.value not in told["roles"]:
        said = [wording.request.conflict()]
        shown = {"messages": said, "title": tk._("Somebody else decides")}
        return tk.render("isp/refusal.html", extra_vars=shown), 403
    if Role.REQUESTER.value not in told["roles"]:
        return review_page(told)
    shown = {
        "told": told,
        "pkg_dict": _dataset(told),
        "command": command,
        "data": data or {},
        "errors": errors or {},
    }
    if Command.ACCEPT.value in told["moves"]:
        shown["terms"] = ask("isp_grant_terms", request=number)["terms"]
    return tk.render("isp/request/mine.html", extra_vars=shown)


def _written(told: dict[str, Any], data: Any, errors: Any) -> Any:
    number = told["request"]
    return _form(
        told,
        data or told["said"],
        errors,
        pkg_dict=_dataset(told),
        number=number,
        keep=tk.h.url_for("isp_request.keep", number=number),
    )


def _form(about: dict[str, Any], data: Any, errors: Any, **more: Any) -> Any:
    package = more["pkg_dict"]
    shown = {
        "about": about,
        "data": data,
        "errors": errors or {},
        "number": None,
        "earlier": ask("isp_request_earlier", id=package["id"]) if package else None,
        **more,
    }
    return tk.render("isp/request/form.html", extra_vars=shown)


def _onwards(told: dict[str, Any]) -> Any:
    """From what was kept to where somebody wanted to go next."""
    if Command.WRITE.value not in told["moves"]:
        return page(told["request"], errors={"request": [_too_late(told)]})
    if request.form.get("next") == "check":
        return tk.redirect_to("isp_request.check", number=told["request"])
    tk.h.flash_success(tk._("Saved. Nobody but you sees it until you send it."))
    return tk.redirect_to("isp_request.write", number=told["request"])


def _keep(action: str, **what: Any) -> Any:
    try:
        told = tk.get_action(action)({}, {**what, **_said()})
    except tk.ValidationError as error:
        return {"errors": messages(error)}, 409
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return {"errors": {"request": [tk._("This request is not there any more.")]}}, 404
    if Command.WRITE.value not in told["moves"]:
        return {"errors": {"request": [_too_late(told)]}}, 409
    return {"request": told["request"]}


def _too_late(told: dict[str, Any]) -> str:
    """It was sent meanwhile, from another page."""
    return wording.request.not_now(State(told["state"]), None)


def _said() -> dict[str, Any]:
    """What was sent of a request."""
    sent: dict[str, Any] = {name: request.form.get(name, "") for name in WRITTEN}
    return {**sent, Field.FILES.value: request.form.getlist(Field.FILES.value)}


def _dataset(told: dict[str, Any]) -> dict[str, Any] | None:
    """The dataset of a request, where its reader still sees it."""
    try:
        return tk.get_action("package_show")({}, {"id": told["package_id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None


def _part(name: str, limit: int, offset: int = 0) -> dict[str, Any]:
    state, sort = PARTS[name]
    asked = {"of": "mine", "state": state, "sort": sort, "limit": limit, "offset": offset}
    return ask("isp_request_list", **asked)


requests.add_url_rule("/dataset/<id>/request", view_func=Ask.as_view("ask"))
requests.add_url_rule("/isp/request/<int:number>/write", view_func=Write.as_view("write"))
requests.add_url_rule("/isp/request/<int:number>/check", view_func=Check.as_view("check"))
