"""A person's own filters of the queue, kept with their account; nobody else reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from .. import wording

PLACE = "isp"
KEY = "request_filters"
ASKED = ("state", "q", "dataset", "organization", "sort")
MOST, LONGEST = 20, 200


def of(user: model.User | None) -> list[dict[str, str]]:
    """Somebody's filters, by name."""
    return _read(user.plugin_extras) if user else []


def keep(user_id: str, asked: Mapping[str, Any]) -> list[dict[str, str]]:
    """Keep one under its name.

    :raises ValidationError: where there are too many
    """
    user = _locked(user_id)
    name = str(asked["name"])[:LONGEST]
    others = [one for one in _read(user.plugin_extras) if one["name"] != name]
    if len(others) >= MOST:
        raise tk.ValidationError({"name": [wording.reviewing.too_many_filters(MOST)]})
    kept = {key: str(asked[key])[:LONGEST] for key in ASKED if asked.get(key)}
    return _write(user, [*others, {"name": name, **kept}])


def drop(user_id: str, name: str) -> list[dict[str, str]]:
    """Keep one no longer."""
    user = _locked(user_id)
    return _write(user, [one for one in _read(user.plugin_extras) if one["name"] != name])


def _locked(user_id: str) -> model.User:
    query = sa.select(model.User).where(model.User.id == user_id)
    fresh = query.with_for_update(of=model.User).execution_options(populate_existing=True)
    return model.Session.scalars(fresh).one()


def _read(extras: Mapping[str, Any] | None) -> list[dict[str, str]]:
    kept = ((extras or {}).get(PLACE) or {}).get(KEY) or []
    return sorted(kept, key=lambda one: one["name"].casefold())


def _write(user: model.User, kept: list[dict[str, str]]) -> list[dict[str, str]]:
    extras = dict(user.plugin_extras or {})
    user.plugin_extras = {**extras, PLACE: {**(extras.get(PLACE) or {}), KEY: kept}}
    model.Session.flush()
    return _read(user.plugin_extras)
