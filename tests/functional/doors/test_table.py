"""The table of doors is whole, and README.md says what it says."""

from __future__ import annotations

import re
from pathlib import Path

from ckanext.isp.logic import action, unseen

from . import every_reading
from .every import ALL, BY_NAME, ELSEWHERE, HOLDS, PARTLY
from .listing import lines
from .people import MANAGERS, OPERATOR
from .table import cases

_OF_A_DATASET = re.compile(r":param (?:id|package_id): (?:the|a) dataset(?! \(optional)")
README = Path(__file__).parent / "README.md"


def test_every_door_is_tried_or_named() -> None:
    tried = {door.id for door in ALL}
    assert tried | set(ELSEWHERE) == {f"W{number}" for number in range(1, 44)}
    assert not tried & set(ELSEWHERE)
    assert set(PARTLY) <= tried


def test_the_table_is_no_smaller_than_it_was() -> None:
    assert len(ALL) >= 91
    assert sum(1 for _case in cases(ALL)) >= 1100


def test_every_door_is_tried_by_somebody_who_can_go_through_it() -> None:
    assert all(set(door.personas) & {*MANAGERS, OPERATOR, "stranger"} for door in ALL)


def test_exceptions_speak_of_doors_that_exist() -> None:
    assert set(HOLDS) <= set(BY_NAME)


def test_every_door_of_reading_is_tried_or_named() -> None:
    tried = {door.id for door in every_reading.ALL if not door.own}
    named = {**every_reading.ELSEWHERE, **every_reading.THROUGHOUT}
    assert tried | set(named) == {f"R{n}" for n in (*range(1, 35), *range(40, 63), *range(70, 81))}
    assert not tried & set(named)


def test_the_table_of_reading_is_no_smaller_than_it_was() -> None:
    assert len(every_reading.ALL) >= 80


def test_exceptions_speak_of_doors_of_reading_that_exist() -> None:
    assert set(every_reading.HOLDS) <= set(every_reading.BY_NAME)
    assert not {door.name for door in every_reading.ALL} & set(BY_NAME)


def test_every_action_that_is_asked_of_one_dataset_answers_as_if_there_were_none() -> None:
    offered = {**vars(action), **vars(action.hdx_connect)}
    names = (*action.__all__, *action.hdx_connect.__all__)
    asked = {name for name in names if _OF_A_DATASET.search(offered[name].__doc__ or "")}
    assert len(asked) > 20
    assert asked <= set(unseen.REFERENCES)


def test_the_readme_is_up_to_date() -> None:
    assert README.read_text() == "\n".join(lines()) + "\n", (
        "run `PYTHONPATH=.. python -m doors.listing > doors/README.md` in tests/functional"
    )
