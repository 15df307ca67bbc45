"""The record as its readers see it: what a dataset is called only where they may see it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import ckan.authz as authz
from ckan import model
from ckan.types import Context, DataDict

from .. import gate, wording
from ..services import log
from ..services import queue as listing
from ..services.log import Asked
from ..services.queue import Reader
from . import fresh, queue, sheet

MOST = 1000
CSV, JSON = "csv", "json"
TYPES = {CSV: "text/csv", JSON: "application/x-ndjson"}
FIELDS = (
    "id",
    "at",
    "kind",
    "package_id",
    "dataset_name",
    "dataset_title",
    "actor",
    "actor_name",
    "actor_erased",
    "subject",
    "subject_name",
    "subject_erased",
    "level_before",
    "level_after",
    "exposure_before",
    "exposure_after",
    "protocol",
    "protocol_version",
    "reason",
    "door",
    "details",
    "withheld",
    "number",
    "hash",
)
# what may tell of a dataset, for those who do not see it
_NAMES = ("dataset_name", "dataset_title", "reason")
_WITHHELD: dict[str, Any] = {**dict.fromkeys(_NAMES), "details": {}}


def page(context: Context, asked: DataDict) -> dict[str, Any]:
    """A page of what ``isp_log_list`` lists."""
    limit = min(asked["limit"], MOST)
    rows = log.newest(model.Session, _asked(context, asked), limit + 1, asked["offset"])
    return {"events": shown(context, rows[:limit]), "more": len(rows) > limit}


def piece(context: Context, asked: DataDict) -> dict[str, Any]:
    """A piece of what ``isp_log_export`` writes, and what the next begins after."""
    form, after = asked.get("format") or CSV, asked.get("after") or 0
    rows = log.oldest(model.Session, _asked(context, asked), after, MOST)
    write = _lines if form == JSON else _table
    return {
        "name": f"log.{form}",
        "type": TYPES[form],
        "text": write(shown(context, rows), first=not after),
        "count": len(rows),
        "next": rows[-1]["id"] if len(rows) == MOST else None,
    }


def shown(context: Context, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events for the user of a context, with people by their names."""
    listed = list(rows)
    packages = {row["package_id"] for row in listed if row["package_id"]}
    hidden = set() if _reads_all(context) else packages - fresh.seen(context, packages)
    named = log.names(model.Session, _people(listed))
    return [_shown(row, row["package_id"] in hidden, named) for row in reasoned(context, listed)]


def reasoned(context: Context, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with what was written when they happened to a request: that stands apart, where it can
    be erased, and is for those who look after the request."""
    events = [row["id"] for row in rows if "request" in (row["details"] or {})]
    if not events:
        return rows
    everything = Reader("", everything=True)
    reader = everything if context.get("ignore_auth") else queue.reader(context)
    found = listing.reasons(model.Session, reader, events, gate.today())
    return [{**row, "reason": row["reason"] or found.get(row["id"])} for row in rows]


def persons(reference: str) -> frozenset[str]:
    """What the record keeps somebody by: a user by id, anybody else by what was written of them."""
    user = model.User.get(reference)
    return frozenset({reference, user.id} if user else {reference})


def _shown(row: dict[str, Any], hidden: bool, named: dict[str, str]) -> dict[str, Any]:
    told = {**row, **(_WITHHELD if hidden else {}), "withheld": hidden}
    for who in ("actor", "subject"):
        told[f"{who}_name"] = _named(row, who, named)
    if "notes" in row:
        told["notes"] = [
            {**note, "note": None if hidden else note["note"], "name": _named(note, "actor", named)}
            for note in row["notes"]
        ]
    return told


def _named(row: dict[str, Any], who: str, named: dict[str, str]) -> str | None:
    if row[f"{who}_erased"]:
        return wording.log.erased()
    return named.get(row[who], row[who])


def _people(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        told = [row["actor"], row["subject"], *(note["actor"] for note in row.get("notes", ()))]
        yield from filter(None, told)


def _asked(context: Context, asked: DataDict) -> Asked:
    """What was asked for; a dataset by its name only for those who see it."""
    dataset, person = asked.get("dataset"), asked.get("person")
    if dataset and (_reads_all(context) or dataset in fresh.seen(context, [dataset])):
        package = model.Package.get(dataset)
        dataset = package.id if package else dataset
    return Asked(
        asked.get("from"),
        asked.get("to"),
        asked.get("kind"),
        dataset or None,
        persons(person) if person else None,
    )


def _reads_all(context: Context) -> bool:
    user = context.get("user")
    return bool(context.get("ignore_auth") or (user and authz.is_sysadmin(user)))


def _lines(rows: list[dict[str, Any]], *, first: bool) -> str:
    told = ({key: row[key] for key in FIELDS} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told)


def _table(rows: list[dict[str, Any]], *, first: bool) -> str:
    table = [[_cell(row[key]) for key in FIELDS] for row in rows]
    return sheet.lines([[*FIELDS], *table] if first else table)


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
