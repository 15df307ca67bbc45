"""One line that grows on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys


class Progress:
    def __init__(self, total: int) -> None:
        self.total, self.done, self.live = total, 0, sys.stdout.isatty()

    def step(self, what: str) -> None:
        self.done += 1
        line = f"{self.done}/{self.total} {what}"
        print(
            f"\r\x1b[K{line[:78]}" if self.live else line, end="" if self.live else "\n", flush=True
        )

    def say(self, line: str) -> None:
        print(f"\r\x1b[K{line}" if self.live else line, flush=True)

    def close(self) -> None:
        if self.live:
            print("\r\x1b[K", end="", flush=True)
