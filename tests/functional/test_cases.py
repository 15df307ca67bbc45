"""Breaches and disputes: registered by anybody, read by those concerned, settled with dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from conftest import Dataset, events
from test_datasets import act, refused
from test_protocols import focal_point

__all__ = ["focal_point"]

SOON = (dt.date.today() + dt.timedelta(days=7)).isoformat()
BREACH = {"kind": "breach", "title": "Lists were passed on", "note": "To a ministry, by mail."}


@pytest.fixture
def stranger() -> dict[str, Any]:
    return factories.UserWithToken()


@pytest.fixture
def breach(editor: Any, dataset: Dataset) -> dict[str, Any]:
    made = dataset(sensitivity="high", private=True)
    return act("isp_case_open", editor, id=made["id"], due=SOON, **BREACH)


def take(user: Any, case: dict[str, Any], to: str, note: str = "We met.", **told: Any) -> Any:
    return act("isp_case_move", user, case=case["case"], to=to, note=note, **told)


def test_a_breach_is_first_between_those_concerned_then_a_meeting(
    breach: Any, org_admin: Any, focal_point: Any, organization: Any
) -> None:
    assert (breach["stage"], breach["due"], breach["overdue"]) == ("bilateral", SOON, False)
    assert [one["id"] for one in breach["organizations"]] == [organization["id"]]
    assert take(org_admin, breach, "meeting")["stage"] == "meeting"
    told = refused("isp_case_move", org_admin, case=breach["case"], to="settled", note="Done")
    assert "Dedicated meeting" in told["to"][0]
    settled = take(focal_point, breach, "settled", "They delete it by Friday.")
    assert [step["stage"] for step in settled["steps"]] == ["bilateral", "meeting", "settled"]
    assert settled["steps"][-1]["note"] == "They delete it by Friday."
    assert settled["onward"] == []


def test_a_dispute_is_for_the_mechanism_then_for_the_country_team(
    org_admin: Any, focal_point: Any, organization: Any
) -> None:
    words = {**BREACH, "kind": "dispute", "organizations": [organization["name"]]}
    dispute = act("isp_case_open", org_admin, **words)
    assert (dispute["stage"], dispute["onward"]) == ("mechanism", [])
    assert "hct" not in take(focal_point, dispute, "hct")["onward"][1:]
    assert refused("isp_case_move", focal_point, case=dispute["case"], to="meeting", note="x")
    assert take(focal_point, dispute, "settled")["stage"] == "settled"
    assert (
        "settled"
        in refused("isp_case_move", focal_point, case=dispute["case"], to="settled", note="Again")[
            "to"
        ][0]
    )


def test_it_goes_nowhere_that_its_reader_has_not_seen(
    breach: Any, org_admin: Any, editor: Any
) -> None:
    take(org_admin, breach, "meeting", seen="bilateral")
    told = refused(
        "isp_case_move", editor, case=breach["case"], to="settled", note="x", seen="bilateral"
    )
    assert "while you wrote" in told["to"][0]


def test_others_are_told_how_many_there_are_and_nothing_else(breach: Any, stranger: Any) -> None:
    told = act("isp_case_list", stranger)
    assert told["cases"] == []
    assert told["counts"] == [{"kind": "breach", "stage": "bilateral", "count": 1}]
    for action, more in (("isp_case_show", {}), ("isp_case_move", {"to": "settled", "note": "x"})):
        with pytest.raises(tk.ObjectNotFound):
            act(action, stranger, case=breach["case"], **more)
    with pytest.raises(tk.NotAuthorized):
        act("isp_case_list", {"name": ""})


def test_who_is_concerned_reads_it_without_the_dataset_that_they_may_not_see(
    breach: Any, editor: Any, organization: Any
) -> None:
    other = factories.UserWithToken()
    theirs = factories.Organization(users=[{"name": other["name"], "capacity": "admin"}])
    named = {"organizations": [theirs["id"]], "id": breach["dataset"]["id"]}
    shared = act("isp_case_open", editor, **{**BREACH, **named})
    seen = act("isp_case_show", other, case=shared["case"])
    assert {one["id"] for one in seen["organizations"]} == {organization["id"], theirs["id"]}
    assert seen["dataset"]["name"] is seen["dataset"]["title"] is None
    assert seen["onward"] == ["bilateral", "meeting", "settled"]
    assert [one["case"] for one in act("isp_case_list", other)["cases"]] == [shared["case"]]


def test_a_dataset_that_one_does_not_see_cannot_be_named(breach: Any, stranger: Any) -> None:
    with pytest.raises(tk.NotAuthorized):
        act("isp_case_open", stranger, id=breach["dataset"]["id"], **BREACH)


def test_what_was_missing_is_named(editor: Any) -> None:
    assert set(refused("isp_case_open", editor)) == {"kind", "title", "note"}
    assert set(refused("isp_case_open", editor, **BREACH)) == {"organizations"}
    nowhere = {**BREACH, "organizations": ["nowhere"]}
    assert "nowhere" in refused("isp_case_open", editor, **nowhere)["organizations"][0]
    for due in ("tomorrow", "2020-01-31", 7):
        assert set(refused("isp_case_open", editor, **nowhere, due=due)) == {"due"}


def test_the_record_tells_that_there_is_one_and_not_what_it_says(
    breach: Any, focal_point: Any
) -> None:
    take(focal_point, breach, "settled", "They delete it.")
    dataset_id = breach["dataset"]["id"]
    assert events(dataset_id)[-2:] == ["case_opened", "case_settled"]
    rows = model.Session.execute(sa.text("SELECT reason FROM isp_event WHERE kind LIKE 'case%'"))
    assert [row.reason for row in rows] == [None, None]
    with pytest.raises(tk.ValidationError), model.meta.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE isp_case_step SET note = 'Nothing happened'")


def test_what_is_overdue_stands_on_top_and_is_marked(
    breach: Any, editor: Any, focal_point: Any, organization: Any, freezer: Any
) -> None:
    later = act("isp_case_open", editor, organizations=[organization["id"]], **BREACH)
    freezer.move_to(dt.datetime.now() + dt.timedelta(days=8))
    cases = act("isp_case_list", focal_point)["cases"]
    assert [one["case"] for one in cases] == [breach["case"], later["case"]]
    assert [one["overdue"] for one in cases] == [True, False]
