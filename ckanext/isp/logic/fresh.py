"""A stale index shows nothing: what a search found is checked against the database.

One query, whatever the size of the answer. Where changes are waiting to be indexed the search runs
once more without them, so that counts and facets tell nothing of them either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.lib.plugins as lib_plugins
import sqlalchemy as sa
from ckan import authz, model
from ckan.lib.search.query import PackageSearchQuery
from ckan.types import Action, Context, DataDict

from .. import gate, jobs
from ..model import standing
from ..model.standing import Standing
from ..policy.facts import ON_REQUEST, SENSITIVITY, TRUE
from ..policy.scale import Exposure, Level, rank

_BY_REFERENCE = sa.text(
    "SELECT id, name, private, state, owner_org, creator_user_id FROM package "
    "WHERE id = ANY(:references) OR name = ANY(:references)"
)
NOTHING_IS_WIDER = (None, Level.LOW.slug)
FLAGGED = (True, TRUE)


class Query(PackageSearchQuery):
    """CKAN's query, that asks the database about what it found while CKAN goes on reading it."""

    def run(self, query: Any, permission_labels: Any = None, **kwargs: Any) -> Any:
        answer = super().run(query, permission_labels, **kwargs)
        found = self.results
        if found and all(isinstance(result, dict) and "id" in result for result in found):
            standing.ask(result["id"] for result in found)
        return answer


def search(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Search, and leave out what the database says differently of."""
    context = _for_the_reader(context)
    asked, wanted_fields = _with_ids(data_dict)
    found = up(context, {**asked})
    rows, waiting = _rows(result["id"] for result in found["results"])
    if waiting:
        jobs.wake()
        found = up(context, _without(asked, waiting))
        rows, _again = _rows(result["id"] for result in found["results"])
    kept = _kept(context, found["results"], rows)
    found["count"] -= len(found["results"]) - len(kept)
    found["results"] = [_only(result, wanted_fields) for result in kept]
    return found


def listed(up: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List datasets, and leave out what the database says differently of."""
    found = up(context, data_dict)
    rows, waiting = _rows(result["id"] for result in found)
    return [r for r in _kept(context, found, rows) if r["id"] not in waiting]


def seen(context: Context, references: Iterable[str]) -> set[str]:
    """Of datasets, by name or id, those that the user may see: their names and their ids."""
    rows = model.Session.execute(_BY_REFERENCE, {"references": list(references)})
    return {known for row in rows if _visible(context, row) for known in (row.id, row.name)}


def _for_the_reader(context: Context) -> Context:
    """A page shows its reader what the reader may see, whatever draws it."""
    if context.get("for_view") and context.get("ignore_auth"):
        return Context({k: v for k, v in context.items() if k != "ignore_auth"})
    return context


def _rows(ids: Iterable[str]) -> tuple[dict[str, Standing], set[str]]:
    found = standing.of(ids)
    rows = {row.id: row for row in found if not row.waiting}
    return rows, {row.id for row in found if row.waiting}


def _kept(
    context: Context, results: list[dict[str, Any]], rows: Mapping[str, Standing]
) -> list[dict[str, Any]]:
    return [
        result
        for result in results
        if _visible(context, rows.get(result["id"])) and not _wider(result, rows[result["id"]])
    ]


def _wider(result: dict[str, Any], row: Standing) -> bool:
    """Whether the index tells of a dataset that is more open, or less sensitive, than it is."""
    open_now = row.private is False and row.flag != TRUE
    if (open_now and row.sensitivity in NOTHING_IS_WIDER) or "private" not in result:
        return False
    level, flag = result.get(SENSITIVITY), result.get(ON_REQUEST)
    if level is None or flag is None:
        kept = {extra.get("key"): extra.get("value") for extra in result.get("extras") or ()}
        level, flag = level or kept.get(SENSITIVITY), flag or kept.get(ON_REQUEST)
    told = (level, result["private"], flag in FLAGGED)
    if told == (row.sensitivity, row.private, row.flag == TRUE):
        return False
    level_now = Level.parse(row.sensitivity)
    exposure_now = Exposure.of(row.private, row.flag == TRUE)
    indexed = gate.exposure_of({"private": result["private"], ON_REQUEST: flag})
    return indexed > exposure_now or rank(Level.parse(level)) < rank(level_now)


def _visible(context: Context, row: Any) -> bool:
    if row is None:
        return False
    if (row.state == "active" and row.private is False) or _sees_all(context):
        return True
    plugin = lib_plugins.get_permission_labels()
    mine = plugin.get_user_dataset_labels(context.get("auth_user_obj"))
    return not set(plugin.get_dataset_labels(row)).isdisjoint(mine)


def _sees_all(context: Context) -> bool:
    user = context.get("user")
    return bool(context.get("ignore_auth") or (user and authz.is_sysadmin(user)))


def _with_ids(data_dict: DataDict) -> tuple[DataDict, list[str] | None]:
    asked = data_dict.get("fl")
    if not asked:
        return data_dict, None
    named_fields = asked if isinstance(asked, list) else str(asked).replace(",", " ").split()
    if "id" in named_fields or "*" in named_fields:
        return data_dict, None
    return {**data_dict, "fl": [*named_fields, "id"]}, named_fields


def _only(result: dict[str, Any], wanted: list[str] | None) -> dict[str, Any]:
    return {k: v for k, v in result.items() if k != "id"} if wanted else result


def _without(data_dict: DataDict, waiting: set[str]) -> DataDict:
    excluded = "-id:({})".format(" OR ".join(f'"{name}"' for name in waiting))
    listed_fq = data_dict.get("fq_list")
    fq_list = [*listed_fq, excluded] if isinstance(listed_fq, list) else [excluded]
    return {**data_dict, "fq_list": fq_list}
