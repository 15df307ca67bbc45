"""People who work at a portal that dies now and then: each looks how far they came, and goes on."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import sqlalchemy as sa

from bench.fill import ORGANIZATION

CANARY = b"Amina,34,Darrel well,"
PIECE = 64 * 1024
SAID = {
    "data": "Names and places",
    "format": "CSV",
    "purpose": "Triangulation of findings",
    "purpose_words": "We compare our list with theirs so that nobody is left out.",
    "why_not_less": "Totals do not say who is missing.",
    "organization": "Bench",
}
TICKED = {
    "checks": ["criteria", "own_policy", "sensitivity", "burden", "criticality", "interference"],
    "safeguards": ["transfer", "anonymisation", "confidentiality"],
    "treatment": "Names are numbers.",
}
OVER = sa.text("UPDATE isp_grant SET ends_at = clock_timestamp() WHERE request_id = :request")


class Gone(Exception):
    """Nobody answered to the end: whether it happened is not known."""


class Refused(Exception):
    """The portal said no."""


@dataclass
class Known:
    """What people were told, and may rely on.

    :param steps: commands that requests took
    :param kept: digests of uploads that were taken, and of those of which nobody knows
    :param sealed: digests of resources of datasets that were raised, by dataset
    :param failed: what was answered by a failure of the portal's, 5xx
    :param broken: promises that were not kept
    """

    steps: list[tuple[int, str]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    sealed: dict[str, set[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Site:
    """Where they work."""

    url: str
    engine: sa.Engine
    admin: str
    editor: str
    known: Known = field(default_factory=Known)

    def call(self, token: str, action: str, files: Any = None, **data: Any) -> Any:
        sent: dict[str, Any] = {"data": data, "files": files} if files else {"json": data}
        return self.ask("POST", f"/api/3/action/{action}", token, **sent).json()["result"]

    def ask(self, method: str, path: str, token: str, **more: Any) -> requests.Response:
        """
        :raises Gone: where it was cut off, at whatever point
        :raises Refused: where the portal refused it
        """
        headers = {"Authorization": token, **more.pop("headers", {})}
        try:
            answer = requests.request(method, self.url + path, headers=headers, timeout=30, **more)
        except requests.RequestException as error:
            raise Gone from error
        if answer.status_code >= 500:
            self.known.counts[f"answers {answer.status_code}"] += 1
            self.known.failed.append(f"{path}: {answer.text[:300]}")
            raise Gone(answer.text[:300])
        if not answer.ok:
            raise Refused(f"{answer.status_code} {answer.text[:300]}")
        return answer


class Actor(threading.Thread):
    """Somebody who does one thing after the other until they are to stop.

    :ivar doing: what they have asked for and not heard of yet
    """

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.site, self.known, self.stops = site, site.known, threading.Event()
        self.doing = ""

    def turn(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        while not self.stops.is_set():
            try:
                self.turn()
            except Gone:
                self.known.counts["cut off"] += 1
                time.sleep(0.2)
            except Refused as error:
                self.known.broken.append(f"{self.name}, {self.doing}: {error}")
                time.sleep(0.2)
            finally:
                self.doing = ""
            time.sleep(0.02)

    def do(self, what: str, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self.doing = what
        done = work(*given, **named)
        self.doing = ""
        self.known.counts[what] += 1
        return done


class Asks(Actor):
    """Asks for a dataset, is granted it, downloads, and it ends: over and over."""

    def __init__(self, site: Site, name: str, token: str, dataset: str, file: str, digest: str):
        super().__init__(site, name)
        self.token, self.dataset, self.file, self.digest = token, dataset, file, digest
        self.request, self.is_over = 0, False

    def turn(self) -> None:
        if not self.request:
            drafted = self.site.call(self.token, "isp_request_draft", id=self.dataset)
            self.request = drafted["request"]
        shown = self.site.call(self.token, "isp_request_show", request=self.request)
        getattr(self, shown["state"])()

    def draft(self) -> None:
        today = dt.date.today()
        days = {"until": today + dt.timedelta(30), "destroy_by": today + dt.timedelta(40)}
        said = {**SAID, **{name: day.isoformat() for name, day in days.items()}}
        self._step("submit", "isp_request_submit", **said)

    def submitted(self) -> None:
        self._step("agree", "isp_request_agree", self.site.admin, **TICKED)

    def approved(self) -> None:
        if random.random() < 0.3:
            self._has_nothing("before the terms were accepted")
        self._step("accept", "isp_grant_accept", accept=True)

    def granted(self) -> None:
        if self.is_over:
            time.sleep(0.1)
            return
        got = self.do("download", self.site.ask, "GET", self.file, self.token).content
        if hashlib.sha256(got).hexdigest() != self.digest:
            self.known.broken.append(f"{self.name} received {len(got)} other bytes as if whole")
        if random.random() < 0.5:
            with self.site.engine.begin() as connection:
                connection.execute(OVER, {"request": self.request})
            self.is_over = True
            self._has_nothing("after it was over")
        else:
            self._step("revoke", "isp_grant_revoke", self.site.admin, note="It is enough.")
            self._has_nothing("after it was revoked")

    def expired(self) -> None:
        told = {"method": "clear", "on": dt.date.today().isoformat()}
        self._step("attest", "isp_grant_attest", **told)

    revoked = due = expired

    def attested(self) -> None:
        self.request, self.is_over = 0, False

    def _step(self, command: str, action: str, token: str = "", **said: Any) -> None:
        by = token or self.token
        self.do(command, self.site.call, by, action, request=self.request, **said)
        self.known.steps.append((self.request, command))

    def _has_nothing(self, when: str) -> None:
        try:
            self.site.ask("GET", self.file, self.token)
        except Refused:
            return
        self.known.broken.append(f"{self.name} received the file {when}")


class Keeps(Actor):
    """Uploads files, a little at a time, and reads one of them again."""

    def __init__(self, site: Site, dataset: str) -> None:
        super().__init__(site, "uploads")
        self.dataset = dataset

    def turn(self) -> None:
        data = canary(self.dataset) * 100 + os.urandom(random.randint(1, 2_000_000))
        digest = hashlib.sha256(data).hexdigest()
        door = f"/dataset/{self.dataset}/files/stream?name={digest}.bin"
        kind = {"Content-Type": "application/octet-stream"}
        self.known.perhaps.add(digest)
        sent = {"data": _slowly(data), "headers": kind}
        told = self.do("upload", self.site.ask, "POST", door, self.site.editor, **sent).json()
        self.known.kept.add(digest)
        got = self.do("read again", self._get, told["id"])
        if got != data:
            self.known.broken.append(f"{told['id']} is not what was uploaded")
        time.sleep(0.3)

    def _get(self, file_id: str) -> bytes:
        return self.site.ask("GET", f"/isp/file/{file_id}", self.site.editor).content


def _slowly(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
        time.sleep(0.005)


def canary(dataset: str) -> bytes:
    """A line of what lies in that dataset."""
    return CANARY + dataset.encode() + b"\n"


class Raises(Actor):
    """Makes Low datasets with files, and raises them: the worker seals these."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "raises")
        self.number = 0

    def turn(self) -> None:
        self.number += 1
        name, digests = f"bench-raised-{self.number}", set[str]()
        made = {"name": name, "owner_org": ORGANIZATION, "notes": "Bench", "sensitivity": "low"}
        editor = self.site.editor
        self.do("create", self.site.call, editor, "package_create", private=True, **made)
        for at in range(3):
            data = canary(name) * 20_000 + str(at).encode()
            digests.add(self._add(name, data))
        if self._raise(name):
            self.known.sealed[name] = digests
        time.sleep(1)

    def _add(self, name: str, data: bytes) -> str:
        sent = {"upload": ("list.csv", data, "text/csv")}
        told = {"package_id": name, "name": "List", "format": "CSV"}
        by = self.site.editor
        self.do("resource", self.site.call, by, "resource_create", files=sent, **told)
        return hashlib.sha256(data).hexdigest()

    def _raise(self, name: str) -> bool:
        """However often it takes; whether that was answered."""
        while not self.stops.is_set():
            try:
                raised = {"id": name, "sensitivity": "severe"}
                self.do("raise", self.site.call, self.site.editor, "package_patch", **raised)
            except Gone:
                self.known.counts["cut off"] += 1
                time.sleep(0.2)
            else:
                return True
        return False
