"""Who answers requests in whose place, for those who administer an organisation."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from .. import gate
from .asking import ask, form, messages

stand_ins = Blueprint("isp_stand_in", __name__)

FIELDS = ("stands_in", "deputy", "from", "until")


class StandIns(MethodView):
    """Name somebody, and end it."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> str:
        rows = ask("isp_stand_in_list", organization=id)
        group = ask("organization_show", id=id, include_users=True)
        return tk.render(
            "isp/request/stand_ins.html",
            extra_vars={
                "rows": rows,
                "organization": group,
                "today": gate.today().isoformat(),
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: str) -> Any:
        number = tk.request.form.get("end")
        if number:
            ask("isp_stand_in_end", stand_in=number)
            tk.h.flash_success(tk._("Ended. They answer for nobody here any more."))
            return tk.redirect_to("isp_stand_in.named", id=id)
        data = form(*FIELDS)
        sent = {key: value.strip() for key, value in data.items() if value.strip()}
        try:
            tk.get_action("isp_stand_in_name")({}, {"organization": id, **sent})
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        except (tk.NotAuthorized, tk.ObjectNotFound):
            return tk.abort(404)
        tk.h.flash_success(tk._("Named. It is on record, and can be ended here at any time."))
        return tk.redirect_to("isp_stand_in.named", id=id)


stand_ins.add_url_rule("/organization/<id>/stand-ins", view_func=StandIns.as_view("named"))
