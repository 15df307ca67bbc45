"""python -m bench.kills [ROUNDS]: a portal whose processes are killed while people work at it.

Several ask, are granted, download and end; one uploads; one raises datasets, which the worker
seals. Web server or worker, with all that they have begun, are killed in the midst of something or
at any moment, and begun again. Then an administrator tidies up, and everything is looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import requests
import sqlalchemy as sa

from bench import aftermath, people, upright
from bench.actors import Actor, Asks, Keeps, Raises, Site
from bench.fill import ORGANIZATION
from bench.portals import Portal, beside, fill, free_port
from bench.report import mark
from bench.upright import Running

ROUNDS, ASKERS = 50, 4
PATIENCE, QUIET_SECONDS = 12.0, 15
IN_WEB = ("submit", "agree", "accept", "download", "revoke", "upload", "raise", "resource", "")
# what a worker is at, as the database tells it
IN_WORKER = {
    "mail": "SELECT EXISTS (SELECT FROM isp_notice WHERE mail = 'leaving' AND "
    "tried_at > clock_timestamp() - interval '1 second')",
    "sealing": "SELECT EXISTS (SELECT FROM isp_file WHERE state = 'arriving' "
    "AND resource_id IS NOT NULL AND created_at > clock_timestamp() - interval '1 second')",
    "expiry": "SELECT EXISTS (SELECT FROM isp_grant WHERE ends_at < clock_timestamp() "
    "AND ended_at IS NULL)",
    "": "SELECT true",
}


class Killer:
    """Kills web server and worker in turn.

    :ivar hit: how often they were at what
    """

    def __init__(self, portal: Portal, site: Site, actors: list[Actor], web: Running) -> None:
        self.portal, self.site, self.actors, self.web = portal, site, actors, web
        self.hit = Counter[str]()

    def web_server(self, amid: str) -> None:
        self._await(amid, lambda: any(amid in actor.doing for actor in self.actors if actor.doing))
        time.sleep(random.uniform(0, 0.12))
        self.hit.update(f"web: {actor.doing}" for actor in self.actors if actor.doing)
        self.web.kill()
        self.web.begin()
        upright.answers(self.portal)
        time.sleep(random.uniform(0.3, 2))

    def worker(self, amid: str, worker: Running) -> None:
        time.sleep(3 if amid else random.uniform(5, 8))
        with self.site.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as asked:
            query = sa.text(IN_WORKER[amid])
            found = self._await(amid, lambda: bool(asked.scalar(query)))
        time.sleep(random.uniform(0, 0.01))
        worker.kill()
        self.hit[f"worker: {amid or 'anything'}"] += found
        worker.begin()

    def _await(self, amid: str, looks: Callable[[], bool]) -> bool:
        """Whether it comes to that in time."""
        limit = time.monotonic() + PATIENCE
        while not looks():
            if time.monotonic() > limit:
                self.hit[f"missed: {amid}"] += 1
                return False
            time.sleep(0.001)
        return True


def main(rounds: int) -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        folder = Path(name)
        portal, site, tokens, mails = prepared(folder)
        web, worker = upright.web(portal, folder), upright.worker(portal, folder)
        for one in (mails, worker, web):
            one.begin()
            running.callback(one.end)
        upright.answers(portal)
        actors = at_work(site, tokens)
        killer = Killer(portal, site, actors, web)
        amid_web, amid_worker = itertools.cycle(IN_WEB), itertools.cycle(IN_WORKER)
        for number in range(rounds):
            if number % 2:
                killer.worker(next(amid_worker), worker)
            else:
                killer.web_server(next(amid_web))
        time.sleep(QUIET_SECONDS)
        for actor in actors:
            actor.stops.set()
        for actor in actors:
            actor.join(60)
        worker.end()
        print(f"killed: web server {web.killed} times, worker {worker.killed} times, amid", end=" ")
        print(", ".join(f"{what} {count}" for what, count in sorted(killer.hit.items())))
        told = sorted(site.known.counts.items())
        print("done:", ", ".join(f"{what} {count}" for what, count in told), flush=True)
        for one in sorted(set(site.known.failed)):
            print(f"  {one}")
        faults = [*aftermath.settle(portal, site), *aftermath.wrong(site, folder, worker.killed)]
        for fault in faults:
            print(f"  {fault}")
        print(mark(not faults), f"{len(faults)} faults")
        site.engine.dispose()
        return 1 if faults else 0


def prepared(folder: Path) -> tuple[Portal, Site, list[str], Running]:
    """An empty portal with its people and its mail server."""
    portal = Portal("isp", folder / "isp", free_port())
    portal.write_ini()
    # what is put aside of uploads is looked at too
    os.environ["TMPDIR"] = str(portal.folder)
    mails, port = upright.mailbox(portal, folder)
    mailed = f"[app:main]\nsmtp.server = 127.0.0.1:{port}\nsmtp.mail_from = portal@example.org"
    portal.ini.write_text(portal.ini.read_text().replace("[app:main]", mailed, 1))
    portal.make()
    portal.run("isp", "store", "key", "add")
    portal.run("jobs", "clear")
    editor = fill({"isp": portal}, 10)["isp"]
    admin, *others = people.made(portal, ASKERS)
    engine = sa.create_engine(beside(os.environ["CKAN_SQLALCHEMY_URL"], f"bench_{portal.name}"))
    site = Site(portal.url, engine, admin.token, editor)
    return portal, site, [one.token for one in others], mails


def at_work(site: Site, tokens: list[str]) -> list[Actor]:
    """People, and what they work at."""
    made = {"owner_org": ORGANIZATION, "notes": "Bench", "sensitivity": "moderate"}
    for name in ("bench-asked", "bench-kept"):
        site.call(site.editor, "package_create", name=name, **made)
    data = os.urandom(2_000_000)
    kind = {"Content-Type": "application/octet-stream"}
    door = "/dataset/bench-asked/files/stream?name=list.csv"
    answer: requests.Response = site.ask("POST", door, site.editor, data=data, headers=kind)
    path, digest = f"/isp/file/{answer.json()['id']}", hashlib.sha256(data).hexdigest()
    actors: list[Actor] = [
        Asks(site, f"asker {at}", token, "bench-asked", path, digest)
        for at, token in enumerate(tokens)
    ]
    actors += [Keeps(site, "bench-kept"), Raises(site)]
    for actor in actors:
        actor.start()
    return actors


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
