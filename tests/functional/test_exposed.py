"""What was open before it was closed: what the portal knows of who had it, and what is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_datasets import act, refused
from test_files import LINK, as_user, member, sealed, store  # noqa: F401

from ckanext.isp import config
from ckanext.isp.logic import sealing

_COUNTED = sa.text(
    "INSERT INTO tracking_raw (user_key, url, tracking_type, access_timestamp) "
    "VALUES (:who, :url, :kind, :at)"
)
_SUMMED = sa.text(
    "INSERT INTO tracking_summary (url, tracking_type, count, tracking_date) "
    "VALUES (:url, :kind, :count, :day)"
)


def told(user: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    return act("isp_exposure_before_seal", user, id=of["id"])


def counted(url: str, kind: str, who: str = "a", at: dt.datetime | None = None) -> None:
    at = at or dt.datetime.now()
    model.Session.execute(_COUNTED, {"url": url, "kind": kind, "who": who, "at": at})
    model.Session.commit()


def test_a_raise_says_that_what_was_public_cannot_be_recalled(
    dataset: Dataset, editor: Any
) -> None:
    made = dataset(sensitivity="low")
    raised = act("package_patch", editor, id=made["id"], sensitivity="high")
    codes = {one["code"]: one["message"] for one in raised["isp_notices"]}
    assert f"/dataset/{made['name']}/sensitivity/before" in codes["was_open"]
    again = act("package_patch", editor, id=made["id"], sensitivity="severe")
    assert "was_open" not in [one["code"] for one in again.get("isp_notices", ())]
    closed = dataset(sensitivity="low", private=True)
    raised = act("package_patch", editor, id=closed["id"], sensitivity="high")
    assert "was_open" not in [one["code"] for one in raised.get("isp_notices", ())]


def test_it_is_told_when_it_was_open_and_under_which_addresses(
    sealed: Any,  # noqa: F811
    editor: Any,
) -> None:
    made = sealed("high")
    before = told(editor, made)
    sealing.seal(made["id"])
    after = told(editor, made)
    assert set(before["addresses"]) <= set(after["addresses"])
    assert not any(LINK in address for address in before["addresses"])
    (period,) = after["open"]
    assert period["since"] < period["until"]
    assert after["open_now"] is False
    people = made["resources"][0]
    site = tk.config["ckan.site_url"]
    page = f"{site}/dataset/{made['id']}/resource/{people['id']}"
    for address in (
        f"{site}/dataset/{made['name']}",
        f"{site}/api/3/action/package_show?id={made['id']}",
        f"{page}/download/people.csv",
        f"{site}/datastore/dump/{people['id']}",
    ):
        assert address in after["addresses"]


def test_visits_are_counted_while_it_was_open_and_no_longer(
    sealed: Any,  # noqa: F811
    editor: Any,
) -> None:
    made = sealed("high")
    people = made["resources"][0]
    path = f"/dataset/{made['id']}/resource/{people['id']}/download/people.csv"
    for who in "aab":
        counted(f"/fr/dataset/{made['name']}", "page", who, dt.datetime.now())
    counted(f"{tk.config['ckan.site_url']}{path}", "resource")
    counted("/dataset/another", "page")
    counted(f"/dataset/{made['name']}", "page", at=dt.datetime.now() - dt.timedelta(days=9))
    found = told(editor, made)["tracking"]
    assert (found["pages"], found["files"]) == (2, 1)
    today = {"url": f"/fr/dataset/{made['name']}", "day": dt.date.today()}
    model.Session.execute(_SUMMED, {**today, "kind": "page", "count": 2})
    model.Session.commit()
    found = told(editor, made)["tracking"]
    assert (found["pages"], found["files"]) == (2, 1)
    assert [one["pages"] for one in found["days"]] == [2]


def test_people_with_an_account_are_named(sealed: Any, editor: Any) -> None:  # noqa: F811
    made = sealed("high")
    early, late = factories.User(), factories.User()
    follow = sa.text(
        "INSERT INTO user_following_dataset (follower_id, object_id, datetime) "
        "VALUES (:user, :id, timezone('UTC', now()) + :after)"
    )
    for user, after in ((early, dt.timedelta(days=-1)), (late, dt.timedelta(days=1))):
        asked = {"user": user["id"], "id": made["id"], "after": after}
        model.Session.execute(follow, asked)
    model.Session.commit()
    found = told(editor, made)
    assert [one["user"] for one in found["followers"]] == [early["name"]]
    (writer,) = found["writers"]
    assert writer["user"] == editor["name"]
    assert writer["times"] >= 1


def test_what_was_never_open_has_nothing_to_look_after(
    dataset: Dataset, editor: Any, app: CKANTestApp
) -> None:
    made = dataset(sensitivity="high")
    assert told(editor, made)["open"] == []
    page = app.get(f"/dataset/{made['name']}/sensitivity/before", headers=as_user(editor))
    assert "never open to everybody" in page.text


def test_each_tick_is_on_record_and_can_be_taken_back_not_away(
    sealed: Any,  # noqa: F811
    editor: Any,
    org_admin: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(tk.config, config.MIRRORS, ["https://mirror.example.org"])
    made = sealed("high")
    tick = {"id": made["id"], "check": "mirrors"}
    after = act("isp_exposure_check", editor, **tick, note="Wrote to them")
    assert after["mirrors"] == ["https://mirror.example.org"]
    done = {one["check"]: one for one in after["checks"]}
    assert [one for one, said in done.items() if said["done"]] == ["mirrors"]
    assert done["mirrors"]["note"] == "Wrote to them"
    assert done["mirrors"]["by"] == editor["display_name"]
    after = act("isp_exposure_check", org_admin, **tick, done=False)
    last = next(one for one in after["checks"] if one["check"] == "mirrors")
    assert (last["done"], last["by"]) == (False, org_admin["display_name"])
    assert events(made["id"]).count("exposure_checked") == 2
    assert "check" in refused("isp_exposure_check", editor, id=made["id"], check="memories")


def test_nobody_else_learns_of_it(
    sealed: Any,  # noqa: F811
    member: Any,  # noqa: F811
    app: CKANTestApp,
) -> None:
    made = sealed("moderate")
    address = f"/dataset/{made['name']}/sensitivity/before"
    for user in (None, member, factories.UserWithToken()):
        assert app.get(address, headers=as_user(user)).status_code == 404
        for action in ("isp_exposure_before_seal", "isp_exposure_check"):
            asked = {"id": made["id"], "check": "people"}
            answer = app.post(f"/api/3/action/{action}", json=asked, headers=as_user(user))
            assert answer.status_code in (403, 404)


def test_the_page_is_found_from_the_restricted_files_and_ticked_without_a_script(
    sealed: Any,  # noqa: F811
    editor: Any,
    app: CKANTestApp,
) -> None:
    made = sealed("high")
    headers = as_user(editor)
    address = f"/dataset/{made['name']}/sensitivity/before"
    assert address in app.get(f"/dataset/{made['name']}/files", headers=headers).text
    page = app.get(address, headers=headers).text
    assert "the portal keeps no list of anonymous downloads" in page
    sent = {"check": "caches", "done": "true", "note": "Purged"}
    answer = app.post(address, data=sent, headers=headers, follow_redirects=False)
    assert answer.status_code == 302
    page = app.get(address, headers=headers).text
    assert "Purged" in page
    bad = {"check": "", "done": "true"}
    assert app.post(address, data=bad, headers=headers).status_code == 200
