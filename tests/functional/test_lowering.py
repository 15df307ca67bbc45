"""A level is lowered only with a second person's approval, once, for exactly that pair."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from conftest import Dataset, events, row
from test_datasets import act, refused


@pytest.fixture
def high(dataset: Dataset) -> dict[str, Any]:
    return dataset(sensitivity="high")


def propose(high: dict[str, Any], by: Any, to: str = "low") -> dict[str, Any]:
    return act("isp_lowering_request", by, id=high["id"], to=to, reason="Only totals remain")


def test_a_second_person_lowers_a_level(high: Any, editor: Any, org_admin: Any) -> None:
    proposal = propose(high, editor)
    assert proposal["state"] == "pending"
    assert row(high["id"]).sensitivity == "high"
    answer = act("isp_lowering_approve", org_admin, id=proposal["id"])
    assert (answer["state"], answer["applied"]) == ("used", True)
    assert (row(high["id"]).sensitivity, row(high["id"]).exposure) == ("low", "members")
    assert events(high["id"]) == [
        "classified",
        "lowering_requested",
        "lowering_approved",
        "lowered",
    ]


def test_an_approval_can_wait_for_the_editor_and_is_used_once(
    high: Any, editor: Any, org_admin: Any
) -> None:
    proposal = propose(high, editor)
    act("isp_lowering_approve", org_admin, id=proposal["id"], apply=False)
    assert row(high["id"]).sensitivity == "high"
    assert "sensitivity" in refused("package_patch", editor, id=high["id"], sensitivity="moderate")
    act("package_patch", editor, id=high["id"], sensitivity="low")
    act("package_patch", editor, id=high["id"], sensitivity="high")
    assert "sensitivity" in refused("package_patch", editor, id=high["id"], sensitivity="low")


@pytest.mark.parametrize("who", ["org_admin", "sysadmin"])
def test_nobody_approves_their_own(high: Any, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    proposal = propose(high, person)
    assert "decided_by" in refused("isp_lowering_approve", person, id=proposal["id"])
    assert row(high["id"]).sensitivity == "high"


def test_the_database_knows_two_people(high: Any, editor: Any) -> None:
    proposal = propose(high, editor)
    with pytest.raises(tk.ValidationError), model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_lowering_decision "
                "(lowering_id, requested_by, decided_by, approved, expires_at, event_id) "
                "SELECT id, requested_by, requested_by, true, now() + interval '1 day', event_id "
                "FROM isp_lowering"
            )
        )
    assert proposal["state"] == "pending"


def test_the_same_lowering_is_proposed_once(high: Any, editor: Any, org_admin: Any) -> None:
    propose(high, editor)
    errors = refused("isp_lowering_request", org_admin, id=high["id"], to="low", reason="Again")
    assert set(errors) == {"to"}


def test_dropping_a_level_is_proposed_on_purpose_only(high: Any, editor: Any) -> None:
    assert set(refused("isp_lowering_request", editor, id=high["id"], reason="Why")) == {"to"}
    assert propose(high, editor, to="")["to"] is None


def test_an_editor_cannot_approve(high: Any, editor: Any, org_admin: Any) -> None:
    proposal = propose(high, org_admin)
    with pytest.raises(tk.NotAuthorized):
        act("isp_lowering_approve", editor, id=proposal["id"])


def test_a_refusal_has_a_reason_and_ends_it(high: Any, editor: Any, org_admin: Any) -> None:
    proposal = propose(high, editor)
    assert "reason" in refused("isp_lowering_refuse", org_admin, id=proposal["id"])
    answer = act("isp_lowering_refuse", org_admin, id=proposal["id"], reason="Names remain")
    assert answer["state"] == "refused"
    assert "id" in refused("isp_lowering_approve", org_admin, id=proposal["id"])


def test_an_approval_expires(high: Any, editor: Any, org_admin: Any) -> None:
    proposal = propose(high, editor)
    session = model.Session
    session.execute(
        sa.text(
            "INSERT INTO isp_lowering_decision (lowering_id, requested_by, decided_by, approved, "
            " decided_at, expires_at, event_id) SELECT id, requested_by, :by, true, "
            " now() - interval '8 days', now() - interval '1 day', event_id FROM isp_lowering"
        ),
        {"by": org_admin["id"]},
    )
    session.commit()
    assert "sensitivity" in refused("package_patch", editor, id=high["id"], sensitivity="low")
    with pytest.raises(tk.ValidationError), model.meta.engine.begin() as connection:
        connection.execute(sa.text("""UPDATE package SET extras = '{"sensitivity": "low"}'"""))
    listed = act("isp_lowering_list", editor, id=high["id"])
    assert [row["state"] for row in listed] == ["expired"]
    assert listed[0]["id"] == proposal["id"]


@pytest.mark.parametrize("to", ["severe", "high", "nonsense"])
def test_only_a_lower_level_can_be_proposed(high: Any, editor: Any, to: str) -> None:
    errors = refused("isp_lowering_request", editor, id=high["id"], to=to, reason="why not")
    assert "to" in errors


def test_proposals_are_listed_with_titles_page_by_page(
    dataset: Dataset, editor: Any, org_admin: Any, app: Any
) -> None:
    titles = [f"Canary {number}" for number in range(3)]
    for title in titles:
        made = dataset(sensitivity="high", title=title)
        act("isp_lowering_request", editor, id=made["id"], to="low", reason="Aggregated")
    listed = act("isp_lowering_list", org_admin, limit=2)
    assert [row["package"]["title"] for row in listed] == ["Canary 2", "Canary 1"]
    act("isp_lowering_refuse", org_admin, id=listed[0]["id"], reason="Names are in it")
    listed = act("isp_lowering_list", org_admin)
    assert [row["package"]["title"] for row in listed] == ["Canary 1", "Canary 0", "Canary 2"]
    page = app.get("/isp/lowerings", headers={"Authorization": org_admin["token"]}).body
    assert all(title in page for title in titles)
