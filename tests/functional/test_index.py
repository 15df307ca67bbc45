"""A stale index shows nothing, and is put right by the worker."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from conftest import Dataset, found_by_anyone

from ckanext.isp import jobs

CLOSE = "UPDATE package SET private = true WHERE id = :id"
RAISE = """UPDATE package SET private = true, extras = '{"sensitivity": "high"}' WHERE id = :id"""
DELETE = "UPDATE package SET state = 'deleted' WHERE id = :id"


def by_sql(statement: str, dataset: dict[str, Any]) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text(statement), {"id": dataset["id"]})


@pytest.fixture
def found(dataset: Dataset) -> dict[str, Any]:
    made = dataset(
        sensitivity="low", title="Canary", tags=[{"name": "canary-tag"}], notes="About Amina"
    )
    assert found_by_anyone() == [made["id"]]
    return made


@pytest.mark.parametrize("statement", [CLOSE, RAISE, DELETE])
def test_what_sql_closed_is_found_by_nobody_at_once(statement: str, found: Any) -> None:
    by_sql(statement, found)
    answer = tk.get_action("package_search")(
        {"user": ""}, {"q": "Canary", "facet.field": ["tags"], "facet.limit": -1}
    )
    assert (answer["count"], answer["results"]) == (0, [])
    assert answer["search_facets"]["tags"]["items"] == []
    assert found_by_anyone(fl="name") == []
    assert tk.get_action("current_package_list_with_resources")({"user": ""}, {}) == []
    assert tk.get_action("package_autocomplete")({"user": ""}, {"q": "canary"}) == []
    tag = tk.get_action("tag_show")({"user": ""}, {"id": "canary-tag", "include_datasets": True})
    assert tag["packages"] == []


@pytest.mark.parametrize("statement", [CLOSE, RAISE, DELETE])
def test_the_worker_tells_the_index(statement: str, found: Any) -> None:
    by_sql(statement, found)
    assert jobs.drain_outbox() == 1
    model.Session.commit()
    query = {"q": "*:*", "fq": f"+id:{found['id']} +capacity:public +state:active", "rows": 1}
    assert search.query_for(model.Package).run(query)["count"] == 0
    assert jobs.drain_outbox() == 0


def test_what_the_index_does_not_take_in_waits(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    by_sql(CLOSE, found)
    with monkeypatch.context() as broken:
        broken.delattr(pysolr.Solr, "commit")
        assert jobs.drain_outbox() == 1
    assert jobs.drain_outbox() == 1
    assert jobs.drain_outbox() == 0


def test_an_index_that_was_never_told_is_checked_against_the_database(found: Any) -> None:
    by_sql(RAISE, found)
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM isp_outbox"))
    assert found_by_anyone() == []


def test_what_the_index_tells_wrongly_is_put_right_once_a_search_has_found_it(found: Any) -> None:
    by_sql(RAISE, found)
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM isp_outbox"))
    asked = {"q": "Canary", "rows": 0, "facet.field": ["tags"], "facet.limit": -1}
    for _search in range(2):
        assert found_by_anyone() == []
    answer = tk.get_action("package_search")({"user": ""}, asked)
    assert (answer["count"], answer["search_facets"]["tags"]["items"]) == (0, [])
    assert jobs.drain_outbox() == 1


def test_a_facet_names_nothing_that_no_dataset_which_was_found_has(found: Any) -> None:
    by_sql(RAISE, found)
    jobs.drain_outbox()
    model.Session.commit()
    asked = {"q": "nothing", "facet.field": ["tags"], "facet.limit": -1, "facet.mincount": 0}
    answer = tk.get_action("package_search")({"user": ""}, asked)
    assert answer["search_facets"]["tags"]["items"] == []


def test_a_save_leaves_nothing_for_the_worker(found: Any) -> None:
    assert model.Session.scalar(sa.text("SELECT count(*) FROM isp_outbox")) == 0


def test_a_search_in_ckans_own_schema_finds_what_is_open(dataset: Dataset) -> None:
    made = dataset(sensitivity="low")
    assert found_by_anyone(use_default_schema=True) == [made["id"]]


def test_members_still_find_what_is_theirs(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="high")
    answer = tk.get_action("package_search")(
        {"user": editor["name"], "auth_user_obj": model.User.get(editor["name"])},
        {"include_private": True},
    )
    assert [result["id"] for result in answer["results"]] == [made["id"]]
