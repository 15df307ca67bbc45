"""Whose datasets a user's lists are about."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic import fresh_context
from ckan.types import Context

from . import people


def organizations(context: Context, permission: str) -> set[str] | None:
    """The ids of the organisations in which a user may do something; None for all."""
    user = people.who(context)
    if context.get("ignore_auth") or (user and user.sysadmin):
        return None
    asked = {"permission": permission}
    mine = tk.get_action("organization_list_for_user")(fresh_context(context), asked)
    return {organization["id"] for organization in mine}
