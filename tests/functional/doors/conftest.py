"""The portals, who tries their doors, and what is read through them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ckanext.isp import config
from ckanext.isp.store import keys

from . import baits as made
from .baits import OPENED, Bait
from .datasets import Shelf
from .people import people
from .readers import FEATURED, readers
from .reading import Lookout
from .relay import relay
from .servers import Portal, portal

PLUGINS = "isp scheming_datasets activity datastore datatables_view text_view image_view"
HOME = {"ckan.featured_orgs": FEATURED}
# what a page of an error has around it is looked at on the portal that is read
BARE_ERRORS = {"extra_template_paths": str(Path(__file__).parent / "templates")}


@pytest.fixture(autouse=True)
def clean_portal() -> None:
    """Nothing is emptied between these tests: every dataset has words of its own."""


@pytest.fixture(scope="package")
def guarded(
    database: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Portal, dict[str, Any]]]:
    """A portal that keeps the protocol, armed, with people."""
    with portal(tmp_path_factory.mktemp("guarded"), guarded=True, **BARE_ERRORS) as served:
        served.sql("UPDATE isp_guard SET mode = 'armed'")
        served.sql("DELETE FROM isp_exempt_type")
        yield served, people(served, secrets.token_hex(4))


@pytest.fixture(scope="package")
def unguarded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Portal, dict[str, Any]]]:
    """The same portal without the plugin."""
    folder = tmp_path_factory.mktemp("unguarded")
    with (
        relay() as address,
        portal(folder, guarded=False, **_loose(address), **BARE_ERRORS) as served,
    ):
        yield served, people(served, secrets.token_hex(4))


@pytest.fixture(scope="package")
def baits(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bait]]:
    """Datasets to look for on a portal with a restricted store: the one that writing is tried on
    has none, so that files lie where CKAN puts them."""
    folder = tmp_path_factory.mktemp("keeping")
    keys.add(str(folder / "keys"))
    own = {config.KEY_FILE: str(folder / "keys"), "ckan.plugins": f"{PLUGINS} resource_proxy"}
    with (
        relay() as address,
        portal(folder, guarded=True, **_loose(address), **own) as served,
    ):
        served.sql("UPDATE isp_guard SET mode = 'armed'")
        served.sql("DELETE FROM isp_exempt_type")
        yield {bait.kind: bait for bait in made.all_of(served, readers(served))}


@pytest.fixture(scope="package")
def open_bait(unguarded: tuple[Portal, dict[str, Any]]) -> Bait:
    """A dataset to look for on the portal without the plugin, where everybody reads it."""
    served, _people = unguarded
    (bait,) = made.all_of(served, readers(served))
    assert bait.kind == OPENED
    return bait


@pytest.fixture(scope="package")
def lookout() -> Lookout:
    return Lookout()


def _loose(address: str) -> dict[str, str]:
    return {**HOME, "ckan.download_proxy": address}


@pytest.fixture(scope="package")
def stock(unguarded: tuple[Portal, dict[str, Any]]) -> Shelf:
    return Shelf(*unguarded)


@pytest.fixture(scope="package")
def shelf(guarded: tuple[Portal, dict[str, Any]]) -> Shelf:
    return Shelf(*guarded)
