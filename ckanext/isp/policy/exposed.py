"""When a dataset was open to everybody, and what is to be looked after once it is not.

Whoever had it then may still have it: a protocol asks for what can be done about copies, and that
it is accounted for (R20, R60, R62).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .scale import Exposure


class Check(enum.Enum):
    """What a manager looks after. Every one has a sentence in each language."""

    CACHES = "caches"
    MIRRORS = "mirrors"
    SEARCH_ENGINES = "search_engines"
    PEOPLE = "people"
    PRODUCTS = "products"


@dataclass(frozen=True)
class Change:
    """A row of the record that tells of an exposure.

    :param before: None for a dataset that was made by it
    :param gone: deleted by it
    """

    at: datetime
    before: Exposure | None
    after: Exposure | None
    gone: bool = False


@dataclass(frozen=True)
class Period:
    """A time in which everybody had a dataset.

    :param until: None while it lasts
    """

    since: datetime
    until: datetime | None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it, at least in part."""
        return self.since.date() <= day and (self.until is None or day <= self.until.date())


def open_periods(
    made: datetime, changes: Iterable[Change], *, open_now: bool
) -> tuple[Period, ...]:
    """When everybody had a dataset, the first time first.

    :param made: when the dataset was: what came before the first row of the record goes back to it
    :param changes: the oldest first
    :param open_now: whether everybody has it now, for a dataset without any row
    """
    told = list(changes)
    first = told[0].before is Exposure.OPEN if told else open_now
    since, found = (made if first else None), []
    for change in told:
        opens = change.after is Exposure.OPEN and not change.gone
        if opens and since is None:
            since = change.at
        elif not opens and since is not None:
            found.append(Period(since, change.at))
            since = None
    if since is not None:
        found.append(Period(since, None))
    return tuple(found)
