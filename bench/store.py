"""python -m bench.store [MEGABYTES ...]: how fast restricted files leave, beside CKAN's own.

The same bytes are a resource of a private dataset and a restricted file of one on request, on one
portal; its editor downloads them in turn, as fast as they come, and then by a line of a gigabit.
Then a resource as large as the largest is sealed, and copied as a plain file; --only-seal does that
alone, for each size.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import requests

from bench.fill import EDITOR, ORGANIZATION
from bench.portals import Portal, fill, free_port
from bench.report import mark

SPEED_BOUND, FIRST_BOUND_MS, SEAL_BOUND = 0.9, 50.0, 0.5
PIECE = 1 << 20
# bytes a second by a line of a gigabit, and how often the largest goes by it
LINE, BY_LINE = 125_000_000, 3
SEALED_TIMES = 3


@dataclass
class Sample:
    """Seconds until the first byte, and until the last."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


def main(sizes: list[int], repetitions: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        portal, token = prepared(Path(folder))
        file = Path(folder) / "file.bin"
        good = True
        with portal.served():
            session = requests.Session()
            session.trust_env = False
            session.headers["Authorization"] = token
            for megabytes in sizes:
                make(file, megabytes)
                urls = kept(portal, session, file, f"bench-{megabytes}")
                samples = downloaded(session, urls, file.stat().st_size, repetitions)
                good = told(megabytes, samples) and good
            by_line = downloaded(session, urls, file.stat().st_size, BY_LINE, LINE)
            print(
                f"{megabytes} MB by a line of a gigabit: {speeds(megabytes, by_line)}", flush=True
            )
        return sealed(portal, file) or (0 if good else 1)


def only_seal(sizes: list[int]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        portal, _token = prepared(Path(folder))
        file, failed = Path(folder) / "file.bin", 0
        for megabytes in sizes:
            make(file, megabytes)
            print(f"{megabytes} MB, ", end="", flush=True)
            failed += sealed(portal, file)
        return failed


def prepared(folder: Path) -> tuple[Portal, str]:
    """A portal with a key, and the token of its editor."""
    portal = Portal("isp", folder / "isp", free_port())
    portal.write_ini()
    portal.make()
    portal.run("isp", "store", "key", "add")
    return portal, fill({"isp": portal}, 10)["isp"]


def sealed(portal: Portal, file: Path) -> int:
    command = [sys.executable, "-m", "bench.store", "--in-portal", str(file)]
    return subprocess.call(command, env=portal.environment())


def make(file: Path, megabytes: int) -> None:
    with file.open("wb") as out:
        for _piece in range(megabytes):
            out.write(os.urandom(1_000_000))


def kept(portal: Portal, session: requests.Session, file: Path, name: str) -> dict[str, str]:
    """The file as a resource and as a restricted file: where each is downloaded."""

    def call(action: str, data: Any, files: Any = None) -> Any:
        sent: dict[str, Any] = {"data": data, "files": files} if files else {"json": data}
        answer = session.post(f"{portal.url}/api/3/action/{action}", **sent)
        answer.raise_for_status()
        return answer.json()["result"]

    made = {"owner_org": ORGANIZATION, "notes": "Bench"}
    low = {**made, "name": f"{name}-low", "sensitivity": "low", "private": True}
    closed = {**made, "name": f"{name}-moderate", "sensitivity": "moderate"}
    for dataset in (low, closed):
        call("package_create", dataset)
    with file.open("rb") as data:
        resource = call("resource_create", {"package_id": low["name"]}, {"upload": data})
    with file.open("rb") as data:
        door = f"{portal.url}/dataset/{closed['name']}/files/stream?name=file.bin"
        kind = {"Content-Type": "application/octet-stream"}
        restricted = session.post(door, data=data, headers=kind)
        restricted.raise_for_status()
    return {"CKAN's own": resource["url"], "restricted": restricted.json()["url"]}


def downloaded(
    session: requests.Session,
    urls: dict[str, str],
    size: int,
    repetitions: int,
    line: int | None = None,
) -> dict[str, Sample]:
    """Each in turn, in an order that changes; the first of each is not counted.

    :param line: bytes that are read in a second, at most
    """
    samples = {name: Sample() for name in urls}
    for number in range(repetitions + 1):
        for name in random.sample(sorted(urls), len(urls)):
            first, whole, got = download(session, urls[name], line)
            if got != size:
                raise SystemExit(f"{name}: {got} of {size} bytes")
            if number:
                samples[name].first.append(first)
                samples[name].whole.append(whole)
    return samples


def download(session: requests.Session, url: str, line: int | None) -> tuple[float, float, int]:
    """Seconds until the first byte and until the last, and how many came."""
    began, first, got = time.perf_counter(), 0.0, 0
    with session.get(url, stream=True) as answer:
        answer.raise_for_status()
        for piece in answer.iter_content(PIECE):
            first = first or time.perf_counter() - began
            got += len(piece)
            if line:
                time.sleep(max(0.0, began + got / line - time.perf_counter()))
    return first, time.perf_counter() - began, got


class Speeds(NamedTuple):
    """Megabytes a second, of CKAN's own and of a restricted file."""

    own: float
    restricted: float

    @property
    def ratio(self) -> float:
        return self.restricted / self.own

    def __str__(self) -> str:
        return f"{self.own:.0f} -> {self.restricted:.0f} MB/s, {self.ratio:.2f} times"


def speeds(megabytes: int, samples: dict[str, Sample]) -> Speeds:
    own, restricted = samples["CKAN's own"], samples["restricted"]
    return Speeds(*(megabytes / statistics.median(one.whole) for one in (own, restricted)))


def told(megabytes: int, samples: dict[str, Sample]) -> bool:
    found, both = speeds(megabytes, samples), (samples["CKAN's own"], samples["restricted"])
    firsts = [statistics.median(sample.first) * 1000 for sample in both]
    later = firsts[1] - firsts[0]
    print(
        f"{megabytes} MB: {found} {mark(found.ratio >= SPEED_BOUND)}; "
        f"first byte {firsts[0]:.0f} -> {firsts[1]:.0f} ms {mark(later <= FIRST_BOUND_MS)}",
        flush=True,
    )
    return found.ratio >= SPEED_BOUND and later <= FIRST_BOUND_MS


def seal(file: Path) -> int:
    """Seal resources of this file in the portal that CKAN_INI names, beside plain copies."""
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    from ckanext.isp.logic import sealing

    app, copy = make_app(load_config(os.environ["CKAN_INI"])), file.with_suffix(".copy")
    copied, sealed = [], []
    with app._wsgi_app.test_request_context():
        for number in range(SEALED_TIMES):
            dataset = to_seal(file, f"bench-sealed-{file.stat().st_size}-{number}")
            copied.append(seconds(partial(shutil.copyfile, file, copy))[0])
            copy.unlink()
            took, moved = seconds(partial(sealing.seal, dataset))
            if moved != (1, 0):
                raise SystemExit(f"sealed: {moved}")
            sealed.append(took)
    megabytes = file.stat().st_size / 1e6
    copied_at, sealed_at = (megabytes / statistics.median(one) for one in (copied, sealed))
    ratio = sealed_at / copied_at
    print(
        f"sealing: {sealed_at:.0f} MB/s, a plain copy {copied_at:.0f} MB/s, "
        f"{ratio:.2f} times {mark(ratio >= SEAL_BOUND)}"
    )
    return 0 if ratio >= SEAL_BOUND else 1


def to_seal(file: Path, name: str) -> str:
    """A dataset with this file as a resource, which was raised and is not sealed yet: its id."""
    import ckan.plugins.toolkit as tk
    from werkzeug.datastructures import FileStorage

    made: Any = {"name": name, "owner_org": ORGANIZATION, "notes": "Bench"}
    dataset = tk.get_action("package_create")(
        {"user": EDITOR}, {**made, "sensitivity": "low", "private": True}
    )
    with file.open("rb") as data:
        upload = {"package_id": dataset["id"], "upload": FileStorage(data, "file.bin")}
        tk.get_action("resource_create")({"user": EDITOR}, upload)
    tk.get_action("package_patch")({"user": EDITOR}, {"id": dataset["id"], "sensitivity": "high"})
    return str(dataset["id"])


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long something takes that nothing which was written before holds up, and its answer."""
    os.sync()
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("megabytes", type=int, nargs="*", default=[10, 1000])
    parser.add_argument("--repetitions", type=int, default=15, help="of each download")
    parser.add_argument("--only-seal", action="store_true", help="download nothing")
    parser.add_argument("--in-portal", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    given = parsed()
    if given.in_portal:
        sys.exit(seal(given.in_portal))
    if given.only_seal:
        sys.exit(only_seal(given.megabytes))
    sys.exit(main(given.megabytes, given.repetitions))
