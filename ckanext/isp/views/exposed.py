"""The page about what was open before it was closed, for those who manage the dataset."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from .asking import ask, form, messages

exposed = Blueprint("isp_exposed", __name__)

FIELDS = ("check", "done", "note")


class BeforeSeal(MethodView):
    """Who had it, and what to look after."""

    def get(self, id: str, errors: Any = None) -> Any:
        told = ask("isp_exposure_before_seal", id=id)
        package = ask("package_show", id=id)
        shown = {"pkg_dict": package, "told": told, "errors": errors or {}}
        return tk.render("isp/exposed.html", extra_vars=shown)

    def post(self, id: str) -> Any:
        """One thing was looked after, or was not after all."""
        data = {"id": id, **form(*FIELDS)}
        try:
            tk.get_action("isp_exposure_check")({}, dict(data))
        except tk.ValidationError as error:
            return self.get(id, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("It is put on record."))
        return tk.redirect_to("isp_exposed.before_seal", id=id, _anchor=f"check-{data['check']}")


exposed.add_url_rule(
    "/dataset/<id>/sensitivity/before", view_func=BeforeSeal.as_view("before_seal")
)
