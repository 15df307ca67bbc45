"""Data that is given by another way than the portal is on record, with a manifest."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_classification import call, refused

SUM = hashlib.sha256(b"names").hexdigest()
GIVEN: dict[str, Any] = {
    "files": [{"name": "people.csv", "sha256": SUM, "size": 5}],
    "channel": "device",
    "to": "Awa Ba, awa@example.org",
    "organization": "Sahelia Relief",
}


@pytest.fixture
def severe(dataset: Dataset) -> dict[str, Any]:
    return dataset(sensitivity="severe")


def test_what_was_given_is_on_record_with_its_manifest(severe: Any, editor: Any) -> None:
    told = call("isp_delivery_create", editor, id=severe["id"], **GIVEN, note="Agreement 12")
    assert told["files"] == GIVEN["files"]
    assert (told["channel"], told["to"], told["note"]) == ("device", GIVEN["to"], "Agreement 12")
    assert told["level"] == "severe"
    assert told["protocol"]
    assert call("isp_delivery_list", editor, id=severe["name"]) == [told]
    assert events(severe["id"])[-1] == "delivered"


def test_who_received_it_can_be_erased_and_the_record_stays(severe: Any, editor: Any) -> None:
    call("isp_delivery_create", editor, id=severe["id"], **GIVEN)
    with model.meta.engine.begin() as connection:
        gone = sa.text("DELETE FROM isp_person WHERE user_id = :who")
        connection.execute(gone, {"who": GIVEN["to"]})
        kept = connection.execute(
            sa.text("SELECT details::text || coalesce(reason, '') FROM isp_event")
        )
        assert not [row for (row,) in kept if row and "Awa" in row]
    told = call("isp_delivery_list", editor, id=severe["id"])[0]
    assert (told["to"], told["organization"]) == (None, GIVEN["organization"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"files": []}, "files"),
        ({"files": "people.csv"}, "files"),
        ({"files": [{"sha256": SUM}]}, "files"),
        ({"files": [{"name": "people.csv", "sha256": "abc"}]}, "files"),
        ({"channel": "pigeon"}, "channel"),
        ({"to": ""}, "to"),
        ({"organization": ""}, "organization"),
        ({"on": "yesterday"}, "on"),
        ({"on": (dt.date.today() + dt.timedelta(3)).isoformat()}, "on"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    wrong: dict[str, Any], field: str, severe: Any, editor: Any
) -> None:
    assert set(refused("isp_delivery_create", editor, id=severe["id"], **{**GIVEN, **wrong})) == {
        field
    }
    assert "delivered" not in events(severe["id"])


def test_only_those_who_manage_the_dataset_record_and_read_deliveries(
    severe: Any, editor: Any
) -> None:
    call("isp_delivery_create", editor, id=severe["id"], **GIVEN)
    stranger = factories.UserWithToken()
    for action, data in (("isp_delivery_create", GIVEN), ("isp_delivery_list", {})):
        with pytest.raises(tk.ObjectNotFound):
            call(action, stranger, id=severe["id"], **data)


def test_data_that_nobody_classified_is_classified_first(dataset: Dataset, editor: Any) -> None:
    assert set(refused("isp_delivery_create", editor, id=dataset()["id"], **GIVEN)) == {"id"}


def test_a_form_without_a_script_keeps_what_was_typed(
    app: CKANTestApp, severe: Any, editor: Any
) -> None:
    path, headers = f"/dataset/{severe['name']}/deliveries", {"Authorization": editor["token"]}
    typed = {"file_name": ["people.csv", ""], "file_sha256": [SUM, ""], "file_size": ["5", ""]}
    answer = app.post(path, data={**typed, "channel": "device", "to": "Awa Ba"}, headers=headers)
    assert "Awa Ba" in answer.body
    assert SUM in answer.body
    whole = {**typed, "channel": "device", "to": "Awa Ba", "organization": "Relief"}
    answer = app.post(path, data=whole, headers=headers)
    told = call("isp_delivery_list", editor, id=severe["id"])
    assert [one["files"] for one in told] == [GIVEN["files"]]
    assert app.get(path, headers={}).status_code in (403, 404)
