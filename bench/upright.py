"""Processes of a portal that are killed, whole trees of them, and begun again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bench.portals import PATIENCE_SECONDS, Portal, free_port

BIN = Path(sys.executable).parent


class Running:
    """A program of a portal.

    :param words: what it is started with
    """

    def __init__(self, portal: Portal, words: list[str], log: Path) -> None:
        self._portal, self._words, self._log = portal, words, log
        self._process: subprocess.Popen[bytes] | None = None
        self.killed = 0

    def begin(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._words, env=self._portal.environment(), stdout=log, stderr=log
            )

    def kill(self) -> None:
        """At once, and all that it has begun."""
        assert self._process
        for process in tree(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        self.killed += 1

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def tree(process: int) -> list[int]:
    """A process, and those that it began, and theirs; stopped, so that they begin no others."""
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGSTOP)
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [process, *(one for child in children for one in tree(int(child)))]
    return []


def web(portal: Portal, folder: Path) -> Running:
    program = [str(BIN / "gunicorn"), "--log-level", "error", "--workers", "1", "--threads", "8"]
    place = ["--bind", f"127.0.0.1:{portal.port}", "bench.wsgi:application"]
    return Running(portal, [*program, *place], folder / "web.log")


def worker(portal: Portal, folder: Path) -> Running:
    words = [str(BIN / "ckan"), "-c", str(portal.ini), "jobs", "worker"]
    return Running(portal, words, folder / "worker.log")


def mailbox(portal: Portal, folder: Path) -> tuple[Running, int]:
    """A mail server, and its port."""
    port = free_port()
    places = ["--smtp", str(port), "--page", str(free_port()), "--folder", str(folder / "mails")]
    words = [sys.executable, "-m", "dev.mailbox", *places]
    return Running(portal, words, folder / "mail.log"), port


def answers(portal: Portal) -> None:
    """Wait until it does."""
    until = time.monotonic() + PATIENCE_SECONDS
    asked = f"{portal.url}/api/3/action/status_show"
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(asked, timeout=30):
            return
        time.sleep(0.1)
    raise SystemExit(f"The portal does not answer on {portal.url}.")
