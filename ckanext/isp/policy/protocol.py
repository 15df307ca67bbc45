"""A protocol as data: what each level allows. Loaded documents will take this shape too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .scale import ALL, Exposure, Level


@dataclass(frozen=True)
class LevelRule:
    """What a protocol says of one level.

    :param exposures: the exposures that it allows
    :param default: the exposure of a dataset for which nobody asked for one
    :param methods: keys of the dissemination methods, in the protocol's order
    """

    exposures: frozenset[Exposure]
    default: Exposure
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Protocol:
    """An Information Sharing Protocol in force.

    :param key: stable name, unique among protocols
    :param title: title by language
    :param version: as its authors number it
    :param levels: what it says of each level; a level left out is members only
    """

    key: str
    title: Mapping[str, str]
    version: str
    levels: Mapping[Level, LevelRule]
    valid_from: date | None = None

    def rule(self, level: Level) -> LevelRule:
        return self.levels.get(level, _CLOSED)


_CLOSED = LevelRule(frozenset({Exposure.MEMBERS}), Exposure.MEMBERS)
_FOUND = frozenset({Exposure.MEMBERS, Exposure.ON_REQUEST})

# The section "Data and Information Sensitivity" of the template (R29, R36-R40).
TEMPLATE = Protocol(
    key="iasc-template",
    title={
        "en": "IASC Information Sharing Protocol template",
        "fr": "Modèle de protocole de partage d’information (PPI) de l’IASC",
    },
    version="2021",
    levels={
        Level.LOW: LevelRule(
            ALL, Exposure.OPEN, ("reliefweb", "hrinfo", "hdx", "other_public_site")
        ),
        Level.MODERATE: LevelRule(_FOUND, Exposure.ON_REQUEST, ("hdx_connect", "mailing_list")),
        Level.HIGH: LevelRule(
            _FOUND, Exposure.MEMBERS, ("internal_sector", "inter_sector_case", "hdx_connect")
        ),
        Level.SEVERE: LevelRule(
            frozenset({Exposure.MEMBERS}), Exposure.MEMBERS, ("bilateral_formal",)
        ),
    },
)
