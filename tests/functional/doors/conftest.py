"""The two portals, and who tries their doors."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from .datasets import Shelf
from .people import people
from .servers import Portal, portal


@pytest.fixture(autouse=True)
def clean_portal() -> None:
    """Nothing is emptied between these tests: every dataset has words of its own."""


@pytest.fixture(scope="package")
def guarded(
    database: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Portal, dict[str, Any]]]:
    """A portal that keeps the protocol, armed, with people."""
    with portal(tmp_path_factory.mktemp("guarded"), guarded=True) as served:
        served.sql("UPDATE isp_guard SET mode = 'armed'")
        served.sql("DELETE FROM isp_exempt_type")
        yield served, people(served, secrets.token_hex(4))


@pytest.fixture(scope="package")
def unguarded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Portal, dict[str, Any]]]:
    """The same portal without the plugin."""
    with portal(tmp_path_factory.mktemp("unguarded"), guarded=False) as served:
        yield served, people(served, secrets.token_hex(4))


@pytest.fixture(scope="package")
def stock(unguarded: tuple[Portal, dict[str, Any]]) -> Shelf:
    return Shelf(*unguarded)


@pytest.fixture(scope="package")
def shelf(guarded: tuple[Portal, dict[str, Any]]) -> Shelf:
    return Shelf(*guarded)
