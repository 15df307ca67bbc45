"""The checks: all phases run, whatever an earlier one says."""

from __future__ import annotations

import shlex
import subprocess
import time
from typing import IO

from dev.stack import abreast, lanes, processes, python
from dev.stack.phases import PHASES, Phase, Result
from dev.stack.progress import Problem, say, step
from dev.stack.state import REPOSITORY, State, write_whole


def write_env(state: State) -> None:
    """For a shell: `. .portal/test.env`."""
    pairs = lanes.variables(state, lanes.LANES[0]).items()
    exports = [f"export {name}={shlex.quote(value)}\n" for name, value in pairs if name != "PATH"]
    write_whole(state.path("test.env"), "".join(exports))


def run(state: State, name: str, arguments: list[str]) -> None:
    """A Problem, after the last phase, if any has failed."""
    absent = [Result(phase, "-", 0.0) for phase in PHASES[name] if not phase.present]
    present = [phase for phase in PHASES[name] if phase.present]
    if name == "test":
        results = absent + side_by_side(state, present)
    else:
        results = absent + [by_itself(state, phase, arguments) for phase in present]
    summarize(name, results)


def summarize(name: str, results: list[Result]) -> None:
    if len(results) > 1:
        say(f"\n── {name}")
        for result in sorted(results, key=lambda each: PHASES[name].index(each.phase)):
            say(str(result))
    failed = [result.phase.title for result in results if result.outcome == "✗"]
    if failed:
        raise Problem(f"Failed: {', '.join(failed)}.")


def side_by_side(state: State, phases: list[Phase]) -> list[Result]:
    def start(phase: Phase, lane: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        if phase.services:
            lanes.empty(state, lane)
        return subprocess.Popen(
            command(state, phase, []),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=surroundings(state, phase, lane),
            cwd=REPOSITORY,
            pass_fds=state.locks,
            start_new_session=True,  # with all that it starts, it can be ended as one
        )

    return abreast.run(state, phases, lanes.available(), start)


def by_itself(state: State, phase: Phase, arguments: list[str]) -> Result:
    """On this terminal, in the first lane."""
    lane = lanes.LANES[0]
    if phase.services:
        with step("Empty databases for the tests", state.log("psql")):
            lanes.empty(state, lane)
    say(f"\n── {phase.title}")
    began = time.monotonic()
    process = subprocess.Popen(
        command(state, phase, arguments if phase.takes_arguments else []),
        env=surroundings(state, phase, lane),
        cwd=REPOSITORY,
        pass_fds=state.locks,
    )
    try:
        code = process.wait()
    finally:
        processes.interrupt([process])
    return Result(phase, "✗" if code else "✓", time.monotonic() - began)


def command(state: State, phase: Phase, arguments: list[str]) -> list[str]:
    return [str(python.program(state, "python")), *shlex.split(phase.command), *arguments]


def surroundings(state: State, phase: Phase, lane: str) -> dict[str, str]:
    return processes.environment(lanes.variables(state, lane if phase.services else None))
