"""Adopting a catalogue, auditing it, and a portal that serves only while it is safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import authz, logic, model
from ckan.cli.cli import ckan as ckan_command
from ckan.tests import factories
from conftest import Dataset, events, row
from flask import Request

from ckanext.isp import doctor
from ckanext.isp.model import guard

TOP = Path(__file__).resolve().parents[2]


def sql(statement: str) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_nothing_is_left_to_the_first_request_that_a_second_one_could_find_half_done() -> None:
    gathered = logic._actions, authz._AuthFunctions._functions, logic._validators_cache
    for known in gathered:
        known.clear()
    p.get_plugin("isp").make_middleware(SimpleNamespace(request_class=Request), tk.config)
    for known, ours in zip(
        gathered, ("isp_file_create", "isp_file_create", "isp_text"), strict=True
    ):
        assert ours in known


@pytest.fixture
def catalogue(organization: Any) -> int:
    """A portal from before: 30 datasets without a level, 20 of them public."""
    sql("ALTER TABLE package DISABLE TRIGGER USER")
    sql(
        "INSERT INTO package (id, name, title, type, state, private, owner_org, extras, "
        "  metadata_created, metadata_modified) "
        "SELECT 'old-' || n, 'old-' || n, 'Old ' || n, 'dataset', 'active', n > 20, "
        f" '{organization['id']}', '{{}}', now(), now() FROM generate_series(1, 30) n"
    )
    with model.meta.engine.begin() as connection:
        guard.install(connection)
    sql("UPDATE isp_guard SET mode = 'adopting'")
    return 20


@pytest.fixture
def isp(cli: Any) -> Callable[..., Any]:
    def run(*arguments: str) -> Any:
        return cli.invoke(ckan_command, ["isp", *arguments], catch_exceptions=False)

    return run


def standing() -> dict[bool, int]:
    rows = model.Session.execute(sa.text("SELECT private, count(*) FROM package GROUP BY 1"))
    return {row.private: row.count for row in rows}


def test_a_dry_run_counts_and_changes_nothing(catalogue: int, isp: Any, organization: Any) -> None:
    result = isp("adopt", "--dry-run")
    assert f"{catalogue} datasets would change" in result.output
    assert organization["name"] in result.output
    assert standing() == {False: 20, True: 10}


def test_adopting_closes_what_nobody_classified_and_arms_the_guard(
    catalogue: int, isp: Any
) -> None:
    result = isp("adopt", "--batch", "7")
    assert "20 datasets adopted" in result.output
    assert standing() == {True: 30}
    assert guard.mode(model.Session.connection()) == "armed"
    assert events("old-1") == ["adopted"]
    assert "0 datasets adopted" in isp("adopt").output


def test_assuming_low_is_an_explicit_decision_with_a_reason(
    catalogue: int, isp: Any, sysadmin: Any
) -> None:
    assert isp("adopt", "--assume", "low").exit_code == 2
    isp("adopt", "--assume", "low", "--reason", "Open by statute", "--user", sysadmin["name"])
    assert standing() == {False: 20, True: 10}
    assert row("old-1").sensitivity == "low"
    told = model.Session.execute(
        sa.text("SELECT * FROM isp_event WHERE package_id = 'old-1'")
    ).one()
    assert (told.kind, told.reason, told.level_after) == ("adopted", "Open by statute", "low")


def test_an_interrupted_adoption_goes_on_where_it_stopped(catalogue: int, isp: Any) -> None:
    sql("UPDATE package SET private = true WHERE id IN ('old-1', 'old-2')")
    assert "18 datasets adopted" in isp("adopt").output


def test_an_audit_adds_up(catalogue: int, isp: Any, dataset: Dataset) -> None:
    dataset(sensitivity="high")
    result = isp("audit", "--format", "json")
    told = json.loads(result.output)
    standings = {"conforming": 1, "violating": 20, "unclassified": 10}
    assert told["counts"] == {**standings, "below answers": 0, "corporate": 0}
    assert told["total"] == sum(told["counts"].values()) == 31
    assert result.exit_code == 1
    isp("adopt")
    assert isp("audit").exit_code == 0


def test_while_adopting_people_go_on_working(catalogue: int, sysadmin: Any) -> None:
    patched = tk.get_action("package_patch")(
        {"user": sysadmin["name"]}, {"id": "old-1", "title": "Edited"}
    )
    assert patched["private"] is False
    assert [notice["code"] for notice in patched["isp_notices"]] == ["still_to_classify"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("ckan.auth.reveal_private_datasets", True),
        ("ckan.datastore.public_table_search", ["_table_metadata"]),
        ("ckan.search.solr_allowed_query_parsers", ["bool"]),
        ("ckan.cors.origin_allow_all", True),
        ("WTF_CSRF_ENABLED", False),
    ],
)
def test_a_portal_with_an_unsafe_setting_answers_503(
    option: str, value: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.get("/").status_code == 200
    monkeypatch.setitem(tk.config, option, value)
    doctor.look_again()
    assert app.get("/", status=503).status_code == 503
    assert app.get("/api/3/action/status_show", status=503).status_code == 503


def test_a_portal_without_its_guard_answers_503_and_doctor_puts_it_back(app: Any, isp: Any) -> None:
    sql("ALTER TABLE package DISABLE TRIGGER isp_guard")
    doctor.look_again()
    assert app.get("/", status=503).status_code == 503
    assert isp("doctor").exit_code == 1
    assert isp("doctor", "--fix").exit_code == 0
    doctor.look_again()
    assert app.get("/").status_code == 200


def test_a_changed_guard_is_noticed() -> None:
    sql("CREATE OR REPLACE FUNCTION isp_rank(slug text) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with model.meta.engine.begin() as connection:
        assert guard.faults(connection) == ["isp_rank"]
        guard.install(connection)
        assert guard.faults(connection) == []


def test_a_record_that_could_be_changed_is_noticed() -> None:
    sql("ALTER TABLE isp_event DISABLE TRIGGER isp_append_only_row")
    with model.meta.engine.begin() as connection:
        assert guard.faults(connection) == ["isp_append_only_row on isp_event"]
        guard.install(connection)
        assert guard.faults(connection) == []


def test_the_documentation_names_every_option_that_doctor_looks_at() -> None:
    described = (TOP / "docs/configuration.md").read_text()
    told = set(re.findall(r"`((?:ckan|WTF|smtp)[\w.]+)`", described))
    looked_at = {option.key for option in doctor.OPTIONS} | {"smtp.server"}
    assert looked_at <= told


def test_answers_to_a_user_are_kept_by_nobody(app: Any, dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="high")
    headers = {"Authorization": editor["token"]}
    answer = app.get(f"/api/3/action/package_show?id={made['id']}", headers=headers)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Authorization" in answer.headers["Vary"]


def test_a_post_in_a_session_needs_its_token_whatever_happened_before(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="low", private=True)
    url = "/api/3/action/package_patch"
    body = {"id": made["id"], "private": "false"}
    app.post(url, data={"id": made["id"]}, headers={"Authorization": editor["token"]}, status=200)
    person = factories.Sysadmin(password="correct123")
    with app.flask_app.test_client() as browser:
        login = browser.get("/user/login").get_data(as_text=True)
        token = re.search(r'name="_csrf_token" value="([^"]+)"', login)
        assert token
        form = {"login": person["name"], "password": "correct123", "_csrf_token": token[1]}
        browser.post("/user/login", data=form)
        assert browser.get("/dashboard/datasets").status_code == 200
        assert browser.post(url, data=body).status_code == 400
    assert row(made["id"]).private is True


def test_uninstalling_leaves_every_dataset_as_it_is(dataset: Dataset, isp: Any) -> None:
    made = dataset(sensitivity="high", title="Canary")
    ours = sa.text(
        "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'isp\\_%' "
        "UNION SELECT proname FROM pg_proc WHERE proname LIKE 'isp\\_%'"
    )
    before = model.Session.execute(sa.text("SELECT * FROM package")).all()
    assert "would go" in isp("uninstall", "--dry-run").output
    assert guard.faults(model.Session.connection()) == []
    model.Session.commit()
    try:
        assert "What stays" in isp("uninstall").output
        assert model.Session.scalars(ours).all() == []
        assert model.Session.execute(sa.text("SELECT * FROM package")).all() == before
        assert events(made["id"]) == ["classified"]
        model.Session.commit()
    finally:
        with model.meta.engine.begin() as connection:
            guard.install(connection)
    assert guard.faults(model.Session.connection()) == []
