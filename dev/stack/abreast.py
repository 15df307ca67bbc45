"""Phases side by side: what one of them says lies in its log, and is shown when it has ended."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dev.stack import processes
from dev.stack.phases import Phase, Result
from dev.stack.progress import Pulse, say, tail
from dev.stack.state import State

Start = Callable[[Phase, str, IO[bytes]], "subprocess.Popen[bytes]"]
SHARE = re.compile(r"\[ *(\d+%)\]")  # as pytest says how far it is


@dataclass
class Job:
    """A phase that runs in a lane."""

    phase: Phase
    lane: str
    log: Path
    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        shares = SHARE.findall(tail(self.log, 5))
        return " ".join([self.phase.title, f"{self.seconds():.0f} s", *shares[-1:]])

    def seconds(self) -> float:
        return time.monotonic() - self.began


def run(state: State, phases: Sequence[Phase], lanes: Sequence[str], start: Start) -> list[Result]:
    """As many at a time as there are lanes. None is left when this is left, however that is."""
    waiting, free, pulse = list(phases), list(lanes), Pulse()
    running: list[Job] = []
    results: list[Result] = []
    try:
        while waiting or running:
            while waiting and free:
                running.append(begin(state, waiting.pop(0), free.pop(0), start))
            pulse.beat(", ".join(map(str, running)))
            time.sleep(0.15)
            for job in [job for job in running if job.process.poll() is not None]:
                results.append(ended(job, pulse))
                running.remove(job)
                free.append(job.lane)
    finally:
        pulse.clear()
        processes.interrupt([job.process for job in running])
    return results


def begin(state: State, phase: Phase, lane: str, start: Start) -> Job:
    log = state.log(phase.name)
    with log.open("wb") as output:
        return Job(phase, lane, log, start(phase, lane, output))


def ended(job: Job, pulse: Pulse) -> Result:
    """Show all that it has said."""
    processes.kill_group(job.process)
    result = Result(job.phase, "✗" if job.process.returncode else "✓", job.seconds())
    pulse.clear()
    say(f"\n── {result}")
    with job.log.open("rb") as said:
        shutil.copyfileobj(said, sys.stdout.buffer)
    sys.stdout.flush()
    return result
