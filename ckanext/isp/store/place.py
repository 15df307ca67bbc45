"""Where the bytes lie: a private storage of ``ckan.lib.files``, an object for each segment."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple

from ckan.lib import files
from file_keeper import HashingReader, make_storage

from .cipher import Bytes

OF_ITS_OWN, BYTES = "isp_restricted", "application/octet-stream"
# segments that are removed beside one another
AT_ONCE = 8
# segments that are fetched from elsewhere beside the one that somebody has
AHEAD = 2
_LIES = re.compile(r"([^/]+)/(\d{8,})")


class Away(Exception):
    """The storage cannot be reached, is full, or does not hold what it should."""


class Missing(Away):
    """The storage was reached, and does not hold what it should."""


class _Held:
    """Bytes that are read once, and not copied for it."""

    def __init__(self, data: Bytes) -> None:
        self._data = data

    def read(self, _size: int = -1) -> Bytes:
        data, self._data = self._data, b""
        return data


class _Whole(HashingReader):
    """Reads all at once, where file-keeper reads 8 KB at a time, and hashes nothing: each segment
    carries its own proof."""

    def __next__(self) -> Any:
        data = self.stream.read()
        if not data:
            raise StopIteration
        return data

    def get_hash(self) -> str:
        return ""


class _AtOnce(files.Upload):
    """A segment that is written in one go."""

    def hashing_reader(self, **settings: Any) -> Any:
        return _Whole(self.stream, **settings)


class Lying(NamedTuple):
    """An object in the storage: a segment of a file."""

    file_id: str
    number: int


class Place:
    """A storage, with the segments of files in it."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage

    @property
    def path(self) -> str | None:
        """The folder on this machine, where it is one."""
        kind = type(self._storage).__module__
        return str(self._storage.settings.path) if kind.endswith("fs") else None

    @property
    def public(self) -> bool:
        """Whether it gives what it holds to everybody."""
        return bool(getattr(self._storage.settings, "public", False))

    @property
    def address(self) -> str:
        """Where it is asked, where that is no folder and not its maker's own address."""
        return str(getattr(self._storage.settings, "address", ""))

    @property
    def lacks(self) -> str:
        """What has to be installed before it can be used; empty where nothing."""
        return str(getattr(self._storage, "lacks", ""))

    @property
    def bare(self) -> bool:
        """Whether it is an adapter that was not made for CKAN, as file-keeper brings them."""
        return not isinstance(self._storage, files.Storage)

    def reach(self) -> None:
        """Look whether it is there.

        :raises Away: where it is not
        """
        try:
            self._has_folder()
            if not self.path:
                next(iter(self._storage.scan()), None)
        except _TROUBLE as error:
            raise Away(str(error)) from error

    @property
    def empty(self) -> bool:
        """Whether it is a folder in which nothing lies, or that is not there."""
        if self.path is None:
            return False
        try:
            with os.scandir(self.path) as found:
                return next(found, None) is None
        except OSError:
            return True

    @property
    def room(self) -> int | None:
        """Bytes that still fit into it, where it is a folder."""
        return shutil.disk_usage(self.path).free if self.path else None

    def put(self, file_id: str, number: int, data: Bytes) -> None:
        """Write a segment; the same one again replaces it.

        :raises Away: where it cannot be written
        """
        before = self._same()
        try:
            where = _location(file_id, number)
            stream: Any = _Held(data) if self.path else io.BytesIO(data)
            self._storage.upload(where, _AtOnce(stream, where, len(data), BYTES))
        except _TROUBLE as error:
            raise Away(str(error)) from error
        if self._same() != before:
            # the adapter made another in its place
            raise Away(f"{self.path} went away meanwhile")
        if self.path:
            _begin_to_write(os.path.join(self.path, str(where)))

    def get(self, file_id: str, number: int, room: memoryview | None = None) -> Bytes:
        """
        :param room: memory to read it into, where the storage is a folder: new memory costs as much
            as decrypting what it holds
        :raises Missing: where it is not there
        :raises Away: where it cannot be read
        """
        try:
            parts = self._storage.stream(_data(file_id, number))
            if not hasattr(parts, "read"):
                return b"".join(parts)
            # a file on this machine would be read line by line
            with contextlib.closing(parts):
                return parts.read() if room is None else room[: parts.readinto(room)]
        except files.exc.MissingFileError as error:
            raise Missing(f"{file_id}, segment {number}: {error}") from error
        except _TROUBLE as error:
            raise Away(f"{file_id}, segment {number}: {error}") from error

    def each(self, file_id: str, numbers: Iterable[int], longest: int) -> Iterator[Bytes]:
        """Segments, one after another. What one holds is there until the next is asked for.

        :param longest: bytes in the longest of them
        :raises Missing: where one is not there
        :raises Away: where one cannot be read
        """
        if self.path is None:
            return _ahead(partial(self.get, file_id), numbers)
        # one byte more, so that a segment which something was added to is not cut to size
        room = memoryview(bytearray(longest + 1))
        return (self.get(file_id, number, room) for number in numbers)

    def settle(self, file_id: str, numbers: Iterable[int]) -> None:
        """Have segments outlive a power cut, where the storage is a folder: one elsewhere answers
        once it keeps what it was given.

        :raises Away: where that cannot be
        """
        if self.path is None:
            return
        folder = os.path.join(self.path, file_id)
        names = (str(_location(file_id, number)) for number in numbers)
        try:
            for path in (*(os.path.join(self.path, name) for name in names), folder, self.path):
                force(path)
        except OSError as error:
            raise Away(str(error)) from error

    def clear(self, file_id: str, numbers: Iterable[int]) -> None:
        """Remove segments; those that are not there are none.

        :raises Away: where one is left
        """
        with ThreadPoolExecutor(AT_ONCE) as beside:
            for _removed in beside.map(partial(self._remove, file_id), numbers):
                pass
        self._drop_folder(file_id)

    def lying(self, file_id: str | None = None) -> Iterator[Lying]:
        """Every segment that lies there, whatever the database says.

        :param file_id: of this file alone
        :raises Away: where that cannot be listed
        """
        try:
            self._has_folder()
            # what does not know prefixes lists all
            for location in self._storage.scan(prefix=f"{file_id}/" if file_id else ""):
                lies = _LIES.fullmatch(str(location))
                if lies and file_id in (None, lies[1]):
                    yield Lying(lies[1], int(lies[2]))
        except _TROUBLE as error:
            raise Away(str(error)) from error

    def _same(self) -> tuple[int, int] | None:
        """Which folder it is, whatever stands at its path later.

        :raises Away: where there is none
        """
        if self.path is None:
            return None
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise Away(str(error)) from error
        return found.st_dev, found.st_ino

    def _remove(self, file_id: str, number: int) -> None:
        try:
            self._storage.remove(_data(file_id, number))
        except files.exc.MissingFileError:
            return
        except _TROUBLE as error:
            raise Away(str(error)) from error

    def _has_folder(self) -> None:
        """A folder that is not there would read as an empty one."""
        if self.path and not (os.path.isdir(self.path) and os.access(self.path, os.W_OK)):
            raise OSError(f"{self.path} is no folder that can be written")

    def _drop_folder(self, file_id: str) -> None:
        if self.path:
            try:
                os.rmdir(os.path.join(self.path, file_id))
            except OSError:
                return


_TROUBLE = (OSError, files.exc.FilesError)


def place(name: str, path: str) -> Place:
    """The storage of that name in the portal's configuration, or a folder of our own.

    :param name: of ``ckan.files.storage.<name>``; empty for the folder
    :param path: of the folder
    :raises Away: where there is no such storage
    """
    try:
        return Place(files.get_storage(name) if name else _folder(path))
    except _TROUBLE as error:
        raise Away(str(error)) from error


def make(path: str) -> None:
    """Make the folder, for the portal alone.

    :raises Away: where that cannot be
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise Away(str(error)) from error


def _ahead(get: Callable[[int], Bytes], numbers: Iterable[int]) -> Iterator[Bytes]:
    """Each segment, the next fetched while somebody has the one before; the first at once."""
    beside, left = ThreadPoolExecutor(AHEAD), iter(numbers)
    waiting = deque(beside.submit(get, number) for number in islice(left, AHEAD))

    def following() -> Iterator[Bytes]:
        with beside:
            while waiting:
                data = waiting.popleft().result()
                waiting.extend(beside.submit(get, number) for number in islice(left, 1))
                yield data

    return following()


@cache
def _folder(path: str) -> Any:
    settings = {"type": "ckan:fs", "path": path, "overwrite_existing": True}
    return make_storage(OF_ITS_OWN, settings)


def force(path: str) -> None:
    """Have a file, or what stands in a folder, outlive a power cut."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _begin_to_write(path: str) -> None:
    """Have the disk at work while more comes, rather than once gigabytes have gathered in memory:
    whoever forces a large file there waits less. What goes wrong is found by who does."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError), open(path, "rb") as written:
            os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _location(file_id: str, number: int) -> Any:
    return files.Location(f"{file_id}/{number:08d}")


def _data(file_id: str, number: int) -> Any:
    return files.FileData(_location(file_id, number))
