"""Whoever looks at the page: the head of it, and what waits for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import helpers
from ckan.lib.dictization.model_dictize import user_dictize
from ckan.types import Context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from ..logic import queue
from ..policy.notice import Mails
from ..services import notices
from ..wording import notice as notice_words


def isp_unread() -> dict[str, Any]:
    """How many notices the current user has yet to read: asked once per page."""
    if "isp_unread" not in tk.g:
        tk.g.isp_unread = 0
        try:
            tk.g.isp_glance = notices.glance(model.Session, tk.current_user.id)
            tk.g.isp_unread = tk.g.isp_glance.unread
        except SQLAlchemyError:
            # the header of a page that says what went wrong
            model.Session.rollback()
    count = tk.g.isp_unread
    most = notices.MANY - 1
    return {"count": count, "shown": f"{most}+" if count > most else str(count)}


def isp_mails() -> list[dict[str, str]]:
    """How somebody can be told by mail, in words."""
    words = {one.value: notice_words.mails(one) for one in Mails}
    return [{"value": value, "label": said[0], "means": said[1]} for value, said in words.items()]


def isp_requests_waiting() -> int | None:
    """How many requests wait for the current user; None for those who look after none."""
    if not tk.current_user.is_authenticated:
        return None
    if "isp_waiting" not in tk.g:
        tk.g.isp_waiting = queue.waiting(Context(user=tk.current_user.name))
    return tk.g.isp_waiting


@tk.chained_helper
def user_image(up: Callable[..., Any], user_id: str, size: int = 100) -> Any:
    """As CKAN's, which looks everybody up; whoever looks at the page is known, and in its head."""
    me: Any = tk.current_user
    if not me.is_authenticated or user_id != me.name:
        return up(user_id, size)
    if me.image_url and (url := user_dictize(me, Context(user=me.name))["image_display_url"]):
        image = '<img src="{}" class="user-image" width="{}" height="{}" alt="{}" />'
        return Markup(image).format(helpers.sanitize_url(url), size, size, me.name)
    default = tk.config.get("ckan.gravatar_default")
    if default == "disabled":
        shown = {"size": size, "user_name": me.display_name}
        return tk.h.snippet("user/snippets/placeholder.html", **shown)
    return tk.h.gravatar(me.email_hash, size, default)
