"""The plugin's options, each a typed function. docs/configuration.md lists them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

HOLDING = "ckanext.isp.holding_organization"
LOWERING_DAYS = "ckanext.isp.lowering_valid_days"


def holding_organization() -> str:
    """Name of the organisation that keeps datasets that nobody owns."""
    return tk.config[HOLDING]


def lowering_valid_days() -> int:
    """How many days an approved lowering can be used."""
    return tk.config[LOWERING_DAYS]
