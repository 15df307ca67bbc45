"""What the restricted store promises, wherever its bytes lie: on disk, or in a bucket elsewhere."""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import elsewhere
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.common import config_declaration
from ckan.exceptions import CkanConfigurationException
from ckan.lib import files as lib_files
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from click.testing import CliRunner
from conftest import Dataset, events
from elsewhere import SECRET, Bucket
from werkzeug.datastructures import FileStorage

from ckanext.isp import config, doctor
from ckanext.isp.cli import isp as isp_command
from ckanext.isp.model.tables import RestrictedFile as File
from ckanext.isp.store import cipher, keys
from ckanext.isp.store.remote import ADAPTERS

CANARY = b"Amina, 34, Darrel well, blue door"
TABLE = b"name,age,place\n" + CANARY
PREFIX = "ckan.files.storage."

Configure = Callable[..., None]
Keep = Callable[..., dict[str, Any]]


class Upload(io.BytesIO):
    """What an action gets of an uploaded file."""

    def __init__(self, data: bytes, filename: str, at_the_third: Callable[[], None]) -> None:
        super().__init__(data)
        self.filename, self._at_the_third, self._reads = filename, at_the_third, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads == 3:
            self._at_the_third()
        return super().read(size)


class Lies:
    """Where bytes lie, seen by whoever has the storage and not the portal."""

    def __init__(
        self,
        options: dict[str, Any],
        all: Callable[[], dict[str, bytes]],
        write: Callable[[str, bytes], None],
        remove: Callable[[str], None],
        away: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.options, self.all, self.write, self.remove = options, all, write, remove
        self.away = away


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    with elsewhere.bucket() as made:
        yield made


@pytest.fixture
def in_bucket(bucket: Bucket) -> Iterator[Lies]:
    def whole() -> dict[str, bytes]:
        root = f"{bucket.options['path']}/"
        return {name.removeprefix(root): bucket.read(name) for name in bucket.names()}

    def under(name: str) -> str:
        return f"{bucket.options['path']}/{name}"

    yield Lies(
        bucket.options,
        whole,
        lambda name, data: bucket.write(under(name), data),
        lambda name: bucket.remove(under(name)),
        bucket.wire.cut,
    )
    for name in bucket.names():
        bucket.remove(name)


@pytest.fixture
def on_disk(tmp_path: Path) -> Lies:
    folder = tmp_path / "disk"
    folder.mkdir()

    def whole() -> dict[str, bytes]:
        found = [path for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    def write(name: str, data: bytes) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    @contextlib.contextmanager
    def away() -> Iterator[None]:
        kept = folder.rename(tmp_path / "unplugged")
        folder.write_text("no folder")
        yield
        folder.unlink()
        kept.rename(folder)

    options = {"type": "ckan:fs", "path": str(folder)}
    return Lies(options, whole, write, lambda name: (folder / name).unlink(), away)


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Sets up storages from options, as the portal does when it starts."""

    def start() -> None:
        config_declaration.setup()
        config_declaration.make_safe(tk.config)
        config_declaration.normalize(tk.config)
        _, errors = config_declaration.validate(tk.config)
        if errors:
            raise CkanConfigurationException(str(errors))
        lib_files.storages.reset()
        lib_files.storages.collect()
        doctor.look_again()

    def set_up(name: str, **options: Any) -> None:
        for key in [key for key in tk.config if key.startswith(f"{PREFIX}{name}.")]:
            del tk.config[key]
        tk.config.update({f"{PREFIX}{name}.{key}": value for key, value in options.items()})
        start()

    yield set_up
    for key in [key for key in tk.config if key.startswith(PREFIX)]:
        del tk.config[key]
    start()


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal with a key, a folder of its own, and segments of 16 bytes."""
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(tmp_path / "keys"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    monkeypatch.setattr(cipher, "SEGMENT", 16)
    keys.add(str(tmp_path / "keys"))


@pytest.fixture(params=["disk", "s3"])
def lies(
    request: pytest.FixtureRequest, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> Lies:
    """The restricted store, once on disk and once in a bucket."""
    named = {"disk": "on_disk", "s3": "in_bucket"}[request.param]
    there: Lies = request.getfixturevalue(named)
    configure("store", **there.options)
    monkeypatch.setitem(tk.config, config.STORE, "store")
    return there


@pytest.fixture
def moderate(dataset: Dataset) -> dict[str, Any]:
    return dataset(sensitivity="moderate")


@pytest.fixture
def keep(editor: dict[str, Any]) -> Keep:
    def kept(
        of: dict[str, Any],
        data: bytes = TABLE,
        at_the_third: Callable[[], None] = lambda: None,
        **more: Any,
    ) -> dict[str, Any]:
        asked = {"id": of["id"], "upload": Upload(data, "people.csv", at_the_third), **more}
        return tk.get_action("isp_file_create")({"user": editor["name"]}, asked)

    return kept


@pytest.fixture
def member(organization: dict[str, Any]) -> dict[str, Any]:
    user = factories.UserWithToken()
    data = {"id": organization["id"], "username": user["name"], "role": "member"}
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": ""}, data)
    return user


@pytest.fixture
def destroy(editor: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def destroyed(file: dict[str, Any]) -> None:
        asked = {"file": file["id"], "reason": "The purpose is served"}
        tk.get_action("isp_file_destroy")({"user": editor["name"]}, asked)

    return destroyed


def get(app: CKANTestApp, user: dict[str, Any], file: dict[str, Any], **headers: str) -> Any:
    headers["Authorization"] = user["token"]
    return app.get(f"/isp/file/{file['id']}", headers=headers, follow_redirects=False)


def listed(user: dict[str, Any], of: dict[str, Any]) -> list[str]:
    told = tk.get_action("isp_file_list")({"user": user["name"]}, {"id": of["id"]})
    return [file["id"] for file in told["files"]]


def isp(*words: str) -> Any:
    return CliRunner().invoke(isp_command, words)


def faults() -> dict[str, str]:
    text = isp("store", "verify", "--format", "csv").output
    return {r["file"]: r["what"] for r in csv.DictReader(io.StringIO(text)) if r["meaning"]}


def found(check: str) -> list[tuple[str, str]]:
    return [(one.state.value, one.found) for one in doctor.run() if one.check == check]


def test_what_was_kept_is_received_whole_and_in_part_and_lies_there_encrypted(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    file = keep(moderate)
    assert get(app, member, file).data == TABLE
    part = get(app, member, file, Range="bytes=14-40")
    assert (part.status_code, part.data) == (206, TABLE[14:41])
    there = lies.all()
    assert len(there) == -(-len(TABLE) // 16)
    assert {name.split("/")[0] for name in there} == {file["id"]}
    assert CANARY not in b"".join(there.values())
    assert TABLE[:16] not in b"".join(there.values())
    assert events(moderate["id"])[-3:] == ["file_kept", "file_downloaded", "file_downloaded"]


def test_an_empty_file_is_a_file(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    answer = get(app, member, keep(moderate, data=b""))
    assert (answer.status_code, answer.data) == (200, b"")


def test_one_file_stands_in_the_place_of_another(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, editor: Any
) -> None:
    old = keep(moderate)
    new = keep(moderate, data=b"name\nNobody", replaces=old["id"])
    assert listed(editor, moderate) == [new["id"]]
    assert get(app, editor, new).data == b"name\nNobody"


def test_a_destroyed_file_leaves_nothing_and_does_not_come_back_from_a_copy(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, member: Any, destroy: Any
) -> None:
    file, other = keep(moderate), keep(moderate)
    copy = lies.all()
    destroy(file)
    assert {name.split("/")[0] for name in lies.all()} == {other["id"]}
    for name, data in copy.items():
        lies.write(name, data)
    assert get(app, member, file).status_code == 404
    assert get(app, member, other).data == TABLE
    assert faults() == {file["id"]: "left"}


def test_verifying_finds_and_mends_what_crashes_left(lies: Lies, moderate: Any, keep: Keep) -> None:
    whole, broken, gone, lost = (keep(moderate) for _ in range(4))
    assert isp("store", "verify").exit_code == 0
    lies.write(f"{broken['id']}/00000000", b"something else")
    lies.remove(f"{lost['id']}/00000001")
    lies.write("stray/00000000", b"nobody's")
    lies.write("readme.txt", b"not of this store")
    model.Session.execute(
        sa.text("UPDATE isp_file SET state = 'destroyed', key = NULL WHERE id = :id"),
        {"id": gone["id"]},
    )
    model.Session.commit()
    damaged = {broken["id"]: "damaged", lost["id"]: "damaged"}
    assert faults() == {**damaged, gone["id"]: "left", "stray": "stray"}
    assert isp("store", "verify", "--mend").exit_code == 1
    assert faults() == damaged
    kept = {name.split("/")[0] for name in lies.all()}
    assert kept == {whole["id"], broken["id"], lost["id"], "readme.txt"}


def test_a_file_of_more_segments_than_one_listing_tells_goes_whole(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, member: Any
) -> None:
    file = keep(moderate, data=TABLE * 3)
    assert len(lies.all()) > 2 * elsewhere.LISTED
    assert get(app, member, file).data == TABLE * 3
    assert isp("store", "verify").exit_code == 0
    model.Session.query(File).update({"state": "destroyed", "key": None})
    model.Session.commit()
    assert isp("store", "verify", "--mend").exit_code == 0
    assert lies.all() == {}


def test_an_upload_that_breaks_off_leaves_nothing(lies: Lies, moderate: Any, keep: Keep) -> None:
    def broken() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        keep(moderate, at_the_third=broken)
    assert lies.all() == {}
    assert model.Session.query(File).count() == 0
    assert isp("store", "verify").exit_code == 0


def test_a_storage_that_goes_away_during_an_upload_keeps_nothing_of_it(
    lies: Lies, moderate: Any, keep: Keep
) -> None:
    with contextlib.ExitStack() as back, pytest.raises(tk.ValidationError) as refused:
        keep(moderate, at_the_third=lambda: back.enter_context(lies.away()))
    assert set(refused.value.error_dict) == {"upload"}
    assert model.Session.query(File).count() == 0
    assert set(faults().values()) <= {"stray"}
    assert isp("store", "verify", "--mend").exit_code == 0
    assert lies.all() == {}


def test_while_the_storage_is_away_it_is_said_and_nothing_is_lost(
    lies: Lies, app: CKANTestApp, moderate: Any, keep: Keep, member: Any, destroy: Any
) -> None:
    file, unwanted = keep(moderate), keep(moderate)
    with lies.away():
        with pytest.raises(tk.ValidationError) as refused:
            keep(moderate)
        assert set(refused.value.error_dict) == {"upload"}
        assert get(app, member, file).status_code == 503
        assert app.get(f"/dataset/{moderate['name']}").status_code == 200
        destroy(unwanted)
        assert "warn" in {state for state, _said in found("restricted store")}
        assert "refuse" not in {one.state.value for one in doctor.run()}
        told = isp("store", "verify", "--mend")
        assert told.exit_code == 1
        assert "damaged" not in told.output
        assert isp("store", "export", "--to", "").exit_code == 1
    assert get(app, member, file).data == TABLE
    assert get(app, member, unwanted).status_code == 404
    assert set(faults().values()) <= {"left", "stray"}
    assert isp("store", "verify", "--mend").exit_code == 0
    assert {name.split("/")[0] for name in lies.all()} == {file["id"]}


def test_resources_of_data_that_is_raised_go_there_once_it_answers(
    lies: Lies, app: CKANTestApp, dataset: Dataset, member: Any, editor: Any
) -> None:
    made = dataset(sensitivity="low", private=False)
    upload = FileStorage(io.BytesIO(TABLE), "people.csv")
    resource = {"package_id": made["id"], "name": "People", "format": "CSV", "upload": upload}
    tk.get_action("resource_create")({"user": editor["name"]}, resource)
    raised = {"id": made["id"], "sensitivity": "high"}
    tk.get_action("package_patch")({"user": editor["name"]}, raised)
    with lies.away():
        told = isp("store", "adopt")
        assert told.exit_code == 1
        assert "run it again" in told.output
    assert isp("store", "adopt").exit_code == 0
    (file,) = listed(member, made)
    assert get(app, member, {"id": file}).data == TABLE
    assert {name.split("/")[0] for name in lies.all()} == {file}
    assert isp("store", "verify").exit_code == 0


def test_files_are_moved_from_disk_to_a_bucket_and_back_while_they_are_read(
    on_disk: Lies,
    in_bucket: Lies,
    configure: Configure,
    app: CKANTestApp,
    moderate: Any,
    keep: Keep,
    member: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure("disk", **on_disk.options)
    configure("cloud", **in_bucket.options)
    monkeypatch.setitem(tk.config, config.STORE, "disk")
    one, other = keep(moderate), keep(moderate, data=TABLE[::-1])
    lay = on_disk.all()
    for name, source, target in (("cloud", on_disk, in_bucket), ("disk", in_bucket, on_disk)):
        assert f"2 files lie in {name}" in isp("store", "export", "--to", name).output
        assert source.all() == {}
        assert target.all() == lay
        assert get(app, member, one).data == TABLE
        assert get(app, member, other).data == TABLE[::-1]
        assert isp("store", "verify").exit_code == 0
        assert "0 files" in isp("store", "export", "--to", name).output


def test_a_move_that_is_interrupted_loses_nothing_and_goes_on(
    on_disk: Lies,
    in_bucket: Lies,
    configure: Configure,
    app: CKANTestApp,
    moderate: Any,
    keep: Keep,
    member: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure("disk", **on_disk.options)
    configure("cloud", **in_bucket.options)
    monkeypatch.setitem(tk.config, config.STORE, "disk")
    kept = [keep(moderate) for _ in range(2)]
    with in_bucket.away():
        assert isp("store", "export", "--to", "cloud").exit_code == 1
    assert [get(app, member, file).data for file in kept] == [TABLE, TABLE]
    assert isp("store", "export", "--to", "cloud").exit_code == 0
    assert on_disk.all() == {}
    assert [get(app, member, file).data for file in kept] == [TABLE, TABLE]


def test_a_portal_starts_and_serves_while_its_storage_is_away(
    bucket: Bucket, configure: Configure, app: CKANTestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, config.STORE, "store")
    with bucket.wire.cut():
        configure("store", **bucket.options)
        assert app.get("/").status_code == 200
        assert "warn" in {state for state, _said in found("restricted store")}
    assert found("restricted store") == [("ok", "store")]


def test_a_bucket_that_is_not_there_is_named(
    bucket: Bucket,
    configure: Configure,
    moderate: Any,
    keep: Keep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure("store", **{**bucket.options, "bucket": "another"})
    monkeypatch.setitem(tk.config, config.STORE, "store")
    with pytest.raises(tk.ValidationError):
        keep(moderate)
    ((_ok, _store), (state, said)) = found("restricted store")
    assert state == "warn"
    assert "another" in said


@pytest.mark.parametrize(
    ("type", "library", "needed"),
    [
        ("isp:s3", "boto3", {"bucket": "restricted"}),
        ("isp:azure", "azure", {"container_name": "restricted", "account_name": "portal"}),
        ("isp:gcs", "google", {"bucket_name": "restricted"}),
    ],
)
def test_a_portal_without_a_storages_library_says_what_to_install(
    type: str,
    library: str,
    needed: dict[str, str],
    configure: Configure,
    app: CKANTestApp,
    moderate: Any,
    keep: Keep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = type.removeprefix("isp:")
    loaded = [name for name in sys.modules if name.split(".")[0] == library]
    for name in (*loaded, f"ckanext.isp.store.remote.{kind}"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    configure("store", type=type, **needed)
    ((state, said),) = found("storage store")
    assert state == "refuse"
    assert f"pip install 'ckanext-isp[{kind}]'" in said
    assert app.get("/", status=503).status_code == 503
    monkeypatch.setitem(tk.config, config.STORE, "store")
    with pytest.raises(tk.ValidationError) as refused:
        keep(moderate)
    assert set(refused.value.error_dict) == {"upload"}
    assert kind in isp("store", "verify").output


@pytest.mark.parametrize(
    ("endpoint", "warned"),
    [
        ("http://minio.example.org:9000", True),
        ("https://minio.example.org", False),
        ("http://127.0.0.1:9000", False),
        ("http://localhost:9000", False),
        ("http://[::1]:9000", False),
        ("", False),
    ],
)
def test_doctor_warns_of_a_storage_that_others_can_read_along_with(
    endpoint: str, warned: bool, configure: Configure
) -> None:
    configure("store", type="isp:s3", bucket="restricted", endpoint=endpoint)
    assert [state for state, _said in found("storage store")] == ["warn"] * warned


@pytest.mark.parametrize(
    "options",
    [
        {"type": "isp:s3", "bucket": "restricted", "region": "eu-west-1", "path": "portal"},
        {"type": "isp:azure", "container_name": "restricted", "account_name": "portal"},
        {"type": "isp:gcs", "bucket_name": "restricted", "credentials_file": "/etc/ckan/gcs.json"},
    ],
)
def test_options_of_each_storage_are_understood(
    options: dict[str, str], configure: Configure
) -> None:
    configure("store", **options)
    settings = lib_files.get_storage("store").settings
    assert {name: getattr(settings, name) for name in options} == options
    required = next(name for name in options if name != "type")
    for wrong in ({**options, "public": "true"}, {**options, required: ""}):
        with pytest.raises(CkanConfigurationException, match=r"ckan\.files\.storage\.store\."):
            configure("store", **wrong)


def test_no_link_leads_into_a_bucket(bucket: Bucket, configure: Configure) -> None:
    configure("store", **bucket.options)
    storage = lib_files.get_storage("store")
    data = lib_files.FileData(lib_files.Location("one/00000000"))
    for capability in ("SIGNED", "LINK_PERMANENT", "LINK_TEMPORARY", "LINK_ONE_TIME"):
        assert not storage.supports(lib_files.Capability[capability])
    assert storage.permanent_link(data) is None


def test_secrets_are_told_to_nobody(
    in_bucket: Lies,
    configure: Configure,
    moderate: Any,
    keep: Keep,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            # migrating the database turns them off
            monkeypatch.setattr(logger, "disabled", False)
    configure("store", **in_bucket.options, secret_key=SECRET)
    monkeypatch.setitem(tk.config, config.STORE, "store")
    keep(moderate)
    with in_bucket.away():
        with pytest.raises(tk.ValidationError) as refused:
            keep(moderate)
        said = [str(found_is) for found_is in doctor.run()]
        said.append(isp("store", "verify").output)
    said += [caplog.text, str(refused.value), repr(lib_files.get_storage("store").settings)]
    assert "secret_key" in caplog.text
    assert SECRET not in "\n".join(said)
    for endpoint in (f"https://key:{SECRET}@minio.example.org", f"https://x.org/?sig={SECRET}"):
        with pytest.raises(CkanConfigurationException) as wrong:
            configure("store", **{**in_bucket.options, "endpoint": endpoint})
        assert SECRET not in str(wrong.value)


def test_storages_in_one_bucket_keep_apart_by_their_path(
    in_bucket: Lies, configure: Configure, moderate: Any, keep: Keep, monkeypatch: Any
) -> None:
    configure("store", **in_bucket.options)
    configure("inner", **{**in_bucket.options, "path": "portal/files/inner"})
    for name in ("inner", "store"):
        monkeypatch.setitem(tk.config, config.STORE, name)
        keep(moderate)
    assert len(in_bucket.all()) == 2 * -(-len(TABLE) // 16)
    assert isp("store", "verify", "--mend").exit_code == 0
    assert len(in_bucket.all()) == 2 * -(-len(TABLE) // 16)
    shutil.rmtree(tk.config["ckan.storage_path"], ignore_errors=True)


def test_the_documentation_names_every_option_of_every_storage() -> None:
    described = (Path(__file__).resolve().parents[2] / "docs/configuration.md").read_text()
    for type, adapter in ADAPTERS.items():
        assert {f"`{name}`" for name in (type, *adapter.OPTIONS)} <= set(
            re.findall(r"`[\w:]+`", described)
        )
        assert f"/repository[{adapter.extra}]" in described
