"""Why a dataset is as it is, and what would change if it were otherwise."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import parse_params
from flask import Blueprint

from ..logic import answers

explanation = Blueprint("isp_explanation", __name__)


@explanation.get("/dataset/<id>/sensitivity/why")
def why(id: str) -> str:
    """Reasons, rows and answers of a dataset; with other answers, what they would give."""
    package = _shown(id)
    form: dict[str, Any] = dict(parse_params(tk.request.args))
    asked = _asked(package["id"], form)
    errors: dict[str, Any] = {}
    told = _verdict({"id": package["id"]})
    given = {q["fact"]: q["given"] for q in told["questions"] if q["given"]}
    try:
        supposed = _verdict({**asked, "every": True}) if form else None
    except tk.ValidationError as error:
        supposed, errors = None, {"isp_answers": list(error.error_summary.values())}
    return tk.render(
        "isp/why.html",
        extra_vars={
            "pkg_dict": package,
            "verdict": told,
            "questions": supposed or _verdict({**asked, "answers": given, "every": True}),
            "supposed": supposed,
            "form": form,
            "errors": errors,
        },
    )


def _asked(package_id: str, form: dict[str, Any]) -> dict[str, Any]:
    given = answers.typed(form)
    asked = {
        "id": package_id,
        "answers": given if given and answers.counts(given) else None,
        "owner_org": form.get("owner_org"),
    }
    level = {"sensitivity": form["sensitivity"]} if "sensitivity" in form else {}
    return {**{key: value for key, value in asked.items() if value}, **level}


def _verdict(asked: dict[str, Any]) -> dict[str, Any]:
    return tk.get_action("isp_verdict_show")({}, dict(asked))


def _shown(id: str) -> dict[str, Any]:
    try:
        return tk.get_action("package_show")({}, {"id": id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found"))
