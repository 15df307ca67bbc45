"""Empties the test portal and fills it with what the journeys need."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import yaml
from ckan import model
from ckan.cli.db import _run_migrations
from ckan.lib import search
from ckan.lib.redis import connect_to_redis

from ckanext.isp.policy.notice import Notice
from ckanext.isp.services import notices
from tests.browser.people import PASSWORD, PEOPLE
from tests.functional.emptying import empty

# a portal that is served with this in its environment is filled before
FILLED = "ISP_TESTS_FILL"
EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "protocols" / "examples"
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
    {
        "name": "sahelia-files",
        "title": "Sahelia: displacement by site",
        "notes": "Its files are given on request.",
        "sensitivity": "moderate",
    },
    {"name": "sahelia-prices", "title": "Sahelia: market prices"},
    {"name": "sahelia-evacuation", "title": "Sahelia: plans of evacuation"},
    {"name": "sahelia-roads", "title": "Sahelia: state of the roads", "sensitivity": "low"},
    {"name": "sahelia-water", "title": "Sahelia: water points", "sensitivity": "high"},
]


# other organizations: name, title, and who belongs to it in which role
OTHERS = (
    ("water", "Sahelia Water", {"awa": "admin"}),
    ("shelter", "Sahelia Shelter", {"ines": "editor"}),
)
# what one of them gives on request, with its files
WELLS = {
    "name": "sahelia-wells",
    "title": "Sahelia: wells, and how many households use each",
    "notes": "Every well of three districts. The data is given on request.",
    "sensitivity": "moderate",
    "maintainer": "Awa Ba",
    "maintainer_email": "awa@example.org",
}
WELLS_FILES = {
    "wells.csv": b"well,district,households,depth_m\nDarrel,North,212,41\nKoma,East,98,37\n",
    "repairs.csv": b"well,year,cost\nDarrel,2025,1200\n",
}
# what else that organization gives on request, or under an agreement, made by its editor
ASKED_FOR: list[dict[str, Any]] = [
    {
        "name": "sahelia-clinics",
        "title": "Sahelia: clinics, staff and opening hours",
        "sensitivity": "moderate",
    },
    {
        "name": "sahelia-protection",
        "title": "Sahelia: protection cases by village",
        "sensitivity": "severe",
    },
]
# what several organizations gathered, and each of them has to agree to give
SURVIVORS = {
    "name": "sahelia-survivors",
    "title": "Sahelia: services for survivors, monthly totals",
    "sensitivity": "high",
}
SURVIVORS_FILES = {"totals.csv": b"month,referred\n2026-10,17\n2026-11,21\n"}
EACH_OF = ("relief", "water")
CLINICS = {"clinics.csv": b"clinic,staff\nDarrel,4\n", "hours.csv": b"clinic,opens\nDarrel,8\n"}
PROTOCOLS = ("ukr-2023", "afg-2023")


def act(action: str, user: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user}, data)


def fill() -> None:
    engine = model.meta.engine
    model.repo.init_db()
    for plugin in ("activity", "isp"):
        _run_migrations(plugin, None, True)
    # migrations leave another, which connects anew for each request
    model.init_model(engine)
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
    members = [
        {"name": name, "capacity": person.role} for name, person in PEOPLE.items() if person.role
    ]
    act("organization_create", site, name="relief", title="Sahelia Relief", users=members)
    with_protocols(site)
    for dataset in DATASETS:
        act("package_create", "amina", owner_org="relief", **dataset)
    tell_people()
    with_others(site)
    with_more_to_ask_for(site)
    with_what_each_gives(site)


class Upload(io.BytesIO):
    """A file as an action gets it."""

    def __init__(self, filename: str, data: bytes) -> None:
        super().__init__(data)
        self.filename = filename


def with_others(site: str) -> None:
    """Other organizations, one of which gives data on request."""
    for name, title, people in OTHERS:
        members = [{"name": who, "capacity": role} for who, role in people.items()]
        act("organization_create", site, name=name, title=title, users=members)
    made = act("package_create", "awa", owner_org="water", **WELLS)
    for filename, data in WELLS_FILES.items():
        act("isp_file_create", "awa", id=made["id"], upload=Upload(filename, data))


def with_more_to_ask_for(site: str) -> None:
    """Two who administer an organization, and an editor who made what it gives."""
    for who, role in (("kofi", "admin"), ("nadia", "editor")):
        act("organization_member_create", site, id="water", username=who, role=role)
    for dataset in ASKED_FOR:
        made = act("package_create", "nadia", owner_org="water", **dataset)
        for filename, data in CLINICS.items():
            act("isp_file_create", "nadia", id=made["id"], upload=Upload(filename, data))


def with_what_each_gives(site: str) -> None:
    """An organization under the sample protocol of the GBVIMS, signed by those who contribute."""
    members = [{"name": "rosa", "capacity": "admin"}, {"name": "nadia", "capacity": "editor"}]
    act("organization_create", site, name="women", title="Sahelia Women", users=members)
    signed = yaml.safe_load((EXAMPLES / "gbvims-sample.yaml").read_text())
    signed |= {"status": "endorsed", "scope": {"kind": "organisation", "organisations": ["women"]}}
    signed["levels"][0]["decides"][0]["of"] = list(EACH_OF)
    put_in_force(site, yaml.safe_dump(signed, sort_keys=False, allow_unicode=True))
    made = act("package_create", "nadia", owner_org="women", **SURVIVORS)
    for filename, data in SURVIVORS_FILES.items():
        act("isp_file_create", "nadia", id=made["id"], upload=Upload(filename, data))


def with_protocols(site: str) -> None:
    """Two countries have a protocol of their own in force, as two people decided."""
    told = {"name": "focal", "email": "focal@example.org", "password": PASSWORD}
    tk.get_action("user_create")({"ignore_auth": True, "user": site}, {**told, "sysadmin": True})
    for name in PROTOCOLS:
        put_in_force(site, (EXAMPLES / f"{name}.yaml").read_text())


def put_in_force(site: str, source: str) -> None:
    kept = act("isp_protocol_load", site, source=source)
    asked = {"act": "activate", "id": kept["id"], "reason": "Endorsed by the HCT"}
    proposal = act("isp_protocol_propose", site, **asked)
    act("isp_protocol_decide", "focal", proposal=proposal["id"], approve=True)


def tell_people() -> None:
    """Two people have notices to read, one of them more than a page of them."""
    survey = model.Package.get("sahelia-survey").id
    for name, more in (("jean", 0), ("musa", 26)):
        reader = [model.User.get(name).id]
        for _ in range(more):
            notices.add(model.Session, Notice.REQUEST_WITHDRAWN, reader, request=2)
        notices.add(model.Session, Notice.GRANT_ENDING, reader, on=dt.date(2031, 3, 4))
        notices.add(model.Session, Notice.REQUEST_SUBMITTED, reader, survey, request=1)
    model.Session.commit()
