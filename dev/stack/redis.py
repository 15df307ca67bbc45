"""Redis: queues and sessions, kept in memory only."""

from __future__ import annotations

import socket

from dev.stack import ports
from dev.stack.processes import pid_of, spawn, wait_for
from dev.stack.state import State

NAME = "redis"
DATABASES = {"demo": 0, "test": 1}


def up(state: State) -> int:
    running = pid_of(state, NAME) is not None
    port = ports.assign(state, NAME)
    if not running:
        folder = state.path("redis")
        folder.mkdir(exist_ok=True)
        place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        memory_only = ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        spawn(state, NAME, ["redis-server", *place, *memory_only])
    wait_for(state, NAME, lambda: pongs(port))
    return port


def pongs(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def urls(state: State, purpose: str) -> dict[str, str]:
    place = f"127.0.0.1:{state.get('ports', NAME)}"
    return {"CKAN_REDIS_URL": f"redis://{place}/{DATABASES[purpose]}"}
