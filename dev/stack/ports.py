"""Which port each service listens on."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from dev.stack.processes import pid_of
from dev.stack.progress import Problem
from dev.stack.state import State

PREFERRED = {
    "ckan": 5000,
    "postgres": 5433,
    "redis": 6380,
    "solr": 8984,
    "mail": 8025,
    "smtp": 9025,
}
VARIABLES = {
    "ckan": "ISP_PORT",
    "postgres": "ISP_PG_PORT",
    "redis": "ISP_REDIS_PORT",
    "solr": "ISP_SOLR_PORT",
    "mail": "ISP_MAIL_PORT",
    "smtp": "ISP_SMTP_PORT",
}
LISTENING = "0A"


def assign(state: State, name: str) -> int:
    """The port asked for, or the one remembered, or the preferred one, or the next free one."""
    asked = from_environment(name)
    remembered = state.get("ports", name)
    if pid_of(state, name) is not None:
        if asked and asked != remembered:
            raise Problem(
                f"{name} already runs on port {remembered}, and {VARIABLES[name]} asks for {asked}:"
                " run `make stop` first."
            )
        return int(remembered)
    if asked and not free(asked):
        raise Problem(
            f"Port {asked}, which {VARIABLES[name]} asks for, is taken by {holder(asked)}:"
            f" stop that, name another port,"
            f" or leave {VARIABLES[name]} out to have a free one found."
        )
    port = asked or next(port for port in candidates(name, remembered) if free(port))
    state.put("ports", name, port)
    return port


def candidates(name: str, remembered: int | None) -> list[int]:
    first = PREFERRED[name]
    return [*([remembered] if remembered else []), *range(first, first + 300)]


def from_environment(name: str) -> int | None:
    text = os.environ.get(VARIABLES[name], "").strip()
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Problem(f"{VARIABLES[name]}={text} is not a port number.")
    return int(text)


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Problem(f"Port {port} is reserved for root: name one above 1023.") from error
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def holder(port: int) -> str:
    """Who listens there, as far as this user may know."""
    wanted = {f"socket:[{inode}]" for inode in inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) in wanted:
                process = link.parents[1]
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return "another program"


def inodes(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            fields = re.split(r"\s+", line.strip())
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found
