"""Pages where a change of the protocols in force is tried, proposed and decided."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response
from flask.views import MethodView

from .asking import ask, form, messages, only_for, shown
from .protocol import as_file, isp_protocol

PER_PAGE = 50
ACTS = ("activate", "retire")


class Try(MethodView):
    """What a version would change, in numbers first; and proposing it."""

    def get(self, key: str, id: int, data: Any = None, errors: Any = None) -> str:
        only_for("isp_protocol_simulate")
        page = tk.h.get_page_number(tk.request.args)
        asked = {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
        protocol = shown(key, id)
        told = ask("isp_protocol_simulate", id=id, **_filter(), **asked)
        return tk.render(
            "isp/protocol_try.html",
            extra_vars={
                "protocol": protocol,
                "told": told,
                "filter": _filter(),
                "page": page,
                "more": page * PER_PAGE < told["matching"],
                "data": data or {},
                "errors": errors or {},
            },
        )

    def post(self, key: str, id: int) -> Any:
        data = form("reason")
        try:
            ask("isp_protocol_propose", id=id, act=_filter()["act"], **data)
        except tk.ValidationError as error:
            return self.get(key, id, data, messages(error))
        return _proposed()


class Decide(MethodView):
    """Decide about a proposal as the second person; afterwards, what was done."""

    def get(self, id: int, data: Any = None, errors: Any = None) -> str:
        proposal = _proposal(id)
        told = {"proposal": proposal, "data": data or {}, "errors": errors or {}}
        told["now"] = _now(proposal) if proposal["state"] == "pending" else None
        return tk.render("isp/protocol_decide.html", extra_vars=told)

    def post(self, id: int) -> Any:
        approve = tk.request.form.get("decision") == "approve"
        data = form("reason")
        try:
            answer = ask("isp_protocol_decide", proposal=id, approve=approve, **data)
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        tk.h.flash_success(_done(answer["changed"]))
        return tk.redirect_to("isp_protocol.decide", id=id)


class Undo(MethodView):
    """Propose to undo what was approved."""

    def get(self, id: int, data: Any = None, errors: Any = None) -> str:
        told = {"proposal": _proposal(id), "data": data or {}, "errors": errors or {}}
        return tk.render("isp/protocol_undo.html", extra_vars=told)

    def post(self, id: int) -> Any:
        data = form("reason")
        try:
            ask("isp_protocol_propose", act="undo", proposal=id, **data)
        except tk.ValidationError as error:
            return self.get(id, data, messages(error))
        return _proposed()


@isp_protocol.get("/proposals")
def proposals() -> str:
    """Proposals to change the protocols in force: those that wait first."""
    only_for("isp_protocol_proposals")
    told = {"proposals": ask("isp_protocol_proposals")}
    return tk.render("isp/protocol_proposals.html", extra_vars=told)


@isp_protocol.get("/<key>/<int:id>/try.csv")
def try_csv(key: str, id: int) -> Response:
    """All datasets that a version would change, as a table."""
    only_for("isp_protocol_simulate")
    shown(key, id)
    return as_file(ask("isp_protocol_simulate_csv", id=id, **_filter()))


def _filter() -> dict[str, str]:
    """What the address bar asks to see."""
    sent = {name: tk.request.args.get(name, "") for name in ("act", "effect", "organization")}
    act = sent.pop("act")
    effect = sent["effect"] if sent["effect"] in ("tighten", "loosen") else ""
    told = {"effect": effect, "organization": sent["organization"]}
    return {"act": act if act in ACTS else ACTS[0], **{k: v for k, v in told.items() if v}}


def _proposal(id: int) -> dict[str, Any]:
    only_for("isp_protocol_proposals")
    found = ask("isp_protocol_proposals", proposal=id)
    return found[0] if found else tk.abort(404)


def _now(proposal: dict[str, Any]) -> dict[str, Any] | None:
    """What a proposal would change today; None for one that undoes."""
    if proposal["act"] not in ACTS:
        return None
    told = {"id": proposal["protocol"]["id"], "act": proposal["act"], "effect": "tighten"}
    return ask("isp_protocol_simulate", **told, limit=PER_PAGE)


def _proposed() -> Any:
    tk.h.flash_success(tk._("Proposed. Nothing changes until somebody else has approved."))
    return tk.redirect_to("isp_protocol.proposals")


def _done(changed: dict[str, int] | None) -> str:
    if changed is None:
        return tk._("Refused. Nothing has changed.")
    done = tk._("Approved, and done: {tighten} of {total} datasets were made stricter.")
    if changed["back"]:
        done = tk._("Approved, and undone: {back} datasets are again as they were.")
    return done.format(**{key: changed[key] for key in ("tighten", "total", "back")})


isp_protocol.add_url_rule("/<key>/<int:id>/try", view_func=Try.as_view("try"))
isp_protocol.add_url_rule("/proposals/<int:id>", view_func=Decide.as_view("decide"))
isp_protocol.add_url_rule("/proposals/<int:id>/undo", view_func=Undo.as_view("undo"))
