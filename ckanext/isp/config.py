"""The plugin's options, each a typed function. docs/configuration.md lists them."""

from __future__ import annotations

import contextlib
import datetime as dt
import os

import ckan.plugins.toolkit as tk

HOLDING = "ckanext.isp.holding_organization"
LOWERING_DAYS = "ckanext.isp.lowering_valid_days"
PLACES = "ckanext.isp.places"
FOCAL_POINTS = "ckanext.isp.focal_points"
STORE = "ckanext.isp.store.storage"
KEY_FILE = "ckanext.isp.store.key_file"
MOST_MEGABYTES = "ckanext.isp.store.max_megabytes"
OFFICES = "ckanext.isp.offices"
THIRD_PARTIES = "ckanext.isp.third_parties"
ANSWER_DAYS = "ckanext.isp.requests.answer_days"
WEEKEND = "ckanext.isp.requests.weekend"
HOLIDAYS = "ckanext.isp.requests.holidays"
REQUEST_DAYS = "ckanext.isp.requests.keep_days"
NOTICE_DAYS = "ckanext.isp.notices.keep_days"
LONGEST_DAYS = "ckanext.isp.requests.longest_days"
CONNECT_ACTIONS = "ckanext.isp.hdx.connect_actions"
MIRRORS = "ckanext.isp.mirrors"
# CKAN's: the ways of asking the index that it lets through
PARSERS, TERMS = "ckan.search.solr_allowed_query_parsers", "terms"
PERSON_DAYS = "ckanext.isp.log.person_days"
FOLDER = "isp-restricted"


def holding_organization() -> str:
    """Name of the organisation that keeps datasets that nobody owns."""
    return tk.config[HOLDING]


def lowering_valid_days() -> int:
    """How many days an approved lowering can be used."""
    return tk.config[LOWERING_DAYS]


def places() -> frozenset[str]:
    """What a dataset is about that names no place itself: ISO 3166 codes, ``AFG`` or ``CMR-NW``."""
    return frozenset(place.upper() for place in tk.config[PLACES])


def focal_points() -> frozenset[str]:
    """Names of the users who may load protocols, and propose and decide which are in force."""
    return frozenset(tk.config[FOCAL_POINTS])


def offices() -> dict[str, frozenset[str]]:
    """Names of the users who hold an office that protocols name, by its key."""
    found: dict[str, frozenset[str]] = {}
    for entry in tk.config[OFFICES]:
        key, _colon, name = entry.partition(":")
        found[key] = found.get(key, frozenset()) | {name}
    return found


def third_parties() -> frozenset[str]:
    """Names of the organisations on the portal that are not subject to the protocol."""
    return frozenset(tk.config[THIRD_PARTIES])


def answer_days() -> int:
    """Within how many working days a request is to be answered."""
    return tk.config[ANSWER_DAYS]


def weekend() -> frozenset[str]:
    """The days of the week on which nobody answers: ``sat`` for example."""
    return frozenset(day.lower() for day in tk.config[WEEKEND])


def holidays() -> frozenset[dt.date]:
    """Days on which nobody answers; what is no day is left out."""
    found = set()
    for day in tk.config[HOLIDAYS]:
        with contextlib.suppress(ValueError):
            found.add(dt.date.fromisoformat(day))
    return frozenset(found)


def request_days() -> int:
    """After how many days what was written in a request that is over is erased; 0 for never."""
    return tk.config[REQUEST_DAYS]


def notice_days() -> int:
    """After how many days a notice is erased; 0 for never."""
    return tk.config[NOTICE_DAYS]


def longest_days() -> int:
    """For how many days data can be granted at most, and extended each time."""
    return tk.config[LONGEST_DAYS]


def connect_actions() -> bool:
    """Whether requests are also asked for and answered by HDX Connect's names."""
    return tk.config[CONNECT_ACTIONS]


def mirrors() -> list[str]:
    """Portals and services that are known to copy this catalogue: names or addresses."""
    return list(tk.config[MIRRORS])


def person_days() -> int:
    """After how many days without an event the record forgets who somebody is; 0 for never."""
    return tk.config[PERSON_DAYS]


def store() -> str:
    """Name of the storage that restricted files lie in; empty for a folder of our own."""
    return tk.config[STORE]


def store_folder() -> str:
    """That folder, below CKAN's own."""
    return os.path.join(str(tk.config.get("ckan.storage_path") or ""), FOLDER)


def key_file() -> str:
    """Path of the file with the portal's keys; empty where nobody made one."""
    return tk.config[KEY_FILE]


def most_bytes() -> int:
    """How large a restricted file may be."""
    return tk.config[MOST_MEGABYTES] * 1_000_000
