"""``ckan isp``: what administrators and focal points do from a terminal."""

from . import catalogue, protocol, protocol_change
from .group import isp

__all__ = ["isp"]

COMMANDS = (catalogue, protocol, protocol_change)
