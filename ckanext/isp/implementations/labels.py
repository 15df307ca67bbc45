"""Who may read which dataset, as CKAN's permission labels tell it."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels
from flask import g, has_request_context


class PermissionLabels(p.SingletonPlugin, DefaultPermissionLabels):
    """CKAN's labels, and one for grants on every dataset that is not public."""

    p.implements(p.IPermissionLabels)

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        labels = super().get_dataset_labels(dataset_obj)
        return labels if labels == ["public"] else [*labels, f"isp-grant-{dataset_obj.id}"]

    def get_user_dataset_labels(self, user_obj: Any) -> list[str]:
        """A user's labels, worked out once per request."""
        if not has_request_context() or not getattr(user_obj, "id", None):
            return super().get_user_dataset_labels(user_obj)
        known: dict[str, list[str]] = g.setdefault("isp_labels", {})
        if user_obj.id not in known:
            known[user_obj.id] = super().get_user_dataset_labels(user_obj)
        return known[user_obj.id]
