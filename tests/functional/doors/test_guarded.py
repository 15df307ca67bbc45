"""Every door of the portal, tried by everybody on every level: nothing closed becomes open."""

from __future__ import annotations

from typing import Any

import pytest

from . import datasets
from .datasets import HIGH, LOW, ON_REQUEST, OPEN, SEVERE, Dataset, Seen, Shelf
from .every import ALL
from .people import ADMIN, EDITOR, STRANGER, Person
from .servers import Portal
from .table import Door, cases

Guarded = tuple[Portal, dict[str, Any]]
CASES = [
    pytest.param(door, level, who, id=f"{door.id}-{door.name}-{level}-{who}")
    for door, level, who in cases(ALL)
]


@pytest.mark.parametrize(("door", "level", "who"), CASES)
def test_a_door_opens_nothing_that_its_level_keeps_closed(
    door: Door, level: str, who: str, guarded: Guarded, shelf: Shelf
) -> None:
    portal, people = guarded
    dataset = shelf.take(level, door.begins, door.table)
    before = dataset.everything()
    portal.statuses.clear()

    made = door.act(people[who], dataset)

    changed = dataset.everything() != before or made is not None
    refused = all(status >= 400 for _request, status in portal.statuses)
    strongest = who == door.personas[-1]
    look_around = changed or not refused or strongest
    # pages are asked by everybody of data of every kind: test_reading.py
    on_pages = changed and strongest and level == door.levels[-1]
    for each in [dataset, *([made] if made else [])]:
        told = [datasets.look(each, datasets.places(each, thoroughly=on_pages))] * look_around
        if datasets.waiting(portal):
            datasets.drain(portal)
            told.append(datasets.look(each, datasets.places(each)))
        row_is_kept(each)
        shows_no_more_than_the_row(each, told)
        assert not datasets.carried(each), "something of it was carried elsewhere"
    if changed:
        hidden_from(dataset, [people[name] for name in door.unseen_by])
    if made and door.recorded and level in (HIGH, SEVERE):
        on_record(made, door.recorded, people)
    if level == LOW and door.opens:
        opened = (made or dataset).exposure() == OPEN
        assert opened == (who in door.opens), "a Low dataset is opened by those who manage it"
    fails = [status for status in portal.statuses if status[1] >= 500]
    assert not fails, f"the portal failed: {fails}"


def row_is_kept(dataset: Dataset) -> None:
    assert datasets.violation(dataset) is None
    assert not datasets.lowered(dataset), "its level was lowered"
    assert datasets.wider(dataset) is None


def shows_no_more_than_the_row(dataset: Dataset, told: list[Seen]) -> None:
    public = dataset.exposure()
    for each in told:
        assert not each.words or public in (OPEN, ON_REQUEST), f"told at {each.places}"
        assert not each.secrets or public == OPEN, f"its file was told at {each.places}"


def hidden_from(dataset: Dataset, whom: list[Person]) -> None:
    """Who lost access sees it no more; an organization that still owns it has not lost any."""
    row = dataset.row()
    for person in whom:
        kept = person.role in (EDITOR, ADMIN) and row and row.owner_org == dataset.organisation
        if not kept:
            told = datasets.look(dataset, datasets.places(dataset), person)
            assert not told, f"{person.role} still sees it at {told.places}"


def on_record(dataset: Dataset, kind: str, people: dict[str, Any]) -> None:
    """Where somebody new reads it now, the record tells of that."""
    if datasets.look(dataset, datasets.places(dataset)[1:2], people[STRANGER]):
        rows = dataset.portal.sql(
            "SELECT 1 FROM isp_event e JOIN package p ON p.id = :id WHERE e.kind = :kind AND "
            "(e.package_id = p.id OR e.details->>'organization' IN (p.owner_org, :theirs))",
            id=dataset.id,
            kind=kind,
            theirs=people["theirs"]["id"],
        )
        assert rows, "somebody was let in, and the record does not tell"
