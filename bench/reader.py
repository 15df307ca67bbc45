"""Somebody who downloads a file, at a pace of their own: a plain socket, its bytes counted."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from dataclasses import dataclass, field

# what the kernel is asked to keep of each connection, at either end, and what it may keep then
KERNEL_BYTES = 64 * 1024
KEPT_BY_KERNEL = 8 * KERNEL_BYTES
PIECE = 32 * 1024


@dataclass(frozen=True)
class Pace:
    """How somebody reads.

    :param pause: seconds between two pieces
    :param stalls_at: bytes after which they read no more until they are told to
    """

    pause: float = 0
    stalls_at: int | None = None


QUICK, SLOW = Pace(), Pace(pause=0.02)
STALLED = Pace(stalls_at=4 * PIECE)


@dataclass
class Reader:
    """A download.

    :param read: bytes of the file; nothing where the answer is another than 200
    :param by_then: those that were read when ``note`` was called
    """

    path: str
    token: str
    pace: Pace = QUICK
    status: int = 0
    size: int = 0
    read: int = 0
    by_then: int | None = None
    began: float = 0
    ended: float = 0
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._digest, self._came = hashlib.sha256(), 0
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
        self._socket.setblocking(False)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    @property
    def whole(self) -> bool:
        return self.status == 200 and self.read == self.size

    @property
    def runs(self) -> bool:
        return self.status == 200 and not self.ended

    @property
    def later(self) -> int:
        """Bytes that were read after what was noted."""
        return self.read - (self.read if self.by_then is None else self.by_then)

    def note(self) -> None:
        self.by_then = self.read

    async def connect(self, port: int) -> None:
        await asyncio.get_running_loop().sock_connect(self._socket, ("127.0.0.1", port))

    async def run(self) -> None:
        """Ask, and read to the end, whatever end it is."""
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: {self.token}"]
        asked = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, asked)
            self._take(await self._head())
            while self._came < self.size and (piece := await self._piece()):
                self._take(piece)
        except OSError:
            pass
        finally:
            self.ended = time.monotonic()
            self._socket.close()

    async def _head(self) -> bytes:
        """The answer's head; what came of the body with it."""
        came = b""
        while b"\r\n\r\n" not in came:
            piece = await self._piece()
            if not piece:
                raise ConnectionError
            came += piece
        head, _between, body = came.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in others)
        self.size = int(headers.get("content-length", 0))
        self.status, self.began = int(first.split()[1]), time.monotonic()
        return body

    async def _piece(self) -> bytes:
        if self.pace.stalls_at is not None and self.read >= self.pace.stalls_at:
            await self.goes_on.wait()
        if self.pace.pause and self.status:
            await asyncio.sleep(self.pace.pause)
        return await asyncio.get_running_loop().sock_recv(self._socket, PIECE)

    def _take(self, piece: bytes) -> None:
        self._came += len(piece)
        if self.status == 200:
            self.read += len(piece)
            self._digest.update(piece)
