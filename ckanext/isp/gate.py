"""The one way from CKAN to a verdict."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .documents import library
from .policy.decide import decide
from .policy.facts import ON_REQUEST, SENSITIVITY, TRUE, Facts
from .policy.protocol import Protocol
from .policy.scale import Exposure, Level
from .policy.verdict import Verdict


def protocols() -> tuple[Protocol, ...]:
    """The protocols that apply, the one to cite first."""
    return (library.template().protocol,)


def today() -> dt.date:
    return dt.date.today()


def verdict(facts: Facts) -> Verdict:
    """How exposed a dataset may be on this portal today, and why."""
    return decide(protocols(), facts, today())


def level_of(package: dict[str, Any]) -> Level | None:
    """The level that a dataset dict carries."""
    return Level.parse(package.get(SENSITIVITY))


def exposure_of(package: dict[str, Any]) -> Exposure:
    """The exposure that a dataset dict carries, read as the database reads it; never raises."""
    private = str(package.get("private")).lower() == TRUE
    on_request = str(package.get(ON_REQUEST)) in (TRUE, str(True))
    return Exposure.of(private, on_request)
