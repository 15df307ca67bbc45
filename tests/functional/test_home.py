"""A page shows its reader what the reader may see, whatever draws it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Dataset


@pytest.mark.ckan_config("ckan.auth.allow_dataset_collaborators", "true")
def test_the_home_page_shows_nobody_what_is_closed(app: Any, dataset: Dataset) -> None:
    dataset(sensitivity="high", title="Canary of the home page", notes="Canary")
    assert "Canary" not in app.get("/").body
