"""What gunicorn serves for the browser: the portal of the file that CKAN_INI names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ckan import model

from ckanext.isp import jobs
from dev.wsgi import application as portal
from tests.sparing import let_browsers_keep, look_for_assets_once

# what the portal's worker does once a day, done when a test asks for it
OF_THE_DAY = "/tests/of-the-day"


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != OF_THE_DAY:
        return portal(environ, start_response)
    with portal._wsgi_app.test_request_context():
        jobs.tend()
        jobs.tell_of_days()
        model.Session.remove()
    start_response("204 No Content", [])
    return []


look_for_assets_once()
application = let_browsers_keep(served)
