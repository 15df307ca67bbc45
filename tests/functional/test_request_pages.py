"""The pages of those who ask: who sees which, and what they say."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset
from test_datasets import act
from test_requests import CRITERIA, TICKED, TODAY, asker, granted, listed, sent, store

__all__ = ["asker", "listed", "store"]

DRAFT = sa.text("""
    INSERT INTO isp_request (package_id, requester, origin, state, round, third_party, said, needed,
                             consulting)
    VALUES (:package, :asker, 'portal', 'draft', 0, false, '{}', '{}', false)
""")


@pytest.fixture
def other() -> dict[str, Any]:
    return factories.UserWithToken()


def get(app: CKANTestApp, path: str, user: Any = None) -> Any:
    headers = {"Authorization": user["token"]} if user else {}
    return app.get(path, headers=headers, follow_redirects=False)


def post(app: CKANTestApp, path: str, user: Any = None, **data: Any) -> Any:
    headers = {"Authorization": user["token"]} if user else {}
    return app.post(path, data=data, headers=headers, follow_redirects=False)


def of(request: Any, more: str = "") -> str:
    return f"/isp/request/{request['request']}{more}"


def form_of(asker: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {**CRITERIA, "organization": asker["organization"]["title"], **said}


def asked(asker: dict[str, Any], made: dict[str, Any], **said: Any) -> dict[str, Any]:
    draft = act("isp_request_draft", asker, id=made["id"])
    return act("isp_request_submit", asker, request=draft["request"], **form_of(asker, **said))


# the page of a dataset


def test_a_visitor_learns_how_to_ask_and_by_when_they_are_answered(listed: Any, app: Any) -> None:
    page = get(app, f"/dataset/{listed['name']}").body
    assert f"/dataset/{listed['name']}/request" in page
    assert "Answered within 2 working days" in page
    assert "An administrator of the organization that the data belongs to" in page


def test_a_visitor_logs_in_and_comes_back(listed: Any, app: Any) -> None:
    answer = get(app, f"/dataset/{listed['name']}/request")
    assert answer.status_code == 302
    assert "/user/login" in answer.location
    assert answer.location.endswith(f"came_from=/dataset/{listed['name']}/request")
    french = get(app, f"/fr/dataset/{listed['name']}/request").location
    assert french.endswith(f"came_from=/fr/dataset/{listed['name']}/request")


def test_whoever_is_logged_out_meanwhile_is_told_and_comes_back(listed: Any, app: Any) -> None:
    path = f"/dataset/{listed['name']}/request"
    assert post(app, f"{path}/keep", data="Wells").status_code == 401
    assert post(app, path, data="Wells").location.endswith(f"came_from={path}")
    assert post(app, "/isp/request/1/do/say", note="x").location.endswith(
        "came_from=/isp/request/1"
    )


def test_whoever_has_the_data_is_offered_no_request(listed: Any, editor: Any, app: Any) -> None:
    assert "Ask for access" not in get(app, f"/dataset/{listed['name']}", editor).body
    page = get(app, f"/dataset/{listed['name']}/request", editor)
    assert "You have this data already" in page.body
    assert "<textarea" not in page.body


def test_whoever_asked_sees_where_it_is_instead_of_the_button(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = sent(asker, listed)
    page = get(app, f"/dataset/{listed['name']}", asker).body
    assert "Waiting for an answer" in page
    assert of(request) in page
    assert "Ask for access" not in page
    act("isp_request_agree", org_admin, request=request["request"], **TICKED)
    act("isp_grant_accept", asker, request=request["request"], accept=True)
    assert "You have access until" in get(app, f"/dataset/{listed['name']}", asker).body


def test_data_that_is_strictly_confidential_has_no_button(
    dataset: Dataset, editor: Any, sysadmin: Any, app: Any
) -> None:
    made = dataset(sensitivity="severe")
    for user in (editor, sysadmin):
        assert "Ask for access" not in get(app, f"/dataset/{made['name']}", user).body
    told = act("isp_request_prepare", sysadmin, id=made["id"])
    assert told["formal"] is True
    with app.flask_app.test_request_context():
        shown = {"package": made, "told": {**told, "have": False, "why_not": None}}
        words = tk.render("isp/snippets/ask.html", shown)
    assert "formal request" in words
    assert "Ask for access" not in words
    assert f"/dataset/{made['name']}/request" not in words


def test_what_became_strictly_confidential_takes_an_agreement(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    said = form_of(asker, files=listed["file"]["id"])
    kept = post(app, f"/dataset/{listed['name']}/request/keep", asker, **said).json
    assert 'name="agreement"' not in get(app, of(kept, "/write"), asker).body
    act("package_patch", org_admin, id=listed["id"], sensitivity="severe")
    assert get(app, f"/dataset/{listed['name']}", asker).status_code == 404
    page = get(app, of(kept, "/check"), asker).body
    assert 'href="#field-agreement"' in page
    assert 'name="agreement"' in page
    assert f'name="files" value="{listed["file"]["id"]}"' in page
    assert "list.csv" not in page


def test_nothing_is_asked_of_a_dataset_that_somebody_does_not_see(
    dataset: Dataset, asker: Any, app: Any
) -> None:
    made = dataset(sensitivity="high")
    assert get(app, f"/dataset/{made['name']}/request", asker).status_code == 404
    assert post(app, f"/dataset/{made['name']}/request/keep", asker).status_code == 404
    assert get(app, "/dataset/no-such-dataset/request", asker).status_code == 404


# the form


def test_the_form_offers_the_purposes_of_the_protocol_and_my_organizations(
    listed: Any, asker: Any, app: Any
) -> None:
    page = get(app, f"/dataset/{listed['name']}/request", asker).body
    assert "Triangulation of findings" in page
    assert "Another purpose" in page
    assert f'<option value="{asker["organization"]["title"]}">' in page
    assert "Columns: name, age, place" in page
    french = get(app, f"/fr/dataset/{listed['name']}/request", asker).body
    assert "Triangulation des résultats" in french
    assert 'value="Triangulation of findings"' in french


def test_the_form_tells_what_became_of_earlier_requests_without_a_name(
    listed: Any, asker: Any, org_admin: Any, other: Any, app: Any
) -> None:
    path = f"/dataset/{listed['name']}/request"
    assert "isp-earlier" not in get(app, path, asker).body
    request = sent(asker, listed)
    act("isp_request_decline", org_admin, request=request["request"], note="Totals would do.")
    mine, theirs = get(app, path, asker).body, get(app, path, other).body
    assert f'href="{of(request)}"' in mine
    assert "By others" not in mine
    assert "By others: 0 approved, 1 declined." in theirs
    assert "Totals would do." not in theirs
    assert of(request) not in theirs
    for word in (asker["name"], asker["fullname"], asker["organization"]["title"]):
        assert word not in theirs
    act("package_patch", org_admin, id=listed["id"], private=True)
    with pytest.raises(tk.NotAuthorized):
        act("isp_request_earlier", other, id=listed["id"])
    told = {"approved": 0, "declined": 0, "mine": []}
    assert act("isp_request_earlier", org_admin, id=listed["id"]) == told
    with pytest.raises(tk.NotAuthorized):
        act("isp_request_earlier", {"name": ""}, id=listed["id"])


def test_looking_at_the_form_leaves_no_draft(listed: Any, asker: Any, app: Any) -> None:
    get(app, f"/dataset/{listed['name']}/request", asker)
    assert act("isp_request_list", asker)["count"] == 0


def test_what_is_typed_is_kept_and_found_again(listed: Any, asker: Any, app: Any) -> None:
    path = f"/dataset/{listed['name']}/request"
    answer = post(app, f"{path}/keep", asker, data="Names of wells", files=listed["file"]["id"])
    number = answer.json["request"]
    more = {"data": "Places of wells", "from": CRITERIA["until"]}
    assert post(app, f"{path}/keep", asker, **more).json["request"] == number
    assert get(app, path, asker).location.endswith(of(answer.json))
    page = get(app, of(answer.json, "/write"), asker).body
    assert "Places of wells" in page
    assert f'name="from" value="{CRITERIA["until"]}"' in page
    assert "checked" not in page.split('name="files"')[1].split(">")[0]
    assert post(app, of(answer.json, "/keep"), asker, format="CSV").status_code == 200


def test_two_first_saves_at_once_make_one_draft_with_what_was_typed_last(
    listed: Any, asker: Any, app: Any, application: Any
) -> None:
    told: list[Any] = []

    def second() -> None:
        with application._wsgi_app.test_request_context():
            told.append(act("isp_request_draft", asker, id=listed["id"], data="Wells, and who"))
            model.Session.remove()

    first = model.meta.engine.connect()
    begun = first.begin()
    row = {"package": listed["id"], "asker": asker["id"]}
    first.execute(DRAFT, row)
    saving = threading.Thread(target=second)
    saving.start()
    saving.join(0.5)
    assert saving.is_alive()
    begun.commit()
    saving.join(20)
    first.close()
    assert told[0]["said"]["data"] == "Wells, and who"
    assert act("isp_request_list", asker)["count"] == 1


def test_what_is_typed_after_it_was_sent_is_not_said_to_be_saved(
    listed: Any, asker: Any, app: Any
) -> None:
    request = sent(asker, listed)
    path = f"/dataset/{listed['name']}/request"
    answer = post(app, f"{path}/keep", asker, data="Other wells")
    assert answer.status_code == 409
    assert "Waiting for an answer" in answer.json["errors"]["request"][0]
    page = post(app, path, asker, data="Other wells", next="check").body
    assert "Waiting for an answer&#34; now" in page
    said = act("isp_request_show", asker, request=request["request"])["said"]
    assert said["data"] == CRITERIA["data"]


def test_what_cannot_be_kept_says_why_and_loses_nothing(listed: Any, asker: Any, app: Any) -> None:
    path = f"/dataset/{listed['name']}/request"
    answer = post(app, f"{path}/keep", asker, until="next week", data="Wells")
    assert answer.status_code == 409
    assert "until" in answer.json["errors"]
    page = post(app, path, asker, until="next week", data="Wells", next="check").body
    assert 'href="#field-until"' in page
    assert "next week" in page
    assert ">Wells</textarea>" in page


def test_what_is_missing_is_named_at_its_field_and_kept_otherwise(
    listed: Any, asker: Any, app: Any
) -> None:
    without = {**form_of(asker), "why_not_less": ""}
    answer = post(app, f"/dataset/{listed['name']}/request", asker, **without, next="check")
    page = get(app, answer.location, asker).body
    assert 'href="#field-why_not_less"' in page
    assert page.count('href="#field-') == 1
    assert page.count("Say why less would not do") == 2
    assert CRITERIA["data"] in page
    number = act("isp_request_list", asker)["requests"][0]
    assert number["state"] == "draft"


def test_answers_are_checked_and_sent(listed: Any, asker: Any, org_admin: Any, app: Any) -> None:
    said = form_of(asker, files=listed["file"]["id"], next="check")
    check = post(app, f"/dataset/{listed['name']}/request", asker, **said).location
    page = get(app, check, asker).body
    assert CRITERIA["purpose_words"] in page
    assert "list.csv" in page
    assert act("isp_request_list", org_admin, of="queue")["count"] == 0
    answer = post(app, check, asker)
    assert answer.status_code == 302
    request = act("isp_request_list", org_admin, of="queue")["requests"][0]
    assert answer.location.endswith(of(request))
    assert request["organization_id"] == asker["organization"]["id"]
    assert request["third_party"] is False


def test_an_organization_that_one_does_not_belong_to_makes_a_third_party(
    listed: Any, asker: Any, organization: Any, app: Any
) -> None:
    for named in (organization["title"], organization["name"], "Some ministry"):
        request = asked(asker, listed, organization=named)
        assert request["third_party"] is True
        act("isp_request_withdraw", asker, request=request["request"])


def test_the_next_request_begins_with_what_the_last_one_said(
    listed: Any, asker: Any, app: Any, dataset: Dataset
) -> None:
    asked(asker, listed, format="A shapefile")
    made = dataset(sensitivity="moderate", private=False, is_requestdata_type=True)
    page = get(app, f"/dataset/{made['name']}/request", asker).body
    assert 'value="A shapefile"' in page
    assert CRITERIA["why_not_less"] not in page


# the page of a request


def test_a_request_is_its_writers_and_those_who_decide(
    listed: Any, asker: Any, org_admin: Any, editor: Any, other: Any, app: Any
) -> None:
    request = sent(asker, listed)
    mine = get(app, of(request), asker)
    assert "Your request" in mine.body
    theirs = get(app, of(request), org_admin)
    assert theirs.status_code == 200
    assert "Your request" not in theirs.body
    for user in (other, editor):
        assert get(app, of(request), user).status_code == 404
    assert "/user/login" in get(app, of(request)).location


def test_a_draft_is_nobodys_but_its_writers(
    listed: Any, asker: Any, org_admin: Any, sysadmin: Any, app: Any
) -> None:
    draft = act("isp_request_draft", asker, id=listed["id"])
    for user in (org_admin, sysadmin):
        for more in ("", "/write", "/check"):
            assert get(app, of(draft, more), user).status_code == 404
        assert post(app, of(draft, "/keep"), user, data="Mine").status_code == 404


def test_what_is_sent_is_not_written_any_more(listed: Any, asker: Any, app: Any) -> None:
    request = sent(asker, listed)
    for more in ("/write", "/check"):
        assert get(app, of(request, more), asker).location.endswith(of(request))
    assert post(app, of(request, "/keep"), asker, data="Other").status_code == 409
    assert 'name="data"' not in get(app, of(request), asker).body


def test_buttons_are_those_that_the_request_takes(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = sent(asker, listed)
    assert doable(get(app, of(request), asker)) == {"say", "withdraw"}
    act("isp_request_agree", org_admin, request=request["request"], **TICKED)
    assert doable(get(app, of(request), asker)) == {"say", "withdraw", "accept"}
    act("isp_grant_accept", asker, request=request["request"], accept=True)
    held = {"say", "ask_longer", "give_back", "report"}
    assert doable(get(app, of(request), asker)) == held


def doable(page: Any) -> set[str]:
    return {part.split('"')[0] for part in page.body.split("/do/")[1:]}


def test_terms_are_shown_whole_and_accepted_by_a_tick(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = sent(asker, listed)
    act("isp_request_agree", org_admin, request=request["request"], **TICKED, conditions="In Dakar")
    page = get(app, of(request), asker).body
    assert CRITERIA["purpose_words"] in page
    assert "In Dakar" in page
    assert "/isp/file/" not in page
    refused = post(app, of(request, "/do/accept"), asker)
    assert 'href="#accept-accept"' in refused.body
    assert post(app, of(request, "/do/accept"), asker, accept="true").status_code == 302
    assert f"/isp/file/{listed['file']['id']}" in get(app, of(request), asker).body


def test_a_report_keeps_what_was_typed_until_it_is_whole_and_leads_to_its_case(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = granted(asker, org_admin, listed)
    page = post(app, of(request, "/do/report"), asker, to="A journalist", note="").body
    assert 'href="#report-note"' in page
    assert 'value="A journalist"' in page
    assert '<details class="isp-do" id="do-report" open' in page
    whole = {"to": "A journalist", "meant": "accident", "note": "By mail."}
    assert post(app, of(request, "/do/report"), asker, **whole).status_code == 302
    for reader in (asker, org_admin):
        page = get(app, of(request), reader).body
        case = get(app, re.findall(r"/isp/cases/\d+", page)[0], reader).body
        assert f'href="{of(request)}"' in case
        assert 'value="settled"' not in case or reader is org_admin
        assert "By mail." not in case


def test_what_is_revoked_shows_why_and_is_no_longer_offered(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = granted(asker, org_admin, listed)
    app.get(f"/isp/file/{listed['file']['id']}", headers={"Authorization": asker["token"]})
    act("isp_grant_revoke", org_admin, request=request["request"], note="It was passed on.")
    page = get(app, of(request), asker).body
    assert "It was passed on." in page
    assert "/isp/file/" not in page
    told = {"method": "clear", "on": TODAY.isoformat(), "copies": "None"}
    assert post(app, of(request, "/do/attest"), asker, **told).status_code == 302
    assert "Overwritten (clear)" in get(app, of(request), asker).body


def test_commands_of_others_are_not_taken_here(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = sent(asker, listed)
    for command in ("agree", "decline", "extend", "nothing"):
        for user in (asker, org_admin):
            assert post(app, of(request, f"/do/{command}"), user).status_code == 404
    assert act("isp_request_show", asker, request=request["request"])["state"] == "submitted"


def test_what_is_closed_to_the_requester_is_not_described_any_more(
    listed: Any, asker: Any, org_admin: Any, app: Any
) -> None:
    request = sent(asker, listed)
    act("package_patch", org_admin, id=listed["id"], private=True)
    assert act("isp_request_show", asker, request=request["request"])["files"] == []
    assert len(act("isp_request_show", org_admin, request=request["request"])["files"]) == 1
    assert get(app, of(request), asker).status_code == 200


# what somebody holds


def test_my_access_shows_what_is_owed_first_and_only_what_is_mine(
    listed: Any, asker: Any, org_admin: Any, other: Any, app: Any, dataset: Dataset
) -> None:
    granted(asker, org_admin, listed)
    later = dataset(sensitivity="moderate", private=False, is_requestdata_type=True)
    sent(asker, later)
    page = get(app, "/isp/access", asker).body
    assert page.index("What you hold") < page.index("Waiting for an answer")
    assert listed["title"] in page
    assert later["title"] in page
    nothing = get(app, "/isp/access", other).body
    assert "Nothing yet." in nothing
    assert listed["title"] not in nothing
    assert "/user/login" in get(app, "/isp/access").location


def test_one_part_of_my_access_is_read_by_pages(listed: Any, asker: Any, app: Any) -> None:
    for _number in range(22):
        draft = act("isp_request_draft", asker, id=listed["id"])
        act("isp_request_withdraw", asker, request=draft["request"])
    assert "show=past" in get(app, "/isp/access", asker).body
    page = get(app, "/isp/access?show=past&page=2", asker).body
    assert page.count("isp-file-what") == 2
    assert get(app, "/isp/access?show=nonsense", asker).status_code == 200


def test_an_answer_is_due_on_a_working_day(listed: Any, asker: Any) -> None:
    told = act("isp_request_prepare", asker, id=listed["id"])
    day = dt.date.fromisoformat(told["answer_by"])
    assert day > TODAY
    assert day.weekday() < 5
    assert told["answer_by"] == sent(asker, listed)["answer_by"]
