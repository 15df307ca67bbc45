"""The portal's keys, which lie in a file outside the database and open the keys of files.

One key on each line, the first is the one in use. To change it, a new one is put on top, every
file's key is wrapped anew, and the old line taken out: the portal reads all of them meanwhile.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

NAME = 8


class NoKey(Exception):
    """The portal's key file is missing, empty or no such file; or none of its keys opens this."""


class Ring:
    """The keys of a portal.

    :param lines: as ``cryptography``'s ``Fernet`` makes them, the one in use first
    """

    def __init__(self, lines: list[str]) -> None:
        if not lines:
            raise NoKey("no key")
        try:
            self._keys = {named(line): Fernet(line) for line in lines}
        except ValueError as error:
            raise NoKey("not a key") from error

    @property
    def current(self) -> str:
        """The name of the key in use."""
        return next(iter(self._keys))

    @property
    def names(self) -> list[str]:
        """The names of all of them, the one in use first."""
        return [*self._keys]

    def wrap(self, key: bytes) -> str:
        """A file's key, as the database keeps it."""
        return self._keys[self.current].encrypt(key).decode()

    def unwrap(self, wrapped: str) -> bytes:
        """
        :raises NoKey: where none of the portal's keys opens it
        """
        try:
            return MultiFernet(list(self._keys.values())).decrypt(wrapped.encode())
        except InvalidToken as error:
            raise NoKey("none of the portal's keys opens it") from error


def read(path: str) -> Ring:
    """
    :raises NoKey: where there is none, or it cannot be read
    """
    try:
        text = Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, UnicodeError) as error:
        raise NoKey(str(error)) from error
    return Ring([line.strip() for line in text.splitlines() if line.strip()])


def add(path: str) -> str:
    """Put a new key on top of the file, which is made where there is none, for its owner alone.

    The old file stays until the new one is whole.

    :returns: its name
    """
    file = Path(path)
    before = file.read_text(encoding="ascii") if file.exists() else ""
    line = Fernet.generate_key().decode()
    _write(file, f"{line}\n{before}")
    return named(line)


def drop(path: str, name: str) -> bool:
    """Take a key out of the file; never the one in use.

    :returns: whether it was there
    """
    file = Path(path)
    lines = file.read_text(encoding="ascii").split()
    kept = [line for at, line in enumerate(lines) if at == 0 or named(line) != name]
    if len(kept) == len(lines):
        return False
    _write(file, "\n".join(kept) + "\n")
    return True


def named(line: str) -> str:
    """What a key is called where it must not be seen."""
    return hashlib.sha256(line.strip().encode()).hexdigest()[:NAME]


def _write(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(beside, file)
