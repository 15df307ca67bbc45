"""Pages of the register of breaches and disputes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from .asking import ask, form, messages

register = Blueprint("isp_case", __name__)


@register.get("/isp/cases")
def index() -> Any:
    """The cases that somebody has to do with, and how many there are of all."""
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login", came_from=tk.h.url_for("isp_case.index"))
    return tk.render("isp/cases.html", extra_vars=ask("isp_case_list"))


class New(MethodView):
    """Register a breach or a dispute."""

    def get(self, data: Any = None, errors: Any = None) -> Any:
        if not tk.current_user.is_authenticated:
            return tk.redirect_to("user.login", came_from=tk.h.url_for("isp_case.new"))
        data = data or {"id": tk.request.args.get("dataset", "")}
        organizations = tk.get_action("organization_list")({}, {"all_fields": True, "limit": 1000})
        return tk.render(
            "isp/case_new.html",
            extra_vars={
                "data": data,
                "errors": errors or {},
                "organizations": organizations,
                "dataset": _named(data.get("id")),
            },
        )

    def post(self) -> Any:
        data: dict[str, Any] = form("kind", "title", "note", "id", "due")
        data["organizations"] = tk.request.form.getlist("organizations")
        try:
            told = tk.get_action("isp_case_open")({}, {key: v for key, v in data.items() if v})
        except tk.ValidationError as error:
            return self.get(data, messages(error))
        except tk.NotAuthorized:
            return tk.abort(404)
        tk.h.flash_success(tk._("Registered. Those concerned and focal points can read it."))
        return tk.redirect_to("isp_case.case", id=told["case"])


class Case(MethodView):
    """Read a case, and take it on."""

    def get(self, id: int, data: Any = None, errors: Any = None) -> Any:
        told = ask("isp_case_show", case=id)
        return tk.render(
            "isp/case.html",
            extra_vars={
                "case": told,
                "reads_request": _reads(told["request"]),
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: int) -> Any:
        data = form("to", "note", "due", "seen")
        sent = {key: v for key, v in data.items() if v}
        try:
            tk.get_action("isp_case_move")({}, {"case": id, **sent})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("It is in the register."))
        return tk.redirect_to("isp_case.case", id=id)


def _reads(number: int | None) -> bool:
    """Whether a request is its reader's to read."""
    if number is None:
        return False
    try:
        told = tk.get_action("isp_request_show")({}, {"request": number})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return bool(told["reviews"] or told["roles"])


def _named(reference: str | None) -> dict[str, Any] | None:
    return ask("package_show", id=reference) if reference else None


register.add_url_rule("/isp/cases/new", view_func=New.as_view("new"))
register.add_url_rule("/isp/cases/<int:id>", view_func=Case.as_view("case"))
