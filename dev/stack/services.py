"""PostgreSQL, Redis and Solr together: what both the demo and the tests stand on."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection

from dev.stack import packages, ports, postgres, python, redis, solr
from dev.stack.processes import pid_of, stop
from dev.stack.progress import step
from dev.stack.state import State, check_room

TITLES = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "solr": "Solr",
    "mail": "Mails",
    "ckan": "CKAN",
    "worker": "Worker",
}
UP: dict[str, Callable[[State], int]] = {
    "postgres": postgres.up,
    "redis": redis.up,
    "solr": solr.up,
}
FAST_SHUTDOWN = {"postgres": signal.SIGINT}  # SIGTERM would wait for every client to leave


def prepare(state: State, *groups: tuple[packages.Need, ...]) -> None:
    """All that has to be installed before anything can be started."""
    check_room(state)
    packages.ensure(state, [need for group in (packages.PYTHON, *groups) for need in group])
    python.up(state)


def absent(state: State) -> list[str]:
    return [name for name in UP if pid_of(state, name) is None]


def up(state: State, keep: bool = False) -> None:
    """Start what does not run yet; tests never stop what is kept."""
    if keep:
        state.put("services", "kept", True)
    for name in UP:
        ports.assign(state, name)  # what is wrong with one is said before any starts
    solr.build(state)
    for name, start in UP.items():
        with step(TITLES[name], state.log(name)) as progress:
            port = start(state)
            progress.title = f"{TITLES[name]} on 127.0.0.1:{port}"


def release(state: State, names: Collection[str]) -> None:
    """After the tests: stop what they started, unless somebody has come to use it meanwhile."""
    if not state.get("services", "kept"):
        down(state, names)


def down(state: State, names: Collection[str] = tuple(TITLES)) -> None:
    """In the reverse of the order in which they start."""
    for name in [name for name in reversed(TITLES) if name in names]:
        if pid_of(state, name) is not None:
            with step(f"{TITLES[name]} stopped"):
                stop(state, name, FAST_SHUTDOWN.get(name, signal.SIGTERM))
