"""Lanes: phases that run at the same time share the servers, and nothing that is in them."""

from __future__ import annotations

import os

from dev.stack import ckan, packages, postgres, redis, solr
from dev.stack.processes import environment
from dev.stack.progress import Problem
from dev.stack.state import State

LANES = ("test", "test_2")
VARIABLE = "ISP_LANES"


def available() -> tuple[str, ...]:
    """As many as ISP_LANES asks for, or as there are processors for."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return LANES[: len(os.sched_getaffinity(0))]
    if text not in map(str, range(1, len(LANES) + 1)):
        raise Problem(f"{VARIABLE}={text}: the tests run in one lane or in {len(LANES)}.")
    return LANES[: int(text)]


def variables(state: State, lane: str | None) -> dict[str, str]:
    """The environment of a phase; without a lane it gets no address of a service."""
    path = environment().get("PATH", "")
    common = {
        "PATH": f"{state.path('env', 'bin')}:{path}",
        "VIRTUAL_ENV": str(state.path("env")),
        "CHROMIUM": environment().get("CHROMIUM") or packages.browser(),
        "ISP_STATE": str(state.root),
    }
    return {**common, **(addresses(state, lane) if lane else {})}


def addresses(state: State, lane: str) -> dict[str, str]:
    """test.ini reads its addresses from these variables."""
    return {**ckan.urls(state, lane), "CKAN_STORAGE_PATH": str(state.path(f"{lane}-storage"))}


def empty(state: State, lane: str) -> None:
    """Each phase begins with nothing: what an earlier one left there would be in the way."""
    for name in postgres.DATABASES[lane]:
        postgres.recreate(state, name)
    ckan.set_permissions(state, lane)
    solr.empty(state, lane)
    redis.empty(state, lane)
