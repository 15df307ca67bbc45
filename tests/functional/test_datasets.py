"""What a data manager, her script and the sysadmin get when they save a dataset."""

from __future__ import annotations

import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from conftest import Dataset, events, found_by_anyone, row
from werkzeug.datastructures import FileStorage

CLOSED_LEVELS = ("moderate", "high", "severe")


def act(action: str, user: dict[str, Any], **data: Any) -> Any:
    return tk.get_action(action)({"user": user["name"]}, data)


def refused(action: str, user: dict[str, Any], **data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as error:
        act(action, user, **data)
    return error.value.error_dict


def csv(text: str = "name,age\nAmina,31\n") -> FileStorage:
    return FileStorage(io.BytesIO(text.encode()), filename="people.csv")


def test_what_is_not_classified_is_seen_by_members_only(dataset: Dataset) -> None:
    made = dataset(private=False)
    assert made["private"] is True
    assert [notice["code"] for notice in made["isp_notices"]] == ["held"]
    assert found_by_anyone() == []


@pytest.mark.parametrize("level", CLOSED_LEVELS)
@pytest.mark.parametrize("who", ["editor", "sysadmin"])
def test_nobody_publishes_what_its_level_closes(
    level: str, who: str, dataset: Dataset, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    made = dataset(sensitivity=level, private=True)
    errors = refused("package_patch", user, id=made["id"], private=False, is_requestdata_type=False)
    assert "under IASC" in errors["private"][0]
    assert row(made["id"]).exposure == "members"
    assert events(made["id"]) == ["classified", "refused"]


def test_a_refusal_names_level_protocol_and_next_step(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="high")
    message = refused("package_patch", editor, id=made["id"], private=False)["private"][0]
    for words in ("High (Confidential)", "IASC", "2021", "on request"):
        assert words in message


@pytest.mark.parametrize("level", ["low", *CLOSED_LEVELS])
def test_a_script_that_sends_the_whole_dict_back_changes_nothing(
    level: str, dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity=level, title="Before")
    whole = act("package_show", editor, id=made["id"])
    act("package_update", editor, **{**whole, "title": "After"})
    after = act("package_show", editor, id=made["id"])
    for key in ("sensitivity", "private", "is_requestdata_type"):
        assert after.get(key) == made.get(key)
    assert after["title"] == "After"


def test_an_old_script_that_knows_no_sensitivity_does_not_declassify(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="high")
    act("package_update", editor, id=made["id"], name=made["name"], owner_org=made["owner_org"])
    assert row(made["id"]).sensitivity == "high"


def test_a_raise_closes_what_was_open_in_the_same_save(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="low", resources=[{"url": "https://example.org/a.csv"}])
    assert found_by_anyone() == [made["id"]]
    raised = act("package_patch", editor, id=made["id"], sensitivity="severe")
    assert raised["private"] is True
    assert [notice["code"] for notice in raised["isp_notices"]] == ["narrowed", "was_open"]
    assert found_by_anyone() == []
    assert events(made["id"]) == ["classified", "raised"]


@pytest.mark.parametrize("sent", [{"sensitivity": ""}, {"sensitivity": "low"}])
def test_a_level_is_not_lowered_by_a_save(
    sent: dict[str, str], dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="high")
    errors = refused("package_patch", editor, id=made["id"], title="Lost?", **sent)
    assert "/sensitivity/lower" in errors["sensitivity"][0]
    assert row(made["id"]).sensitivity == "high"


@pytest.mark.parametrize("spelling", ["High", "HIGH", "3", "hgih", ["high"], {"a": 1}, 3, True])
def test_a_spelling_that_is_no_level_is_bad_input(
    spelling: Any, organization: Any, editor: Any
) -> None:
    errors = refused(
        "package_create", editor, name="x-y", owner_org=organization["id"], sensitivity=spelling
    )
    assert set(errors) == {"sensitivity"}


@pytest.mark.parametrize("key", ["private", "is_requestdata_type"])
@pytest.mark.parametrize("value", ["maybe", [1], {"a": 1}, 17])
def test_a_flag_that_is_neither_true_nor_false_is_bad_input(
    key: str, value: Any, organization: Any, editor: Any
) -> None:
    errors = refused(
        "package_create", editor, name="x-y", owner_org=organization["id"], **{key: value}
    )
    assert set(errors) == {key}


def test_a_dataset_on_request_is_found_and_says_so(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="moderate")
    assert (made["private"], made["is_requestdata_type"]) == (False, True)
    shown = act("package_show", editor, id=made["id"])
    assert shown["is_requestdata_type"] is True
    stored = model.Session.scalar(sa.text("SELECT extras->>'is_requestdata_type' FROM package"))
    assert stored == "true"
    assert found_by_anyone(fq="extras_is_requestdata_type:true") == [made["id"]]


def test_a_dataset_on_request_takes_no_upload_and_keeps_no_file(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="moderate")
    errors = refused("resource_create", editor, package_id=made["id"], upload=csv(), url="x")
    assert "on request" in str(errors)
    assert act("package_show", editor, id=made["id"])["resources"] == []


def test_files_go_before_a_dataset_goes_on_request(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="high", resources=[{"url": "https://example.org/a.csv"}])
    asked = {"private": False, "is_requestdata_type": True}
    assert "files" in str(refused("package_patch", editor, id=made["id"], **asked))
    offered = act("package_patch", editor, id=made["id"], resources=[], **asked)
    assert (offered["private"], offered["resources"]) == (False, [])


def test_a_closed_dataset_holds_files(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="severe")
    resource = act("resource_create", editor, package_id=made["id"], upload=csv(), url="x")
    assert resource["url_type"] == "upload"
    assert row(made["id"]).exposure == "members"


def test_a_resource_id_of_elsewhere_is_refused(dataset: Dataset, editor: Any) -> None:
    other = dataset(sensitivity="low", resources=[{"url": "https://example.org/a.csv"}])
    foreign = other["resources"][0]["id"]
    mine = dataset(sensitivity="low")
    for resource in ({"id": foreign, "url": "x"}, {"id": "made-up", "url": "x"}):
        errors = refused("resource_create", editor, package_id=mine["id"], **resource)
        assert "id" in errors
        assert "resources" in refused(
            "package_create",
            editor,
            name="new-one",
            owner_org=mine["owner_org"],
            resources=[resource],
        )


def test_publishing_many_is_all_or_nothing(dataset: Dataset, org_admin: Any) -> None:
    low = dataset(sensitivity="low", private=True)
    high = dataset(sensitivity="high")
    ids = [low["id"], high["id"]]
    errors = refused("bulk_update_public", org_admin, datasets=ids, org_id=low["owner_org"])
    assert "High" in str(errors)
    assert row(low["id"]).private is True
    act("bulk_update_public", org_admin, datasets=[low["id"]], org_id=low["owner_org"])
    assert row(low["id"]).private is False


def test_publishing_and_nothing_else_says_to_classify_first(dataset: Dataset, editor: Any) -> None:
    made = dataset()
    assert "sensitivity" in refused("package_patch", editor, id=made["id"], private=False)
    held = act("package_patch", editor, id=made["id"], private=False, title="More")
    assert held["private"] is True


def test_moderate_data_is_not_opened_but_offered(dataset: Dataset, editor: Any) -> None:
    made = dataset(sensitivity="moderate", private=True)
    assert act("package_patch", editor, id=made["id"], private=False)["is_requestdata_type"]
    assert row(made["id"]).exposure == "on_request"


@pytest.mark.parametrize("kind", ["dataset", "some-other-type"])
@pytest.mark.parametrize("how", ["key", "extras"])
def test_a_level_is_kept_whatever_the_schema_knows(
    kind: str, how: str, organization: Any, editor: Any
) -> None:
    sent: dict[str, Any] = {"sensitivity": "high"}
    if how == "extras":
        sent = {"extras": [{"key": "sensitivity", "value": "high"}]}
    made = act("package_create", editor, name="kept", owner_org=organization["id"], **sent)
    model.Session.execute(sa.text("UPDATE package SET type = :kind"), {"kind": kind})
    model.Session.commit()
    assert (made["sensitivity"], made["private"]) == ("high", True)
    assert row(made["id"]).sensitivity == "high"
    act("package_patch", editor, id=made["id"], title="Other")
    assert row(made["id"]).sensitivity == "high"
    echoed = act("package_show", editor, id=made["id"])
    act("package_update", editor, **{**echoed, "title": "Third"})
    assert row(made["id"]).sensitivity == "high"
    assert "sensitivity" in refused(
        "package_patch", editor, id=made["id"], extras=[{"key": "sensitivity", "value": "low"}]
    )


def test_two_values_for_one_field_are_bad_input(organization: Any, editor: Any) -> None:
    errors = refused(
        "package_create",
        editor,
        name="twice",
        owner_org=organization["id"],
        sensitivity="low",
        extras=[{"key": "sensitivity", "value": "high"}],
    )
    assert set(errors) == {"sensitivity"}


@pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", "true")
def test_closing_what_nobody_owns_gives_it_to_the_holding_organisation(sysadmin: Any) -> None:
    made = act("package_create", sysadmin, name="nobodys", sensitivity="low")
    assert made.get("owner_org") is None
    raised = act("package_patch", sysadmin, id=made["id"], sensitivity="severe")
    holding = model.Group.get("isp-holding")
    assert (raised["owner_org"], raised["private"]) == (holding.id, True)
    assert "moved_to_holding" in [notice["code"] for notice in raised["isp_notices"]]


@pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", "true")
def test_an_organisation_that_goes_leaves_its_closed_data_in_good_hands(
    dataset: Dataset, organization: Any, sysadmin: Any
) -> None:
    made = dataset(sensitivity="severe")
    act("organization_delete", sysadmin, id=organization["id"])
    assert row(made["id"]).owner_org == model.Group.get("isp-holding").id
    assert row(made["id"]).exposure == "members"


def test_the_web_form_choice_of_exposure_is_stored_in_both_fields(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="high", isp_exposure="on_request")
    assert (made["private"], made["is_requestdata_type"]) == (False, True)
    closed = act("package_patch", editor, id=made["id"], isp_exposure="members")
    assert closed["private"] is True


def test_relationships_are_not_saved_by_half(organization: Any, editor: Any) -> None:
    errors = refused(
        "package_create",
        editor,
        name="related",
        owner_org=organization["id"],
        relationships_as_subject=[{"object": "x", "type": "depends_on"}],
    )
    assert set(errors) == {"relationships_as_subject"}


def test_who_is_let_in_to_high_data_is_on_record(
    dataset: Dataset, organization: Any, sysadmin: Any
) -> None:
    dataset(sensitivity="high")
    newcomer = factories.User()
    act(
        "organization_member_create",
        sysadmin,
        id=organization["id"],
        username=newcomer["name"],
        role="member",
    )
    told = model.Session.execute(
        sa.text(
            "SELECT e.door, p.user_id FROM isp_event e JOIN isp_person p ON p.digest = e.subject "
            "WHERE kind = 'access_widened'"
        )
    ).one()
    assert told.user_id == newcomer["id"]
    assert told.door == "organization_member_create"


def test_an_outsider_cannot_put_a_hidden_dataset_into_a_group(dataset: Dataset) -> None:
    made = dataset(sensitivity="high")
    outsider = factories.User()
    errors = refused("group_create", outsider, name="a-group", packages=[{"id": made["name"]}])
    assert set(errors) == {"packages"}
