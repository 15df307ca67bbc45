"""Answering for a dataset: advice while somebody does, and a page for nothing else."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import parse_params
from flask import Blueprint, jsonify
from flask.views import MethodView

from .form import asked

classification = Blueprint("isp_classification", __name__)

ASKED = ("id", "answers", "sensitivity", "holds_resources", "owner_org")
TOLD = ("level", "words", "proposed", "binding", "compared", "allowed", "default", "reasons")
FIELD_OF = {"answers": "isp_answers", "reason": "isp_reason", "exposure": "private"}


@classification.get("/isp/advice")
def advice() -> Any:
    """What answers give, for the form that asks for them: a piece of page, and what is open."""
    query = {key: value for key, value in tk.request.args.items() if key in ASKED}
    try:
        told = _verdict(query)
        # what a second person has to approve is saved at the level of the answers
        saved = told
        if told["binding"] == "block":
            saved = _verdict({**query, "sensitivity": told["proposed"]["level"]})
    except tk.ValidationError as error:
        return jsonify(errors=list(error.error_summary.values())), 409
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return jsonify(errors=[]), 404
    exposed = {key: saved[key] for key in ("allowed", "default", "reasons")}
    questions = [question["fact"] for question in told["questions"] if question["required"]]
    html = tk.render("isp/advice.html", {"verdict": told}) if query.get("answers") else ""
    return jsonify({**{k: told[k] for k in TOLD}, **exposed, "open": questions, "html": html})


class Classify(MethodView):
    """The classification of one dataset, alone on its page."""

    def get(self, id: str, data: Any = None, errors: Any = None) -> str:
        package = _editable(id)
        typed = data or {**package, **parse_params(tk.request.args)}
        return tk.render(
            "isp/classify.html",
            extra_vars={
                "pkg_dict": package,
                "data": {**typed, "id": package["id"]},
                "errors": errors or {},
                "before": tk.get_action("isp_classification_show")({}, {"id": package["id"]}),
            },
        )

    def post(self, id: str) -> Any:
        form: dict[str, Any] = dict(parse_params(tk.request.form))
        package = _editable(id)
        try:
            saved = tk.get_action("isp_classify")({}, _asked(package["id"], form))
        except tk.ValidationError as error:
            errors = {FIELD_OF.get(field, field): w for field, w in error.error_dict.items()}
            if form.get("corporate"):
                errors = {"corporate_reason": next(iter(error.error_dict.values()))}
            return self.get(id, {**package, **form}, errors)
        tk.h.flash_success(tk._("Saved."))
        return tk.redirect_to(f"{package['type']}.read", id=saved["name"])


def _asked(package_id: str, form: dict[str, Any]) -> dict[str, Any]:
    """A form as ``isp_classify`` takes it."""
    if form.get("corporate"):
        return {"id": package_id, "corporate": True, "reason": form.get("corporate_reason")}
    return {"id": package_id, **asked(form)}


def _verdict(asked: dict[str, Any]) -> dict[str, Any]:
    return tk.get_action("isp_verdict_show")({}, dict(asked))


def _editable(id: str) -> dict[str, Any]:
    """A dataset that the user may edit; not found for those who may not know of it."""
    try:
        package = tk.get_action("package_show")({}, {"id": id})
        tk.check_access("isp_classify", {}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found"))
    return package


classification.add_url_rule("/dataset/<id>/sensitivity", view_func=Classify.as_view("classify"))
