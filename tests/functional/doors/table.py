"""What a door is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .datasets import CLOSED_LEVELS, LOW, MEMBERS, Dataset
from .people import EVERYONE, MANAGERS, Person

# the dataset that the act has made beside the one that it was given
Made = Dataset | None
Act = Callable[[Person, Dataset], Made]


@dataclass(frozen=True)
class Door:
    """A way in which what is stored of a dataset can be changed.

    :param id: W1 to W43; several doors can share one
    :param name: unique, a word or two
    :param sentence: what is guaranteed
    :param personas: who tries it
    :param levels: of the datasets that it is tried on
    :param opens: for whom it does open a Low dataset
    :param begins: the exposure of the dataset that it is tried on
    :param table: whether the dataset has a table in the DataStore
    :param unseen_by: who must not see it afterwards, beside anybody
    :param recorded: the kind of event that stays on record of a dataset of High or Severe level
    """

    id: str
    name: str
    sentence: str
    act: Act
    personas: Sequence[str]
    levels: Sequence[str]
    opens: Sequence[str]
    begins: str
    table: bool
    unseen_by: Sequence[str]
    recorded: str | None

    @property
    def number(self) -> int:
        return int(self.id[1:])


DOORS: list[Door] = []


def door(
    id: str,
    sentence: str,
    *,
    personas: Sequence[str] = EVERYONE,
    levels: Sequence[str] = CLOSED_LEVELS,
    opens: Sequence[str] = (),
    begins: str = MEMBERS,
    table: bool = False,
    unseen_by: Sequence[str] = (),
    recorded: str | None = None,
) -> Callable[[Act], Act]:
    """Put a way of changing a dataset into the table."""

    def add(act: Act) -> Act:
        name = act.__name__
        assert name not in {known.name for known in DOORS}
        DOORS.append(
            Door(
                id,
                name,
                sentence,
                act,
                personas,
                levels,
                opens,
                begins,
                table,
                unseen_by,
                recorded,
            )
        )
        return act

    return add


def cases(of: Sequence[Door]) -> list[tuple[Door, str, str]]:
    """Every door, level and person, levels together so that datasets can be used again."""
    return [
        (each, level, who)
        for each in of
        for level in (*each.levels, *([LOW] if each.opens and LOW not in each.levels else []))
        for who in each.personas
    ]


__all__ = ["DOORS", "MANAGERS", "Act", "Door", "Made", "cases", "door"]
