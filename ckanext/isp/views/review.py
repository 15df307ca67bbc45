"""The page on which classifications are looked at again."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

reviews = Blueprint("isp_review", __name__)

FILTERS = ("protocol", "organization")
PER_PAGE = 50


class Reviews(MethodView):
    """What is to be looked at again; tick and confirm."""

    def get(self, done: dict[str, Any] | None = None) -> str:
        if not tk.current_user.is_authenticated:
            return tk.redirect_to("user.login", came_from=tk.h.url_for("isp_review.reviews"))
        page = tk.h.get_page_number(tk.request.args)
        chosen = {key: tk.request.args[key] for key in FILTERS if tk.request.args.get(key)}
        asked = {**chosen, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
        told = tk.get_action("isp_review_list")({}, asked)
        seen = {"chosen": chosen, "page": page, "done": done, "protocols": _protocols()}
        return tk.render("isp/reviews.html", extra_vars={**told, **seen})

    def post(self) -> str:
        ids = tk.request.form.getlist("ids")
        if not ids:
            tk.h.flash_error(tk._("Tick the datasets that you have looked at first."))
            return self.get()
        try:
            done = tk.get_action("isp_review_confirm")({}, {"ids": ids})
        except tk.NotAuthorized:
            return tk.abort(403)
        return self.get(done)


def _protocols() -> list[dict[str, Any]]:
    return [one for one in tk.get_action("isp_protocol_list")({}, {}) if one["in_force"]]


reviews.add_url_rule("/isp/reviews", view_func=Reviews.as_view("reviews"))
