"""Whether somebody has seen the requests that wait for them: kept with the user."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from .. import gate, wording
from ..services import queue as listing
from . import queue, save

OURS, SEEN = "isp", "hdx_seen"


def seen(context: Context) -> bool:
    """Whether nothing was sent since somebody looked."""
    latest = listing.last_sent(model.Session, queue.reader(context), gate.today())
    return latest <= _kept(model.User.get(save.user_id(context)))


def look(context: Context, user_id: str) -> dict[str, Any]:
    """Somebody looks at what waits for them.

    :raises NotAuthorized: where it is not they who looked
    """
    user: Any = model.User.get(save.user_id(context))
    if user_id not in (user.id, user.name):
        raise tk.NotAuthorized(wording.hdx.no_access())
    latest = listing.last_sent(model.Session, queue.reader(context), gate.today())
    kept = user.plugin_extras or {}
    user.plugin_extras = {**kept, OURS: {**kept.get(OURS, {}), SEEN: max(latest, _kept(user))}}
    return told(user.id, seen=True)


def told(user_id: str, *, seen: bool) -> dict[str, Any]:
    """A notification in HDX's shape."""
    return {"id": user_id, "package_maintainer_id": user_id, "seen": seen}


def _kept(user: Any) -> int:
    return ((user.plugin_extras or {}).get(OURS) or {}).get(SEEN, 0)
