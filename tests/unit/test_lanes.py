"""Phases that run at the same time share nothing, mix nothing up and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from bench import portals
from dev.stack import abreast, lanes, postgres, redis, solr
from dev.stack.phases import Phase
from dev.stack.processes import born
from dev.stack.progress import Problem
from dev.stack.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    (tmp_path / "logs").mkdir()
    return State(tmp_path)


def phase(name: str, program: str) -> Phase:
    return Phase(name, f"the {name}", program)


def start(phase: Phase, lane: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-uc", phase.command, lane], stdout=output, start_new_session=True
    )


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_no_two_lanes_have_a_database_a_core_or_a_queue_in_common() -> None:
    databases = [name for pair in postgres.DATABASES.values() for name in pair]
    numbers = [*redis.DATABASES.values(), *map(int, portals.REDIS.values())]
    for names in (databases, list(solr.CORES.values()), numbers):
        assert len(names) == len(set(names))
    for places in (postgres.DATABASES, solr.CORES, redis.DATABASES):
        assert set(lanes.LANES) <= set(places)


def test_what_two_phases_say_at_the_same_time_is_shown_one_after_the_other(
    state: State, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    talk = "import time, sys\nfor _ in range(5): print({!r}); time.sleep(0.05)\nsys.exit({})"
    said = [phase("first", talk.format("one", 0)), phase("second", talk.format("two", 3))]
    results = abreast.run(state, said, lanes.LANES, start)
    assert {result.phase.name: result.outcome for result in results} == {
        "first": "✓",
        "second": "✗",
    }
    shown = capfdbinary.readouterr().out
    assert b"one\n" * 5 in shown
    assert b"two\n" * 5 in shown
    assert state.log("second").read_text() == "two\n" * 5


def test_no_two_phases_are_in_one_lane_at_a_time(state: State) -> None:
    place = f"{str(state.path('in-'))!r} + sys.argv[1]"
    alone = f"import os, sys, time\nos.mkdir({place})\ntime.sleep(0.2)\nos.rmdir({place})"
    many = [phase(f"number-{number}", alone) for number in range(5)]
    results = abreast.run(state, many, lanes.LANES, start)
    assert [result.outcome for result in results] == ["✓"] * 5


def test_an_interruption_leaves_neither_a_phase_nor_what_it_started(state: State) -> None:
    parent = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)\ntime.sleep(60)"
    )
    log = state.log("long")

    def interrupt() -> None:
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        signal.raise_signal(signal.SIGINT)

    # a run in the background of a shell is told to ignore interruptions
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            abreast.run(state, [phase("long", parent)], lanes.LANES, start)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: born(int(log.read_text().split()[0])) is None)


def test_a_number_of_lanes_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(lanes.VARIABLE, "1")
    assert lanes.available() == ("test",)
    monkeypatch.setenv(lanes.VARIABLE, "3")
    with pytest.raises(Problem, match="ISP_LANES=3"):
        lanes.available()
