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
from ..policy.deciders import Agreement, Demand
from ..policy.earlier import outcomes
from ..policy.request import State
from ..policy.scale import Level
from ..policy.verdict import Verdict
from ..services import grants, requests
from . import asking, people, save
from .seat import about, organizations

# of one's own for the same dataset, the latest
EARLIER = 5


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
        "deciders": [agreement(one) for one in needed],
        "mine": _open(save.user_id(context), package),
        **form(verdict, save.user_id(context)),
    }


def earlier(user_id: str, package: model.Package) -> dict[str, Any]:
    """What came of requests for a dataset: one's own, and of others how many."""
    others = requests.of_others(model.Session, user_id, package.id)
    return {
        **outcomes(others, about(package)[0].exposure)._asdict(),
        "mine": [
            {
                "request": one.id,
                "state": one.state,
                "state_words": wording.request.state(State(one.state)),
                "submitted_at": one.submitted_at.isoformat() if one.submitted_at else None,
            }
            for one in requests.before(model.Session, user_id, package.id, EARLIER)
        ],
    }


def agreement(of: Agreement) -> str:
    """Whose agreement is needed; an organisation by its title."""
    found = model.Group.get(of.of) if of.demand is Demand.ORGANISATION else None
    return wording.request.agreement(of, found.display_name if found else "")


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


def every_purpose() -> dict[str, str]:
    """What any protocol of the portal says that data is shared for, as ``purposes``."""
    return _purposes(gate.documents())


def purpose(verdict: Verdict, said: Mapping[str, Any]) -> str:
    """A purpose as its reader reads it; as it was written where no protocol lists it."""
    value = said.get(Field.PURPOSE.value) or ""
    return {**purposes(verdict), OTHER: wording.asking.other_purpose()}.get(value, value)


def to_come(day: dt.date | None) -> str | None:
    """The day from which something is given, as long as that is still to come."""
    return day.isoformat() if day and day > gate.today() else None


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
        "from": to_come(grant.from_day) if grant else None,
        "until": grant.until.isoformat() if grant and state is State.GRANTED else None,
        "suspended": bool(grant and grant.suspended_at),
    }
