"""The datasets that somebody has to classify, or to look at again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import fresh_context
from ckan.types import Context, DataDict

from .. import config, gate, wording
from ..policy.verdict import Verdict
from ..services import to_classify
from ..services.to_classify import Editable, Found

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
    user = model.User.get(context.get("user"))
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


def _asking(context: Context, asked: DataDict) -> Any:
    found = to_classify.find(
        model.Session,
        editable(context),
        config.places(),
        organization=asked.get("organization"),
        text=asked.get("q"),
    )
    wanted = asked.get("what")
    return (row for row in _told_of(found) if not wanted or wanted in row["what"])


def _told_of(found: Iterator[Found]) -> Iterator[dict[str, Any]]:
    for one in found:
        if one.facts.exempt or (one.corporate and one.facts.level is None):
            continue
        verdict = gate.verdict(one.facts)
        what = _what(one, verdict)
        if what:
            yield _told(one, verdict, what)


def _what(one: Found, verdict: Verdict) -> list[str]:
    """What a classification asks for."""
    level = one.facts.level
    if level is None:
        return [UNCLASSIFIED]
    if not one.facts.asked:
        return []
    found = [INCOMPLETE] if verdict.open else []
    if verdict.proposed and level is not verdict.proposed:
        found.append(LOOSER if level < verdict.proposed else STRICTER)
    return found


def _told(one: Found, verdict: Verdict, what: list[str]) -> dict[str, Any]:
    level = one.facts.level
    proposed = verdict.proposed if one.facts.asked else None
    return {
        "id": one.id,
        "name": one.name,
        "title": one.title,
        "organization": one.organization,
        "organization_title": one.organization_title,
        "exposure": one.exposure,
        "what": what,
        "level": level.slug if level else None,
        "words": wording.level_and_class(level),
        "proposed": proposed.slug if proposed else None,
        "answers": one.answers or {},
        "open": sorted(verdict.open) if one.facts.asked else [],
    }
