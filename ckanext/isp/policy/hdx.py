"""What HDX Connect's words mean for a request of ours.

There, an approval says that somebody was in touch; here it says that data may be given, and needs
what it needs. So HDX's words reply, refuse and end, and never approve.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .queue import Hdx, hdx
from .request import State


@dataclass(frozen=True)
class Standing:
    """How a request reads in HDX's words.

    :param shared: its data reached whoever asked: granted and begun, told so, or open to all
    """

    state: Hdx
    shared: bool
    rejected: bool


class Meaning(enum.Enum):
    """What is meant by setting HDX's words on a request."""

    NOTHING = "nothing"
    REPLY = "reply"
    REFUSE = "refuse"
    SHARED = "shared"
    APPROVE_FIRST = "approve_first"
    UNCLEAR = "unclear"


def standing(state: State, shared: bool) -> Standing:
    """How a request reads in HDX's words."""
    named = Hdx.ARCHIVE if shared else hdx(state)
    return Standing(named, shared, state is State.DECLINED)


def meaning(state: State, now: Standing, asked: Mapping[str, Any]) -> Meaning:
    """What is meant by setting these words; those that it has already mean nothing.

    :param asked: ``state`` as ``Hdx``, ``data_shared`` and ``rejected``, as far as they are set
    """
    has = {"state": now.state, "data_shared": now.shared, "rejected": now.rejected}
    new = {key: asked[key] for key in has if key in asked and asked[key] != has[key]}
    if new.get("rejected"):
        return Meaning.REFUSE
    if new.get("data_shared"):
        given = state in (State.APPROVED, State.GRANTED)
        return Meaning.SHARED if given else Meaning.APPROVE_FIRST
    if not new:
        return Meaning.NOTHING
    if new == {"state": Hdx.ARCHIVE} and asked.get("data_shared") is False:
        return Meaning.REFUSE
    if new == {"state": Hdx.OPEN} and now.state is Hdx.NEW:
        return Meaning.REPLY
    return Meaning.UNCLEAR
