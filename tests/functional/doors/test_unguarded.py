"""Every door is tried on a portal without the plugin too, so that the tests are known to tell."""

from __future__ import annotations

from typing import Any

import pytest

from . import datasets
from .datasets import LOW, ON_REQUEST, SEVERE, Dataset, Shelf
from .every import ALL, HOLDS
from .people import Person
from .servers import Portal
from .table import Door

Unguarded = tuple[Portal, dict[str, Any]]


@pytest.mark.parametrize("door", [pytest.param(each, id=f"{each.id}-{each.name}") for each in ALL])
def test_without_the_plugin_a_door_is_seen_to_open(
    door: Door, unguarded: Unguarded, stock: Shelf
) -> None:
    _portal, people = unguarded
    level = SEVERE if SEVERE in door.levels else door.levels[-1]
    opened = []
    strongest = reversed(door.personas)
    for who in [next(strongest)] if door.name in HOLDS else strongest:
        dataset = stock.take(level, door.begins, door.table)
        made = door.act(people[who], dataset)
        unseen_by = [people[name] for name in door.unseen_by]
        # where it is told shortly need not be looked for on pages
        opened = opened_by(door, dataset, made, unseen_by) or opened_by(
            door, dataset, made, unseen_by, thoroughly=True
        )
        if opened:
            break
    assert bool(opened) != (door.name in HOLDS), opened


def opened_by(
    door: Door,
    dataset: Dataset,
    made: Dataset | None,
    unseen_by: list[Person],
    *,
    thoroughly: bool = False,
) -> list[str]:
    """What a portal has shown, or lost, that it should not have."""
    told = datasets.carried(dataset) + (datasets.carried(made) if made else [])
    for each in [dataset, *([made] if made else [])]:
        row, seen = (
            each.row(),
            datasets.look(each, datasets.places(each, thoroughly=thoroughly and each is dataset)),
        )
        on_request = door.begins == ON_REQUEST and each is dataset
        public = row is not None and row.state == "active" and row.private is not True
        rightly = public and (row.level == LOW or on_request)
        told += [] if rightly and not seen.secrets else seen.places
        told += ["its row"] if public and not rightly else []
        told += ["its level"] if datasets.lowered(each) else []
        told += [wide] if (wide := datasets.wider(each)) else []
    for person in unseen_by:
        told += datasets.look(dataset, datasets.places(dataset), person).places
    return told
