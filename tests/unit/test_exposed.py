"""When everybody had a dataset, from what the record tells of it."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise, product

from ckanext.isp.policy.exposed import Change, Period, open_periods
from ckanext.isp.policy.scale import Exposure

OPEN, MEMBERS, ON_REQUEST = Exposure.OPEN, Exposure.MEMBERS, Exposure.ON_REQUEST


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, number, tzinfo=dt.timezone.utc)


def test_what_was_open_before_the_record_began_was_open_since_it_was_made() -> None:
    raised = [Change(day(9), OPEN, MEMBERS)]
    assert open_periods(day(1), raised, open_now=False) == (Period(day(1), day(9)),)
    assert open_periods(day(1), [], open_now=True) == (Period(day(1), None),)
    assert open_periods(day(1), [], open_now=False) == ()


def test_each_time_is_told() -> None:
    changes = [
        Change(day(2), None, MEMBERS),
        Change(day(3), MEMBERS, OPEN),
        Change(day(4), OPEN, OPEN),
        Change(day(5), OPEN, ON_REQUEST),
        Change(day(6), ON_REQUEST, OPEN),
        Change(day(7), OPEN, OPEN, gone=True),
        Change(day(8), OPEN, MEMBERS),
    ]
    found = open_periods(day(2), changes, open_now=False)
    assert found == (Period(day(3), day(5)), Period(day(6), day(7)))


def test_a_dataset_is_open_in_a_period_exactly_where_its_last_change_opened_it() -> None:
    for states in product(Exposure, repeat=4):
        steps = enumerate(pairwise(states), start=2)
        changes = [Change(day(at), before, after) for at, (before, after) in steps]
        found = open_periods(day(1), changes, open_now=states[-1] is OPEN)
        for at, state in enumerate(states, start=1):
            then = day(at) + dt.timedelta(hours=1)
            inside = any(p.since <= then and (p.until is None or then < p.until) for p in found)
            assert inside == (state is OPEN), (states, at)


def test_a_day_counts_that_lies_in_it_in_part() -> None:
    period = Period(day(3) + dt.timedelta(hours=20), day(5) + dt.timedelta(hours=1))
    held = [number for number in range(1, 9) if period.holds(day(number).date())]
    assert held == [3, 4, 5]
