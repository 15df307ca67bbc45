"""A mail server of the tests: real, on a free port, and as difficult as it is told to be."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from dev.mailbox import Keeper, kept, read


class Postman(Keeper):
    """Keeps what it takes; what it answers otherwise is asked for by name.

    :param folder: what it took lies there, also for processes that are forked meanwhile
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.refuses: str | None = None
        self.rejects: str | None = None
        self.drops: str | None = None
        self.hangs = False
        self.tried = 0
        self.port = free_port()
        self._server: Controller | None = None
        self._read: dict[Path, EmailMessage] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def comes(self) -> None:
        self._server = _Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def goes(self) -> None:
        if self._server:
            self._server.stop()
        self._server = None

    @property
    def mails(self) -> list[EmailMessage]:
        """What it took, oldest first."""
        paths = kept(self.folder)[::-1]
        self._read |= {path: read(path) for path in paths if path not in self._read}
        return [self._read[path] for path in paths]

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, to: str, _o: Any) -> str:
        self.tried += 1
        if self.hangs:
            await asyncio.sleep(60)
        if self.drops == "at the address":
            server.transport.abort()
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.rejects:
            return self.rejects
        if self.drops == "before it takes it":
            server.transport.abort()
            return "250 Nobody hears this"
        answer = await super().handle_DATA(server, session, envelope)
        if self.drops == "before it says that it took it":
            server.transport.abort()
        if self.drops == "after it took it":
            asyncio.get_running_loop().call_later(0, server.transport.close)
        return answer


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="postman.example", **self.SMTP_kwargs)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it does not come to that"
        time.sleep(0.01)
