"""Redis: queues and sessions, kept in memory only."""

from __future__ import annotations

import socket

from dev.stack import ports
from dev.stack.processes import pid_of, spawn, wait_for
from dev.stack.state import State

NAME = "redis"
DATABASES = {"demo": 0, "test": 1, "test_2": 4}  # the bench has 2 and 3


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
        return said(port, "PING").startswith(b"+PONG")
    except OSError:
        return False


def empty(state: State, purpose: str) -> None:
    said(state.get("ports", NAME), f"SELECT {DATABASES[purpose]}", "FLUSHDB")


def said(port: int, *commands: str) -> bytes:
    """What it answers to commands of which none has arguments with blanks."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for command in commands:
            connection.sendall(f"{command}\r\n".encode())
            answer = connection.recv(64)
    return answer


def urls(state: State, purpose: str) -> dict[str, str]:
    place = f"127.0.0.1:{state.get('ports', NAME)}"
    return {"CKAN_REDIS_URL": f"redis://{place}/{DATABASES[purpose]}"}
