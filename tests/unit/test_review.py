"""Looking again: when people are reminded, and what becomes of the same answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ckanext.isp.policy.propose import Finding
from ckanext.isp.policy.protocol import USUAL, Protocol
from ckanext.isp.policy.review import Outcome, When, outcome, reminder_day, when
from ckanext.isp.policy.scale import Level
from ckanext.isp.policy.verdict import Verdict

DUE = date(2026, 3, 31)
PROTOCOL = Protocol("afg", {"en": "Afghanistan ISP"}, "1", tuple(USUAL.values()))


def gives(level: Level, *, still_open: bool = False) -> Verdict:
    facts = frozenset({"form"} if still_open else ())
    return Verdict((), (Finding(PROTOCOL, USUAL[level], open=facts),))


def after(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("today", "day"),
    [(-31, None), (-30, -30), (-1, -30), (0, 0), (29, 0), (30, 30), (59, 30), (400, 390)],
)
def test_people_are_reminded_30_days_before_on_the_day_and_each_30_days_after(
    today: int, day: int | None
) -> None:
    assert reminder_day(DUE, after(today)) == (None if day is None else after(day))


def test_every_day_has_one_reminder_at_most_and_none_is_later_than_the_day() -> None:
    for days in range(-30, 120):
        day = reminder_day(DUE, after(days))
        assert day
        assert after(days - 30) < day <= after(days)


@pytest.mark.parametrize(
    ("days", "stands"), [(-31, When.CHANGED), (-30, When.SOON), (0, When.SOON), (1, When.OVERDUE)]
)
def test_a_review_is_near_30_days_before_and_overdue_from_the_day_after(
    days: int, stands: When
) -> None:
    assert when(DUE, after(days)) is stands


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("proposed", Level)
def test_the_same_answers_raise_where_they_ask_for_more_and_never_lower(
    level: Level, proposed: Level
) -> None:
    found = outcome(level, level, gives(proposed))
    if proposed > level:
        assert found is Outcome.RAISE
    else:
        assert found is (Outcome.SAME if proposed is level else Outcome.LOWER)


@pytest.mark.parametrize("before", Level)
def test_what_a_second_person_lowered_is_raised_only_when_more_than_before_is_asked(
    before: Level,
) -> None:
    for now in Level:
        found = outcome(Level.LOW, before, gives(now), lowered=True)
        assert (found is Outcome.RAISE) == (now > before)


def test_what_is_higher_for_want_of_an_answer_is_asked_and_not_raised() -> None:
    assert outcome(Level.LOW, Level.LOW, gives(Level.SEVERE, still_open=True)) is Outcome.ASK
