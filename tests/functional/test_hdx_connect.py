"""Asked and answered by HDX Connect's names: the same requests, the same roles and criteria."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
from ckan import authz, logic, model
from ckan.plugins import core
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_datasets import act, refused
from test_requests import CRITERIA, TICKED, asker, downloaded, listed, store

from ckanext.isp import config, doctor, jobs
from ckanext.isp.services import grants
from ckanext.isp.views import get_blueprints
from ckanext.isp.views.hdx_connect import hdx_connect

__all__ = ["asker", "listed", "store"]

FORM = {
    "sender_name": "Amina Haddad",
    "email_address": "amina@example.org",
    "message_content": "We want to compare our list with yours.",
    "sender_country": "Sahelia",
    "sender_organization_type": "International NGO",
    "sender_intend": "Humanitarian Assistance",
}
SHAPE = {
    *("id", "sender_name", "sender_user_id", "email_address", "message_content", "package_id"),
    *("state", "data_shared", "rejected", "created_at", "modified_at", "extras"),
}
EXTRAS = {
    *("country", "organization_id", "organization_name", "organization_member"),
    *("organization_type", "intend"),
}
COUNTED = ("requests", "replied", "declined", "shared")
PENDING = "You already have a pending request. Please wait for the reply."
METADATA_ONLY = "Dataset is not metadata only type"


def asked(asker: dict[str, Any], made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request as HDX's form sends it, with what is sent beside it."""
    of = {"sender_organization_id": asker["organization"]["id"], "package_id": made["id"]}
    return act("requestdata_request_create", asker, **{**FORM, **of, **more})


def sent(asker: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """The same with the criteria."""
    return asked(asker, made, **CRITERIA)


def patched(user: dict[str, Any], request: dict[str, Any], **words: Any) -> dict[str, Any]:
    of = {"id": request["id"], "package_id": request["package_id"]}
    return act("requestdata_request_patch", user, **of, **words)


def not_patched(user: dict[str, Any], request: dict[str, Any], **words: Any) -> dict[str, Any]:
    of = {"id": request["id"], "package_id": request["package_id"]}
    return refused("requestdata_request_patch", user, **of, **words)


def shown(user: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    return act("isp_request_show", user, request=int(request["id"]))


def approved(admin: dict[str, Any], request: dict[str, Any]) -> None:
    act("isp_request_agree", admin, request=int(request["id"]), **TICKED)


def accepted(asker: dict[str, Any], request: dict[str, Any]) -> None:
    act("isp_grant_accept", asker, request=int(request["id"]), accept=True)


def counters(user: dict[str, Any], made: dict[str, Any]) -> tuple[int, ...]:
    told = act("requestdata_request_data_counters_get", user, package_id=made["id"])
    assert (told["package_id"], told["org_id"]) == (made["id"], made["owner_org"])
    return tuple(told[name] for name in COUNTED)


def codes(told: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in told["isp_notices"]]


def test_what_hdx_s_form_asks_without_the_criteria_goes_back_before_anybody_reads_it(
    asker: Any, org_admin: Any, sysadmin: Any, listed: Any
) -> None:
    told = asked(asker, listed)
    assert told.keys() >= SHAPE | {"requestdata_id"}
    assert json.loads(told["extras"]).keys() == EXTRAS
    assert (told["state"], told["data_shared"], told["rejected"]) == ("new", False, False)
    assert (told["isp_state"], codes(told)) == ("returned", ["returned"])
    own = shown(asker, told)
    assert own["state"] == "returned"
    assert own["origin"] == "hdx"
    assert own["moves"] == ["say", "submit", "withdraw", "write"]
    assert own["said"]["purpose_words"] == FORM["message_content"]
    assert own["said"]["purpose"] == "Humanitarian Assistance"
    assert own["said"]["organization"] == asker["organization"]["name"]
    assert own["said"]["hdx"]["country"] == "Sahelia"
    words = own["steps"][-1]["note"]
    assert own["steps"][-1]["by"] is None
    assert "Say why less would not do" in words
    assert "Name the day until which you need it." in words
    assert "Moderate (Restricted)" in words
    assert f"/dataset/{listed['name']}/request" in words
    for reviewer in (org_admin, sysadmin):
        queue = act("isp_request_list", reviewer, of="queue")
        assert (queue["count"], set(queue["trays"].values())) == (0, {0})
        assert act("requestdata_request_list_for_current_user", reviewer) == []
        with pytest.raises(tk.ObjectNotFound):
            shown(reviewer, told)
        with pytest.raises(tk.ObjectNotFound):
            patched(reviewer, told, rejected=True, message_content="No.")
    assert counters(org_admin, listed) == (0, 0, 0, 0)
    told = act("isp_timeline", org_admin, id=listed["id"])[0]
    assert (told["kind"], told["actor"], told["subject"]) == ("request_returned", None, None)


def test_why_it_went_back_is_told_in_the_reader_s_language(
    asker: Any, listed: Any, app: CKANTestApp
) -> None:
    told = asked(asker, listed)
    answer = app.get(
        f"/fr/api/3/action/isp_request_show?request={told['id']}",
        headers={"Authorization": asker["token"]},
    )
    words = answer.json["result"]["steps"][-1]["note"]
    assert "Modérée (Limitée)" in words
    assert f"/fr/dataset/{listed['name']}/request" in words


def test_what_came_back_is_completed_and_sent_like_any_other(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    told = asked(asker, listed)
    number = int(told["id"])
    act("isp_request_submit", asker, request=number, **CRITERIA)
    assert act("isp_request_list", org_admin, of="queue", state="new")["count"] == 1
    assert shown(org_admin, told)["state"] == "submitted"
    kinds = [kind for kind in events(listed["id"]) if kind.startswith("request")]
    assert kinds == ["request_returned", "request_submitted"]


def test_what_meets_the_criteria_is_sent(asker: Any, org_admin: Any, listed: Any) -> None:
    told = sent(asker, listed)
    assert (told["isp_state"], codes(told)) == ("submitted", ["submitted"])
    seen = act("requestdata_request_show", org_admin, id=told["id"], package_id=listed["id"])
    assert seen == {key: told[key] for key in seen}
    assert seen["sender_name"] == "Amina Haddad"
    assert seen["sender_user_id"] == asker["id"]
    assert seen["email_address"] == "amina@example.org"
    assert seen["message_content"] == FORM["message_content"]
    assert json.loads(seen["extras"]) == {
        "country": "Sahelia",
        "organization_id": asker["organization"]["id"],
        "organization_name": asker["organization"]["title"],
        "organization_member": True,
        "organization_type": "International NGO",
        "intend": "Humanitarian Assistance",
    }
    assert seen["country"] == "Sahelia"


def test_nobody_says_for_an_organization_that_they_belong_to_it(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    told = asked(asker, listed, sender_organization_id=organization["id"], **CRITERIA)
    assert json.loads(told["extras"])["organization_member"] is False
    assert shown(org_admin, told)["third_party"] is True


def test_what_is_missing_of_hdx_s_form_is_said_by_its_names(asker: Any, listed: Any) -> None:
    missing = refused("requestdata_request_create", asker)
    needed = {"package_id", "sender_name", "email_address", "message_content"}
    assert missing == {key: ["Missing value"] for key in needed}
    other = {"package_id": listed["id"], "sender_intend": "other"}
    assert refused("requestdata_request_create", asker, **{**FORM, **other}) == {
        "sender_intend": ["Missing value"]
    }
    told = asked(asker, listed, sender_intend="other", sender_intend_other="A thesis")
    assert json.loads(told["extras"])["intend"] == "A thesis"


def test_somebody_asks_once_at_a_time(asker: Any, org_admin: Any, listed: Any) -> None:
    asked(asker, listed)
    of = {**FORM, "package_id": listed["id"]}
    first, second = refused("requestdata_request_create", asker, **of)["package_id"]
    assert first == PENDING
    assert f"/dataset/{listed['name']}/request" in second
    number = act("isp_request_draft", asker, id=listed["id"])["request"]
    act("isp_request_submit", asker, request=number, **CRITERIA)
    for answered in (None, "isp_request_agree"):
        if answered:
            act(answered, org_admin, request=number, **TICKED)
        assert refused("requestdata_request_create", asker, **of) == {"package_id": [PENDING]}
    accepted(asker, {"id": number})
    assert PENDING not in refused("requestdata_request_create", asker, **of)["package_id"]
    act("isp_grant_give_back", asker, request=number)
    assert asked(asker, listed)["isp_state"] == "returned"


def test_a_draft_of_one_s_own_is_kept_and_not_sent_unread(asker: Any, listed: Any) -> None:
    named = {"organization": asker["organization"]["name"]}
    draft = act("isp_request_draft", asker, id=listed["id"], **CRITERIA, **named)
    told = asked(asker, listed)
    assert told["id"] == str(draft["request"])
    assert told["isp_state"] == "returned"
    said = shown(asker, told)["said"]
    assert said["why_not_less"] == CRITERIA["why_not_less"]
    assert said["purpose_words"] == FORM["message_content"]


def test_only_what_is_on_request_is_asked_for_so(
    asker: Any, editor: Any, dataset: Dataset, listed: Any
) -> None:
    for fields in ({"sensitivity": "low"}, {"sensitivity": "low", "private": False}):
        made = dataset(**fields)
        of = {**FORM, "package_id": made["id"]}
        assert refused("requestdata_request_create", asker, **of) == {"message": METADATA_ONLY}
    hidden = dataset(sensitivity="high")
    unknown = [{**FORM, "package_id": name} for name in (hidden["id"], "there-is-none")]
    first, second = (refused("requestdata_request_create", asker, **of) for of in unknown)
    assert first == second
    assert first.keys() == {"package_id"}
    own = refused("requestdata_request_create", editor, **{**FORM, "package_id": listed["id"]})
    assert own.keys() == {"package_id"}


def test_nobody_asks_without_an_account(listed: Any, app: CKANTestApp) -> None:
    body = {**FORM, "package_id": listed["id"]}
    answer = app.post("/api/3/action/requestdata_request_create", json=body)
    assert answer.status_code == 403
    with pytest.raises(tk.NotAuthorized):
        tk.check_access("hdx_request_access", {"user": ""}, {})


def test_a_reply_is_a_message_and_no_approval(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    request = sent(asker, listed)
    told = patched(org_admin, request, state="open", message_content="Which households?")
    assert (told["state"], told["isp_state"], codes(told)) == ("new", "submitted", ["not_approved"])
    assert f"/isp/request/{request['id']}" in told["isp_notices"][0]["message"]
    step = shown(asker, request)["steps"][-1]
    assert (step["command"], step["note"]) == ("say", "Which households?")
    bare = patched(org_admin, request, state="open")
    assert (bare["isp_state"], codes(bare)) == ("submitted", ["not_approved"])
    assert len(shown(asker, request)["steps"]) == 2
    assert downloaded(app, asker, listed["file"]).status_code == 403


def test_what_is_not_approved_is_not_shared(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    request = sent(asker, listed)
    for words in ({"data_shared": True}, {"state": "archive", "data_shared": True}):
        (said,) = not_patched(org_admin, request, **words)["data_shared"]
        assert "Moderate (Restricted)" in said
        assert f"/isp/request/{request['id']}" in said
    assert not_patched(org_admin, request, state="archive").keys() == {"state"}
    assert not_patched(org_admin, request, state="closed").keys() == {"state"}
    assert shown(asker, request)["state"] == "submitted"
    assert downloaded(app, asker, listed["file"]).status_code == 403


def test_that_approved_data_was_shared_is_put_on_record_and_opens_nothing(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    request = sent(asker, listed)
    approved(org_admin, request)
    assert act("requestdata_request_show", asker, id=request["id"])["state"] == "open"
    told = patched(org_admin, request, state="archive", data_shared=True)
    assert (told["state"], told["data_shared"], codes(told)) == ("archive", True, ["told_shared"])
    seen = shown(asker, request)
    assert (seen["state"], seen["steps"][-1]["note"]) == ("approved", "The data was shared.")
    assert downloaded(app, asker, listed["file"]).status_code == 403
    again = patched(org_admin, request, state="archive", data_shared=True)
    assert codes(again) == []
    assert len(shown(asker, request)["steps"]) == len(seen["steps"])
    accepted(asker, request)
    assert downloaded(app, asker, listed["file"]).status_code == 200


def test_a_refusal_needs_a_reason(asker: Any, org_admin: Any, listed: Any) -> None:
    request = sent(asker, listed)
    no = {"state": "archive", "rejected": True}
    assert not_patched(org_admin, request, **no).keys() == {"message_content"}
    assert shown(asker, request)["state"] == "submitted"
    told = patched(org_admin, request, **no, message_content="We do not share it.")
    assert (told["state"], told["rejected"], told["isp_state"]) == ("archive", True, "declined")
    assert shown(asker, request)["steps"][-1]["note"] == "We do not share it."
    assert codes(patched(org_admin, request, **no)) == []


@pytest.mark.parametrize("taken", [False, True])
def test_what_was_approved_and_is_refused_ends_at_once(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp, taken: bool
) -> None:
    request = sent(asker, listed)
    approved(org_admin, request)
    if taken:
        accepted(asker, request)
        assert downloaded(app, asker, listed["file"]).status_code == 200
    patched(org_admin, request, rejected=True, message_content="It was a mistake.")
    assert shown(asker, request)["state"] == ("due" if taken else "revoked")
    assert downloaded(app, asker, listed["file"]).status_code == 403
    assert counters(asker, listed) == ((1, 1, 0, 1) if taken else (1, 1, 1, 0))


def test_what_is_echoed_changes_nothing(asker: Any, org_admin: Any, listed: Any) -> None:
    request = sent(asker, listed)
    whole = act("requestdata_request_show", org_admin, id=request["id"])
    for step in (lambda: None, lambda: approved(org_admin, request)):
        step()
        words = act("requestdata_request_show", org_admin, id=request["id"])
        before = shown(asker, request)
        told = act("requestdata_request_patch", org_admin, **{**words, "message_content": ""})
        assert {key: told[key] for key in words} == words
        assert shown(asker, request) == before
    assert whole["state"] == "new"


def test_who_answers_is_who_decides(
    asker: Any, editor: Any, sysadmin: Any, org_admin: Any, listed: Any
) -> None:
    request = sent(asker, listed)
    no = {"rejected": True, "message_content": "No."}
    # the editor made the dataset, and is its maintainer; neither is an office
    model.Package.get(listed["id"]).maintainer = editor["id"]
    model.Session.commit()
    stranger = factories.User()
    for nobody in (editor, stranger):
        with pytest.raises(tk.ObjectNotFound):
            patched(nobody, request, **no)
        with pytest.raises(tk.ObjectNotFound):
            act("requestdata_request_show", nobody, id=request["id"])
        assert act("requestdata_request_list_for_current_user", nobody) == []
    with pytest.raises(tk.NotAuthorized):
        patched(asker, request, **no)
    assert not_patched(sysadmin, request, **no).keys() == {"request"}
    wrong = {"id": request["id"], "package_id": "another"}
    with pytest.raises(tk.ObjectNotFound):
        act("requestdata_request_patch", org_admin, **wrong, **no)
    assert shown(asker, request)["state"] == "submitted"
    assert act("requestdata_request_show", asker, id=request["id"])["id"] == request["id"]


def test_lists_are_of_those_who_look_after_them(
    asker: Any, editor: Any, org_admin: Any, sysadmin: Any, organization: Any, listed: Any
) -> None:
    request = sent(asker, listed)
    of_org = {"org_id": organization["name"]}
    by_org = "requestdata_request_list_for_organization"
    everybodys = "requestdata_request_list_for_sysadmin"
    for told in (
        act("requestdata_request_list_for_current_user", org_admin),
        act(by_org, org_admin, **of_org),
        act(by_org, sysadmin, **of_org),
        act(everybodys, sysadmin),
    ):
        (one,) = told
        assert one.keys() >= SHAPE
        assert one["id"] == request["id"]
        about = one["package_dict"]
        assert (about["id"], about["title"]) == (listed["id"], listed["title"])
        assert (about["owner_org"], about["is_requestdata_type"]) == (organization["id"], True)
    assert act("requestdata_request_list_for_current_user", asker) == []
    elsewhere = {"org_id": asker["organization"]["id"]}
    assert act(by_org, sysadmin, **elsewhere) == []
    for who, action, asked_for in (
        (asker, by_org, of_org),
        (editor, by_org, of_org),
        (org_admin, by_org, elsewhere),
        (org_admin, everybodys, {}),
        (editor, "requestdata_request_data_counters_get_by_org", of_org),
        (org_admin, "requestdata_request_data_counters_get_all", {}),
    ):
        with pytest.raises(tk.NotAuthorized):
            act(action, who, **asked_for)
    with pytest.raises(tk.ObjectNotFound):
        act(by_org, sysadmin, org_id="there-is-none")


def test_a_request_of_our_own_form_reads_in_hdx_s_words(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = act("isp_request_draft", asker, id=listed["id"])["request"]
    of = {"organization": asker["organization"]["name"]}
    act("isp_request_submit", asker, request=number, **CRITERIA, **of)
    told = act("requestdata_request_show", org_admin, id=str(number))
    assert told["sender_name"] == asker["fullname"]
    # nobody gave their address with it
    assert told["email_address"] == ""
    assert told["message_content"] == CRITERIA["purpose_words"]
    extras = json.loads(told["extras"])
    assert extras["intend"] == CRITERIA["purpose"]
    assert extras["organization_id"] == asker["organization"]["id"]
    assert extras["organization_member"] is True


def test_counters_follow_the_life_of_a_request(
    asker: Any, org_admin: Any, sysadmin: Any, organization: Any, listed: Any, app: CKANTestApp
) -> None:
    assert counters(asker, listed) == (0, 0, 0, 0)
    request = sent(asker, listed)
    assert counters(asker, listed) == (1, 0, 0, 0)
    act("isp_request_say", asker, request=int(request["id"]), note="It is urgent.")
    assert counters(asker, listed) == (1, 0, 0, 0)
    patched(org_admin, request, state="open", message_content="We look at it.")
    assert counters(asker, listed) == (1, 1, 0, 0)
    approved(org_admin, request)
    assert counters(asker, listed) == (1, 1, 0, 0)
    accepted(asker, request)
    assert counters(asker, listed) == (1, 1, 0, 1)
    downloaded(app, asker, listed["file"])
    act("isp_grant_give_back", asker, request=int(request["id"]))
    assert counters(asker, listed) == (1, 1, 0, 1)
    second = sent(asker, listed)
    patched(org_admin, second, rejected=True, message_content="No.")
    assert counters(asker, listed) == (2, 1, 1, 1)
    flag = {"package_id": listed["id"], "flag": "shared"}
    told = act("requestdata_increment_request_data_counters", asker, **flag)
    assert tuple(told[name] for name in COUNTED) == (2, 1, 1, 1)
    assert codes(told) == ["not_counted"]
    summed = {name: [[n]] for name, n in zip(COUNTED, (2, 1, 1, 1), strict=True)}
    of_org = {"org_id": organization["id"]}
    assert act("requestdata_request_data_counters_get_by_org", org_admin, **of_org) == summed
    assert act("requestdata_request_data_counters_get_all", sysadmin) == summed
    json.dumps(summed)


def test_counters_tell_nothing_of_what_is_not_seen(asker: Any, dataset: Dataset) -> None:
    hidden = dataset(sensitivity="high")
    for action, more in (
        ("requestdata_request_data_counters_get", {}),
        ("requestdata_increment_request_data_counters", {"flag": "request"}),
    ):
        with pytest.raises(tk.NotAuthorized):
            act(action, asker, package_id=hidden["id"], **more)


def test_whoever_decides_is_told_once_of_what_waits(
    asker: Any, org_admin: Any, editor: Any, listed: Any
) -> None:
    seen = "requestdata_notification_for_current_user"
    assert act(seen, org_admin) is True
    asked(asker, listed)
    assert act(seen, org_admin) is True
    number = act("isp_request_draft", asker, id=listed["id"])["request"]
    act("isp_request_submit", asker, request=number, **CRITERIA)
    assert (act(seen, org_admin), act(seen, editor), act(seen, asker)) == (False, True, True)
    (told,) = act("requestdata_notification_create", asker, users=[{"id": org_admin["id"]}])
    assert told.keys() == {"id", "package_maintainer_id", "seen"}
    assert (told["package_maintainer_id"], told["seen"]) == (org_admin["id"], False)
    with pytest.raises(tk.NotAuthorized):
        act("requestdata_notification_change", asker, user_id=org_admin["id"])
    assert act(seen, org_admin) is False
    told = act("requestdata_notification_change", org_admin, user_id=org_admin["id"])
    assert told["seen"] is True
    assert act(seen, org_admin) is True
    act("isp_request_return", org_admin, request=number, note="Which year?")
    act("isp_request_submit", asker, request=number, data="Those of 2026")
    assert act(seen, org_admin) is False


def test_deleting_requests_refuses_those_that_wait_and_keeps_them_all(
    asker: Any, org_admin: Any, editor: Any, listed: Any
) -> None:
    request, delete = sent(asker, listed), "requestdata_request_delete_by_package_id"
    second = factories.User()
    back = act("requestdata_request_create", second, **{**FORM, "package_id": listed["id"]})
    with pytest.raises(tk.NotAuthorized):
        act(delete, asker, package_id=listed["id"])
    assert refused(delete, editor, package_id=listed["id"]).keys() == {"request"}
    assert shown(asker, request)["state"] == "submitted"
    told = act(delete, org_admin, package_id=listed["id"])
    assert (told["closed"], codes(told)) == ([request["id"]], ["closed"])
    seen = shown(asker, request)
    assert (seen["state"], seen["steps"][-1]["command"]) == ("declined", "decline")
    assert seen["steps"][-1]["note"]
    assert shown(second, back)["state"] == "returned"
    assert act(delete, org_admin, package_id=listed["id"])["closed"] == []


def test_deleting_requests_is_all_or_nothing(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    other = factories.User()
    first = sent(asker, listed)
    act("requestdata_request_create", other, **{**FORM, **CRITERIA, "package_id": listed["id"]})
    number = act("isp_request_draft", other, id=listed["id"])["request"]
    act("isp_request_submit", other, request=number, organization="A university")
    act("isp_request_step_aside", org_admin, request=number, note="My sister asks.")
    delete = "requestdata_request_delete_by_package_id"
    assert refused(delete, org_admin, package_id=listed["id"]).keys() == {"request"}
    model.Session.rollback()
    assert shown(asker, first)["state"] == "submitted"


def test_requests_are_archived_once_the_data_is_open(
    asker: Any, org_admin: Any, editor: Any, dataset: Dataset
) -> None:
    archive = "requestdata_request_archive_by_package_id"
    made = dataset(sensitivity="low", private=False, is_requestdata_type=True)
    waits, back = sent(asker, made), factories.User()
    returned = act("requestdata_request_create", back, **{**FORM, "package_id": made["id"]})
    (said,) = refused(archive, editor, package_id=made["id"])["package_id"]
    assert "Low or No" in said
    act("package_patch", editor, id=made["id"], is_requestdata_type=False)
    with pytest.raises(tk.NotAuthorized):
        act(archive, asker, package_id=made["id"])
    told = act(archive, editor, package_id=made["id"])
    assert set(told["closed"]) == {waits["id"], returned["id"]}
    seen = act("requestdata_request_show", asker, id=waits["id"])
    assert (seen["state"], seen["data_shared"], seen["rejected"]) == ("archive", True, False)
    assert "open now" in shown(asker, waits)["steps"][-1]["note"]
    assert counters(org_admin, made) == (1, 1, 0, 1)
    mailed = {"id": waits["id"], "package_id": made["id"]}
    told = act("hdx_send_request_data_auto_approval", org_admin, **mailed)
    assert told["data_shared"] is True
    with pytest.raises(tk.NotAuthorized):
        act("hdx_send_request_data_auto_approval", asker, **mailed)


def test_the_worker_archives_them_as_well(asker: Any, editor: Any, dataset: Dataset) -> None:
    made = dataset(sensitivity="low", private=False, is_requestdata_type=True)
    waits = sent(asker, made)
    act("package_patch", editor, id=made["id"], is_requestdata_type=False)
    assert jobs.tend()["closed"] == 1
    seen = act("requestdata_request_show", asker, id=waits["id"])
    assert (seen["state"], seen["data_shared"]) == ("archive", True)


def test_a_script_is_answered_as_by_hdx(
    asker: Any, org_admin: Any, organization: Any, dataset: Dataset, listed: Any, app: CKANTestApp
) -> None:
    def call(user: dict[str, Any], name: str, **data: Any) -> Any:
        headers = {"Authorization": user["token"]}
        return app.post(f"/api/3/action/requestdata_{name}", json=data, headers=headers)

    of = {**FORM, **CRITERIA, "organization": "A university", "package_id": listed["name"]}
    made = call(asker, "request_create", **of)
    assert made.status_code == 200
    assert made.json["result"]["isp_state"] == "submitted"
    again = call(asker, "request_create", **of)
    assert (again.status_code, again.json["error"]["package_id"]) == (409, [PENDING])
    low = dataset(sensitivity="low")
    other = call(asker, "request_create", **{**of, "package_id": low["id"]})
    assert (other.status_code, other.json["error"]["message"]) == (409, METADATA_ONLY)
    number = made.json["result"]["id"]
    for name, more in (
        ("request_show", {"id": number}),
        ("request_list_for_current_user", {}),
        ("request_list_for_organization", {"org_id": organization["id"]}),
        ("request_data_counters_get", {"package_id": listed["id"]}),
        ("request_data_counters_get_by_org", {"org_id": organization["id"]}),
        ("notification_for_current_user", {}),
        ("notification_create", {"users": [{"id": org_admin["id"]}]}),
        ("notification_change", {"user_id": org_admin["id"]}),
        ("increment_request_data_counters", {"package_id": listed["id"], "flag": "request"}),
        ("request_patch", {"id": number, "package_id": listed["id"], "state": "open"}),
        ("request_delete_by_package_id", {"package_id": listed["id"]}),
    ):
        answer = call(org_admin, name, **more)
        assert (answer.status_code, answer.json["success"]) == (200, True), name
    shared = call(org_admin, "request_patch", id=number, data_shared=True)
    assert (shared.status_code, list(shared.json["error"])) == (409, ["data_shared", "__type"])


def test_an_update_of_a_request_does_nothing(asker: Any, listed: Any) -> None:
    request = sent(asker, listed)
    assert act("requestdata_request_update", asker, id=request["id"], state="open") is None
    assert shown(asker, request)["state"] == "submitted"


def test_no_word_of_hdx_s_gives_a_file(
    asker: Any, org_admin: Any, editor: Any, sysadmin: Any, listed: Any, app: CKANTestApp
) -> None:
    request = sent(asker, listed)
    words = [
        {"state": state, "data_shared": shared, "rejected": False, "message_content": "Yes."}
        for state in ("new", "open", "archive")
        for shared in (True, None)
    ]
    for who in (asker, org_admin, editor, sysadmin):
        for said in words:
            with contextlib.suppress(tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
                patched(who, request, **said)
            model.Session.rollback()
    flag = {"package_id": listed["id"], "flag": "shared and replied"}
    act("requestdata_increment_request_data_counters", org_admin, **flag)
    assert shown(asker, request)["state"] == "submitted"
    assert shown(asker, request)["grant"] is None
    assert grants.live(model.Session, asker["id"], listed["id"]) is None
    assert downloaded(app, asker, listed["file"]).status_code == 403
    assert counters(asker, listed)[3] == 0


def page(app: CKANTestApp, user: dict[str, Any] | None, path: str, **form: Any) -> Any:
    headers = {"Authorization": user["token"]} if user else {}
    told = {"headers": headers, "follow_redirects": False}
    return app.post(path, data=form, **told) if form else app.get(path, **told)


def leads(answer: Any) -> str:
    """Where a page leads, without the portal's own address."""
    assert answer.status_code == 302
    return answer.headers["Location"].removeprefix(tk.config["ckan.site_url"])


def test_hdx_s_page_leads_to_our_form(
    asker: Any, dataset: Dataset, listed: Any, app: CKANTestApp
) -> None:
    path = f"/dataset/{listed['name']}/request-access/"
    form = f"/dataset/{listed['name']}/request"
    assert leads(page(app, asker, path)) == form
    assert leads(page(app, asker, f"/fr{path}")) == f"/fr{form}"
    first = leads(page(app, None, path))
    assert first.startswith("/user/login")
    assert "request-access" in first
    low, high = dataset(sensitivity="low"), dataset(sensitivity="high")
    for closed in (low["name"], high["name"], "there-is-none"):
        for who in (asker, None):
            answer = page(app, who, f"/dataset/{closed}/request-access/")
            assert answer.status_code == 404
            assert page(app, who, f"/dataset/{closed}/request-access/", **FORM).status_code == 404


def test_what_is_posted_as_by_hdx_s_form_waits_in_ours(
    asker: Any, listed: Any, app: CKANTestApp
) -> None:
    path = f"/dataset/{listed['name']}/request-access/"
    assert leads(page(app, None, path, **FORM)).startswith("/user/login")
    assert leads(page(app, asker, path, message_content="For our survey.", package_id="other")) == (
        f"/dataset/{listed['name']}/request"
    )
    (mine,) = act("isp_request_list", asker, of="mine")["requests"]
    assert (mine["state"], mine["package_id"]) == ("returned", listed["id"])
    said = act("isp_request_show", asker, request=mine["request"])["said"]
    assert said["purpose_words"] == "For our survey."
    way = page(app, asker, f"/isp/request/{mine['request']}").body.split("isp-way")[1]
    assert "<strong>Came by HDX Connect</strong>" in way
    assert "<strong>Sent</strong>" not in way
    assert said["hdx"]["sender_name"] == asker["fullname"]
    again = page(app, asker, path, **FORM)
    assert leads(again) == f"/dataset/{listed['name']}/request"
    assert act("isp_request_list", asker, of="mine")["count"] == 1


def test_hdx_s_lists_lead_to_the_queue_of_those_whose_it_is(
    asker: Any, org_admin: Any, sysadmin: Any, organization: Any, app: CKANTestApp
) -> None:
    of_org = f"/organization/requested_data/{organization['name']}"
    everybodys = "/ckan-admin/requests_data"
    mine = f"/user/my_requested_data/{org_admin['name']}"
    queue = "/isp/requests"
    assert leads(page(app, org_admin, mine)) == queue
    assert leads(page(app, org_admin, of_org)) == f"{queue}?organization={organization['id']}"
    assert leads(page(app, sysadmin, everybodys)) == queue
    assert leads(page(app, sysadmin, f"{everybodys}/download")) == f"{queue}.csv"
    for path in (mine, of_org, everybodys, f"{everybodys}/download"):
        assert page(app, asker, path).status_code == 404
        assert leads(page(app, None, path)).startswith("/user/login")
    elsewhere = "/organization/requested_data/there-is-none"
    assert page(app, sysadmin, elsewhere).status_code == 404


class Theirs(p.SingletonPlugin):
    """Another plugin with HDX Connect's names."""

    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)

    def get_actions(self) -> dict[str, Any]:
        return {"requestdata_request_create": lambda context, data_dict: "theirs"}

    def get_auth_functions(self) -> dict[str, Any]:
        return {"requestdata_request_create": lambda context, data_dict: {"success": True}}


class OnTop(p.SingletonPlugin):
    """Another plugin that adds something to what answers to these names."""

    p.implements(p.IActions)

    def get_actions(self) -> dict[str, Any]:
        @tk.chained_action
        @tk.side_effect_free
        def requestdata_request_show(up: Any, context: Any, data_dict: Any) -> Any:
            return {**up(context, data_dict), "more": True}

        return {"requestdata_request_show": requestdata_request_show}


@pytest.fixture
def afresh() -> Iterator[Callable[[], None]]:
    """The portal looks anew at what its plugins have."""

    def look() -> None:
        logic.clear_actions_cache()
        authz.clear_auth_functions_cache()

    yield look
    look()


def connect() -> tuple[doctor.State, str]:
    """What doctor says of HDX Connect's names."""
    (found,) = (one for one in doctor.run(reach=False) if one.check == "HDX Connect")
    return found.state, found.found


def test_a_plugin_that_has_hdx_s_names_keeps_them_all(
    afresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect() == (doctor.State.OK, "answered by isp")
    assert hdx_connect in get_blueprints()
    monkeypatch.setitem(core._PLUGINS_SERVICE, "requestdata", Theirs(name="requestdata"))
    afresh()
    assert tk.get_action("requestdata_request_create")({"ignore_auth": True}, {}) == "theirs"
    with pytest.raises(KeyError):
        tk.get_action("requestdata_request_patch")
    assert hdx_connect not in get_blueprints()
    assert connect() == (doctor.State.WARN, "answered by requestdata")


def test_a_plugin_on_top_of_hdx_s_names_leaves_them_ours(
    afresh: Any, asker: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(core._PLUGINS_SERVICE, "on_top", OnTop(name="on_top"))
    afresh()
    request = asked(asker, listed)
    assert act("requestdata_request_show", asker, id=request["id"])["more"] is True
    assert connect() == (doctor.State.OK, "answered by isp")


def test_a_portal_answers_to_hdx_s_names_unless_it_is_told_not_to(
    afresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, config.CONNECT_ACTIONS, False)
    afresh()
    with pytest.raises(KeyError):
        tk.get_action("requestdata_request_create")
    assert hdx_connect not in get_blueprints()
    assert connect() == (doctor.State.OK, "not answered")
