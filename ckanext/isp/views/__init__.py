"""Pages of the plugin, and what holds for every page."""

from __future__ import annotations

from flask import Blueprint

from . import protocol_change, protocol_draft
from .guard import guard
from .lowering import isp
from .protocol import isp_protocol

__all__ = ["get_blueprints", "protocol_change", "protocol_draft"]


def get_blueprints() -> list[Blueprint]:
    """The plugin's blueprints."""
    return [guard, isp, isp_protocol]
