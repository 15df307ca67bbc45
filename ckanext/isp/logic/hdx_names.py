"""Whether HDX Connect's names are this plugin's to answer: one that has them keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import ckan.plugins as p

from .. import config

Named = TypeVar("Named")

OURS = "isp"
PREFIX = "requestdata_"


def elsewhere() -> str | None:
    """The name of another plugin that has HDX Connect's actions."""
    named = _others(p.IActions, "get_actions")
    return next((plugin for name, plugin in named if name.startswith(PREFIX)), None)


def ours() -> bool:
    """Whether the portal answers to HDX Connect's names through this plugin."""
    return config.connect_actions() and elsewhere() is None


def actions(offered: dict[str, Named]) -> dict[str, Named]:
    """Those of these actions that no other plugin has; all of HDX Connect's, or none."""
    return _free(offered, p.IActions, "get_actions")


def auth(offered: dict[str, Named]) -> dict[str, Named]:
    """Those of these auth functions that no other plugin has."""
    return _free(offered, p.IAuthFunctions, "get_auth_functions")


def _free(offered: dict[str, Named], interface: Any, method: str) -> dict[str, Named]:
    if not ours():
        return {}
    taken = {name for name, _plugin in _others(interface, method)}
    return {name: function for name, function in offered.items() if name not in taken}


def _others(interface: Any, method: str) -> Iterator[tuple[str, str]]:
    """What other plugins have of their own, and not on top of somebody else's."""
    for plugin in p.PluginImplementations(interface):
        if plugin.name == OURS:
            continue
        for name, function in getattr(plugin, method)().items():
            chained = getattr(function, "chained_action", False)
            if not chained and not getattr(function, "chained_auth_function", False):
                yield name, plugin.name
