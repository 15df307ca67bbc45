"""Deleting means gone; what comes back comes back closed."""

from __future__ import annotations

import os
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from ckan.tests import factories
from conftest import Dataset, row
from test_datasets import act, csv


def path_of(resource_id: str) -> str:
    return str(uploader.get_resource_uploader({"id": resource_id}).get_path(resource_id))


@pytest.fixture
def with_file(dataset: Dataset, editor: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = dataset(sensitivity="low")
    resource = act("resource_create", editor, package_id=made["id"], upload=csv(), url="x")
    assert os.path.exists(path_of(resource["id"]))
    return made, resource


def test_a_deleted_resource_leaves_no_file_and_no_view(with_file: Any, editor: Any) -> None:
    _made, resource = with_file
    act("resource_delete", editor, id=resource["id"])
    assert not os.path.exists(path_of(resource["id"]))
    assert model.Session.query(model.ResourceView).count() == 0


def test_a_resource_left_out_of_an_update_leaves_no_file(with_file: Any, editor: Any) -> None:
    made, resource = with_file
    act("package_patch", editor, id=made["id"], resources=[])
    assert not os.path.exists(path_of(resource["id"]))


def test_a_file_replaced_by_a_link_is_gone(with_file: Any, editor: Any) -> None:
    _made, resource = with_file
    act("resource_patch", editor, id=resource["id"], url="https://example.org/x.csv", url_type="")
    assert not os.path.exists(path_of(resource["id"]))


def test_a_purged_dataset_leaves_nothing_behind(with_file: Any, editor: Any, sysadmin: Any) -> None:
    made, resource = with_file
    tk.get_action("datastore_create")(
        {"user": editor["name"]},
        {"resource_id": resource["id"], "force": True, "records": [{"name": "Amina"}]},
    )
    act("follow_dataset", factories.User(), id=made["id"])
    act("dataset_purge", sysadmin, id=made["name"])
    assert not os.path.exists(path_of(resource["id"]))
    assert model.Session.query(model.ResourceView).count() == 0
    assert model.Session.query(model.UserFollowingDataset).count() == 0
    with pytest.raises(tk.ObjectNotFound):
        act("datastore_search", sysadmin, resource_id=resource["id"])
    kinds = model.Session.scalars(sa.text("SELECT kind FROM isp_event ORDER BY id")).all()
    assert kinds[-1] == "purged"


@pytest.mark.parametrize("reference", ["id", "name"])
def test_a_deleted_dataset_keeps_no_collaborator(
    reference: str, dataset: Dataset, sysadmin: Any
) -> None:
    made = dataset(sensitivity="high")
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO package_member VALUES (:p, :u, 'editor', now())"),
            {"p": made["id"], "u": factories.User()["id"]},
        )
    act("package_delete", sysadmin, id=made[reference])
    assert model.Session.query(model.PackageMember).count() == 0


@pytest.mark.parametrize("level", [None, "moderate", "high", "severe"])
def test_an_undelete_comes_back_closed_with_its_level(
    level: str | None, dataset: Dataset, sysadmin: Any
) -> None:
    made = dataset(sensitivity=level, title="Kept") if level else dataset(title="Kept")
    act("package_delete", sysadmin, id=made["id"])
    back = act("package_patch", sysadmin, id=made["id"], state="active", private=False)
    assert back["private"] is True
    assert back["title"] == "Kept"
    assert row(made["id"]).sensitivity == level
