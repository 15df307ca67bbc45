"""Empties the test portal and fills it with what the journeys need.

Run as ``python -m tests.browser.fill INI``.
"""

from __future__ import annotations

import sys
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.lib import search
from ckan.lib.redis import connect_to_redis

from tests.browser.people import PASSWORD, PEOPLE
from tests.functional.conftest import empty

LINK = {"url": "https://example.org/3w.csv", "name": "3W, national", "format": "CSV"}
DATASETS: list[dict[str, Any]] = [
    {
        "name": "sahelia-3w",
        "title": "Sahelia: who does what, where",
        "notes": "3W by sector and region, national, October 2026.",
        "sensitivity": "low",
        "resources": [LINK],
    },
    {
        "name": "sahelia-needs",
        "title": "Sahelia: aggregated survey results by district",
        "notes": "Multi-sector needs assessment. The data is given on request.",
        "sensitivity": "moderate",
        "maintainer": "Amina Diallo",
        "maintainer_email": "amina@example.org",
    },
    {
        "name": "sahelia-distributions",
        "title": "Sahelia: food distributions, lists by household",
        "sensitivity": "high",
    },
    {
        "name": "sahelia-survey",
        "title": "Sahelia: household survey, responses as recorded",
        "sensitivity": "severe",
    },
    {"name": "sahelia-prices", "title": "Sahelia: market prices"},
    {"name": "sahelia-roads", "title": "Sahelia: state of the roads", "sensitivity": "low"},
    {"name": "sahelia-water", "title": "Sahelia: water points", "sensitivity": "high"},
]


def act(action: str, user: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user}, data)


def fill() -> None:
    model.repo.init_db()
    for plugin in ("activity", "isp"):
        _run_migrations(plugin, None, True)
    empty()
    search.clear_all()
    connect_to_redis().flushdb()
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    for name, person in PEOPLE.items():
        act(
            "user_create",
            site,
            name=name,
            fullname=person.name,
            email=f"{name}@example.org",
            password=PASSWORD,
        )
    members = [{"name": name, "capacity": person.role} for name, person in PEOPLE.items()]
    act("organization_create", site, name="relief", title="Sahelia Relief", users=members)
    for dataset in DATASETS:
        act("package_create", "amina", owner_org="relief", **dataset)
    model.Session.remove()


if __name__ == "__main__":
    app = make_app(CKANConfigLoader(sys.argv[1]).get_config())
    with app._wsgi_app.test_request_context():
        fill()
