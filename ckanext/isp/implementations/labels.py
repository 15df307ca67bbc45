"""Who may read which dataset, as CKAN's permission labels tell it."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
from ckan import authz, model
from ckan.lib.plugins import DefaultPermissionLabels
from flask import g, has_request_context

from ..services import labels


class PermissionLabels(p.SingletonPlugin, DefaultPermissionLabels):
    """CKAN's labels, and one for grants on every dataset that is not public."""

    p.implements(p.IPermissionLabels)

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        theirs = super().get_dataset_labels(dataset_obj)
        return theirs if theirs == ["public"] else [*theirs, labels.of_granted(dataset_obj.id)]

    def get_user_dataset_labels(self, user_obj: Any) -> list[str]:
        """A user's labels, worked out once per request."""
        if not getattr(user_obj, "id", None) or user_obj.sysadmin:
            return super().get_user_dataset_labels(user_obj)
        if not has_request_context():
            return _of(user_obj)
        known: dict[str, list[str]] = g.setdefault("isp_labels", {})
        if user_obj.id not in known:
            known[user_obj.id] = _of(user_obj)
        return known[user_obj.id]


def _of(user: model.User) -> list[str]:
    cascading: Any = authz.check_config_permission("roles_that_cascade_to_sub_groups")
    theirs = labels.of_user(
        model.Session,
        user.id,
        reading=authz.get_roles_with_permission("read"),
        cascading=cascading or [],
        collaborators=bool(authz.check_config_permission("allow_dataset_collaborators")),
    )
    return ["public", f"creator-{user.id}", *theirs]
