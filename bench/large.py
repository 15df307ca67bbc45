"""python -m bench.large [MEGABYTES]: a file of 2 GB comes and goes; what its process holds of it.

It comes through the streaming route and through the action, and is downloaded whole; then the
process is killed in the middle of another download.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import requests

from bench.fill import ORGANIZATION
from bench.memory import Memory
from bench.portals import Portal
from bench.report import mark
from bench.store import PIECE, make, prepared

# what a file may add; CKAN itself holds about 160
MEGABYTES, BOUND_MEGABYTES = 2_000, 150
DATASET = "bench-large"


class Bench:
    """A portal that is served, and its editor."""

    def __init__(self, portal: Portal, token: str, memory: Memory) -> None:
        self.portal, self.memory = portal, memory
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = token

    def post(self, path: str, **sent: Any) -> Any:
        answer = self.session.post(self.portal.url + path, **sent)
        answer.raise_for_status()
        return answer.json()

    def stream(self, file: Path) -> str:
        """Where it is downloaded."""
        with file.open("rb") as data:
            door = f"/dataset/{DATASET}/files/stream?name={file.name}"
            kind = {"Content-Type": "application/octet-stream"}
            return str(self.post(door, data=data, headers=kind)["url"])

    def send(self, file: Path) -> str:
        """The same as a form of several parts."""
        sent = {"data": Form(file), "headers": Form.KIND}
        return str(self.post("/api/3/action/isp_file_create", **sent)["result"]["url"])

    def download(self, url: str, at: Callable[[int], None] = lambda _got: None) -> tuple[int, str]:
        """How many bytes came, and their hash.

        :param at: told how many have come, with each piece
        """
        digest, got = hashlib.sha256(), 0
        with contextlib.suppress(requests.RequestException), self._get(url) as answer:
            for piece in answer.iter_content(PIECE):
                digest.update(piece)
                got += len(piece)
                at(got)
        return got, digest.hexdigest()

    def _get(self, url: str) -> requests.Response:
        return self.session.get(url, stream=True)


class Form:
    """What `curl -F` sends: a piece at a time, and how much it will be."""

    LINE = "bench-boundary"
    KIND: ClassVar = {"Content-Type": f"multipart/form-data; boundary={LINE}"}

    def __init__(self, file: Path) -> None:
        self._file = file
        told = {"name": "upload", "filename": file.name}
        named = "; ".join(["form-data", *(f'{key}="{value}"' for key, value in told.items())])
        which = f'Content-Disposition: form-data; name="id"\r\n\r\n{DATASET}'
        lines = [f"--{self.LINE}", which, f"--{self.LINE}", f"Content-Disposition: {named}", "", ""]
        self._before = "\r\n".join(lines).encode()
        self._after = f"\r\n--{self.LINE}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._before) + self._file.stat().st_size + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        yield self._before
        with self._file.open("rb") as data:
            while piece := data.read(PIECE):
                yield piece
        yield self._after


def main(megabytes: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        portal, token = prepared(folder)
        with portal.served("--threads", "4") as server:
            bench = Bench(portal, token, Memory(server))
            made = {"name": DATASET, "owner_org": ORGANIZATION, "notes": "Bench"}
            bench.post("/api/3/action/package_create", json={**made, "sensitivity": "moderate"})
            small, file = folder / "small.bin", folder / "large.bin"
            make(small, 1)
            make(file, megabytes)
            good = all([*moved(bench, small, file), cut(bench, file)])
    return 0 if good else 1


def moved(bench: Bench, small: Path, file: Path) -> Iterator[bool]:
    """Whether the process holds no more than it may, whichever way the file goes."""
    size = file.stat().st_size
    with file.open("rb") as data:
        whole = size, hashlib.file_digest(data, "sha256").hexdigest()
    for way in (bench.stream, bench.send):
        bench.download(way(small))
        yield held(bench, f"{way.__name__}", lambda way=way: bool(way(file)))  # type: ignore[misc]
    url = bench.stream(file)
    yield held(bench, "download", lambda: bench.download(url) == whole)


def held(bench: Bench, what: str, work: Callable[[], bool]) -> bool:
    before = bench.memory.now
    bench.memory.forget()
    began = time.monotonic()
    good = work()
    took, most = time.monotonic() - began, bench.memory.most
    kept = good and most - before < BOUND_MEGABYTES
    print(f"{what}: {took:.1f} s; memory {before} -> {most} MB {mark(kept)}", flush=True)
    return kept


def cut(bench: Bench, file: Path) -> bool:
    """Whether whoever downloads while the process is killed sees that it is not whole."""
    url, size = bench.stream(file), file.stat().st_size
    killed: list[int] = []

    def kill(got: int) -> None:
        if got > size // 10 and not killed:
            os.kill(bench.memory.worker, signal.SIGKILL)
            killed.append(got)

    got, _digest = bench.download(url, kill)
    print(f"killed after {killed[0]:,} bytes: {got:,} of {size:,} came {mark(got < size)}")
    return got < size


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES))
