"""Files of data that is not open: kept encrypted, received by one door, destroyed for good."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import openpyxl
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.config.middleware import make_app
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from click.testing import CliRunner
from conftest import Dataset, events
from test_protocols import act, activate, answered, change, focal_point, level, load, text, water
from werkzeug.datastructures import FileStorage

from ckanext.isp import config, doctor, jobs
from ckanext.isp.cli import isp as isp_command
from ckanext.isp.logic import opening, remains, sealing
from ckanext.isp.model.tables import RestrictedFile as File
from ckanext.isp.services import files
from ckanext.isp.store import cipher, keys
from ckanext.isp.store.place import Away, Place

__all__ = ["activate", "answered", "change", "focal_point", "load"]

CANARY = b"Amina, 34, Darrel well, blue door"
TABLE = b"name,age,place\n" + b"\n".join([CANARY] * 5)


class Upload(io.BytesIO):
    """What an action gets of an uploaded file."""

    def __init__(self, data: bytes, filename: str = "") -> None:
        super().__init__(data)
        self.filename = filename


Keep = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, its key outside of it; segments of 16 bytes."""
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(tmp_path / "keys"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    # commands read the configuration anew
    monkeypatch.setenv("CKAN_STORAGE_PATH", str(tmp_path / "storage"))
    monkeypatch.setattr(cipher, "SEGMENT", 16)
    keys.add(str(tmp_path / "keys"))
    return tmp_path / "storage" / config.FOLDER


@pytest.fixture
def moderate(dataset: Dataset) -> dict[str, Any]:
    """On request: everybody finds it."""
    made = dataset(sensitivity="moderate")
    assert made["is_requestdata_type"] is True
    return made


@pytest.fixture
def keep(editor: dict[str, Any]) -> Keep:
    def kept(of: dict[str, Any], data: bytes = TABLE, name: str = "people.csv", **more: Any) -> Any:
        asked = {"id": of["id"], "upload": Upload(data, name), **more}
        return tk.get_action("isp_file_create")({"user": editor["name"]}, asked)

    return kept


@pytest.fixture
def member(organization: dict[str, Any]) -> dict[str, Any]:
    user = factories.UserWithToken()
    data = {"id": organization["id"], "username": user["name"], "role": "member"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, data)
    return user


def as_user(user: dict[str, Any] | None, **headers: str) -> dict[str, str]:
    return {**({"Authorization": user["token"]} if user else {}), **headers}


def get(app: CKANTestApp, user: dict[str, Any] | None, file: dict[str, Any], **more: Any) -> Any:
    headers = as_user(user, **more)
    return app.get(f"/isp/file/{file['id']}", headers=headers, follow_redirects=False)


def listed(user: str, of: dict[str, Any]) -> list[dict[str, Any]]:
    return tk.get_action("isp_file_list")({"user": user}, {"id": of["id"]})["files"]


def leave(organization: str, user: dict[str, Any]) -> None:
    """Be a member no longer."""
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    out = {"id": organization, "username": user["name"]}
    tk.get_action("organization_member_delete")({"user": site}, out)


def on_disk(store: Path) -> bytes:
    return b"".join(file.read_bytes() for file in store.rglob("*") if file.is_file())


def test_a_member_receives_what_an_editor_kept_and_it_is_on_record(
    app: CKANTestApp, store: Path, moderate: Any, keep: Keep, editor: Any, member: Any
) -> None:
    file = keep(moderate, description="Lists of the camp")
    assert (file["name"], file["format"], file["size"]) == ("people.csv", "CSV", len(TABLE))
    assert (file["columns"], file["rows"]) == (["name", "age", "place"], 5)
    answer = get(app, member, file)
    assert (answer.status_code, answer.data) == (200, TABLE)
    assert answer.headers["Content-Disposition"] == "attachment; filename=people.csv"
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert CANARY not in on_disk(store)
    assert len([path for path in store.rglob("*") if path.is_file()]) == -(-len(TABLE) // 16)
    assert events(moderate["id"])[-2:] == ["file_kept", "file_downloaded"]
    last = tk.get_action("isp_timeline")({"user": editor["name"]}, {"id": moderate["id"]})[0]
    assert last["details"]["right"] == "member"
    assert last["actor"] == member["id"]


def test_nobody_else_receives_it(
    app: CKANTestApp, moderate: Any, dataset: Dataset, keep: Keep, member: Any
) -> None:
    stranger, closed = factories.UserWithToken(), dataset(sensitivity="severe")
    found, hidden = keep(moderate), keep(closed)
    anonymous = get(app, None, found)
    assert anonymous.status_code == 302
    assert "/user/login" in anonymous.headers["Location"]
    refused = get(app, stranger, found)
    assert refused.status_code == 403
    assert CANARY.decode() not in refused.text
    for user in (None, stranger):
        assert get(app, user, hidden).status_code == 404
    assert get(app, member, hidden).status_code == 200
    leave(moderate["owner_org"], member)
    assert get(app, member, hidden).status_code == 404
    assert get(app, member, found).status_code == 403


def test_who_was_blocked_receives_nothing(
    app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    file = keep(moderate)
    user = model.User.get(member["id"])
    user.state = "deleted"
    model.Session.commit()
    assert get(app, member, file).status_code in (302, 401, 403)
    with pytest.raises(tk.NotAuthorized):
        opening.opened({"user": member["name"]}, file["id"])


def test_an_administrator_of_the_portal_receives_it_and_is_on_record(
    app: CKANTestApp, dataset: Dataset, keep: Keep, sysadmin: Any, editor: Any
) -> None:
    made = dataset(sensitivity="severe")
    assert get(app, sysadmin, keep(made)).data == TABLE
    last = tk.get_action("isp_timeline")({"user": editor["name"]}, {"id": made["id"]})[0]
    assert (last["details"]["right"], last["actor"]) == ("sysadmin", sysadmin["id"])


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("moderate", {"name", "description", "format", "size", "columns", "rows"}),
        ("high", {"description", "format", "columns"}),
    ],
)
def test_those_who_may_ask_for_a_file_see_what_the_level_lets_be_told(
    level: str, shown: set[str], dataset: Dataset, keep: Keep, sysadmin: Any
) -> None:
    made = dataset(sensitivity=level, private=False, is_requestdata_type=True)
    keep(made, description="Lists of the camp")
    (file,) = listed("", made)
    assert {
        key for key in ("name", "description", "format", "size", "columns", "rows") if file[key]
    } == shown
    assert file["url"] is None
    assert file["added_by"] is None
    assert file["digest"] is None


def test_a_name_that_tells_too_much_is_told_to_nobody_else(
    moderate: Any, keep: Keep, editor: Any
) -> None:
    file = keep(moderate, name="Amina and Yusuf.csv", name_withheld=True)
    assert listed("", moderate)[0]["name"] is None
    assert listed(editor["name"], moderate)[0]["name"] == "Amina and Yusuf.csv"
    patched = tk.get_action("isp_file_patch")(
        {"user": editor["name"]}, {"file": file["id"], "name": "people.csv", "name_withheld": False}
    )
    assert patched["name"] == "people.csv"
    assert listed("", moderate)[0]["name"] == "people.csv"


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-0", 206, 0, 0),
        ("bytes=14-17", 206, 14, 17),
        ("bytes=16-31", 206, 16, 31),
        ("bytes=100-", 206, 100, len(TABLE) - 1),
        ("bytes=-7", 206, len(TABLE) - 7, len(TABLE) - 1),
        ("bytes=0-99999", 200, 0, len(TABLE) - 1),
        ("bytes=0-1,5-6", 200, 0, len(TABLE) - 1),
        ("pages=1-2", 200, 0, len(TABLE) - 1),
        ("bytes=99999-", 416, 0, -1),
    ],
)
def test_one_part_of_a_file_can_be_asked_for(
    asked: str,
    status: int,
    first: int,
    last: int,
    app: CKANTestApp,
    moderate: Any,
    keep: Keep,
    member: Any,
) -> None:
    answer = get(app, member, keep(moderate), Range=asked)
    assert (answer.status_code, answer.data) == (status, TABLE[first : last + 1])
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(TABLE)}"


def test_a_part_costs_no_more_than_the_segments_it_lies_in(
    moderate: Any, keep: Keep, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, read = keep(moderate), []
    get_segment = Place.get
    monkeypatch.setattr(
        Place,
        "get",
        lambda self, id, n, *to: read.append(n) or get_segment(self, id, n, *to),
    )
    opened = opening.opened({"user": member["name"]}, file["id"], lambda _size: files.Part(20, 40))
    assert b"".join(opened.bytes) == TABLE[20:41]
    assert sorted(read) == [1, 2]


@pytest.mark.parametrize("name", ["Réfugiés de Darfour.csv", "قائمة.csv", "名单.csv", 'a"b;c.csv'])
def test_a_name_in_any_script_arrives(
    name: str, app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    answer = get(app, member, keep(moderate, name=name))
    told = answer.headers["Content-Disposition"]
    told.encode("latin-1")
    assert answer.status_code == 200
    assert listed(member["name"], moderate)[0]["name"] == name


def test_an_empty_file_is_a_file(app: CKANTestApp, moderate: Any, keep: Keep, member: Any) -> None:
    answer = get(app, member, keep(moderate, data=b"", name="empty.txt"))
    assert (answer.status_code, answer.data) == (200, b"")


def test_what_is_read_of_a_spreadsheet_is_its_columns(moderate: Any, keep: Keep) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["Name", "Phone"], ["Amina", "123"], ["Yusuf", "456"]):
        book.active.append(row)
    book.save(file)
    kept = keep(moderate, data=file.getvalue(), name="people.xlsx")
    assert (kept["columns"], kept["rows"]) == (["Name", "Phone"], 2)
    assert keep(moderate, data=b"PK\x03\x04 no zip", name="people.xlsx")["columns"] is None


def test_an_open_dataset_takes_resources_instead(dataset: Dataset, keep: Keep, store: Path) -> None:
    for fields in ({"sensitivity": "low"}, {}):
        made = dataset(**fields)
        with pytest.raises(tk.ValidationError) as refused:
            keep(made)
        assert set(refused.value.error_dict) == {"upload"}
    assert not on_disk(store) if store.exists() else True


def test_a_file_comes_through_the_api_and_the_streaming_door(
    app: CKANTestApp, moderate: Any, editor: Any
) -> None:
    sent = {"id": moderate["name"], "upload": (io.BytesIO(TABLE), "people.csv")}
    headers = as_user(editor)
    answer = app.post("/api/3/action/isp_file_create", data=sent, headers=headers)
    assert answer.json["result"]["size"] == len(TABLE)
    door = f"/dataset/{moderate['name']}/files/stream?name=streamed.csv"
    headers["Content-Type"] = "application/octet-stream"
    streamed = app.post(door, data=TABLE, headers=headers)
    assert streamed.json["name"] == "streamed.csv"
    nameless = app.post(door.partition("?")[0], data=TABLE, headers=headers)
    assert (nameless.status_code, set(nameless.json["errors"])) == (409, {"name"})
    assert app.post(door, data=TABLE, headers=as_user(factories.UserWithToken())).status_code == 404
    assert [file["name"] for file in listed(editor["name"], moderate)] == [
        "people.csv",
        "streamed.csv",
    ]


def test_a_file_that_is_too_large_leaves_nothing(
    moderate: Any, keep: Keep, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, config.MOST_MEGABYTES, 0)
    with pytest.raises(tk.ValidationError, match="MB"):
        keep(moderate)
    assert not on_disk(store)
    assert model.Session.query(File).count() == 0


def test_a_storage_that_is_full_leaves_nothing(
    moderate: Any, keep: Keep, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Place.put

    def full(self: Any, file_id: str, number: int, data: bytes) -> None:
        if number > 1:
            raise Away("No space left on device")
        put(self, file_id, number, data)

    monkeypatch.setattr(Place, "put", full)
    with pytest.raises(tk.ValidationError) as refused:
        keep(moderate)
    assert set(refused.value.error_dict) == {"upload"}
    assert not on_disk(store)
    assert model.Session.query(File).count() == 0


def test_without_a_key_nothing_is_taken_and_nothing_is_read(
    app: CKANTestApp, moderate: Any, keep: Keep, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keep(moderate)
    monkeypatch.setitem(tk.config, config.KEY_FILE, "")
    with pytest.raises(tk.ValidationError, match="store key add"):
        keep(moderate)
    answer = get(app, member, file)
    assert answer.status_code == 409
    assert CANARY.decode() not in answer.text


def test_a_dataset_that_was_opened_while_a_file_came_does_not_take_it(
    dataset: Dataset, keep: Keep, editor: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset(sensitivity="low", private=True)
    write = files.write

    def slowly(*asked: Any) -> Any:
        arrived = write(*asked)
        opened = {"id": made["id"], "private": False}
        tk.get_action("package_patch")({"user": editor["name"]}, opened)
        return arrived

    monkeypatch.setattr(files, "write", slowly)
    with pytest.raises(tk.ValidationError):
        keep(made)
    assert not on_disk(store)


def test_a_right_that_ends_ends_a_running_download(
    moderate: Any, keep: Keep, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LOOK_AGAIN_SECONDS", 0)
    opened = opening.opened({"user": member["name"]}, keep(moderate)["id"])
    assert next(opened.bytes) == TABLE[:16]
    assert next(opened.bytes) == TABLE[16:32]
    late = opening.opened({"user": member["name"]}, opened.file.id)
    leave(moderate["owner_org"], member)
    for one in (opened, late):
        with pytest.raises(opening.Taken):
            next(one.bytes)


def test_one_file_stands_in_the_place_of_another(moderate: Any, keep: Keep, editor: Any) -> None:
    old = keep(moderate)
    new = keep(moderate, data=b"name\nNobody", replaces=old["id"])
    assert [file["id"] for file in listed(editor["name"], moderate)] == [new["id"]]


@pytest.fixture
def in_force(sysadmin: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a protocol of the country speak, whose Moderate level is written so."""
    focal_point = factories.UserWithToken()
    monkeypatch.setitem(tk.config, "ckanext.isp.focal_points", [focal_point["name"]])

    def enforce(**moderate: Any) -> None:
        monkeypatch.setitem(tk.config, config.PLACES, ["AFG"])
        source = text(levels=level("moderate", **moderate))
        loaded = act("isp_protocol_load", focal_point, source=source)
        asked = {"act": "activate", "reason": "Endorsed", "id": loaded["id"]}
        proposal = act("isp_protocol_propose", focal_point, **asked)
        act("isp_protocol_decide", sysadmin, proposal=proposal["id"], approve=True)

    return enforce


def test_a_protocol_says_how_many_earlier_versions_are_kept(
    moderate: Any, keep: Keep, in_force: Any, store: Path
) -> None:
    in_force(retention={"versions": 1})
    first = keep(moderate)
    second = keep(moderate, b"second", replaces=first["id"])
    third = keep(moderate, b"third", replaces=second["id"])
    states = {file.id: (file.state, file.key is None) for file in model.Session.query(File)}
    assert states == {
        first["id"]: ("destroyed", True),
        second["id"]: ("kept", False),
        third["id"]: ("kept", False),
    }
    assert "file_destroyed" in events(moderate["id"])
    assert not [path for path in store.rglob("*") if first["id"] in str(path) and path.is_file()]


@pytest.mark.parametrize(
    ("moderate_is", "told"),
    [
        ({"describes": []}, set()),
        ({"describes": ["format", "checksum"]}, {"format", "digest"}),
        ({}, {"name", "description", "format", "size", "columns", "rows"}),
    ],
)
def test_a_protocol_says_what_is_told_of_files(
    moderate_is: Any, told: set[str], moderate: Any, keep: Keep, in_force: Any, member: Any
) -> None:
    keep(moderate, description="Households")
    in_force(**moderate_is)
    what = {"name", "description", "format", "size", "columns", "rows", "digest"}
    shown = listed("", moderate)[0]
    assert {key for key in what if shown[key] is not None} == told
    assert all(listed(member["name"], moderate)[0][key] is not None for key in what)


def test_a_destroyed_file_cannot_be_read_from_yesterdays_copy(
    app: CKANTestApp, moderate: Any, keep: Keep, editor: Any, member: Any, store: Path
) -> None:
    file = keep(moderate, description="Lists of the camp")
    copies = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    destroy = {"file": file["id"], "reason": "The purpose is served"}
    tk.get_action("isp_file_destroy")({"user": editor["name"]}, destroy)
    assert not on_disk(store)
    assert get(app, member, file).status_code == 404
    for path, data in copies.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert get(app, member, file).status_code == 404
    row = model.Session.execute(sa.text("SELECT * FROM isp_file")).mappings().one()
    assert row["key"] is row["columns"] is row["digest"] is row["description"] is None
    assert "people" not in str(dict(row))
    last = tk.get_action("isp_timeline")({"user": editor["name"]}, {"id": moderate["id"]})[0]
    assert last["kind"] == "file_destroyed"
    assert last["reason"] == "The purpose is served"
    assert last["details"]["method"] == "cryptographic erase"


def test_only_editors_change_and_destroy(moderate: Any, keep: Keep, member: Any) -> None:
    file = keep(moderate)
    for action, more in (("isp_file_patch", {"name": "x"}), ("isp_file_destroy", {"reason": "x"})):
        for user in (member["name"], factories.User()["name"], ""):
            with pytest.raises(tk.NotAuthorized):
                tk.get_action(action)({"user": user}, {"file": file["id"], **more})


def test_a_purged_dataset_takes_its_files_with_it(
    moderate: Any, keep: Keep, sysadmin: Any, store: Path
) -> None:
    keep(moderate)
    tk.get_action("package_delete")({"user": sysadmin["name"]}, {"id": moderate["id"]})
    tk.get_action("dataset_purge")({"user": sysadmin["name"]}, {"id": moderate["id"]})
    assert not on_disk(store)
    assert {file.key for file in model.Session.query(File)} == {None}


def test_a_deleted_dataset_gives_nothing_away(
    app: CKANTestApp, moderate: Any, keep: Keep, editor: Any, member: Any, sysadmin: Any
) -> None:
    file = keep(moderate)
    tk.get_action("package_delete")({"user": editor["name"]}, {"id": moderate["id"]})
    for user in (None, member, editor, sysadmin):
        assert get(app, user, file).status_code == 404


def test_bytes_that_were_exchanged_are_not_given(
    app: CKANTestApp, moderate: Any, keep: Keep, member: Any, store: Path
) -> None:
    one, other = keep(moderate), keep(moderate, data=TABLE[::-1])
    first = next(store.glob(f"{one['id']}/00000000"))
    first.write_bytes((store / other["id"] / "00000000").read_bytes())
    answer = get(app, member, one)
    assert answer.status_code == 409
    assert get(app, member, other).data == TABLE[::-1]
    with (store / other["id"] / "00000000").open("ab") as longer:
        longer.write(b"more")
    assert get(app, member, other).status_code == 409


def test_pages_show_files_to_those_who_manage_them(
    app: CKANTestApp, moderate: Any, keep: Keep, editor: Any, member: Any
) -> None:
    file = keep(moderate)
    page = app.get(f"/dataset/{moderate['name']}/files", headers=as_user(editor))
    assert "people.csv" in page.text
    destroy = f"/isp/file/{file['id']}/destroy"
    assert "people.csv" in app.get(destroy, headers=as_user(editor)).text
    for user in (None, member):
        for address in (f"/dataset/{moderate['name']}/files", destroy):
            assert app.get(address, headers=as_user(user)).status_code == 404
    assert "people.csv" in app.get(f"/dataset/{moderate['name']}").text


@pytest.fixture
def isp() -> Callable[..., Any]:
    """Its commands, without reading the portal's configuration anew for each."""
    return lambda *words: CliRunner().invoke(isp_command, ["store", *words])


def faults_in(text: str) -> dict[str, str]:
    return {r["file"]: r["what"] for r in csv.DictReader(io.StringIO(text)) if r["meaning"]}


def test_the_portals_key_is_changed_while_files_are_read(
    isp: Any, app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    path = tk.config[config.KEY_FILE]
    (old,) = keys.read(path).names
    file = keep(moderate)
    new = isp("key", "add").output.split()[1]
    assert get(app, member, file).data == TABLE
    assert f"{old}  1" in isp("key", "list").output
    assert isp("key", "drop", old).exit_code == 1
    assert isp("key", "rotate").exit_code == 0
    assert get(app, member, file).data == TABLE
    assert isp("key", "drop", new).exit_code == 1
    assert isp("key", "drop", old).exit_code == 0
    assert keys.read(path).names == [new]
    assert get(app, member, file).data == TABLE
    assert isp("key", "list").exit_code == 0


def test_changing_the_portals_key_waits_for_a_file_that_is_being_changed(
    isp: Any, moderate: Any, keep: Keep
) -> None:
    file, _other = keep(moderate), keep(moderate)
    (old,) = keys.read(tk.config[config.KEY_FILE]).names
    isp("key", "add")
    locked = sa.text("SELECT id FROM isp_file WHERE id = :id FOR UPDATE")
    with model.meta.engine.connect() as somebody:
        somebody.execute(locked, {"id": file["id"]})
        threading.Timer(0.5, somebody.rollback).start()
        assert "2 files are opened" in isp("key", "rotate").output
    assert isp("key", "drop", old).exit_code == 0


def test_a_destroyed_file_cannot_be_read_from_a_dump_once_the_portals_key_was_changed(
    isp: Any, app: CKANTestApp, moderate: Any, keep: Keep, editor: Any, member: Any, store: Path
) -> None:
    file, other = keep(moderate), keep(moderate)
    copies = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    dump = model.Session.execute(sa.text("SELECT to_jsonb(f) FROM isp_file f")).scalars().all()
    destroy = {"file": file["id"], "reason": "The purpose is served"}
    tk.get_action("isp_file_destroy")({"user": editor["name"]}, destroy)
    (old,) = keys.read(tk.config[config.KEY_FILE]).names
    isp("key", "add")
    isp("key", "rotate")
    isp("key", "drop", old)
    assert get(app, member, other).data == TABLE
    for path, data in copies.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    model.Session.execute(sa.text("DELETE FROM isp_file"))
    restore = sa.text(
        "INSERT INTO isp_file SELECT * FROM jsonb_populate_record(NULL::isp_file, :row)"
    )
    for row in dump:
        model.Session.execute(restore, {"row": json.dumps(row)})
    model.Session.commit()
    answer = get(app, member, file)
    assert answer.status_code == 409
    assert CANARY.decode() not in answer.text


def test_a_key_that_is_missing_is_named(isp: Any, moderate: Any, keep: Keep) -> None:
    keep(moderate)
    path = Path(tk.config[config.KEY_FILE])
    (old,) = keys.read(str(path)).names
    path.unlink()
    assert "store key add" in isp("key", "list").output
    isp("key", "add")
    listed_now = isp("key", "list")
    assert listed_now.exit_code == 1
    assert f"{old}  1      not in the key file" in listed_now.output
    assert isp("key", "rotate").exit_code == 1
    assert "unreadable" in isp("verify").output


def test_verifying_finds_and_mends_what_crashes_left(
    isp: Any, moderate: Any, keep: Keep, store: Path
) -> None:
    whole, broken, gone, lost = (keep(moderate) for _ in range(4))
    assert isp("verify").exit_code == 0
    (store / broken["id"] / "00000002").write_bytes(b"something else")
    (store / lost["id"] / "00000003").unlink()
    (store / "stray").mkdir()
    (store / "stray" / "00000000").write_bytes(b"nobody's")
    model.Session.execute(
        sa.text("UPDATE isp_file SET state = 'destroyed', key = NULL WHERE id = :id"),
        {"id": gone["id"]},
    )
    late = sa.text(
        "INSERT INTO isp_file (id, package_id, name, format, media_type, segment, storage, key, "
        "state, created_by, created_at) SELECT 'late', package_id, name, format, media_type, "
        "segment, storage, key, 'arriving', created_by, now() - interval '2 days' FROM isp_file "
        "WHERE id = :id"
    )
    model.Session.execute(late, {"id": whole["id"]})
    model.Session.commit()
    found = faults_in(isp("verify", "--format", "csv").output)
    assert found == {
        broken["id"]: "damaged",
        lost["id"]: "damaged",
        gone["id"]: "left",
        "stray": "stray",
        "late": "half",
    }
    assert isp("verify", "--mend").exit_code == 1
    found = faults_in(isp("verify", "--format", "csv").output)
    assert found == {broken["id"]: "damaged", lost["id"]: "damaged"}
    assert not (store / "stray").exists()


def test_files_are_moved_to_another_storage_while_they_are_read(
    cli: Any,
    app: CKANTestApp,
    moderate: Any,
    keep: Keep,
    member: Any,
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = keep(moderate), keep(moderate, data=TABLE[::-1])
    settings = {"type": "ckan:fs", "path": str(tmp_path / "elsewhere"), "initialize": True}
    for name, value in settings.items():
        monkeypatch.setitem(tk.config, f"ckan.files.storage.elsewhere.{name}", value)
    # storages are looked for when a portal begins
    monkeypatch.setattr("ckan.cli.cli.make_app", make_app)

    def isp(*words: str) -> Any:
        return cli.invoke(ckan_command, ["isp", "store", *words])

    assert "2 files" in isp("export", "--to", "elsewhere").output
    assert not on_disk(store)
    assert get(app, member, one).data == TABLE
    assert get(app, member, other).data == TABLE[::-1]
    assert isp("verify").exit_code == 0
    assert "0 files" in isp("export", "--to", "elsewhere").output
    assert isp("export", "--to", "nowhere").exit_code == 1


def test_doctor_refuses_a_key_beside_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> tuple[str, str]:
        (found,) = [one for one in doctor.run() if one.check == "restricted keys"]
        return found.state.value, found.found

    assert said()[0] == "ok"
    os.chmod(tk.config[config.KEY_FILE], 0o644)
    assert said()[0] == "warn"
    beside = tmp_path / "storage" / "keys"
    beside.parent.mkdir(exist_ok=True)
    keys.add(str(beside))
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(beside))
    assert said()[0] == "refuse"
    (tmp_path / "link").symlink_to(beside)
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(tmp_path / "link"))
    assert said()[0] == "refuse"
    monkeypatch.setitem(tk.config, config.KEY_FILE, "")
    assert said()[0] == "warn"


@pytest.fixture
def sealed(dataset: Dataset, editor: Any) -> Callable[..., dict[str, Any]]:
    """A dataset that was Low and open, with a file, a link and a table; raised, not sealed yet."""

    def make(level: str) -> dict[str, Any]:
        made = dataset(sensitivity="low", private=False, title="Camp")
        user: Any = {"user": editor["name"]}
        upload = FileStorage(io.BytesIO(TABLE), "people.csv")
        tk.get_action("resource_create")(
            dict(user),
            {"package_id": made["id"], "name": "People", "format": "CSV", "upload": upload},
        )
        link = {"package_id": made["id"], "name": "Map", "url": f"https://example.org/{LINK}"}
        tk.get_action("resource_create")(dict(user), link)
        table = {
            "resource": {"package_id": made["id"], "name": "Tents"},
            "fields": [{"id": "name", "type": "text"}, {"id": "tent", "type": "int"}],
            "records": [{"name": CANARY.decode(), "tent": n} for n in range(3)],
        }
        tk.get_action("datastore_create")(dict(user), table)
        patch = {"id": made["id"], "sensitivity": level}
        return tk.get_action("package_patch")(dict(user), patch)

    return make


LINK = "amina-darrel-well"


def everything_said(app: CKANTestApp, of: dict[str, Any], user: Any) -> str:
    headers, id = as_user(user), of["id"]
    doors = [
        f"/api/3/action/package_show?id={id}",
        f"/api/3/action/package_show?id={id}&use_default_schema=true",
        "/api/3/action/package_search?include_private=true&rows=1000",
        "/api/3/action/package_search?include_private=true&fl=*",
        "/api/3/action/resource_search?query=name:e",
        f"/api/3/action/package_activity_list?id={id}",
        "/api/3/action/recently_changed_packages_activity_list",
        f"/dataset/{id}",
        f"/dataset/activity/{id}",
    ]
    for resource in of["resources"]:
        doors += [
            f"/api/3/action/resource_show?id={resource['id']}",
            f"/api/3/action/datastore_search?resource_id={resource['id']}",
            f"/api/3/action/resource_view_list?id={resource['id']}",
            f"/dataset/{id}/resource/{resource['id']}",
            f"/dataset/{id}/resource/{resource['id']}/download/people.csv",
            f"/datastore/dump/{resource['id']}",
        ]
    answers = [app.get(door, headers=headers, follow_redirects=False) for door in doors]
    return "\n".join(answer.text + str(answer.headers) for answer in answers)


@pytest.mark.parametrize("level", ["moderate", "severe"])
def test_sealing_leaves_nothing_of_resources_and_loses_nothing(
    level: str, sealed: Any, app: CKANTestApp, member: Any, editor: Any, store: Path
) -> None:
    made = sealed(level)
    assert len(made["resources"]) == 3
    assert made["private"] is True
    before = everything_said(app, made, member)
    assert CANARY.decode() in before
    assert LINK in before
    assert sealing.waiting() == [made["id"]]
    assert sealing.seal(made["id"]) == (3, 0)
    shown = tk.get_action("package_show")({"user": member["name"]}, {"id": made["id"]})
    assert shown["resources"] == [], "the index has not heard of it yet"
    jobs.drain_outbox()
    assert sealing.waiting() == []
    after = everything_said(app, made, member)
    assert CANARY.decode() not in after
    assert LINK not in after
    people, link, tents = listed(member["name"], made)
    assert get(app, member, people).data == TABLE
    assert LINK.encode() in get(app, member, link).data
    assert get(app, member, tents).data.count(CANARY) == 3
    assert (tents["columns"], tents["rows"]) == (["name", "tent"], 3)
    assert events(made["id"]).count("file_sealed") == 3
    with pytest.raises(sealing.Missing):
        sealing.uploaded(made["resources"][0]["id"])
    assert sealing.seal(made["id"]) == (0, 0)
    if level != "severe":
        asked = {"id": made["id"], "private": False, "is_requestdata_type": True}
        shared = tk.get_action("package_patch")({"user": editor["name"]}, asked)
        assert shared["private"] is False


def test_a_sealing_that_was_interrupted_goes_on(
    sealed: Any, app: CKANTestApp, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sealed("high")
    for place, name in ((files, "write"), (files, "keep"), (remains, "destroy")):
        with monkeypatch.context() as broken:
            broken.setattr(place, name, stop)
            with pytest.raises(KeyboardInterrupt):
                sealing.seal(made["id"])
            model.Session.rollback()
        assert tk.get_action("package_show")({"user": member["name"]}, {"id": made["id"]})[
            "private"
        ]
    sealing.seal(made["id"])
    jobs.drain_outbox()
    assert len(listed(member["name"], made)) == 3
    after = everything_said(app, made, member)
    assert CANARY.decode() not in after
    assert LINK not in after


def test_what_is_sealed_is_on_the_disk_before_what_it_was_made_of_goes(
    sealed: Any, member: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, done = sealed("high"), []
    force, remove = os.fsync, os.remove

    def forced(held: int) -> None:
        force(held)
        done.append(os.readlink(f"/proc/self/fd/{held}"))

    def removed(path: str) -> None:
        remove(path)
        done.append("removed")

    monkeypatch.setattr(os, "fsync", forced)
    monkeypatch.setattr(os, "remove", removed)
    sealing.seal(made["id"])
    people, _link, _tents = listed(member["name"], made)
    folder = store / people["id"]
    assert {str(folder / "00000000"), str(folder)} <= set(done[: done.index("removed")])


def stop(*_asked: Any, **_told: Any) -> None:
    raise KeyboardInterrupt


def test_a_resource_that_changed_while_it_was_read_is_not_lost(
    sealed: Any, editor: Any, member: Any, app: CKANTestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sealed("high")
    write = files.write

    def slowly(*asked: Any) -> Any:
        monkeypatch.setattr(files, "write", write)
        arrived = write(*asked)
        with model.meta.engine.begin() as connection:
            changed = sa.text("UPDATE resource SET hash = 'newer' WHERE id = :id")
            connection.execute(changed, {"id": made["resources"][0]["id"]})
        return arrived

    monkeypatch.setattr(files, "write", slowly)
    assert sealing.seal(made["id"]) == (3, 0)
    assert sealing.seal(made["id"]) == (0, 0)
    assert len(listed(member["name"], made)) == 3


def test_a_file_that_comes_for_a_resource_while_it_is_sealed_is_not_lost(
    sealed: Any, editor: Any, member: Any, app: CKANTestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sealed("high")
    write, newer = files.write, b"name\nNobody\n"

    def slowly(*asked: Any) -> Any:
        monkeypatch.setattr(files, "write", write)
        arrived = write(*asked)
        upload = FileStorage(io.BytesIO(newer), "people.csv")
        data = {"id": made["resources"][0]["id"], "name": "People", "upload": upload}
        tk.get_action("resource_update")({"user": editor["name"]}, data)
        return arrived

    monkeypatch.setattr(files, "write", slowly)
    assert sealing.seal(made["id"]) == (2, 0)
    assert sealing.seal(made["id"]) == (0, 0)
    assert newer in [get(app, member, file).data for file in listed(member["name"], made)]


def test_what_is_open_or_has_no_file_stays(
    dataset: Dataset, sealed: Any, app: CKANTestApp, isp: Any
) -> None:
    low = dataset(sensitivity="low", resources=[{"url": "https://example.org/x", "name": "Open"}])
    assert sealing.waiting() == []
    assert sealing.seal(low["id"]) == (0, 0)
    made = sealed("high")
    remains.remove_file(made["resources"][0]["id"])
    assert "1 datasets" in isp("adopt", "--dry-run").output
    result = isp("adopt")
    assert result.exit_code == 1
    assert "2 resources are restricted files now; 1 could not be moved." in result.output


def test_the_worker_is_asked_to_seal_whatever_came_as_a_resource(
    dataset: Dataset, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tk, "enqueue_job", lambda job, *args, **_more: asked.append((job, args)))
    link = {"url": "https://example.org/x", "name": "People"}
    made = dataset(sensitivity="low", resources=[link])
    dataset(sensitivity="high")
    assert not [job for job, _args in asked if job is sealing.seal]
    raised = {"id": made["id"], "sensitivity": "high"}
    tk.get_action("package_patch")({"user": editor["name"]}, raised)
    assert [args[0][0] for job, args in asked if job is sealing.seal] == [made["id"]]
    # as CKAN's own form saves it
    form = dataset(sensitivity="low", resources=[link])
    left_out = {key: form[key] for key in ("id", "name", "title", "owner_org")}
    raised = {**left_out, "sensitivity": "high"}
    tk.get_action("package_update")({"user": editor["name"]}, raised)
    assert [args[0][0] for job, args in asked if job is sealing.seal] == [made["id"], form["id"]]
    monkeypatch.setitem(tk.config, config.KEY_FILE, "")
    dataset(sensitivity="high", resources=[link])
    assert len([job for job, _args in asked if job is sealing.seal]) == 2


def test_what_a_change_of_protocols_closes_is_moved_into_the_store(
    answered: Any, activate: Any, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, user = answered(), {"user": editor["name"]}
    link = {"package_id": made["id"], "url": "https://example.org/x", "name": "People"}
    tk.get_action("resource_create")(dict(user), link)
    asked: list[Any] = []
    monkeypatch.setattr(tk, "enqueue_job", lambda job, *_args, **_more: asked.append(job))
    activate(rows=water("high"))
    assert sealing.seal_tightened in asked
    sealing.seal_tightened()
    assert tk.get_action("package_show")(dict(user), {"id": made["id"]})["resources"] == []
    assert len(listed(editor["name"], made)) == 1


@pytest.mark.parametrize("level", ["moderate", "high", "severe"])
def test_what_scripts_send_as_a_resource_is_kept_as_a_restricted_file(
    level: str, app: CKANTestApp, dataset: Dataset, editor: Any, member: Any, store: Path
) -> None:
    made = dataset(sensitivity=level)
    sent = {"package_id": made["id"], "name": "People", "upload": (io.BytesIO(TABLE), "people.csv")}
    door, headers = "/api/3/action/resource_create", as_user(editor)
    told = app.post(door, data=sent, headers=headers).json["result"]
    assert told["isp_restricted"] is True
    assert told["isp_notices"][0]["code"] == "kept_restricted"
    assert (told["name"], told["description"]) == ("people.csv", "People")
    assert get(app, member, told).data == TABLE
    assert app.get(told["url"], headers=as_user(member)).data == TABLE
    show = {"user": editor["name"]}, {"id": made["id"]}
    assert tk.get_action("package_show")(*show)["resources"] == []
    assert CANARY not in on_disk(store.parent)

    newer = {"id": told["id"], "name": "People", "upload": (io.BytesIO(b"name"), "people.csv")}
    door = "/api/3/action/resource_update"
    replaced = app.post(door, data=newer, headers=headers).json["result"]
    assert [file["id"] for file in listed(editor["name"], made)] == [replaced["id"]]


def people_csv(**more: Any) -> dict[str, Any]:
    """A resource with its file, as scripts send it within a dataset."""
    return {"name": "People", "upload": FileStorage(io.BytesIO(TABLE), "people.csv"), **more}


@pytest.mark.parametrize("level", ["moderate", "high", "severe"])
def test_files_that_come_with_a_dataset_are_restricted_ones(
    level: str, dataset: Dataset, editor: Any, store: Path
) -> None:
    made = dataset(sensitivity=level, resources=[people_csv(), people_csv()])
    assert made["private"] is (level != "moderate")
    assert made["resources"] == []
    assert [file["name"] for file in made["isp_files"]] == ["people.csv", "people.csv"]
    assert "kept_restricted" in [notice["code"] for notice in made["isp_notices"]]
    asked = {"id": made["id"], "resources": [people_csv()]}
    told = tk.get_action("package_patch")({"user": editor["name"]}, asked)
    assert len(told["isp_files"]) == 1
    assert len(listed(editor["name"], made)) == 3
    assert CANARY not in on_disk(store.parent)


def test_a_revision_that_adds_a_file_keeps_it_restricted(
    app: CKANTestApp, dataset: Dataset, editor: Any, member: Any, store: Path
) -> None:
    made = dataset(sensitivity="high")
    sent = {
        "match__id": made["id"],
        "update__resources__extend": json.dumps([{"name": "People"}]),
        "update__resources__-1__upload": (io.BytesIO(TABLE), "people.csv"),
    }
    door = "/api/3/action/package_revise"
    told = app.post(door, data=sent, headers=as_user(editor)).json["result"]["package"]
    assert told["resources"] == []
    assert get(app, member, told["isp_files"][0]).data == TABLE
    assert CANARY not in on_disk(store.parent)


def test_a_raise_that_brings_a_file_keeps_it_restricted(
    dataset: Dataset, editor: Any, store: Path
) -> None:
    made = dataset(sensitivity="low")
    asked = {"id": made["id"], "sensitivity": "severe", "resources": [people_csv()]}
    told = tk.get_action("package_patch")({"user": editor["name"]}, asked)
    assert (told["private"], told["resources"]) == (True, [])
    assert len(listed(editor["name"], made)) == 1
    assert CANARY not in on_disk(store.parent)


def test_files_of_low_and_of_unclassified_data_stay_resources(
    dataset: Dataset, store: Path
) -> None:
    for fields in ({"sensitivity": "low"}, {}):
        made = dataset(resources=[people_csv()], **fields)
        assert len(made["resources"]) == 1
        assert "isp_files" not in made


def test_a_file_for_a_resource_that_is_not_sealed_yet_takes_its_place(
    dataset: Dataset, editor: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = {"user": editor["name"]}
    made = dataset(sensitivity="low", resources=[people_csv()])
    raised = {"id": made["id"], "sensitivity": "high"}
    tk.get_action("package_patch")(dict(user), raised)
    newer = people_csv(id=made["resources"][0]["id"])
    told = tk.get_action("resource_update")(dict(user), newer)
    assert told["isp_restricted"] is True
    shown = tk.get_action("package_show")(dict(user), {"id": made["id"]})
    assert shown["resources"] == []
    assert [file["id"] for file in listed(editor["name"], made)] == [told["id"]]
    assert CANARY not in on_disk(store.parent)


def test_a_dataset_whose_file_could_not_be_kept_says_which(
    dataset: Dataset, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, config.MOST_MEGABYTES, 0)
    with pytest.raises(tk.ValidationError) as refused:
        dataset(name="people-2026", sensitivity="high", resources=[people_csv()])
    assert "People" in refused.value.error_dict["resources"][0]
    shown = tk.get_action("package_show")({"user": editor["name"]}, {"id": "people-2026"})
    assert (shown["private"], shown["resources"]) == (True, [])


@pytest.mark.parametrize("level", ["moderate", "high", "severe"])
def test_a_link_within_a_dataset_that_is_not_open_is_refused(level: str, dataset: Dataset) -> None:
    link = {"url": "https://example.org/map", "name": "Map"}
    with pytest.raises(tk.ValidationError) as refused:
        dataset(name="people-2026", sensitivity=level, resources=[people_csv(), link])
    assert refused.value.error_dict["resources"][0] == {}
    assert set(refused.value.error_dict["resources"][1]) == {"url"}
    assert model.Package.get("people-2026") is None


@pytest.mark.parametrize("level", ["moderate", "high", "severe"])
def test_a_link_to_data_that_is_not_open_is_refused(
    level: str, dataset: Dataset, editor: Any, member: Any
) -> None:
    made = dataset(sensitivity=level)
    asked = {"package_id": made["id"], "name": "Map", "url": "https://example.org/map"}
    with pytest.raises(tk.ValidationError) as refused:
        tk.get_action("resource_create")({"user": editor["name"]}, dict(asked))
    assert set(refused.value.error_dict) == {"url"}
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("resource_create")({"user": member["name"]}, dict(asked))


def test_a_resource_of_low_data_stays_one(dataset: Dataset, editor: Any) -> None:
    for fields in ({"private": False}, {"private": True}):
        made = dataset(sensitivity="low", **fields)
        asked = {"package_id": made["id"], "name": "Map", "url": "https://example.org/map"}
        tk.get_action("resource_create")({"user": editor["name"]}, asked)
        shown = tk.get_action("package_show")({"user": editor["name"]}, {"id": made["id"]})
        assert len(shown["resources"]) == 1


def test_looking_whether_a_file_is_there_is_no_download(
    app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    file = keep(moderate)
    address = f"/isp/file/{file['id']}"
    visitor = app.flask_app.test_client()
    known = visitor.head(address, headers=as_user(member))
    assert (known.status_code, known.headers["Content-Length"]) == (200, str(len(TABLE)))
    assert visitor.head(address).status_code == 403
    assert "file_downloaded" not in events(moderate["id"])


def test_opening_a_dataset_opens_none_of_its_restricted_files(
    app: CKANTestApp, dataset: Dataset, keep: Keep, editor: Any, member: Any
) -> None:
    made = dataset(sensitivity="low", private=True)
    file = keep(made)
    opened = {"id": made["id"], "private": False}
    tk.get_action("package_patch")({"user": editor["name"]}, opened)
    assert app.get(f"/dataset/{made['id']}").status_code == 200
    assert get(app, None, file).status_code == 302
    refused = get(app, factories.UserWithToken(), file)
    assert refused.status_code == 403
    # a refusal says where one can ask
    assert f"/dataset/{made['id']}#isp-ask" in refused.body
    assert get(app, member, file).data == TABLE


def test_a_file_that_comes_under_the_id_of_another_datasets_resource_takes_nothing_from_it(
    dataset: Dataset, editor: Any
) -> None:
    other = dataset(sensitivity="low", resources=[people_csv()])
    made, user = dataset(sensitivity="high"), {"user": editor["name"]}
    foreign = people_csv(id=other["resources"][0]["id"], package_id=made["id"])
    tk.get_action("resource_create")(dict(user), foreign)
    shown = tk.get_action("package_show")(dict(user), {"id": other["id"]})
    assert len(shown["resources"]) == 1
    assert len(listed(editor["name"], made)) == 1
