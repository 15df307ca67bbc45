"""Classifications are looked at again: in time, in bulk, and never loosened by it (R33)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.tests import factories
from conftest import Dataset, events, row
from test_datasets import act, refused
from test_protocols import ANSWERS, activate, change, focal_point, load, water

__all__ = ["activate", "change", "focal_point", "load"]

LONG_AGO, TOMORROW = dt.date(2020, 1, 31), dt.date.today() + dt.timedelta(days=1)


def classified_then(
    dataset_id: str, level: str = "low", review_on: dt.date | None = LONG_AGO, **told: Any
) -> None:
    """Somebody answered in another year: a day that no test can wait for."""
    values = {
        "id": dataset_id,
        "answers": json.dumps(told.get("answers", ANSWERS)),
        "level": level,
        "proposed": told.get("proposed", level),
        "protocols": json.dumps(told.get("protocols", [])),
        "review_on": review_on,
        "at": told.get("at", dt.datetime(2019, 7, 31, tzinfo=dt.timezone.utc)),
        "by": told.get("by", ""),
    }
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_classification "
                "(package_id, answers, level, proposed, protocols, review_on, at, actor) VALUES "
                "(:id, :answers, :level, :proposed, :protocols, :review_on, :at, "
                "isp_person_of(:by))"
            ),
            values,
        )


def spoke(version: str = "1", level: str = "low", rows: tuple[int, ...] = (1,)) -> Any:
    return [{"key": "afg", "version": version, "level": level, "rows": rows}]


def listed(user: Any, **query: Any) -> list[dict[str, Any]]:
    return act("isp_review_list", user, **query)["reviews"]


def kept(dataset_id: str) -> Any:
    model.Session.rollback()
    query = "SELECT * FROM isp_classification WHERE package_id = :id ORDER BY id DESC LIMIT 1"
    return model.Session.execute(sa.text(query), {"id": dataset_id}).one()


@pytest.fixture
def speak(activate: Any) -> Any:
    """Puts a version of the protocol of Afghanistan into force."""
    types = {"water_points": {"name": "Water points"}}
    return lambda **told: activate(**{"types": types, **told})


@pytest.fixture
def water_points(dataset: Dataset, speak: Any) -> dict[str, Any]:
    """Data that the protocol of Afghanistan, version 1, makes Low; classified long ago."""
    speak()
    made = dataset(sensitivity="low")
    classified_then(made["id"], protocols=spoke())
    return made


def test_what_is_overdue_is_listed_first_with_what_the_answers_gave_and_give(
    water_points: Any, dataset: Dataset, editor: Any
) -> None:
    soon = dataset(sensitivity="low")
    classified_then(soon["id"], review_on=TOMORROW, protocols=spoke())
    later = dataset(sensitivity="low")
    classified_then(later["id"], review_on=dt.date(2999, 1, 1), protocols=spoke())
    told = act("isp_review_list", editor)
    assert told["counts"] == {"overdue": 1, "soon": 1}
    assert [(one["id"], one["when"]) for one in told["reviews"]] == [
        (water_points["id"], "overdue"),
        (soon["id"], "soon"),
    ]
    first = told["reviews"][0]
    assert (first["proposed_before"], first["proposed"], first["outcome"]) == ("low", "low", "same")
    assert first["changes"] == []


def test_only_the_newest_classification_counts(water_points: Any, editor: Any) -> None:
    classified_then(water_points["id"], review_on=dt.date(2999, 1, 1), protocols=spoke())
    assert listed(editor) == []


def test_a_new_version_that_says_otherwise_is_told_before_the_date(
    dataset: Dataset, speak: Any, editor: Any
) -> None:
    speak(rows=water("moderate"))
    made = dataset(sensitivity="moderate")
    told = {"protocols": spoke(level="moderate"), "at": dt.datetime.now(dt.timezone.utc)}
    classified_then(made["id"], "moderate", dt.date(2999, 1, 1), **told)
    assert listed(editor) == []
    rows = [{"type": "water_points", "level": "low", "words": "Water points of towns"}]
    speak(version="2", rows=rows)
    (one,) = listed(editor)
    assert (one["when"], one["proposed"], one["outcome"]) == ("changed", "low", "lower")
    (changed,) = one["changes"]
    assert (changed["version_before"], changed["version"]) == ("1", "2")
    assert (changed["gone"], changed["new"]) == (["Water points"], ["Water points of towns"])


def test_a_new_version_that_says_the_same_asks_for_nothing(
    water_points: Any, speak: Any, editor: Any
) -> None:
    classified_then(water_points["id"], review_on=dt.date(2999, 1, 1), protocols=spoke())
    speak(version="2")
    assert listed(editor) == []


def test_others_see_neither_the_dataset_nor_its_answers(water_points: Any) -> None:
    assert listed(factories.UserWithToken()) == []


def test_who_may_confirm_is_told_with_each(
    water_points: Any, editor: Any, focal_point: Any
) -> None:
    assert [row["editable"] for row in listed(editor)] == [True]
    assert [row["editable"] for row in listed(focal_point)] == [False]


def test_a_focal_point_sees_all_and_the_names_of_those_that_are_found(
    water_points: Any, dataset: Dataset, focal_point: Any
) -> None:
    closed = dataset(sensitivity="low", private=True)
    classified_then(closed["id"], protocols=spoke())
    told = {(one["name"], one["exposure"]) for one in listed(focal_point)}
    assert told == {(water_points["name"], "open"), (None, "members")}


def test_the_list_can_be_narrowed_and_paged(
    water_points: Any, dataset: Dataset, organization: Any, editor: Any
) -> None:
    other = dataset(sensitivity="low")
    classified_then(other["id"], protocols=[])
    assert len(listed(editor, organization=organization["name"])) == 2
    assert listed(editor, organization="nobody") == []
    assert [one["id"] for one in listed(editor, protocol="afg")] == [water_points["id"]]
    page = act("isp_review_list", editor, limit=1)
    assert (len(page["reviews"]), page["more"]) == (1, True)
    assert not act("isp_review_list", editor, limit=1, offset=1)["more"]


def test_confirming_keeps_the_level_and_sets_the_next_review(
    water_points: Any, editor: Any
) -> None:
    told = act("isp_review_confirm", editor, ids=[water_points["id"]])
    assert (told["confirmed"], told["raised"], told["refused"]) == (1, 0, 0)
    now = kept(water_points["id"])
    assert (now.level, now.answers) == ("low", ANSWERS)
    assert now.review_on > dt.date.today() + dt.timedelta(days=150)
    assert now.protocols[0]["version"] == "1"
    assert events(water_points["id"])[-1] == "reviewed"
    assert listed(editor) == []


def test_answers_that_give_more_today_raise_the_dataset(
    dataset: Dataset, speak: Any, editor: Any
) -> None:
    speak(rows=water("high"))
    made = dataset(sensitivity="low", private=False)
    classified_then(made["id"], protocols=spoke())
    assert listed(editor)[0]["outcome"] == "raise"
    told = act("isp_review_confirm", editor, ids=[made["id"]])
    assert (told["raised"], told["rows"][0]["level"]) == (1, "high")
    assert (row(made["id"]).sensitivity, row(made["id"]).exposure) == ("high", "members")
    assert {"raised", "reviewed"} <= set(events(made["id"]))
    assert kept(made["id"]).review_on > dt.date.today()


def test_answers_that_give_less_today_lower_nothing(
    dataset: Dataset, speak: Any, editor: Any
) -> None:
    speak()
    made = dataset(sensitivity="high")
    classified_then(made["id"], "high", protocols=spoke(level="high"))
    told = act("isp_review_confirm", editor, ids=[made["id"]])
    assert told["rows"][0]["lower"] == "low"
    assert row(made["id"]).sensitivity == "high"
    assert kept(made["id"]).level == "high"


def test_what_a_second_person_lowered_is_not_raised_again_by_the_same_answers(
    dataset: Dataset, speak: Any, editor: Any, org_admin: Any
) -> None:
    speak(rows=water("severe"))
    made = dataset(sensitivity="severe")
    asked = act("isp_lowering_request", editor, id=made["id"], to="high", reason="No names")
    act("isp_lowering_approve", org_admin, id=asked["id"])
    classified_then(made["id"], "severe", protocols=spoke(level="severe"))
    assert act("isp_review_confirm", editor, ids=[made["id"]])["confirmed"] == 1
    assert row(made["id"]).sensitivity == "high"


def test_new_questions_are_answered_before_it_is_confirmed(
    dataset: Dataset, speak: Any, editor: Any
) -> None:
    rows = [*water("severe", when={"form": "raw"}), *water("low", when={"form": "table"})]
    speak(rows=rows)
    made = dataset(sensitivity="low")
    classified_then(made["id"], protocols=spoke())
    assert listed(editor)[0]["outcome"] == "ask"
    (one,) = act("isp_review_confirm", editor, ids=[made["id"]])["rows"]
    assert set(one["errors"]) == {"answers"}
    assert "Afghanistan ISP" in one["errors"]["answers"][0]
    assert kept(made["id"]).review_on == LONG_AGO


def test_nobody_confirms_what_they_may_not_edit(water_points: Any, sysadmin: Any) -> None:
    stranger = factories.UserWithToken()
    told = act("isp_review_confirm", stranger, ids=[water_points["id"], "nothing", 7])
    assert (told["confirmed"], told["refused"]) == (0, 3)
    assert kept(water_points["id"]).review_on == LONG_AGO
    assert set(refused("isp_review_confirm", sysadmin, ids="all")) == {"ids"}


def test_the_page_confirms_what_is_ticked(water_points: Any, editor: Any, app: Any) -> None:
    who = {"Authorization": editor["token"]}
    page = app.get("/isp/reviews", headers=who)
    assert water_points["title"] in page.body
    done = app.post("/isp/reviews", data={"ids": [water_points["id"]]}, headers=who)
    assert "1 confirmed" in done.body
    assert kept(water_points["id"]).review_on > dt.date.today()
    assert water_points["title"] not in app.get("/isp/reviews").body


def test_the_command_lists_and_confirms(water_points: Any, editor: Any, cli: Any) -> None:
    result = cli.invoke(ckan_command, ["isp", "review", "list", "--format", "json"])
    assert json.loads(result.output)["counts"]["overdue"] == 1
    asked = ["isp", "review", "confirm", water_points["name"], "--user", editor["name"]]
    result = cli.invoke(ckan_command, asked)
    assert (result.exit_code, "1 confirmed" in result.output) == (0, True)
    result = cli.invoke(ckan_command, ["isp", "review", "list"])
    assert "0 overdue" in result.output
    assert not tk.asbool(row(water_points["id"]).private)


def test_an_audit_tells_what_is_below_its_answers_and_what_is_claimed_to_be_corporate(
    dataset: Dataset, speak: Any, editor: Any, org_admin: Any, cli: Any
) -> None:
    speak(rows=water("high"))
    below, lowered, claimed = dataset(sensitivity="low"), dataset(sensitivity="high"), dataset()
    asked = act("isp_lowering_request", editor, id=lowered["id"], to="moderate", reason="Old")
    act("isp_lowering_approve", org_admin, id=asked["id"])
    for one in (below, lowered):
        classified_then(one["id"], "high", protocols=spoke(level="high"))
    act("isp_classify", editor, id=claimed["id"], corporate=True, reason="Fuel of our cars")
    result = cli.invoke(ckan_command, ["isp", "audit", "--format", "json"])
    told = json.loads(result.output)
    standing = {row["id"]: (row["standing"], row["reason"]) for row in told["datasets"]}
    assert standing == {
        below["id"]: ("below answers", None),
        lowered["id"]: ("conforming", None),
        claimed["id"]: ("corporate", "Fuel of our cars"),
    }
    assert (sum(told["counts"].values()), result.exit_code) == (3, 1)
