"""Who reads what on the pages on which requests are answered, and what can be done there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from test_datasets import act
from test_files import TABLE, Upload
from test_requests import CRITERIA, TICKED, TODAY, asker, granted, listed, sent, store

from ckanext.isp import config

__all__ = ["asker", "listed", "store"]

INSERTED = sa.text("""
    INSERT INTO isp_request (package_id, requester, typed_in_by, origin, state, round, level,
                             third_party, said, needed, answer_by, submitted_at)
    SELECT :package, u.id, CASE WHEN n % 3 = 0 THEN u.id END, 'portal', 'submitted', 1, 'moderate',
           true, '{"purpose": "Programming", "organization": "Another"}', '{owner}',
           current_date + (n % 5), now()
      FROM generate_series(1, :count) n
      JOIN (SELECT id, row_number() OVER (ORDER BY name) AS place FROM "user"
              WHERE name LIKE 'person-%') u
        ON u.place = n
""")


def page(app: CKANTestApp, user: dict[str, Any] | None, path: str, **more: Any) -> Any:
    headers = {"Authorization": user["token"]} if user else {}
    return app.get(path, headers=headers, **more)


def post(app: CKANTestApp, by: dict[str, Any], path: str, **data: Any) -> Any:
    headers = {"Authorization": by["token"]}
    return app.post(path, data=data, headers=headers, follow_redirects=False)


def decide(app: CKANTestApp, by: dict[str, Any], number: int, command: str, **data: Any) -> Any:
    return post(app, by, f"/isp/request/{number}/review/{command}", **data)


def state(number: int) -> str:
    model.Session.rollback()
    asked = sa.text("SELECT state FROM isp_request WHERE id = :id")
    return model.Session.execute(asked, {"id": number}).scalar_one()


class Queries:
    """How many queries a page asks."""

    def __enter__(self) -> Queries:
        self.texts: list[str] = []
        sa.event.listen(model.meta.engine, "before_cursor_execute", self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(model.meta.engine, "before_cursor_execute", self._heard)

    def _heard(self, _c: Any, _k: Any, text: str, *_: Any) -> None:
        self.texts.append(text)


def people(count: int) -> None:
    rows = [{"id": f"p{n}", "name": f"person-{n}"} for n in range(count)]
    add = sa.text(
        "INSERT INTO \"user\" (id, name, state, created) VALUES (:id, :name, 'active', now()) "
        "ON CONFLICT DO NOTHING"
    )
    model.Session.execute(add, rows)
    model.Session.commit()


def test_the_whole_page_of_the_queue_asks_fewer_than_twenty_questions_at_any_size(
    org_admin: Any, listed: Any, dataset: Any, app: CKANTestApp
) -> None:
    members = dataset(sensitivity="high", private=True)
    # its head tells of what happened to it
    model.Session.add(model.Dashboard(org_admin["id"]))
    act("follow_dataset", org_admin, id=members["id"])
    act("package_patch", org_admin, id=members["id"], title="Changed")
    password = "a long password"
    act("user_patch", org_admin, id=org_admin["id"], password=password)
    login = {"login": org_admin["name"], "password": password}
    assert app.post("/user/login", data=login, follow_redirects=False).status_code == 302
    few, many = (asked(app, listed, count) for count in (10, 1000))
    assert few == many
    assert max(few) < 20, few


def asked(app: CKANTestApp, made: dict[str, Any], count: int) -> list[int]:
    """How many questions pages of a queue of so many ask, once CKAN is awake."""
    model.Session.execute(sa.text("DELETE FROM isp_request"))
    people(count)
    model.Session.execute(INSERTED, {"package": made["id"], "count": count})
    model.Session.commit()
    found = []
    for path in ("", "", "?state=all", f"?state=all&q=person&organization={made['owner_org']}"):
        with Queries() as queries:
            told = app.get(f"/isp/requests{path}")
        assert "state=all" not in path or told.body.count('class="isp-open"') == min(count, 50)
        found.append(len(queries.texts))
    return found[1:]


def test_a_queue_is_read_by_those_who_look_after_it_and_empty_for_others(
    asker: Any, editor: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = sent(asker, listed)["request"]
    mine = page(app, org_admin, "/isp/requests").body
    assert f"/isp/request/{number}" in mine
    assert asker["fullname"] in mine
    for other in (asker, editor):
        told = page(app, other, "/isp/requests").body
        assert asker["organization"]["title"] not in told
        assert f"/isp/request/{number}" not in told
    assert "/user/login" in page(app, None, "/isp/requests", follow_redirects=False).location


def test_the_number_that_waits_stands_in_the_head_of_those_who_answer_alone(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    sent(asker, listed)
    waiting = re.compile(r'isp-waiting">.*?<span class="badge">(\d+)</span>', re.S)
    found = waiting.search(page(app, org_admin, "/about").body)
    assert found
    assert found[1] == "1"
    assert "isp-waiting" not in page(app, asker, "/about").body
    assert "isp-waiting" not in page(app, None, "/about").body


def test_what_somebody_has_an_interest_in_is_counted_and_not_listed(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = sent(asker, listed)["request"]
    done = decide(app, org_admin, number, "step_aside", note="We share an office.")
    assert done.status_code == 302
    told = page(app, org_admin, "/isp/requests?state=all").body
    assert f'href="/isp/request/{number}"' not in told
    assert "1 more waits that others answer" in told
    refused = page(app, org_admin, f"/isp/request/{number}")
    assert refused.status_code == 403
    assert asker["fullname"] not in refused.body


def test_a_member_of_those_who_ask_finds_their_request_in_no_queue_of_theirs(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": ""},
        {"id": asker["organization"]["id"], "username": org_admin["name"], "role": "member"},
    )
    sent(asker, listed)
    told = act("isp_request_list", org_admin, of="queue", state="all")
    assert (told["count"], told["trays"]["new"], told["apart"]) == (0, 0, 1)


def test_the_table_holds_what_the_page_would_list_and_no_formula(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    draft = act("isp_request_draft", asker, id=listed["id"])
    said = {**CRITERIA, "purpose": '=HYPERLINK("http://example.org")'}
    of = asker["organization"]["name"]
    act("isp_request_submit", asker, request=draft["request"], **said, organization=of)
    answer = page(app, org_admin, "/isp/requests.csv?state=new")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Purpose"] for row in rows] == ['\'=HYPERLINK("http://example.org")']
    assert rows[0]["Who asks"] == asker["fullname"]
    assert (
        len(page(app, org_admin, "/isp/requests.csv?state=held&sort=ends").data.splitlines()) == 1
    )
    assert len(page(app, asker, "/isp/requests.csv?state=all").data.splitlines()) == 1
    assert page(app, None, "/isp/requests.csv").status_code == 404


def test_a_filter_is_kept_under_a_name_and_nobody_else_reads_it(
    org_admin: Any, editor: Any, app: CKANTestApp
) -> None:
    post(app, org_admin, "/isp/requests?state=overdue&q=ngo", name="Late ones")
    kept = act("isp_filter_list", org_admin)
    assert kept == [{"name": "Late ones", "state": "overdue", "q": "ngo"}]
    assert act("isp_filter_list", editor) == []
    shown = tk.get_action("user_show")({"user": editor["name"]}, {"id": org_admin["name"]})
    assert "plugin_extras" not in shown
    post(app, org_admin, "/isp/requests?state=new", drop="Late ones")
    assert act("isp_filter_list", org_admin) == []


def test_what_other_plugins_keep_of_a_person_stays_beside_their_filters(org_admin: Any) -> None:
    user = model.User.get(org_admin["name"])
    user.plugin_extras = {"other": {"kept": 1}}
    model.Session.commit()
    act("isp_filter_keep", org_admin, name="Mine", state="new")
    act("isp_filter_drop", org_admin, name="Mine")
    model.Session.expire_all()
    assert model.User.get(org_admin["name"]).plugin_extras["other"] == {"kept": 1}


def test_an_approval_without_all_ticks_is_refused_in_words_and_keeps_what_was_typed(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    begins = (TODAY + dt.timedelta(days=3)).isoformat()
    number = sent(asker, listed, **{"from": begins})["request"]
    first_day = re.compile(r'name="from" value="([^"]*)"')
    assert first_day.findall(page(app, org_admin, f"/isp/request/{number}").body) == [begins]
    later = (TODAY + dt.timedelta(days=5)).isoformat()
    typed = {"checks": "criteria", "conditions": "Only in Goma.", "from": later}
    told = decide(app, org_admin, number, "agree", **typed)
    assert (told.status_code, first_day.findall(told.body)) == (200, [later])
    assert "Not ticked yet: The policies of our own organization allow it." in told.body
    assert "Only in Goma." in told.body
    assert re.search(r'value="criteria"[^>]* checked', told.body)
    assert state(number) == "submitted"
    ticks = {"checks": ["criteria", "own_policy"], "safeguards": ["transfer"]}
    assert decide(app, org_admin, number, "agree", **ticks).status_code == 302
    assert state(number) == "approved"


def test_an_approval_of_no_file_gives_none(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = sent(asker, listed)["request"]
    ticks = {"checks": ["criteria", "own_policy"], "safeguards": ["transfer"]}
    told = decide(app, org_admin, number, "agree", files_shown="1", **ticks)
    assert "Tick at least one file, or decline." in told.body
    assert state(number) == "submitted"
    with pytest.raises(tk.ValidationError):
        act("isp_request_agree", org_admin, request=number, files=[], **TICKED)


def test_what_a_third_party_asks_for_shows_four_considerations_and_all_safeguards(
    org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    stranger = factories.UserWithToken()
    draft = act("isp_request_draft", stranger, id=listed["id"])
    said = {**CRITERIA, "organization": "Ministry of Plans"}
    number = act("isp_request_submit", stranger, request=draft["request"], **said)["request"]
    told = page(app, org_admin, f"/isp/request/{number}").body
    assert "isp-sign-third" in told
    assert told.count("data-needed") == 2 + 4 + 3
    assert "not verified" in told


def test_who_is_asked_for_advice_reads_the_question_and_not_who_asks(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    adviser = factories.UserWithToken()
    number = sent(asker, listed)["request"]
    question = "May lists of five households go to a party?"
    asked = {"body": "ICCM", "user": adviser["name"], "question": question}
    assert decide(app, org_admin, number, "consult", **asked).status_code == 302
    told = page(app, adviser, f"/isp/request/{number}").body
    assert question in told
    shown = act("isp_request_show", adviser, request=number)
    for secret in (asker["fullname"], asker["organization"]["title"], CRITERIA["purpose_words"]):
        assert secret not in told
        assert secret not in str(shown)
    assert listed["title"] not in told
    assert listed["id"] not in str(shown)
    assert f"/isp/request/{number}" in page(app, adviser, "/isp/requests").body
    said = {"advice": "Yes.", "consultation": shown["consultations"][0]["consultation"]}
    done = decide(app, adviser, number, "advise", **said)
    assert done.status_code == 302
    assert "Yes." in page(app, org_admin, f"/isp/request/{number}").body
    assert decide(app, adviser, number, "decline", note="No.").status_code == 200
    assert state(number) == "submitted"


def test_an_earlier_outcome_stands_beside_and_a_reason_is_used_again(
    asker: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    first = sent(asker, listed)["request"]
    reason = "Totals by district are on the portal; they answer the purpose."
    decide(app, org_admin, first, "decline", note=reason)
    second = sent(asker, listed)["request"]
    told = page(app, org_admin, f"/isp/request/{second}").body
    assert told.count(reason) == 3
    decide(app, org_admin, second, "decline", again=reason)
    assert act("isp_request_show", asker, request=second)["steps"][-1]["note"] == reason


def test_two_who_decide_at_once_take_one_decision_and_the_other_reads_whose_it_was(
    asker: Any, org_admin: Any, organization: Any, listed: Any, app: CKANTestApp
) -> None:
    second = factories.UserWithToken()
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": ""},
        {"id": organization["id"], "username": second["name"], "role": "admin"},
    )
    number = sent(asker, listed)["request"]
    decide(app, org_admin, number, "decline", note="No.")
    told = decide(app, second, number, "agree", **TICKED)
    assert f"{org_admin['fullname']} was quicker" in told.body.replace("&#39;", "'")
    assert state(number) == "declined"


def test_how_whoever_asked_stands_is_told_in_numbers_to_those_who_decide_alone(
    asker: Any, org_admin: Any, listed: Any
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    told = act("isp_request_standing", org_admin, request=number)
    assert told == {"asked": 1, "holds": 1, "owes": 0, "late": 0, "attested": 0, "declined": 0}
    assert act("isp_request_standing", asker, request=number) == {}


def test_who_holds_the_data_is_read_by_its_managers_and_ended_by_its_administrators(
    asker: Any, editor: Any, org_admin: Any, listed: Any, app: CKANTestApp
) -> None:
    number = granted(asker, org_admin, listed)["request"]
    headers = {"Authorization": asker["token"]}
    app.get(f"/isp/file/{listed['file']['id']}", headers=headers)
    path = f"/dataset/{listed['name']}/holders"
    for manager in (editor, org_admin):
        told = page(app, manager, path).body
        assert asker["fullname"] in told
        assert "holder of a granted request" in told
    assert "/review/revoke" in told
    assert "/review/revoke" not in page(app, editor, path).body
    for other in (asker, None):
        assert page(app, other, path).status_code in (403, 404)
        assert page(app, other, f"{path}.csv").status_code in (403, 404)
    rows = page(app, editor, f"{path}.csv").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert decide(app, editor, number, "revoke", note="No.").status_code == 404
    done = decide(app, org_admin, number, "revoke", note="Passed on.", back=path)
    assert done.location.endswith(path)
    elsewhere = decide(app, org_admin, number, "say", note="Why?", back="https://example.org/")
    assert "example.org" not in elsewhere.location
    assert "(0)" in page(app, editor, path).body


def test_a_formal_request_is_typed_in_and_names_the_agreement_it_rests_on(
    editor: Any, org_admin: Any, dataset: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="severe", private=True)
    act("isp_file_create", editor, id=made["id"], upload=Upload(TABLE, "list.csv"))
    path = f"/isp/requests/type-in/{made['name']}"
    said = {**CRITERIA, "organization": "WFP", "requester_words": "Ms Sy, head of office"}
    said |= {"received_on": TODAY.isoformat(), "received_by": "By letter"}
    told = post(app, editor, path, **said)
    assert "name its reference" in told.body
    assert "Ms Sy, head of office" in told.body
    done = post(app, editor, path, **said, agreement="DSA 12/2026")
    assert done.status_code == 302
    number = int(done.location.rsplit("/", 1)[1])
    assert "Ms Sy" in page(app, org_admin, f"/isp/request/{number}").body
    assert page(app, factories.UserWithToken(), path).status_code in (403, 404)


def test_a_stand_in_is_named_for_days_by_an_administrator_and_ended(
    asker: Any, org_admin: Any, editor: Any, organization: Any, listed: Any, app: CKANTestApp
) -> None:
    number = sent(asker, listed)["request"]
    path = f"/organization/{organization['name']}/stand-ins"
    assert page(app, editor, path).status_code == 404
    wrong = post(app, org_admin, path, stands_in=editor["name"])
    assert "Name the last day" in wrong.body
    until = (TODAY + dt.timedelta(days=3)).isoformat()
    named = {"stands_in": editor["name"], "until": until}
    assert post(app, org_admin, path, **named).status_code == 302
    told = page(app, editor, f"/isp/request/{number}").body
    assert "You answer in the place of" in told
    assert f"/isp/request/{number}" in page(app, editor, "/isp/requests").body
    rows = act("isp_stand_in_list", org_admin, organization=organization["name"])
    post(app, org_admin, path, end=rows[0]["stand_in"])
    assert page(app, editor, f"/isp/request/{number}").status_code == 404
    assert f'href="/isp/request/{number}"' not in page(app, editor, "/isp/requests").body


def test_a_stand_in_reads_why_a_third_partys_request_is_not_theirs_to_decide(
    org_admin: Any,
    editor: Any,
    asker: Any,
    organization: Any,
    listed: Any,
    app: CKANTestApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(tk.config, config.THIRD_PARTIES, [asker["organization"]["name"]])
    number = sent(asker, listed)["request"]
    until = TODAY + dt.timedelta(days=3)
    named = {"organization": organization["name"], "stands_in": editor["name"]}
    act("isp_stand_in_name", org_admin, **named, until=until.isoformat())
    told = page(app, editor, f"/isp/request/{number}").body
    assert "nobody in their place" in told
    assert 'id="isp-agree"' not in told
    assert 'id="do-return"' in told
