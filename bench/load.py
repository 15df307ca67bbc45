"""The requests that are measured, and measuring them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from bench.fill import ORGANIZATION
from bench.portals import HEADER, Portal

ANONYMOUS, EDITOR = "anonymous", "editor"
LOW = [f"bench-{n}" for n in range(3, 10)]
CHANGED = LOW[0]
TEXT = "Who does what, where, and for whom, as known by now: "
WARM_UP = 5


@dataclass(frozen=True)
class Visitor:
    """Somebody at one portal."""

    portal: Portal
    session: requests.Session

    def call(self, action: str, data: dict[str, Any]) -> requests.Response:
        """As scripts do: what is read by GET, what is written by POST."""
        url = f"{self.portal.url}/api/3/action/{action}"
        if action in ("package_show", "package_search"):
            return self.session.get(url, params=data)
        return self.session.post(url, json=data)


@dataclass(frozen=True)
class Case:
    """One request by one kind of user.

    :param data: what is sent to a portal, by its name, for the number of a repetition
    """

    action: str
    user: str
    data: Callable[[str, str], dict[str, Any]]


@dataclass
class Sample:
    """What one portal answered to a case: seconds and queries of each request, in order."""

    seconds: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)


def visitor(portal: Portal, token: str | None) -> Visitor:
    session = requests.Session()
    session.trust_env = False
    if token:
        session.headers["Authorization"] = token
    return Visitor(portal, session)


def cases(changed: dict[str, dict[str, Any]]) -> list[Case]:
    """What is measured, in an order in which the catalogue grows last.

    :param changed: the dataset that is updated, as each portal shows it: by scripts, which read,
        change and send it back
    """
    reading = [
        Case(action, user, data)
        for action, data in (("package_show", shown), ("package_search", searched))
        for user in (ANONYMOUS, EDITOR)
    ]

    def updated(portal: str, mark: str) -> dict[str, Any]:
        return {**changed[portal], "notes": TEXT + mark}

    return [
        *reading,
        Case("package_update", EDITOR, updated),
        Case("package_create", EDITOR, created),
    ]


def shown(_portal: str, mark: str) -> dict[str, Any]:
    return {"id": LOW[int(mark.rpartition("-")[2]) % len(LOW)]}


def searched(_portal: str, _mark: str) -> dict[str, Any]:
    return {"q": "survey", "rows": 20, "include_private": "true"}


def created(_portal: str, mark: str) -> dict[str, Any]:
    return {
        "name": f"made-{mark}",
        "title": f"Survey made as {mark}",
        "notes": TEXT + mark,
        "owner_org": ORGANIZATION,
        "extras": [{"key": "sensitivity", "value": "low"}],
        "resources": [{"url": "https://example.org/made.csv", "name": "Table", "format": "CSV"}],
    }


def measure(
    case: Case, visitors: dict[str, Visitor], size: int, repetitions: int
) -> dict[str, Sample]:
    """Ask every portal in turn, in changing order: what disturbs one disturbs all."""
    samples = {name: Sample() for name in visitors}
    for number in range(-WARM_UP, repetitions):
        mark = f"{size}-{number + WARM_UP}"
        for name in random.sample(sorted(visitors), len(visitors)):
            began = time.perf_counter()
            answer = visitors[name].call(case.action, case.data(name, mark))
            took = time.perf_counter() - began
            if not answer.ok:
                raise SystemExit(f"{name}: {case.action} answered {answer.text[:500]}")
            if number >= 0:
                samples[name].seconds.append(took)
                samples[name].queries.append(int(answer.headers[HEADER]))
    return samples
