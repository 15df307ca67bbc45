"""Where the web framework keeps an upload until somebody asks for it: never in the clear on disk.

A small upload stays in memory. A larger one goes to a temporary file without a name, in pieces
that are encrypted under a key which only this object ever holds. Where the disk is full, the upload
passes by, and whoever reads it is told: what else came with it is not lost.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from typing import IO, Any

from .cipher import NONCE, Cipher, new_key

PIECE = 256 * 1024
IN_MEMORY = 512 * 1024
_SEALED = PIECE + NONCE + 16


class Spool(io.RawIOBase):
    """A file that is written from its beginning to its end, and then read anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._cipher = Cipher(new_key(), "spool")
        self._file: IO[bytes] | None = None
        self._open = bytearray()
        self._pieces = self._at = self._gone = 0
        self._failed: OSError | None = None
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    @property
    def size(self) -> int:
        return self._pieces * PIECE + len(self._open) + self._gone

    def write(self, data: Any) -> int:
        if self._at != self.size:
            raise io.UnsupportedOperation("a spool is written at its end")
        self._open += data
        self._at += len(data)
        try:
            if self._failed or self._file is not None or len(self._open) > IN_MEMORY:
                self._put_away()
        except OSError as error:
            self._failed = error
            self._let_go()
        return len(data)

    def readinto(self, buffer: Any) -> int:
        if self._failed:
            raise self._failed
        wanted = memoryview(buffer).cast("B")
        number, within = divmod(self._at, PIECE)
        if number < self._pieces:
            part = self._piece(number)[within : within + len(wanted)]
        else:
            begin = self._at - self._pieces * PIECE
            part = bytes(self._open[begin : begin + len(wanted)])
        wanted[: len(part)] = part
        self._at += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._file is not None:
            # what it still holds is not wanted
            with contextlib.suppress(OSError):
                self._file.close()
        self._gone += len(self._open)
        self._open.clear()
        self._held = (-1, b"")

    def _put_away(self) -> None:
        if self._failed:
            raise self._failed
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._file.seek(self._pieces * _SEALED)
        while len(self._open) >= PIECE:
            piece = bytes(self._open[:PIECE])
            self._file.write(self._cipher.seal(self._pieces, piece, last=False))
            self._pieces += 1
            del self._open[:PIECE]

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            assert self._file is not None
            self._file.seek(number * _SEALED)
            sealed = self._file.read(_SEALED)
            self._held = (number, self._cipher.open(number, sealed, last=False))
        return self._held[1]


def opened() -> io.BufferedRandom:
    """A new spool, as the web framework wants it."""
    return io.BufferedRandom(Spool())
