"""Telling what the portal knows of who had a dataset while it was open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.i18n import get_locales_from_config

from .. import config
from ..policy.exposed import Check, Period, open_periods
from ..policy.scale import Exposure
from ..services import datasets, exposed, sealing
from ..wording import exposed as words
from . import people


def told(package: model.Package) -> dict[str, Any]:
    """All of it, as scripts and pages read it."""
    periods = _periods(package)
    open_now = bool(periods) and periods[-1].until is None
    ended = periods[-1].until if periods else None
    before = ended or dt.datetime.now(dt.timezone.utc)
    addresses = list(_addresses(package))
    return {
        "id": package.id,
        "open": [
            {"since": one.since.isoformat(), "until": one.until.isoformat() if one.until else None}
            for one in periods
        ],
        "open_now": open_now,
        "tracking": _tracking(package, addresses, periods),
        "followers": [_person(one) for one in exposed.followers(model.Session, package.id, before)],
        "writers": [_person(one) for one in exposed.writers(model.Session, package.id, before)],
        "mirrors": config.mirrors(),
        "addresses": addresses,
        "checks": list(_checks(package.id)),
    }


def _periods(package: model.Package) -> tuple[Period, ...]:
    stored = datasets.read(model.Session, package).stored
    open_now = stored.facts.active and stored.exposure is Exposure.OPEN
    changes = exposed.changes(model.Session, package.id)
    made = package.metadata_created.replace(tzinfo=dt.timezone.utc)
    return open_periods(made, changes, open_now=open_now)


def _tracking(
    package: model.Package, addresses: list[str], periods: tuple[Period, ...]
) -> dict[str, Any]:
    """What CKAN's tracking counted while the dataset was open; it names nobody."""
    counted = exposed.visits(model.Session, _spellings(package, addresses))
    days = [
        {"day": day.isoformat(), "pages": of[exposed.PAGE], "files": of[exposed.RESOURCE]}
        for day, of in sorted(counted.items())
        if any(period.holds(day) for period in periods)
    ]
    return {
        "on": p.plugin_loaded("tracking"),
        "days": days,
        "pages": sum(one["pages"] for one in days),
        "files": sum(one["files"] for one in days),
    }


def _addresses(package: model.Package) -> Iterator[str]:
    """Under which a dataset and its files were found, and copies may lie: without a language."""
    site = str(tk.config["ckan.site_url"]).rstrip("/") + _root()
    kind = package.type or "dataset"
    for reference in (package.name, package.id):
        yield f"{site}/{kind}/{reference}"
        yield f"{site}/api/3/action/package_show?id={reference}"
    for resource_id, name in _resources(package):
        page = f"{site}/{kind}/{package.id}/resource/{resource_id}"
        yield page
        if name:
            yield f"{page}/download/{quote(name)}"
        yield f"{site}/datastore/dump/{resource_id}"


def _resources(package: model.Package) -> Iterator[tuple[str, str]]:
    """Those that are restricted files now, and those that are still resources."""
    yield from exposed.former(model.Session, package.id)
    for resource in sealing.resources(model.Session, package.id):
        uploaded = resource.url_type == "upload"
        yield resource.id, str(resource.url or "").rpartition("/")[2] if uploaded else ""


def _spellings(package: model.Package, addresses: list[str]) -> set[str]:
    """Addresses as a browser's page says them to the tracking: in each language, with the site or
    without it."""
    site = str(tk.config["ckan.site_url"]).rstrip("/") + _root()
    paths = {address.removeprefix(site) for address in addresses if "/api/" not in address}
    paths |= {path.replace(f"/{package.id}/", f"/{package.name}/") for path in set(paths)}
    prefixes = ["", *(f"/{language}" for language in get_locales_from_config())]
    said = {f"{prefix}{path}" for prefix in prefixes for path in paths}
    return said | {f"{site}{path}" for path in said}


def _root() -> str:
    """What stands before the portal's paths, without the place of the language."""
    root = str(tk.config.get("ckan.root_path") or "")
    return root.replace("/{{LANG}}", "").rstrip("/")


def _checks(package_id: str) -> Iterator[dict[str, Any]]:
    said = exposed.checks(model.Session, package_id)
    for what in Check:
        last = said.get(what)
        yield {
            "check": what.value,
            "label": words.check(what),
            "how": words.check_how(what),
            "done": bool(last and last.done),
            "by": people.name(last.user_id) if last and last.user_id else None,
            "at": last.at.isoformat() if last else None,
            "note": last.note if last else None,
        }


def _person(known: exposed.Known) -> dict[str, Any]:
    user = model.User.get(known.user_id)
    return {
        "user": user.name if user else known.user_id,
        "name": people.name(known.user_id),
        "at": known.at.isoformat(),
        **({"times": known.times} if known.times else {}),
    }
