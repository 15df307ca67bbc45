"""The restricted store when something dies, is full, is away, or happens twice at once.

Processes are real, and so are their ends: each is killed before every change that it makes to disk
or database, one after the other. Whatever moment it was, the dataset is as closed as before,
nothing lies in the clear, nothing is lost, and doing it again brings it to its end.
"""

from __future__ import annotations

import io
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests
import sqlalchemy as sa
from ckan import model
from ckanext.datastore.backend import DatastoreBackend, get_all_resources_ids_in_datastore
from click.testing import CliRunner, Result
from conftest import Dataset, events, found_by_anyone, row
from failing import Full, Process, Served, Steps, Work, deaths, two_at_once, worker
from postman import until
from werkzeug.datastructures import FileStorage

from ckanext.isp import config, doctor, portal
from ckanext.isp.cli import isp as isp_command
from ckanext.isp.logic import sealing
from ckanext.isp.model.tables import RestrictedFile as File
from ckanext.isp.services import files
from ckanext.isp.services.files import Part, State
from ckanext.isp.store import cipher, keys, place, spool

CANARY = b"Amina,34"
TABLE = b"name,age,place\n" + b"Amina,34,Darrel well\n" * 14
TENTS = b"name,tent\r\n" + b"".join(b'"Amina,34",%d\r\n' % n for n in range(3))
BIG = TABLE * 1000
SMALL, LARGE = 128, 64 * 1024
FULL = "its storage is full or cannot be reached"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that the portal keeps on disk; a segment and a piece of a spool are 128 bytes."""
    monkeypatch.setitem(tk.config, config.KEY_FILE, str(tmp_path / "keys" / "portal"))
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    # a worker reads the configuration anew
    monkeypatch.setenv("CKAN_STORAGE_PATH", str(tmp_path / "storage"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    in_segments(monkeypatch, SMALL)
    for name in ("keys", "storage", "tmp"):
        (tmp_path / name).mkdir()
    keys.add(str(tmp_path / "keys" / "portal"))
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Path:
    return folder / "storage" / config.FOLDER


@pytest.fixture
def steps(folder: Path) -> Steps:
    return Steps(folder)


Serve = Callable[..., Served]


@pytest.fixture
def serve(application: Any, steps: Steps) -> Iterator[Serve]:
    running: list[Served] = []

    def begin(first: Work | None = None) -> Served:
        # looked at once, not by each worker that takes the place of another
        assert not doctor.refuses()
        running.append(Served(application, steps, first))
        return running[-1]

    yield begin
    for served in running:
        served.end()


@pytest.fixture
def full() -> Iterator[Callable[[Path], Full]]:
    made: list[Full] = []

    def make(of: Path) -> Full:
        made.append(Full(of))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def moderate(dataset: Dataset) -> dict[str, Any]:
    return dataset(sensitivity="moderate")


@pytest.fixture
def raised(dataset: Dataset, editor: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A dataset that was Low, with a file; raised, and not sealed yet."""

    def make(data: bytes = TABLE) -> dict[str, Any]:
        made = dataset(sensitivity="low", private=True)
        send_resource(editor, made["id"], data)
        return call(editor, "package_patch", id=made["id"], sensitivity="severe")

    return make


Left = Callable[..., dict[str, str]]


@pytest.fixture
def left_by_a_raise(folder: Path, dataset: Dataset) -> Left:
    """The rows, file and table of a dataset that was raised, made in no time, for it is done often.

    :returns: the ids of the dataset, of its file's resource and of its table's
    """

    def make(table: bool = False) -> dict[str, str]:
        made = {"id": dataset(sensitivity="severe")["id"]}
        for number, kind in enumerate(["upload", "datastore"][: 1 + table]):
            name = {"upload": "people.csv", "datastore": "tents.csv"}[kind]
            told = {"package_id": made["id"], "url": name, "name": name, "format": "CSV"}
            resource = model.Resource(**told, url_type=kind)
            resource.position = number
            model.Session.add(resource)
            # what the index knows of it is old now
            model.Package.get(made["id"]).metadata_modified = datetime.now(timezone.utc).replace(
                tzinfo=None
            )
            model.Session.commit()
            made[kind] = resource.id
        own = ckan_keeps(folder, made["upload"])
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(TABLE)
        if table:
            asked = {
                "resource_id": made["datastore"],
                "fields": [{"id": "name", "type": "text"}, {"id": "tent", "type": "int"}],
                "records": [{"name": CANARY.decode(), "tent": n} for n in range(3)],
                "include_records": False,
            }
            context: Any = {"user": "", "ignore_auth": True}
            DatastoreBackend.get_active_backend().create(context, asked, {})
        return made

    return make


def in_segments(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(cipher, "SEGMENT", size)
    monkeypatch.setattr(spool, "PIECE", size)
    monkeypatch.setattr(spool, "IN_MEMORY", size)
    monkeypatch.setattr(spool, "_SEALED", size + cipher.NONCE + 16)


def call(user: dict[str, Any], action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user["name"]}, data)


def or_refused(work: Work) -> Work:
    """Work that may be refused: then it has changed nothing."""

    def done() -> None:
        try:
            work()
        except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
            model.Session.rollback()

    return done


def in_request(app: Any, work: Work) -> Work:
    def done() -> None:
        with app.flask_app.test_request_context():
            work()

    return done


def upload(data: bytes = TABLE) -> FileStorage:
    return FileStorage(io.BytesIO(data), "people.csv")


def keep(user: dict[str, Any], of: dict[str, Any], data: bytes = TABLE) -> dict[str, Any]:
    return call(user, "isp_file_create", id=of["id"], upload=upload(data))


def send_resource(user: dict[str, Any], dataset_id: str, data: bytes = TABLE) -> Any:
    told = {"package_id": dataset_id, "name": "People", "format": "CSV", "upload": upload(data)}
    return call(user, "resource_create", **told)


def isp(*words: str) -> Result:
    """A command of the store, without reading the portal's configuration anew for each."""
    result = CliRunner().invoke(isp_command, ["store", *words])
    model.Session.remove()
    return result


def in_the_clear(folder: Path) -> set[Path]:
    """Files with something of the data in them, wherever on the portal's disk."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path for path in found if CANARY in path.read_bytes()}


def lying_in(store: Path) -> list[Path]:
    """Files, encrypted or not; the folder of one that is gone may have stayed, empty."""
    return [path for path in store.rglob("*") if path.is_file()]


def kept(of: dict[str, Any]) -> list[bytes]:
    """The restricted files of a dataset that can be read, whole."""
    model.Session.remove()
    there, ring = portal.store(), portal.ring()
    return sorted(
        b"".join(files.read(there, ring, file, Part(0, (file.size or 0) - 1)))
        for file in files.listed(model.Session, of["id"])
    )


def resources(of: dict[str, Any]) -> list[model.Resource]:
    model.Session.remove()
    return list(sealing.sealing.resources(model.Session, of["id"]))


def ckan_keeps(folder: Path, resource_id: str) -> Path:
    """Where CKAN keeps the file of a resource."""
    first, second, rest = resource_id[:3], resource_id[3:6], resource_id[6:]
    return folder / "storage" / "resources" / first / second / rest


def nothing_is_left_over() -> None:
    """A day later the administrator mends the store: it is whole then, with no half file in it."""
    everything_is_old()
    mended = isp("verify", "--mend")
    assert mended.exit_code == 0, mended.output
    if " 0 faults" not in mended.output:
        assert " 0 faults" in isp("verify").output
    assert model.Session.query(File).filter_by(state=State.ARRIVING.value).count() == 0


def everything_is_old() -> None:
    """Files that are coming have been for two days."""
    old = sa.text(
        "UPDATE isp_file SET created_at = now() - interval '2 days' WHERE state = 'arriving'"
    )
    model.Session.execute(old)
    model.Session.commit()


def said_by_doctor(check: str) -> tuple[str, str]:
    (found,) = [one for one in doctor.run() if one.check == check]
    return found.state.value, found.found


Sent = Callable[[str, dict[str, Any], dict[str, Any], bytes], requests.Response]


def streamed(url: str, of: dict[str, Any], user: dict[str, Any], data: bytes) -> Any:
    kind = "application/octet-stream"
    return requests.post(
        f"{url}/dataset/{of['name']}/files/stream?name=people.csv",
        data=(data[at : at + 1000] for at in range(0, len(data), 1000)),
        headers={"Authorization": user["token"], "Content-Type": kind},
        timeout=60,
    )


def sent_to(path: str, **more: str) -> Sent:
    def send(url: str, of: dict[str, Any], user: dict[str, Any], data: bytes) -> Any:
        return requests.post(
            url + path.format(**of),
            data={"id": of["id"], "package_id": of["id"], **more},
            files={"upload": ("people.csv", data)},
            headers={"Authorization": user["token"]},
            allow_redirects=False,
            timeout=60,
        )

    return send


by_form = sent_to("/dataset/{name}/files", description="Lists of the camp")
by_api = sent_to("/api/3/action/isp_file_create")
as_resource = sent_to("/api/3/action/resource_create", name="People")
WAYS = {"streamed": streamed, "form": by_form, "api": by_api, "resource": as_resource}
every_way = pytest.mark.parametrize("send", WAYS.values(), ids=WAYS.keys())


@every_way
def test_an_upload_killed_at_any_step_leaves_nothing_in_the_clear_and_can_be_repeated(
    send: Sent, folder: Path, steps: Steps, serve: Serve, moderate: Any, editor: Any
) -> None:
    served, before = serve(), row(moderate["id"])

    def run() -> bool:
        try:
            answer = send(served.url, moderate, editor, TABLE)
        except requests.ConnectionError:
            return True
        assert answer.status_code < 400, answer.text
        return False

    for _at in deaths(steps, run, least=8):
        assert row(moderate["id"]) == before
        assert not in_the_clear(folder)
        assert set(kept(moderate)) <= {TABLE}
        nothing_is_left_over()
    assert TABLE in kept(moderate)
    assert not in_the_clear(folder)


def test_a_sealing_killed_at_any_step_loses_nothing_and_goes_on(
    folder: Path, steps: Steps, left_by_a_raise: Left
) -> None:
    made: dict[str, str] = {}

    def run() -> bool:
        made.update(left_by_a_raise(table=True))
        return Process(lambda: sealing.seal(made["id"]), steps).ends()

    for _at in deaths(steps, run, least=20):
        people, tents = made["upload"], made["datastore"]
        own = ckan_keeps(folder, people)
        assert (row(made["id"]).sensitivity, row(made["id"]).private) == ("severe", True)
        assert in_the_clear(folder) <= {own}
        still = {resource.id for resource in resources(made)}
        assert people not in still or own.read_bytes() == TABLE
        assert tents not in still or tents in get_all_resources_ids_in_datastore()
        lost = {people: TABLE, tents: TENTS}
        assert kept(made) == sorted(data for id, data in lost.items() if id not in still)

        adopted = isp("adopt")
        assert adopted.exit_code == 0, adopted.output
        assert kept(made) == sorted([TABLE, TENTS])
        assert not resources(made)
        assert not in_the_clear(folder)
        assert tents not in get_all_resources_ids_in_datastore()
        assert events(made["id"]).count("file_sealed") == 2
        nothing_is_left_over()


def test_a_worker_whose_sealing_was_killed_begins_it_again(
    folder: Path, steps: Steps, raised: Any
) -> None:
    made = raised()
    steps.arm(6)
    assert not Process(worker, steps).ends()
    assert steps.taken > 6
    assert kept(made) == [TABLE]
    assert not resources(made)
    assert not in_the_clear(folder)
    nothing_is_left_over()


def test_verifying_finds_what_a_sealing_left_behind_that_was_killed_at_its_end(
    folder: Path, steps: Steps, raised: Any
) -> None:
    made = raised()
    own = ckan_keeps(folder, made["resources"][0]["id"])
    copy = own.read_bytes()
    sealing.seal(made["id"])
    assert not own.exists()
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(copy)
    found = isp("verify")
    assert found.exit_code == 1
    assert "clear" in found.output
    assert sealing.waiting() == [made["id"]]
    assert isp("verify", "--mend").exit_code == 0
    assert not own.exists()
    nothing_is_left_over()


def test_a_destroying_killed_at_any_step_has_destroyed_or_has_not(
    folder: Path, store: Path, steps: Steps, moderate: Any, editor: Any
) -> None:
    def destroy(file_id: str) -> None:
        call(editor, "isp_file_destroy", file=file_id, reason="The purpose is served")

    file: dict[str, Any] = {}

    def run() -> bool:
        file.update(keep(editor, moderate))
        return Process(lambda: destroy(file["id"]), steps).ends()

    for _at in deaths(steps, run, least=4):
        now = model.Session.query(File).filter_by(id=file["id"]).one()
        if now.state == State.KEPT.value:
            assert kept(moderate) == [TABLE]
            destroy(file["id"])
        assert kept(moderate) == []
        now = model.Session.query(File).filter_by(id=file["id"]).one()
        assert now.key is None
        assert not in_the_clear(folder)
        nothing_is_left_over()
        assert not lying_in(store)
        assert events(moderate["id"])[-1] == "file_destroyed"


def test_a_change_of_the_portals_key_killed_at_any_step_leaves_every_file_readable(
    folder: Path, steps: Steps, moderate: Any, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 2)
    every = [keep(editor, moderate) for _ in range(5)]
    path = tk.config[config.KEY_FILE]

    def rotate() -> None:
        (old,) = keys.read(path).names
        for words in (("add",), ("rotate",), ("drop", old)):
            assert isp("key", *words).exit_code == 0

    for _at in deaths(steps, lambda: Process(rotate, steps).ends(), least=8):
        assert kept(moderate) == [TABLE] * len(every)
        assert isp("key", "rotate").exit_code == 0
        for older in keys.read(path).names[1:]:
            assert isp("key", "drop", older).exit_code == 0
        assert len(keys.read(path).names) == 1
        assert kept(moderate) == [TABLE] * len(every)
        nothing_is_left_over()


@pytest.fixture
def large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_segments(monkeypatch, LARGE)


@every_way
@pytest.mark.usefixtures("large")
def test_an_upload_to_a_full_disk_is_refused_with_the_reason_and_leaves_nothing(
    send: Sent, store: Path, full: Any, serve: Serve, moderate: Any, editor: Any
) -> None:
    disk = full(store)
    answer = send(serve(disk.limit).url, moderate, editor, BIG)
    assert FULL in answer.text
    assert answer.status_code == (200 if send is by_form else 409)
    if send is by_form:
        assert "Lists of the camp" in answer.text
    assert not lying_in(store)
    assert model.Session.query(File).count() == 0
    disk.grow()
    assert send(serve().url, moderate, editor, BIG).status_code < 400
    assert kept(moderate) == [BIG]


@pytest.mark.parametrize("send", [by_form, by_api, as_resource], ids=["form", "api", "resource"])
@pytest.mark.usefixtures("large")
def test_an_upload_that_the_disk_for_temporary_files_cannot_take_loses_no_text(
    send: Sent, folder: Path, full: Any, serve: Serve, moderate: Any, editor: Any
) -> None:
    disk = full(folder / "tmp")
    answer = send(serve(disk.limit).url, moderate, editor, BIG)
    assert FULL in answer.text
    assert answer.status_code == (200 if send is by_form else 409)
    if send is by_form:
        assert "Lists of the camp" in answer.text
    assert model.Session.query(File).count() == 0
    disk.grow()
    assert send(serve().url, moderate, editor, BIG).status_code < 400
    assert kept(moderate) == [BIG]


@pytest.mark.usefixtures("large")
def test_a_sealing_on_a_full_disk_says_why_and_goes_on_when_there_is_room(
    folder: Path, store: Path, full: Any, raised: Any
) -> None:
    disk, made = full(store), raised(BIG)
    own = ckan_keeps(folder, made["resources"][0]["id"])

    def adopt() -> None:
        disk.limit()
        result = isp("adopt")
        (folder / "said").write_text(result.output)
        assert result.exit_code == 1

    assert not Process(adopt).ends()
    said = (folder / "said").read_text()
    assert "No space left" in said or "File too large" in said
    assert made["name"] in said
    assert row(made["id"]).private is True
    assert own.read_bytes() == BIG
    assert kept(made) == []
    assert not lying_in(store)
    assert said_by_doctor("restricted files") == ("warn", "1 datasets above Low hold resources")
    if disk.mounted:
        state, found = said_by_doctor("restricted store")
        assert state == "warn"
        assert "room for 0 MB" in found
    disk.grow()
    assert isp("adopt").exit_code == 0
    assert kept(made) == [BIG]
    assert not own.exists()
    nothing_is_left_over()


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "not-mounted"])
def test_a_storage_that_is_away_is_told_of_and_nothing_is_lost(
    empty: bool, folder: Path, store: Path, serve: Serve, moderate: Any, raised: Any, editor: Any
) -> None:
    file, made, served = keep(editor, moderate), raised(), serve()
    address = f"{served.url}/isp/file/{file['id']}"
    token = {"Authorization": editor["token"]}
    own = ckan_keeps(folder, made["resources"][0]["id"])
    assert requests.get(address, headers=token, timeout=60).content == TABLE

    store.rename(folder / "elsewhere")
    place._folder.cache_clear()
    if empty:
        store.mkdir()
    answer = requests.get(address, headers=token, timeout=60)
    assert answer.status_code == 503
    assert "cannot be read at the moment" in answer.text
    for send in WAYS.values():
        answer = send(served.url, moderate, editor, TABLE)
        assert FULL in answer.text
        assert answer.status_code == (200 if send is by_form else 409)
    for words in (("adopt",), ("verify",)):
        told = isp(*words)
        assert told.exit_code == 1
        assert str(store) in told.output
    assert row(made["id"]).private is True
    assert own.read_bytes() == TABLE
    assert said_by_doctor("restricted store")[0] == "warn"
    assert store.exists() == empty
    assert not lying_in(store)

    if empty:
        store.rmdir()
    (folder / "elsewhere").rename(store)
    assert requests.get(address, headers=token, timeout=60).content == TABLE
    assert streamed(served.url, moderate, editor, TABLE).status_code == 200
    assert isp("adopt").exit_code == 0
    assert kept(moderate) == [TABLE] * 2
    assert kept(made) == [TABLE]
    assert not own.exists()
    nothing_is_left_over()


def test_a_storage_that_goes_away_while_a_file_comes_is_not_made_anew(
    folder: Path, store: Path, steps: Steps, moderate: Any, editor: Any
) -> None:
    keep(editor, moderate)
    # its row, its folder, and then the first of its segments
    steps.arm(3, signal.SIGSTOP)
    coming = Process(or_refused(lambda: keep(editor, moderate)), steps)
    assert coming.stops()
    store.rename(folder / "elsewhere")
    coming.go_on()
    coming.ends()
    steps.arm(0)
    assert not lying_in(store)
    shutil.rmtree(store, ignore_errors=True)
    (folder / "elsewhere").rename(store)
    assert kept(moderate) == [TABLE]
    nothing_is_left_over()


def sealed_once(of: dict[str, Any], folder: Path, *expected: bytes) -> None:
    assert kept(of) == sorted(expected)
    assert not resources(of)
    assert not in_the_clear(folder)
    nothing_is_left_over()


def test_two_raises_at_once_close_a_dataset_and_keep_each_file_once(
    folder: Path, steps: Steps, app: Any, dataset: Dataset, editor: Any, org_admin: Any
) -> None:
    made: dict[str, Any] = {}

    def prepare() -> tuple[Work, Work]:
        made.update(dataset(sensitivity="low", private=False))
        send_resource(editor, made["id"])

        def to(user: dict[str, Any], level: str) -> Work:
            raise_it = lambda: call(user, "package_patch", id=made["id"], sensitivity=level)  # noqa: E731
            return in_request(app, or_refused(raise_it))

        return to(editor, "high"), to(org_admin, "severe")

    for _at in two_at_once(steps, prepare, least=1):
        assert (row(made["id"]).sensitivity, row(made["id"]).private) == ("severe", True)
        assert made["id"] not in found_by_anyone()
        sealing.seal(made["id"])
        sealed_once(made, folder, TABLE)


@pytest.mark.parametrize("raise_first", [True, False], ids=["raise-first", "upload-first"])
@pytest.mark.parametrize("how", ["resource", "restricted"])
def test_a_file_that_comes_during_a_raise_is_kept_once(
    how: str,
    raise_first: bool,
    folder: Path,
    steps: Steps,
    app: Any,
    dataset: Dataset,
    editor: Any,
    org_admin: Any,
) -> None:
    made: dict[str, Any] = {}

    def prepare() -> tuple[Work, Work]:
        made.update(dataset(sensitivity="low", private=True))
        send = send_resource if how == "resource" else lambda user, _id: keep(user, made)
        coming = in_request(app, lambda: send(editor, made["id"]))
        patch = {"id": made["id"], "sensitivity": "severe"}
        rising = in_request(app, lambda: call(org_admin, "package_patch", **patch))
        return (rising, coming) if raise_first else (coming, rising)

    for _at in two_at_once(steps, prepare, least=1):
        assert (row(made["id"]).sensitivity, row(made["id"]).private) == ("severe", True)
        sealing.seal(made["id"])
        sealed_once(made, folder, TABLE)


def test_two_sealings_at_once_keep_each_file_once(
    folder: Path, steps: Steps, left_by_a_raise: Left
) -> None:
    made: dict[str, str] = {}

    def prepare() -> tuple[Work, Work]:
        made.update(left_by_a_raise())
        return lambda: sealing.seal(made["id"]), lambda: sealing.seal(made["id"])

    for _at in two_at_once(steps, prepare, least=8):
        sealed_once(made, folder, TABLE)
        assert events(made["id"]).count("file_sealed") == 1


def test_what_comes_while_a_dataset_is_sealed_is_sealed_by_one_run_or_the_other(
    folder: Path, steps: Steps, app: Any, left_by_a_raise: Left
) -> None:
    made: dict[str, str] = {}
    link = "https://example.org/amina"

    def add() -> None:
        """As a plugin does that knows nothing of the protocol."""
        model.Session.add(model.Resource(package_id=made["id"], url=link))
        model.Session.commit()
        sealing.seal(made["id"])

    def prepare() -> tuple[Work, Work]:
        made.update(left_by_a_raise())
        return lambda: sealing.seal(made["id"]), in_request(app, add)

    for _at in two_at_once(steps, prepare, least=8):
        sealed_once(made, folder, TABLE, f"[InternetShortcut]\r\nURL={link}\r\n".encode())


WAITS = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)


def test_rows_that_are_being_written_are_sealed_and_later_ones_are_refused(
    folder: Path, left_by_a_raise: Left, editor: dict[str, Any]
) -> None:
    made = left_by_a_raise(table=True)
    last: dict[str, Any] = {
        "resource_id": made["datastore"],
        "records": [{"name": CANARY.decode(), "tent": 3}],
        "method": "insert",
        "force": True,
        "include_records": False,
    }
    sealer = threading.Thread(target=sealing.seal, args=(made["id"],), daemon=True)
    with model.meta.engine.connect() as writer:
        sealing.sealing.writing(writer, made["id"])
        with pytest.raises(tk.ValidationError) as late:
            call(editor, "datastore_upsert", **last)
        assert "restricted files" in late.value.error_dict["resource_id"][0]
        model.Session.rollback()
        sealer.start()
        until(lambda: writer.execute(WAITS).scalar_one() > 0)
        context: Any = {"user": "", "ignore_auth": True}
        DatastoreBackend.get_active_backend().upsert(context, dict(last))
    sealer.join(60)
    assert kept(made) == sorted([TABLE, TENTS + b'"Amina,34",3\r\n'])


def test_no_key_is_dropped_that_a_file_which_comes_needs(
    folder: Path, steps: Steps, moderate: Any, editor: Any
) -> None:
    path, coming = tk.config[config.KEY_FILE], 0

    def change() -> None:
        old = keys.read(path).names
        isp("key", "add")
        isp("key", "rotate")
        for name in old:
            isp("key", "drop", name)

    for at in two_at_once(steps, lambda: (lambda: keep(editor, moderate), change), least=8):
        coming = at
        assert kept(moderate) == [TABLE] * coming
    nothing_is_left_over()


def test_what_came_whole_while_the_store_was_mended_is_not_removed(
    folder: Path, steps: Steps, moderate: Any, editor: Any
) -> None:
    def mend() -> None:
        """As the command does, to what has been coming for no time at all."""
        there, ring, at_once = portal.store(), portal.ring(), timedelta()
        for fault in list(files.faults(model.Session, there, ring, "", half_after=at_once)):
            files.mend(model.Session, there, fault)
            model.Session.commit()

    coming = or_refused(lambda: keep(editor, moderate))
    for _at in two_at_once(steps, lambda: (coming, mend), least=8):
        assert set(kept(moderate)) <= {TABLE}
        nothing_is_left_over()
    assert TABLE in kept(moderate)
