"""Pages of the plugin, and what holds for every page."""

from __future__ import annotations

from flask import Blueprint

from .catalogue import catalogue
from .classification import classification
from .explanation import explanation
from .guard import guard
from .lowering import isp
from .review import reviews


def get_blueprints() -> list[Blueprint]:
    """The plugin's blueprints."""
    return [guard, isp, classification, explanation, catalogue, reviews]
