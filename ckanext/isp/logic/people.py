"""Who acts, and people as sentences name them."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.types import Context
from flask import has_request_context


def who(context: Context) -> model.User | None:
    """The user of a context, whom CKAN has mostly looked up already; None for nobody."""
    named, known = context.get("user"), context.get("auth_user_obj")
    if isinstance(known, model.User) and named in (None, known.name):
        return known
    return model.User.get(named) if named else None


def known(context: Context) -> Context:
    """The same context; for whoever asks for a page it holds the user whom CKAN has looked up."""
    user: Any = current_user if has_request_context() else None
    if user and user.is_authenticated and context.setdefault("user", user.name) == user.name:
        context.setdefault("auth_user_obj", user._get_current_object())
    return context


def name(user_id: str) -> str:
    """What a user is called; the id of one who is gone."""
    user = model.User.get(user_id)
    return user.display_name if user else user_id
