"""What use cases have to know of the portal that they run on."""

from __future__ import annotations

import datetime as dt

from ckan import model

from . import config, gate, wording
from .services import datasets
from .services.protocol_plan import World
from .store import keys
from .store.keys import Ring
from .store.place import Place, place


def world() -> World:
    """What the portal knows beside its database."""
    return World(dt.datetime.now(dt.timezone.utc), gate.today(), config.places())


def store(name: str | None = None) -> Place:
    """Where restricted files lie.

    :param name: of a storage; the configured one where left out
    :raises Away: where it cannot be reached
    """
    return place(config.store() if name is None else name, config.store_folder())


def ring() -> Ring:
    """The keys that open restricted files.

    :raises NoKey: where there are none
    """
    return keys.read(config.key_file())


def holding() -> str:
    """The id of the organisation that takes what may not be open and has none."""
    keeper = datasets.holding_organisation(
        model.Session, config.holding_organization(), wording.holding_title()
    )
    return keeper.id
