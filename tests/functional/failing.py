"""Processes of the portal that die or stop at a step of their own choosing.

A process is forked from the test, so that CKAN need not be started for each. What it does to disk
and database is counted: each change that somebody could find afterwards is a step. None of the
portal's code is another for it; what it calls is only looked at.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib.jobs import Worker
from ckanext.datastore.backend import postgres
from gunicorn.app.base import BaseApplication
from sqlalchemy import event

PATIENCE = 30.0
BLOCKED = 0.4  # how long a process may take to get as far as it can
CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate"}
WRITES = os.O_WRONLY | os.O_RDWR
Work = Callable[[], Any]


class Steps:
    """Counts the steps of the processes that watch it, and sends a signal before one of them.

    A step is a commit to any database, or a change of a file below a folder.

    :param folder: what the processes keep on disk
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._shared = memoryview(mmap.mmap(-1, 4096)).cast("q")

    @property
    def taken(self) -> int:
        """How many there were since it was armed."""
        return self._shared[0]

    def arm(self, at: int, how: int = signal.SIGKILL) -> None:
        """Send a signal to the process that is about to take a step.

        :param at: its number, from 1; 0 for none
        """
        self._shared[0], self._shared[1], self._shared[2] = 0, at, how

    def watch(self) -> None:
        """Count the steps of this process. It cannot be undone."""
        counting = threading.Lock()

        def step() -> None:
            with counting:
                self._shared[0] += 1
                here = self._shared[0] == self._shared[1]
            if here:
                os.kill(os.getpid(), self._shared[2])

        def look(name: str, asked: tuple[Any, ...]) -> None:
            opened = name == "open" and asked[2] and asked[2] & WRITES
            if (opened or name in CHANGES) and str(asked[0]).startswith(self._folder):
                step()

        sys.addaudithook(look)
        event.listen(sa.Engine, "commit", lambda _connection: step())


class Process:
    """Work in a process of its own, with its own connections.

    :param steps: what it counts, if anything
    """

    def __init__(self, work: Work, steps: Steps | None = None) -> None:
        model.Session.remove()
        sys.stdout.flush()
        self.pid, self._status = os.fork(), 0
        if not self.pid:
            _run(work, steps)

    def stops(self) -> bool:
        """Wait until it stops, or has ended: whether it stopped."""
        return os.WIFSTOPPED(self._wait(os.WUNTRACED))

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def gets_far(self) -> None:
        """Give it the time to get as far as it can while another stands."""
        limit = time.monotonic() + BLOCKED
        while self.pid and time.monotonic() < limit:
            self._look(0)
            time.sleep(0.01)

    def ends(self) -> bool:
        """Wait until it has ended: whether it was killed.

        What it did must have gone well otherwise.
        """
        status = self._wait(0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or status == 0, f"a process ended with {status}"
        return killed

    def end(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            self._wait(0)

    def _wait(self, options: int) -> int:
        limit = time.monotonic() + PATIENCE
        while self.pid and not self._look(options):
            if time.monotonic() > limit:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError("a process does not end")
            time.sleep(0.002)
        return self._status

    def _look(self, options: int) -> bool:
        found, status = os.waitpid(self.pid, options | os.WNOHANG)
        if not found:
            return False
        self._status = status
        if not os.WIFSTOPPED(status):
            self.pid = 0
        return True


def _run(work: Work, steps: Steps | None) -> None:
    status = 1
    # it lives too short to tidy up, and would copy all that the test has in memory to do so
    gc.disable()
    try:
        begin_anew()
        if steps:
            steps.watch()
        work()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def begin_anew() -> None:
    """Let go of the connections of the process that this one was forked from."""
    model.meta.engine.dispose(close=False)
    for engine in postgres._engines.values():
        engine.dispose(close=False)


def deaths(steps: Steps, run: Callable[[], bool], least: int) -> Iterator[int]:
    """Run something again and again, killed before another step each time, until it ends.

    :param run: whether it was killed
    :param least: how many steps it has at least
    :returns: the number of the step before which it was killed, after each run
    """
    for at in itertools.count(1):
        steps.arm(at)
        killed = run()
        steps.arm(0)
        yield at
        if not killed:
            assert at > least, f"it took {at - 1} steps"
            return


def two_at_once(
    steps: Steps, prepare: Callable[[], tuple[Work, Work]], least: int
) -> Iterator[int]:
    """Stop one process before another of its steps each time, while a second gets as far as it can.

    :param prepare: the work of the one and of the other, asked for each time
    :param least: how many steps the one has at least
    :returns: the number of the step, once both have ended
    """
    for at in itertools.count(1):
        one, other = prepare()
        steps.arm(at, signal.SIGSTOP)
        first = Process(one, steps)
        stopped = first.stops()
        second = Process(other)
        second.gets_far()
        if stopped:
            first.go_on()
        first.ends()
        second.ends()
        steps.arm(0)
        yield at
        if not stopped:
            assert at > least, f"it took {at - 1} steps"
            return


def worker() -> None:
    """What ``ckan jobs worker --burst`` does: each job that waits in a process of its own."""
    Worker().work(burst=True)


class Served:
    """The portal, served by gunicorn with one worker, which is replaced when it dies.

    :param application: what it serves
    :param first: done in each worker before it serves
    :param threads: how many requests it serves at once
    :param kernel_bytes: how much of an answer the kernel keeps; what it likes where left out
    """

    def __init__(
        self,
        application: Any,
        steps: Steps,
        first: Work | None = None,
        threads: int = 1,
        kernel_bytes: int | None = None,
    ) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        if kernel_bytes:
            # those that are accepted have what it has
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kernel_bytes)
        self.port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._arbiter = Process(lambda: _serve(application, listening, steps, first, threads))
        listening.close()

    def end(self) -> None:
        self._arbiter.end()


def _serve(
    application: Any, listening: socket.socket, steps: Steps, first: Work | None, threads: int
) -> None:
    def begin(_arbiter: Any, _worker: Any) -> None:
        begin_anew()
        steps.watch()
        if first:
            first()

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            told = {
                "bind": f"fd://{listening.fileno()}",
                "workers": 1,
                "threads": threads,
                "timeout": 60,
                "graceful_timeout": 1,
                "loglevel": "critical",
                "post_fork": begin,
            }
            for name, value in told.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    Server().run()


class Full:
    """A folder on a disk that has no room; or, where none can be mounted, files that cannot grow.

    :param folder: made where it is missing
    """

    SIZE = 64 * 1024

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", str(folder)]
        self.mounted = _succeeds(mount)

    def limit(self) -> None:
        """For each process that writes there."""
        if not self.mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.SIZE // 2, self.SIZE // 2))

    def grow(self) -> None:
        """Make room; processes that begin now find it."""
        if self.mounted:
            more = f"remount,size={self.SIZE * 1024}"
            assert _succeeds(["mount", "-o", more, str(self._folder)])

    def end(self) -> None:
        if self.mounted:
            assert _succeeds(["umount", "-l", str(self._folder)])


def _succeeds(words: list[str]) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    return False
