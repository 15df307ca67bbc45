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
from ..policy.scale import Level
from . import answers, save

DATASET, SENSITIVITY, REASON = "dataset", "sensitivity", "reason"
# for those who read the table; its own name says which dataset is meant
TITLE = "title"
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
    strange = [c for c in columns if c not in asked | {DATASET, SENSITIVITY, REASON, TITLE}]
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
    settled = save.would_settle(fresh_context(context), answers.as_patch(row))
    if settled.refusal:
        by, wanted = gate.cited(settled.verdict), Level.parse(row.get(SENSITIVITY))
        message = wording.refusal(settled, wanted, by, "").strip()
        raise tk.ValidationError({wording.FIELD_OF[settled.refusal]: [message]})
    proposed = settled.verdict.proposed
    return {
        "level": settled.level.slug if settled.level else None,
        "proposed": proposed.slug if proposed else None,
        "open": sorted(settled.verdict.open),
        "notices": wording.notices(settled, gate.cited(settled.verdict)),
    }


def _row(row: dict[str | None, Any]) -> dict[str, Any]:
    cells = {
        name.strip(): value.strip()
        for name, value in row.items()
        if name and isinstance(value, str) and value.strip()
    }
    dataset, level = cells.pop(DATASET, ""), cells.pop(SENSITIVITY, None)
    reason, _title = cells.pop(REASON, None), cells.pop(TITLE, None)
    given = {fact: [v.strip() for v in value.split(";")] for fact, value in cells.items()}
    named = {"sensitivity": level, "reason": reason}
    return {"id": dataset, "answers": given, **{k: v for k, v in named.items() if v}}
