"""Who may do what with a dataset and its files: by its exposure, and by how somebody stands to it.

The section "Data and Information Sensitivity" of the template says who receives what (R36-R40);
this is that, as one table. What is not in it may not be done.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from .scale import Exposure, Level, Storage


class Standing(enum.IntEnum):
    """How somebody stands to a dataset. Who stands higher may do all that those below may."""

    ANYONE = 0
    GRANTEE = 1
    MEMBER = 2
    EDITOR = 3
    SYSADMIN = 4

    @property
    def slug(self) -> str:
        return self.name.lower()


class May(enum.Enum):
    """What can be done."""

    FIND = "find"
    GET = "get"
    MANAGE = "manage"


_KEPT = frozenset({May.FIND, May.GET})
_ALL = _KEPT | {May.MANAGE}

MAY: Mapping[Exposure, Mapping[Standing, frozenset[May]]] = {
    # a restricted file of a dataset that was opened is not given to everybody by that
    Exposure.OPEN: {
        Standing.ANYONE: frozenset({May.FIND}),
        Standing.GRANTEE: _KEPT,
        Standing.MEMBER: _KEPT,
        Standing.EDITOR: _ALL,
        Standing.SYSADMIN: _ALL,
    },
    Exposure.ON_REQUEST: {
        Standing.ANYONE: frozenset({May.FIND}),
        Standing.GRANTEE: _KEPT,
        Standing.MEMBER: _KEPT,
        Standing.EDITOR: _ALL,
        Standing.SYSADMIN: _ALL,
    },
    Exposure.MEMBERS: {
        Standing.ANYONE: frozenset(),
        Standing.GRANTEE: _KEPT,
        Standing.MEMBER: _KEPT,
        Standing.EDITOR: _ALL,
        Standing.SYSADMIN: _ALL,
    },
}


def may(exposure: Exposure, standing: Standing, what: May) -> bool:
    """Whether somebody who stands so may do that."""
    return what in MAY[exposure][standing]


def keeps_files(level: Level | None, exposure: Exposure, storage: Storage) -> bool:
    """Whether files of a dataset are restricted ones: by its level, or since it is on request."""
    return level is not None and (
        exposure is Exposure.ON_REQUEST or storage is not Storage.RESOURCE
    )
