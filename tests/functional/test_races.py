"""Two saves at once: wherever one of them stands while the other begins, nothing stays too open.

A save locks the dataset's row, flushes, tells the index and commits. Each test stops one save at
one of these moments, lets the other go as far as it gets, looks, and lets both finish.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import logic, model
from ckan.tests.helpers import CKANTestApp
from conftest import Dataset, empty, found_by_anyone, row
from werkzeug.datastructures import FileStorage

from ckanext.isp import doctor, jobs
from ckanext.isp.services import datasets

LOADED, FLUSHED, INDEXED, COMMITTED = "loaded", "flushed", "indexed", "committed"
MOMENTS = (LOADED, FLUSHED, INDEXED, COMMITTED)
PATIENCE = 20.0
BLOCKED = 0.4  # how long a save may take to get as far as it can
SECRET = "Amina,31"
Act = Callable[[], Any]
Race = Callable[[Act, Act, str], None]


@pytest.fixture(autouse=True, scope="module")
def clean_portal(database: None) -> None:
    """Emptied once: every race has a dataset of its own."""
    model.Session.remove()
    empty()
    doctor.look_again()


class Save(threading.Thread):
    """A save in a thread of its own, with its own session and request, that can be stopped once."""

    def __init__(self, app: CKANTestApp, act: Act, moment: str | None = None) -> None:
        super().__init__(daemon=True)
        self.app, self.act, self.moment = app, act, moment
        self.stands, self.go = threading.Event(), threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        with self.app.flask_app.test_request_context():
            try:
                self.act()
            except (tk.ValidationError, tk.NotAuthorized):
                model.Session.rollback()
            except BaseException as error:
                self.error = error
            finally:
                model.Session.remove()
                self.stands.set()

    def reach(self, moment: str) -> None:
        if moment == self.moment and not self.stands.is_set():
            self.stands.set()
            assert self.go.wait(PATIENCE)

    def finish(self) -> None:
        self.go.set()
        self.join(PATIENCE)
        assert not self.is_alive(), "two saves wait for each other"
        if self.error:
            raise self.error


def reached(moment: str) -> None:
    thread = threading.current_thread()
    if isinstance(thread, Save):
        thread.reach(moment)


@pytest.fixture
def race(app: CKANTestApp, monkeypatch: pytest.MonkeyPatch) -> Race:
    """Runs two saves, the first stopped at a moment until the second got as far as it can."""
    lock, index = datasets.lock, logic.index_update_package_dicts

    def stop_when_loaded(session: Any, reference: str) -> Any:
        package = lock(session, reference)
        reached(LOADED)
        return package

    def stop_around_index(*dicts: Any) -> Any:
        reached(FLUSHED)
        done = index(*dicts)
        reached(INDEXED)
        return done

    monkeypatch.setattr(datasets, "lock", stop_when_loaded)
    monkeypatch.setattr(logic, "index_update_package_dicts", stop_around_index)

    def run(first: Act, second: Act, moment: str) -> None:
        one, two = Save(app, first, moment), Save(app, second)
        one.start()
        assert one.stands.wait(PATIENCE)
        two.start()
        two.join(BLOCKED)
        one.finish()
        two.finish()

    return run


@pytest.fixture
def closed(dataset: Dataset) -> dict[str, Any]:
    return with_file(dataset(sensitivity="low", private=True, title="Canary"))


@pytest.fixture
def opened(dataset: Dataset) -> dict[str, Any]:
    return with_file(dataset(sensitivity="low", private=False, title="Canary"))


def with_file(made: dict[str, Any]) -> dict[str, Any]:
    resource = send(made["id"])
    return tk.get_action("package_show")({"ignore_auth": True}, {"id": resource["package_id"]})


def send(dataset_id: str) -> Any:
    file = FileStorage(io.BytesIO(f"name,age\n{SECRET}\n".encode()), filename="people.csv")
    told = {"package_id": dataset_id, "url": "people.csv", "upload": file}
    return tk.get_action("resource_create")({"ignore_auth": True, "user": site()}, told)


def site() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def act(action: str, user: dict[str, Any], **data: Any) -> Act:
    return lambda: tk.get_action(action)({"user": user["name"]}, data)


def ordered(first: Act, second: Act, reverse: bool) -> tuple[Act, Act]:
    return (second, first) if reverse else (first, second)


def shown_to_nobody(app: CKANTestApp, dataset_id: str, level: str) -> None:
    """The row, then a search before the index has heard of anything, the index, and the files."""
    now = row(dataset_id)
    assert (now.sensitivity, now.exposure) == (level, "members")
    assert dataset_id not in found_by_anyone()
    jobs.drain_outbox()
    model.Session.commit()
    assert dataset_id not in found_by_anyone()
    assert app.get(f"/api/3/action/package_show?id={dataset_id}").status_code in (403, 404)
    files_are_kept(app, dataset_id)


def files_are_kept(app: CKANTestApp, dataset_id: str) -> None:
    ids = model.Session.scalars(
        sa.text("SELECT id FROM resource WHERE package_id = :id"), {"id": dataset_id}
    ).all()
    for resource_id in ids:
        answer = app.get(f"/dataset/{dataset_id}/resource/{resource_id}/download/people.csv")
        assert answer.status_code in (403, 404)
        assert SECRET not in answer.body


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "publish-first"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_raise_wins_against_a_publication(
    moment: str, reverse: bool, race: Race, closed: Any, editor: Any, org_admin: Any, app: Any
) -> None:
    raised = act("package_patch", editor, id=closed["id"], sensitivity="severe")
    published = act("package_patch", org_admin, id=closed["id"], private=False)
    race(*ordered(raised, published, reverse), moment)
    shown_to_nobody(app, closed["id"], "severe")


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "form-first"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_raise_wins_against_a_form_that_was_loaded_before(
    moment: str, reverse: bool, race: Race, opened: Any, editor: Any, org_admin: Any, app: Any
) -> None:
    form = tk.get_action("package_show")({"user": org_admin["name"]}, {"id": opened["id"]})
    raised = act("package_patch", editor, id=opened["id"], sensitivity="severe")
    saved = act("package_update", org_admin, **{**form, "notes": "Corrected"})
    race(*ordered(raised, saved, reverse), moment)
    shown_to_nobody(app, opened["id"], "severe")


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "form-first"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_raise_wins_against_an_old_form_that_knows_no_level(
    moment: str, reverse: bool, race: Race, opened: Any, editor: Any, org_admin: Any, app: Any
) -> None:
    keys = ("id", "name", "title", "owner_org", "resources")
    form = {key: opened[key] for key in keys}
    raised = act("package_patch", editor, id=opened["id"], sensitivity="high")
    saved = act("package_update", org_admin, **form, notes="Corrected")
    race(*ordered(raised, saved, reverse), moment)
    shown_to_nobody(app, opened["id"], "high")


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "upload-first"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_file_that_arrives_during_a_raise_is_kept(
    moment: str, reverse: bool, race: Race, opened: Any, editor: Any, app: Any
) -> None:
    raised = act("package_patch", editor, id=opened["id"], sensitivity="severe")
    race(*ordered(raised, lambda: send(opened["id"]), reverse), moment)
    shown_to_nobody(app, opened["id"], "severe")


@pytest.mark.parametrize("reverse", [False, True], ids=["raise-first", "upload-first"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_file_that_arrives_while_a_dataset_goes_on_request_is_everybodys_to_none(
    moment: str, reverse: bool, race: Race, dataset: Dataset, editor: Any, app: Any
) -> None:
    made = dataset(sensitivity="low", private=False, title="Canary")
    raised = act("package_patch", editor, id=made["id"], sensitivity="moderate")
    race(*ordered(raised, lambda: send(made["id"]), reverse), moment)
    now = row(made["id"])
    assert now.sensitivity == "moderate"
    assert now.exposure in ("members", "on_request")
    jobs.drain_outbox()
    model.Session.commit()
    assert (made["id"] in found_by_anyone()) == (now.exposure == "on_request")
    files_are_kept(app, made["id"])


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_sql_raises_during_a_publication_is_found_by_nobody(
    moment: str, race: Race, closed: Any, org_admin: Any, app: Any
) -> None:
    raise_it = sa.text(
        """UPDATE package SET private = true, extras = '{"sensitivity": "severe"}' WHERE id = :id"""
    )

    def by_sql() -> None:
        with model.meta.engine.begin() as connection:
            connection.execute(raise_it, {"id": closed["id"]})

    race(act("package_patch", org_admin, id=closed["id"], private=False), by_sql, moment)
    shown_to_nobody(app, closed["id"], "severe")


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_index_is_told_what_is_true_when_a_raise_comes_in_between(
    moment: str, race: Race, opened: Any, editor: Any, app: Any
) -> None:
    with model.meta.engine.begin() as connection:
        told = sa.text("UPDATE package SET title = 'Canary, again' WHERE id = :id")
        connection.execute(told, {"id": opened["id"]})
    raised = act("package_patch", editor, id=opened["id"], sensitivity="severe")
    race(raised, jobs.drain_outbox, moment)
    shown_to_nobody(app, opened["id"], "severe")


@pytest.mark.parametrize("moment", [FLUSHED, INDEXED])
def test_what_is_not_committed_yet_is_found_by_nobody(
    moment: str, race: Race, closed: Any, org_admin: Any
) -> None:
    seen: list[list[str]] = []
    published = act("package_patch", org_admin, id=closed["id"], private=False)
    race(published, lambda: seen.append(found_by_anyone()), moment)
    assert closed["id"] not in seen[0]
    # what a search found too early waits to be indexed again
    jobs.drain_outbox()
    assert closed["id"] in found_by_anyone()
