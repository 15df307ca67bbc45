"""Protocols of the test portal: put there for the journeys about them, out of force after."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import yaml

from ckanext.isp.documents import library
from tests.browser.fill import act

LEVELS: list[dict[str, Any]] = [
    {"key": key, "as": key} for key in ("low", "moderate", "high", "severe")
]
PORTAL = "sahelia"
CLINICS = "clinics"
WELLS = "wells"
WELLS_DATASETS = ("wells-en-1", "wells-en-2", "wells-fr-1", "wells-fr-2")
WELLS_ANSWERS = {
    "place": ["SEN"],
    "type": ["facilities"],
    "personal_data": [],
    "household_level": ["no"],
    "unprocessed_responses": ["no"],
}


def text(key: str, **told: Any) -> str:
    """A small protocol of this portal."""
    usual: dict[str, Any] = {
        "isp": 1,
        "key": key,
        "title": {"en": "Sahelia protocol", "fr": "Protocole de la Sahélie"},
        "version": "1",
        "status": "endorsed",
        "date": "2026-03-01",
        "languages": ["en", "fr"],
        "scope": {"kind": "portal"},
        "reviews": {"classification": {"months": 6}, "protocol": {"months": 24}},
        "contacts": [{"name": {"en": "IMWG", "fr": "IMWG"}, "email": "imwg@example.org"}],
        "endorsed_by": [{"name": {"en": "HCT", "fr": "EHP"}, "date": "2026-03-01"}],
        "minimums": [],
        "levels": LEVELS,
        "rows": [row("low", "facilities", "Health centres", "Centres de santé")],
    }
    return yaml.safe_dump({**usual, **told}, sort_keys=False, allow_unicode=True)


def row(level: str, kind: str, english: str, french: str, **told: Any) -> dict[str, Any]:
    return {"level": level, "type": kind, "words": {"en": english, "fr": french}, **told}


def clinics(version: str, **told: Any) -> str:
    """A protocol of one organization: what it says concerns no other dataset."""
    about = {"title": {"en": "Clinics protocol", "fr": "Protocole des cliniques"}}
    scope = {"kind": "organisation", "organisations": [CLINICS]}
    return text(CLINICS, **about, scope=scope, version=version, **told)


def load(source: str) -> int:
    return act("isp_protocol_load", "fatima", source=source)["id"]


def decide(kind: str, protocol: int) -> None:
    about = {"act": kind, "id": protocol, "reason": "Endorsed by the HCT"}
    proposal = act("isp_protocol_propose", "fatima", **about)
    act("isp_protocol_decide", "musa", proposal=proposal["id"], approve=True)


def begin() -> None:
    decide("activate", load(text(PORTAL)))
    act("organization_create", site(), name=CLINICS, title="Clinics", users=members())
    hidden = {"title": "Clinics in the north", "sensitivity": "high"}
    shown = {"private": False, "is_requestdata_type": True}
    act("package_create", "amina", owner_org=CLINICS, name="clinics-north", **hidden, **shown)
    load(library.source_of("sample-ar"))


def renew() -> None:
    """An organization whose protocol says something else of what its people answered."""
    act("organization_create", site(), name=WELLS, title="Wells", users=members())
    decide("activate", load(wells("1", "low")))
    for name in WELLS_DATASETS:
        told = {"title": f"Wells {name}", "isp_answers": WELLS_ANSWERS, "private": False}
        act("package_create", "amina", owner_org=WELLS, name=name, **told)
    decide("activate", load(wells("2", "moderate")))


def wells(version: str, level: str) -> str:
    about = {"title": {"en": "Wells protocol", "fr": "Protocole des puits"}}
    scope = {"kind": "organisation", "organisations": [WELLS]}
    rows = [row(level, "facilities", f"Wells, {level}", f"Puits, {level}")]
    return text(WELLS, **about, scope=scope, version=version, rows=rows)


def end() -> None:
    for one in act("isp_protocol_list", "fatima"):
        if one["id"] and one["since"] and one["key"] in (PORTAL, CLINICS, WELLS):
            decide("retire", one["id"])


def site() -> str:
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def members() -> list[dict[str, str]]:
    return [
        {"name": "amina", "capacity": "editor"},
        *({"name": name, "capacity": "member"} for name in ("fatima", "musa")),
    ]
