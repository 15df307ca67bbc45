"""Addresses of HDX Connect: each leads to our page of the same."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, request
from flask.views import MethodView

from .asking import ask, form

hdx_connect = Blueprint("isp_hdx_connect", __name__)

FIELDS = (
    *("sender_name", "email_address", "message_content", "sender_country"),
    *("sender_organization_id", "sender_organization_id_other"),
    *("sender_organization_type", "sender_organization_type_other"),
    *("sender_intend", "sender_intend_other"),
)
QUEUE = "/isp/requests"


class RequestAccess(MethodView):
    """HDX's form: its address leads to ours, and what is posted to it is kept there."""

    def get(self, id: str) -> Any:
        dataset = _on_request(id)
        return _login() or _to(f"/dataset/{dataset['name']}/request")

    def post(self, id: str) -> Any:
        dataset = _on_request(id)
        if login := _login():
            return login
        try:
            tk.get_action("requestdata_request_create")({}, _sent(dataset["id"]))
        except tk.ValidationError as error:
            for words in error.error_summary.values():
                tk.h.flash_error(words)
        except tk.NotAuthorized:
            return tk.abort(404)
        return _to(f"/dataset/{dataset['name']}/request")


@hdx_connect.get("/user/my_requested_data/<id>")
def mine(id: str) -> Any:
    """What somebody looks after; nobody sees another's."""
    if login := _login():
        return login
    if id not in (tk.current_user.id, tk.current_user.name):
        return tk.abort(404)
    return _to(QUEUE)


@hdx_connect.get("/organization/requested_data/<id>")
def of_organization(id: str) -> Any:
    """The requests for the data of an organization, for those who answer them."""
    if login := _login():
        return login
    action = "requestdata_request_list_for_organization"
    if not tk.h.check_access(action, {"org_id": id}):
        return tk.abort(404)
    return _to(f"{QUEUE}?organization={ask('organization_show', id=id)['id']}")


@hdx_connect.get("/ckan-admin/requests_data")
def everybodys() -> Any:
    """All requests, for focal points."""
    return _for_focal_points(QUEUE)


@hdx_connect.get("/ckan-admin/requests_data/download")
def table() -> Any:
    """The same as a table."""
    return _for_focal_points(f"{QUEUE}.csv")


def _for_focal_points(page: str) -> Any:
    if login := _login():
        return login
    if not tk.h.check_access("requestdata_request_list_for_sysadmin"):
        return tk.abort(404)
    return _to(page)


def _on_request(id: str) -> dict[str, Any]:
    """A dataset that is asked for; not found where there is nothing to ask for."""
    dataset = ask("package_show", id=id)
    asked_for = dataset.get("is_requestdata_type") and not dataset["private"]
    return dataset if asked_for else tk.abort(404)


def _login() -> Any:
    """Where to log in first; None for those who have."""
    if tk.current_user.is_authenticated:
        return None
    return tk.redirect_to("user.login", came_from=request.full_path.rstrip("?"))


def _sent(package_id: str) -> dict[str, str]:
    """What HDX's form sent; name and address are the account's where it left them out."""
    user: Any = tk.current_user
    own = {"sender_name": user.display_name, "email_address": user.email or ""}
    sent = {name: value for name, value in form(*FIELDS).items() if value}
    return {**own, **sent, "package_id": package_id}


def _to(path: str) -> Any:
    return tk.redirect_to(tk.h.url_for(path))


hdx_connect.add_url_rule(
    "/dataset/<id>/request-access/", view_func=RequestAccess.as_view("request_access")
)
