"""People as sentences name them."""

from __future__ import annotations

from ckan import model


def name(user_id: str) -> str:
    """What a user is called; the id of one who is gone."""
    user = model.User.get(user_id)
    return user.display_name if user else user_id
