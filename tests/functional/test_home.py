"""A page shows its reader what the reader may see, whatever draws it."""

from __future__ import annotations

import html
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import helpers
from conftest import Dataset


@pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", "true")
def test_the_home_page_shows_nobody_what_is_closed(app: Any, dataset: Dataset) -> None:
    dataset(sensitivity="high", title="Canary of the home page", notes="Canary")
    assert "Canary" not in app.get("/").body


def test_whoever_looks_at_a_page_is_shown_there_as_ckan_shows_everybody(
    app: Any, editor: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.flask_app.test_request_context("/"):
        me = model.User.get(editor["name"])
        tk.login_user(me)
        for me.image_url in (None, "https://example.org/me?a=1&b=2", "me.png"):
            for default in ("identicon", "disabled", "https://example.org/nobody.png"):
                monkeypatch.setitem(tk.config, "ckan.gravatar_default", default)
                shown, known = (
                    html.unescape(" ".join(show(me.name, size=22).split()))
                    for show in (tk.h.user_image, helpers.user_image)
                )
                assert shown == known
                assert "22" in shown
