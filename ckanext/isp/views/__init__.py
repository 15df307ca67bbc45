"""Pages of the plugin, and what holds for every page."""

from __future__ import annotations

from flask import Blueprint

from ..logic import hdx_names

# these add their pages to those of others
from . import protocol_change, protocol_draft, review_requests  # noqa: F401
from .cases import register
from .catalogue import catalogue
from .classification import classification
from .deliveries import deliveries
from .explanation import explanation
from .exposed import exposed
from .files import files
from .guard import guard
from .hdx_connect import hdx_connect
from .holders import holders
from .log import log
from .lowering import isp
from .notices import notices
from .protocol import isp_protocol
from .queue import queue
from .requests import requests
from .review import reviews
from .stand_ins import stand_ins


def get_blueprints() -> list[Blueprint]:
    """The plugin's blueprints."""
    return [
        guard,
        isp,
        classification,
        explanation,
        catalogue,
        reviews,
        register,
        files,
        deliveries,
        exposed,
        notices,
        log,
        requests,
        isp_protocol,
        queue,
        holders,
        stand_ins,
        *([hdx_connect] if hdx_names.ours() else []),
    ]
