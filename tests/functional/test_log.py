"""The whole record: who reads it and what of it, taking it along, notes, and who is erased."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events
from test_classification import call, refused
from test_protocols import focal_point

from ckanext.isp import jobs
from ckanext.isp.logic import log
from ckanext.isp.services import chain

__all__ = ["focal_point"]

TITLE = "Survivors of Tin-Azarif"
GIVEN: dict[str, Any] = {
    "files": [{"name": "people.csv"}],
    "channel": "device",
    "to": "Awa Ba, awa@example.org",
    "organization": "Sahelia Relief",
    "note": "Agreement with the sisters of Tin-Azarif",
}


@pytest.fixture
def severe(dataset: Dataset, editor: Any) -> dict[str, Any]:
    """A dataset that few may know of, with a delivery on record."""
    made = dataset(sensitivity="severe", title=TITLE, name="tin-azarif")
    call("isp_delivery_create", editor, id=made["id"], **GIVEN)
    return made


@pytest.fixture
def focal(focal_point: Any) -> dict[str, Any]:
    return focal_point


def listed(user: Any, **asked: Any) -> list[dict[str, Any]]:
    return call("isp_log_list", user, **asked)["events"]


def exported(user: Any, form: str, **asked: Any) -> str:
    return call("isp_log_export", user, format=form, **asked)["text"]


def clean() -> bool:
    model.Session.rollback()
    return not list(chain.verify(model.Session))


def headers(user: Any) -> dict[str, str]:
    return {"Authorization": user["token"]}


def last(user: Any, dataset: dict[str, Any]) -> dict[str, Any]:
    return listed(user, dataset=dataset["id"])[0]


def test_sysadmins_read_all_of_it_with_names(severe: Any, sysadmin: Any) -> None:
    told = listed(sysadmin)
    delivered = next(row for row in told if row["kind"] == "delivered")
    assert (delivered["dataset_title"], delivered["dataset_name"]) == (TITLE, severe["name"])
    assert (delivered["subject_name"], delivered["reason"]) == (GIVEN["to"], GIVEN["note"])
    assert told == sorted(told, key=lambda row: -row["id"])


def test_focal_points_read_that_it_happened_and_not_of_what(
    severe: Any, focal: Any, app: CKANTestApp
) -> None:
    row = next(row for row in listed(focal) if row["kind"] == "delivered")
    assert row["withheld"]
    assert row["level_after"] == "severe"
    assert (row["dataset_title"], row["dataset_name"], row["reason"]) == (None, None, None)
    pages = [app.get(path, headers=headers(focal)).body for path in ("/isp/log", "/isp/log.csv")]
    pages += [app.get(f"/isp/log/{row['id']}", headers=headers(focal)).body]
    pages += [exported(focal, "json"), exported(focal, "csv"), json.dumps(listed(focal))]
    for page in pages:
        assert row["package_id"] in page
        told = (TITLE, severe["name"], "people.csv", "sisters")
        assert not [word for word in told if word in page]


def test_focal_points_read_what_data_is_called_that_everybody_finds(
    dataset: Dataset, focal: Any
) -> None:
    dataset(sensitivity="moderate", title="Needs by district")
    assert listed(focal, kind="classified")[0]["dataset_title"] == "Needs by district"


def test_a_name_that_nobody_may_know_filters_like_one_that_is_not_taken(
    severe: Any, focal: Any, sysadmin: Any
) -> None:
    assert listed(sysadmin, dataset=severe["name"])
    assert listed(focal, dataset=severe["name"]) == listed(focal, dataset="not-taken") == []
    assert listed(focal, dataset=severe["id"])


def test_editors_read_what_is_on_record_of_their_dataset_and_no_more(
    severe: Any, editor: Any, dataset: Dataset, app: CKANTestApp
) -> None:
    dataset(sensitivity="low")
    told = listed(editor, dataset=severe["name"])
    assert {row["dataset_title"] for row in told} == {TITLE}
    with pytest.raises(tk.NotAuthorized):
        listed(editor)
    assert app.get("/isp/log", headers=headers(editor)).status_code == 404
    table = app.get("/dataset/tin-azarif/sensitivity/timeline.csv", headers=headers(editor))
    rows = list(csv.DictReader(io.StringIO(table.body.removeprefix("\ufeff"))))
    assert [row["kind"] for row in rows] == events(severe["id"])
    assert rows[-1]["subject_name"] == GIVEN["to"]
    lines = app.get("/dataset/tin-azarif/sensitivity/timeline.json", headers=headers(editor))
    assert [json.loads(line)["id"] for line in lines.body.splitlines()] == [
        int(row["id"]) for row in rows
    ]


@pytest.mark.parametrize("who", ["stranger", "visitor"])
def test_nobody_else_reads_any_of_it(severe: Any, who: str, app: CKANTestApp, editor: Any) -> None:
    event = last(editor, severe)["id"]
    user = factories.UserWithToken() if who == "stranger" else None
    for action, asked in (
        ("isp_log_list", {}),
        ("isp_log_list", {"dataset": severe["name"]}),
        ("isp_log_list", {"dataset": "not-taken"}),
        ("isp_log_export", {"dataset": severe["id"]}),
        ("isp_log_show", {"event": event}),
        ("isp_log_annotate", {"event": event, "note": "x"}),
        ("isp_log_forget", {"person": GIVEN["to"]}),
    ):
        with pytest.raises(tk.NotAuthorized):
            call(action, user, **asked)
    sent = headers(user) if user else {}
    for path in (
        "/isp/log",
        "/isp/log.csv",
        "/isp/log.json",
        f"/isp/log/{event}",
        "/dataset/tin-azarif/sensitivity/timeline.csv",
    ):
        assert app.get(path, headers=sent).status_code == 404


def test_it_is_filtered_by_day_kind_dataset_and_person(
    severe: Any, dataset: Dataset, editor: Any, sysadmin: Any
) -> None:
    dataset(sensitivity="low")
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO isp_event (kind, door, at) VALUES ('raised', 'sql', '2026-01-31')")
        )
    january = {"from": "2026-01-31", "to": "2026-01-31"}
    assert [row["kind"] for row in listed(sysadmin, **january)] == ["raised"]
    assert listed(sysadmin, to="2026-01-30") == []
    assert {row["kind"] for row in listed(sysadmin, kind="delivered")} == {"delivered"}
    assert {row["package_id"] for row in listed(sysadmin, dataset="tin-azarif")} == {severe["id"]}
    assert {row["actor"] for row in listed(sysadmin, person=editor["name"])} == {editor["id"]}
    assert [row["kind"] for row in listed(sysadmin, person=GIVEN["to"])] == ["delivered"]
    assert listed(sysadmin, person="nobody-of-that-name") == []
    assert set(refused("isp_log_list", sysadmin, kind="burnt", **{"from": "soon"})) == {
        "kind",
        "from",
    }


def test_the_page_turns_and_keeps_its_filters(severe: Any, sysadmin: Any, app: CKANTestApp) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_event (kind, door, reason) "
                "SELECT 'raised', 'sql', 'number ' || n || '.' FROM generate_series(1, 51) n"
            )
        )
    first = app.get("/isp/log?kind=raised", headers=headers(sysadmin)).body
    assert "number 51." in first
    assert "number 1." not in first
    assert "/isp/log?page=2&amp;kind=raised" in first
    assert "/isp/log.csv?kind=raised" in first
    second = app.get("/isp/log?kind=raised&page=2", headers=headers(sysadmin)).body
    assert "number 1." in second
    wrong = app.get("/isp/log?from=soon", headers=headers(sysadmin))
    assert wrong.status_code == 200
    assert "field-from-error" in wrong.body


def test_a_download_is_written_piece_by_piece_and_misses_nothing(
    sysadmin: Any, app: CKANTestApp, monkeypatch: pytest.MonkeyPatch, cli: Any
) -> None:
    monkeypatch.setattr(log, "MOST", 7)
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO isp_event (kind, door) "
                "SELECT 'raised', 'sql' FROM generate_series(1, 21)"
            )
        )
    jobs.chain()
    answer = app.get("/isp/log.csv", headers=headers(sysadmin))
    assert answer.headers["Content-Disposition"] == "attachment; filename=log.csv"
    assert answer.headers["Cache-Control"] == "private, no-store"
    rows = list(csv.DictReader(io.StringIO(answer.body.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == [str(n) for n in range(1, 22)]
    lines = app.get("/isp/log.json", headers=headers(sysadmin)).body.splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(range(1, 22))
    told = cli.invoke(ckan_command, ["isp", "log", "export", "--format", "json"])
    assert told.stdout.splitlines() == lines
    assert told.stderr.splitlines()[-1] == "21 events."
    none = cli.invoke(ckan_command, ["isp", "log", "export", "--to", "2020-01-01"])
    assert none.stdout.splitlines() == [",".join(log.FIELDS)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(sign: str, dataset: Dataset, sysadmin: Any) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO isp_event (kind, door, reason) VALUES (:text, :text, :text)"),
            {"text": f"{sign}cmd|' /C calc'!A0"},
        )
    (row,) = csv.DictReader(io.StringIO(exported(sysadmin, "csv", after=0), newline=""))
    for column in ("kind", "door", "reason"):
        assert row[column] == f"'{sign}cmd|' /C calc'!A0"


def test_a_note_stands_beside_an_event_that_stays_as_it_is(
    severe: Any, editor: Any, app: CKANTestApp, focal: Any
) -> None:
    before = last(editor, severe)
    told = call("isp_log_annotate", editor, event=before["id"], note="It was the other list")
    assert [note["note"] for note in told["notes"]] == ["It was the other list"]
    assert {key: told[key] for key in before if key != "notes"} == {
        key: before[key] for key in before if key != "notes"
    }
    assert events(severe["id"])[-1] == "annotated"
    timeline = call("isp_timeline", editor, id=severe["id"])
    assert timeline[0]["details"] == {"event": before["id"]}
    assert [note["note"] for note in timeline[1]["notes"]] == ["It was the other list"]
    page = app.get("/dataset/tin-azarif/sensitivity/timeline", headers=headers(editor)).body
    assert page.count("It was the other list") == 2
    assert "other list" not in app.get("/isp/log", headers=headers(focal)).body
    jobs.chain()
    assert clean()


def test_the_page_of_an_event_takes_a_note(severe: Any, editor: Any, app: CKANTestApp) -> None:
    path = f"/isp/log/{last(editor, severe)['id']}"
    empty = app.post(path, data={"note": ""}, headers=headers(editor))
    assert "field-reason-error" in empty.body
    app.post(path, data={"note": "Seen to"}, headers=headers(editor))
    assert "Seen to" in app.get(path, headers=headers(editor)).body


def test_focal_points_put_notes_beside_what_concerns_no_dataset(
    focal: Any, editor: Any, sysadmin: Any
) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO isp_event (kind, door) VALUES ('raised', 'sql')"))
    assert call("isp_log_annotate", focal, event=1, note="Seen")["notes"]
    with pytest.raises(tk.NotAuthorized):
        call("isp_log_annotate", editor, event=1, note="Seen")
    with pytest.raises(tk.ObjectNotFound):
        call("isp_log_annotate", sysadmin, event=99, note="Seen")
    with pytest.raises(tk.NotAuthorized):
        call("isp_log_show", editor, event=99)


def test_whose_data_was_erased_is_nobody_and_the_chain_is_whole(
    severe: Any, editor: Any, sysadmin: Any, app: CKANTestApp, cli: Any
) -> None:
    jobs.chain()
    words = ["isp", "log", "forget", editor["name"], "--user", sysadmin["name"]]
    assert "Erased: 1" in cli.invoke(ckan_command, words).stdout
    assert call("isp_log_forget", sysadmin, person=GIVEN["to"]) == {"erased": 1}
    assert refused("isp_log_forget", sysadmin, person=GIVEN["to"])
    kept = model.Session.execute(sa.text("SELECT user_id FROM isp_person")).scalars().all()
    assert not {editor["id"], editor["name"], GIVEN["to"]} & set(kept)
    page = app.get("/dataset/tin-azarif/sensitivity/timeline", headers=headers(sysadmin)).body
    assert "someone whose data was erased" in page
    row = listed(sysadmin, kind="delivered")[0]
    assert (row["actor"], row["actor_erased"]) == (None, True)
    assert (row["subject_name"], row["subject_erased"]) == ("someone whose data was erased", True)
    assert len(listed(sysadmin, kind="forgotten")) == 2
    jobs.chain()
    assert clean()


def test_who_erases_themselves_is_not_kept_again_by_it(sysadmin: Any, severe: Any) -> None:
    call("isp_log_annotate", sysadmin, event=last(sysadmin, severe)["id"], note="Seen")
    call("isp_log_forget", sysadmin, person=sysadmin["name"])
    kept = model.Session.execute(sa.text("SELECT user_id FROM isp_person")).scalars().all()
    assert sysadmin["id"] not in kept


def test_only_administrators_erase(severe: Any, focal: Any, editor: Any, org_admin: Any) -> None:
    for user in (focal, editor, org_admin):
        with pytest.raises(tk.NotAuthorized):
            call("isp_log_forget", user, person=GIVEN["to"])


def test_whoever_was_not_recorded_for_long_is_forgotten_where_the_portal_says_so(
    severe: Any, editor: Any, monkeypatch: pytest.MonkeyPatch, sysadmin: Any
) -> None:
    old = sa.text(
        "INSERT INTO isp_event (kind, door, actor, at) VALUES ('raised', 'sql', "
        "isp_person_of(:who), now() - interval '31 days')"
    )
    with model.meta.engine.begin() as connection:
        connection.execute(old, [{"who": "Old Friend"}, {"who": editor["id"]}])
    jobs.chain()
    assert jobs.forget_older() == 0
    monkeypatch.setitem(tk.config, "ckanext.isp.log.person_days", 30)
    assert jobs.forget_older() == 1
    kept = model.Session.execute(sa.text("SELECT user_id FROM isp_person")).scalars().all()
    assert editor["id"] in kept
    assert "Old Friend" not in kept
    assert [row["door"] for row in listed(sysadmin, kind="forgotten")] == ["worker"]
    jobs.chain()
    assert clean()


def test_a_kind_that_nobody_knows_does_not_keep_the_page_from_its_readers(
    sysadmin: Any, app: CKANTestApp
) -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO isp_event (kind, door) VALUES ('{odd}', 'sql')"))
    assert "{odd}" in app.get("/isp/log", headers=headers(sysadmin)).body
