"""What a person sees while the stack works."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
LONGEST_LINE = 200
QUIET_PERIOD = 20  # seconds between signs of life where the screen is no terminal


class Problem(Exception):
    """Something that a person has to put right, said in a sentence or two."""


def say(line: str = "") -> None:
    print(line, flush=True)


def tail(log: Path, lines: int = 1) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    said = [line[:LONGEST_LINE] for line in text.splitlines() if line.strip()]
    return "\n".join(said[-lines:])


class Pulse:
    """Says that something goes on: a line drawn anew; where that cannot be, one now and then."""

    def __init__(self) -> None:
        self.terminal = sys.stdout.isatty()
        self.turn = 0
        self.told = time.monotonic()

    def beat(self, line: str) -> None:
        if self.terminal:
            self.turn += 1
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r\x1b[K" + f"{SPINNER[self.turn % len(SPINNER)]} {line}"[:width])
            sys.stdout.flush()
        elif time.monotonic() - self.told >= QUIET_PERIOD:
            self.told = time.monotonic()
            say(f"… {line}")

    def clear(self) -> None:
        if self.terminal:
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()


class Step:
    """One line of progress: what is being done, for how long, and the last word of its log."""

    def __init__(self, title: str, log: Path | None) -> None:
        self.title = title
        self.log = log
        self.began = time.monotonic()
        self.pulse = Pulse()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._tick, daemon=True)
        self.thread.start()

    def _seconds(self) -> float:
        return time.monotonic() - self.began

    def _tick(self) -> None:
        while not self.over.wait(0.15):
            last = tail(self.log).strip() if self.log and self.pulse.terminal else ""
            self.pulse.beat(f"{self.title} {self._seconds():.0f} s  {last}".rstrip())

    def close(self, mark: str) -> None:
        self.over.set()
        self.thread.join()
        self.pulse.clear()
        say(f"{mark} {self.title} ({self._seconds():.1f} s)")


@contextmanager
def step(title: str, log: Path | None = None) -> Iterator[Step]:
    """The title may be completed while the step runs; its line is written when it ends."""
    current = Step(title, log)
    try:
        yield current
    except BaseException:
        current.close("✗")
        raise
    current.close("✓")
