"""The record is chained after it was written; whoever changes it afterwards is found out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckan.lib.redis import connect_to_redis
from click.testing import Result
from conftest import Dataset
from rq import Queue, SimpleWorker

from ckanext.isp import doctor, jobs
from ckanext.isp.model import guard
from ckanext.isp.policy.chain import Fault, What
from ckanext.isp.services import chain

Command = Callable[..., Result]
PATIENCE = 20.0
EVENT = sa.text(
    "INSERT INTO isp_event (kind, door, reason, at) VALUES ('raised', 'sql', :why, :at)"
)
LONG_AGO = "2026-01-01T00:00:00Z"


def recorded(count: int, at: str = "now") -> None:
    with model.meta.engine.begin() as connection:
        connection.execute(EVENT, [{"why": f"event {n}", "at": at} for n in range(count)])


def links() -> list[Any]:
    model.Session.rollback()
    return list(model.Session.execute(sa.text("SELECT * FROM isp_event_link ORDER BY number")))


def faults(head: str | None = None) -> list[Fault]:
    model.Session.rollback()
    return list(chain.verify(model.Session, head))


@pytest.fixture
def command(cli: Any) -> Command:
    """Runs ``ckan isp log ...``."""
    return lambda *words: cli.invoke(ckan_command, ["isp", "log", *words])


def by_the_owner(*statements: str) -> None:
    """What somebody does who owns the tables and switches their triggers off."""
    with model.meta.engine.begin() as connection:
        for table in ("isp_event", "isp_event_link"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.exec_driver_sql(statement)
        guard.install(connection)


@pytest.fixture
def five() -> list[Any]:
    """Five events, chained."""
    recorded(5)
    jobs.chain()
    return links()


def test_all_that_is_committed_is_chained_and_nothing_twice(dataset: Dataset) -> None:
    dataset(sensitivity="high")
    recorded(chain.BATCH + 2)
    count = model.Session.scalar(sa.text("SELECT count(*) FROM isp_event"))
    assert jobs.chain() == count
    assert jobs.chain() == jobs.chain_all() == 0
    assert [link.number for link in links()] == list(range(1, count + 1))
    assert faults() == []


def test_an_event_that_is_committed_late_is_chained_after_those_with_higher_ids() -> None:
    with model.meta.engine.connect() as slow:
        slow.execute(EVENT, {"why": "slow", "at": "now"})
        recorded(2)
        jobs.chain()
        assert [link.event_id for link in links()] == [2, 3]
        slow.commit()
    jobs.chain()
    assert [link.event_id for link in links()] == [2, 3, 1]
    assert faults() == []


def test_one_that_is_committed_very_late_is_found_each_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "NEAR", 0)
    with model.meta.engine.connect() as slow:
        slow.execute(EVENT, {"why": "slow", "at": "now"})
        recorded(2)
        jobs.chain()
        slow.commit()
    assert jobs.chain() == 0
    assert jobs.chain_all() == 1
    assert faults() == []


def test_the_worker_is_asked_to_chain_what_a_save_recorded(dataset: Dataset) -> None:
    before = asked()
    connect_to_redis().delete(jobs.CHAIN_KEY)
    dataset(sensitivity="high")
    assert asked() == before + 1
    dataset(sensitivity="high")
    assert asked() == before + 1, "at most once every few seconds"
    SimpleWorker([queue()], connection=connect_to_redis()).work(burst=True)
    assert links()
    assert chain.waiting(model.Session) == 0


def queue() -> Queue:
    return Queue("ckan:isp_test:default", connection=connect_to_redis())


def asked() -> int:
    """How often the worker was asked to chain."""
    return sum(job.description.startswith("ckanext.isp.jobs.chain(") for job in queue().jobs)


def test_links_are_added_and_never_changed(five: list[Any]) -> None:
    for statement in (
        "UPDATE isp_event_link SET hash = 'x'",
        "DELETE FROM isp_event_link",
        "TRUNCATE isp_event_link",
    ):
        with pytest.raises(Exception, match="added to, never changed"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()
    assert links() == five


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE isp_event SET reason = 'x' WHERE id = 3", Fault(What.CHANGED, 3, 3)),
        ("UPDATE isp_event SET actor = NULL, kind = 'x' WHERE id = 5", Fault(What.CHANGED, 5, 5)),
        ("UPDATE isp_event SET at = at + interval '1 us' WHERE id = 1", Fault(What.CHANGED, 1, 1)),
        ("UPDATE isp_event SET details = '{\"a\": 1}' WHERE id = 2", Fault(What.CHANGED, 2, 2)),
        ("DELETE FROM isp_event WHERE id = 2", Fault(What.MISSING, 2, 2)),
        ("UPDATE isp_event_link SET hash = md5('') WHERE number = 2", Fault(What.LINK, 2, 2)),
        ("UPDATE isp_event_link SET event_hash = '' WHERE number = 4", Fault(What.LINK, 4, 4)),
        ("UPDATE isp_event_link SET at = now() WHERE number = 5", Fault(What.LINK, 5, 5)),
        ("UPDATE isp_event_link SET event_id = 9 WHERE number = 5", Fault(What.MISSING, 5, 9)),
        ("DELETE FROM isp_event_link WHERE number = 3", Fault(What.GAP, 3, None)),
        (
            "INSERT INTO isp_event_link SELECT 6, 6, event_hash, md5(hash), at FROM isp_event_link "
            "WHERE number = 5",
            Fault(What.LINK, 6, 6),
        ),
    ],
)
def test_what_the_owner_of_the_tables_changes_is_named(
    five: list[Any], statement: str, found: Fault, command: Command
) -> None:
    by_the_owner(statement)
    assert found in faults()
    told = command("verify", "--format", "json")
    assert told.exit_code == 1
    rows = json.loads(told.stdout)["faults"]
    named = {(row["what"], row["number"], row["event"]) for row in rows}
    assert (found.what.value, found.number, found.event) in named


def test_a_tail_that_was_cut_off_is_found_with_a_head_that_was_kept(
    five: list[Any], tmp_path: Path, command: Command
) -> None:
    kept = command("head")
    told = json.loads(kept.stdout)
    assert (told["number"], told["event"], told["hash"]) == (5, 5, five[-1].hash)
    assert told["site"] == "http://test.ckan.net"
    file = tmp_path / "head.json"
    file.write_text(kept.stdout)
    recorded(1)
    jobs.chain()
    assert command("verify", "--head", str(file)).exit_code == 0
    by_the_owner(
        "DELETE FROM isp_event_link WHERE number > 3", "DELETE FROM isp_event WHERE id > 3"
    )
    assert command("verify").exit_code == 0, "nothing in what is left tells of it"
    for head in (str(file), told["hash"]):
        found = command("verify", "--head", head)
        assert found.exit_code == 1
        assert "its end was cut off" in found.stdout


def test_a_chain_that_was_made_anew_is_found_with_a_head_that_was_kept(five: list[Any]) -> None:
    by_the_owner("DELETE FROM isp_event_link")
    jobs.chain()
    assert faults() == []
    assert faults(five[-1].hash) == [Fault(What.HEAD, None, None)]


def test_an_event_that_is_not_chained_for_long_is_named_and_doctor_warns(
    five: list[Any], command: Command
) -> None:
    (fine,) = doctor._chain()
    assert (fine.state, fine.found[:12]) == (doctor.State.OK, "last chained")
    recorded(1)
    assert faults() == [], "it may wait for a while"
    recorded(1, LONG_AGO)
    assert faults() == [Fault(What.UNLINKED, None, 7)]
    (finding,) = doctor._chain()
    assert finding.state is doctor.State.WARN
    assert finding.found.startswith("1 events not chained for more than an hour")
    assert "2 events chained; there are 7 links" in command("chain").stdout
    assert next(doctor._chain()).state is doctor.State.OK


def test_a_head_that_is_none_is_refused_with_what_to_give(tmp_path: Path, command: Command) -> None:
    assert "run `ckan isp log chain`" in command("head").output
    file = tmp_path / "other.json"
    file.write_text("{}")
    for head in ("abc", str(file)):
        told = command("verify", "--head", head)
        assert (told.exit_code, "head" in told.output) == (2, True)


def test_verifying_says_in_one_line_how_it_went(five: list[Any], command: Command) -> None:
    told = command("verify")
    assert told.stdout.splitlines()[-1] == f"5 links, the head is {five[-1].hash}: 0 faults."


def in_a_thread(act: Callable[[], Any], wrong: list[BaseException]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            model.Session.remove()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_workers_at_once_make_one_chain() -> None:
    recorded(5 * chain.BATCH + 7)
    wrong: list[BaseException] = []
    workers = [in_a_thread(jobs.chain_all, wrong) for _worker in range(3)]
    while any(worker.is_alive() for worker in workers):
        recorded(3)
        time.sleep(0.05)
    for worker in workers:
        worker.join(PATIENCE)
    assert not wrong, "one waits for the other"
    jobs.chain_all()
    found = links()
    count = model.Session.scalar(sa.text("SELECT count(*) FROM isp_event"))
    assert [link.number for link in found] == list(range(1, count + 1))
    assert len({link.event_id for link in found}) == count
    assert faults() == []


def test_a_second_link_after_the_same_one_is_refused_by_the_database(five: list[Any]) -> None:
    forged = "SELECT 5, 99, event_hash, md5(hash), at FROM isp_event_link WHERE number = 4"
    with pytest.raises(sa.exc.IntegrityError):
        model.Session.execute(sa.text(f"INSERT INTO isp_event_link {forged}"))
    model.Session.rollback()


def test_nobody_who_writes_waits_for_those_who_chain(dataset: Dataset) -> None:
    recorded(10)
    with model.meta.create_local_session() as session:
        assert chain.link(session)
        model.Session.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
        made = dataset(sensitivity="high")
        recorded(3)
        session.commit()
    jobs.chain()
    assert faults() == []
    assert made["sensitivity"] == "high"


def test_who_chains_does_not_wait_for_those_who_write() -> None:
    recorded(3)
    with model.meta.engine.connect() as writer:
        writer.execute(EVENT, {"why": "not yet", "at": "now"})
        model.Session.execute(sa.text("SET statement_timeout = '2s'"))
        assert jobs.chain() == 3
        model.Session.execute(sa.text("RESET statement_timeout"))
        writer.rollback()
    assert faults() == []
