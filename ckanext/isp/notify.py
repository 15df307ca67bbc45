"""Carrying notices from where they arise to where they are read."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Response, g, has_request_context, request

NOTICES = "isp_notices"


def collect(context: Context) -> list[dict[str, str]]:
    """A list that notices of actions called with this context are added to."""
    notices: list[dict[str, str]] = []
    context[NOTICES] = notices
    return notices


def tell(context: Context, notices: list[dict[str, str]]) -> None:
    """Keep notices for the answer, and for the page that a browser sees next."""
    waiting: Any = context.get(NOTICES)
    if waiting is not None:
        waiting.extend(notices)
    if notices and has_request_context():
        g.isp_notices = [*g.get("isp_notices", ()), *notices]


def flash(response: Response) -> Response:
    """Show on the next page what the saves of this request were told."""
    if not request.path.startswith("/api/"):
        for notice in g.pop("isp_notices", ()):
            tk.h.flash_notice(notice["message"])
    return response
