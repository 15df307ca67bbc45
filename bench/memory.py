"""What a process of the portal holds in memory, as the kernel tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Memory:
    """Of the one worker that a gunicorn has."""

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
        (self.worker,) = map(int, children.split())

    @property
    def now(self) -> int:
        """In MB."""
        return self._told("VmRSS")

    @property
    def most(self) -> int:
        """In MB, since it began or was asked to ``forget``."""
        return self._told("VmHWM")

    def forget(self) -> None:
        Path(f"/proc/{self.worker}/clear_refs").write_text("5")

    def _told(self, what: str) -> int:
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith(f"{what}:"))
        return int(line.split()[1]) * 1024 // 1_000_000
