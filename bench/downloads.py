"""python -m bench.downloads [--threads 16]: a thousand downloads at once, and a right that ends.

All connections are open at once; every tenth reader is slow, some do not read on. In one run the
grant of one person is revoked while they are read, in another the dataset of half of them is
raised, which suspends their grants. Downloads have a gunicorn of their own beside the portal's.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from bench import people
from bench.fill import ORGANIZATION
from bench.memory import Memory
from bench.people import Person
from bench.portals import Portal, beside, fill, free_port
from bench.reader import KEPT_BY_KERNEL, QUICK, SLOW, STALLED, Reader
from bench.report import mark
from ckanext.isp.logic.opening import LOOK_AGAIN_SECONDS
from ckanext.isp.store.cipher import SEGMENT

READERS, OWN, WAIT_IN_FRONT = 1_000, 20, 8
# a segment, and what the kernel has taken at either end
MOST_LATER = SEGMENT + KEPT_BY_KERNEL
GRANTS = sa.text("""
    WITH r AS (
        INSERT INTO isp_request (package_id, requester, origin, state, round, said, needed,
                                 submitted_at, answer_by)
        SELECT p.id, u.id, 'portal', 'granted', 1, '{"organization": "Bench"}', '{owner}', now(),
               current_date
          FROM package p, "user" u WHERE p.name = :dataset AND u.id = ANY(:holders)
        RETURNING id, package_id, requester)
    INSERT INTO isp_grant (request_id, package_id, user_id, level, until, ends_at, destroy_by,
                           terms, accepted_at)
    SELECT id, package_id, requester, 'moderate', '2100-01-01', '2100-01-01', '2100-01-01', 'Terms',
           now() FROM r RETURNING request_id, user_id""")
RECORDED = sa.text("SELECT count(*) FROM isp_event WHERE kind = 'file_downloaded'")


@dataclass(frozen=True)
class Kept:
    """A file that is downloaded."""

    dataset: str
    path: str
    digest: str


@dataclass
class Run:
    """Readers of one run, and the act that ends the right of some of them.

    :param touched: whose right it ends
    """

    title: str
    readers: list[Reader]
    touched: list[Reader]
    act: Callable[[], None]
    digests: dict[str, str]


class Bench:
    """The portal of the bench, its editor and its people."""

    def __init__(self, folder: Path) -> None:
        self.portal = Portal("isp", folder / "isp", free_port())
        self.portal.write_ini()
        self.portal.make()
        self.portal.run("isp", "store", "key", "add")
        self.editor = fill({"isp": self.portal}, 10)["isp"]
        self.admin, *self.people = people.made(self.portal, READERS)
        self.apart = dataclasses.replace(self.portal, port=free_port())
        self.engine = sa.create_engine(
            beside(os.environ["CKAN_SQLALCHEMY_URL"], f"bench_{self.portal.name}")
        )

    def call(self, token: str, action: str, **data: Any) -> Any:
        url, headers = f"{self.portal.url}/api/3/action/{action}", {"Authorization": token}
        answer = requests.post(url, json=data, headers=headers, timeout=120)
        if not answer.ok:
            raise SystemExit(f"{action} answered {answer.text[:500]}")
        return answer.json()["result"]

    def keep(self, name: str, size: int) -> Kept:
        """A Moderate dataset on request, with one file."""
        made = {"name": name, "owner_org": ORGANIZATION, "notes": "Bench"}
        self.call(self.editor, "package_create", **made, sensitivity="moderate")
        data = os.urandom(size)
        door = f"{self.portal.url}/dataset/{name}/files/stream?name=file.bin"
        kind = {"Content-Type": "application/octet-stream", "Authorization": self.editor}
        answer = requests.post(door, data=data, headers=kind, timeout=120)
        answer.raise_for_status()
        path = f"/isp/file/{answer.json()['id']}"
        return Kept(name, path, hashlib.sha256(data).hexdigest())

    def refuses(self, path: str, person_token: str) -> bool:
        answer = requests.get(
            self.apart.url + path, headers={"Authorization": person_token}, timeout=60
        )
        return answer.status_code in (403, 404)

    def grant(self, kept: Kept, holders: list[Person]) -> dict[str, int]:
        """The request of each, by their id."""
        # the first page of a server takes long, and is made by one thread alone
        if not self.refuses(kept.path, holders[0].token):
            raise SystemExit("Somebody had the file before it was granted.")
        asked = {"dataset": kept.dataset, "holders": [person.id for person in holders]}
        with self.engine.begin() as connection:
            return {user: request for request, user in connection.execute(GRANTS, asked)}

    def recorded(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(RECORDED) or 0)


def revoked(bench: Bench, size: int) -> Run:
    """Everybody reads one file; one of them, twenty times at once, is taken the right to it."""
    kept = bench.keep("bench-revoked", size)
    number = bench.grant(kept, bench.people)[bench.people[0].id]
    own = [Reader(kept.path, bench.people[0].token) for _again in range(OWN)]
    in_front, at_the_end = own[:WAIT_IN_FRONT], own[WAIT_IN_FRONT:]
    for one in in_front:
        one.pace = STALLED
    others = [Reader(kept.path, person.token) for person in bench.people[1 : READERS - OWN + 1]]
    readers = [*in_front, *slowed(others), *at_the_end]
    said = {"request": number, "note": "It was passed on."}
    act = partial(bench.call, bench.admin.token, "isp_grant_revoke", **said)
    return Run("one grant revoked", readers, own, act, {kept.path: kept.digest})


def raised(bench: Bench, size: int) -> Run:
    """Two files of two datasets; one of these is raised."""
    rises, stays = (bench.keep(f"bench-{name}", size) for name in ("rises", "stays"))
    readers = []
    for at, person in enumerate(bench.people):
        kept = (rises, stays)[at % 2]
        readers.append(Reader(kept.path, person.token))
    for kept, some in ((rises, bench.people[::2]), (stays, bench.people[1::2])):
        bench.grant(kept, some)
    touched = [reader for reader in readers if reader.path == rises.path]
    slowed(readers)
    for one in touched[:WAIT_IN_FRONT]:
        one.pace = STALLED
    said = {"id": rises.dataset, "sensitivity": "high"}
    act = partial(bench.call, bench.editor, "package_patch", **said)
    digests = {kept.path: kept.digest for kept in (rises, stays)}
    return Run("a dataset raised", readers, touched, act, digests)


def slowed(readers: list[Reader]) -> list[Reader]:
    """Every tenth reads slowly."""
    for at, reader in enumerate(readers):
        reader.pace = SLOW if at % 10 == 5 else QUICK
    return readers


async def read(run: Run, bench: Bench) -> list[float]:
    """Let all of them read; the right ends once a third have ended.

    :returns: how long others waited for an answer of the portal meanwhile
    """
    for reader in run.readers:
        await reader.connect(bench.apart.port)
    reading = asyncio.gather(*(reader.run() for reader in run.readers))
    waits: list[float] = []
    asking = asyncio.create_task(others(bench.portal.url, waits))
    while sum(bool(reader.ended) for reader in run.readers) < len(run.readers) // 3:
        await asyncio.sleep(0.05)
    await asyncio.to_thread(run.act)
    for reader in run.touched:
        # they read on as quickly as they can
        reader.goes_on.set()
    await asyncio.sleep(LOOK_AGAIN_SECONDS)
    for reader in run.touched:
        reader.note()
    await reading
    asking.cancel()
    return waits


async def others(url: str, waits: list[float]) -> None:
    while True:
        began = time.perf_counter()
        asked = f"{url}/api/3/action/package_search"
        answer = await asyncio.to_thread(requests.get, asked, timeout=60)
        answer.raise_for_status()
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.3)


def told(run: Run, refused_after: bool, on_record: int) -> bool:
    """What became of the readers, in words, and whether it is what is promised."""
    touched = run.touched
    rest = [reader for reader in run.readers if reader not in touched]
    whole = [one for one in run.readers if one.whole and one.digest == run.digests[one.path]]
    cut = [one for one in touched if one.status == 200 and not one.whole]
    refused = [one for one in touched if one.status in (403, 404)]
    later = max(one.later for one in touched)
    began = [reader for reader in run.readers if reader.status == 200]
    promised = {
        f"{len(rest)} others read it whole": all(one in whole for one in rest),
        f"of {len(touched)}, {sum(one in whole for one in touched)} had read it whole, "
        f"{len(cut)} were cut, {len(refused)} that waited were refused": (
            bool(cut and refused)
            and all(one in whole or one in cut or one in refused for one in touched)
        ),
        f"at most {later:,} bytes more, from a second after it on": later <= MOST_LATER,
        "nobody of them is given a byte afterwards": refused_after,
        f"{on_record} downloads are on record": on_record == len(began),
    }
    statuses = Counter(one.status for one in run.readers)
    print(f"{run.title}: answers {dict(sorted(statuses.items()))}")
    for what, good in promised.items():
        print(f"  {mark(good)} {what}")
    return all(promised.values())


def asks_again(run: Run, bench: Bench) -> bool:
    """Whether each of those whose right ended is refused at the same address."""
    return all(bench.refuses(reader.path, reader.token) for reader in run.touched[:OWN])


@contextmanager
def serving(bench: Bench, threads: int) -> Iterator[Memory]:
    """Serve downloads, apart from all else."""
    manner = ("--threads", str(threads), "--worker-connections", "4000")
    narrow = ("--config", "python:bench.narrow")
    with bench.apart.served(*manner, *narrow) as server:
        yield Memory(server)


def main(threads: int, size: int) -> int:
    good = True
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        with bench.portal.served("--threads", "4"):
            for prepared in (revoked, raised):
                with serving(bench, threads) as memory:
                    run, at_first = prepared(bench, size), memory.now
                    before, began = bench.recorded(), time.monotonic()
                    waits = asyncio.run(read(run, bench))
                    took = time.monotonic() - began
                    on_record = bench.recorded() - before
                    good = told(run, asks_again(run, bench), on_record) and good
                    at_most = memory.most
                print(
                    f"  {took:.0f} s by {threads} threads; memory {at_first} -> {at_most} MB; "
                    f"others waited {statistics.median(waits) * 1000:.0f} ms, at most "
                    f"{max(waits) * 1000:.0f}",
                    flush=True,
                )
        bench.engine.dispose()
    return 0 if good else 1


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.downloads", description=__doc__)
    parser.add_argument("--threads", type=int, default=16, help="that serve downloads")
    parser.add_argument("--megabytes", type=int, default=3, help="of each file")
    return parser.parse_args()


if __name__ == "__main__":
    given = parsed()
    sys.exit(main(given.threads, given.megabytes * 1_000_000))
