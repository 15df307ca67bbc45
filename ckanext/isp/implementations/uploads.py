"""Uploads on their way: what the web framework puts aside is encrypted."""

from __future__ import annotations

from typing import IO, Any

import ckan.plugins as p

from ..store import spool


class Uploads(p.SingletonPlugin):
    """Nobody knows yet which dataset an upload is for; so none lies on disk in the clear."""

    p.implements(p.IMiddleware, inherit=True)

    def make_middleware(self, app: Any, config: Any) -> Any:
        app.request_class = _spooling(app.request_class)
        return app


def _spooling(request: type[Any]) -> type[Any]:
    class Request(request):
        def _get_file_stream(self, *_asked: Any, **_told: Any) -> IO[bytes]:
            return spool.opened()

    return Request
