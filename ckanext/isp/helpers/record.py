"""What is on record, and who did it; proposals to lower, and reviews."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .. import gate, wording
from ..logic import people
from ..policy.review import When
from .dataset import isp_can


def isp_event_words(event: dict[str, Any]) -> str:
    """One row of the record as a sentence."""
    return wording.event(event)


def isp_event_kinds() -> dict[str, str]:
    """What can be on record, in words, by its slug."""
    return wording.log.kinds()


def isp_user_name(user_id: str | None) -> str:
    """How a person of the record is named; the portal itself where there is none."""
    if not user_id:
        return tk._("The portal, or somebody with access to its database")
    return people.name(user_id)


def isp_actor(event: dict[str, Any]) -> str:
    """Who did what a row of the record or a note on it tells, by name; nobody who was erased."""
    if event.get("actor_erased"):
        return wording.log.erased()
    return isp_user_name(event["actor"])


def isp_cited(event: dict[str, Any]) -> str:
    """The protocol that a row of the record cites, by title where it is still in force."""
    titles = {protocol.key: wording.title(protocol) for protocol in gate.protocols()}
    key = event.get("protocol")
    return f"{titles.get(key, key)}, {event['protocol_version']}" if key else ""


def isp_may_decide(proposal: dict[str, Any]) -> bool:
    """Whether the current user may decide about a proposal: somebody else's, and waiting."""
    mine = proposal["requested_by"] == getattr(tk.current_user, "id", None)
    waits = proposal["state"] == "pending"
    return waits and not mine and isp_can("isp_lowering_approve", proposal["package_id"])


def isp_state_words(state: str) -> str:
    """The state of a proposal."""
    return wording.state(state)


def isp_review_when(when: str) -> str:
    """Why a classification is to be looked at again."""
    return wording.review.when(When(when))
