"""Telling the database who acts, through which door and on what ground, for one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..policy.protocol import Protocol

NEW = "new"
# what a session knows of itself once something may be on record in its transaction
ACTED = "isp_acted"

_ANNOUNCE = sa.text(
    "SELECT CASE WHEN :keep AND isp_act() <> '{}' THEN NULL ELSE "
    "set_config('isp.act', (cast(:act AS jsonb) || "
    "jsonb_build_object('actor', isp_person_of(:user)))::text, true) END"
)


@dataclass(frozen=True)
class Act:
    """An act on a dataset, as the record will tell it.

    :param user_id: who acts; None for the portal itself
    :param door: the action or command
    :param protocol: the protocol that was applied
    :param reason: why, in the actor's words
    :param indexes: id of the dataset that the door indexes itself, or ``NEW``
    :param kind: what to record instead of what the change looks like
    """

    user_id: str | None
    door: str
    protocol: Protocol | None = None
    reason: str | None = None
    indexes: str | None = None
    kind: str | None = None

    def settings(self) -> dict[str, Any]:
        protocol = self.protocol
        told = {
            "door": self.door,
            "protocol": protocol.key if protocol else None,
            "version": protocol.version if protocol else None,
            "reason": self.reason,
            "indexes": self.indexes,
            "kind": self.kind,
        }
        return {key: value for key, value in told.items() if value is not None}


def announce(session: Session, act: Act, *, unless_announced: bool = False) -> None:
    """Make the rest of this transaction known as one act. One statement; ends with it.

    :param unless_announced: leave an act that was announced before: this door is a part of it
    """
    told = {"act": json.dumps(act.settings()), "user": act.user_id or ""}
    session.execute(_ANNOUNCE, {**told, "keep": unless_announced})
    session.info[ACTED] = True
