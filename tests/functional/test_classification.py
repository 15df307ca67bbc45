"""Classifying by answers: what they give, what is refused, what is kept."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from conftest import Dataset, events, found_by_anyone, row

NO = {"personal_data": "none", "household_level": "no", "unprocessed_responses": "no"}
COD = {"type": "cod", **NO}
DISTRICT_SURVEY = {"type": "needs_assessment", "granularity": "adm2", "form": "table", **NO}
BENEFICIARIES = {**NO, "type": "beneficiaries", "personal_data": "affected_people"}


def call(action: str, user: Any = None, /, **data: Any) -> Any:
    context = {"user": user["name"] if user else "", "ignore_auth": False}
    return tk.get_action(action)(context, data)


def refused(action: str, user: Any = None, /, **data: Any) -> dict[str, list[str]]:
    with pytest.raises(tk.ValidationError) as error:
        call(action, user, **data)
    return error.value.error_dict


def kept(dataset_id: str) -> Any:
    model.Session.rollback()
    query = "SELECT * FROM isp_classification WHERE package_id = :id ORDER BY id DESC LIMIT 1"
    return model.Session.execute(sa.text(query), {"id": dataset_id}).one()


def test_answers_give_the_level_and_are_kept(dataset: Dataset) -> None:
    made = dataset(isp_answers=COD, private=False)
    assert made["sensitivity"] == "low"
    assert found_by_anyone() == [made["id"]]
    assert events(made["id"]) == ["classified"]
    was = kept(made["id"])
    assert (was.level, was.proposed) == ("low", "low")
    assert was.answers["personal_data"] == []
    assert was.protocols[0]["rows"] == [2]
    assert was.review_on is not None


def test_answers_can_be_sent_as_json_text_and_lists(dataset: Dataset) -> None:
    made = dataset(isp_answers=json.dumps({**DISTRICT_SURVEY, "treatment": ["aggregated"]}))
    assert made["sensitivity"] == "moderate"
    assert kept(made["id"]).answers["treatment"] == ["aggregated"]


def test_what_is_not_answered_counts_as_the_worst_that_it_could_be(dataset: Dataset) -> None:
    assert dataset(isp_answers={"type": "needs_assessment"})["sensitivity"] == "severe"
    assert dataset(isp_answers={"type": "cod"})["sensitivity"] == "severe"


def test_a_lower_level_than_the_answers_give_is_refused_with_the_level_offered(
    dataset: Dataset, editor: Any, organization: Any
) -> None:
    errors = refused(
        "package_create",
        editor,
        name="list",
        owner_org=organization["id"],
        isp_answers=BENEFICIARIES,
        sensitivity="low",
    )
    assert set(errors) == {"sensitivity"}
    assert "Severe (Strictly Confidential)" in errors["sensitivity"][0]
    assert "IASC" in errors["sensitivity"][0]


def test_a_stricter_level_than_the_answers_give_is_saved_and_told(dataset: Dataset) -> None:
    made = dataset(isp_answers=COD, sensitivity="high", isp_reason="Borders are contested")
    assert made["sensitivity"] == "high"
    assert [notice["code"] for notice in made["isp_notices"]] == ["above_answers"]
    assert kept(made["id"]).reason == "Borders are contested"


def test_new_answers_raise_a_dataset_and_never_lower_it(dataset: Dataset, editor: Any) -> None:
    made = dataset(isp_answers=COD, private=False)
    raised = call("isp_classify", editor, id=made["id"], answers=BENEFICIARIES)
    assert raised["sensitivity"] == "severe"
    assert row(made["id"]).exposure == "members"
    assert found_by_anyone() == []
    again = call("isp_classify", editor, id=made["id"], answers=COD)
    assert again["sensitivity"] == "severe"
    assert kept(made["id"]).proposed == "low"


def test_the_same_level_answered_again_is_kept_too(dataset: Dataset, editor: Any) -> None:
    made = dataset(isp_answers=COD)
    call("isp_classify", editor, id=made["id"], answers={**COD, "granularity": "adm1"})
    assert kept(made["id"]).answers["granularity"] == ["adm1"]


def test_what_she_thinks_too_strict_stays_so_until_a_second_person_agrees(
    dataset: Dataset, editor: Any, org_admin: Any
) -> None:
    made = dataset()
    asked = {"id": made["id"], "answers": BENEFICIARIES, "sensitivity": "high"}
    assert set(refused("isp_classify", editor, **asked)) == {"sensitivity"}
    saved = call("isp_classify", editor, **asked, lower=True, reason="Names are removed")
    assert saved["sensitivity"] == "severe"
    proposal = saved["isp_lowering"]
    assert (proposal["from"], proposal["to"]) == ("severe", "high")
    call("isp_lowering_approve", org_admin, id=proposal["id"])
    assert row(made["id"]).sensitivity == "high"


def test_data_that_no_protocol_lists_is_classified_with_a_reason(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset()
    unlisted = {"type": "unlisted", **NO}
    asked = {"id": made["id"], "answers": unlisted}
    assert set(refused("isp_classify", editor, **asked)) == {"sensitivity"}
    assert set(refused("isp_classify", editor, **asked, sensitivity="low")) == {"sensitivity"}
    saved = call("isp_classify", editor, **asked, sensitivity="low", reason="A list of holidays")
    assert saved["sensitivity"] == "low"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"tpye": "cod"}, "type"),
        ({"type": "codd"}, "cod"),
        ({"granularity": "adm9"}, "adm"),
        ({"place": "Afghanistan"}, "AFG"),
        ("[1, 2]", "object"),
        ("{", "object"),
        ({"personal_data": {"a": 1}}, "personal_data"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(
    answers: Any, words: str, editor: Any, organization: Any
) -> None:
    sent = {"name": "x-y", "owner_org": organization["id"], "isp_answers": answers}
    errors = refused("package_create", editor, **sent)
    assert set(errors) == {"isp_answers"}
    assert words in errors["isp_answers"][0]


def test_a_verdict_asks_for_what_is_still_open(editor: Any) -> None:
    told = call("isp_verdict_show", None, answers={"type": "needs_assessment"})
    assert told["proposed"]["level"] == "severe"
    assert not told["complete"]
    required = [question["fact"] for question in told["questions"] if question["required"]]
    assert required[0] == "granularity"
    assert set(required) >= {"personal_data", "household_level", "unprocessed_responses"}
    told = call("isp_verdict_show", None, answers=DISTRICT_SURVEY)
    assert told["complete"]
    assert told["proposed"]["words"] == "Moderate (Restricted)"
    assert [told_row["number"] for told_row in told["rows"]] == [5]
    assert told["methods"]


def test_answers_about_a_dataset_are_for_those_who_edit_it(
    dataset: Dataset, editor: Any, sysadmin: Any
) -> None:
    made = dataset(isp_answers=COD, private=False)
    assert call("isp_verdict_show", None, id=made["id"])["questions"] == []
    assert call("isp_verdict_show", editor, id=made["id"])["rows"]
    assert call("isp_classification_show", editor, id=made["id"])["level"] == "low"
    with pytest.raises(tk.NotAuthorized):
        call("isp_classification_show", None, id=made["id"])


def test_corporate_data_is_a_claim_with_a_reason_and_stays_with_members(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset()
    assert set(refused("isp_classify", editor, id=made["id"], corporate=True)) == {"reason"}
    call("isp_classify", editor, id=made["id"], corporate=True, reason="Payroll")
    assert kept(made["id"]).corporate
    assert row(made["id"]).exposure == "members"


def test_many_datasets_are_classified_in_one_table_and_a_refusal_leaves_the_others(
    dataset: Dataset, editor: Any
) -> None:
    one, two = dataset(), dataset()
    table = (
        "dataset,type,personal_data,household_level,unprocessed_responses,sensitivity\n"
        f"{one['name']},cod,none,no,no,\n"
        f"{two['name']},beneficiaries,affected_people,no,no,low\n"
        "nowhere,cod,none,no,no,\n"
    )
    trial = call("isp_classify_csv", editor, csv=table, dry_run=True)
    assert [r.get("level") for r in trial["rows"]] == ["low", None, None]
    assert "Severe (Strictly Confidential)" in trial["rows"][1]["errors"]["sensitivity"][0]
    assert row(one["id"]).sensitivity is None
    told = call("isp_classify_csv", editor, csv=table)
    assert (told["classified"], told["refused"]) == (1, 2)
    assert row(one["id"]).sensitivity == "low"
    assert row(two["id"]).sensitivity is None
    assert "sensitivity" in told["rows"][1]["errors"]
    assert "id" in told["rows"][2]["errors"]


def test_a_table_with_a_column_that_is_no_question_is_refused(editor: Any) -> None:
    assert set(refused("isp_classify_csv", editor, csv="dataset,colour\nx,red\n")) == {"csv"}
    assert set(refused("isp_classify_csv", editor, csv="type\ncod\n")) == {"csv"}


def test_last_months_answers_can_be_used_again(dataset: Dataset, editor: Any) -> None:
    dataset(isp_answers=COD, title="September")
    dataset(isp_answers=COD, title="October")
    dataset(isp_answers=DISTRICT_SURVEY, title="Survey")
    recent = call("isp_answers_recent", editor)
    assert [told["title"] for told in recent] == ["Survey", "October"]


def test_a_table_is_classified_on_the_command_line(
    dataset: Dataset, editor: Any, cli: Any, tmp_path: Any
) -> None:
    made = dataset()
    table = tmp_path / "answers.csv"
    table.write_text(f"dataset,{','.join(COD)}\n{made['name']},{','.join(COD.values())}\n")
    result = cli.invoke(
        ckan_command,
        ["isp", "classify", str(table), "--user", editor["name"]],
        catch_exceptions=False,
    )
    assert result.exit_code == 0
    assert "1 classified, 0 refused" in result.output
    assert row(made["id"]).sensitivity == "low"
