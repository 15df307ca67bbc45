"""python -m bench.store [MEGABYTES ...]: how fast restricted files leave, beside CKAN's own.

The same bytes are a resource of a private dataset and a restricted file of one on request, on one
portal; its editor downloads them in turn. Then a resource as large as the largest is sealed, and
copied as a plain file; --only-seal does that alone, for each size.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench.fill import EDITOR, ORGANIZATION
from bench.portals import Portal, fill, free_port
from bench.report import mark

SPEED_BOUND, FIRST_BOUND_MS, SEAL_BOUND = 0.9, 50.0, 0.5
PIECE = 1 << 20


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
    session: requests.Session, urls: dict[str, str], size: int, repetitions: int
) -> dict[str, Sample]:
    """Each in turn, in an order that changes; the first of each is not counted."""
    samples = {name: Sample() for name in urls}
    for number in range(repetitions + 1):
        for name in random.sample(sorted(urls), len(urls)):
            began, first, got = time.perf_counter(), 0.0, 0
            with session.get(urls[name], stream=True) as answer:
                for piece in answer.iter_content(PIECE):
                    first = first or time.perf_counter() - began
                    got += len(piece)
            if got != size:
                raise SystemExit(f"{name}: {answer.status_code}, {got} of {size} bytes")
            if number:
                samples[name].first.append(first)
                samples[name].whole.append(time.perf_counter() - began)
    return samples


def told(megabytes: int, samples: dict[str, Sample]) -> bool:
    own, restricted = samples["CKAN's own"], samples["restricted"]
    speeds = [megabytes / statistics.median(sample.whole) for sample in (own, restricted)]
    firsts = [statistics.median(sample.first) * 1000 for sample in (own, restricted)]
    ratio, later = speeds[1] / speeds[0], firsts[1] - firsts[0]
    print(
        f"{megabytes} MB: {speeds[0]:.0f} -> {speeds[1]:.0f} MB/s, {ratio:.2f} times "
        f"{mark(ratio >= SPEED_BOUND)}; first byte {firsts[0]:.0f} -> {firsts[1]:.0f} ms "
        f"{mark(later <= FIRST_BOUND_MS)}",
        flush=True,
    )
    return ratio >= SPEED_BOUND and later <= FIRST_BOUND_MS


def seal(file: Path) -> int:
    """Seal a resource of this file in the portal that CKAN_INI names, beside a plain copy."""
    import ckan.plugins.toolkit as tk
    from ckan.cli import load_config
    from ckan.config.middleware import make_app
    from werkzeug.datastructures import FileStorage

    from ckanext.isp.logic import sealing

    app = make_app(load_config(os.environ["CKAN_INI"]))
    with app._wsgi_app.test_request_context():
        name = f"bench-sealed-{file.stat().st_size}"
        made: Any = {"name": name, "owner_org": ORGANIZATION, "notes": "Bench"}
        dataset = tk.get_action("package_create")(
            {"user": EDITOR}, {**made, "sensitivity": "low", "private": True}
        )
        with file.open("rb") as data:
            upload = {"package_id": dataset["id"], "upload": FileStorage(data, "file.bin")}
            tk.get_action("resource_create")({"user": EDITOR}, upload)
        raised = {"id": dataset["id"], "sensitivity": "high"}
        tk.get_action("package_patch")({"user": EDITOR}, raised)
        began = time.perf_counter()
        shutil.copyfile(file, file.with_suffix(".copy"))
        copied = time.perf_counter() - began
        file.with_suffix(".copy").unlink()
        began = time.perf_counter()
        moved = sealing.seal(dataset["id"])
        took = time.perf_counter() - began
    if moved != (1, 0):
        raise SystemExit(f"sealed: {moved}")
    ratio = copied / took
    megabytes = file.stat().st_size / 1e6
    print(
        f"sealing: {took:.1f} s, {megabytes / took:.0f} MB/s, a plain copy "
        f"{megabytes / copied:.0f} MB/s, {ratio:.2f} times {mark(ratio >= SEAL_BOUND)}"
    )
    return 0 if ratio >= SEAL_BOUND else 1


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
