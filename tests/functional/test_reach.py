"""Lists and relations tell of a dataset no more than a search does, and the past closes with it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, found_by_anyone
from test_datasets import act, refused

from ckanext.isp.model import standing


def told(app: CKANTestApp, author: dict[str, Any], token: str = "") -> bool:
    """Whether the stream of somebody's activities tells of the dataset."""
    path = f"/api/3/action/user_activity_list?id={author['id']}"
    return "Canary" in app.get(path, headers={"Authorization": token} if token else {}).body


def test_a_group_lists_its_datasets_to_those_who_see_them(dataset: Dataset, editor: Any) -> None:
    seen, hidden = dataset(sensitivity="low", private=False), dataset(sensitivity="high")
    group = factories.Group(user=editor)
    for made in (seen, hidden):
        member = {"object": made["id"], "object_type": "package", "capacity": "public"}
        act("member_create", editor, id=group["id"], **member)
    asked = {"id": group["id"], "object_type": "package"}
    stranger = {row[0] for row in act("member_list", factories.User(), **asked)}
    own = {row[0] for row in act("member_list", editor, **asked)}
    assert (stranger, own) == ({seen["id"]}, {seen["id"], hidden["id"]})


def test_a_relation_is_listed_to_those_who_see_both_ends(dataset: Dataset, sysadmin: Any) -> None:
    seen, hidden = dataset(sensitivity="low", private=False), dataset(sensitivity="high")
    ends = {"subject": seen["id"], "object": hidden["id"], "type": "links_to"}
    act("package_relationship_create", sysadmin, **ends)
    listed = "package_relationships_list"
    assert act(listed, factories.User(), id=seen["id"]) == []
    assert [r["object"] for r in act(listed, sysadmin, id=seen["id"])] == [hidden["name"]]


@pytest.mark.parametrize("sensitivity", ["moderate", "high", "severe"])
def test_what_was_written_while_open_is_told_to_members_only_after_a_raise(
    sensitivity: str, dataset: Dataset, editor: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="low", private=False, title="Canary")
    assert told(app, editor)
    act("package_patch", editor, id=made["id"], sensitivity=sensitivity, private=True)
    assert not told(app, editor)
    assert told(app, editor, editor["token"])


def test_what_was_written_about_a_deleted_dataset_is_told_to_members_only(
    dataset: Dataset, editor: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="low", private=False, title="Canary")
    assert told(app, editor)
    act("package_delete", editor, id=made["id"])
    assert not told(app, editor)


def test_a_raise_by_sql_closes_the_past_too(
    dataset: Dataset, editor: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="low", private=False, title="Canary")
    change = (
        """UPDATE package SET private = true, extras = '{"sensitivity": "high"}' WHERE id = :id"""
    )
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text(change), {"id": made["id"]})
    assert not told(app, editor)


def test_a_type_without_pages_is_refused_with_words(organization: Any, editor: Any) -> None:
    asked = {"name": "atlas", "owner_org": organization["id"], "type": "atlas"}
    errors = refused("package_create", editor, **asked, sensitivity="low")
    assert set(errors) == {"type"}
    assert "atlas" in errors["type"][0]


def test_a_search_goes_on_when_its_own_connection_is_gone(dataset: Dataset) -> None:
    made = dataset(sensitivity="low", private=False)
    assert found_by_anyone() == [made["id"]]
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%isp_standing%'"
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text(f"{end} AND pid <> pg_backend_pid()"))
    assert found_by_anyone() == [made["id"]]
    assert found_by_anyone() == [made["id"]]


def test_a_search_goes_on_when_it_gets_no_connection_of_its_own(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset(sensitivity="low", private=False)
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    monkeypatch.setattr(standing, "_connection", lambda _holder: psycopg2.connect(nowhere))
    assert found_by_anyone() == [made["id"]]


def test_a_search_goes_on_behind_a_pooler_that_forgets_plans(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_pooled", set())
    made = dataset(sensitivity="low", private=False)
    assert found_by_anyone() == [made["id"]]
    _holder, connection = standing._idle[-1]
    cursor = connection.cursor()
    cursor.execute("DEALLOCATE ALL")
    standing._wait(connection)
    assert found_by_anyone() == [made["id"]]
    assert standing._pooled
    assert found_by_anyone() == [made["id"]]


def test_a_question_that_nobody_waited_for_answers_no_other(dataset: Dataset) -> None:
    one, other = dataset(sensitivity="low"), dataset(sensitivity="high")
    standing.ask([one["id"]])
    assert {row.id: row.sensitivity for row in standing.of([other["id"]])} == {other["id"]: "high"}
    standing.ask([one["id"]])
    assert {row.id: row.sensitivity for row in standing.of([one["id"]])} == {one["id"]: "low"}
    assert standing.of([]) == []


def test_a_lower_level_is_asked_for_in_words(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="moderate")
    asked = {"id": made["id"], "to": "severe", "reason": "Aggregated"}
    errors = refused("isp_lowering_request", editor, **asked)
    assert errors["to"] == ["Choose a lower level: Low or No (Public)."]


def test_the_dashboard_leads_to_the_proposals(app: CKANTestApp, editor: Any) -> None:
    page = app.get("/dashboard/datasets", headers={"Authorization": editor["token"]})
    assert tk.url_for("isp.lowerings") in page.body
