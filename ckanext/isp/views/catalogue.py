"""Datasets that wait to be classified: a list, many answered at once, a table out and in."""

from __future__ import annotations

import csv
import io
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import parse_params
from flask import Blueprint, Response

from ..logic.sheet import harmless
from .form import asked as form_asked

catalogue = Blueprint("isp_catalogue", __name__)

PER_PAGE = 50
MOST = 1000
LARGEST = 5_000_000
ASKED = ("what", "organization", "q")


@catalogue.get("/isp/datasets")
def datasets() -> str:
    """What I have to classify, or to look at again."""
    page = tk.h.get_page_number(tk.request.args)
    asked = _filters()
    try:
        found = _listed({**asked, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE})
    except tk.ValidationError:
        found = {"datasets": [], "more": False}
    shown = {**found, "asked": asked, "page": page}
    return tk.render("isp/datasets.html", extra_vars=shown)


@catalogue.get("/isp/datasets.csv")
def table() -> Response:
    """The list as a table to be filled in and sent back."""
    found = _listed({**_filters(), "limit": MOST})["datasets"]
    show = tk.get_action("isp_verdict_show")
    facts = [q["fact"] for q in show({}, {"answers": {}, "every": True})["questions"]]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["dataset", "title", *facts, "sensitivity", "reason"])
    for row in found:
        given = [_cell(row["answers"].get(fact)) for fact in facts]
        writer.writerow([row["name"], harmless(row["title"]), *given, "", ""])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=datasets-to-classify.csv"
    return response


@catalogue.route("/isp/datasets/answer", methods=["GET", "POST"])
def answer() -> str:
    """One set of answers for several datasets: answered, tried, done."""
    asks = tk.request.method == "GET"
    form: dict[str, Any] = dict(parse_params(tk.request.args if asks else tk.request.form))
    chosen = _listed_of(form.get("dataset"))
    if asks or not chosen:
        return _answering(form, chosen, {})
    if not form_asked(form):
        return _answering(
            form, chosen, {"isp_answers": [tk._("Answer the questions, or choose a level.")]}
        )
    rows = [{"id": name, **form_asked(form)} for name in chosen]
    return _tried_or_done("isp_classify_many", {"rows": rows}, form, chosen)


@catalogue.post("/isp/datasets/table")
def upload() -> Any:
    """A table that comes back: tried first, then done."""
    sent = tk.request.files.get("table")
    text = tk.request.form.get("csv", "")
    if sent:
        text = sent.read(LARGEST).decode("utf-8-sig", "replace")
    try:
        told = _run("isp_classify_csv", {"csv": text})
    except tk.ValidationError as error:
        for message in error.error_summary.values():
            tk.h.flash_error(message)
        return tk.redirect_to("isp_catalogue.datasets")
    return _outcome(told, {"csv": text}, "isp_catalogue.upload")


def _tried_or_done(
    action: str, asked: dict[str, Any], form: dict[str, Any], chosen: list[str]
) -> str:
    try:
        told = _run(action, asked)
    except tk.ValidationError as error:
        return _answering(form, chosen, {"isp_answers": list(error.error_summary.values())})
    kept = {key: value for key, value in form.items() if key not in ("step", "_csrf_token")}
    return _outcome(told, kept, "isp_catalogue.answer")


def _run(action: str, asked: dict[str, Any]) -> dict[str, Any]:
    tried = tk.request.form.get("step") != "do"
    return {**tk.get_action(action)({}, {**asked, "dry_run": tried}), "tried": tried}


def _outcome(told: dict[str, Any], sent: dict[str, Any], address: str) -> str:
    fields = [(key, one) for key, value in sent.items() for one in _listed_of(value)]
    shown = {"told": told, "fields": fields, "address": address}
    return tk.render("isp/datasets_outcome.html", extra_vars=shown)


def _answering(form: dict[str, Any], chosen: list[str], errors: dict[str, Any]) -> str:
    shown = {"chosen": chosen, "data": form, "errors": errors}
    return tk.render("isp/datasets_answer.html", extra_vars=shown)


def _filters() -> dict[str, str]:
    return {key: tk.request.args[key] for key in ASKED if tk.request.args.get(key)}


def _listed(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return tk.get_action("isp_classification_list")({}, asked)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Log in to see your datasets."))


def _listed_of(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _cell(given: list[str] | None) -> str:
    return "" if given is None else ";".join(given) or "none"
