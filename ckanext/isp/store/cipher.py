"""How a file lies in the store: in segments, each encrypted and bound to its place in the file.

AES-256-GCM of ``cryptography``, a key for each file. What is authenticated beside the bytes is the
file, the segment's number and whether it is the last: no segment can be exchanged, moved, repeated
or cut off at the end without the reading of it failing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SEGMENT = 1024 * 1024
KEY_BITS, NONCE = 256, 12
# bytes of a segment as it is stored beside those that it holds: nonce and tag
MORE = NONCE + 16

Bytes = bytes | memoryview


class Damaged(Exception):
    """Bytes in the store are not those that were put there, or the key is another."""


class Source(Protocol):
    """Something to read a file from."""

    def read(self, size: int, /) -> bytes: ...


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(KEY_BITS)


class Cipher:
    """Encrypts and decrypts the segments of one file.

    :param key: of this file alone, 32 bytes
    :param file_id: what the segments are bound to
    """

    def __init__(self, key: bytes, file_id: str) -> None:
        self._cipher, self._file = AESGCM(key), file_id

    def seal(
        self, number: int, data: bytes, *, last: bool, room: memoryview | None = None
    ) -> memoryview:
        """A segment as it is stored: ``MORE`` bytes longer.

        :param number: from 0
        :param room: memory for it that is there already; new memory where left out
        """
        size = len(data) + MORE
        sealed = memoryview(bytearray(size)) if room is None else room[:size]
        sealed[:NONCE] = os.urandom(NONCE)
        place = self._place(number, last)
        self._cipher.encrypt_into(sealed[:NONCE], data, place, sealed[NONCE:])
        return sealed

    def open(self, number: int, sealed: Bytes, *, last: bool) -> bytes:
        """The bytes of a segment.

        :raises Damaged: where it is not this segment of this file
        """
        view = memoryview(sealed)
        try:
            return self._cipher.decrypt(view[:NONCE], view[NONCE:], self._place(number, last))
        except (InvalidTag, ValueError) as error:
            raise Damaged(f"{self._file}, segment {number}") from error

    def _place(self, number: int, last: bool) -> bytes:
        return f"isp1 {self._file} {number} {'last' if last else 'more'}".encode()


def cut(source: Source, segment: int = SEGMENT) -> Iterator[tuple[bytes, bool]]:
    """A file in segments, each with whether it is the last; an empty file is one empty segment.

    :param segment: bytes in each but the last
    """
    held = _full(source, segment)
    while len(held) == segment:
        following = _full(source, segment)
        yield held, not following
        if not following:
            return
        held = following
    yield held, True


def _full(source: Source, size: int) -> bytes:
    """As many bytes as were asked for; fewer only at the end."""
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
