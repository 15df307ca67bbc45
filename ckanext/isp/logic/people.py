"""Who acts, and people as sentences name them."""

from __future__ import annotations

from ckan import model
from ckan.types import Context


def who(context: Context) -> model.User | None:
    """The user of a context, whom CKAN has mostly looked up already; None for nobody."""
    named, known = context.get("user"), context.get("auth_user_obj")
    if isinstance(known, model.User) and named in (None, known.name):
        return known
    return model.User.get(named) if named else None


def name(user_id: str) -> str:
    """What a user is called; the id of one who is gone."""
    user = model.User.get(user_id)
    return user.display_name if user else user_id
