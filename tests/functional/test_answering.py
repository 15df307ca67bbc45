"""Answering in a form, asking why, and answering for many: what pages and lists do."""

from __future__ import annotations

import json
import re
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.cli.cli import ckan as ckan_command
from conftest import Dataset, row
from test_classification import BENEFICIARIES, COD, DISTRICT_SURVEY, call, refused


def form(answers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Answers as a browser sends them."""
    return {**{f"isp_answer-{fact}": value for fact, value in answers.items()}, **fields}


def post(app: Any, user: Any, path: str, data: dict[str, Any]) -> Any:
    return app.post(path, data=data, headers={"Authorization": user["token"]})


def get(app: Any, user: Any, path: str) -> Any:
    headers = {"Authorization": user["token"]} if user else {}
    return app.get(path, headers=headers)


def listed(user: Any, **asked: Any) -> dict[str, list[str]]:
    found = call("isp_classification_list", user, **asked)["datasets"]
    return {one["name"]: one["what"] for one in found}


def test_a_form_in_which_only_the_place_is_filled_in_leaves_the_level_to_her(
    dataset: Dataset,
) -> None:
    made = dataset(sensitivity="low", private=False, **{"isp_answer-place": "AFG"})
    assert made["sensitivity"] == "low"
    assert row(made["id"]).exposure == "open"


def test_places_are_typed_in_one_field_as_codes_or_names(dataset: Dataset, editor: Any) -> None:
    made = dataset(**form({**COD, "place": ["UKR", "sdn tcd, côte d’ivoire; South Sudan"]}))
    given = call("isp_classification_show", editor, id=made["id"])["answers"]
    assert given["place"] == ["CIV", "SDN", "SSD", "TCD", "UKR"]


def test_an_answer_and_none_of_these_do_not_go_together(dataset: Dataset) -> None:
    with pytest.raises(tk.ValidationError) as error:
        dataset(isp_answers={**COD, "personal_data": ["none", "affected_people"]})
    assert set(error.value.error_dict) == {"isp_answers"}


def test_a_new_dataset_is_saved_strict_and_the_lower_level_proposed(
    dataset: Dataset, editor: Any
) -> None:
    asked = form(BENEFICIARIES, sensitivity="high", isp_propose="true")
    with pytest.raises(tk.ValidationError) as error:
        dataset(**asked)
    assert set(error.value.error_dict) == {"isp_reason"}
    made = dataset(**asked, isp_reason="Names are replaced by numbers")
    assert made["sensitivity"] == "severe"
    waiting = call("isp_lowering_list", editor, id=made["id"])
    assert [(one["from"], one["to"], one["state"]) for one in waiting] == [
        ("severe", "high", "pending")
    ]
    assert "lowering_proposed" in [notice["code"] for notice in made["isp_notices"]]


def test_to_propose_twice_is_to_propose_once(dataset: Dataset, editor: Any) -> None:
    made = dataset()
    asked = {"id": made["id"], "answers": BENEFICIARIES, "sensitivity": "high", "lower": True}
    call("isp_classify", editor, **asked, reason="Names are replaced by numbers")
    call("isp_classify", editor, **asked, reason="Names are replaced by numbers")
    assert len(call("isp_lowering_list", editor, id=made["id"])) == 1


def test_what_is_stored_higher_is_proposed_to_be_lowered_with_its_answers(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="severe")
    asked = {"id": made["id"], "answers": COD, "sensitivity": "low", "lower": True}
    saved = call("isp_classify", editor, **asked, reason="These are boundaries")
    assert saved["sensitivity"] == "severe"
    assert (saved["isp_lowering"]["from"], saved["isp_lowering"]["to"]) == ("severe", "low")


def test_a_level_is_chosen_outright_on_the_page_and_opened_with_it(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset()
    page = f"/dataset/{made['name']}/sensitivity"
    post(app, editor, page, {"sensitivity": "low", "isp_exposure": "open"})
    assert (row(made["id"]).sensitivity, row(made["id"]).exposure) == ("low", "open")


def test_a_refusal_on_the_page_keeps_everything_and_offers_the_second_person(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset()
    page = f"/dataset/{made['name']}/sensitivity"
    sent = form(BENEFICIARIES, sensitivity="high", isp_reason="Because")
    answer = post(app, editor, page, sent).body
    assert "Save it as Severe (Strictly Confidential), and propose High (Confidential)" in answer
    assert re.search(r'value="affected_people"\s+checked', answer)
    assert "Because" in answer
    assert row(made["id"]).sensitivity is None


def test_a_refused_dataset_form_is_drawn_with_the_answers(
    app: Any, editor: Any, organization: Any
) -> None:
    sent = form(BENEFICIARIES, title="List", name="list", owner_org=organization["id"], save="")
    answer = post(app, editor, "/dataset/new", {**sent, "sensitivity": "low"}).body
    assert "at least Severe (Strictly Confidential)" in answer
    assert re.search(r'value="affected_people"\s+checked', answer)


def test_corporate_data_is_claimed_on_the_page(app: Any, dataset: Dataset, editor: Any) -> None:
    made = dataset()
    page = f"/dataset/{made['name']}/sensitivity"
    answer = post(app, editor, page, {"corporate": "true", "corporate_reason": ""}).body
    assert "Say why no protocol applies" in answer
    post(app, editor, page, {"corporate": "true", "corporate_reason": "Payroll"})
    assert call("isp_classification_show", editor, id=made["id"])["corporate"]


def test_the_page_is_for_those_who_edit_the_dataset(app: Any, dataset: Dataset) -> None:
    made = dataset(isp_answers=COD, private=False)
    assert get(app, None, f"/dataset/{made['name']}/sensitivity").status_code == 404


def test_advice_says_what_is_open_and_what_a_second_person_is_needed_for(app: Any) -> None:
    told = app.get(
        "/isp/advice", params={"answers": json.dumps(BENEFICIARIES), "sensitivity": "low"}
    ).json
    assert (told["binding"], told["compared"]) == ("block", "lower")
    assert told["allowed"] == ["members"]  # as severe, at which it would be saved
    told = app.get("/isp/advice", params={"answers": json.dumps({"type": "cod"})}).json
    assert "personal_data" in told["open"]
    assert app.get("/isp/advice", params={"answers": "{"}, status=409).status_code == 409


def test_a_visitor_learns_the_reason_and_none_of_the_answers(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset(isp_answers=DISTRICT_SURVEY, private=False)
    page = f"/dataset/{made['name']}/sensitivity/why"
    visitor, manager = get(app, None, page).body, get(app, editor, page).body
    assert "Moderate (Restricted)" in visitor
    assert "What was answered" not in visitor
    assert "What was answered" in manager


def test_what_if_says_what_would_follow_and_saves_nothing(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset(isp_answers=COD)
    page = f"/dataset/{made['name']}/sensitivity/why"
    query = "isp_answer-type=beneficiaries&isp_answer-personal_data=affected_people&sensitivity="
    assert "Severe (Strictly Confidential)" in get(app, editor, f"{page}?{query}").body
    assert row(made["id"]).sensitivity == "low"
    assert "Did you mean" in get(app, editor, f"{page}?isp_answer-type=codd").body


def test_the_command_line_explains_and_supposes(dataset: Dataset, editor: Any, cli: Any) -> None:
    made = dataset(isp_answers=COD)
    said = cli.invoke(ckan_command, ["isp", "explain", made["name"]], catch_exceptions=False)
    assert "the answers give: Low or No (Public)" in said.output
    supposed = ["--set", "personal_data=affected_people", "--format", "json"]
    said = cli.invoke(
        ckan_command, ["isp", "explain", made["name"], *supposed], catch_exceptions=False
    )
    assert json.loads(said.output)["proposed"]["level"] == "severe"
    wrong = cli.invoke(ckan_command, ["isp", "explain", made["name"], "--set", "colour=red"])
    assert wrong.exit_code == 1
    assert "colour" in wrong.output


def test_a_list_says_what_each_dataset_asks_for(dataset: Dataset, editor: Any) -> None:
    unclassified = dataset(name="no-level")
    dataset(name="outright", sensitivity="high")
    dataset(name="in-order", isp_answers=COD)
    dataset(name="open-question", isp_answers={"type": "needs_assessment"})
    dataset(name="too-strict", isp_answers=COD, sensitivity="high")
    assert listed(editor) == {
        "no-level": ["unclassified"],
        "open-question": ["incomplete"],
        "too-strict": ["stricter"],
    }
    assert set(listed(editor, what="stricter")) == {"too-strict"}
    assert set(listed(editor, q="QUESTION")) == {"open-question"}
    assert call("isp_classification_list", editor, limit=1)["more"]
    assert list(listed(editor, limit=1, offset=1)) == ["open-question"]
    call("isp_classify", editor, id=unclassified["id"], corporate=True, reason="Payroll")
    assert "no-level" not in listed(editor)


def test_a_list_holds_what_its_reader_may_edit_and_nothing_else(
    dataset: Dataset, sysadmin: Any
) -> None:
    from ckan.tests import factories

    made = dataset()
    assert set(listed(sysadmin)) == {made["name"]}
    assert listed(factories.User()) == {}
    with pytest.raises(tk.NotAuthorized):
        call("isp_classification_list", None)
    assert set(refused("isp_classification_list", sysadmin, what="colour")) == {"what"}
    assert set(refused("isp_classification_list", sysadmin, organization="x")) == {"organization"}


def test_several_are_answered_at_once_after_a_trial(
    app: Any, dataset: Dataset, editor: Any
) -> None:
    one, two = dataset(), dataset(sensitivity="severe")
    sent = form(COD, dataset=[one["name"], two["name"]])
    path = f"/isp/datasets/answer?dataset={one['name']}"  # as the page's own address has it
    assert (
        "2 would be classified, 0 refused" in post(app, editor, path, {**sent, "step": "try"}).body
    )
    assert row(one["id"]).sensitivity is None
    assert "2 classified, 0 refused" in post(app, editor, path, {**sent, "step": "do"}).body
    assert row(one["id"]).sensitivity == "low"
    assert row(two["id"]).sensitivity == "severe"


def test_a_table_goes_out_and_comes_back(app: Any, dataset: Dataset, editor: Any) -> None:
    made = dataset(title="=1+1")
    text = get(app, editor, "/isp/datasets.csv").body.lstrip("\ufeff")
    head, line = text.splitlines()
    assert "'=1+1" in line
    cells = dict(zip(head.split(","), line.split(","), strict=True))
    filled = ",".join({**cells, **COD}.values())
    sent = {"csv": f"{head}\n{filled}\n"}
    assert "1 would be classified" in post(app, editor, "/isp/datasets/table", sent).body
    assert row(made["id"]).sensitivity is None
    post(app, editor, "/isp/datasets/table", {**sent, "step": "do"})
    assert row(made["id"]).sensitivity == "low"


def test_nobody_answers_for_what_is_not_hers(app: Any, dataset: Dataset) -> None:
    from ckan.tests import factories

    made, stranger = dataset(), factories.UserWithToken()
    sent = form(COD, dataset=[made["name"]])
    for step in ("try", "do"):
        answer = post(app, stranger, "/isp/datasets/answer", {**sent, "step": step}).body
        assert "0 would be classified, 1 refused" in answer or "0 classified, 1 refused" in answer
    assert row(made["id"]).sensitivity is None
