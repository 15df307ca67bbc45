"""What a portal fetches links through: it fetches nothing, and answers with their addresses."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Relay(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._say(b"")

    def do_GET(self) -> None:
        self._say(f"fetched {self.path}".encode())

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Not needed by anybody."""


@contextlib.contextmanager
def relay() -> Iterator[str]:
    """The address of one that runs meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
