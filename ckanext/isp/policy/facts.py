"""What is known of a dataset when a verdict is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from .answers import Answers
from .scale import Exposure, Level

ACTIVE, DRAFT = "active", "draft"
DEFAULT_TYPE = "dataset"
SENSITIVITY = "sensitivity"
ON_REQUEST = "is_requestdata_type"
TRUE, FALSE = "true", "false"


@dataclass(frozen=True)
class Facts:
    """A dataset as far as its exposure depends on it.

    :param level: its sensitivity; None where it is not classified
    :param active: neither a draft nor deleted
    :param owned: belongs to an organisation
    :param holds_resources: at least one CKAN resource is, or is about to be, part of it
    :param exempt: of a type that the portal exempts, with neither a sensitivity nor resources
    :param known: what else is known: place and organisation at least, answers where somebody gave
    :param asked: whether somebody was asked; a level that was stated outright comes without answers
    """

    level: Level | None
    active: bool = True
    owned: bool = True
    holds_resources: bool = False
    exempt: bool = False
    known: Answers = field(default_factory=dict)
    asked: bool = False


@dataclass(frozen=True)
class Stored:
    """A row of CKAN's ``package`` table, read: its facts and the exposure that it has."""

    facts: Facts
    private: bool | None
    on_request: bool | None

    @property
    def exposure(self) -> Exposure:
        return Exposure.of(self.private, bool(self.on_request))


def read(row: Mapping[str, Any], *, resources: bool, exempt_types: Set[str]) -> Stored:
    """Read a row as the database guard reads it.

    :param row: ``type``, ``state``, ``private``, ``owner_org`` and ``extras`` as stored
    :param resources: whether an active resource belongs to it
    :param exempt_types: dataset types that the guard's own table lists
    """
    stored = row.get("extras")
    extras: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
    kind = row.get("type")
    facts = Facts(
        level=Level.parse(extras.get(SENSITIVITY)),
        active=row.get("state") in (None, ACTIVE),
        owned=bool(row.get("owner_org")),
        holds_resources=resources,
        exempt=(DEFAULT_TYPE if kind is None else kind) in exempt_types
        and extras.get(SENSITIVITY) is None
        and not resources,
    )
    return Stored(facts, row.get("private"), _flag(extras.get(ON_REQUEST)))


def _flag(text: Any) -> bool | None:
    return None if text is None else text == TRUE
