"""PostgreSQL, Redis and Solr together: what both the demo and the tests stand on."""

from __future__ import annotations

from collections.abc import Callable

from dev.stack import ckan, packages, postgres, python, redis, solr
from dev.stack.processes import pid_of
from dev.stack.progress import step
from dev.stack.state import State, check_room

UP: dict[str, tuple[str, Callable[[State], int]]] = {
    "postgres": ("PostgreSQL", postgres.up),
    "redis": ("Redis", redis.up),
    "solr": ("Solr", solr.up),
}
DOWN: dict[str, Callable[[State], bool]] = {
    "ckan": ckan.down,
    "solr": solr.down,
    "redis": redis.down,
    "postgres": postgres.down,
}


def prepare(state: State, *groups: tuple[packages.Need, ...]) -> None:
    """All that has to be installed before anything can be started."""
    check_room(state)
    packages.ensure(state, [need for group in (packages.PYTHON, *groups) for need in group])
    python.up(state)


def up(state: State) -> list[str]:
    """Start what does not run yet; answers with what it started."""
    solr.build(state)
    started = [name for name in UP if pid_of(state, name) is None]
    for name, (title, start) in UP.items():
        with step(title, state.log(name)) as progress:
            port = start(state)
            progress.title = f"{title} on 127.0.0.1:{port}"
    return started


def down(state: State, names: list[str]) -> None:
    for name, stop in DOWN.items():
        if name in names and stop(state):
            with step(f"{name} stopped"):
                pass
