"""A storage elsewhere, for tests: an S3 server, and a wire to it that can be cut."""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3

LISTED = 3
BUCKET, KEY, SECRET = "restricted", "AKIDCANARY", "secret-canary-of-the-bucket"


class Wire(socketserver.ThreadingTCPServer):
    """Passes on what is said to a server, until it is cut."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.beyond, self.is_cut = ("127.0.0.1", port), False
        self.ends: set[socket.socket] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        self.break_off()
        try:
            yield
        finally:
            self.is_cut = False

    def break_off(self) -> None:
        self.is_cut = True
        for end in list(self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class _Passing(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        if self.server.is_cut:
            return
        with socket.create_connection(self.server.beyond) as far:
            ends = {self.request, far}
            self.server.ends |= ends
            back = threading.Thread(target=_pass, args=(far, self.request), daemon=True)
            back.start()
            _pass(self.request, far)
            back.join()
            self.server.ends -= ends


def _pass(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


class Bucket:
    """A bucket of an S3 server, as its owner sees it, and the wire by which the portal does."""

    def __init__(self, port: int, wire: Wire) -> None:
        self.wire = wire
        self._client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        self._client.create_bucket(Bucket=BUCKET)

    @property
    def options(self) -> dict[str, Any]:
        """What a portal is told of it."""
        return {
            "type": "isp:s3",
            "bucket": BUCKET,
            "path": "portal/files",
            "endpoint": self.wire.address,
            "region": "us-east-1",
            "key": KEY,
            "secret": SECRET,
        }

    def names(self) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def read(self, name: str) -> bytes:
        data: bytes = self._client.get_object(Bucket=BUCKET, Key=name)["Body"].read()
        return data

    def write(self, name: str, data: bytes) -> None:
        self._client.put_object(Bucket=BUCKET, Key=name, Body=data)

    def remove(self, name: str) -> None:
        self._client.delete_object(Bucket=BUCKET, Key=name)


@contextlib.contextmanager
def bucket() -> Iterator[Bucket]:
    """An S3 server that lives as long as it is needed, on a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    # even a few objects are more than one listing tells
    environment = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(LISTED)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment, **quiet)  # type: ignore[call-overload]
    wire = Wire(port)
    threading.Thread(target=wire.serve_forever, daemon=True).start()
    try:
        _wait(port, server)
        yield Bucket(port, wire)
    finally:
        wire.shutdown()
        wire.server_close()
        server.terminate()
        server.wait(10)


def _wait(port: int, server: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert server.poll() is None, "the S3 server has ended"
        time.sleep(0.1)
    raise TimeoutError("the S3 server does not answer")
