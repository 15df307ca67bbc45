"""The page of what somebody was told."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

notices = Blueprint("isp_notice", __name__)

PER_PAGE = 25


class Notices(MethodView):
    """What somebody was told, newest first, and how it reaches them."""

    def get(self) -> Any:
        if not tk.current_user.is_authenticated:
            return tk.redirect_to("user.login", came_from=tk.h.url_for("isp_notice.index"))
        page = tk.h.get_page_number(tk.request.args)
        asked = {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
        told = tk.get_action("isp_notice_list")({}, asked)
        wanted = tk.get_action("isp_notice_settings")({}, {})
        return tk.render("isp/notices.html", extra_vars={**told, **wanted, "page": page})

    def post(self) -> Any:
        try:
            if "mails" in tk.request.form:
                wanted = {"mails": tk.request.form["mails"]}
                tk.get_action("isp_notice_settings")({}, wanted)
                tk.h.flash_success(tk._("Saved: this is how you are told from now on."))
            else:
                tk.get_action("isp_notice_read")({}, {})
                tk.h.flash_success(tk._("All notices are marked as read."))
        except tk.NotAuthorized:
            return tk.abort(403)
        return tk.redirect_to("isp_notice.index")


@notices.get("/isp/notices/<int:id>")
def notice(id: int) -> Any:
    """Opens what a notice is about; it is read then."""
    try:
        told = tk.get_action("isp_notice_read")({}, {"id": id})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        return tk.abort(404)
    return tk.redirect_to(told["path"])


notices.add_url_rule("/isp/notices", view_func=Notices.as_view("index"))
