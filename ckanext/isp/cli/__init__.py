"""``ckan isp``: what administrators and focal points do from a terminal."""

from . import (
    case,
    catalogue,
    classification,
    explanation,
    log,
    notice,
    protocol,
    protocol_change,
    review,
    store,
)
from .group import isp

__all__ = ["isp"]

COMMANDS = (
    case,
    catalogue,
    classification,
    explanation,
    notice,
    log,
    protocol,
    protocol_change,
    review,
    store,
)
