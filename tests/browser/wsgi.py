"""What gunicorn serves for the browser: the portal of the file that CKAN_INI names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from ckan import model

from ckanext.isp import jobs
from dev.wsgi import application as portal
from tests.browser import fill, protocols
from tests.sparing import let_browsers_keep, look_for_assets_once


def of_the_day() -> None:
    """What the portal's worker does once a day."""
    jobs.tend()
    jobs.tell_of_days()


# what tests ask for that nobody does on a page, done where CKAN has begun already
ASKED_FOR = {
    "/tests/of-the-day": of_the_day,
    "/tests/protocols/begin": protocols.begin,
    "/tests/protocols/renew": protocols.renew,
    "/tests/protocols/end": protocols.end,
}


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    asked_for = ASKED_FOR.get(environ["PATH_INFO"])
    if not asked_for:
        return portal(environ, start_response)
    do(asked_for)
    start_response("204 No Content", [])
    return []


def do(asked_for: Callable[[], None]) -> None:
    with portal._wsgi_app.test_request_context():
        asked_for()
        model.Session.remove()


look_for_assets_once()
if fill.FILLED in os.environ:
    do(fill.fill)
application = let_browsers_keep(served)
