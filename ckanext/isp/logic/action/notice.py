"""What somebody is told: reading it, and how it reaches them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ... import jobs
from ...policy.notice import Mails
from ...services import letters
from ...services import notices as kept
from .. import notices, schema

__all__ = ["isp_notice_list", "isp_notice_read", "isp_notice_settings"]


@tk.side_effect_free
@validate(schema.notice_list)
def isp_notice_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What you were told, newest first.

    :param limit: how many at most (25, never more than 100)
    :param offset: how many to skip (0)
    :returns: ``notices``, each with ``id``, ``kind``, ``needs`` (``act`` or ``know``), ``subject``,
        ``lines``, ``dataset`` (``id``, and ``title`` where you see it), ``link``, ``path``,
        ``made_at`` and ``read_at``; how many are ``unread`` (100 for more), whether there are
        ``more``; for system administrators ``stuck``, how many mails do not leave
    """
    tk.check_access("isp_notice_list", context, data_dict)
    user = notices.reader(context)
    limit = min(data_dict["limit"], schema.MANY)
    rows = kept.listed(model.Session, user.id, limit + 1, data_dict["offset"])
    return {
        "notices": notices.told(context, rows[:limit]),
        "unread": kept.glance(model.Session, user.id).unread,
        "more": len(rows) > limit,
        **({"stuck": letters.counts(model.Session)} if user.sysadmin else {}),
    }


@validate(schema.notice_read)
def isp_notice_read(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say that you have read a notice, those about a request, or all of yours.

    :param id: of one notice (optional)
    :param request: number of a request (optional)
    :returns: how many you had not ``read`` before; of one notice the ``path`` that it leads to
    """
    tk.check_access("isp_notice_read", context, data_dict)
    user, one = notices.reader(context), data_dict.get("id")
    path = notices.path(user.id, one) if one is not None else None
    done = kept.read(model.Session, user.id, one, data_dict.get("request"))
    model.Session.commit()
    return {"read": done, **({"path": path} if path else {})}


@validate(schema.notice_settings)
def isp_notice_settings(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How you are told by mail; what is left out stays as it is.

    What you have to do is mailed at once whatever you choose.

    :param mails: ``at_once``, ``daily`` or ``never``
    :param language: of your mails, until you use the portal in another one
    :returns: ``mails`` and ``language`` as they are now
    """
    tk.check_access("isp_notice_settings", context, data_dict)
    user = notices.reader(context)
    if data_dict.get("mails"):
        kept.want(model.Session, user.id, Mails(data_dict["mails"]))
    if data_dict.get("language"):
        kept.speaks(model.Session, user.id, data_dict["language"])
    if data_dict.get("mails") or data_dict.get("language"):
        model.Session.commit()
        jobs.send_mails()
    now = kept.wanted(model.Session, user.id)
    return {"mails": now.mails.value, "language": now.language}
