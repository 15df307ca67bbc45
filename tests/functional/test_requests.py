"""Data that is not open is asked for in writing, given for a time, and ends in destruction."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_datasets import act
from test_files import TABLE, Upload

from ckanext.isp import config, gate
from ckanext.isp.store import keys

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
    user = factories.UserWithToken()
    user["organization"] = factories.Organization(
        users=[{"name": user["name"], "capacity": "editor"}]
    )
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
