"""Words about having read a protocol."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.plugins.toolkit as tk

_ = tk._


def notice(protocols: Sequence[str], url: str) -> str:
    """What a save tells those who have not said to have read a protocol."""
    return _(
        "You have not said yet that you have read {protocols}. It takes a minute: {url}"
    ).format(protocols="; ".join(protocols), url=url)


def not_in_force(protocol: str) -> str:
    return _("{protocol} is not in force, so nobody has to have read it.").format(protocol=protocol)
