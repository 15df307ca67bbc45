"""What was given of a dataset by another way than the portal."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, request
from flask.views import MethodView

from .asking import ask, form, messages

deliveries = Blueprint("isp_delivery", __name__)

FIELDS = ("channel", "to", "organization", "on", "note")
PARTS = ("name", "sha256", "size")


class Deliveries(MethodView):
    """The deliveries of a dataset, and recording one."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> Any:
        told = ask("isp_delivery_list", id=id)
        return tk.render(
            "isp/deliveries.html",
            extra_vars={
                "pkg_dict": ask("package_show", id=id),
                "deliveries": told,
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: str) -> Any:
        data: dict[str, Any] = {**form(*FIELDS), "files": _files()}
        sent = {key: value for key, value in data.items() if value}
        try:
            tk.get_action("isp_delivery_create")({}, {"id": id, **sent})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("The delivery is on record."))
        return tk.redirect_to("isp_delivery.deliveries", id=id)


def _files() -> list[dict[str, Any]]:
    """The rows of the manifest that were filled in."""
    columns = [request.form.getlist(f"file_{part}") for part in PARTS]
    rows = [dict(zip(PARTS, row, strict=True)) for row in zip(*columns, strict=False)]
    return [
        {**row, "size": int(row["size"]) if row["size"].isdecimal() else None}
        for row in rows
        if row["name"] or row["sha256"]
    ]


deliveries.add_url_rule("/dataset/<id>/deliveries", view_func=Deliveries.as_view("deliveries"))
