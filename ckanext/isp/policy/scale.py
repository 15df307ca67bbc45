"""The scales of a protocol: how sensitive data is, how exposed a dataset is, and how it is kept.

Levels are those of the section "Data and Information Sensitivity" of the IASC template
(R37-R40); everything else in the project asks this file for their order and their slugs.
"""

from __future__ import annotations

import enum


class Level(enum.IntEnum):
    """Sensitivity: how much harm disclosure is likely to cause. Higher is more sensitive."""

    LOW = 1
    MODERATE = 2
    HIGH = 3
    SEVERE = 4

    @property
    def slug(self) -> str:
        """The word that is stored, sent and indexed."""
        return self.name.lower()

    @classmethod
    def parse(cls, value: object) -> Level | None:
        """The level of exactly that slug; None for anything else, near spellings included."""
        return _BY_SLUG.get(value) if isinstance(value, str) else None


_BY_SLUG = {level.slug: level for level in Level}
SLUGS = tuple(_BY_SLUG)


class Exposure(enum.IntEnum):
    """Who sees the metadata and who gets the data. Higher is more exposed."""

    MEMBERS = 0
    ON_REQUEST = 1
    OPEN = 2

    @property
    def slug(self) -> str:
        """The word that is indexed and sent."""
        return self.name.lower()

    @property
    def public(self) -> bool:
        """Whether everyone sees the metadata."""
        return self is not Exposure.MEMBERS

    @classmethod
    def of(cls, private: bool | None, on_request: bool) -> Exposure:
        """The exposure that CKAN's two stored fields express; no answer counts as public."""
        if private:
            return cls.MEMBERS
        return cls.ON_REQUEST if on_request else cls.OPEN


class Storage(enum.IntEnum):
    """Where the files of a dataset may lie. Lower is stricter."""

    NONE = 0
    RESTRICTED = 1
    RESOURCE = 2

    @property
    def slug(self) -> str:
        return self.name.lower()


class Described(enum.Enum):
    """What can be told of a file to those who may not have it (R36).

    A checksum tells whoever holds a copy that it is this one.
    """

    NAME = "name"
    DESCRIPTION = "description"
    FORMAT = "format"
    SIZE = "size"
    COLUMNS = "columns"
    ROWS = "rows"
    CHECKSUM = "digest"

    @property
    def slug(self) -> str:
        return self.name.lower()


class Onward(enum.IntEnum):
    """How far those who receive data may share it further. Lower is stricter."""

    NOBODY = 0
    SECTOR = 1
    HUMANITARIAN = 2
    PUBLIC = 3

    @property
    def slug(self) -> str:
        return self.name.lower()

    @classmethod
    def said(cls, given: frozenset[str]) -> Onward:
        """What those who gave data said; where they said nothing they have to be asked first."""
        return min((cls[word.upper()] for word in given if word in _ONWARD), default=cls.NOBODY)


_ONWARD = frozenset(word.slug for word in Onward)


class Enforcement(enum.IntEnum):
    """How binding a protocol is beyond the database floor. Higher is stricter."""

    ADVISE = 0
    WARN = 1
    BLOCK = 2

    @property
    def slug(self) -> str:
        return self.name.lower()


ALL = frozenset(Exposure)


def rank(level: Level | None) -> int:
    """The place of a level in the order; unclassified stands below all."""
    return 0 if level is None else int(level)


def lowers(before: Level | None, after: Level | None) -> bool:
    """Whether going from one level to the other takes protection away (dropping it does)."""
    return rank(after) < rank(before)
