"""Gunicorn's settings for bench.downloads: the kernel keeps little of what a client has not read.

On a line to somebody far away it keeps less than on the loopback device, where it takes megabytes.
"""

from __future__ import annotations

import socket
from typing import Any

from bench.reader import KERNEL_BYTES


def when_ready(server: Any) -> None:
    """Those that are accepted have what the listening socket has."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
