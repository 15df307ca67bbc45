"""A portal with real PostgreSQL, Redis and Solr, empty before each test, its guard armed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.db import _run_migrations
from ckan.lib import search
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories

from ckanext.isp import doctor
from ckanext.isp.model import guard

KEPT = {"isp_guard", "isp_exempt_type"}
Dataset = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """The portal's plugins, and its tables, made once."""
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


def empty() -> None:
    """Remove every row. Records can only be emptied by their owner, with their triggers off."""
    with model.meta.engine.begin() as connection:
        tables = set(sa.inspect(connection).get_table_names()) - KEPT
        tables = {table for table in tables if not table.endswith("alembic_version")}
        for table in guard.RECORDS:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        quoted = ", ".join(f'"{table}"' for table in sorted(tables))
        connection.exec_driver_sql(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        for table in guard.RECORDS:
            guard.make_append_only(connection, table)
        connection.exec_driver_sql("UPDATE isp_guard SET mode = 'armed'")
        connection.exec_driver_sql("DELETE FROM isp_exempt_type")


@pytest.fixture
def organization() -> dict[str, Any]:
    return factories.Organization()


@pytest.fixture
def editor(organization: dict[str, Any]) -> dict[str, Any]:
    """A data manager: editor of the organization."""
    user = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": ""},
        {"id": organization["id"], "username": user["name"], "role": "editor"},
    )
    return user


@pytest.fixture
def org_admin(organization: dict[str, Any]) -> dict[str, Any]:
    """A second person: administrator of the organization."""
    user = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": ""},
        {"id": organization["id"], "username": user["name"], "role": "admin"},
    )
    return user


@pytest.fixture
def sysadmin() -> dict[str, Any]:
    return factories.SysadminWithToken()


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
