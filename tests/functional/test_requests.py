"""Data that is not open is asked for in writing, given for a time, and ends in destruction."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import makers
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_datasets import act
from test_files import CANARY, TABLE, Upload

from ckanext.isp import config, gate, jobs, wording
from ckanext.isp.policy.event import Event
from ckanext.isp.policy.protocol import Decider
from ckanext.isp.policy.scale import Level
from ckanext.isp.store import keys
from ckanext.isp.wording.document import day

TODAY = gate.today()
CRITERIA = {
    "data": "Names and places of the five households",
    "format": "CSV",
    "purpose": "Triangulation of findings",
    "purpose_words": "We compare our list with theirs so that nobody is left out.",
    "why_not_less": "Totals do not say who is missing.",
    "until": (TODAY + dt.timedelta(days=30)).isoformat(),
    "destroy_by": (TODAY + dt.timedelta(days=40)).isoformat(),
}
TICKED = {"checks": ["criteria", "own_policy"], "safeguards": ["transfer"]}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(tmp_path / "keys"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    keys.add(str(tmp_path / "keys"))


@pytest.fixture
def asker() -> dict[str, Any]:
    """Somebody of another organization."""
    user = makers.person()
    user["organization"] = makers.organization(editor=user)
    return user


@pytest.fixture
def listed(dataset: Dataset, editor: dict[str, Any]) -> dict[str, Any]:
    """A Moderate dataset on request, with one file."""
    made = dataset(sensitivity="moderate", private=False, is_requestdata_type=True)
    made["file"] = act("isp_file_create", editor, id=made["id"], upload=Upload(TABLE, "list.csv"))
    return made


def sent(asker: dict[str, Any], made: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A request that meets the criteria."""
    draft = act("isp_request_draft", asker, id=made["id"])
    of = {"organization": asker["organization"]["name"]}
    return act("isp_request_submit", asker, request=draft["request"], **CRITERIA, **of, **said)


def granted(
    asker: dict[str, Any], admin: dict[str, Any], made: dict[str, Any], **offer: Any
) -> dict[str, Any]:
    """A request that was approved, and its terms accepted."""
    number = sent(asker, made)["request"]
    act("isp_request_agree", admin, request=number, **{**TICKED, **offer})
    return act("isp_grant_accept", asker, request=number, accept=True)


def downloaded(app: CKANTestApp, user: dict[str, Any], file: dict[str, Any]) -> Any:
    return app.get(f"/isp/file/{file['id']}", headers={"Authorization": user["token"]})


def test_what_was_granted_is_downloaded_whole_and_not_after_it_is_revoked(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    assert downloaded(app, asker, listed["file"]).status_code == 403
    request = granted(asker, org_admin, listed)
    answer = downloaded(app, asker, listed["file"])
    assert answer.status_code == 200
    assert hashlib.sha256(answer.data).digest() == hashlib.sha256(TABLE).digest()
    act("isp_grant_revoke", org_admin, request=request["request"], note="It was passed on.")
    assert downloaded(app, asker, listed["file"]).status_code == 403
    shown = act("isp_request_show", asker, request=request["request"])
    assert shown["state"] == "due"
    told = {"method": "clear", "on": TODAY.isoformat()}
    shown = act("isp_grant_attest", asker, request=request["request"], **told)
    assert shown["state"] == "attested"
    assert [kind for kind in events(listed["id"]) if kind.startswith(("req", "gr", "dest"))] == [
        "request_submitted",
        "request_agreed",
        "grant_accepted",
        "grant_revoked",
        "destruction_due",
        "destruction_attested",
    ]


def refusal(action: str, user: dict[str, Any], **data: Any) -> dict[str, list[str]]:
    """What an action says against it."""
    with pytest.raises(tk.ValidationError) as refused:
        act(action, user, **data)
    model.Session.rollback()
    return refused.value.error_dict


def another_admin(organization: dict[str, Any]) -> dict[str, Any]:
    return makers.join(organization, makers.person(), "admin")


@pytest.mark.parametrize(
    "left", ["data", "format", "purpose", "why_not_less", "until", "destroy_by"]
)
def test_a_request_that_lacks_a_criterion_is_not_sent_and_nothing_typed_is_lost(
    left: str, asker: Any, listed: Any
) -> None:
    number = act("isp_request_draft", asker, id=listed["id"])["request"]
    said = {**CRITERIA, "organization": "Ours"}
    act("isp_request_write", asker, request=number, **said)
    told = refusal("isp_request_submit", asker, request=number, **{left: ""})
    assert list(told) == [left]
    shown = act("isp_request_show", asker, request=number)
    assert (shown["state"], shown["said"]["data"]) == ("draft", CRITERIA["data"])


def test_a_draft_is_nobody_elses(asker: Any, org_admin: Any, sysadmin: Any, listed: Any) -> None:
    number = act("isp_request_draft", asker, id=listed["id"], data="Not yet")["request"]
    assert list(refusal("isp_request_list", sysadmin, of="all")) == ["of"]
    assert act("isp_request_list", sysadmin, of="queue")["count"] == 0
    for other in (org_admin, sysadmin, makers.person()):
        with pytest.raises(tk.ObjectNotFound):
            act("isp_request_show", other, request=number)


def test_a_person_has_one_request_at_a_time_for_a_dataset(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    first = sent(asker, listed)["request"]
    assert act("isp_request_draft", asker, id=listed["id"])["request"] == first
    act("isp_request_decline", org_admin, request=first, note="Ask for totals.")
    again = act("isp_request_draft", asker, id=listed["id"])
    assert again["request"] != first
    assert again["said"]["organization"] == asker["organization"]["name"]
    assert "data" not in again["said"]


def test_who_has_the_data_or_finds_it_open_asks_for_nothing(
    asker: Any, editor: Any, listed: Any, dataset: Dataset
) -> None:
    assert refusal("isp_request_draft", editor, id=listed["id"])["id"]
    opened = dataset(sensitivity="low", private=False)
    assert refusal("isp_request_draft", asker, id=opened["id"])["id"]
    hidden = dataset(sensitivity="high")
    with pytest.raises(tk.ObjectNotFound):
        act("isp_request_draft", asker, id=hidden["id"])


@pytest.mark.parametrize("action", ["agree", "decline", "return", "consult", "step_aside"])
def test_only_those_whose_office_it_is_answer(
    action: str, asker: Any, editor: Any, sysadmin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    said = {"note": "No", "body": "ICCM", "question": "May we?", **TICKED}
    for other in (editor, makers.person()):
        with pytest.raises(tk.ObjectNotFound):
            act(f"isp_request_{action}", other, request=number, **said)
    for other in (asker, sysadmin):
        assert refusal(f"isp_request_{action}", other, request=number, **said)["request"]
    assert act("isp_request_show", asker, request=number)["state"] == "submitted"


def test_an_approval_without_its_ticks_says_which_are_missing(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    told = refusal("isp_request_agree", org_admin, request=number)
    assert len(told["checks"]) == 3
    told = refusal("isp_request_agree", org_admin, request=number, checks=["criteria"])
    assert len(told["checks"]) == 2


def test_whoever_belongs_to_no_organization_is_a_third_party(org_admin: Any, listed: Any) -> None:
    stranger = {**makers.person(), "organization": {"name": "Ministry of the Interior"}}
    shown = sent(stranger, listed)
    assert shown["third_party"] is True
    told = refusal("isp_request_agree", org_admin, request=shown["request"], **TICKED)
    assert len(told["checks"]) == 6


def test_an_organization_that_is_not_subject_to_the_protocol_is_a_third_party(
    asker: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sent(asker, listed)["third_party"] is False
    name = asker["organization"]["name"]
    monkeypatch.setitem(tk.config, config.THIRD_PARTIES, [name])
    other = makers.person()
    other["organization"] = {"name": name}
    told = {"id": name, "username": other["name"], "role": "member"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, told)
    assert sent(other, listed)["third_party"] is True


def test_nobody_decides_what_their_own_organization_asks_of_another(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    told = {"id": asker["organization"]["id"], "username": org_admin["name"], "role": "member"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, told)
    number = sent(asker, listed)["request"]
    assert refusal("isp_request_agree", org_admin, request=number, **TICKED)["request"]
    second = another_admin(organization)
    assert act("isp_request_agree", second, request=number, **TICKED)["state"] == "approved"


def test_whoever_stepped_aside_decides_nothing(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    act("isp_request_step_aside", org_admin, request=number, note="My sister works there.")
    assert refusal("isp_request_agree", org_admin, request=number, **TICKED)["request"]
    assert act("isp_request_similar", org_admin, request=number) == []
    second = another_admin(organization)
    assert act("isp_request_agree", second, request=number, **TICKED)["state"] == "approved"
    steps = act("isp_request_show", asker, request=number)["steps"]
    assert "step_aside" not in {step["command"] for step in steps}


def test_a_stand_in_answers_and_not_a_third_party(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    standing = makers.person()
    until = (TODAY + dt.timedelta(days=3)).isoformat()
    said = {"organization": organization["name"], "stands_in": standing["name"]}
    row = act("isp_stand_in_name", org_admin, **said, until=until)
    stranger = {**makers.person(), "organization": {"name": "Ministry"}}
    third = sent(stranger, listed)["request"]
    assert refusal("isp_request_agree", standing, request=third, **TICKED)["request"]
    number = sent(asker, listed)["request"]
    assert act("isp_request_agree", standing, request=number, **TICKED)["state"] == "approved"
    act("isp_stand_in_end", org_admin, stand_in=row["stand_in"])
    with pytest.raises(tk.ObjectNotFound):
        act("isp_request_show", standing, request=third)


def test_a_deputy_answers_only_what_is_late_and_nothing_is_approved_by_time(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    deputy = makers.person()
    said = {"organization": organization["name"], "stands_in": deputy["name"], "deputy": True}
    act("isp_stand_in_name", org_admin, **said)
    number = sent(asker, listed)["request"]
    assert refusal("isp_request_agree", deputy, request=number, **TICKED)["request"]
    late = sa.text("UPDATE isp_request SET answer_by = current_date - 1 WHERE id = :id")
    model.Session.execute(late, {"id": number})
    model.Session.commit()
    jobs.tend()
    assert act("isp_request_show", asker, request=number)["state"] == "submitted"
    queue = act("isp_request_list", deputy, of="queue", state="overdue")
    assert [row["request"] for row in queue["requests"]] == [number]
    assert act("isp_request_agree", deputy, request=number, **TICKED)["state"] == "approved"


def test_strictly_confidential_data_takes_an_agreement_and_two_people_who_did_not_make_it(
    asker: Any, org_admin: Any, organization: Any, dataset: Dataset, editor: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="severe")
    file = act("isp_file_create", editor, id=made["id"], upload=Upload(TABLE, "raw.csv"))
    with pytest.raises(tk.ObjectNotFound):
        act("isp_request_draft", asker, id=made["id"])
    said = {
        **CRITERIA,
        "organization": asker["organization"]["name"],
        "requester": asker["name"],
        "received_on": TODAY.isoformat(),
        "received_by": "Letter of the head of office",
    }
    assert refusal("isp_request_type_in", editor, id=made["id"], **said)["agreement"]
    shown = act("isp_request_type_in", editor, id=made["id"], agreement="DSA 2026/4", **said)
    number = shown["request"]
    assert refusal("isp_request_agree", editor, request=number, **TICKED)["request"]
    assert act("isp_request_agree", org_admin, request=number, **TICKED)["state"] == "submitted"
    assert refusal("isp_request_agree", org_admin, request=number, **TICKED)["request"]
    second = another_admin(organization)
    assert act("isp_request_agree", second, request=number, **TICKED)["state"] == "approved"
    assert downloaded(app, asker, file).status_code == 404
    act("isp_grant_accept", asker, request=number, accept=True)
    assert downloaded(app, asker, file).data == TABLE
    assert act("package_show", asker, id=made["id"])["id"] == made["id"]


def test_data_of_several_organizations_is_given_once_each_of_them_agreed(
    asker: Any, org_admin: Any, listed: Any, organization: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.Organization()
    contributor = another_admin(other)
    decider = Decider({"en": "Contributing organization"}, True, (other["name"],))
    with_decider(monkeypatch, decider)
    number = sent(asker, listed)["request"]
    assert act("isp_request_agree", org_admin, request=number, **TICKED)["state"] == "submitted"
    queue = act("isp_request_list", contributor, of="queue")
    assert [row["request"] for row in queue["requests"]] == [number]
    done = act("isp_request_agree", contributor, request=number, **TICKED)
    assert done["state"] == "approved"


def test_a_body_outside_of_the_portal_agrees_on_record(
    asker: Any, org_admin: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_decider(monkeypatch, Decider({"en": "The working group"}))
    number = sent(asker, listed)["request"]
    assert act("isp_request_agree", org_admin, request=number, **TICKED)["state"] == "submitted"
    assert refusal("isp_request_agree", org_admin, request=number, **TICKED)["request"]
    bodies = {"body:The working group": "Its meeting of Monday"}
    done = act("isp_request_agree", org_admin, request=number, **TICKED, bodies=bodies)
    assert done["state"] == "approved"


def with_decider(monkeypatch: pytest.MonkeyPatch, decider: Decider) -> None:
    """The template, its Moderate data decided by somebody more."""
    template = gate.documents()[0]
    levels = tuple(
        replace(rule, deciders=(decider,)) if rule.level is Level.MODERATE else rule
        for rule in template.protocol.levels
    )
    changed = replace(template, protocol=replace(template.protocol, levels=levels))
    monkeypatch.setattr(gate, "documents", lambda *, hold=False: (changed,))


def test_a_partial_approval_gives_only_the_files_and_the_time_that_it_names(
    asker: Any, org_admin: Any, editor: Any, listed: Any, app: CKANTestApp
) -> None:
    other = act("isp_file_create", editor, id=listed["id"], upload=Upload(b"a\n1\n", "more.csv"))
    until = (TODAY + dt.timedelta(days=3)).isoformat()
    request = granted(asker, org_admin, listed, files=[listed["file"]["id"]], until=until)
    assert request["grant"]["until"] == until
    assert downloaded(app, asker, listed["file"]).data == TABLE
    assert downloaded(app, asker, other).status_code == 403
    told = {
        file["id"]: file["may_have"]
        for file in act("isp_file_list", asker, id=listed["id"])["files"]
    }
    assert told == {listed["file"]["id"]: True, other["id"]: False}


def test_nobody_approves_for_longer_or_more_than_was_asked(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    longer = (TODAY + dt.timedelta(days=31)).isoformat()
    told = refusal("isp_request_agree", org_admin, request=number, **TICKED, until=longer)
    assert list(told) == ["until"]
    told = refusal("isp_request_agree", org_admin, request=number, **TICKED, files=["other"])
    assert list(told) == ["files"]


def test_terms_are_accepted_before_a_byte_is_given_and_kept_as_they_were_shown(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = sent(asker, listed)["request"]
    offer = {**TICKED, "conditions": "Only on a computer of the organization."}
    act("isp_request_agree", org_admin, request=number, **offer)
    assert downloaded(app, asker, listed["file"]).status_code == 403
    shown = act("isp_grant_terms", asker, request=number)["terms"]
    assert "Only on a computer" in shown
    assert refusal("isp_grant_accept", asker, request=number, accept=False)["accept"]
    act("isp_grant_accept", asker, request=number, accept=True)
    assert act("isp_request_show", asker, request=number)["grant"]["terms"] == shown
    assert downloaded(app, asker, listed["file"]).status_code == 200


def test_what_begins_on_a_day_to_come_gives_no_byte_before_it_whatever_was_accepted(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number, file = sent(asker, listed)["request"], listed["file"]
    after, until = ((TODAY + dt.timedelta(days=days)).isoformat() for days in (4, 3))
    offer = {**TICKED, "request": number, "until": until}
    assert list(refusal("isp_request_agree", org_admin, **offer, **{"from": after})) == ["from"]
    act("isp_request_agree", org_admin, **offer, **{"from": until})
    shown = act("isp_grant_accept", asker, request=number, accept=True)
    assert f"from {day(until)} until {day(until)}" in shown["grant"]["terms"]
    assert (shown["grant"]["from"], shown["grant"]["live"]) == (until, False)
    assert downloaded(app, asker, file).status_code == 403
    assert act("isp_grant_list", org_admin, id=listed["id"])["now"] == []
    assert jobs.tend() == {"ended": 0, "closed": 0, "suspended": 0}
    for begins, status in (("+ interval '1 minute'", 403), ("- interval '1 second'", 200)):
        moved = f"UPDATE isp_grant SET begins_at = clock_timestamp() {begins}"
        model.Session.execute(sa.text(moved))
        model.Session.commit()
        assert downloaded(app, asker, file).status_code == status
    assert act("isp_grant_list", org_admin, id=listed["id"])["now"]


def test_what_was_asked_for_from_a_day_on_is_given_from_then_on_or_later(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    today, before, asked, later = (
        (TODAY + dt.timedelta(days=days)).isoformat() for days in (0, 2, 3, 4)
    )
    for offer, given in (({}, asked), ({"from": later}, later)):
        number = sent(asker, listed, **{"from": asked})["request"]
        for early in (today, before):
            refused = {**TICKED, "request": number, "from": early}
            assert list(refusal("isp_request_agree", org_admin, **refused)) == ["from"]
        shown = act("isp_request_agree", org_admin, request=number, **TICKED, **offer)
        assert (shown["from"], shown["grant"]["from"]) == (asked, given)
        act("isp_grant_revoke", org_admin, request=number, note="Another way was found.")


def test_whoever_accepted_before_the_first_day_is_told_on_it_once(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    tomorrow = (TODAY + dt.timedelta(days=1)).isoformat()
    act("isp_request_agree", org_admin, request=number, **TICKED, **{"from": tomorrow})
    act("isp_grant_accept", asker, request=number, accept=True)
    assert jobs.tell_of_days() == 0
    begun = "UPDATE isp_grant SET begins_at = clock_timestamp(), from_day = current_date"
    model.Session.execute(sa.text(begun))
    model.Session.commit()
    assert [jobs.tell_of_days(), jobs.tell_of_days()] == [1, 0]
    assert told(asker)[-1] == "grant_begun"


@pytest.mark.parametrize("change", ["raise", "delete", "move", "sql"])
def test_a_grant_is_suspended_until_reconfirmed_when_the_dataset_changes_under_it(
    change: str, asker: Any, org_admin: Any, editor: Any, sysadmin: Any, listed: Any, app: Any
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    if change == "raise":
        act("package_patch", editor, id=listed["id"], sensitivity="high", private=True)
    elif change == "delete":
        act("package_delete", sysadmin, id=listed["id"])
        act("package_patch", sysadmin, id=listed["id"], state="active")
    elif change == "move":
        mine = factories.Organization(users=[{"name": org_admin["name"], "capacity": "admin"}])
        act("package_patch", sysadmin, id=listed["id"], owner_org=mine["id"])
    else:
        raised = 'UPDATE package SET private = true, extras = extras || \'{"sensitivity": "high"}\''
        model.Session.execute(sa.text(f"{raised} WHERE id = :id"), {"id": listed["id"]})
        model.Session.commit()
    assert downloaded(app, asker, listed["file"]).status_code in (403, 404)
    assert act("isp_request_show", asker, request=number)["grant"]["live"] is False
    act("isp_grant_reconfirm", org_admin, request=number)
    assert downloaded(app, asker, listed["file"]).data == TABLE


def test_what_became_strictly_confidential_is_asked_for_anew(
    asker: Any, org_admin: Any, editor: Any, listed: Any
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    act("package_patch", editor, id=listed["id"], sensitivity="severe", private=True)
    assert refusal("isp_grant_reconfirm", org_admin, request=number)["request"]


def test_a_grant_ends_by_time_whether_the_worker_ran_or_not(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    assert downloaded(app, asker, listed["file"]).status_code == 200
    over = sa.text("UPDATE isp_grant SET ends_at = clock_timestamp() WHERE request_id = :id")
    model.Session.execute(over, {"id": number})
    model.Session.commit()
    assert downloaded(app, asker, listed["file"]).status_code == 403
    assert jobs.tend()["ended"] == 1
    assert act("isp_request_show", asker, request=number)["state"] == "due"
    assert not any(jobs.tend().values())


def test_whoever_downloaded_nothing_has_nothing_to_destroy(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    assert act("isp_grant_give_back", asker, request=number)["state"] == "expired"


def test_longer_is_asked_for_and_given_no_longer_than_asked(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    until, later = ((TODAY + dt.timedelta(days=days)).isoformat() for days in (60, 61))
    assert refusal("isp_grant_extend", org_admin, request=number, until=until)["request"]
    asked = {"until": until, "note": "The second round is late."}
    shown = act("isp_grant_ask_longer", asker, request=number, **asked)
    assert shown["grant"]["until"] == CRITERIA["until"]
    assert refusal("isp_grant_extend", org_admin, request=number, until=later)["until"]
    shown = act("isp_grant_extend", org_admin, request=number, until=until)
    assert (shown["grant"]["until"], shown["grant"]["destroy_by"]) == (until, until)


def test_requests_for_what_is_open_or_gone_are_closed(
    asker: Any, org_admin: Any, editor: Any, sysadmin: Any, dataset: Dataset
) -> None:
    low = dataset(sensitivity="low", private=False, is_requestdata_type=True)
    opened = sent(asker, low)["request"]
    act("package_patch", editor, id=low["id"], is_requestdata_type=False)
    gone = dataset(sensitivity="moderate", private=False, is_requestdata_type=True)
    lost = sent(asker, gone)["request"]
    act("package_delete", sysadmin, id=gone["id"])
    assert jobs.tend()["closed"] == 2
    for number in (opened, lost):
        assert act("isp_request_show", asker, request=number)["state"] == "withdrawn"


def test_a_grantee_of_a_dataset_for_members_finds_it_and_nothing_else_of_the_organization(
    asker: Any, org_admin: Any, editor: Any, dataset: Dataset, listed: Any
) -> None:
    granted(asker, org_admin, listed)
    act("package_patch", editor, id=listed["id"], private=True)
    other = dataset(sensitivity="high")
    found = act("package_search", asker, include_private=True)["results"]
    assert [one["id"] for one in found] == [listed["id"]]
    with pytest.raises(tk.NotAuthorized):
        act("package_show", asker, id=other["id"])
    assert act("package_show", asker, id=listed["id"])["id"] == listed["id"]


def test_those_who_are_consulted_read_the_question_and_not_who_asks(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    adviser = makers.person()
    number = sent(asker, listed)["request"]
    said = {"body": "ICCM", "user": adviser["name"], "question": "May a health NGO have it?"}
    ask = tk.get_action("isp_request_consult")
    shown = ask({"user": org_admin["name"]}, {"request": number, **said})
    assert shown["consulting"] is True
    seen = act("isp_request_show", adviser, request=number)
    assert asker["name"] not in str(seen)
    assert CANARY.decode() not in str(seen)
    one = shown["consultations"][0]["consultation"]
    act("isp_request_advise", adviser, request=number, consultation=one, advice="Yes, totals.")
    shown = act("isp_request_show", org_admin, request=number)
    assert (shown["consulting"], shown["consultations"][0]["advice"]) == (False, "Yes, totals.")
    assert act("isp_request_show", asker, request=number)["consultations"] == []


def test_earlier_outcomes_stand_beside_a_request_for_those_who_decide(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    first = sent(asker, listed)["request"]
    act("isp_request_decline", org_admin, request=first, note="Totals would do.")
    other = makers.person()
    other["organization"] = asker["organization"]
    second = sent(other, listed)["request"]
    found = act("isp_request_similar", org_admin, request=second)
    assert [(one["request"], one["answer"]["note"]) for one in found] == [
        (first, "Totals would do.")
    ]
    assert act("isp_request_similar", other, request=second) == []


def test_everyone_who_holds_or_held_the_data_is_shown(
    asker: Any, org_admin: Any, editor: Any, listed: Any, app: CKANTestApp
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    downloaded(app, asker, listed["file"])
    told = act("isp_grant_list", editor, id=listed["id"])
    assert [one["request"] for one in told["now"]] == [number]
    assert [(one["right"], one["times"]) for one in told["downloads"]] == [("grantee", 1)]
    act("isp_grant_revoke", org_admin, request=number, note="Over")
    told = act("isp_grant_list", editor, id=listed["id"])
    assert (told["now"], [one["request"] for one in told["before"]]) == ([], [number])
    with pytest.raises(tk.NotAuthorized):
        act("isp_grant_list", asker, id=listed["id"])


REPORT = {"to": "A consultant", "meant": "accident", "note": "Sent with the wrong mail."}


def test_what_went_further_than_its_terms_allow_is_a_case_that_its_holder_does_not_settle(
    asker: Any, org_admin: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    focal = makers.person()
    monkeypatch.setitem(tk.config, config.FOCAL_POINTS, [focal["name"]])
    number = granted(asker, org_admin, listed)["request"]
    shown = act("isp_grant_report", asker, request=number, **REPORT)
    assert (shown["state"], shown["steps"][-1]["to"]) == ("granted", "A consultant")
    assert events(listed["id"])[-2:] == ["case_opened", "onward_reported"]
    assert told(focal)[-1] == told(org_admin)[-1] == "onward_reported"
    again = act("isp_grant_report", asker, request=number, **REPORT)["steps"]
    case, same = (step["case"] for step in again[-2:])
    found = act("isp_case_show", org_admin, case=case)
    assert (found["kind"], found["request"], found["dataset"]["id"]) == (
        *("breach", number),
        listed["id"],
    )
    assert same == case
    assert len(found["steps"]) == 2
    # what was written can be erased with the request alone
    assert REPORT["note"] not in str(found)
    settled = {"case": case, "to": "settled", "note": "The consultant destroyed it."}
    assert list(refusal("isp_case_move", asker, **settled)) == ["to"]
    assert act("isp_case_move", org_admin, **settled)["stage"] == "settled"
    anew = act("isp_grant_report", asker, request=number, **REPORT)["steps"][-1]
    assert anew["case"] != case


def test_what_went_no_further_than_its_terms_allow_is_on_record_and_no_case(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = sent(asker, listed, onward="sector")["request"]
    act("isp_request_agree", org_admin, request=number, **TICKED)
    act("isp_grant_accept", asker, request=number, accept=True)
    for receiver, cases in (("sector", 0), ("humanitarian", 1)):
        shown = act("isp_grant_report", asker, request=number, **REPORT, receiver=receiver)
        assert shown["steps"][-1]["receiver"] == receiver
        assert len(act("isp_case_list", org_admin)["cases"]) == cases


def test_what_was_decided_stays_on_record_as_it_was(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    act("isp_request_decline", org_admin, request=number, note="No")
    for change in (
        "UPDATE isp_request_step SET state = 'approved'",
        "DELETE FROM isp_request_step",
    ):
        with pytest.raises(tk.ValidationError, match="never changed"):
            model.Session.execute(sa.text(change))
        model.Session.rollback()


@pytest.mark.parametrize("allowed", [["terms"], []])
def test_somebody_with_more_than_a_thousand_grants_still_searches_and_finds_those_of_members(
    allowed: list[str],
    asker: Any,
    org_admin: Any,
    editor: Any,
    listed: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(tk.config, config.PARSERS, allowed)
    granted(asker, org_admin, listed)
    act("package_patch", editor, id=listed["id"], private=True)
    more = """
        WITH p AS (INSERT INTO package (id, name, title, state, type, private, owner_org, extras)
          SELECT 'many-' || n, 'many-' || n, 'Many', 'active', 'dataset', true, :owner,
                 '{"sensitivity": "high"}' FROM generate_series(1, 1500) n RETURNING id),
        r AS (INSERT INTO isp_request (package_id, requester, origin, state)
          SELECT id, :asker, 'portal', 'granted' FROM p RETURNING id, package_id)
        INSERT INTO isp_grant (request_id, package_id, user_id, level, until, ends_at, destroy_by,
                               terms, accepted_at)
        SELECT id, package_id, :asker, 'high', '2100-01-01', '2100-01-01', '2100-01-01',
               'Terms', now() FROM r"""
    model.Session.execute(sa.text(more), {"owner": listed["owner_org"], "asker": asker["id"]})
    model.Session.execute(sa.text("DELETE FROM isp_outbox"))
    model.Session.commit()
    found = act("package_search", asker, include_private=True, q=f"id:{listed['id']}")
    assert found["count"] == (1 if allowed else found["count"])
    assert found["count"] <= 1


def told(user: dict[str, Any]) -> list[str]:
    """What somebody was told of requests, oldest first."""
    return [one["kind"] for one in act("isp_notice_list", user)["notices"]][::-1]


def test_those_whom_it_concerns_are_told_of_each_step_and_nobody_of_their_own(
    asker: Any, org_admin: Any, editor: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    act("isp_request_return", org_admin, request=number, note="Which villages?")
    act("isp_request_submit", asker, request=number, data="Those of the north")
    act("isp_request_agree", org_admin, request=number, **TICKED)
    act("isp_grant_accept", asker, request=number, accept=True)
    act("package_patch", editor, id=listed["id"], sensitivity="high", private=True)
    assert jobs.tend()["suspended"] == 1
    assert not any(jobs.tend().values())
    act("isp_grant_reconfirm", org_admin, request=number)
    act("isp_grant_revoke", org_admin, request=number, note="Over")
    assert told(asker) == [
        "request_returned",
        "request_approved",
        "grant_suspended",
        "grant_reconfirmed",
        "grant_revoked",
    ]
    assert told(org_admin) == ["request_submitted", "request_answered", "grant_to_reconfirm"]
    assert told(editor) == []


def test_what_is_overdue_goes_to_deciders_then_to_deputies_each_once(
    asker: Any, org_admin: Any, organization: Any, listed: Any
) -> None:
    deputy = makers.person()
    said = {"organization": organization["name"], "stands_in": deputy["name"], "deputy": True}
    act("isp_stand_in_name", org_admin, **said)
    number = sent(asker, listed)["request"]
    assert jobs.tell_of_days() == 0
    late = sa.text("UPDATE isp_request SET answer_by = current_date - 1 WHERE id = :id")
    model.Session.execute(late, {"id": number})
    model.Session.commit()
    assert jobs.tell_of_days() > 0
    assert jobs.tell_of_days() == 0
    assert told(org_admin)[-1] == "request_overdue"
    assert told(deputy) == ["request_deputy"]


def test_silence_about_destruction_goes_on_to_those_who_decide_and_to_focal_points(
    asker: Any,
    org_admin: Any,
    listed: Any,
    app: CKANTestApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    focal = makers.person()
    monkeypatch.setitem(tk.config, config.FOCAL_POINTS, [focal["name"]])
    number = granted(asker, org_admin, listed)["request"]
    downloaded(app, asker, listed["file"])
    act("isp_grant_give_back", asker, request=number)
    late = sa.text("UPDATE isp_grant SET destroy_by = current_date - :days WHERE request_id = :id")
    for days, whom in ((1, (asker, org_admin)), (9, (asker, org_admin, focal))):
        model.Session.execute(late, {"id": number, "days": days})
        model.Session.commit()
        jobs.tell_of_days()
        assert jobs.tell_of_days() == 0
        assert all(told(one)[-1] == "destruction_overdue" for one in whom)


def test_every_kind_of_what_is_recorded_has_words() -> None:
    assert all(wording.event_kind(kind) for kind in Event)


def test_what_was_written_in_a_request_is_erased_and_what_came_of_it_stays(
    asker: Any, org_admin: Any, sysadmin: Any, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = sent(asker, listed)["request"]
    forget = tk.get_action("isp_log_forget")
    with pytest.raises(tk.ValidationError, match="not over"):
        forget({"user": sysadmin["name"]}, {"person": asker["name"]})
    act("isp_request_decline", org_admin, request=number, note="Totals would do, Amina.")
    assert reasons(org_admin, listed) == ["Totals would do, Amina."]
    jobs.forget_older()
    assert act("isp_request_show", org_admin, request=number)["said"]
    old = sa.text("UPDATE isp_request SET changed_at = changed_at - interval '731 days'")
    model.Session.execute(old)
    model.Session.commit()
    jobs.forget_older()
    shown = act("isp_request_show", org_admin, request=number)
    assert (shown["state"], shown["said"], shown["erased"]) == ("declined", {}, True)
    assert "Amina" not in str(shown["steps"])
    assert shown["steps"][-1]["command"] == "decline"
    assert reasons(org_admin, listed) == []


def reasons(user: dict[str, Any], made: dict[str, Any]) -> list[str]:
    """What the record of a dataset says of why, each way in which it is read."""
    rows = act("isp_log_list", user, dataset=made["name"])["events"]
    told = [row["reason"] for row in rows if row["reason"]]
    shown = act("isp_timeline", user, id=made["id"])
    assert told == [row["reason"] for row in shown if row["reason"]]
    table = act("isp_log_export", user, dataset=made["name"], format="json")["text"]
    assert [row for row in told if row not in table] == []
    return told


def test_why_something_was_decided_is_on_record_for_those_who_look_after_the_request(
    asker: Any, org_admin: Any, organization: Any, editor: Any, listed: Any
) -> None:
    second = another_admin(organization)
    number = sent(asker, listed)["request"]
    act("isp_request_step_aside", second, request=number, note="My sister works there.")
    act("isp_request_decline", org_admin, request=number, note="Totals would do.")
    assert reasons(org_admin, listed) == ["Totals would do.", "My sister works there."]
    for other in (editor, second):
        assert reasons(other, listed) == []


def test_the_second_agreement_is_told_as_that_of_those_who_have_not_given_the_first(
    asker: Any, org_admin: Any, organization: Any, dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="severe")
    second = another_admin(organization)
    said = {
        **CRITERIA,
        "organization": asker["organization"]["name"],
        "agreement": "DSA 2026/4",
        "requester": asker["name"],
        "received_on": TODAY.isoformat(),
        "received_by": "Letter of the head of office",
    }
    number = act("isp_request_type_in", editor, id=made["id"], **said)["request"]
    act("isp_request_agree", org_admin, request=number, **TICKED)
    told = act("isp_request_show", second, request=number)["agreements"]
    theirs = {one["key"]: one["theirs"] for one in told}
    names = [model.User.get(user["name"]).display_name for user in (org_admin, second)]
    assert [name in theirs["second"] for name in names] == [False, True]


def test_what_others_asked_for_the_same_data_is_told_by_purpose_and_organization(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    first = act("isp_request_draft", asker, id=listed["id"])["request"]
    said = {**CRITERIA, "organization": asker["organization"]["name"], "purpose": "other"}
    act("isp_request_submit", asker, request=first, **said)
    other = makers.person()
    other["organization"] = factories.Organization(
        users=[{"name": other["name"], "capacity": "editor"}]
    )
    number = sent(other, listed)["request"]
    (alike,) = act("isp_request_similar", org_admin, request=number)
    assert alike["asks_for"] == asker["organization"]["title"]
    assert alike["purpose"] == "Another purpose"


def test_what_became_strictly_confidential_while_it_waited_is_approved_under_an_agreement_only(
    asker: Any, org_admin: Any, organization: Any, editor: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    act("package_patch", editor, id=listed["id"], sensitivity="severe", private=True)
    told = refusal("isp_request_agree", org_admin, request=number, **TICKED)
    assert "agreement" in told["request"][0]
    act("isp_request_return", org_admin, request=number, note="Name the agreement.")
    act("isp_request_submit", asker, request=number, agreement="DSA 2026/7")
    assert act("isp_request_agree", org_admin, request=number, **TICKED)["state"] == "submitted"
    second = another_admin(organization)
    assert act("isp_request_agree", second, request=number, **TICKED)["state"] == "approved"


def test_nothing_is_approved_of_a_dataset_that_is_gone(
    asker: Any, org_admin: Any, sysadmin: Any, listed: Any
) -> None:
    number = sent(asker, listed)["request"]
    act("package_delete", sysadmin, id=listed["id"])
    assert refusal("isp_request_agree", org_admin, request=number, **TICKED)["request"]
    act("dataset_purge", sysadmin, id=listed["id"])
    with pytest.raises(tk.ObjectNotFound):
        act("isp_request_agree", org_admin, request=number, **TICKED)
    jobs.tend()
    assert act("isp_request_show", asker, request=number)["state"] == "withdrawn"


def test_an_organization_that_was_granted_data_holds_it_while_it_stands(
    asker: Any, org_admin: Any, sysadmin: Any, listed: Any, app: CKANTestApp
) -> None:
    colleague = makers.person()
    told = {"id": asker["organization"]["id"], "username": colleague["name"], "role": "member"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, told)
    granted(asker, org_admin, listed, organization=True)
    assert downloaded(app, colleague, listed["file"]).data == TABLE
    act("organization_delete", sysadmin, id=asker["organization"]["id"])
    assert downloaded(app, colleague, listed["file"]).status_code == 403
