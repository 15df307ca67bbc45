"""What happened is told as far as its reader sees the dataset now, whoever saw it then."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Action, ChainedAction, Context, DataDict

from .. import fresh, people

PLUGIN = "activity"
COUNT = "dashboard_new_activities_count"
LISTS = (
    "dashboard_activity_list",
    "group_activity_list",
    "organization_activity_list",
    "package_activity_list",
    "recently_changed_packages_activity_list",
    "user_activity_list",
)


def doors() -> dict[str, Action]:
    """Those lists, where the portal keeps activities."""
    if not p.plugin_loaded(PLUGIN):
        return {}
    return {COUNT: _counted, **{name: _told(name) for name in LISTS}}


@tk.side_effect_free
@tk.chained_action
def _counted(up: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN's ``dashboard_new_activities_count``, which stands on every page."""
    return up(people.known(context), data_dict)


def _told(name: str) -> ChainedAction:
    @tk.side_effect_free
    @tk.chained_action
    def door(up: Action, context: Context, data_dict: DataDict) -> Any:
        return fresh.happened(context, up(context, data_dict))

    door.__name__ = name
    door.__doc__ = f"As CKAN's ``{name}``, of datasets that the user may see now."
    return door
