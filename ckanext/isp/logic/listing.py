"""The datasets that somebody has to classify, or to look at again."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context, DataDict

from .. import config, gate, wording
from ..policy.decide import decide
from ..policy.facts import Facts
from ..policy.scale import Level
from ..policy.verdict import Verdict
from ..services import impact, to_classify
from ..services.to_classify import Editable
from . import people

UNCLASSIFIED, INCOMPLETE, LOOSER, STRICTER = "unclassified", "incomplete", "looser", "stricter"
MOST = 1000


def page(context: Context, asked: DataDict) -> dict[str, Any]:
    """A page of what ``isp_classification_list`` lists."""
    limit, offset = min(asked["limit"], MOST), asked["offset"]
    found = _asking(context, asked)
    rows = list(islice(found, offset, offset + limit + 1))
    found.close()
    return {"datasets": rows[:limit], "more": len(rows) > limit}


def editable(context: Context) -> Editable:
    """The datasets that the user of a context may edit."""
    user = people.who(context)
    if user is None or user.sysadmin:
        return Editable(None if user else ())
    mine = tk.get_action("organization_list_for_user")(
        fresh_context(context), {"permission": "update_dataset"}
    )
    return Editable([organization["id"] for organization in mine], _shared(user.id))


def _shared(user_id: str) -> list[str]:
    if not authz.check_config_permission("allow_dataset_collaborators"):
        return []
    member = model.PackageMember
    query = model.Session.query(member.package_id).filter(
        member.user_id == user_id, member.capacity.in_(["editor", "admin"])
    )
    return [row[0] for row in query]


def _asking(context: Context, asked: DataDict) -> Generator[dict[str, Any]]:
    rows = to_classify.find(
        model.Session,
        editable(context),
        organization=asked.get("organization"),
        text=asked.get("q"),
    )
    wanted = asked.get("what")
    for row, verdict, what in _decided(rows):
        if wanted in what if wanted else what:
            yield _told(row, verdict, what)


def _decided(rows: Iterator[Any]) -> Iterator[tuple[Any, Verdict, list[str]]]:
    """Each with its verdict and what it asks for; those that are alike are decided once."""
    speaking, day, places = gate.protocols(), gate.today(), config.places()
    known: dict[Any, tuple[Verdict, list[str]]] = {}
    for row in rows:
        alike = (*impact.alike(row), row.corporate)
        if alike not in known:
            facts = impact.stored_of(row, places).facts
            verdict = decide(speaking, facts, day)
            known[alike] = verdict, _what(facts, verdict, corporate=row.corporate)
        yield row, *known[alike]


def _what(facts: Facts, verdict: Verdict, *, corporate: bool) -> list[str]:
    """What a classification asks for."""
    level = facts.level
    if level is None:
        return [] if facts.exempt or corporate else [UNCLASSIFIED]
    if not facts.asked:
        return []
    found = [INCOMPLETE] if verdict.open else []
    if verdict.proposed and level is not verdict.proposed:
        found.append(LOOSER if level < verdict.proposed else STRICTER)
    return found


def _told(row: Any, verdict: Verdict, what: list[str]) -> dict[str, Any]:
    answers = json.loads(row.answers) if row.answers else {}
    level, proposed = Level.parse(row.level), verdict.proposed if answers else None
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title,
        "organization": row.organization,
        "organization_title": row.organization_title,
        "exposure": row.exposure,
        "what": what,
        "level": level.slug if level else None,
        "words": wording.level_and_class(level),
        "proposed": proposed.slug if proposed else None,
        "answers": answers,
        "open": sorted(verdict.open) if answers else [],
    }
