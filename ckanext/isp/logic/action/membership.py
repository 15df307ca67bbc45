"""Doors that change who reads or edits the data of an organization.

The database records who was let in to High and Severe data; these say who did it, and through
which door. A group takes no dataset that its editor does not see.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.logic import fresh_context
from ckan.types import Action, ChainedAction, Context, DataDict

from ... import wording
from ...services import act as acts
from .. import save

DOORS = (
    "group_create",
    "group_patch",
    "group_update",
    "member_create",
    "organization_create",
    "organization_delete",
    "organization_member_create",
    "organization_patch",
    "organization_purge",
    "organization_update",
    "package_collaborator_create",
    "user_invite",
)

__all__ = [*DOORS]


def _announced(name: str) -> ChainedAction:
    @tk.chained_action
    def door(up: Action, context: Context, data_dict: DataDict) -> Any:
        if not context.get("user") and not context.get("ignore_auth"):
            raise tk.NotAuthorized()
        _see_every_package(context, data_dict)
        acts.announce(model.Session, save.door(context, name), unless_announced=True)
        return up(context, data_dict)

    door.__name__ = name
    door.__doc__ = f"As CKAN's ``{name}``; who is let in to High and Severe data is recorded."
    return door


def _see_every_package(context: Context, data_dict: DataDict) -> None:
    if context.get("ignore_auth") or authz.is_sysadmin(context.get("user")):
        return
    if data_dict.get("object_type") == "package":
        packages: list[Any] = [{"id": data_dict.get("object")}]
    else:
        listed = data_dict.get("packages")
        packages = listed if isinstance(listed, list) else []
    for package in packages:
        reference = (package.get("id") or package.get("name")) if isinstance(package, dict) else ""
        try:
            tk.check_access("package_show", fresh_context(context), {"id": reference})
        except (tk.NotAuthorized, tk.ObjectNotFound):
            raise tk.ValidationError({"packages": [wording.group_foreign()]}) from None


globals().update({name: _announced(name) for name in DOORS})
