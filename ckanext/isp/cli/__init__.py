"""``ckan isp``: what administrators and focal points do from a terminal."""

from . import catalogue, classification, explanation, protocol, protocol_change, review
from .group import isp

__all__ = ["isp"]

COMMANDS = (catalogue, classification, explanation, protocol, protocol_change, review)
