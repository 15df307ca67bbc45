"""Pages of a dataset's level: proposing to lower it, deciding about it, and what happened."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

isp = Blueprint("isp", __name__)

FIELDS = ("to", "reason")
PER_PAGE = 20


class Propose(MethodView):
    """Propose to lower the level of a dataset."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> str:
        package = _shown(id)
        tk.check_access("isp_lowering_request", {}, {"id": package["id"]})
        proposals = tk.get_action("isp_lowering_list")({}, {"id": package["id"]})
        return tk.render(
            "isp/lowering_propose.html",
            extra_vars={
                "pkg_dict": package,
                "proposals": proposals,
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: str) -> Any:
        data = {"id": id, **{key: v for key, v in tk.request.form.items() if key in FIELDS}}
        try:
            tk.get_action("isp_lowering_request")({}, dict(data))
        except tk.ValidationError as error:
            return self.get(id, data, error.error_dict)
        tk.h.flash_success(tk._("Proposed. Somebody else now has to approve it."))
        return tk.redirect_to("isp.lowering_propose", id=id)


class Decide(MethodView):
    """Approve or refuse a proposal."""

    def get(self, id: int, data: Any = None, errors: Any = None) -> str:
        proposal = _proposal(id)
        return tk.render(
            "isp/lowering_decide.html",
            extra_vars={
                "pkg_dict": _shown(proposal["package_id"]),
                "proposal": proposal,
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, id: int) -> Any:
        approve = tk.request.form.get("decision") == "approve"
        data = {"id": id, "reason": tk.request.form.get("reason")}
        action = "isp_lowering_approve" if approve else "isp_lowering_refuse"
        try:
            answer = tk.get_action(action)({}, dict(data))
        except tk.ValidationError as error:
            return self.get(id, data, error.error_dict)
        done = (
            tk._("Approved. The level is lowered.")
            if approve
            else tk._("Refused. The level stays.")
        )
        if approve and not answer.get("applied"):
            done = tk._("Approved. The dataset has to be saved with the new level by its editor.")
        tk.h.flash_success(done)
        return tk.redirect_to("isp.timeline", id=answer["package_id"])


@isp.get("/isp/lowerings")
def lowerings() -> str:
    """Proposals that wait for somebody, and those decided."""
    page = tk.h.get_page_number(tk.request.args)
    asked = {"limit": PER_PAGE + 1, "offset": (page - 1) * PER_PAGE}
    proposals = _allowed("isp_lowering_list", asked)
    return tk.render(
        "isp/lowerings.html",
        extra_vars={
            "proposals": proposals[:PER_PAGE],
            "page": page,
            "more": len(proposals) > PER_PAGE,
        },
    )


@isp.get("/dataset/<id>/sensitivity/timeline")
def timeline(id: str) -> str:
    """What happened to a dataset, and who decided it."""
    package = _shown(id)
    page = tk.h.get_page_number(tk.request.args)
    per_page = 50
    events = _allowed(
        "isp_timeline", {"id": package["id"], "limit": per_page, "offset": (page - 1) * per_page}
    )
    return tk.render(
        "isp/timeline.html",
        extra_vars={
            "pkg_dict": package,
            "events": events,
            "page": page,
            "more": len(events) == per_page,
        },
    )


def _shown(id: str) -> dict[str, Any]:
    return _allowed("package_show", {"id": id})


def _proposal(id: int) -> dict[str, Any]:
    found = _allowed("isp_lowering_list", {"proposal": id})
    return found[0] if found else tk.abort(404)


def _allowed(action: str, data_dict: dict[str, Any]) -> Any:
    """The answer of an action; not found for those who may not know of it."""
    try:
        return tk.get_action(action)({}, data_dict)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404, tk._("Dataset not found"))


isp.add_url_rule("/dataset/<id>/sensitivity/lower", view_func=Propose.as_view("lowering_propose"))
isp.add_url_rule("/isp/lowerings/<int:id>", view_func=Decide.as_view("lowering_decide"))
