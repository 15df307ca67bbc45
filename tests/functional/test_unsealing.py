"""A dataset came down to Low with two people: its files become resources again, one by one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import files as lib_files
from ckan.lib import uploader
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, events, row
from file_keeper import make_storage
from test_datasets import act, refused
from test_files import (  # noqa: F401
    CANARY,
    TABLE,
    Keep,
    as_user,
    faults_in,
    get,
    isp,
    keep,
    listed,
    member,
    on_disk,
    sealed,
    store,
)
from test_protocols import activate, answer, answered, change, focal_point, level, load  # noqa: F401
from test_races import FLUSHED, LOADED, Race, ordered, race  # noqa: F401

from ckanext.isp import jobs
from ckanext.isp.logic import remains, sealing, unsealing
from ckanext.isp.model.guard import TRIGGERS, source
from ckanext.isp.model.tables import RestrictedFile as File
from ckanext.isp.services import datasets, files
from ckanext.isp.store import place
from ckanext.isp.store.place import Away

Lowered = Callable[..., dict[str, Any]]
KILLED = 9


@pytest.fixture
def lower(editor: Any, org_admin: Any) -> Callable[[dict[str, Any]], int]:
    """Lowers a dataset to Low, as two people do; the number of the proposal."""

    def down(made: dict[str, Any]) -> int:
        asked = {"id": made["id"], "to": "low", "reason": "Only totals remain"}
        proposal = act("isp_lowering_request", editor, **asked)
        assert act("isp_lowering_approve", org_admin, id=proposal["id"])["applied"]
        return proposal["id"]

    return down


@pytest.fixture
def lowered(dataset: Dataset, keep: Keep, lower: Any) -> Lowered:  # noqa: F811
    """A dataset with two restricted files, lowered from High to Low; for members."""

    def make(**fields: Any) -> dict[str, Any]:
        made = dataset(sensitivity="high", **fields)
        keep(made, description="Lists of the camp")
        keep(made, data=TABLE[::-1], name="other.csv")
        lower(made)
        return made

    return make


def unseal(user: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
    return act("isp_file_unseal", user, file=file["id"])["resource"]


def shown(of: dict[str, Any]) -> list[dict[str, Any]]:
    jobs.drain_outbox()
    context: Any = {"ignore_auth": True, "user": ""}
    return tk.get_action("package_show")(context, {"id": of["id"]})["resources"]


def download(app: CKANTestApp, resource: dict[str, Any], user: Any) -> Any:
    where = f"/dataset/{resource['package_id']}/resource/{resource['id']}/download/x"
    return app.get(where, headers=as_user(user), follow_redirects=False)


def row_of(file: dict[str, Any]) -> Any:
    model.Session.rollback()
    return model.Session.get(File, file["id"], populate_existing=True)


def in_the_clear(store: Path) -> bytes:  # noqa: F811
    """What lies beside the store."""
    files_there = (path for path in store.parent.rglob("*") if path.is_file())
    return b"".join(f.read_bytes() for f in files_there if store not in f.parents)


def test_one_file_becomes_a_resource_and_the_others_stay_restricted(
    lowered: Lowered,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    store: Path,  # noqa: F811
) -> None:
    made = lowered()
    people, other = listed(editor["name"], made)
    assert get(app, member, people).data == TABLE
    resource = unseal(editor, people)
    assert (resource["name"], resource["format"]) == ("people.csv", "CSV")
    assert (resource["description"], resource["size"]) == ("Lists of the camp", len(TABLE))
    assert [one["id"] for one in shown(made)] == [resource["id"]]
    assert download(app, resource, member).data == TABLE
    assert [file["id"] for file in listed(editor["name"], made)] == [other["id"]]
    assert get(app, member, people).status_code == 404
    assert get(app, member, other).data == TABLE[::-1]
    assert download(app, resource, None).status_code != 200
    gone = row_of(people)
    assert (gone.state, gone.key, gone.name) == ("unsealed", None, "people.csv")
    assert not (store / people["id"]).exists()
    act("package_patch", editor, id=made["id"], private=False)
    assert download(app, resource, None).data == TABLE
    assert get(app, None, other).status_code == 302


def test_it_is_on_record_with_the_approval_that_it_rests_on(
    dataset: Dataset,
    keep: Keep,  # noqa: F811
    lower: Any,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
) -> None:
    made = dataset(sensitivity="high")
    file = keep(made)
    get(app, member, file)
    approval = lower(made)
    resource = unseal(editor, file)
    told = act("isp_timeline", editor, id=made["id"])
    assert told[0]["kind"] == "file_unsealed"
    assert told[0]["actor"] == editor["id"]
    assert told[0]["door"] == "isp_file_unseal"
    assert told[0]["protocol"]
    assert told[0]["protocol_version"]
    about = {"file": file["id"], "resource": resource["id"], "size": len(TABLE)}
    assert told[0]["details"] == {**about, "lowering": approval}
    before = next(one for one in told if one["kind"] == "file_downloaded")
    assert before["details"]["file"] == row_of(file).id


def test_what_was_a_resource_has_its_id_again_where_that_is_free(
    sealed: Any,  # noqa: F811
    lower: Any,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    dataset: Dataset,
) -> None:
    made = sealed("high")
    former = [one["id"] for one in made["resources"]]
    sealing.seal(made["id"])
    jobs.drain_outbox()
    lower(made)
    people, link, _tents = listed(editor["name"], made)
    resource = unseal(editor, people)
    assert resource["id"] == former[0]
    assert download(app, resource, member).data == TABLE
    elsewhere = dataset(sensitivity="low")
    model.Session.add(taken := model.Resource(package_id=elsewhere["id"], url="https://x.org"))
    taken.id = former[1]
    model.Session.commit()
    assert unseal(editor, link)["id"] not in former
    # once more round: raised, sealed under the same id, and no trace of the first time in the way
    act("package_patch", editor, id=made["id"], sensitivity="high")
    assert sealing.seal(made["id"]) == (2, 0)
    assert shown(made) == []
    assert len(listed(editor["name"], made)) == 3


@pytest.mark.parametrize("level", ["moderate", "high", "severe"])
def test_files_of_data_that_is_not_low_stay_restricted(
    level: str,
    dataset: Dataset,
    keep: Keep,  # noqa: F811
    editor: Any,
    sysadmin: Any,
    store: Path,  # noqa: F811
) -> None:
    file = keep(dataset(sensitivity=level))
    for user in (editor, sysadmin):
        (said,) = refused("isp_file_unseal", user, file=file["id"])["file"]
        assert "Propose to lower it" in said
    assert row_of(file).state == "kept"
    assert not in_the_clear(store).count(CANARY)


def test_files_of_a_dataset_on_request_stay_restricted(
    lowered: Lowered, editor: Any, app: CKANTestApp
) -> None:
    made = lowered()
    act("package_patch", editor, id=made["id"], private=False, is_requestdata_type=True)
    file, _other = listed(editor["name"], made)
    (said,) = refused("isp_file_unseal", editor, file=file["id"])["file"]
    assert "on request" in said
    headers = as_user(editor)
    answer = app.post("/api/3/action/isp_file_unseal", json={"file": file["id"]}, headers=headers)
    assert answer.status_code == 409
    page = app.get(f"/isp/file/{file['id']}/unseal", headers=headers)
    assert "on request" in page.text
    assert "Make it a resource" not in page.text
    assert shown(made) == []


def test_files_of_a_dataset_that_nobody_classified_stay_restricted(
    lowered: Lowered, editor: Any
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    with model.meta.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE package DISABLE TRIGGER USER")
        connection.execute(
            sa.text("UPDATE package SET extras = extras - 'sensitivity' WHERE id = :id"),
            {"id": made["id"]},
        )
        for name in (name for name, table in TRIGGERS.findall(source()) if table == "package"):
            connection.exec_driver_sql(f"ALTER TABLE package ENABLE ALWAYS TRIGGER {name}")
    assert "file" in refused("isp_file_unseal", editor, file=file["id"])
    assert row_of(file).state == "kept"


def test_where_a_protocol_keeps_low_files_in_the_store_they_stay(
    activate: Any,  # noqa: F811
    answered: Dataset,  # noqa: F811
    keep: Keep,  # noqa: F811
    editor: Any,
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = answered(private=True)
    file = keep(made)
    arrived = unsealing._arrived

    def activated_meanwhile(*asked: Any) -> Any:
        elsewhere(lambda: activate(levels=level("low", storage="restricted")))
        return arrived(*asked)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(unsealing, "_arrived", activated_meanwhile)
        (said,) = refused("isp_file_unseal", editor, file=file["id"])["file"]
    assert "Afghanistan ISP, 1 does not let the files" in said
    assert not in_the_clear(store)
    assert "file" in refused("isp_file_unseal", editor, file=file["id"])


def test_a_level_below_the_answers_rests_on_a_second_person(
    dataset: Dataset,
    keep: Keep,  # noqa: F811
    lower: Any,
    editor: Any,
) -> None:
    alone, approved = dataset(sensitivity="low", private=True), dataset(sensitivity="severe")
    mine, theirs = keep(alone), keep(approved)
    lower(approved)
    for made in (alone, approved):
        answer(made["id"], "low", {"type": ["beneficiaries"], "personal_data": ["affected_people"]})
    (said,) = refused("isp_file_unseal", editor, file=mine["id"])["file"]
    assert "at least Severe" in said
    assert unseal(editor, theirs)["name"] == "people.csv"


def test_only_who_may_publish_there_unseals(
    lowered: Lowered,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
) -> None:
    made = lowered()
    act("package_patch", editor, id=made["id"], private=False)
    file, _other = listed(editor["name"], made)
    for user in (member, factories.UserWithToken()):
        with pytest.raises(tk.NotAuthorized):
            unseal(user, file)
        address = f"/isp/file/{file['id']}/unseal"
        assert app.get(address, headers=as_user(user)).status_code == 404
        door = "/api/3/action/isp_file_unseal"
        answer = app.post(door, json={"file": file["id"]}, headers=as_user(user))
        assert answer.status_code == 403
    assert shown(made) == []
    with pytest.raises(tk.ObjectNotFound):
        unseal(editor, {"id": "no such file"})


def test_a_version_that_another_replaced_stays_in_the_store(
    lowered: Lowered,
    editor: Any,
    keep: Keep,  # noqa: F811
) -> None:
    made = lowered()
    old, _other = listed(editor["name"], made)
    keep(made, replaces=old["id"])
    with pytest.raises(tk.ObjectNotFound):
        unseal(editor, old)


def killed_at(step: tuple[Any, str, bool], act: Callable[[], Any]) -> None:
    """Run an act in a process of its own that dies, without a word, at the first call of that
    function (or just after it)."""
    where, name, after = step
    model.Session.remove()
    child = os.fork()
    if child == 0:
        model.meta.engine.dispose(close=False)
        call = getattr(where, name)

        def dies(*asked: Any, **told: Any) -> None:
            if after:
                call(*asked, **told)
            os._exit(KILLED)

        setattr(where, name, dies)
        try:
            act()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


STEPS = {
    "before any byte is written": (remains, "remove_file", True),
    "when the bytes are written": (unsealing, "_arrived", False),
    "before the dataset is locked": (datasets, "lock", False),
    "before the commit": (unsealing.unsealing, "unseal", True),
    "after the commit": (sealing, "gone", False),
    "when the encrypted bytes are gone": (files, "clear", True),
    "when all is done but told": (sealing, "gone", True),
}
# what is left before the commit is mended alike, and what is left after it
CASES = [(step, "again") for step in STEPS] + [
    (step, then)
    for step in ("when the bytes are written", "after the commit")
    for then in ("verify", "seal")
]


@pytest.mark.parametrize(("step", "then"), CASES)
def test_killed_at_any_step_it_is_a_restricted_file_or_a_whole_resource(
    step: str,
    then: str,
    lowered: Lowered,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    isp: Any,  # noqa: F811
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, other = listed(editor["name"], made)
    killed_at(STEPS[step], lambda: unseal(editor, file))
    still = [one["id"] for one in listed(editor["name"], made)]
    if file["id"] in still:
        assert shown(made) == []
        assert get(app, member, file).data == TABLE
    else:
        (resource,) = shown(made)
        assert download(app, resource, member).data == TABLE
    if then == "again":
        if file["id"] in still:
            unseal(editor, file)
        else:
            unseal(editor, other)
            assert len(shown(made)) == 2
        assert CANARY in download(app, shown(made)[0], member).data
    elif then == "verify":
        isp("verify", "--mend")
        assert isp("verify").exit_code == 0, isp("verify").output
    else:
        sealing.seal(made["id"])
    gone = row_of(file)
    assert (gone.state == "unsealed") == (file["id"] not in still or then == "again")
    if gone.state == "unsealed":
        assert gone.key is None
        assert not (store / file["id"]).exists()
    else:
        assert not in_the_clear(store)
        assert get(app, member, file).data == TABLE
    assert isp("verify").exit_code == 0


def test_half_a_file_in_the_clear_is_found_and_removed(
    lowered: Lowered,
    editor: Any,
    isp: Any,  # noqa: F811
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    killed_at(STEPS["when the bytes are written"], lambda: unseal(editor, file))
    (whole,) = (path for path in (store.parent / "resources").rglob("*") if path.is_file())
    whole.rename(f"{whole}~")
    assert faults_in(isp("verify", "--format", "csv").output) == {file["id"]: "clear"}
    assert isp("verify", "--mend").exit_code == 0
    assert not in_the_clear(store)


def test_what_fails_leaves_a_restricted_file_and_nothing_in_the_clear(
    lowered: Lowered,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    get_segment = place.Place.get

    def away(self: Any, file_id: str, number: int, *to: memoryview) -> Any:
        if number > 4:
            raise Away("The storage is gone")
        return get_segment(self, file_id, number, *to)

    with monkeypatch.context() as broken:
        broken.setattr(place.Place, "get", away)
        assert "file" in refused("isp_file_unseal", editor, file=file["id"])
    with monkeypatch.context() as broken:
        broken.setattr(uploader, "_copy_file", full)
        assert "file" in refused("isp_file_unseal", editor, file=file["id"])
    assert shown(made) == []
    assert not in_the_clear(store)
    assert get(app, member, file).data == TABLE
    unseal(editor, file)


def full(source: Any, target: Any, _most: int) -> None:
    """A disk that is full once half of a file lies on it."""
    target.write(source.read(40))
    target.flush()
    raise OSError(28, "No space left on device")


def test_a_raise_while_the_bytes_are_written_wins(
    lowered: Lowered,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    arrived = unsealing._arrived

    def raised_meanwhile(*asked: Any) -> Any:
        elsewhere(lambda: act("package_patch", editor, id=made["id"], sensitivity="severe"))
        return arrived(*asked)

    monkeypatch.setattr(unsealing, "_arrived", raised_meanwhile)
    (said,) = refused("isp_file_unseal", editor, file=file["id"])["file"]
    assert "Severe" in said
    assert shown(made) == []
    assert not in_the_clear(store)
    assert get(app, member, file).data == TABLE


def test_a_raise_after_it_seals_the_resource_again(
    lowered: Lowered,
    editor: Any,
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    asked: list[Any] = []
    gone = sealing.gone

    def raised_meanwhile(of: Any) -> None:
        def raises() -> None:
            act("package_patch", editor, id=made["id"], sensitivity="severe")
            # the worker comes too early
            assert sealing.seal(made["id"]) == (0, 0)

        elsewhere(raises)
        monkeypatch.setattr(sealing, "ask", lambda *told: asked.append(told))
        gone(of)

    monkeypatch.setattr(sealing, "gone", raised_meanwhile)
    unseal(editor, file)
    assert asked == [(made["id"], editor["id"])]
    assert sealing.seal(made["id"]) == (1, 0)
    assert not in_the_clear(store)
    assert shown(made) == []


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "unseal-first"])
@pytest.mark.parametrize("moment", [LOADED, FLUSHED])
def test_of_a_raise_and_an_unsealing_at_once_the_raise_wins(
    moment: str,
    reverse: bool,
    race: Race,  # noqa: F811
    lowered: Lowered,
    editor: Any,
    org_admin: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    store: Path,  # noqa: F811
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)

    def raised() -> None:
        act("package_patch", org_admin, id=made["id"], sensitivity="severe")

    race(*ordered(raised, lambda: unseal(editor, file), reverse), moment)
    assert (row(made["id"]).sensitivity, row(made["id"]).exposure) == ("severe", "members")
    sealing.seal(made["id"])
    assert shown(made) == []
    assert not in_the_clear(store)
    kept = [get(app, member, one).data for one in listed(member["name"], made)]
    assert sorted(kept) == sorted([TABLE, TABLE[::-1]])


def test_a_file_that_is_destroyed_meanwhile_does_not_come_back(
    lowered: Lowered,
    editor: Any,
    store: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    arrived = unsealing._arrived

    def destroyed_meanwhile(*asked: Any) -> Any:
        destroy = {"file": file["id"], "reason": "The purpose is served"}
        elsewhere(lambda: act("isp_file_destroy", editor, **destroy))
        return arrived(*asked)

    monkeypatch.setattr(unsealing, "_arrived", destroyed_meanwhile)
    with pytest.raises(tk.ObjectNotFound):
        unseal(editor, file)
    assert shown(made) == []
    assert not in_the_clear(store)


def elsewhere(act: Callable[[], Any]) -> None:
    """Somebody else does this, in a thread and a session of their own."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            model.Session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert not failed, failed


def test_who_comes_second_is_told_to_wait(lowered: Lowered, editor: Any) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    with sealing.alone(made["id"]) as nobody_else:
        assert nobody_else
        (said,) = refused("isp_file_unseal", editor, file=file["id"])["file"]
    assert "Try again" in said
    unseal(editor, file)


def test_files_are_unsealed_from_a_terminal(
    lowered: Lowered,
    editor: Any,
    isp: Any,  # noqa: F811
) -> None:
    made = lowered()
    one, other = listed(editor["name"], made)
    result = isp("unseal", one["id"], "no-such-file", other["id"], "--user", editor["name"])
    assert result.exit_code == 1
    assert "no-such-file stays restricted: There is no such file." in result.output
    assert len(shown(made)) == 2
    assert listed(editor["name"], made) == []


def test_it_is_unsealed_on_a_page_without_a_script(
    lowered: Lowered, editor: Any, app: CKANTestApp
) -> None:
    made = lowered()
    file, _other = listed(editor["name"], made)
    headers = as_user(editor)
    address = f"/isp/file/{file['id']}/unseal"
    assert address in app.get(f"/dataset/{made['name']}/files", headers=headers).text
    assert "Make it a resource" in app.get(address, headers=headers).text
    answer = app.post(address, headers=headers, follow_redirects=False)
    assert answer.status_code == 302
    assert "/resource/" in answer.headers["Location"]
    assert [one["name"] for one in shown(made)] == ["people.csv"]
    assert events(made["id"])[-1] == "file_unsealed"


def test_an_empty_file_and_one_of_many_segments_arrive_whole(
    dataset: Dataset,
    keep: Keep,  # noqa: F811
    lower: Any,
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
) -> None:
    made, long = dataset(sensitivity="high"), os.urandom(5_003)
    nothing, much = keep(made, data=b"", name="empty.txt"), keep(made, data=long, name="x.bin")
    lower(made)
    assert download(app, unseal(editor, nothing), member).data == b""
    assert download(app, unseal(editor, much), member).data == long


def test_it_becomes_a_resource_wherever_the_portal_keeps_uploads(
    lowered: Lowered,
    dataset: Dataset,
    keep: Keep,  # noqa: F811
    editor: Any,
    member: Any,  # noqa: F811
    app: CKANTestApp,
    isp: Any,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 2 * len(TABLE)
    settings = {"type": "ckan:fs", "path": str(tmp_path / "bucket"), "initialize": True}
    bucket = make_storage("bucket", {**settings, "max_size": most})
    monkeypatch.setitem(lib_files.storages.members, "bucket", bucket)
    monkeypatch.setitem(tk.config, "ckan.files.default_storages.resource", "bucket")
    made = lowered()
    file, other = listed(editor["name"], made)
    killed_at(STEPS["when the bytes are written"], lambda: unseal(editor, file))
    assert CANARY in on_disk(tmp_path / "bucket")
    assert faults_in(isp("verify", "--format", "csv").output) == {file["id"]: "clear"}
    assert isp("verify", "--mend").exit_code == 0
    assert on_disk(tmp_path / "bucket") == b""
    killed_at(STEPS["when the bytes are written"], lambda: unseal(editor, file))
    assert download(app, unseal(editor, file), member).data == TABLE
    assert download(app, unseal(editor, other), member).data == TABLE[::-1]
    large = keep(dataset(sensitivity="low", private=True), data=TABLE * 3)
    (said,) = refused("isp_file_unseal", editor, file=large["id"])["file"]
    assert "does not take the file as a resource" in said
    assert row_of(large).state == "kept"
