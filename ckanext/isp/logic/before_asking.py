"""What somebody is to know before they ask for a dataset: whether they can, whom, how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ckan import model
from ckan.types import Context

from .. import config, gate, wording
from ..documents.compile import Document
from ..policy import deciders
from ..policy.access import May
from ..policy.criteria import OTHER, Field
from ..policy.request import State
from ..policy.scale import Level
from ..policy.verdict import Verdict
from ..services import grants, requests
from . import asking, people, save
from .seat import about, organizations


def told(context: Context, package: model.Package) -> dict[str, Any]:
    """How a dataset is asked for, and where its reader stands to it."""
    stored, verdict = about(package)
    level = stored.facts.level
    user = people.who(context)
    needed = deciders.needed(verdict, level).values()
    return {
        "why_not": asking.refusal(user, package),
        "have": gate.may(user, package, May.GET) is not None,
        "formal": level in (None, Level.SEVERE),
        "days": config.answer_days(),
        "answer_by": asking.answer_by().isoformat(),
        "deciders": [wording.request.agreement(agreement) for agreement in needed],
        "mine": _open(save.user_id(context), package),
        **form(verdict, save.user_id(context)),
    }


def form(verdict: Verdict, user_id: str | None, chosen: str | None = None) -> dict[str, Any]:
    """What the form of a request offers.

    :param chosen: a purpose that was named already
    """
    last = requests.last_said(model.Session, user_id) if user_id else {}
    return {
        "purposes": _offered(verdict, chosen),
        "latest": (gate.today() + dt.timedelta(days=config.longest_days())).isoformat(),
        "longest": config.longest_days(),
        "organizations": [one.title or one.name for one in organizations(user_id)],
        "last": {field.value: last[field.value] for field in asking.KEPT if field.value in last},
    }


def purposes(verdict: Verdict) -> dict[str, str]:
    """What the protocols that apply say that data is shared for, in the reader's language.

    :returns: by what a request keeps: the words of the first language that they are written in
    """
    apply = {protocol.key for protocol in verdict.protocols}
    return _purposes([one for one in gate.documents() if one.protocol.key in apply])


def chosen_purpose(value: str) -> str:
    """A purpose that was chosen of a list, whichever protocol of the portal has it in its."""
    return _purposes(gate.documents()).get(value, value)


def purpose(verdict: Verdict, said: Mapping[str, Any]) -> str:
    """A purpose as its reader reads it; as it was written where no protocol lists it."""
    value = said.get(Field.PURPOSE.value) or ""
    return {**purposes(verdict), OTHER: wording.asking.other_purpose()}.get(value, value)


def _purposes(documents: Sequence[Document]) -> dict[str, str]:
    texts = (one.words(text) for one in documents for text in one.told.get("purposes", ()))
    return {next(iter(words.values())): wording.pick(words) for words in texts}


def _offered(verdict: Verdict, chosen: str | None) -> list[dict[str, str]]:
    offered = purposes(verdict)
    if chosen and chosen != OTHER:
        offered.setdefault(chosen, chosen)
    offered[OTHER] = wording.asking.other_purpose()
    return [{"value": value, "label": label} for value, label in offered.items()]


def _open(user_id: str | None, package: model.Package) -> dict[str, Any] | None:
    found = requests.open_of(model.Session, user_id, package.id) if user_id else None
    if found is None:
        return None
    grant, state = grants.of(model.Session, found.id), State(found.state)
    return {
        "request": found.id,
        "state": state.value,
        "state_words": wording.request.state(state),
        "until": grant.until.isoformat() if grant and state is State.GRANTED else None,
        "suspended": bool(grant and grant.suspended_at),
    }
