"""What use cases have to know of the portal that they run on."""

from __future__ import annotations

import datetime as dt

from ckan import model

from . import config, gate, wording
from .services import datasets
from .services.protocol_plan import World


def world() -> World:
    """What the portal knows beside its database."""
    return World(dt.datetime.now(dt.timezone.utc), gate.today(), config.places())


def holding() -> str:
    """The id of the organisation that takes what may not be open and has none."""
    keeper = datasets.holding_organisation(
        model.Session, config.holding_organization(), wording.holding_title()
    )
    return keeper.id
