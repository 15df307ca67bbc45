"""Classifying many datasets at once: a table in, what came of each row out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context

from .. import gate, wording
from . import explain, hypothesis

DATASET, SENSITIVITY, REASON = "dataset", "sensitivity", "reason"
MOST_ROWS = 5000


def rows(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV table as ``isp_classify`` takes them.

    :raises ValidationError: where it is no such table, or a column is no question
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = [name.strip() for name in reader.fieldnames or ()]
    if DATASET not in columns:
        raise tk.ValidationError({"csv": [wording.answers.no_dataset_column()]})
    asked = set(gate.vocabulary().questions)
    strange = [c for c in columns if c not in asked | {DATASET, SENSITIVITY, REASON}]
    if strange:
        raise tk.ValidationError({"csv": [wording.answers.unknown_fact(c, None) for c in strange]})
    found = [_row(row) for row in reader]
    if len(found) > MOST_ROWS:
        raise tk.ValidationError({"csv": [wording.answers.too_many_rows(MOST_ROWS)]})
    return found


def classify(context: Context, asked: Iterable[dict[str, Any]], *, dry_run: bool) -> dict[str, Any]:
    """Classify datasets one by one, each in a transaction of its own.

    :returns: ``classified`` and ``refused``, how many; ``rows`` with what came of each
    """
    told = [
        {"row": number, "id": row.get("id"), **_one(context, row, dry_run)}
        for number, row in enumerate(asked, 1)
    ]
    refused = sum("errors" in row for row in told)
    return {"classified": len(told) - refused, "refused": refused, "rows": told}


def _one(context: Context, row: dict[str, Any], dry_run: bool) -> dict[str, Any]:
    try:
        if dry_run:
            return _would(context, row)
        saved = tk.get_action("isp_classify")(fresh_context(context), dict(row))
        return {"level": saved.get("sensitivity"), "notices": saved.get("isp_notices", [])}
    except tk.ValidationError as error:
        model.Session.rollback()
        return {"errors": error.error_dict}
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        return {"errors": {"id": [wording.answers.not_yours()]}}


def _would(context: Context, row: dict[str, Any]) -> dict[str, Any]:
    tk.check_access("isp_classify", fresh_context(context), row)
    if model.Package.get(row.get("id")) is None:
        raise tk.ObjectNotFound()
    found = hypothesis.facts(fresh_context(context), {**row, "sensitivity": row.get("sensitivity")})
    told = explain.told(gate.verdict(found), found.level, found.known)
    open_questions = [q["fact"] for q in told["questions"] if q["required"]]
    proposed = told["proposed"]["level"] if told["proposed"] else None
    return {"level": told["level"] or proposed, "proposed": proposed, "open": open_questions}


def _row(row: dict[str | None, Any]) -> dict[str, Any]:
    cells = {
        name.strip(): value.strip()
        for name, value in row.items()
        if name and isinstance(value, str) and value.strip()
    }
    dataset, level = cells.pop(DATASET, ""), cells.pop(SENSITIVITY, None)
    reason = cells.pop(REASON, None)
    given = {fact: [v.strip() for v in value.split(";")] for fact, value in cells.items()}
    named = {"sensitivity": level, "reason": reason}
    return {"id": dataset, "answers": given, **{k: v for k, v in named.items() if v}}
