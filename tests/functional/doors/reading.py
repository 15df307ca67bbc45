"""What a door is that something is read by, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .baits import KEPT, RAISED, Bait
from .people import ANONYMOUS, Person
from .readers import MEMBER, WITH_RIGHT, Answer, Ask
from .readers import ask as ask_for

Asks = Iterable[Ask | str]
Way = Callable[[Bait, Person], Asks]
Count = Callable[[Any, Bait], int]
BOTH = (RAISED, KEPT)
NOBODY: tuple[str, ...] = ()
COUNT = "how many"


@dataclass(frozen=True)
class Reading:
    """A way in which something of a dataset can be read.

    :param id: R1 to R80, or ``store`` for a door of the plugin's own
    :param name: unique, a word or two
    :param sentence: what is guaranteed
    :param way: what is asked of the portal
    :param first: who is told by a portal without the plugin while the dataset is open
    :param tells: of which datasets those are told who have the right
    :param to: who those are
    :param count: how many an answer counts, where it gives a number
    :param hers: what those who asked for the data wrote of it themselves, and read again
    """

    id: str
    name: str
    sentence: str
    way: Way
    first: str
    tells: Sequence[str]
    to: Sequence[str]
    count: Count | None
    hers: Sequence[str]

    @property
    def own(self) -> bool:
        return not self.id.startswith("R")

    @property
    def number(self) -> int:
        return 1000 if self.own else int(self.id[1:])


@dataclass(frozen=True)
class Told:
    """What somebody was told.

    :param kinds: of words, or ``COUNT``
    :param kept: places whose answers somebody's browser or a shared cache may keep
    """

    kinds: frozenset[str]
    places: tuple[str, ...]
    kept: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.kinds)


READINGS: list[Reading] = []


def read_door(
    id: str,
    sentence: str,
    *,
    first: str = ANONYMOUS,
    tells: Sequence[str] = BOTH,
    to: Sequence[str] = WITH_RIGHT,
    count: Count | None = None,
    hers: Sequence[str] = NOBODY,
) -> Callable[[Way], Way]:
    """Put a way of reading into the table."""

    def add(way: Way) -> Way:
        name = way.__name__
        assert name not in {known.name for known in READINGS}
        READINGS.append(Reading(id, name, sentence, way, first, tells, to, count, hers))
        return way

    return add


def api(action: str, **data: Any) -> str:
    """The path of an action that only reads."""
    return f"/api/3/action/{action}?{urlencode(data)}"


class Lookout:
    """Remembers answers: reading changes nothing, and many datasets are looked for on one page."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, Ask], Answer] = {}

    def look(self, door: Reading, bait: Bait, person: Person) -> Told:
        """What somebody is told of a dataset by a door."""
        kinds: set[str] = set()
        places, kept = [], []
        for asked in door.way(bait, person):
            what = asked if isinstance(asked, Ask) else Ask(asked)
            answer = self._answer(person, what)
            found = bait.told(answer.text, what.said)
            if door.count and answer.result is not None and door.count(answer.result, bait):
                found.add(COUNT)
            if found:
                kinds |= found
                places.append(f"{what.path}: {', '.join(sorted(found))}")
                kept += [] if "no-store" in answer.cached else [what.path]
        return Told(frozenset(kinds), tuple(places), tuple(kept))

    def _answer(self, person: Person, what: Ask) -> Answer:
        key = (person.portal.url, person.role, what)
        if key not in self._known:
            self._known[key] = ask_for(person, what)
        return self._known[key]


__all__ = ["BOTH", "COUNT", "MEMBER", "NOBODY", "READINGS", "Lookout", "Reading", "api"]
