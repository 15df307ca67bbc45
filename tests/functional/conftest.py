"""A portal with real PostgreSQL, Redis and Solr, empty before each test, its guard armed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import makers
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli import cli
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.lib import search
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from emptying import empty
from freezegun import freeze_time
from passlib.hash import pbkdf2_sha512

from ckanext.isp import doctor

# how a portal under test is spared work is written there
sys.path.append(str(Path(__file__).parents[1]))
from sparing import collect_seldom

Dataset = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """The portal's plugins, and its tables, made once; passwords are hashed in no time."""
    pbkdf2_sha512.default_rounds = 1
    p.load_all()
    model.repo.init_db()
    for plugin in ("activity", "isp"):
        _run_migrations(plugin, None, True)
    yield
    p.unload_all()


@pytest.fixture(autouse=True)
def clean_portal(database: None) -> Iterator[None]:
    """Nothing in the database, the index and the queue; the guard armed."""
    model.Session.remove()
    empty()
    search.clear_all()
    connect_to_redis().flushdb()
    doctor.look_again()
    yield
    model.Session.rollback()
    model.Session.remove()


@pytest.fixture(scope="session")
def application(database: None) -> Any:
    """What serves the portal, made once: making it takes longer than most tests."""
    made = make_app(tk.config)
    collect_seldom()
    return made


@pytest.fixture(scope="session", autouse=True)
def commands_of_one_portal(application: Any) -> Iterator[None]:
    """Commands run in the portal that is there; each would make one of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "make_app", lambda _config: application)
        yield


@pytest.fixture
def freezer() -> Iterator[Any]:
    """The time stands still; the plugin for it asks each test what it does with time."""
    with freeze_time(ignore=["_pytest.terminal", "_pytest.runner"]) as frozen:
        yield frozen


@pytest.fixture
def app(application: Any) -> CKANTestApp:
    """A visitor of the portal, who has been nowhere yet."""
    return CKANTestApp(application)


@pytest.fixture
def organization() -> dict[str, Any]:
    return makers.organization()


@pytest.fixture
def editor(organization: dict[str, Any]) -> dict[str, Any]:
    """A data manager: editor of the organization."""
    return makers.join(organization, makers.person(), "editor")


@pytest.fixture
def org_admin(organization: dict[str, Any]) -> dict[str, Any]:
    """A second person: administrator of the organization."""
    return makers.join(organization, makers.person(), "admin")


@pytest.fixture
def sysadmin() -> dict[str, Any]:
    return makers.person(sysadmin=True)


@pytest.fixture
def dataset(organization: dict[str, Any], editor: dict[str, Any]) -> Dataset:
    """Makes a dataset as the editor does."""

    def make(**fields: Any) -> dict[str, Any]:
        fields.setdefault("owner_org", organization["id"])
        fields.setdefault("name", factories.Dataset.stub().name)
        return tk.get_action("package_create")({"user": editor["name"]}, fields)

    return make


def row(dataset_id: str) -> Any:
    """The dataset as the database has it."""
    model.Session.rollback()
    return model.Session.execute(
        sa.text(
            "SELECT private, state, owner_org, extras->>'sensitivity' AS sensitivity, "
            "isp_exposure(private, extras) AS exposure FROM package WHERE id = :id"
        ),
        {"id": dataset_id},
    ).one()


def found_by_anyone(**query: Any) -> list[str]:
    """Ids of the datasets that an anonymous search finds."""
    answer = tk.get_action("package_search")({"user": ""}, {"rows": 1000, **query})
    return [result["id"] for result in answer["results"]]


def events(dataset_id: str) -> list[str]:
    """Kinds of what is on record about a dataset, oldest first."""
    model.Session.rollback()
    return list(
        model.Session.scalars(
            sa.text("SELECT kind FROM isp_event WHERE package_id = :id ORDER BY id"),
            {"id": dataset_id},
        )
    )
