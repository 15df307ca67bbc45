"""What saves and actions share about reading protocols (R6)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import DataDict

from .. import config, gate, wording
from ..documents import library
from ..policy.answers import PLACE
from ..services import acknowledgement
from ..services.acknowledgement import Unread
from ..wording import reading

TICKED = "isp_acknowledge"


def take(data_dict: DataDict, user_id: str | None) -> None:
    """Keep what was ticked in a form, in the transaction of its save."""
    ticked = data_dict.pop(TICKED, None)
    ids = {str(value) for value in (ticked if isinstance(ticked, list) else [ticked])}
    if user_id and ticked:
        found = [one.id for one in unread(user_id) if str(one.id) in ids]
        acknowledgement.acknowledge(model.Session, user_id, found)


def unread(user_id: str | None) -> list[Unread]:
    """What a user has not read yet of what applies to the whole portal or its places."""
    spoken = gate.protocols()
    if user_id is None or spoken == (library.template().protocol,):
        return []
    places = config.places()
    known = {PLACE: places} if places else {}
    return acknowledgement.unread(model.Session, user_id, spoken, known)


def notices(user_id: str | None) -> list[dict[str, str]]:
    """What a save tells somebody who has not read all; never more than one notice."""
    waiting = unread(user_id)
    if not waiting:
        return []
    names = [wording.protocol(one.protocol) for one in waiting]
    url = tk.url_for("isp_protocol.read", key=waiting[0].protocol.key, _external=True)
    return [{"code": "to_acknowledge", "message": reading.notice(names, url)}]


def told(one: Unread) -> dict[str, Any]:
    """A version to be read, as scripts and pages read it."""
    of = one.protocol
    return {"id": one.id, "key": of.key, "version": of.version, "title": of.title}
