"""The plugin's options, each a typed function. docs/configuration.md lists them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

HOLDING = "ckanext.isp.holding_organization"
LOWERING_DAYS = "ckanext.isp.lowering_valid_days"
PLACES = "ckanext.isp.places"
FOCAL_POINTS = "ckanext.isp.focal_points"


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
