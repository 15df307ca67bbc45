"""A stale index shows nothing: what a search found is checked against the database.

One query, whatever the size of the answer. Where changes are waiting to be indexed, or something
was found that its reader may not see, the search runs once more without it, so that counts and
facets tell nothing of it either; what was found so waits to be indexed from then on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model
from ckan.lib.search.query import PackageSearchQuery
from ckan.logic import fresh_context
from ckan.types import Action, Context, DataDict

from .. import config, gate, jobs
from ..model import standing
from ..model.standing import Standing
from ..policy.facts import ON_REQUEST, SENSITIVITY, TRUE
from ..policy.scale import Exposure, Level, rank
from ..services import outbox
from . import people

log = logging.getLogger(__name__)

_BY_REFERENCE = sa.text(
    "SELECT id, name, private, state, owner_org, creator_user_id FROM package "
    "WHERE id = ANY(:references) OR name = ANY(:references)"
)
# what datasets have in common: the words, each with the rows of the datasets that have it
TAGS = """
    SELECT t.name AS word, p.* FROM tag t
      JOIN package_tag x ON x.tag_id = t.id AND x.state = 'active'
      JOIN package p ON p.id = x.package_id
     WHERE t.vocabulary_id IS NULL AND t.name = ANY(:words)"""
FORMATS = """
    SELECT lower(r.format) AS word, p.* FROM resource r JOIN package p ON p.id = r.package_id
     WHERE r.state = 'active' AND lower(r.format) = ANY(:words)"""
_OPEN = "SELECT DISTINCT word FROM ({}) w WHERE state = 'active' AND private IS FALSE"
_CLOSED = (
    "SELECT DISTINCT word, id, name, private, state, owner_org, creator_user_id FROM ({}) w "
    "WHERE state <> 'active' OR private IS NOT FALSE"
)
# the index takes no more clauses than this, and goes through a list of terms quicker
MANY_LABELS, MOST_CLAUSES = 100, 1000
# Solr's parameter in which a list of labels is sent
LABELS = "isp_labels"
# between them: no part of CKAN's labels, and sent as it is; otherwise no part of any
_APART, _APART_FROM_ALL = "~", "\x1f"
NOTHING_IS_WIDER = (None, Level.LOW.slug)
FLAGGED = (True, TRUE)


class Query(PackageSearchQuery):
    """CKAN's query, that asks the database about what it found while CKAN goes on reading it.

    A facet names what a dataset that was found has: a term that none has is one of a hidden one.
    """

    def run(self, query: Any, permission_labels: Any = None, **kwargs: Any) -> Any:
        query["facet.mincount"] = max(1, int(query.get("facet.mincount", 1)))
        # nobody else says what somebody may see
        query.pop(LABELS, None)
        if permission_labels is not None and len(permission_labels) > MANY_LABELS:
            if config.TERMS in tk.config[config.PARSERS]:
                sent, apart = _together(permission_labels)
                query["fq_list"] = [*query.get("fq_list", ()), _any_of_them(apart)]
                # no text, through which CKAN looks for what may not be asked
                query[LABELS] = (sent,)
                permission_labels = None
            else:
                # what is found is less then, never more: those of memberships come first
                permission_labels = permission_labels[:MOST_CLAUSES]
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
    rows, left_out = _rows(result["id"] for result in found["results"])
    kept = _kept(context, found["results"], rows)
    if wrong := _ids(found["results"]) - _ids(kept) - left_out:
        _put_right(wrong)
    left_out |= wrong
    if left_out:
        jobs.wake()
        found = up(context, _without(asked, left_out))
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


def told(context: Context, what: str, words: Iterable[str]) -> set[str]:
    """Of words that datasets have, those of at least one that the user may see.

    :param what: ``TAGS`` or ``FORMATS``
    """
    asked = set(words)
    if _sees_all(context):
        return asked
    known = set(_words(_OPEN, what, asked))
    closed = model.Session.execute(sa.text(_CLOSED.format(what)), {"words": list(asked - known)})
    return known | {row.word for row in closed if _visible(context, row)}


def happened(context: Context, activities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what happened, that about datasets which the user may see now, and all else."""
    if _sees_all(context):
        return activities
    about = {one["object_id"] for one in activities if _about_a_dataset(one)}
    visible = seen(context, about) if about else set()
    return [one for one in activities if not _about_a_dataset(one) or one["object_id"] in visible]


def counts(context: Context, of: str = "") -> dict[str, dict[str, int]]:
    """How many datasets that the user may see organizations and groups hold.

    :param of: which kind, as the index is asked for it
    :returns: as CKAN's ``get_group_dataset_counts``
    """
    asked: DataDict = {
        "fq": of,
        "facet.field": ["groups", "owner_org"],
        "facet.limit": -1,
        "rows": 0,
        "include_private": True,
    }
    return tk.get_action("package_search")(fresh_context(context), asked)["facets"]


def _any_of_them(apart: str) -> str:
    """A filter that leaves datasets with at least one of many labels, which are sent beside it."""
    return f'{{!{config.TERMS} f=permission_labels separator="{apart}" v=${LABELS}}}'


def _together(labels: list[str]) -> tuple[str, str]:
    """Labels as one text, and what stands between them."""
    apart = _APART_FROM_ALL if any(_APART in label for label in labels) else _APART
    return apart.join(label for label in labels if apart not in label), apart


def _put_right(ids: Iterable[str]) -> None:
    """Let the index hear of what it tells wrongly; until then every search leaves it out."""
    try:
        with model.meta.engine.begin() as connection:
            outbox.note(connection, ids)
    except sa.exc.SQLAlchemyError:
        # this search leaves it out whatever becomes of the next
        log.exception("The index tells wrongly of %s, and cannot be told", ", ".join(ids))


def _words(statement: str, what: str, words: set[str]) -> Iterable[str]:
    return model.Session.scalars(sa.text(statement.format(what)), {"words": list(words)})


def _about_a_dataset(activity: Mapping[str, Any]) -> bool:
    return str(activity["activity_type"]).endswith((" package", " resource view"))


def _ids(results: Iterable[Mapping[str, Any]]) -> set[str]:
    return {result["id"] for result in results}


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
    mine = plugin.get_user_dataset_labels(people.who(context))
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
