"""What use cases have to know of the portal that they run on."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

from ckan import authz, model

from . import config, gate, wording
from .services import datasets, ending, files
from .services.offices import Portal
from .services.protocol_plan import World
from .store import keys
from .store.keys import Ring
from .store.place import Away, Place, make, place


def world() -> World:
    """What the portal knows beside its database."""
    return World(dt.datetime.now(dt.timezone.utc), gate.today(), config.places())


def store(name: str | None = None) -> Place:
    """Where restricted files lie.

    :param name: of a storage; the configured one where left out
    :raises Away: where it cannot be reached
    """
    name, folder = config.store() if name is None else name, config.store_folder()
    if not name and not os.path.isdir(folder) and not files.lie_in(model.Session, name):
        make(folder)
    there = place(name, folder)
    if there.empty and files.lie_in(model.Session, name):
        # a disk that is not mounted looks like a new one: what came now would be hidden by it
        raise Away(f"{there.path} is empty or not there, and files should lie in it")
    return there


def ring() -> Ring:
    """The keys that open restricted files.

    :raises NoKey: where there are none
    """
    return keys.read(config.key_file())


def offices() -> Portal:
    """What the portal has set about those who decide requests."""
    cascading: Any = authz.check_config_permission("roles_that_cascade_to_sub_groups")
    return Portal(config.offices(), config.focal_points(), "admin" in (cascading or ()))


def world_of_requests() -> ending.World:
    """What ending and telling have to know of the portal."""
    return ending.World(offices(), gate.today())


def holding() -> str:
    """The id of the organisation that takes what may not be open and has none."""
    keeper = datasets.holding_organisation(
        model.Session, config.holding_organization(), wording.holding_title()
    )
    return keeper.id
