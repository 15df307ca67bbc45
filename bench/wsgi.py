"""What gunicorn serves in the bench: CKAN, each answer telling how many SQL queries it took."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.portals import BODY_HEADER, HEADER
from ckanext.isp.model import standing

_here = threading.local()


def counting(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same application, with the count of each request in a header."""

    def counted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        before, _here.queries = getattr(_here, "queries", 0), 0

        def answer(status: str, headers: list[tuple[str, str]], failure: Any = None) -> Any:
            told = [(HEADER, str(_here.queries)), (BODY_HEADER, str(before))]
            return start(status, [*headers, *told], failure)

        return app(environ, answer)

    return counted


@event.listens_for(Engine, "before_cursor_execute")
def count(*_statement: object) -> None:
    _here.queries = getattr(_here, "queries", 0) + 1


def count_question(ask: Callable[..., Any]) -> Callable[..., Any]:
    """The plugin's own question goes past SQLAlchemy's events, so it is counted here."""

    def counted(*arguments: Any) -> Any:
        count()
        return ask(*arguments)

    return counted


standing.ask = count_question(standing.ask)
application = counting(make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config()))
